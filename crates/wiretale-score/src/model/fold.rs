//! `case = fold(evidence)`: of one host.

mod cases;
mod course;

use std::collections::BTreeSet;
use std::net::IpAddr;

pub use self::cases::{cases, cases_on};
use self::course::Course;
use super::adds::adds;
use super::evaluate::{Item, Score, evaluate, first_weight};
use super::{Case, Evidence, Level, Row, Stage, Weights};

/// The evidence of one host, folded as it comes.
#[derive(Clone, Debug)]
pub struct Folder {
    host: IpAddr,
    // At most ITEMS_A_GROUP of each group, KEYS in all.
    items: Vec<Item>,
    // The items in the order of their names: as their ranks have it.
    by_name: Vec<usize>,
    evidence: Vec<Evidence>,
    // Where in that list there are pieces that are not kept in the end, and how many are.
    spare: Vec<usize>,
    kept: usize,
    updated_ns: i64,
    course: Course,
    dropped: u64,
}

impl Folder {
    /// Nothing yet against `host`.
    #[must_use]
    pub const fn new(host: IpAddr) -> Self {
        Self {
            host,
            items: Vec::new(),
            by_name: Vec::new(),
            evidence: Vec::new(),
            spare: Vec::new(),
            kept: 0,
            updated_ns: 0,
            course: Course::new(0.0),
            dropped: 0,
        }
    }

    /// One more piece, in order of time. A row that the table does not have is counted as dropped.
    /// Returns the score now.
    pub fn add(&mut self, evidence: Evidence, weights: &Weights) -> f64 {
        let (keeps, db) = self.weigh(&evidence, weights);
        if keeps {
            first_alone(&mut self.evidence);
            self.evidence.push(evidence);
        }
        db
    }

    // The evidence that was put into its list unseen, as if it were added piece by piece. All of it stays there until the
    // case is made: what is not kept may have to be heard again.
    fn fold(&mut self, weights: &Weights) {
        let rows = std::mem::take(&mut self.evidence);
        for (at, row) in rows.iter().enumerate() {
            if !self.weigh(row, weights).0 {
                self.spare.push(at);
            }
        }
        self.evidence = rows;
        self.course.settle(weights);
    }

    // Counts one more piece. Is it one to keep, and what is the score now?
    fn weigh(&mut self, evidence: &Evidence, weights: &Weights) -> (bool, f64) {
        let now = evidence.time_ns;
        let times = self.note(evidence, weights);
        // What is new is kept whatever was seen before: there are no more of them than items.
        let keeps = times == 1 || times > 1 && times <= SIGHTINGS && self.kept < EVIDENCE;
        self.kept += usize::from(keeps);
        self.dropped += u64::from(!keeps);
        if times == 0 {
            return (false, self.course.now().unwrap_or(weights.model.prior));
        }
        self.updated_ns = now;
        let Score { bare, gate, .. } = evaluate(&self.items, weights, now, self.course.campaign, None);
        (keeps, self.course.record(now, (bare, gate), keeps, weights))
    }

    /// The case as it stands.
    #[must_use]
    pub fn finish(mut self, weights: &Weights) -> Case {
        self.course.settle(weights);
        let campaign = self.course.campaign;
        let updated_ns = self.updated_ns;
        let (peak_db, peak_ns) = self.course.peak.unwrap_or((weights.model.prior, updated_ns));
        // Where the peak is the end, the items are those at the peak already.
        let earlier = (peak_ns < updated_ns).then(|| self.until(peak_ns, weights));
        self.trim();
        let at_end = evaluate(&self.items, weights, updated_ns, campaign, None);
        let (folder, at_peak) = match &earlier {
            Some(folder) => (folder, evaluate(&folder.items, weights, peak_ns, campaign, None)),
            None => (&self, at_end.clone()),
        };
        let contributions = at_peak.contributions();
        let strongest = at_peak.added().next().map(|(top, ..)| folder.by_name[top]);
        let without = evaluate(&folder.items, weights, peak_ns, campaign, strongest).db;
        let links = at_peak.links();
        let evidence_db = adds(&self.evidence, folder, &at_peak, peak_ns, weights);
        let Score { benign_db, stages, gate, .. } = at_peak;
        Case {
            host: self.host,
            level: Level::of(peak_db, &weights.model.levels),
            score_db: at_end.db,
            peak_db,
            peak_ns,
            opened_ns: self
                .course
                .opened
                .or_else(|| self.course.steps.first().map(|(at, _)| *at))
                .unwrap_or(updated_ns),
            updated_ns,
            missing: Stage::ALL.into_iter().filter(|stage| !stages.contains(stage)).collect(),
            stages,
            prior_db: weights.model.prior,
            contributions,
            links,
            benign_db,
            campaign_db: campaign,
            gate,
            without_strongest_db: without,
            course: self.course.steps,
            evidence: self.evidence,
            evidence_db,
            dropped: self.dropped,
        }
    }

