//! What on a line is secret.

mod bouncers;
mod keys;
mod links;
mod logins;
mod requests;
mod words;

use wiretale_protocol::Direction;

use crate::secret::Found;
use crate::session::Session;
use crate::{Command, Message};

/// Where on a line a secret may stand.
#[derive(Clone, Copy)]
enum Place {
    Words,
    Modes,
    Pass,
    Server,
    RelayedSasl,
    /// Behind a command that asks for something: of a client, or between servers.
    Request,
}

impl Place {
    #[inline]
    const fn of(command: Command<'_>) -> Self {
        match command {
            Command::Privmsg | Command::Notice | Command::Squery | Command::Cprivmsg | Command::Cnotice => Self::Words,
            Command::Mode
            | Command::Samode
            | Command::Fmode
            | Command::Tmode
            | Command::Lmode
            | Command::Sjoin
            | Command::Fjoin
            | Command::Chaninfo
            | Command::Numeric(324) => Self::Modes,
            Command::Pass => Self::Pass,
            Command::Server => Self::Server,
            Command::Encap | Command::Sasl => Self::RelayedSasl,
            _ => Self::Request,
        }
    }
}

impl Session {
    /// Adds the secrets on a line, the one `message` was read from. On most there can be none.
    #[inline]
    pub(crate) fn secrets(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        match Place::of(message.command) {
            Place::Words if self.may_tell(message) => self.in_words(line, message, direction, found),
            Place::Modes => self.in_modes(line, message, direction, found),
            Place::Pass => self.in_pass(line, message, direction, found),
            Place::Server => self.in_server(line, message, direction, found),
            Place::RelayedSasl => self.in_relayed_sasl(line, message, found),
            Place::Request if direction == Direction::Client || self.link.is_some() => {
                self.in_requests(line, message, found);
            }
            Place::Words | Place::Request => {}
        }
    }
}
