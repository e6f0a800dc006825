//! Secrets by which people and servers are let in: `PASS` and SASL.

use alloc::boxed::Box;

use wiretale_protocol::Direction;

use crate::Message;
use crate::ledger::SERVER_LINK;
use crate::secret::{Awaits, Finding, Found};
use crate::session::Session;

impl Session {
    pub(super) fn in_pass(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let password = message.param(0).0;
        // RFC 2813 and TS6 say more in their PASS; only servers send one from the answering side.
        if message.params.count() >= 3 || direction == Direction::Server || self.link.is_some() {
            let name = message.source().name;
            return found.add(line, password, SERVER_LINK, &name, Awaits::Link(direction));
        }
        // `user:password` and `user/network:password` open an account or a bouncer.
        let colon = password.iter().position(|&byte| byte == b':').filter(|&at| at > 0);
        match colon.and_then(|at| password.split_at_checked(at)) {
            Some((account, secret)) if secret.len() > 1 => {
                let bouncer = self.bouncer || account.contains(&b'/') || account.contains(&b'@');
                let kind = if bouncer { "bouncer" } else { "pass" };
                found.add(line, secret.get(1..).unwrap_or_default(), kind, account, Awaits::Registration);
            }
            _ => found.add(line, password, "pass", &[], Awaits::Registration),
        }
    }

    pub(super) fn in_sasl(&mut self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        let response = message.param(0).0;
        let names: [&[u8]; 4] = [b"PLAIN", b"EXTERNAL", b"LOGIN", b"*"];
        if names.contains(&response) || response.is_empty() {
            return;
        }
        // Where the choice of a mechanism was not seen, what reads like PLAIN is PLAIN.
        if !self.sasl.hides() && crate::sasl::decode(response).is_none() {
            return;
        }
        found.hide(line, response);
        if let Some(plain) = self.sasl.response(response) {
            found.findings.push(Finding {
                kind: "sasl-plain",
                account: plain.account.into(),
                secret: plain.password,
                awaits: Awaits::Sasl(Box::default()),
            });
        }
    }
}
