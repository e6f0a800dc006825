//! Secrets in what is said to services, bouncers and bots.

use wiretale_protocol::Direction;

use super::bouncers::{in_soju_words, in_znc_words, is_soju};
use crate::said::{is_notice, may_be_order, text_at};
use crate::secret::{Awaits, Found};
use crate::services::{Service, bot_login, bot_request, request};
use crate::session::Session;
use crate::{Command, Message};

impl Session {
    // Most words are to a channel, and a secret there is one only to a bot.
    #[inline]
    pub(super) fn may_tell(&self, message: &Message<'_>) -> bool {
        let to = message.param(0);
        !self.support.is_channel(&to) || to.contains(&b',') || may_be_order(&message.param(1))
    }

    pub(super) fn in_words(&self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let (to, text) = (message.param(0).0, message.param(text_at(message.command)).0);
        // They may be to several, of whom one is a service.
        let mut targets = to.split(|&byte| byte == b',').map(|to| self.named(to));
        let mut told = targets.clone().map(|to| self.in_words_to(line, message, (to, text), found));
        if !is_notice(message.command) && told.any(|told| told) {
            // A server may send a client's own words back to it: that is no second crossing.
            if direction == Direction::Server && self.link.is_none() {
                found.findings.retain(|finding| !self.ledger.knows(finding.secret.bytes()));
            }
        } else {
            self.in_words_to_bot(line, message, direction, (targets.next().unwrap_or_default(), text), found);
        }
    }

    // The name of a link's user.
    fn named<'a>(&'a self, id: &'a [u8]) -> &'a [u8] {
        self.link.as_deref().and_then(|link| link.name_of(id)).unwrap_or(id)
    }

    // Is it somebody who takes secrets?
    fn in_words_to(&self, line: &[u8], message: &Message<'_>, said: (&[u8], &[u8]), found: &mut Found) -> bool {
        let (to, text) = said;
        let client = if self.link.is_some() { self.named(message.source().name.0) } else { &[] };
        let of_znc = to.first() == Some(&b'*');
        if of_znc && in_znc_words(line, text, found) || is_soju(to) && in_soju_words(line, text, found) {
            return true;
        }
        if let Some(service) = Service::named(to) {
            self.in_request(line, (service, to), text, client, found);
        } else if self.link.is_some() && is_unknown_uid(to) {
            self.in_request(line, (Service::Other, to), text, client, found);
        } else {
            return of_znc;
        }
        true
    }

    fn in_words_to_bot(
        &self,
        line: &[u8],
        message: &Message<'_>,
        direction: Direction,
        (to, text): (&[u8], &[u8]),
        found: &mut Found,
    ) {
        let spoken = matches!(message.command, Command::Privmsg | Command::Cprivmsg);
        let private = spoken && !self.support.is_channel(&message.param(0));
        let asked = bot_login(text).or_else(|| if private { bot_request(text) } else { None });
        let Some(secrets) = asked else { return };
        let Some((last, others)) = secrets.split_last() else { return };
        for other in others {
            found.hide(line, other);
        }
        let master = match direction {
            Direction::Client if message.prefix.is_none() => self.own_source().name.0.into(),
            _ => message.source().name.0.into(),
        };
        found.add(line, last, "bot-login", to, Awaits::Bot { master, bot: to.into() });
    }

    pub(super) fn in_request(&self, line: &[u8], to: (Service, &[u8]), text: &[u8], client: &[u8], found: &mut Found) {
        let (service, name) = to;
        if service == Service::Chan {
            self.in_mode_lock(line, text, found);
        }
        let Some(request) = request(service, text) else { return };
        let own = if client.is_empty() { self.own_source().name.0 } else { client };
        let account = if request.account.is_empty() { own } else { request.account };
        let Some((last, others)) = request.secrets.split_last() else { return };
        for other in others {
            found.hide(line, other);
        }
        let awaits = Awaits::Service { service: service.answers_as(name).into(), client: client.into() };
        found.add(line, last, request.kind, account, awaits);
    }
}

fn is_unknown_uid(name: &[u8]) -> bool {
    name.len() == 9
        && name.first().is_some_and(u8::is_ascii_digit)
        && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
