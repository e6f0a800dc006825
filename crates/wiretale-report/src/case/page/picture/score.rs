//! The course of the score.

use serde::Serialize;
use wiretale::score::{Case, Weights};

use super::scale::Scale;
use crate::case::page::canvas::{LEFT, RIGHT, rounded};
use crate::case::shown::signed;

#[derive(Serialize)]
pub(super) struct Score {
    top: f64,
    bottom: f64,
    points: String,
    area: String,
    bands: Vec<Band>,
    peak: (f64, f64, String),
}

#[derive(Serialize)]
struct Band {
    y: f64,
    height: f64,
    level: &'static str,
    label_y: f64,
}

pub(super) fn score(scale: &Scale, case: &Case, weights: &Weights, top: f64) -> Score {
    let begins = weights.model.levels;
    // Far beyond the highest level there is nothing more to tell: the course ends at the edge, and the peak's label says.
    let highest = case.course.iter().map(|(_, db)| *db).fold(begins[3] + 5.0, f64::max).min(begins[3] + 25.0) + 2.0;
    let lowest = case.prior_db.min(begins[0]) - 2.0;
    let bottom = top + SCORE;
    let y = |db: f64| rounded(bottom - (db.min(highest) - lowest) / (highest - lowest) * SCORE);
    let mut points = format!("{LEFT},{}", y(case.prior_db));
    let mut last = y(case.prior_db);
    let (mut peak, mut thinned) = ((LEFT, last), Vec::new());
    for (at, db) in &case.course {
        let place = (scale.x(*at), y(*db));
        // One point for each place on the paper: the last of them, and the peak.
        if thinned.last().is_some_and(|(x, _)| *x == place.0) && *at != case.peak_ns {
            thinned.pop();
        }
        thinned.push(place);
        if *at == case.peak_ns {
            peak = place;
        }
    }
    for (x, y) in thinned {
        points += &format!(" {x},{last} {x},{y}");
        last = y;
    }
    points += &format!(" {RIGHT},{last}");
    let area = format!("{points} {RIGHT},{bottom} {LEFT},{bottom}");
    let edges = [lowest, begins[0], begins[1], begins[2], begins[3], highest];
    let names = ["info", "low", "medium", "high", "critical"];
    let bands = names.iter().zip(edges.windows(2)).map(|(level, edge)| {
        let (from, to) = (y(edge[1]), y(edge[0]));
        Band { y: from, height: rounded((to - from).max(0.0)), level, label_y: rounded((from + to) / 2.0 + 3.5) }
    });
    let bands = bands.collect();
    Score { top, bottom, points, area, bands, peak: (peak.0, peak.1, signed(case.peak_db)) }
}

pub(super) const SCORE: f64 = 150.0;
