//! The same scenario as a worse capture has it.

use std::time::Duration;

use super::Scenario;
use crate::random::Random;

/// One side of the border.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Home hosts.
    Home,
    /// Everybody else.
    Outside,
}

/// What is wrong with a capture.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Switches {
    /// It begins so long after the first frame: connections are met in the middle.
    pub begins: Duration,
    /// Only what this side sends is in it.
    pub only: Option<Side>,
    /// The share of frames that are in it twice.
    pub twice: f64,
    /// The share of frames that swap places with the next one.
    pub swapped: f64,
}

impl Scenario {
    /// The scenario through such a capture. What is true of it stays, but for what happened before it began.
    #[must_use]
    pub fn through(mut self, switches: &Switches) -> Self {
        let mut random = Random::new(self.seed);
        if let Some(begins) = self.frames.first().map(|(at, _)| *at + switches.begins) {
            self.frames.retain(|(at, _)| *at >= begins);
            self.truth.retain(|truth| truth.at >= begins);
        }
        if let Some(side) = switches.only {
            self.frames.retain(|(_, frame)| is_from_home(frame).is_none_or(|home| home == (side == Side::Home)));
        }
        for at in 1..self.frames.len() {
            if random.chance(switches.swapped) {
                let times = [self.frames[at - 1].0, self.frames[at].0];
                self.frames.swap(at - 1, at);
                (self.frames[at - 1].0, self.frames[at].0) = (times[0], times[1]);
            }
        }
        let copies = |_: &_| if random.chance(switches.twice) { 2 } else { 1 };
        let copies: Vec<usize> = self.frames.iter().map(copies).collect();
        let frames = std::mem::take(&mut self.frames).into_iter().zip(copies);
        self.frames = frames.flat_map(|(frame, copies)| std::iter::repeat_n(frame, copies)).collect();
        self
    }
}

// Is the sender of this Ethernet frame a home host? None: it carries no IP.
fn is_from_home(frame: &[u8]) -> Option<bool> {
    match frame.get(12..14)? {
        [0x08, 0x00] => Some(frame.get(26..28)? == [10, 20]),
        [0x86, 0xdd] => Some(*frame.get(22)? == 0xfd),
        _ => None,
    }
}
