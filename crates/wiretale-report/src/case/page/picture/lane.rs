//! The lane of a peer: its connections and what was seen in them.

use std::net::IpAddr;

use serde::Serialize;
use wiretale::protocol::Timestamp;
use wiretale::score::{Stage, size};

use super::scale::Scale;
use super::{LANE, TOP};
use crate::case::Dossier;
use crate::case::chronicle::{Peer, Sum, Talk};
use crate::case::finding::Finding;
use crate::case::moment::{clock, lasting};
use crate::case::page::canvas::rounded;
use crate::case::shown::signed;
use crate::digest::plural;
use crate::foremost::foremost;
use crate::text::clipped;

#[derive(Serialize)]
pub(super) struct Lane {
    y: f64,
    label: String,
    bars: Vec<Bar>,
    dots: Vec<Dot>,
    shaded: bool,
    // Signs that are not drawn.
    #[serde(skip)]
    pub(super) left_out: usize,
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

/// A kind of dots that is drawn, and what it stands for.
#[derive(Serialize)]
pub(super) struct Key {
    class: String,
    words: &'static str,
}

pub(super) fn keys(lanes: &[Lane]) -> Vec<Key> {
    let all = Stage::ALL.iter().map(|stage| (class_of(Some(*stage)), stage.words()));
    let all = all.chain([(class_of(None), "of no stage")]).map(|(class, words)| Key { class, words });
    all.filter(|key| lanes.iter().flat_map(|lane| &lane.dots).any(|dot| dot.class == key.class)).collect()
}

pub(super) fn lane(
    dossier: &Dossier<'_>,
    scale: &Scale,
    at: usize,
    peer: IpAddr,
    findings: &[Finding<'_>],
    known: Option<&Peer>,
) -> Lane {
    let y = TOP + LANE * at as f64;
    let bars = known.map_or_else(Vec::new, |peer| bars(scale, peer, y));
    let seen = findings.iter().filter(|finding| finding.evidence.peer == Some(peer));
    let (seen, left_out) = foremost(seen, DOTS, |a, b| b.weight_db.total_cmp(&a.weight_db));
    let dots = seen.into_iter().map(|finding| dot(scale, finding, y)).collect();
    let label = dossier.name(peer).unwrap_or_else(|| peer.to_string());
    Lane { y, label: clipped(&label, 27), bars, dots, shaded: at.is_multiple_of(2), left_out }
}

/// The connections with a peer; those that are not kept one by one are one bar, below the others.
fn bars(scale: &Scale, peer: &Peer, y: f64) -> Vec<Bar> {
    let bar = |began: Timestamp, ended: Timestamp, class, title| {
        let (x, end) = (scale.x(began.nanos()), scale.x(ended.nanos()));
        let seen = ended.nanos() >= scale.began && began.nanos() <= scale.ended;
        seen.then(|| Bar { x, width: rounded((end - x).max(2.5)), y: y + 7.0, class, title })
    };
    let rest = Some(peer.rest).filter(|rest| rest.talks > 0);
    let rest = rest.and_then(|rest| bar(rest.began, rest.ended, "other", together(&rest)));
    let talks = peer.talks.iter();
    let bars = talks.filter_map(|talk| bar(talk.began, talk.ended, class(talk.service), about(talk)));
    rest.into_iter().chain(bars.take(BARS)).collect()
}

fn dot(scale: &Scale, finding: &Finding<'_>, y: f64) -> Dot {
    let (at, row, db) = (finding.evidence.time_ns, &finding.evidence.row, finding.weight_db);
    Dot {
        x: scale.x(at),
        y: y + LANE / 2.0,
        r: rounded(3.0 + db.clamp(0.0, 16.0) / 4.0),
        class: class_of(finding.stage),
        title: format!("{} {row} {} dB: {}", clock(at), signed(db), clipped(&finding.text(), 160)),
    }
}

fn class_of(stage: Option<Stage>) -> String {
    stage.map_or_else(|| "none".to_owned(), |stage| format!("{stage:?}").to_lowercase())
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

const BARS: usize = 400;
const DOTS: usize = 200;
