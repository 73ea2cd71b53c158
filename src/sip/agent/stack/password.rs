//! What answers challenges: made of the password while that is at hand.

use zeroize::Zeroizing;

use super::Stack;
use crate::sip::digest::{self, Authenticator, Credentials, DigestError};
use crate::sip::message::{Request, Response};

/// The most challenges that wait for the password; of an older one the request is sent anew.
const MOST_WANTED: usize = 8;

impl Stack {
    /// Takes a 401 or 407; MD5 only from an account that was never seen to know better.
    ///
    /// # Errors
    /// As [`Authenticator::challenged`].
    pub fn challenged(
        &mut self,
        authenticator: &mut Authenticator,
        response: &Response,
    ) -> Result<(), DigestError> {
        let taken = authenticator.challenged(&mut self.strength, response);
        self.learn(response, taken)
    }

    /// The same where the refused request is known.
    ///
    /// # Errors
    /// As [`Authenticator::challenged_by`].
    pub fn challenged_by(
        &mut self,
        authenticator: &mut Authenticator,
        request: &Request,
        response: &Response,
    ) -> Result<(), DigestError> {
        let taken = authenticator.challenged_by(&mut self.strength, request, response);
        self.learn(response, taken)
    }

    /// Makes what answers a challenge as long as the password is at hand; what was refused is
    /// not used again.
    fn learn(
        &mut self,
        response: &Response,
        taken: Result<(), DigestError>,
    ) -> Result<(), DigestError> {
        if let Some(credentials) = &mut self.credentials {
            match taken {
                Ok(()) => digest::learn(credentials, response),
                Err(DigestError::WrongPassword) => digest::forget(credentials, response),
                Err(_) => {}
            }
        }
        taken
    }

    /// Whether the password must be fetched to answer a 401 or 407. What that takes is made once
    /// the password is there, also when nobody waits with that very request any more.
    pub fn needs_password(&mut self, response: &Response) -> bool {
        let needs = digest::needs_password(&self.strength, self.credentials.as_ref(), response);
        if needs && !self.wanted.contains(response) {
            if self.wanted.len() == MOST_WANTED {
                self.wanted.pop_front();
            }
            self.wanted.push_back(response.clone());
        }
        needs
    }

    /// The password is at hand, until [`Self::seal`].
    pub fn open(&mut self, password: Zeroizing<String>) {
        let username = self.settings.username.as_str();
        let credentials = self
            .credentials
            .get_or_insert_with(|| Credentials::new(username, Zeroizing::default()));
        credentials.open(password);
        self.wanted.drain(..).for_each(|response| digest::learn(credentials, &response));
    }

    /// Wipes the password: what is needed of it was made.
    pub fn seal(&mut self) {
        self.credentials.iter_mut().for_each(Credentials::seal);
    }

    /// Takes the 2xx to a request that was authorized.
    pub fn accepted(&mut self, authenticator: &mut Authenticator, response: &Response) {
        authenticator.accepted(&mut self.strength, response);
    }
}
