//! From time to place.

use serde::Serialize;

use crate::case::finding::Finding;
use crate::case::moment::{clock, utc};
use crate::case::page::canvas::{LEFT, RIGHT, rounded};
use crate::case::page::ranking::Peers;

/// From time to place.
pub(super) struct Scale {
    pub(super) began: i64,
    pub(super) ended: i64,
}

#[derive(Serialize)]
pub(super) struct Tick {
    x: f64,
    text: String,
}

impl Scale {
    /// The time of the evidence, and a little before and after it.
    pub(super) fn over(findings: &[Finding<'_>], all: &Peers<'_>) -> Option<Self> {
        let times = || findings.iter().map(|finding| finding.evidence.time_ns);
        let (first, last) = (times().min()?, times().max()?);
        let margin = last.saturating_sub(first) / 20 + SECOND;
        // Not more than the capture has.
        let began = all.values().map(|peer| peer.sum.began.nanos()).min().map_or(first, |began| began.min(first));
        let ended = all.values().map(|peer| peer.sum.ended.nanos()).max().map_or(last, |ended| ended.max(last));
        let (low, high) = (first.saturating_sub(margin), last.saturating_add(margin));
        let began = began.max(low);
        Some(Self { began, ended: ended.min(high).max(began.saturating_add(SECOND)) })
    }

    pub(super) fn x(&self, ns: i64) -> f64 {
        let share = ns.saturating_sub(self.began) as f64 / self.span() as f64;
        rounded(LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT))
    }

    // Stored evidence may be of any time.
    fn span(&self) -> i64 {
        self.ended.saturating_sub(self.began).max(1)
    }

    /// Five to nine ticks at round times.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let span = self.span() / SECOND;
        let step = STEPS.iter().copied().find(|step| span / step <= 8).unwrap_or(86_400 * (span / 86_400 / 8 + 1));
        let step = step * SECOND;
        let first = (self.began / step + 1).saturating_mul(step);
        let day = step >= 86_400 * SECOND;
        let text = |at: i64| if day { utc(at)[..10].to_owned() } else { clock(at) };
        (0..12)
            .map(|n| first.saturating_add(step.saturating_mul(n)))
            .take_while(|at| *at < self.ended)
            .map(|at| Tick { x: self.x(at), text: text(at) })
            .collect()
    }
}

const SECOND: i64 = 1_000_000_000;
// Round lengths of time between ticks, in seconds.
const STEPS: &[i64] =
    &[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];
