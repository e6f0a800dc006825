//! What was seen of one host: kinds of evidence, by row and key.

use super::evaluate::{Item, first_weight};
use super::{Evidence, Row, Weights};

/// The items of a host, at most [`ITEMS_A_GROUP`] of each group and [`KEYS`] in all.
#[derive(Clone, Debug)]
pub(super) struct Items {
    all: Vec<Item>,
    // Their places in the order of their names: as their ranks have it.
    by_name: Vec<usize>,
}

impl Items {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self { all: Vec::new(), by_name: Vec::new() }
    }

    /// All of them, in the order in which they were first seen.
    pub(super) fn all(&self) -> &[Item] {
        &self.all
    }

    /// Counts the evidence into its item, and tells how often that was seen; 0 if the table has no such row or a bound is
    /// reached.
    pub(super) fn note(&mut self, evidence: &Evidence, weights: &Weights) -> u32 {
        let Some(row) = weights.row(&evidence.row) else { return 0 };
        let weight = first_weight(row.weight, evidence.strength, evidence.quality);
        let rank = match self.rank(evidence, weight) {
            Ok(rank) => rank,
            Err(rank) => return self.note_first(evidence, row, weight, rank),
        };
        let item = &mut self.all[self.by_name[rank]];
        item.times = item.times.saturating_add(1);
        item.last_ns = evidence.time_ns;
        if weight.abs() > item.weight.abs() {
            item.weight = weight;
        }
        item.times
    }

    // The first piece of its item, which will have this rank; 0 if a bound is reached.
    fn note_first(&mut self, evidence: &Evidence, row: &Row, weight: f64, rank: usize) -> u32 {
        let mut of_group = self.all.iter().filter(|item| item.group == row.group);
        let first_of_group = of_group.next().map(|item| item.group_number);
        let in_group = of_group.count() + usize::from(first_of_group.is_some());
        if in_group >= ITEMS_A_GROUP || self.all.len() >= KEYS {
            return 0;
        }
        self.by_name[rank..].iter().for_each(|at| self.all[*at].rank += 1);
        first_alone(&mut self.by_name);
        self.by_name.insert(rank, self.all.len());
        first_alone(&mut self.all);
        self.all.push(Item {
            row: evidence.row.clone(),
            key: evidence.key.clone(),
            rank,
            group: row.group.clone(),
            group_number: first_of_group.unwrap_or(self.all.len()),
            stage: row.stage,
            conclusive: row.conclusive,
            row_weight: row.weight,
            weight,
            times: 1,
            first_ns: evidence.time_ns,
            last_ns: evidence.time_ns,
            peer: evidence.peer,
            ties: evidence.ties.clone(),
            text: evidence.text.clone(),
        });
        1
    }

    /// The rank of the item into which a piece of evidence is counted; if there is none, the one that it would have.
    pub(super) fn rank_of(&self, evidence: &Evidence, weights: &Weights) -> Result<usize, usize> {
        let row_weight = weights.row(&evidence.row).map_or(0.0, |row| row.weight);
        self.rank(evidence, first_weight(row_weight, evidence.strength, evidence.quality))
    }

    // What speaks for a host is no repeat of what speaks against it.
    fn rank(&self, evidence: &Evidence, weight: f64) -> Result<usize, usize> {
        let name = (&*evidence.row, &*evidence.key, weight < 0.0);
        self.by_name.binary_search_by(|at| self.all[*at].name().cmp(&name))
    }

    /// The item of this rank.
    pub(super) fn ranked(&self, rank: usize) -> &Item {
        &self.all[self.by_name[rank]]
    }

    /// The place among all of the item of this rank.
    pub(super) fn place_of(&self, rank: usize) -> usize {
        self.by_name[rank]
    }
}

/// Room for one: after a scan there are hosts by the thousand with one piece of evidence each.
pub(super) fn first_alone<T>(list: &mut Vec<T>) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
}

const ITEMS_A_GROUP: usize = 64;
const KEYS: usize = 4096;
