//! Secrets by which servers know each other.

use wiretale_protocol::Direction;

use crate::ledger::SERVER_LINK;
use crate::secret::{Awaits, Finding, Found};
use crate::session::Session;
use crate::{Command, Dialect, Message};

impl Session {
    pub(super) fn in_server(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let (name, password) = (message.param(0), message.param(1));
        let hashed = password.starts_with(b"HMAC-") || password.starts_with(b"AUTH:");
        if self.server_tells_password(message) && password != b"*" && !hashed {
            found.add(line, &password, SERVER_LINK, &name, Awaits::Link(direction));
        }
    }

    // InspIRCd: `SERVER name password hops sid :description`; since its fourth version without `hops`. Others put their
    // hops where the password stands, and what looks like an identifier behind it may be a token.
    fn server_tells_password(&self, message: &Message<'_>) -> bool {
        let is_number = |n| !message.param(n).is_empty() && message.param(n).iter().all(u8::is_ascii_digit);
        if is_sid(&message.param(3)) {
            return is_number(2);
        }
        let speaks_it = match self.link.as_deref().map(|link| link.dialect) {
            Some(Dialect::Inspircd) => true,
            None | Some(Dialect::Other) => !is_number(1),
            Some(_) => false,
        };
        speaks_it && message.prefix.is_none() && message.params.count() == 4 && is_sid(&message.param(2))
    }

    // `ENCAP target SASL user agent C data`, `SASL target user C data`.
    pub(super) fn in_relayed_sasl(&mut self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        let Some(link) = self.link.as_deref_mut() else { return };
        let mut words = message.params.iter();
        if message.command == Command::Encap
            && !words.by_ref().nth(1).is_some_and(|word| word.eq_ignore_ascii_case(b"SASL"))
        {
            return;
        }
        let words = if message.command == Command::Encap { words } else { words.skipped(1) };
        let Some((user, data)) = link.sasl_step(words) else { return };
        found.hide(line, data);
        if let Some(plain) = link.sasl_response(user, data) {
            found.findings.push(Finding {
                kind: "sasl-plain",
                account: plain.account.into(),
                secret: plain.password,
                awaits: Awaits::Sasl(user.into()),
            });
        }
    }
}

fn is_sid(word: &[u8]) -> bool {
    matches!(word, [b'0'..=b'9', _, _]) && word.iter().all(u8::is_ascii_alphanumeric)
}
