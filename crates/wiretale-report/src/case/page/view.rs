//! What the page's templates are given: texts and numbers, ready to be set.

mod files;
mod peers;
mod people;

use std::collections::BTreeSet;

use serde::Serialize;
use wiretale::score::{Case, Level, Stage};

use super::picture::{Picture, picture};
use super::waterfall::{Waterfall, waterfall};
use crate::Shown;
use crate::case::explain::{Explained, certainty, explain, percent};
use crate::case::finding::Finding;
use crate::case::moment::{clock, utc};
use crate::case::shown::{calm, count, signed};
use crate::case::sightings::{sightings, weightiest};
use crate::case::{Dossier, letter};
use crate::digest::{grouped, one_or, plural};

use files::{FileRow, files};
use peers::{PeerRow, peers, peers_more};
pub(super) use peers::{Peers, ranked};
use people::{PersonRow, SessionRow, people, sessions};

#[derive(Serialize)]
pub(super) struct Report<'a> {
    title: String,
    span: Option<(String, String)>,
    notes: &'a [String],
    cases: Vec<CaseView>,
    quiet: Option<String>,
    more: Option<String>,
}

#[derive(Serialize)]
struct CaseView {
    anchor: String,
    host: String,
    name: Option<String>,
    owner: Option<String>,
    number: String,
    level: &'static str,
    peak: String,
    end: String,
    probability: String,
    opened: String,
    updated: String,
    stages: Vec<StageView>,
    picture: Option<Picture>,
    waterfall: Waterfall,
    sentences: Vec<String>,
    unseen: Vec<String>,
    timeline: Vec<TimelineRow>,
    timeline_more: usize,
    listeners: Vec<ListenerRow>,
    listeners_more: usize,
    peers: Vec<PeerRow>,
    peers_more: Option<String>,
    sessions: Vec<SessionRow>,
    people: Vec<PersonRow>,
    files: Vec<FileRow>,
    files_more: usize,
    dropped: Option<String>,
}

#[derive(Serialize)]
struct StageView {
    name: String,
    words: &'static str,
    seen: bool,
}

#[derive(Serialize)]
struct TimelineRow {
    day: Option<String>,
    time: String,
    stage: Option<String>,
    row: String,
    attack: String,
    db: String,
    sign: &'static str,
    text: String,
    certainty: &'static str,
    source: String,
}

#[derive(Serialize)]
struct ListenerRow {
    port: u16,
    service: &'static str,
    greeting: String,
    first: String,
    times: String,
    outside: String,
    known: bool,
    held: bool,
}

pub(super) fn report<'a>(dossier: &Dossier<'a>) -> Report<'a> {
    let told: Vec<&Case> = dossier.worth_telling().collect();
    let more = told.len().saturating_sub(CASES);
    let quiet = dossier.cases.iter().filter(|case| case.level < Level::Low).count();
    let title = match &told[..] {
        [] => "wiretale: no case".to_owned(),
        [only] => format!("wiretale: {}", dossier.called(only.host)),
        [first, rest @ ..] => {
            format!("wiretale: {} and {}", dossier.called(first.host), count(rest.len(), "more host", "more hosts"))
        }
    };
    Report {
        title,
        span: dossier.chronicle.span().map(|(began, ended)| (utc(began.nanos()), utc(ended.nanos()))),
        notes: dossier.notes,
        cases: told.iter().take(CASES).map(|case| view(dossier, case)).collect(),
        quiet: (quiet > 0)
            .then(|| format!("{} {}", count(quiet, "host", "hosts"), one_or(quiet as u64, "has", "have"))),
        more: (more > 0).then(|| count(more, "more case", "more cases")),
    }
}

