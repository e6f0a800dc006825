//! Secrets that crossed, and what became of them.

mod answers;

use alloc::boxed::Box;
use alloc::vec::Vec;

use wiretale_protocol::{Context, Direction, Exposure, Observe, Outcome, Tag, Timestamp};

use crate::Irc;
use crate::mask::{Places, find_words};
use crate::secret::{Awaits, Finding, Secret};

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

    /// Is the outcome of a secret open?
    pub(crate) fn is_waiting(&self) -> bool {
        !self.open.is_empty()
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
