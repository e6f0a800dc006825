//! Who got in, judged by what the server answered.
//!
//! Every request is a turn of the client's and every answer one of the server's, so an exchange is a pair of sizes. The
//! cipher and the MAC say what the two answers of fixed content weigh: `SSH_MSG_SERVICE_ACCEPT` (17 bytes of payload)
//! and `SSH_MSG_USERAUTH_SUCCESS` (1 byte). `SSH_MSG_USERAUTH_FAILURE` carries a list that a server does not change, so
//! it is the answer that comes again.

use alloc::vec::Vec;

use smallvec::SmallVec;

use super::exchange::{Exchange, Sizes};
use super::turn::Turn;
use super::{Confidence, Login};

use wiretale_protocol::Direction;

/// The authentication of one connection. Holds at most [`LIMIT`] exchanges.
#[derive(Debug)]
pub(crate) struct Logins {
    sizes: Sizes,
    stage: Stage,
    exchanges: Vec<Exchange>,
    // Refusals that had to make room.
    dropped: u32,
    // The client's turn that waits for an answer.
    request: Option<Turn>,
    // The client asks for the methods first, as far as its software is known.
    asks_first: Option<bool>,
    // The server pads as dropbear does.
    pads: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Waiting for the answer to the service request.
    Service,
    /// Requests and answers.
    Methods,
    /// Lengths tell nothing here.
    Blind,
}

impl Logins {
    pub(crate) const fn new(sizes: Sizes) -> Self {
        Self {
            sizes,
            stage: Stage::Service,
            exchanges: Vec::new(),
            dropped: 0,
            request: None,
            asks_first: None,
            pads: false,
        }
    }

    /// Takes hints from the identification strings.
    pub(crate) fn software(&mut self, client: &[u8], server: &[u8]) {
        let starts = |names: &[&[u8]]| names.iter().any(|name| client.starts_with(name));
        if starts(ASK_FIRST) {
            self.asks_first = Some(true);
        } else if starts(DO_NOT_ASK) {
            self.asks_first = Some(false);
        }
        self.pads = server.starts_with(b"dropbear");
    }

    /// Everything is compressed: no length can be foretold.
    pub(crate) const fn blind(&mut self) {
        self.stage = Stage::Blind;
    }

    /// Lengths tell nothing of this login.
    pub(crate) fn blinded(&self) -> bool {
        self.stage == Stage::Blind
    }

    /// What the client sent when it was in: its first packet and all of the turn.
    pub(crate) fn opening(&self) -> Option<(u32, u32)> {
        let (at, _) = self.success(false)?;
        self.exchanges.get(at)?.then
    }

    /// What packets weigh, as far as the first exchange set it right.
    pub(crate) const fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// A turn is over. The client's answer to the last answer is needed to read some of them.
    pub(crate) fn turn(&mut self, turn: &Turn) {
        match (turn.from, self.stage) {
            (_, Stage::Blind) => {}
            (Direction::Client, _) => {
                if let Some(last) = self.exchanges.last_mut()
                    && last.then.is_none()
                {
                    last.then = Some((turn.first(), turn.size()));
                }
                self.request = Some(turn.clone());
            }
            (Direction::Server, Stage::Service) => self.service(turn),
            (Direction::Server, Stage::Methods) => self.answer(turn),
        }
    }

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
            None if refused > 0 && self.answered_with_refusals(tries) => {
                login.accepted = Some(false);
                login.confidence = self.confidence(if refused > 1 { 90 } else { 75 });
            }
            None => self.undecided(&mut login),
        }
        login
    }

    // The first answer of the server's tells what SERVICE_ACCEPT weighs, and so whether the sizes are right.
    fn service(&mut self, turn: &Turn) {
        let Some(request) = self.request.take() else {
            return;
        };
        self.sizes.calibrate(request.last(), turn);
        let accept = self.sizes.server.size(17);
        let rest = turn.size().checked_sub(accept);
        match rest {
            _ if turn.packets.contains(&accept) => self.pipelined(&request, turn, accept),
            Some(0) => {}
            // EXT_INFO before it, or the answer to a request sent along with the service request.
            Some(rest) if request.size() > self.sizes.client.size(17) => {
                self.push(request.size() - self.sizes.client.size(17), rest, false);
            }
            Some(_) => {}
            None => {
                self.stage = Stage::Blind;
                return;
            }
        }
        self.stage = Stage::Methods;
    }

    fn pipelined(&mut self, request: &Turn, turn: &Turn, accept: u32) {
        let behind = turn.packets.iter().skip_while(|&&size| size != accept).skip(1).last();
        if let Some(&answer) = behind {
            self.push(request.last(), answer, answer == self.sizes.success());
        }
    }

    fn answer(&mut self, turn: &Turn) {
        let Some(request) = self.request.take() else {
            // More of an answer, across something that was not a request.
            return;
        };
        let success = self.sizes.success();
        let exact = turn.packets.contains(&success);
        let reply = if exact { success } else { turn.last() };
        self.push(request.last(), reply, exact);
    }

    fn push(&mut self, request: u32, reply: u32, exact: bool) {
        if self.exchanges.len() >= LIMIT {
            let oldest = self.exchanges.remove(1);
            self.dropped += u32::from(Some(oldest.reply) == self.failure(&self.exchanges));
        }
        let exact = exact || reply == self.sizes.success();
        self.exchanges.push(Exchange { request, reply, exact, then: None });
    }

    // Where the server said yes, and how sure that is.
    fn success(&self, over: bool) -> Option<(usize, u8)> {
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
    fn failure(&self, tries: &[Exchange]) -> Option<u32> {
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

    fn refused(&self, tries: &[Exchange], over: bool) -> u32 {
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
        let other = self.exchanges.iter().rev().take_while(|exchange| Some(exchange.reply) != failure).count();
        if other >= 8 {
            login.accepted = Some(true);
            login.attempts += 1;
            login.confidence = Confidence(50);
        }
    }

    fn confidence(&self, sure: u8) -> Confidence {
        Confidence(if self.sizes.guessed { sure.min(70) } else { sure })
    }
}

/// Exchanges that are kept: OpenSSH allows six attempts, others up to twenty; of more, the oldest refusals
/// are only counted.
const LIMIT: usize = 32;

/// A banner or EXT_INFO is at least so long, and no two answers of other kinds differ by more.
const TEXT: u32 = 128;

/// What OpenSSH's server says of its host keys after a login is at least so long.
const HOST_KEYS: u32 = 160;

const ASK_FIRST: &[&[u8]] = &[
    b"OpenSSH",
    b"PuTTY",
    b"WinSCP",
    b"FileZilla",
    b"libssh",
    b"dropbear",
    b"Go",
    b"JSCH",
    b"AsyncSSH",
    b"TTSSH",
    b"SecureCRT",
    b"mRemote",
    b"Renci",
];

const DO_NOT_ASK: &[&[u8]] = &[b"paramiko", b"Ruby/Net::SSH", b"Granados"];
