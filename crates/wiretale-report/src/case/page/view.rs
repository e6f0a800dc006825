//! What the page's templates are given: texts and numbers, ready to be set.

mod files;
mod listeners;
mod peers;
mod people;

use serde::Serialize;
use wiretale::score::{Case, Level, Stage};

use super::picture::{Picture, picture};
use super::waterfall::{Waterfall, waterfall};
use crate::case::against::Against;
use crate::case::explain::{Explained, certainty, explain, percent};
use crate::case::finding::Finding;
use crate::case::moment::{clock, utc};
use crate::case::shown::{calm, count, signed};
use crate::case::sightings::{sightings, weightiest};
use crate::case::{Dossier, letter};
use crate::digest::{one_or, plural};

use files::{FileRow, files};
use listeners::{ListenerRow, listeners};
use peers::{PeerRow, peers, peers_more};
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
    timeline: Listed<TimelineRow>,
    listeners: Listed<ListenerRow>,
    peers: Vec<PeerRow>,
    peers_more: Option<String>,
    sessions: Listed<SessionRow>,
    people: Listed<PersonRow>,
    files: Listed<FileRow>,
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

/// Rows of a table, and how many more there are.
#[derive(Serialize)]
struct Listed<R> {
    rows: Vec<R>,
    more: usize,
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
    let against = Against::peers(&findings);
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
        timeline: timeline(case, &findings),
        listeners: listeners(dossier, case, &findings),
        peers_more: peers_more(dossier, case.host, &findings, &all),
        peers: peers(dossier, case.host, &findings, &all),
        sessions: sessions(dossier, case.host, &against),
        people: people(dossier, case.host),
        files: files(dossier, case.host, &against),
        dropped: (case.dropped > 0).then(|| plural(case.dropped, "piece of evidence", "pieces of evidence")),
    }
}

fn timeline(case: &Case, findings: &[Finding<'_>]) -> Listed<TimelineRow> {
    let (rows, more) = weightiest(sightings(case, findings), ROWS);
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
    Listed { rows: told.collect(), more }
}

const CASES: usize = 50;
const ROWS: usize = 120;