fn view(dossier: &Dossier<'_>, case: &Case) -> CaseView {
    let findings = dossier.findings(case);
    let Explained { parts, gate, without, missing, unseen } = explain(dossier, case, &findings);
    let known = dossier.inventory.host(case.host);
    let all = dossier.chronicle.peers(case.host);
    let rows = timeline(&findings);
    CaseView {
        anchor: format!("h{}", case.host.to_string().replace(['.', ':'], "-")),
        host: case.host.to_string(),
        name: dossier.name(case.host),
        owner: known.and_then(|host| host.owner.as_deref()).map(calm),
        number: letter::number(case),
        level: case.level.as_str(),
        peak: signed(case.peak_db),
        end: signed(case.score_db),
        probability: percent(case),
        opened: utc(Finding::first_sign(&findings).unwrap_or(case.opened_ns)),
        updated: utc(case.updated_ns),
        stages: Stage::ALL
            .iter()
            .map(|stage| StageView {
                name: format!("{stage:?}"),
                words: stage.words(),
                seen: case.stages.contains(stage),
            })
            .collect(),
        picture: picture(dossier, case, &findings, &all),
        waterfall: waterfall(&parts, case, dossier.weights),
        sentences: [Some(gate), without, missing].into_iter().flatten().collect(),
        unseen,
        timeline_more: rows.1,
        timeline: rows.0,
        listeners: listeners(dossier, case, &findings),
        listeners_more: dossier.chronicle.listeners().of(case.host).skip(ROWS).count(),
        peers_more: peers_more(dossier, case.host, &findings, &all),
        peers: peers(dossier, case.host, &findings, &all),
        sessions: sessions(dossier, case.host),
        people: people(dossier, case.host),
        files: files(dossier, case.host),
        files_more: dossier.files_of(case.host).skip(ROWS).count(),
        dropped: (case.dropped > 0).then(|| plural(case.dropped, "piece of evidence", "pieces of evidence")),
    }
}

fn timeline(findings: &[Finding<'_>]) -> (Vec<TimelineRow>, usize) {
    let (rows, more) = weightiest(sightings(findings), ROWS);
    let mut last = String::new();
    let told = rows.into_iter().map(|row| {
        let (evidence, db) = (row.first.evidence, row.db);
        let day = utc(evidence.time_ns).get(..10).unwrap_or_default().to_owned();
        let uids: Vec<String> = evidence.uids.iter().take(3).map(|uid| calm(uid)).collect();
        let frames: Vec<String> = evidence.frames.iter().take(4).map(u64::to_string).collect();
        TimelineRow {
            day: (day != last).then(|| {
                last.clone_from(&day);
                day
            }),
            time: clock(evidence.time_ns),
            stage: row.first.stage.map(|stage| format!("{stage:?}")),
            row: calm(&evidence.row),
            attack: row.first.attack.join(", "),
            db: signed(db),
            sign: if db < -0.05 {
                "minus"
            } else if db < 0.05 {
                "none"
            } else {
                "plus"
            },
            text: row.text(),
            certainty: certainty(evidence),
            source: format!("{} frame {}", uids.join(" "), frames.join(" ")),
        }
    });
    (told.collect(), more)
}

fn listeners(dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) -> Vec<ListenerRow> {
    let held: BTreeSet<u16> = findings
        .iter()
        .filter(|finding| dossier.weights.row(&finding.evidence.row).is_some_and(|row| row.group == "listener"))
        .filter_map(|finding| finding.evidence.port)
        .collect();
    let all = dossier.chronicle.listeners().of(case.host).take(ROWS);
    all.map(|(port, listener)| ListenerRow {
        port,
        service: if listener.service.is_empty() { "unknown" } else { listener.service },
        greeting: Shown(&listener.greeting).to_string(),
        first: utc(listener.first.nanos()),
        times: grouped(listener.times),
        outside: listener.outside.iter().take(4).map(|peer| dossier.called(*peer)).collect::<Vec<_>>().join(", "),
        known: dossier.inventory.serves(case.host.into(), port),
        held: held.contains(&port),
    })
    .collect()
}

const CASES: usize = 50;
const ROWS: usize = 120;
