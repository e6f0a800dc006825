//! `case = fold(evidence)`: of one host.

mod cases;
mod course;

use std::collections::BTreeSet;
use std::net::IpAddr;

pub use self::cases::{cases, cases_on};
use self::course::Course;
use super::adds::adds;
use super::evaluate::{Score, evaluate};
use super::items::{Items, first_alone};
use super::{Case, Evidence, Level, Stage, Weights};

/// The evidence of one host, folded as it comes.
#[derive(Clone, Debug)]
pub struct Folder {
    host: IpAddr,
    items: Items,
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
            items: Items::new(),
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
        let times = self.items.note(evidence, weights);
        // What is new is kept whatever was seen before: there are no more of them than items.
        let keeps = times == 1 || times > 1 && times <= SIGHTINGS && self.kept < EVIDENCE;
        self.kept += usize::from(keeps);
        self.dropped += u64::from(!keeps);
        if times == 0 {
            return (false, self.course.now().unwrap_or(weights.model.prior));
        }
        self.updated_ns = now;
        let Score { bare, gate, .. } = evaluate(self.items.all(), weights, now, self.course.campaign, None);
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
        let at_end = evaluate(self.items.all(), weights, updated_ns, campaign, None);
        let (items, at_peak) = match &earlier {
            Some(items) => (items, evaluate(items.all(), weights, peak_ns, campaign, None)),
            None => (&self.items, at_end.clone()),
        };
        let contributions = at_peak.contributions();
        let strongest = at_peak.added().next().map(|(top, ..)| items.place_of(top));
        let without = evaluate(items.all(), weights, peak_ns, campaign, strongest).db;
        let links = at_peak.links();
        let evidence_db = adds(&self.evidence, items, &at_peak, peak_ns, weights);
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

    // Lets go of the evidence that is not kept.
    fn trim(&mut self) {
        let (mut at, mut spare) = (0..self.evidence.len(), std::mem::take(&mut self.spare).into_iter().peekable());
        if spare.peek().is_some() {
            self.evidence.retain(|_| at.next().is_none_or(|at| spare.next_if_eq(&at).is_none()));
            self.evidence.shrink_to_fit();
        }
    }

    // Its items as they stood at `until`: counted again from the evidence.
    fn until(&self, until: i64, weights: &Weights) -> Items {
        let mut items = Items::new();
        for row in self.evidence.iter().filter(|row| row.time_ns <= until) {
            items.note(row, weights);
        }
        items
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
            .all()
            .iter()
            .filter(|item| item.weight > 0.0 && item.stage.is_some())
            .filter_map(|item| item.peer)
            .collect()
    }
}

// Repeats kept: of each item so many sightings, and so many pieces in all.
const SIGHTINGS: u32 = 16;
const EVIDENCE: usize = 4096;

#[cfg(test)]
mod tests;