    fn peak(&self, weights: &Weights) -> f64 {
        self.course.peak.map_or(weights.model.prior, |(db, _)| db)
    }

    // Counts the evidence into its item, and tells how often that was seen; 0 if the table has no such row or a bound is
    // reached.
    fn note(&mut self, evidence: &Evidence, weights: &Weights) -> u32 {
        let Some(row) = weights.row(&evidence.row) else { return 0 };
        let weight = first_weight(row.weight, evidence.strength, evidence.quality);
        let rank = match self.rank(evidence, weight) {
            Ok(rank) => rank,
            Err(rank) => return self.note_first(evidence, row, weight, rank),
        };
        let item = &mut self.items[self.by_name[rank]];
        item.times = item.times.saturating_add(1);
        item.last_ns = evidence.time_ns;
        if weight.abs() > item.weight.abs() {
            item.weight = weight;
        }
        item.times
    }

    // The first piece of its item, which will have this rank; 0 if a bound is reached.
    fn note_first(&mut self, evidence: &Evidence, row: &Row, weight: f64, rank: usize) -> u32 {
        let mut of_group = self.items.iter().filter(|item| item.group == row.group);
        let first_of_group = of_group.next().map(|item| item.group_number);
        let in_group = of_group.count() + usize::from(first_of_group.is_some());
        if in_group >= ITEMS_A_GROUP || self.items.len() >= KEYS {
            return 0;
        }
        self.by_name[rank..].iter().for_each(|at| self.items[*at].rank += 1);
        first_alone(&mut self.by_name);
        self.by_name.insert(rank, self.items.len());
        first_alone(&mut self.items);
        self.items.push(Item {
            row: evidence.row.clone(),
            key: evidence.key.clone(),
            rank,
            group: row.group.clone(),
            group_number: first_of_group.unwrap_or(self.items.len()),
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
        self.by_name.binary_search_by(|at| self.items[*at].name().cmp(&name))
    }

    /// The item of this rank.
    pub(super) fn ranked(&self, rank: usize) -> &Item {
        &self.items[self.by_name[rank]]
    }

    /// How many items there are.
    pub(super) const fn len(&self) -> usize {
        self.items.len()
    }

    // Lets go of the evidence that is not kept.
    fn trim(&mut self) {
        let (mut at, mut spare) = (0..self.evidence.len(), std::mem::take(&mut self.spare).into_iter().peekable());
        if spare.peek().is_some() {
            self.evidence.retain(|_| at.next().is_none_or(|at| spare.next_if_eq(&at).is_none()));
            self.evidence.shrink_to_fit();
        }
    }

    // Its items as they stood at `until`: folded again from the evidence.
    fn until(&self, until: i64, weights: &Weights) -> Self {
        let mut folder = Self::new(self.host);
        for row in self.evidence.iter().filter(|row| row.time_ns <= until) {
            folder.note(row, weights);
        }
        folder
    }

    // The score again from the start, now that `campaign` is known.
    fn replay(&mut self, campaign: f64, weights: &Weights) {
        if let Some(course) = self.course.with_campaign(campaign, weights) {
            self.course = course;
            return;
        }
        let (evidence, dropped) = (std::mem::take(&mut self.evidence), self.dropped);
        *self = Self { course: Course::new(campaign), evidence, ..Self::new(self.host) };
        self.fold(weights);
        self.dropped = dropped;
    }

    fn peers(&self) -> BTreeSet<IpAddr> {
        self.items
            .iter()
            .filter(|item| item.weight > 0.0 && item.stage.is_some())
            .filter_map(|item| item.peer)
            .collect()
    }
}

// Room for one: after a scan there are hosts by the thousand with one piece of evidence each.
fn first_alone<T>(list: &mut Vec<T>) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
}

const ITEMS_A_GROUP: usize = 64;
const KEYS: usize = 4096;
// Repeats kept: of each item so many sightings, and so many pieces in all.
const SIGHTINGS: u32 = 16;
const EVIDENCE: usize = 4096;

#[cfg(test)]
mod tests;
