//! Ours, and simpler ways to judge the same evidence.

use std::net::IpAddr;

use wiretale::score::{Evidence, Folder, Stage, Weights};

use crate::material::Material;
use crate::rishi;

/// A way to judge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Model {
    /// The case's score, at this of the four levels (1 is medium, 2 high, 3 critical).
    Ours(usize),
    /// A sum of severity times confidence per hour, as SLIPS has it.
    Sum,
    /// A dialogue of infection, as BotHunter has it.
    Dialogue,
    /// Points for a nick, as Rishi has them.
    Nick,
    /// Any single piece of strong evidence.
    Single,
}

impl Model {
    /// Those that are compared.
    pub(crate) const COMPARED: [Self; 5] = [Self::Ours(2), Self::Sum, Self::Dialogue, Self::Nick, Self::Single];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ours(1) => "ours, at medium",
            Self::Ours(2) => "ours, at high",
            Self::Ours(_) => "ours, at critical",
            Self::Sum => "SLIPS-like sum",
            Self::Dialogue => "BotHunter-like dialogue",
            Self::Nick => "Rishi-like points",
            Self::Single => "single hits",
        }
    }

    /// Does it accuse a host in the end?
    pub(crate) fn accuses(self, material: &Material, host: IpAddr, weights: &Weights) -> bool {
        match self {
            Self::Ours(level) => {
                material.cases.get(&host).is_some_and(|case| case.peak_db >= weights.model.levels[level])
            }
            _ => self.alarm(material, host, weights).is_some(),
        }
    }

    /// The frame at which it raises the alarm about a host, if it does.
    pub(crate) fn alarm(self, material: &Material, host: IpAddr, weights: &Weights) -> Option<u64> {
        let rows: Vec<&Evidence> = material.evidence.iter().filter(|row| row.host == host).collect();
        let at = match self {
            Self::Ours(level) => return ours(material, host, weights.model.levels[level], weights),
            Self::Sum => sum(&rows, weights),
            Self::Dialogue => dialogue(&rows, weights),
            Self::Nick => rows.iter().position(|row| row.row == rishi::ROW && row.strength >= ENOUGH),
            Self::Single => rows.iter().position(|row| weight(row, weights) >= STRONG),
        };
        known(rows.get(..=at?)?.iter().copied())
    }
}

// The evidence once more in the order in which it became known, not in that in which things happened.
fn ours(material: &Material, host: IpAddr, from: f64, weights: &Weights) -> Option<u64> {
    let case = material.cases.get(&host)?;
    let mut rows: Vec<(u64, Evidence)> =
        case.evidence.iter().filter_map(|row| Some((*row.frames.first()?, row.clone()))).collect();
    rows.sort_by_key(|(frame, _)| *frame);
    let mut folder = Folder::new(host);
    for (frame, mut row) in rows {
        row.time_ns = material.time(frame).map_or(row.time_ns, |at| at.nanos());
        if folder.add(row, weights) >= from {
            return Some(frame);
        }
    }
    None
}

// The frame with which all of it was known.
fn known<'e>(rows: impl Iterator<Item = &'e Evidence>) -> Option<u64> {
    rows.filter_map(|row| row.frames.first()).max().copied()
}

// Severities 0.2, 0.5, 0.8 and 1 times confidence; the threshold is that of an hour's window, 15.
fn sum(rows: &[&Evidence], weights: &Weights) -> Option<usize> {
    let began = rows.first()?.time_ns;
    let (mut window, mut total) = (0, 0.0);
    for (at, row) in rows.iter().enumerate() {
        let now = (row.time_ns - began) / HOUR;
        if now != window {
            (window, total) = (now, 0.0);
        }
        total += severity(row, weights) * (row.strength * row.quality).clamp(0.0, 1.0);
        if total >= 15.0 {
            return Some(at);
        }
    }
    None
}

fn severity(row: &Evidence, weights: &Weights) -> f64 {
    match weights.row(&row.row) {
        Some(row) if row.conclusive => 1.0,
        Some(row) if row.weight >= 12.0 => 0.8,
        Some(row) if row.weight >= 6.0 => 0.5,
        Some(row) if row.weight > 0.0 => 0.2,
        _ => 0.0,
    }
}

// An infection and anything later, or two of tools, control and action; each seen within four hours.
fn dialogue(rows: &[&Evidence], weights: &Weights) -> Option<usize> {
    let mut last = [None; 6];
    for (at, row) in rows.iter().enumerate() {
        let stage = weights.row(&row.row).and_then(|row| row.stage);
        let Some(stage) = stage.filter(|_| weight(row, weights) >= EVENT) else { continue };
        last[stage as usize] = Some(row.time_ns);
        let fresh = |stage: Stage| last[stage as usize].is_some_and(|seen| row.time_ns - seen <= 4 * HOUR);
        let later = [Stage::S3, Stage::S4, Stage::S5].into_iter().filter(|stage| fresh(*stage)).count();
        if later >= 2 || (later >= 1 && fresh(Stage::S2)) {
            return Some(at);
        }
    }
    None
}

fn weight(row: &Evidence, weights: &Weights) -> f64 {
    weights.row(&row.row).map_or(0.0, |known| known.weight * row.strength * row.quality)
}

const HOUR: i64 = 3_600_000_000_000;
const EVENT: f64 = 5.0;
const STRONG: f64 = 10.0;
// Rishi's points.
const ENOUGH: f64 = 10.0;
