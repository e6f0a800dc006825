//! What bounds put an end to.

use wiretale_protocol::{Observer, Services};
use wiretale_reassembly::End;

use crate::analyzer::Analyzer;
use crate::clock::second;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Closes flows until one more fits.
    #[inline]
    pub(crate) fn make_room(&mut self) {
        while self.table.len() > 0
            && (self.table.len() >= self.commons.limits.flows
                || self.memory() + self.table.growth() > self.commons.limits.memory)
        {
            self.evict();
        }
    }

    /// Gives up the flow that is worth least: one with a single SYN, or the one that is idle longest.
    #[cold]
    fn evict(&mut self) {
        let now = self.clock.now();
        let stats = &mut self.commons.stats;
        if stats.evicted + stats.evicted_half_open == 0 {
            self.stray(now, 0, None, "flow_table_full", b"");
        }
        if let Some(at) = self.table.oldest_half() {
            self.commons.stats.evicted_half_open += 1;
            return self.close(at, now, End::Abandoned);
        }
        self.commons.stats.evicted += 1;
        let mut found = self.table.first_armed();
        for _ in 0..LOOKS {
            let Some(at) = found else { return };
            let deadline = second(self.deadline(at));
            if !self.table.is_armed_before(at, deadline) {
                break;
            }
            self.table.arm(at, deadline);
            found = self.table.first_armed();
        }
        if let Some(at) = found {
            self.close(at, now, End::Abandoned);
        }
    }

    /// Makes room where more waits than `before`, and too much.
    #[inline]
    pub(crate) fn bound_waiting(&mut self, before: u64) {
        if self.commons.stats.waiting() > before && self.memory() > self.commons.limits.memory {
            self.make_room();
        }
    }
}

/// Flows looked at for one that is idle.
const LOOKS: usize = 16;
