//! What the exchanges of a login come to.

use smallvec::SmallVec;

use super::{LIMIT, Logins, Stage};
use crate::sealed::exchange::Exchange;
use crate::sealed::{Confidence, Login};

impl Logins {
    /// The verdict; `over` when the connection is.
    pub(crate) fn verdict(&self, over: bool) -> Login {
        if self.stage == Stage::Blind || self.exchanges.is_empty() {
            return Login::default();
        }
        let success = self.success(over);
        let tries = self.exchanges.get(..success.map_or(self.exchanges.len(), |(at, _)| at)).unwrap_or_default();
        let refused = self.dropped + self.refused(tries, success.is_none() && over);
        let mut login = Login { refused, attempts: refused, ..Login::default() };
        match success {
            Some((at, sure)) => {
                login.accepted = Some(true);
                login.attempts += 1;
                login.none = at == 0 && self.first_is_none();
                login.confidence = self.confidence(sure);
            }
            None if self.whole.is_some() => self.undecided(&mut login),
            None if refused > 0 && self.answered_with_refusals(tries) => {
                login.accepted = Some(false);
                login.confidence = self.confidence(if refused > 1 { 90 } else { 75 });
            }
            None => self.undecided(&mut login),
        }
        login
    }

    // Where the server said yes, and how sure that is.
    pub(super) fn success(&self, over: bool) -> Option<(usize, u8)> {
        let exact = self.exchanges.iter().position(|exchange| exchange.exact);
        if let Some(at) = exact {
            return Some((at, 95));
        }
        let padded = self.exchanges.iter().enumerate().position(|(at, exchange)| self.padded(at, exchange));
        if let Some(at) = padded {
            return Some((at, 85));
        }
        let failure = self.failure(&self.exchanges);
        let together = (0..self.exchanges.len()).find(|&at| self.together(at, failure));
        if let Some(at) = together {
            return Some((at, 80));
        }
        let last = self.exchanges.last().filter(|last| over && last.then.is_none() && Some(last.reply) != failure)?;
        self.sizes.together_at_the_end(last).map(|sure| (self.exchanges.len() - 1, sure))
    }

    // A yes with more behind it. What opens OpenSSH's session is unmistakable where sizes are fine enough; else it may
    // be another request, until the server confirms the channel (17 bytes of payload).
    fn together(&self, at: usize, failure: Option<u32>) -> bool {
        let Some(exchange) = self.exchanges.get(at).filter(|exchange| Some(exchange.reply) != failure) else {
            return false;
        };
        let confirmation = self.sizes.server.size(17);
        let next = self.exchanges.get(at + 1).map(|next| next.reply);
        let confirmed = next.is_some_and(|next| next == confirmation || next >= confirmation.saturating_add(HOST_KEYS));
        let plain = self.sizes.server.countable() && (next.is_none() || next != failure);
        (self.sizes.together(exchange) && (plain || confirmed))
            || (confirmed && self.sizes.together_with_session(exchange))
    }

    // Dropbear pads the shortest packets to 16 bytes; a list of methods in a refusal is longer.
    fn padded(&self, at: usize, exchange: &Exchange) -> bool {
        let padded = self.sizes.padded_success();
        let known = self.pads || (at > 0 && self.sizes.opens(exchange));
        padded != self.sizes.success() && exchange.reply == padded && known
    }

    // The size of a refusal: the answer that comes most often, and of those that come once the first, unless a banner
    // or EXT_INFO came along with it.
    pub(super) fn failure(&self, tries: &[Exchange]) -> Option<u32> {
        let first = tries.first()?.reply;
        let usable = tries.iter().filter(|exchange| !exchange.exact && !self.sizes.key_accepted(exchange));
        let replies: SmallVec<[u32; LIMIT]> = usable.map(|exchange| exchange.reply).collect();
        let count = |size: u32| replies.iter().filter(|&&reply| reply == size).count();
        let (mut best, mut most) = (first, count(first));
        for &reply in &replies {
            let n = count(reply);
            if n > most || (n == most && n > 1 && best != first) {
                (best, most) = (reply, n);
            }
        }
        match replies.get(1).copied() {
            Some(second) if most <= 1 && first.saturating_sub(second) >= TEXT => Some(second),
            _ => Some(best),
        }
    }

    // So short is no request for authentication.
    fn is_too_short(&self, exchange: &Exchange) -> bool {
        self.sizes.client.payload(exchange.request) < SHORTEST
    }

