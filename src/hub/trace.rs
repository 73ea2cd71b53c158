//! The story of a call and of a message in the log (strategy S9): each step between the core and
//! the two sides is one line at debug level, under one id – the call's, or the message's, which
//! is its stanza id on the wire. `call_id` on a line of the telephony side joins it to the SIP
//! Call-ID. A line names the step and never what was said in it.

use tracing::{Level, debug, enabled};

use crate::core::{Input, Output};
use crate::model::id::{CallId, MessageId};
use crate::sip::{SipCommand, SipEvent};
use crate::xmpp::{XmppCommand, XmppEvent};

/// As much of an id as a line shows, in characters.
const LONGEST_ID: usize = 128;

/// The name of a step: an enum's variant, of which nothing but the name is shown.
fn step(value: &impl std::fmt::Debug) -> String {
    let shown = format!("{value:?}");
    let end = shown.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(shown.len());
    shown.get(..end).unwrap_or_default().to_owned()
}

/// An id of a message, which may be somebody else's text: as much of it as a line takes.
fn shown(id: &MessageId) -> String {
    id.as_str().chars().filter(|c| !c.is_control()).take(LONGEST_ID).collect()
}

/// What a side says.
pub(super) fn input(input: &Input) {
    if !enabled!(Level::DEBUG) {
        return;
    }
    match input {
        Input::Sip(account, SipEvent::Incoming(call)) => {
            for jid in &call.impp {
                debug!(call = %call.call, %account, %jid, "Call-Info names a chat address");
            }
            debug!(call = %call.call, %account, "telephony says: Incoming");
        }
        Input::Sip(account, SipEvent::Call(call, event)) => {
            debug!(%call, %account, "telephony says: {}", step(event));
        }
        Input::Sip(account, SipEvent::MessageState { id, sent }) => {
            debug!(message_id = shown(id), %account, "telephony says: {}", step(sent));
        }
        Input::Media(call, event) => debug!(%call, "the sound says: {}", step(event)),
        Input::Xmpp(account, XmppEvent::Message(message)) => {
            debug!(message_id = shown(&message.id), %account, "chat says: Message");
        }
        Input::Xmpp(account, XmppEvent::MessageState { id, state, .. }) => {
            debug!(message_id = shown(id), %account, "chat says: {state:?}");
        }
        Input::Xmpp(account, XmppEvent::Vcards { jid, .. }) => {
            debug!(%account, %jid, "chat says: Vcards");
        }
        _ => {}
    }
}

/// The call that a command is about.
fn call_of(command: &SipCommand) -> Option<&CallId> {
    match command {
        SipCommand::Invite(place) => Some(&place.call),
        SipCommand::Hangup(call)
        | SipCommand::Answer { call, .. }
        | SipCommand::Acknowledge { call, .. }
        | SipCommand::Refuse { call, .. }
        | SipCommand::AnswerReoffer { call, .. }
        | SipCommand::Reoffer { call, .. }
        | SipCommand::Refer { call, .. }
        | SipCommand::RefuseReferral { call }
        | SipCommand::Follow { call, .. }
        | SipCommand::Redirect { call, .. }
        | SipCommand::Digit { call, .. } => Some(call),
        SipCommand::Message(_)
        | SipCommand::SetChat(_)
        | SipCommand::Guard(_)
        | SipCommand::Disconnect
        | SipCommand::Connect
        | SipCommand::Quit => None,
    }
}

/// What the core wants of a side.
pub(super) fn output(output: &Output) {
    if !enabled!(Level::DEBUG) {
        return;
    }
    match output {
        Output::Sip(account, SipCommand::Message(message)) => {
            debug!(message_id = shown(&message.id), %account, "the core wants: Message");
        }
        Output::Sip(account, command) => {
            let Some(call) = call_of(command) else { return };
            if let SipCommand::Invite(place) = command
                && let Some(jid) = &place.impp
            {
                debug!(%call, %account, %jid, "Call-Info names our chat address");
            }
            debug!(%call, %account, "the core wants: {}", step(command));
        }
        Output::Media(call, command) => debug!(%call, "the core wants: {}", step(command)),
        Output::Xmpp(account, XmppCommand::Message(message)) => {
            debug!(message_id = shown(&message.id), %account, "the core wants: Message");
        }
        Output::Xmpp(account, XmppCommand::FetchVcards(jid)) => {
            debug!(%account, %jid, "the core wants: FetchVcards");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_step_the_name_alone_is_shown() {
        let command = SipCommand::Hangup(CallId::new("secret"));
        assert_eq!(step(&command), "Hangup");
        assert_eq!(step(&Ok::<(), ()>(())), "Ok");
        assert_eq!(step(&"text"), "");
    }
}
