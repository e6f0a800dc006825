//! Pictures as numbers: where every bar, dot and line of the page's drawings stands.

use std::net::IpAddr;

use serde::Serialize;
use wiretale::protocol::Timestamp;
use wiretale::score::{Case, Weights, size};

use super::view::{Peers, ranked};
use crate::case::Dossier;
use crate::case::chronicle::{Peer, Sum, Talk};
use crate::case::explain::{Part, Sort};
use crate::case::finding::Finding;
use crate::case::moment::{clock, lasting, utc};
use crate::case::shown::{count, signed};
use crate::digest::plural;
use crate::text::clipped;

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
    score: Score,
    caption: String,
}

#[derive(Serialize)]
struct Tick {
    x: f64,
    text: String,
}

#[derive(Serialize)]
struct Lane {
    y: f64,
    label: String,
    bars: Vec<Bar>,
    dots: Vec<Dot>,
    shaded: bool,
}

#[derive(Serialize)]
struct Bar {
    x: f64,
    width: f64,
    y: f64,
    class: &'static str,
    title: String,
}

#[derive(Serialize)]
struct Dot {
    x: f64,
    y: f64,
    r: f64,
    class: String,
    title: String,
}

#[derive(Serialize)]
struct Score {
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

#[derive(Serialize)]
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
    let more = if left_out > 0 { format!("; {} not drawn", count(left_out, "peer", "peers")) } else { String::new() };
    Some(Picture {
        width: WIDTH,
        height: lanes_bottom + GAP + SCORE + 34.0,
        left: LEFT,
        right: RIGHT,
        lanes_bottom,
        ticks: scale.ticks(),
        lanes,
        score: score(&scale, case, dossier.weights, lanes_bottom + GAP),
        caption: format!("{} to {} UTC{more}", utc(scale.began), utc(scale.ended)),
    })
}

/// From time to place.
struct Scale {
    began: i64,
    ended: i64,
}

impl Scale {
    /// The time of the evidence, and a little before and after it.
    fn over(findings: &[Finding<'_>], all: &Peers<'_>) -> Option<Self> {
        let times = || findings.iter().map(|finding| finding.evidence.time_ns);
        let (first, last) = (times().min()?, times().max()?);
        let margin = (last - first) / 20 + 1_000_000_000;
        // Not more than the capture has.
        let began = all.values().map(|peer| peer.sum.began.nanos()).min().map_or(first, |began| began.min(first));
        let ended = all.values().map(|peer| peer.sum.ended.nanos()).max().map_or(last, |ended| ended.max(last));
        let (low, high) = (first.saturating_sub(margin), last.saturating_add(margin));
        Some(Self { began: began.max(low), ended: ended.min(high).max(began.max(low) + 1_000_000_000) })
    }

    fn x(&self, ns: i64) -> f64 {
        let share = (ns.saturating_sub(self.began)) as f64 / (self.ended - self.began) as f64;
        rounded(LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT))
    }

    /// Five to nine ticks at round times.
    fn ticks(&self) -> Vec<Tick> {
        let span = (self.ended - self.began) / 1_000_000_000;
        let step = STEPS.iter().copied().find(|step| span / step <= 8).unwrap_or(86_400 * (span / 86_400 / 8 + 1));
        let step = step * 1_000_000_000;
        let first = (self.began / step + 1) * step;
        let day = step >= 86_400_000_000_000;
        let text = |at: i64| if day { utc(at)[..10].to_owned() } else { clock(at) };
        (0..12)
            .map(|n| first.saturating_add(step.saturating_mul(n)))
            .take_while(|at| *at < self.ended)
            .map(|at| Tick { x: self.x(at), text: text(at) })
            .collect()
    }
}

