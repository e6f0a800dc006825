//! Secrets that crossed, and what became of them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wiretale_protocol::{Context, Direction, Exposure, Observe, Outcome, Tag, Timestamp};

use crate::mask::{Places, find_words};
use crate::secrets::{Awaits, Finding, Secret};
use crate::services::{Verdict, verdict};
use crate::talk::Said;
use crate::{Casemapping, Irc};

/// Secrets whose outcome is open, and the bytes of the last few, so that an echo of them can be masked. Bounded.
#[derive(Default)]
pub(crate) struct Ledger {
    open: Vec<Open>,
    // Taken before, in this connection: a secret that is not looked at again is still the right one.
    taken: Vec<(Box<[u8]>, Tag)>,
    keys: Vec<(Box<[u8]>, Tag)>,
    echoes: Vec<Secret>,
    opers: Vec<Box<[u8]>>,
    dropped: u64,
    // What `count` said when something changed last: it is asked for with each line, and changes with few.
    held: usize,
}

struct Open {
    kind: &'static str,
    account: Box<[u8]>,
    scope: Box<[u8]>,
    by: Direction,
    tag: Tag,
    crossed: Timestamp,
    frame: u64,
    awaits: Awaits,
}

impl Ledger {
    /// About how many bytes on the heap it takes.
    pub(crate) fn held(&self) -> usize {
        debug_assert_eq!(self.held, self.count(), "counted with each change");
        self.held
    }

    fn count(&self) -> usize {
        let open = self.open.iter().map(|open| size_of::<Open>() + open.account.len() + open.scope.len() + NAMES);
        let tagged = self.taken.iter().chain(&self.keys).map(|(name, _)| size_of::<(Box<[u8]>, Tag)>() + name.len());
        let echoes = self.echoes.iter().map(|secret| size_of::<Secret>() + secret.bytes().len());
        open.chain(tagged).chain(echoes).sum()
    }

    /// A secret crossed. False if there was no room to wait for its outcome, for the first time.
    pub(crate) fn enter<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, finding: Finding, scope: &[u8]) -> bool {
        let had_room = self.note(cx, finding, scope);
        self.held = self.count();
        had_room
    }

    fn note<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, finding: Finding, scope: &[u8]) -> bool {
        let tag = cx.tag(finding.secret.bytes());
        let (crossed, frame, by) = (cx.moment().at, cx.moment().frame, cx.moment().direction);
        let Finding { kind, account, secret, awaits } = finding;
        self.remember(secret);
        if kind == CHANNEL_KEY && !remembered(&mut self.keys, &account, tag) {
            // Told again: what was asked for is so.
            if let Awaits::Nothing(outcome) = awaits {
                self.settle(cx, outcome, |open| {
                    open.kind == CHANNEL_KEY && open.tag == tag && open.account.eq_ignore_ascii_case(&account)
                });
            }
            return true;
        }
        // Bots do not answer what they do not take: a new try ends the wait for the one before.
        if let Awaits::Bot { .. } = awaits {
            self.settle(cx, Outcome::Unknown, |open| open.awaits == awaits);
        }
        let open = Open { kind, account, scope: scope.into(), by, tag, crossed, frame, awaits };
        let outcome = match open.awaits {
            Awaits::Nothing(outcome) => Some(outcome),
            _ if self.open.len() >= MOST_OPEN => Some(Outcome::Unknown),
            _ => None,
        };
        let Some(outcome) = outcome else {
            self.open.push(open);
            return true;
        };
        let first = self.open.len() >= MOST_OPEN && self.dropped == 0;
        self.dropped += u64::from(self.open.len() >= MOST_OPEN);
        self.close(cx, open, outcome);
        !first
    }

    /// Places on a line where one of the last secrets stands again in `words`, a part of it.
    pub(crate) fn echoes(&self, line: &[u8], words: &[u8], places: &mut Places) {
        for secret in &self.echoes {
            find_words(line, words, secret.bytes(), places);
        }
    }

    /// Is this one of the last secrets?
    pub(crate) fn knows(&self, secret: &[u8]) -> bool {
        self.echoes.iter().any(|known| known.bytes() == secret)
    }

    /// Is there anything an echo could be of?
    pub(crate) fn has_echoes(&self) -> bool {
        !self.echoes.is_empty()
    }

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

    /// Is the outcome of a secret open?
    pub(crate) fn is_waiting(&self) -> bool {
        !self.open.is_empty()
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

    /// Nothing more will be heard.
    pub(crate) fn end<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>) {
        self.settle_all(cx, Outcome::Unknown, |_| true);
    }

    fn settle<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        outcome: Outcome,
        which: impl Fn(&Open) -> bool,
    ) -> bool {
        let Some(at) = self.open.iter().position(which) else { return false };
        self.take_out(cx, at, outcome);
        true
    }

    fn settle_all<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        outcome: Outcome,
        mut which: impl FnMut(&mut Open) -> bool,
    ) {
        let mut at = 0;
        while let Some(open) = self.open.get_mut(at) {
            if which(open) { self.take_out(cx, at, outcome) } else { at += 1 }
        }
    }

    fn take_out<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, at: usize, outcome: Outcome) {
        if at < self.open.len() {
            let open = self.open.remove(at);
            self.close(cx, open, outcome);
            self.held = self.count();
        }
    }

    fn close<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, open: Open, outcome: Outcome) {
        let known = || self.taken.iter().any(|(account, tag)| *account == open.account && *tag == open.tag);
        let outcome = match outcome {
            Outcome::Unknown if !open.account.is_empty() && known() => Outcome::Accepted,
            outcome => outcome,
        };
        if outcome == Outcome::Accepted {
            remembered(&mut self.taken, &open.account, open.tag);
        }
        let Open { kind, account, scope, by, tag, crossed, frame, .. } = open;
        cx.expose(&Exposure { kind, account: &account, scope: &scope, by, outcome, tag, crossed, frame });
    }

    fn remember(&mut self, secret: Secret) {
        if self.echoes.iter().any(|known| known.bytes() == secret.bytes()) || secret.bytes().len() < SHORTEST_ECHO {
            return;
        }
        if self.echoes.len() >= MOST_ECHOES {
            self.echoes.remove(0);
        }
        self.echoes.push(secret);
    }
}

// Notes a pair; false if it was noted before.
fn remembered(pairs: &mut Vec<(Box<[u8]>, Tag)>, account: &[u8], tag: Tag) -> bool {
    if pairs.iter().any(|(known, its)| known.eq_ignore_ascii_case(account) && *its == tag) {
        return false;
    }
    if pairs.len() >= MOST_PAIRS {
        pairs.remove(0);
    }
    pairs.push((account.into(), tag));
    true
}

const fn outcome(accepted: bool) -> Outcome {
    if accepted { Outcome::Accepted } else { Outcome::Refused }
}

// Bytes of the names that an outcome is waited for from.
const NAMES: usize = 64;
/// The kind of a channel's key.
pub(crate) const CHANNEL_KEY: &str = "channel-key";
/// The kind of a server link's password.
pub(crate) const SERVER_LINK: &str = "server-link";
const MOST_OPEN: usize = 64;
const MOST_PAIRS: usize = 64;
const MOST_ECHOES: usize = 16;
// Shorter ones would mask ordinary words.
const SHORTEST_ECHO: usize = 3;
