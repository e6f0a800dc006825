//! Who got in, judged by what the server answered.
//!
//! Every request is a turn of the client's and every answer one of the server's, so an exchange is a pair of sizes. The
//! cipher and the MAC say what the two answers of fixed content weigh: `SSH_MSG_SERVICE_ACCEPT` (17 bytes of payload)
//! and `SSH_MSG_USERAUTH_SUCCESS` (1 byte). `SSH_MSG_USERAUTH_FAILURE` carries a list that a server does not change, so
//! it is the answer that comes again.

mod verdict;

use alloc::vec::Vec;

use super::exchange::{Exchange, Sizes};
use super::turn::Turn;

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
    // How many exchanges were whole when bytes were lost: from there on turns may be none, and answers others'.
    whole: Option<usize>,
    // There were too many behind it.
    endless: bool,
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
            whole: None,
            endless: false,
        }
    }

    /// Bytes were lost.
    pub(crate) fn lose(&mut self) {
        self.whole.get_or_insert(self.exchanges.len());
    }

    /// The same login under other seals, of which nothing is known yet.
    pub(crate) fn under(&self, sizes: Sizes) -> Self {
        Self { whole: self.whole, ..Self::new(sizes) }
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
            // Behind a loss so many exchanges are more than guesses, and where these ended is forgotten.
            self.endless |= self.whole.is_some_and(|whole| whole <= 1);
            self.whole = self.whole.map(|whole| if whole > 1 { whole - 1 } else { whole });
            let refused = Some(oldest.reply) == self.failure(&self.exchanges);
            self.dropped += u32::from(refused && self.whole.is_none());
        }
        let exact = exact || reply == self.sizes.success();
        self.exchanges.push(Exchange { request, reply, exact, then: None });
    }
}

/// Exchanges that are kept: OpenSSH allows six attempts, others up to twenty; of more, the oldest refusals
/// are only counted.
const LIMIT: usize = 32;

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
