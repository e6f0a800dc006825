//! One piece of evidence, with what it finally adds to its case.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::{Case, Evidence, Row, Stage, Weights};

use super::shown::{calmed, tenths};

/// A row of a case's timeline.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The evidence.
    pub evidence: &'a Evidence,
    /// The stage it speaks of; none for context.
    pub stage: Option<Stage>,
    /// ATT&CK techniques.
    pub attack: &'a [String],
    /// Decibans that it adds to the score at its peak ([`Case::evidence_db`]).
    pub weight_db: f64,
}

/// As `cases.json` has it.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    detector: &'a str,
    row: Cow<'a, str>,
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
        // A case has many pieces of evidence of few kinds.
        let mut rows: Vec<(&str, Option<&Row>)> = Vec::new();
        let of = |(evidence, weight_db): (&'a Evidence, &f64)| {
            let known = rows.iter().find(|(name, _)| *name == evidence.row).map(|(_, row)| *row);
            let row = known.unwrap_or_else(|| {
                let row = weights.row(&evidence.row);
                rows.push((&evidence.row, row));
                row
            });
            Finding {
                evidence,
                stage: row.and_then(|row| row.stage),
                attack: row.map_or(&[], |row| &row.attack[..]),
                weight_db: *weight_db,
            }
        };
        case.evidence.iter().zip(&case.evidence_db).map(of).collect()
    }

    /// When the first of them speaks of an intrusion; `None` where none does.
    pub(super) fn first_sign(findings: &[Self]) -> Option<i64> {
        let speaks = |finding: &&Self| finding.stage.is_some() && finding.weight_db > 0.0;
        findings.iter().find(speaks).map(|finding| finding.evidence.time_ns)
    }

    /// The sentence about it, safe to print. Evidence read from a file may hold anything.
    #[must_use]
    pub fn text(&self) -> String {
        calmed(&self.evidence.text).into_owned()
    }

    pub(super) fn told(&self) -> Told<'a> {
        Told {
            detector: self.evidence.detector(),
            row: calmed(&self.evidence.row),
            time: seconds(self.evidence.time_ns),
            peer: self.evidence.peer,
            port: self.evidence.port,
            weight_db: tenths(self.weight_db),
            text: calmed(&self.evidence.text),
            uids: self.evidence.uids.iter().map(|uid| calmed(uid)).collect(),
            frames: &self.evidence.frames,
        }
    }
}

/// Seconds, cut to the microsecond as logs do: a number of this size cannot tell less apart.
pub(super) const fn seconds(ns: i64) -> f64 {
    ns.div_euclid(1000) as f64 / 1e6
}
