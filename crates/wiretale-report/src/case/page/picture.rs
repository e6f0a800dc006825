//! Pictures as numbers: where every bar, dot and line of the page's drawings stands.

mod lane;
mod scale;
mod score;

use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::Case;

use super::canvas::{LEFT, RIGHT, WIDTH};
use super::ranking::{Peers, ranked};
use crate::case::Dossier;
use crate::case::finding::Finding;
use crate::case::moment::utc;
use crate::case::shown::count;

use lane::{Key, Lane, keys, lane};
use scale::{Scale, Tick};
use score::{SCORE, Score, score};

/// Connections and evidence over time, a lane for each peer, and the score below.
#[derive(Serialize)]
pub(super) struct Picture {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    lanes_bottom: f64,
    ticks: Vec<Tick>,
    lanes: Vec<Lane>,
    keys: Vec<Key>,
    score: Score,
    caption: String,
}

/// Draws a case; `None` where there is nothing to draw.
pub(super) fn picture(
    dossier: &Dossier<'_>,
    case: &Case,
    findings: &[Finding<'_>],
    all: &Peers<'_>,
) -> Option<Picture> {
    let scale = Scale::over(findings, all)?;
    let ranked = ranked(findings, all);
    let peers: Vec<IpAddr> = ranked.iter().map(|(peer, _)| *peer).take(LANES).collect();
    let lanes: Vec<Lane> = peers
        .iter()
        .enumerate()
        .map(|(at, peer)| lane(dossier, &scale, at, *peer, findings, all.get(peer).copied()))
        .collect();
    let lanes_bottom = TOP + LANE * lanes.len() as f64;
    let left_out = ranked.len().saturating_sub(LANES);
    let signs = lanes.iter().map(|lane| lane.left_out).sum();
    let undrawn = |n, one, many| if n > 0 { format!("; {} not drawn", count(n, one, many)) } else { String::new() };
    let more = undrawn(left_out, "peer", "peers") + &undrawn(signs, "sign", "signs");
    Some(Picture {
        width: WIDTH,
        height: lanes_bottom + GAP + SCORE + 34.0,
        left: LEFT,
        right: RIGHT,
        lanes_bottom,
        ticks: scale.ticks(),
        keys: keys(&lanes),
        lanes,
        score: score(&scale, case, dossier.weights, lanes_bottom + GAP),
        caption: format!("{} to {} UTC{more}", utc(scale.began), utc(scale.ended)),
    })
}

const TOP: f64 = 8.0;
const LANE: f64 = 28.0;
const GAP: f64 = 22.0;
const LANES: usize = 14;
