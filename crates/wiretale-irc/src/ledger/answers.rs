//! What the server, a service or a bot says of secrets, and so what became of them.

use alloc::boxed::Box;

use wiretale_protocol::{Context, Direction, Observe, Outcome};

use super::{Ledger, MOST_OPEN, Open, SERVER_LINK};
use crate::said::Said;
use crate::secret::Awaits;
use crate::services::{Verdict, verdict};
use crate::{Casemapping, Irc};

impl Ledger {
    /// The client was taken in under this nick.
    pub(crate) fn registered<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, nick: &[u8]) {
        self.settle_all(cx, Outcome::Accepted, |open| {
            let mine = open.awaits == Awaits::Registration;
            if mine && open.account.is_empty() {
                open.account = nick.into();
            }
            mine
        });
    }

    /// The client was not taken in, because of its password or for another reason.
    pub(crate) fn turned_away<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, password: bool) {
        let outcome = if password { Outcome::Refused } else { Outcome::Unknown };
        self.settle_all(cx, outcome, |open| open.awaits == Awaits::Registration);
    }

    /// The client asked to be an operator.
    pub(crate) fn oper_asked(&mut self, name: &[u8]) {
        if self.opers.len() < MOST_OPEN {
            self.opers.push(name.into());
        }
    }

    /// It was answered; the name it asked under.
    pub(crate) fn oper_answered<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, accepted: bool) -> Box<[u8]> {
        self.settle(cx, outcome(accepted), |open| open.awaits == Awaits::Oper);
        if self.opers.is_empty() { Box::default() } else { self.opers.remove(0) }
    }

    /// The client is logged in to an account.
    pub(crate) fn logged_in<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, account: &[u8]) {
        let named = |open: &Open| open.account.eq_ignore_ascii_case(account);
        let own = |open: &Open| matches!(&open.awaits, Awaits::Sasl(user) if user.is_empty());
        let service = |open: &Open| matches!(&open.awaits, Awaits::Service { .. });
        let found = self.open.iter().position(|open| (own(open) || service(open)) && named(open));
        let found = found.or_else(|| self.open.iter().position(own));
        if let Some(at) = found {
            self.take_out(cx, at, Outcome::Accepted);
        }
    }

    /// A user of a link between servers is logged in to an account.
    pub(crate) fn user_logged_in<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, user: &[u8], account: &[u8]) {
        self.settle(cx, Outcome::Accepted, |open| match &open.awaits {
            Awaits::Service { client, .. } => **client == *user && open.account.eq_ignore_ascii_case(account),
            Awaits::Sasl(asked) => **asked == *user,
            _ => false,
        });
    }

    /// SASL came to its end; `user` is empty for the client itself.
    pub(crate) fn sasl_answered<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, user: &[u8], accepted: bool) {
        self.settle(cx, outcome(accepted), |open| matches!(&open.awaits, Awaits::Sasl(asked) if **asked == *user));
    }

    /// The client is in a channel. Was there a key it had given?
    pub(crate) fn key_taken<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        channel: &[u8],
        map: Casemapping,
    ) -> bool {
        self.settle(cx, Outcome::Accepted, |open| open.awaits == Awaits::Join && map.equal(&open.account, channel))
    }

    /// The client may not join a channel, for its key or for another reason.
    pub(crate) fn key_refused<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        channel: &[u8],
        key: bool,
        map: Casemapping,
    ) {
        let outcome = if key { Outcome::Refused } else { Outcome::Unknown };
        self.settle(cx, outcome, |open| open.awaits == Awaits::Join && map.equal(&open.account, channel));
    }

    /// A server goes on after its peer named itself: it took the peer's password.
    pub(crate) fn link_goes_on<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, peer: Direction) {
        self.settle_all(cx, Outcome::Accepted, |open| open.awaits == Awaits::Link(peer));
    }

    /// A link came to nothing, because of this server's password or for another reason.
    pub(crate) fn link_over<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, peer: Direction, password: bool) {
        let outcome = if password { Outcome::Refused } else { Outcome::Unknown };
        self.settle_all(cx, outcome, |open| open.awaits == Awaits::Link(peer));
    }

    /// A server named itself: its password, sent before, is its own.
    pub(crate) fn link_named(&mut self, peer: Direction, name: &[u8]) {
        for open in self.open.iter_mut().filter(|open| open.account.is_empty()) {
            if open.awaits == Awaits::Registration && peer == Direction::Client {
                open.awaits = Awaits::Link(peer);
                open.kind = SERVER_LINK;
            }
            if open.awaits == Awaits::Link(peer) {
                open.account = name.into();
            }
        }
        self.held = self.count();
    }

    /// Words were said: a service's or a bot's verdict may be in them.
    pub(crate) fn heard<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        said: Said<'_>,
        text: &[u8],
        map: Casemapping,
    ) {
        let service = |open: &Open| match &open.awaits {
            Awaits::Service { service, client } => {
                map.equal(service, &said.from.name) && (client.is_empty() || map.equal(client, &said.target))
            }
            _ => false,
        };
        let bot = |open: &Open| match &open.awaits {
            Awaits::Bot { master, bot } => {
                let to_master = map.equal(master, &said.target) && map.equal(bot, &said.from.name);
                to_master || map.equal(bot, &said.target) && !map.equal(master, &said.from.name)
            }
            _ => false,
        };
        let found = match self.open.iter().position(service) {
            // The newest: bots do not answer what they do not take.
            None => self.open.iter().rposition(bot),
            found => found,
        };
        if let Some(at) = found
            && let Some(verdict) = verdict(text)
        {
            let outcome = match verdict {
                Verdict::Accepted => Outcome::Accepted,
                Verdict::Refused => Outcome::Refused,
                Verdict::Neither => Outcome::Unknown,
            };
            self.take_out(cx, at, outcome);
        }
    }

    /// Bytes of the server were lost, and verdicts with them perhaps: what comes next must not be taken for them.
    pub(crate) fn gap<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>) {
        self.settle_all(cx, Outcome::Unknown, |open| {
            matches!(open.awaits, Awaits::Service { .. } | Awaits::Oper | Awaits::Bot { .. })
        });
        self.opers.clear();
    }
}

const fn outcome(accepted: bool) -> Outcome {
    if accepted { Outcome::Accepted } else { Outcome::Refused }
}