fn lane(
    dossier: &Dossier<'_>,
    scale: &Scale,
    at: usize,
    peer: IpAddr,
    findings: &[Finding<'_>],
    known: Option<&Peer>,
) -> Lane {
    let y = TOP + LANE * at as f64;
    let bar = |began: Timestamp, ended: Timestamp, class, title| {
        let (x, end) = (scale.x(began.nanos()), scale.x(ended.nanos()));
        let seen = ended.nanos() >= scale.began && began.nanos() <= scale.ended;
        seen.then(|| Bar { x, width: rounded((end - x).max(2.5)), y: y + 7.0, class, title })
    };
    // Those that are not kept one by one are one bar, below the others.
    let rest = known.map(|peer| peer.rest).filter(|rest| rest.talks > 0);
    let rest = rest.and_then(|rest| bar(rest.began, rest.ended, "other", together(&rest)));
    let talks = known.into_iter().flat_map(|peer| &peer.talks);
    let bars = talks.filter_map(|talk| bar(talk.began, talk.ended, class(talk.service), about(talk)));
    let bars = rest.into_iter().chain(bars.take(BARS)).collect();
    let dots = findings
        .iter()
        .filter(|finding| finding.evidence.peer == Some(peer))
        .take(DOTS)
        .map(|finding| Dot {
            x: scale.x(finding.evidence.time_ns),
            y: y + LANE / 2.0,
            r: rounded(3.0 + finding.weight_db.clamp(0.0, 16.0) / 4.0),
            class: finding.stage.map_or_else(|| "none".to_owned(), |stage| format!("{stage:?}").to_lowercase()),
            title: format!(
                "{} {} {} dB: {}",
                clock(finding.evidence.time_ns),
                finding.evidence.row,
                signed(finding.weight_db),
                clipped(&finding.text(), 160)
            ),
        })
        .collect();
    let label = dossier.name(peer).unwrap_or_else(|| peer.to_string());
    Lane { y, label: clipped(&label, 27), bars, dots, shaded: at.is_multiple_of(2) }
}

fn together(rest: &Sum) -> String {
    let more = plural(rest.talks, "more connection", "more connections");
    let (from, to) = (clock(rest.began.nanos()), clock(rest.ended.nanos()));
    format!("{from} to {to}: {more}; sent {}, received {}", size(rest.sent), size(rest.received))
}

fn about(talk: &Talk) -> String {
    let service = if talk.service.is_empty() { "unknown" } else { talk.service };
    let way = if talk.inbound { "from it" } else { "to it" };
    let lasted = lasting((talk.ended.nanos() - talk.began.nanos()) as f64 / 1e9);
    let at = clock(talk.began.nanos());
    format!(
        "{at} {service} {way}, port {}, {lasted}; sent {}, received {}",
        talk.port,
        size(talk.sent),
        size(talk.received)
    )
}

fn class(service: &str) -> &'static str {
    match service {
        "ssh" | "ssl" | "tls" => "sealed",
        "irc" | "irc-dcc-chat" => "irc",
        "ftp" | "ftp-data" | "irc-dcc-data" | "http" => "file",
        "" | "text" | "telnet" => "text",
        _ => "other",
    }
}

fn score(scale: &Scale, case: &Case, weights: &Weights, top: f64) -> Score {
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

/// Draws the sum.
pub(super) fn waterfall(parts: &[Part], case: &Case, weights: &Weights) -> Waterfall {
    let mut steps: Vec<(f64, Sort, String, String)> = Vec::new();
    let (mut rest, mut left_out) = (0.0, 0);
    for (at, part) in parts.iter().enumerate() {
        if part.sort == Sort::Evidence && at > STEPS_SHOWN {
            rest += part.db;
            left_out += 1;
        } else {
            steps.push((part.db, part.sort, part.name.clone(), part.text.clone()));
        }
    }
    if left_out > 0 {
        steps.push((rest, Sort::Evidence, "others".into(), count(left_out, "weaker sign", "weaker signs")));
    }
    let mut sums = vec![0.0];
    for (db, ..) in &steps {
        sums.push(sums.last().copied().unwrap_or(0.0) + db);
    }
    let low = sums.iter().copied().fold(case.peak_db.min(0.0), f64::min) - 1.0;
    let high = sums.iter().copied().fold(case.peak_db.max(weights.model.levels[3]), f64::max) + 1.0;
    let x = |db: f64| rounded(FALL_LEFT + (db - low) / (high - low) * (FALL_RIGHT - FALL_LEFT));
    let mut drawn: Vec<Step> = Vec::new();
    for ((db, sort, name, text), sum) in steps.iter().zip(sums.windows(2)) {
        let (from, to) = (x(sum[0]), x(sum[1]));
        let class = match sort {
            Sort::Prior => "prior",
            Sort::Link => "tie",
            _ if *db < 0.0 => "minus",
            _ => "plus",
        };
        drawn.push(Step {
            y: FALL_TOP + FALL * drawn.len() as f64,
            x: from.min(to),
            width: rounded((from - to).abs().max(1.5)),
            joint: to,
            class,
            name: name.clone(),
            db: signed(*db),
            text: clipped(text, 300),
        });
    }
    let total_y = FALL_TOP + FALL * drawn.len() as f64;
    let (zero, peak) = (x(0.0), x(case.peak_db));
    drawn.push(Step {
        y: total_y,
        x: zero.min(peak),
        width: rounded((zero - peak).abs().max(1.5)),
        joint: peak,
        class: "total",
        name: "peak".into(),
        db: signed(case.peak_db),
        text: format!("{} dB, {}", signed(case.peak_db), case.level.as_str()),
    });
    let names = ["low", "medium", "high", "critical"];
    let lines = names.iter().zip(weights.model.levels).map(|(name, begins)| (x(begins), *name)).collect();
    Waterfall { width: WIDTH, height: total_y + FALL + 6.0, zero, total_y, lines, steps: drawn }
}

/// A tenth of a unit is finer than any screen, and keeps the page small.
fn rounded(n: f64) -> f64 {
    (n * 10.0).round() / 10.0
}

const WIDTH: f64 = 1040.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 1020.0;
const TOP: f64 = 8.0;
const LANE: f64 = 28.0;
const GAP: f64 = 22.0;
const SCORE: f64 = 150.0;
const LANES: usize = 14;
const BARS: usize = 400;
const DOTS: usize = 200;
// Round lengths of time between ticks, in seconds.
const STEPS: &[i64] =
    &[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];
const FALL_LEFT: f64 = 190.0;
const FALL_RIGHT: f64 = 1020.0;
const FALL_TOP: f64 = 20.0;
const FALL: f64 = 22.0;
const STEPS_SHOWN: usize = 18;
