//! What goes on after the login: typing, bulk, tunnels.

use core::time::Duration;

use wiretale_protocol::Direction;

use super::exchange::Sizes;
use super::turn::Turn;
use super::typing::{Echoes, Train};
use super::{Confidence, Session, Transfer};

/// Watches the turns of a session.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    echoes: Echoes,
    train: Train,
    up: u64,
    down: u64,
    tunnels: Tunnels,
}

/// Signs of forwarded connections.
#[derive(Debug, Default)]
struct Tunnels {
    // The client's first turn was seen.
    begun: bool,
    // It opened no session: `ssh -N`.
    bare: bool,
    // It asked the server to listen.
    asked: bool,
    // Channels that each side opened and the other confirmed.
    local: u32,
    remote: u32,
    last: Option<Turn>,
}

impl Activity {
    /// After a login behind which the client has already sent this (its first packet, all of the turn).
    pub(crate) fn new(opening: Option<(u32, u32)>, sizes: &Sizes) -> Self {
        let mut activity = Self::default();
        if let Some((_, all)) = opening {
            activity.tunnels.begun = true;
            activity.tunnels.opening(all, sizes);
        }
        activity
    }

    /// One more turn after the login.
    pub(crate) fn turn(&mut self, turn: &Turn, sizes: &Sizes) {
        self.echoes.turn(turn);
        if turn.from == Direction::Client {
            self.train.turn(turn);
        }
        if turn.bytes >= BULK {
            let bulk = match turn.from {
                Direction::Client => &mut self.up,
                Direction::Server => &mut self.down,
            };
            *bulk += turn.bytes;
        }
        self.tunnels.turn(turn, sizes);
    }

    /// Fills in what it found.
    pub(crate) fn judge(&self, session: &mut Session) {
        (session.typing, session.reverse_typing) = self.echoes.judge();
        session.obfuscated = self.train.judge();
        let typed = session.typing.confidence.max(session.obfuscated.confidence);
        session.local_forward = self.tunnels.local();
        session.reverse_tunnel = self.tunnels.remote(session.reverse_typing.confidence);
        let other = typed.max(session.local_forward).max(session.reverse_tunnel);
        session.upload = transfer(self.up, other);
        session.download = transfer(self.down, other);
    }
}

impl Tunnels {
    fn turn(&mut self, turn: &Turn, sizes: &Sizes) {
        if turn.from == Direction::Client && !core::mem::replace(&mut self.begun, true) {
            self.opening(turn.size(), sizes);
        } else if let Some(last) = &self.last {
            self.local += u32::from(turn.from == Direction::Server && opened(last, turn, sizes));
            self.remote += u32::from(turn.from == Direction::Client && self.asked && opened(last, turn, sizes));
        }
        self.last = Some(turn.clone());
    }

    // OpenSSH's client begins with the requests to listen, then says that no more sessions will be asked for
    // (`no-more-sessions@openssh.com`, 34 bytes), and opens its session in front of that.
    fn opening(&mut self, all: u32, sizes: &Sizes) {
        let (session, no_more) = (sizes.client.size(24), sizes.client.size(34));
        if all == session || all == session.saturating_add(no_more) {
            return;
        }
        self.asked =
            all.checked_sub(no_more).is_some_and(|rest| sizes.forward(rest) || sizes.forward_and_session(rest))
                || sizes.forward_and_session(all);
        self.bare = all == no_more || all.checked_sub(no_more).is_some_and(|rest| sizes.forward(rest));
    }

    const fn local(&self) -> Confidence {
        Confidence(match (self.bare, self.local) {
            (true, 2..) => 95,
            (true, 1) => 85,
            (false, 3..) => 60,
            (true, 0) if !self.asked => 30,
            _ => 0,
        })
    }

    fn remote(&self, typed: Confidence) -> Confidence {
        let typed = typed > Confidence(0);
        Confidence(match (self.asked, typed, self.remote) {
            (true, true, _) => 95,
            (true, false, 1..) => 85,
            (true, false, 0) => 60,
            (false, true, _) => 75,
            _ => 0,
        })
    }
}

// A channel with an address in it was opened and confirmed with 17 bytes.
fn opened(open: &Turn, confirm: &Turn, sizes: &Sizes) -> bool {
    let (from, to) = match open.from {
        Direction::Client => (&sizes.client, &sizes.server),
        Direction::Server => (&sizes.server, &sizes.client),
    };
    let confirmation = to.size(17);
    let asked = (from.size(50)..=from.size(124).saturating_add(from.size(9))).contains(&open.last());
    let confirmed = confirm.first() == confirmation;
    let prompt = confirm.start.since(open.start) < Duration::from_secs(30);
    open.from != confirm.from && asked && confirmed && prompt
}

const fn transfer(bytes: u64, other: Confidence) -> Transfer {
    let sure = if bytes < BULK {
        0
    } else if other.0 < 60 {
        90
    } else {
        40
    };
    Transfer { bytes, confidence: Confidence(sure) }
}

/// A turn of so many bytes is bulk: more than seven full segments.
const BULK: u64 = 10 * 1024;
