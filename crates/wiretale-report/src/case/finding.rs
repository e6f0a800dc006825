//! One piece of evidence, with what it finally adds to its case.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::{Case, Evidence, Row, Stage, Weights};

use super::shown::calmed;

/// A row of a case's timeline.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The evidence.
    pub evidence: &'a Evidence,
    /// The stage it speaks of; none for context.
    pub stage: Option<Stage>,
    /// ATT&CK techniques.
    pub attack: &'a [String],
    /// Decibans that it adds to the score at its peak, damped; the sum over a case is that of its contributions and of
    /// its benign context.
    pub weight_db: f64,
}

/// As `cases.json` has it.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    detector: &'a str,
    time: f64,
    peer: Option<IpAddr>,
    port: Option<u16>,
    weight_db: f64,
    text: Cow<'a, str>,
    uids: Vec<Cow<'a, str>>,
    frames: &'a [u64],
}

impl<'a> Finding<'a> {
    pub(super) fn of(case: &'a Case, weights: &'a Weights) -> Vec<Self> {
        let mut shares = Shares::of(case, weights);
        case.evidence
            .iter()
            .map(|evidence| {
                let row = weights.row(&evidence.row);
                Finding {
                    evidence,
                    stage: row.and_then(|row| row.stage),
                    attack: row.map_or(&[], |row| &row.attack[..]),
                    weight_db: shares.next(evidence, row),
                }
            })
            .collect()
    }

    /// The sentence about it, safe to print. Evidence read from a file may hold anything.
    #[must_use]
    pub fn text(&self) -> String {
        calmed(&self.evidence.text).into_owned()
    }

    pub(super) fn told(&self) -> Told<'a> {
        Told {
            detector: self.evidence.detector(),
            time: self.evidence.time_ns as f64 / 1e9,
            peer: self.evidence.peer,
            port: self.evidence.port,
            weight_db: tenths(self.weight_db),
            text: calmed(&self.evidence.text),
            uids: self.evidence.uids.iter().map(|uid| calmed(uid)).collect(),
            frames: &self.evidence.frames,
        }
    }
}

/// How what an item contributes is shared among its sightings: each repeat gets `repeat` times the share before it.
struct Shares<'a> {
    weights: &'a Weights,
    // By row and key: decibans of the next sighting.
    next: BTreeMap<(&'a str, &'a str), f64>,
    // What all benign context together weighs, to scale it to what it was capped to.
    benign: f64,
    peak_ns: i64,
}

impl<'a> Shares<'a> {
    fn of(case: &'a Case, weights: &'a Weights) -> Self {
        let ratio = weights.model.repeat;
        let first =
            |db: f64, times: u32| db * (1.0 - ratio) / (1.0 - ratio.powi(i32::try_from(times).unwrap_or(i32::MAX)));
        let contributed = case.contributions.iter();
        let next = contributed.map(|c| ((&c.row[..], &c.key[..]), first(c.db, c.times.max(1)))).collect();
        let raw: f64 = case
            .evidence
            .iter()
            .filter(|evidence| evidence.time_ns <= case.peak_ns)
            .filter_map(|evidence| benign(evidence, weights.row(&evidence.row)))
            .sum();
        let benign = if raw < 0.0 { case.benign_db / raw } else { 0.0 };
        Self { weights, next, benign, peak_ns: case.peak_ns }
    }

    fn next(&mut self, evidence: &'a Evidence, row: Option<&Row>) -> f64 {
        if evidence.time_ns > self.peak_ns {
            return 0.0;
        }
        if let Some(db) = benign(evidence, row) {
            return db * self.benign;
        }
        let Some(next) = self.next.get_mut(&(&evidence.row[..], &evidence.key[..])) else { return 0.0 };
        let db = *next;
        *next *= self.weights.model.repeat;
        db
    }
}

fn benign(evidence: &Evidence, row: Option<&Row>) -> Option<f64> {
    row.map(|row| row.weight * evidence.strength.clamp(-2.0, 2.0) * evidence.quality.clamp(0.0, 1.0))
        .filter(|db| *db < 0.0)
}

/// Rounded to a tenth; never a negative zero.
pub(super) fn tenths(db: f64) -> f64 {
    (db * 10.0).round() / 10.0 + 0.0
}
