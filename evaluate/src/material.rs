//! A capture, scored, beside what is true of it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use wiretale::packet::Timestamp;
use wiretale::score::{Case, Evidence, Home, Inventory, Scorer, Stage, Weights, cases, standard};

use crate::rishi::Rishi;

/// A capture and its truth.
pub(crate) struct Material {
    /// The recording, or the scenario's family.
    pub(crate) name: String,
    /// How long it is.
    pub(crate) seconds: f64,
    /// When each frame was captured.
    pub(crate) times: Vec<Timestamp>,
    /// All evidence, in order of time.
    pub(crate) evidence: Vec<Evidence>,
    /// The cases it makes.
    pub(crate) cases: BTreeMap<IpAddr, Case>,
    /// Every home host of which it is known whether it was compromised.
    pub(crate) hosts: BTreeMap<IpAddr, bool>,
    /// What happened, in order.
    pub(crate) truth: Vec<Finding>,
}

/// Something true.
pub(crate) struct Finding {
    pub(crate) host: IpAddr,
    /// Its first and last frame, counted from 1.
    pub(crate) frames: (u64, u64),
    pub(crate) stage: Stage,
    /// Detectors that tell of such things.
    pub(crate) told_by: Vec<String>,
}

impl Material {
    pub(crate) fn new(
        name: impl Into<String>,
        times: Vec<Timestamp>,
        scorer: Scorer,
        hosts: BTreeMap<IpAddr, bool>,
        truth: Vec<Finding>,
        weights: &Weights,
    ) -> Self {
        let (mut evidence, _) = scorer.finish();
        evidence.sort_by(|a, b| (a.time_ns, a.host, &a.row, &a.key).cmp(&(b.time_ns, b.host, &b.row, &b.key)));
        let known = evidence.iter().filter(|row| weights.row(&row.row).is_some()).cloned();
        let cases = cases(known, weights).into_iter().map(|case| (case.host, case)).collect();
        let seconds = match (times.first(), times.last()) {
            (Some(first), Some(last)) => last.since(*first).as_secs_f64(),
            _ => 0.0,
        };
        Self { name: name.into(), seconds, times, evidence, cases, hosts, truth }
    }

    /// The first malicious frame that concerns a host.
    pub(crate) fn began(&self, host: IpAddr) -> Option<u64> {
        self.truth.iter().filter(|finding| finding.host == host).map(|finding| finding.frames.0).min()
    }

    /// When a frame was captured.
    pub(crate) fn time(&self, frame: u64) -> Option<Timestamp> {
        self.times.get((frame.checked_sub(1)?) as usize).copied()
    }
}

/// Our detectors, and the one that only a baseline needs.
pub(crate) fn scorer(weights: &Weights) -> Scorer {
    let mut detectors = standard();
    detectors.push(Box::new(Rishi));
    Scorer::with(detectors, Home::default(), Inventory::default(), weights.clone())
}
