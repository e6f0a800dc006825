//! Somebody typing: echo pairs, and trains of keystrokes hidden among chaff.
//!
//! An echo pair is a small turn after a pause and an answer to it that is no smaller and hardly larger. The thresholds
//! are measured ones (Zhang and Paxson 2000 had the idea; SSH2's padding made their 20 bytes obsolete).

use core::time::Duration;

use smallvec::SmallVec;
use wiretale_protocol::{Direction, Timestamp};

use super::turn::Turn;
use super::{Confidence, Typing};

/// Counts echo pairs in both directions.
#[derive(Debug, Default)]
pub(crate) struct Echoes {
    before: Option<Timestamp>,
    // The turn that waits for its echo, and the pause before it.
    stroke: Option<(Direction, Timestamp, u64, Duration)>,
    turns: u64,
    to_server: Pairs,
    to_client: Pairs,
}

/// Echo pairs that begin in one direction.
#[derive(Debug, Default)]
struct Pairs {
    count: u32,
    sizes: SmallVec<[(u64, u32); 8]>,
    // Pauses below, within and above what people leave between keys.
    fast: u32,
    human: u32,
    slow: u32,
}

/// Watches for packets at even times.
#[derive(Debug, Default)]
pub(crate) struct Train {
    last: Option<(Timestamp, u64)>,
    run: u32,
    longest: u32,
    packets: u32,
}

impl Echoes {
    pub(crate) fn turn(&mut self, turn: &Turn) {
        self.turns += 1;
        if let Some((from, start, bytes, pause)) = self.stroke
            && from != turn.from
        {
            let delay = turn.start.since(start);
            let echo = turn.bytes >= bytes && turn.bytes <= bytes + 48;
            if echo && delay <= Duration::from_secs(1) && pause * 2 > delay * 3 {
                self.pairs(from).add(bytes, pause);
            }
        }
        let pause = self.before.map_or(Duration::ZERO, |before| turn.start.since(before));
        self.before = Some(turn.start);
        let small = turn.bytes <= 128 && pause >= Duration::from_millis(30);
        self.stroke = small.then_some((turn.from, turn.start, turn.bytes, pause));
    }

    /// Typing at the client, and at the server's side.
    pub(crate) fn judge(&self) -> (Typing, Typing) {
        let (forward, reverse) = (&self.to_server, &self.to_client);
        let back = reverse.count >= 3 * forward.count.max(1);
        let there = if back { Typing::default() } else { forward.judge(self.turns) };
        let reversed = if back { reverse.judge(self.turns) } else { Typing::default() };
        (there, reversed)
    }

    const fn pairs(&mut self, from: Direction) -> &mut Pairs {
        match from {
            Direction::Client => &mut self.to_server,
            Direction::Server => &mut self.to_client,
        }
    }
}

impl Pairs {
    fn add(&mut self, bytes: u64, pause: Duration) {
        self.count = self.count.saturating_add(1);
        if let Some((_, count)) = self.sizes.iter_mut().find(|(size, _)| *size == bytes) {
            *count = count.saturating_add(1);
        } else if self.sizes.len() < self.sizes.inline_size() {
            self.sizes.push((bytes, 1));
        }
        let counter = match pause.as_millis() {
            ..50 => &mut self.fast,
            50..=2000 => &mut self.human,
            _ => &mut self.slow,
        };
        *counter = counter.saturating_add(1);
    }

    fn judge(&self, turns: u64) -> Typing {
        let modal = self.sizes.iter().map(|&(_, count)| count).max().unwrap_or(0);
        let share = u64::from(self.count) * 200 >= turns * 15;
        let uniform = u64::from(modal) * 10 >= u64::from(self.count) * 8;
        let median = self.fast * 2 <= self.count && self.slow * 2 <= self.count;
        if self.count < 5 || !share || !uniform || !median {
            return Typing { keystrokes: self.count, confidence: Confidence(0) };
        }
        let sure = match self.count {
            5..10 => 70,
            10..20 => 85,
            _ => 95,
        };
        Typing { keystrokes: self.count, confidence: Confidence(sure) }
    }
}

impl Train {
    /// Takes the client's turns.
    pub(crate) fn turn(&mut self, turn: &Turn) {
        let even = self.last.is_some_and(|(before, bytes)| {
            let gap = turn.start.since(before).as_millis();
            bytes == turn.bytes && (14..=26).contains(&gap)
        });
        self.run = if even { self.run.saturating_add(1) } else { 1 };
        self.last = Some((turn.start, turn.bytes));
        self.longest = self.longest.max(self.run);
        if self.run == RUN {
            self.packets = self.packets.saturating_add(RUN);
        } else if self.run > RUN {
            self.packets = self.packets.saturating_add(1);
        }
    }

    pub(crate) const fn judge(&self) -> Typing {
        let sure = match self.longest {
            ..RUN => 0,
            RUN..20 => 80,
            _ => 95,
        };
        Typing { keystrokes: self.packets, confidence: Confidence(sure) }
    }
}

/// Packets in a row that make a train.
const RUN: u32 = 8;
