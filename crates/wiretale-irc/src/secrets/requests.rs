//! Secrets behind commands that ask for something.

use alloc::boxed::Box;

use wiretale_protocol::Outcome;

use crate::mask::place;
use crate::secret::{Awaits, Found};
use crate::services::Service;
use crate::session::Session;
use crate::{Command, Message};

impl Session {
    pub(super) fn in_requests(&mut self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        match message.command {
            Command::Oper => {
                let named = usize::from(message.params.count() > 1);
                let account = if named == 1 { message.param(0).0 } else { &[] };
                found.add(line, message.param(named).0, "oper", account, Awaits::Oper);
            }
            Command::Join => self.in_join(line, message, found),
            Command::Authenticate => self.in_sasl(line, message, found),
            Command::Webirc => {
                found.add(line, message.param(0).0, "webirc", message.param(1).0, Awaits::Registration);
            }
            Command::Vhost => {
                let unknown = Awaits::Nothing(Outcome::Unknown);
                found.add(line, message.param(1).0, "vhost", message.param(0).0, unknown);
            }
            Command::Die | Command::Restart => in_shutdown(line, message, found),
            // IRCv3 account registration: account, address, password.
            Command::Register => {
                let account = message.param(0);
                let account = if account == b"*" { &self.own.nick[..] } else { account.0 };
                let awaits = Awaits::Service { service: Box::default(), client: Box::default() };
                found.add(line, message.param(2).0, "account-register", account, awaits);
            }
            Command::Identify | Command::Id => self.in_verb(line, message, Service::Nick, found),
            Command::Auth => self.in_verb(line, message, Service::Q, found),
            // On a link it tells whose account it is.
            Command::Login if self.link.is_none() => self.in_verb(line, message, Service::X, found),
            command => {
                if let Some(service) = raw_alias(command) {
                    self.in_request(line, (service, &[]), message.params.iter().rest(), &[], found);
                }
            }
        }
    }

    // The command itself is the verb.
    fn in_verb(&self, line: &[u8], message: &Message<'_>, service: Service, found: &mut Found) {
        let Some(start) = place(line, message.params.as_wire()).map(|place| place.start) else { return };
        let name = message.command.name().unwrap_or_default().len();
        let from = line.get(..start).unwrap_or_default().trim_ascii_end().len().saturating_sub(name);
        self.in_request(line, (service, &[]), line.get(from..).unwrap_or_default(), &[], found);
    }
}

// UnrealIRCd asks for a password of its own, others for the server's name, lest it be another that goes down.
fn in_shutdown(line: &[u8], message: &Message<'_>, found: &mut Found) {
    let word = message.param(0).0;
    if word.contains(&b'.') {
        return found.hide(line, word);
    }
    let kind = if message.command == Command::Die { "die" } else { "restart" };
    found.add(line, word, kind, &[], Awaits::Nothing(Outcome::Unknown));
}

// Commands that are words to a service.
const fn raw_alias(command: Command<'_>) -> Option<Service> {
    Some(match command {
        Command::Nickserv | Command::Ns => Service::Nick,
        Command::Chanserv | Command::Cs => Service::Chan,
        Command::Operserv | Command::Os => Service::Oper,
        Command::Authserv => Service::Auth,
        Command::Memoserv | Command::Ms | Command::Hostserv | Command::Hs | Command::Botserv | Command::Bs => {
            Service::Other
        }
        _ => return None,
    })
}
