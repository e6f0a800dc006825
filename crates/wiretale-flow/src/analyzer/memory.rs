//! How much memory an analyzer takes, as far as it can be counted.

use wiretale_protocol::{Observer, Services};

use super::Analyzer;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Bytes of memory in flows and what waits in them, in fragments, in announced flows, and in what the observer keeps,
    /// as far as it can be counted.
    #[must_use]
    pub fn memory(&self) -> usize {
        let stats = &self.commons.stats;
        let records = self.table.records() * self.record_size;
        let waiting = usize::try_from(stats.waiting()).unwrap_or(usize::MAX);
        let pieces = records.saturating_add(waiting).saturating_add(self.fragments.held_bytes());
        let table = self.table.memory();
        // As measured under floods: pages of the table take a little more than they hold, and what is in many pieces that
        // come and go half as much again, what an allocator adds and keeps, and an observer of flows that nobody decodes.
        let (table, pieces) = (table + table / 32, pieces.saturating_add(pieces / 2));
        table.saturating_add(pieces).saturating_add(self.beside)
    }

    /// Of [`Analyzer::memory`], what is not of flows and goes on when they are over: what the observer keeps, announced
    /// flows, senders whose checksums are watched.
    #[must_use]
    pub const fn memory_beside_flows(&self) -> usize {
        self.beside
    }

    /// Counts what changes slowly.
    pub(crate) fn count_beside(&mut self) {
        let tables = self.commons.expectations.memory() + self.sources.memory();
        self.beside = tables.saturating_add(self.observer.memory());
    }
}
