//! What is hearsay. Anybody can send a home host anything, under any address: what stands in a flow of which its home host
//! took no part is a stranger's own word, unless the capture shows nothing of what home hosts send.
//!
//! Scoring asks the same of a capture, with another bound: `wiretale_score`'s `tap.rs` says which and why.

use wiretale::packet::Flags;
use wiretale::protocol::{Direction, Flow, Moment, Packets, Passed};

use crate::Home;

/// Which ends of a flow were seen, with more than a reset.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Seen([bool; 2]);

/// Does the capture have both sides?
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Tap {
    // A home host said something to the outside.
    both: bool,
}

impl Tap {
    /// Of which packets to tell.
    pub(crate) const PACKETS: Packets = Packets { first: 4, fresh: [1; 2], all: false };

    #[inline]
    pub(crate) fn passed(&mut self, home: &Home, seen: &mut Seen, moment: &Moment<'_>, passed: &Passed) {
        let Moment { direction, flow, .. } = *moment;
        seen.0[direction.index()] |= !passed.flags.has(Flags::RST);
        if !self.both {
            let is_home = |end| home.is_home(flow.speaker(end).address);
            self.both = is_home(direction) && !is_home(direction.opposite());
        }
    }

    /// Is a home host in it that is only spoken to?
    pub(crate) fn is_hearsay(self, home: &Home, seen: Seen, flow: &Flow) -> bool {
        let silent = |end: Direction| !seen.0[end.index()] && home.is_home(flow.speaker(end).address);
        self.both && Direction::BOTH.into_iter().any(silent)
    }
}
