//! A sweep: flows that are looked at, or end, one after the other. What each needs is asked for while those before it have
//! their turn.

use std::hint::black_box;

use wiretale_protocol::{Observer, Services};

use crate::ahead::WORTH_IT;
use crate::analyzer::Analyzer;
use crate::table::Body;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Gives each of `count` flows its turn; `place` tells where the nth of them is.
    #[inline]
    pub(crate) fn sweep(&mut self, count: usize, place: impl Fn(usize) -> u32, mut turn: impl FnMut(&mut Self, usize)) {
        let lead = if self.table.len() < WORTH_IT { 0 } else { STEPS * STEP };
        for n in 0..count + lead {
            if lead > 0 {
                self.approach(|back| n.checked_sub(back * STEP).filter(|n| *n < count).map(&place));
            }
            if let Some(n) = n.checked_sub(lead) {
                turn(self, n);
            }
        }
    }

    /// Asks for a flow's place, for the record of one that comes earlier, and for what that of one still earlier points to.
    #[inline]
    fn approach(&self, at: impl Fn(usize) -> Option<u32>) {
        if let Some(at) = at(0) {
            self.table.draw_near(at);
        }
        match at(1).and_then(|at| self.table.known(at)).map(|slot| &slot.body) {
            // All of it: what only an end needs comes last.
            Some(Body::Full { flow, .. }) => flow.ask_for(usize::MAX),
            Some(Body::Refused { flow, .. }) => flow.ask_for(usize::MAX),
            _ => {}
        }
        if let Some(record) = at(2).and_then(|at| self.record_at(at)) {
            Self::beyond_near(record);
        }
    }

    /// Reads what taking flows out of the table will need, in one go: the waits for it overlap.
    #[inline]
    pub(crate) fn look_around(&self, places: impl Iterator<Item = u32>) {
        if self.table.len() >= WORTH_IT {
            black_box(places.fold(0, |seen, at| seen ^ self.table.glance(at)));
        }
    }
}

/// From asking for a flow's place to its turn: the place, the record, what that points to.
const STEPS: usize = 3;

/// Flows between one step and the next.
const STEP: usize = 6;
