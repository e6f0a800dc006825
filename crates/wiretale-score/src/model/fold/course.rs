//! How the score of a host went.

use super::first_alone;
use crate::model::evaluate::with_campaign;
use crate::model::{Gate, Weights};

/// The score after each piece of evidence that is kept, and its peak, at whichever piece. Pieces of one instant count
/// together: what speaks for a host is often found in the same packet as what speaks against it.
#[derive(Clone, Default, Debug)]
pub(super) struct Course {
    /// Each step that is kept: (time, decibans).
    pub(super) steps: Vec<(i64, f64)>,
    // What each step is made of: its bare sum, and whether it was held back.
    sums: Vec<(f64, Gate)>,
    // The last step, which may yet be changed by more at the same instant.
    last: Option<(i64, f64)>,
    /// The highest score, and when.
    pub(super) peak: Option<(f64, i64)>,
    /// When it first reached `low`.
    pub(super) opened: Option<i64>,
    /// What confirmed cases of others add.
    pub(super) campaign: f64,
    // There were steps that are not kept.
    cut: bool,
}

impl Course {
    pub(super) const fn new(campaign: f64) -> Self {
        Self { steps: Vec::new(), sums: Vec::new(), last: None, peak: None, opened: None, campaign, cut: false }
    }

    /// The score at the last step.
    pub(super) fn now(&self) -> Option<f64> {
        self.last.map(|(_, db)| db)
    }

    /// One more step, made of a sum and a gate. Returns the score there.
    pub(super) fn record(&mut self, now: i64, (bare, gate): (f64, Gate), keeps: bool, weights: &Weights) -> f64 {
        let db = with_campaign(bare, self.campaign, gate, weights);
        if self.last.is_some_and(|(last, _)| last != now) {
            self.settle(weights);
        }
        self.last = Some((now, db));
        if keeps {
            first_alone(&mut self.steps);
            self.steps.push((now, db));
            first_alone(&mut self.sums);
            self.sums.push((bare, gate));
        } else {
            self.cut = true;
        }
        db
    }

    /// No more comes at the instant of the last step.
    pub(super) fn settle(&mut self, weights: &Weights) {
        let Some((at, db)) = self.last else { return };
        if self.peak.is_none_or(|(peak, _)| db > peak) {
            self.peak = Some((db, at));
        }
        if db >= weights.model.levels[0] {
            self.opened.get_or_insert(at);
        }
    }

    /// The same steps with `campaign`, which adds to each sum and changes nothing else; none where some were not kept.
    pub(super) fn with_campaign(&self, campaign: f64, weights: &Weights) -> Option<Self> {
        let mut course = Self::new(campaign);
        if self.cut {
            return None;
        }
        for ((now, _), sum) in self.steps.iter().zip(&self.sums) {
            course.record(*now, *sum, true, weights);
        }
        course.settle(weights);
        Some(course)
    }
}
