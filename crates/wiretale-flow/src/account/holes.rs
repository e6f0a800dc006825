//! What was acknowledged, and not seen.

use std::time::Duration;

use smallvec::SmallVec;
use wiretale_protocol::{Direction, Timestamp};

use super::Account;
use crate::history::History;
use crate::party::{Party, Phase};

/// Bytes that were acknowledged and not seen, so far: some captures show an acknowledgement before what it acknowledges.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hole {
    of: Direction,
    from: u64,
    to: u64,
    shown: Timestamp,
    /// How long the history was then.
    letters: usize,
}

/// What most connections have none of.
pub(super) type Holes = SmallVec<[Hole; 2]>;

impl Account {
    /// Counts what was acknowledged and never seen. Done when the connection is over, since bytes may come a little
    /// after their acknowledgement.
    pub(crate) fn settle_holes(&mut self, history: &mut History) {
        let Some(holes) = self.holes.take() else { return };
        let mut letters = SmallVec::<[(usize, Direction); 4]>::new();
        for hole in &*holes {
            // A FIN may come behind its acknowledgement as well, and is no byte.
            let to = hole.to.min(self.parties[hole.of.index()].payload_end());
            let Some(lost) = to.checked_sub(hole.from).filter(|lost| *lost > 0) else { continue };
            self.missed = self.missed.saturating_add(lost);
            if self.party_mut(hole.of).odd().gaps.hit() {
                letters.push((hole.letters, hole.of));
            }
        }
        for (at, of) in letters.into_iter().rev() {
            history.insert(at, of, b'G');
        }
    }

    /// Takes note of bytes seen; those of a hole that showed just before fill it.
    pub(super) fn saw(&mut self, of: Direction, from: u64, to: u64, at: Timestamp) {
        self.party_mut(of).saw(from, to);
        let Some(holes) = &mut self.holes else { return };
        for n in (0..holes.len()).rev() {
            let hole = holes[n];
            let fits = hole.of == of && from < hole.to && to > hole.from && at.since(hole.shown) <= GRACE;
            if fits {
                holes.remove(n);
                if to < hole.to {
                    holes.insert(n, Hole { from: to, ..hole });
                }
                if from > hole.from {
                    holes.insert(n, Hole { to: from, ..hole });
                }
            }
        }
        if holes.is_empty() {
            self.holes = None;
        }
    }

    /// Takes note that bytes of `of` up to `to` are acknowledged. Holes count where both sides are well established, as
    /// in Zeek: elsewhere they are often no more than numbers that mislead.
    pub(super) fn trim(&mut self, of: Direction, to: u64, at: Timestamp, history: &mut History) {
        let clean = |party: &Party| {
            party.phase == Phase::Established || (party.phase == Phase::Closed && party.was == Phase::Established)
        };
        let counts = self.parties.iter().all(clean);
        let (letters, holes) = (history.len(), &mut self.holes);
        self.parties[of.index()].trim(to, |from, to| {
            if counts {
                holes.get_or_insert_default().push(Hole { of, from, to, shown: at, letters });
            }
        });
        if self.holes.as_ref().is_some_and(|holes| holes.len() > HOLES) {
            self.settle_holes(history);
        }
    }
}

/// How long after its acknowledgement a byte may come and still count as seen.
const GRACE: Duration = Duration::from_millis(250);

/// Holes that wait for it; past them all are counted.
const HOLES: usize = 64;
