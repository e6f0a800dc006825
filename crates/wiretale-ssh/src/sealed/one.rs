//! SSH1's login. Its packet lengths are never encrypted, so every packet is seen; `SSH_SMSG_SUCCESS` and
//! `SSH_SMSG_FAILURE` weigh the same, and only what follows tells them apart.

use wiretale_protocol::Direction;

use super::turn::Turn;
use super::{Confidence, Login};

/// Counts answers, and waits for a shell.
#[derive(Debug, Default)]
pub(crate) struct One {
    // Answers of twelve bytes, the one to the session key included.
    answers: u32,
    asked: bool,
    // The client's last packet was one that starts a shell.
    shell: bool,
    inside: bool,
}

impl One {
    pub(crate) fn turn(&mut self, turn: &Turn) {
        match turn.from {
            _ if self.inside => {}
            Direction::Client => {
                self.asked = true;
                self.shell = self.answers >= 3 && turn.last() == SHORT;
            }
            Direction::Server if self.shell && turn.bytes > u64::from(SHORT) => self.inside = true,
            Direction::Server => {
                self.answers += u32::from(turn.last() == SHORT);
            }
        }
    }

    /// What can be said: after the session key and the user name, every answer is one to an attempt; the last before a
    /// shell is the one that grants a terminal.
    pub(crate) fn login(&self) -> Login {
        let attempts = self.answers.saturating_sub(2);
        if self.inside {
            let attempts = attempts.saturating_sub(1);
            let refused = attempts.saturating_sub(1);
            let none = attempts == 0;
            let attempts = attempts.max(1);
            Login { accepted: Some(true), attempts, refused, none, confidence: Confidence(70) }
        } else if attempts > 0 {
            Login { accepted: Some(false), attempts, refused: attempts, none: false, confidence: Confidence(55) }
        } else {
            Login::default()
        }
    }
}

/// A packet without data: length, padding, type and checksum.
const SHORT: u32 = 12;
