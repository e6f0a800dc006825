//! How the score builds up, as numbers.

use serde::Serialize;
use wiretale::score::{Case, Weights};

use super::canvas::{LEFT, RIGHT, WIDTH, rounded};
use crate::case::explain::{Part, Sort, in_short};
use crate::case::shown::signed;
use crate::text::clipped;

/// How the score builds up, a bar for each part.
#[derive(Serialize)]
pub(super) struct Waterfall {
    width: f64,
    height: f64,
    zero: f64,
    total_y: f64,
    lines: Vec<(f64, &'static str)>,
    steps: Vec<Step>,
}

#[derive(Serialize, Default)]
struct Step {
    y: f64,
    x: f64,
    width: f64,
    joint: f64,
    class: &'static str,
    name: String,
    db: String,
    text: String,
}

/// Draws the sum.
pub(super) fn waterfall(parts: &[Part], case: &Case, weights: &Weights) -> Waterfall {
    let parts = in_short(parts, SHOWN);
    let sums: Vec<f64> = std::iter::once(0.0)
        .chain(parts.iter().scan(0.0, |sum, part| {
            *sum += part.db;
            Some(*sum)
        }))
        .collect();
    let scale = Scale::over(&sums, case, weights);
    let mut steps: Vec<Step> = parts.iter().zip(sums.windows(2)).map(|(part, sum)| scale.part(part, sum)).collect();
    steps.push(scale.total(case));
    for (at, step) in steps.iter_mut().enumerate() {
        step.y = TOP + STEP * at as f64;
    }
    let total_y = steps.last().map_or(TOP, |total| total.y);
    let names = ["low", "medium", "high", "critical"];
    let lines = names.iter().zip(weights.model.levels).map(|(name, begins)| (scale.x(begins), *name)).collect();
    Waterfall { width: WIDTH, height: total_y + STEP + 6.0, zero: scale.x(0.0), total_y, lines, steps }
}

/// From decibels to place.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(sums: &[f64], case: &Case, weights: &Weights) -> Self {
        let low = sums.iter().copied().fold(case.peak_db.min(0.0), f64::min) - 1.0;
        let high = sums.iter().copied().fold(case.peak_db.max(weights.model.levels[3]), f64::max) + 1.0;
        Self { low, high }
    }

    fn x(&self, db: f64) -> f64 {
        rounded(LEFT + (db - self.low) / (self.high - self.low) * (RIGHT - LEFT))
    }

    fn part(&self, part: &Part, sum: &[f64]) -> Step {
        let class = match part.sort {
            Sort::Prior => "prior",
            Sort::Link => "tie",
            _ if part.db < 0.0 => "minus",
            _ => "plus",
        };
        let step = self.step(sum[0], sum[1], class);
        Step { name: part.name.clone(), db: signed(part.db), text: clipped(&part.text, 300), ..step }
    }

    fn total(&self, case: &Case) -> Step {
        let db = signed(case.peak_db);
        let text = format!("{db} dB, {}", case.level.as_str());
        Step { name: "peak".into(), db, text, ..self.step(0.0, case.peak_db, "total") }
    }

    fn step(&self, from: f64, to: f64, class: &'static str) -> Step {
        let (from, to) = (self.x(from), self.x(to));
        let width = rounded((from - to).abs().max(1.5));
        Step { x: from.min(to), width, joint: to, class, ..Step::default() }
    }
}

const TOP: f64 = 20.0;
const STEP: f64 = 22.0;
const SHOWN: usize = 19;
