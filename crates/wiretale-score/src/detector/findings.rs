//! Where evidence goes.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::model::Evidence;
use crate::text::plural;

/// The evidence found so far.
///
/// At most 262,144 pieces are kept. Of the last quarter of that room each host has sixteen places for each row: a year of
/// the same leaves room for a break-in at its end.
#[derive(Debug)]
pub struct Findings {
    // At most MOST.
    pub(crate) rows: Vec<Evidence>,
    // Bytes on the heap that the rows have beside themselves.
    heap: usize,
    // Evidence for which there was no room.
    pub(crate) dropped: u64,
    room: Room,
    // How many pieces each host has of each row, by a hash of both, since room is scarce.
    scarce: HashMap<u64, u32, RandomState>,
    hash: RandomState,
}

/// How many pieces of evidence there is room for.
#[derive(Clone, Copy, Debug)]
struct Room {
    // For any.
    any: usize,
    // With those that are rare of their host.
    most: usize,
}

impl Default for Findings {
    fn default() -> Self {
        Self::within(Room { any: MOST / 4 * 3, most: MOST })
    }
}

impl Findings {
    fn within(room: Room) -> Self {
        let (rows, scarce) = (Vec::new(), HashMap::default());
        Self { rows, heap: 0, dropped: 0, room, scarce, hash: RandomState::default() }
    }

    /// One more piece of evidence, if there is room.
    pub fn push(&mut self, evidence: Evidence) {
        if self.has_room(&evidence) {
            self.heap += evidence.weight();
            self.rows.push(evidence);
        } else {
            self.dropped += 1;
        }
    }

    /// What there was no room for, in a sentence.
    pub(crate) fn no_room(&self) -> Option<String> {
        let pieces = plural(self.dropped, "piece of evidence", "pieces of evidence");
        (self.dropped > 0)
            .then(|| format!("{pieces} found no room: of what came often, only the first times are told."))
    }

    #[inline]
    fn has_room(&mut self, evidence: &Evidence) -> bool {
        self.rows.len() < self.room.any || self.rows.len() < self.room.most && self.is_rare(evidence)
    }

    // Has its host few of its row?
    #[cold]
    fn is_rare(&mut self, evidence: &Evidence) -> bool {
        if self.scarce.is_empty() {
            for row in &self.rows {
                *self.scarce.entry(self.hash.hash_one((row.host, &row.row))).or_default() += 1;
            }
        }
        let many = self.scarce.entry(self.hash.hash_one((evidence.host, &evidence.row))).or_default();
        *many = many.saturating_add(1);
        *many <= FEW
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<Evidence>() + self.heap + self.scarce.allocation_size()
    }
}

// Rows kept in memory; what more there is, is counted.
const MOST: usize = 1 << 18;
const FEW: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::piece;

    fn evidence(host: u8, row: &str) -> Evidence {
        Evidence { host: [10, 0, 0, host].into(), text: String::new(), ..piece(row, "") }
    }

    #[test]
    fn what_is_rare_of_its_host_has_room_when_nothing_else_has() {
        let mut findings = Findings::within(Room { any: 100, most: 110 });
        let mut push = |host: u8, row: &str, times: usize| {
            let before = findings.rows.len();
            for _ in 0..times {
                findings.push(evidence(host, row));
            }
            findings.rows.len() - before
        };
        assert_eq!(push(1, "D08.login", 1000), 100);
        assert_eq!(push(1, "D32.scan", 1), 1);
        assert_eq!(push(1, "D08.login", 1), 0);
        assert_eq!(push(2, "D08.login", 1000), 9, "the room as a whole has an end");
        assert_eq!(findings.dropped, 900 + 1 + 991);
        assert!(findings.no_room().is_some_and(|told| told.starts_with("1,892 pieces of evidence found no room")));
        assert!(Findings::default().no_room().is_none());
    }

    #[test]
    fn few_of_a_row_are_sixteen() {
        let mut findings = Findings::within(Room { any: 1, most: 1000 });
        for _ in 0..100 {
            findings.push(evidence(1, "D08.login"));
        }
        assert_eq!((findings.rows.len(), findings.dropped), (FEW as usize, 100 - u64::from(FEW)));
        assert!(findings.memory() > Findings::default().memory());
    }
}
