//! Secrets by which servers know each other.

use wiretale_protocol::Direction;

use super::{Awaits, Finding, Found};
use crate::ledger::SERVER_LINK;
use crate::session::Session;
use crate::{Command, Message};

impl Session {
    // InspIRCd: `SERVER name password hops sid :description`.
    pub(super) fn in_server(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let (name, password, hops, sid) = (message.param(0), message.param(1), message.param(2), message.param(3));
        let is_sid = matches!(*sid.0, [b'0'..=b'9', _, _]) && sid.iter().all(u8::is_ascii_alphanumeric);
        let hashed = password.starts_with(b"HMAC-") || password.starts_with(b"AUTH:");
        if is_sid && !hops.is_empty() && hops.iter().all(u8::is_ascii_digit) && password != b"*" && !hashed {
            found.add(line, &password, SERVER_LINK, &name, Awaits::Link(direction));
        }
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
