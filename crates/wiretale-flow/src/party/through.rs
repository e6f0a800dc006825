//! Bytes of a side that were seen, and what is still to come before its end.

use super::{Party, Phase};

impl Party {
    /// Takes note of bytes seen.
    pub(crate) fn saw(&mut self, from: u64, to: u64) {
        if to <= self.through {
            return;
        }
        if from <= self.through {
            self.through = to;
            return self.absorb();
        }
        let beyond = &mut self.odd().beyond;
        let at = beyond.partition_point(|(_, end)| *end < from);
        let mut range = (from, to);
        while let Some((start, end)) = beyond.get(at).copied().filter(|(start, _)| *start <= range.1) {
            range = (range.0.min(start), range.1.max(end));
            beyond.remove(at);
        }
        if beyond.len() < RANGES {
            beyond.insert(at, range);
        }
        self.has_beyond = !beyond.is_empty();
    }

    /// Takes note of an acknowledgement up to `to`; `hole` hears of each range in it that was not seen.
    pub(crate) fn trim(&mut self, to: u64, mut hole: impl FnMut(u64, u64)) {
        let to = to.min(self.payload_end());
        self.trimmed = self.trimmed.max(to);
        while self.through < to {
            let beyond = self.odd.as_ref().and_then(|odd| odd.beyond.first());
            let next = beyond.map_or(to, |(start, _)| to.min(*start));
            if next > self.through {
                hole(self.through, next);
                self.through = next;
            }
            self.absorb();
        }
    }

    fn absorb(&mut self) {
        let Some(odd) = &mut self.odd else { return };
        while let Some((start, end)) = odd.beyond.first().copied() {
            if start > self.through {
                break;
            }
            self.through = self.through.max(end);
            odd.beyond.remove(0);
        }
        self.has_beyond = !odd.beyond.is_empty();
    }

    /// Bytes of it that were seen and not yet acknowledged.
    fn has_unacknowledged(&self) -> bool {
        let out_of_sight = self.nothing_acked() && self.last_to() > INITIAL_WINDOW;
        self.has_beyond || (self.through > self.trimmed.max(1) && !out_of_sight)
    }

    /// Are bytes of it still to come before its end can be believed?
    pub(crate) fn is_pending(&self, peer: &Self) -> bool {
        let last = self.last_to();
        if last < self.through {
            return false;
        }
        let waits = self.through != last && self.through.saturating_add(1) != last;
        waits || (self.phase != Phase::Reset && peer.has_unacknowledged())
    }
}

/// Ranges kept track of beyond a hole; what comes past them is taken for unseen.
pub(super) const RANGES: usize = 256;

/// Past this without any acknowledgement the peer's are taken to be out of sight.
const INITIAL_WINDOW: u64 = 16_384;