    // Behind a loss only what is asked and answered as before it, up to the first other answer: that may be the login's.
    fn refused(&self, tries: &[Exchange], over: bool) -> u32 {
        let Some(whole) = self.whole else { return self.refused_in(tries, over) };
        let (before, behind) = tries.split_at_checked(whole).unwrap_or((tries, &[]));
        let behind = if self.endless { &[] } else { behind };
        let asked: SmallVec<[Exchange; LIMIT]> =
            tries.iter().filter(|exchange| !self.is_too_short(exchange)).copied().collect();
        let failure = self.failure(if before.is_empty() { &asked } else { before });
        let skip = usize::from(before.is_empty() && self.first_is_none());
        let is_refusal = |exchange: &&Exchange| {
            let asks = !self.is_too_short(exchange) && !self.sizes.key_accepted(exchange);
            asks && Some(exchange.reply) == failure
        };
        let behind = behind.iter().skip(skip).take_while(is_refusal).count();
        self.refused_in(before, false) + u32::try_from(behind).unwrap_or(u32::MAX)
    }

    fn refused_in(&self, tries: &[Exchange], over: bool) -> u32 {
        let Some(failure) = self.failure(tries) else {
            return 0;
        };
        let skip = usize::from(self.first_is_none());
        let question = self.question(tries);
        let asks = |exchange: &Exchange| Some(exchange.request) == question;
        let mut refused = 0;
        for (at, exchange) in tries.iter().enumerate().skip(skip) {
            let again = at > 0 && tries.get(at - 1).is_some_and(|before| before.reply == exchange.reply);
            let refusal = (exchange.reply == failure || again) && !self.sizes.key_accepted(exchange) && !asks(exchange);
            let last = over && at + 1 == tries.len() && exchange.then.is_none();
            refused += u32::from(refusal || (last && self.sizes.disconnect(exchange)));
        }
        refused
    }

    // Where blocks are too coarse to tell a question (`SSH_MSG_USERAUTH_INFO_REQUEST`) from a refusal, the requests tell:
    // the same one for `keyboard-interactive` again and again, and an answer after each.
    fn question(&self, tries: &[Exchange]) -> Option<u32> {
        let none = tries.first().filter(|_| self.first_is_none())?.request;
        let request = tries.get(1).filter(|second| self.sizes.interactive(none, second.request))?.request;
        let tries = tries.get(1..)?;
        let again = tries.iter().filter(|exchange| exchange.request == request).count() > 1;
        let in_turn =
            tries.iter().zip(tries.iter().skip(1)).all(|(a, b)| (a.request == request) != (b.request == request));
        (again && in_turn).then_some(request)
    }

    // The first request only asked which methods there are (RFC 4252 §5.2).
    fn first_is_none(&self) -> bool {
        let Some(first) = self.exchanges.first() else {
            return false;
        };
        let longest = self.sizes.client.payload(first.request);
        if longest < 44 && self.asks_first != Some(false) {
            return true;
        }
        match self.asks_first {
            Some(asks) => asks,
            None => {
                let more = self.exchanges.get(1..).unwrap_or_default();
                !more.is_empty() && more.iter().all(|later| later.request >= first.request.saturating_add(16))
            }
        }
    }

    // Nothing but refusals at the end: had the client got in, other answers would follow.
    fn answered_with_refusals(&self, tries: &[Exchange]) -> bool {
        let failure = self.failure(tries);
        let behind = tries.iter().rev().take_while(|exchange| Some(exchange.reply) != failure).count();
        behind <= 4
    }

    // No yes was seen, yet the talk goes on far longer than an authentication does.
    fn undecided(&self, login: &mut Login) {
        let failure = self.failure(&self.exchanges);
        let goes_on = |exchange: &&Exchange| match self.whole {
            Some(_) => !self.sizes.guessed && self.is_too_short(exchange),
            None => Some(exchange.reply) != failure,
        };
        if self.exchanges.iter().rev().take_while(goes_on).count() >= 8 {
            login.accepted = Some(true);
            login.attempts += 1;
            login.confidence = Confidence(50);
        }
    }

    fn confidence(&self, sure: u8) -> Confidence {
        Confidence(if self.sizes.guessed { sure.min(70) } else { sure })
    }
}

/// What a request for the method `none` has, but for the user's name (RFC 4252 section 5).
const SHORTEST: u32 = 31;

/// A banner or EXT_INFO is at least so long, and no two answers of other kinds differ by more.
const TEXT: u32 = 128;

/// What OpenSSH's server says of its host keys after a login is at least so long.
const HOST_KEYS: u32 = 160;
