//! Why no media could be agreed on.

/// What stood between two session descriptions and a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// It is not a session description.
    #[error("The other side's description of the call cannot be read: {0}")]
    Syntax(#[from] SyntaxError),
    /// There is no audio in it.
    #[error("The other side offers no sound.")]
    NoAudio,
    /// The audio was answered with port 0, or the answer has no line for it.
    #[error("The other side refused the sound of this call.")]
    Rejected,
    /// Both sides know codecs, yet none in common.
    #[error("The two sides have no sound codec in common.")]
    NoCommonCodec,
    /// Encryption is asked for, yet its keys would travel in clear (RFC 4568 §7).
    #[error(
        "This call would have to be encrypted, but the connection that carries its keys is not. Connect over TLS, or change the account's encryption setting."
    )]
    UnprotectedSignalling,
    /// The account insists on encryption, the other side has none.
    #[error("The other side does not encrypt this call, and this account refuses calls without.")]
    NotEncrypted,
    /// The other side insists on encryption, the account has it switched off.
    #[error("The other side insists on encryption, and it is switched off for this account.")]
    EncryptionOff,
    /// The other side can do encryption by DTLS only.
    #[error("The other side encrypts in a way (DTLS-SRTP) that is not supported yet.")]
    DtlsOnly,
    /// The other side encrypts, yet no key line could be used.
    #[error("The other side's encryption keys cannot be used.")]
    NoUsableKey,
    /// Its media address is missing, a host name, or multicast.
    #[error("The other side's media address cannot be used.")]
    Address,
    /// The transport is none of those known, or not the one offered.
    #[error("The other side's media transport is not supported.")]
    Transport,
}

/// What is wrong with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// More octets, lines, media or attributes than are read.
    #[error("it is too long")]
    TooLong,
    /// No `v=0` at the start.
    #[error("it does not begin with v=0")]
    Version,
    /// An `m=` line that is not one; its line number from 1.
    #[error("line {0} is not a media line")]
    Media(usize),
}
