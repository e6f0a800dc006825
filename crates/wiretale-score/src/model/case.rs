//! What is held against a host, and why.

use std::net::IpAddr;

use serde::Serialize;

use super::{Evidence, Stage};

/// Everything known of one home host, scored and explained.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Case {
    /// Whom it is about.
    pub host: IpAddr,
    /// How serious it is at its peak.
    pub level: Level,
    /// The log-odds at the end, in decibans.
    pub score_db: f64,
    /// The highest log-odds at any time, evidence of one instant taken together.
    pub peak_db: f64,
    /// When that was, in nanoseconds since 1970.
    pub peak_ns: i64,
    /// When the score first reached `low`; the first evidence's time if it never did.
    pub opened_ns: i64,
    /// The time of the last evidence.
    pub updated_ns: i64,
    /// Stages with evidence of weight, in order.
    pub stages: Vec<Stage>,
    /// Stages without.
    pub missing: Vec<Stage>,
    /// The log-odds of a host about which nothing is known.
    pub prior_db: f64,
    /// What each kind of evidence adds at the peak, the strongest first.
    pub contributions: Vec<Contribution>,
    /// What ties between stages add at the peak.
    pub links: Vec<Link>,
    /// What benign context takes away (negative).
    pub benign_db: f64,
    /// What confirmed cases of other hosts with the same peer add.
    pub campaign_db: f64,
    /// Whether and why the score was held down.
    pub gate: Gate,
    /// The score without the strongest contribution.
    pub without_strongest_db: f64,
    /// The score after each piece of evidence that is kept: (time, decibans).
    pub course: Vec<(i64, f64)>,
    /// The evidence, in order of time: each kind about each thing once at least, and of its repeats the first few.
    pub evidence: Vec<Evidence>,
    /// Decibans that each piece of it adds to the score at its peak, damped: as many, in the same order; together what
    /// contributions and benign context add.
    pub evidence_db: Vec<f64>,
    /// Evidence that was not kept because a bound was reached. Repeats among it count nevertheless.
    pub dropped: u64,
}

/// What one kind of evidence adds to a score.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Contribution {
    /// The row of the weights table.
    pub row: String,
    /// What it is about.
    pub key: String,
    /// The correlation group.
    pub group: String,
    /// Its stage.
    pub stage: Option<Stage>,
    /// Decibans before damping within its group.
    pub raw_db: f64,
    /// Decibans that count.
    pub db: f64,
    /// How often it was seen.
    pub times: u32,
    /// When it was first seen.
    pub first_ns: i64,
    /// When it was last seen.
    pub last_ns: i64,
    /// In a sentence, of its first sighting.
    pub text: String,
}

/// Two stages that hang together.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Link {
    /// The earlier evidence: row and key.
    pub from: (String, String),
    /// The later one.
    pub to: (String, String),
    /// The later one's stage.
    pub stage: Stage,
    /// By what they hang together.
    pub by: &'static str,
    /// The time between, in seconds.
    pub seconds: f64,
    /// Decibans.
    pub db: f64,
}

/// Whether the score was held down for want of a second stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Gate {
    /// Evidence of at least two stages.
    Open,
    /// One stage only, but something conclusive.
    Conclusive,
    /// One stage only: held at the gate.
    Held,
}

/// How serious a case is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing to speak of.
    Info,
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// Probably compromised.
    High,
    /// Compromised.
    Critical,
}

impl Level {
    /// The level of a score, given where the upper four begin.
    #[must_use]
    pub fn of(score: f64, begins: &[f64; 4]) -> Self {
        match begins.iter().filter(|begin| score >= **begin).count() {
            0 => Self::Info,
            1 => Self::Low,
            2 => Self::Medium,
            3 => Self::High,
            _ => Self::Critical,
        }
    }

    /// In lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Case {
    /// The probability that the log-odds at the peak stand for, 0 to 1.
    #[must_use]
    pub fn probability(&self) -> f64 {
        1.0 / (1.0 + 10f64.powf(-self.peak_db / 10.0))
    }
}
