//! What the page's templates are given: texts and numbers, ready to be set.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::{Case, Level, Stage, size};

use super::picture::{self, Picture, Waterfall};
use crate::Shown;
use crate::case::chronicle::Talk;
use crate::case::explain::{Explained, certainty, explain, percent};
use crate::case::finding::Finding;
use crate::case::moment::{clock, utc};
use crate::case::shown::{calm, count, signed};
use crate::case::sightings::{sightings, weightiest};
use crate::case::{Dossier, letter};
use crate::digest::{grouped, plural};
use crate::text::clipped;

#[derive(Serialize)]
pub(super) struct Report {
    title: String,
    span: Option<(String, String)>,
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
    peers: Vec<PeerRow>,
    sessions: Vec<SessionRow>,
    people: Vec<PersonRow>,
    files: Vec<FileRow>,
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

#[derive(Serialize)]
struct PeerRow {
    name: String,
    address: Option<String>,
    country: Option<String>,
    talks: String,
    sent: String,
    received: String,
    services: String,
    db: Option<String>,
    first: String,
}

#[derive(Serialize)]
struct SessionRow {
    server: String,
    network: String,
    nicks: String,
    channels: String,
    refused: u64,
}

#[derive(Serialize)]
struct PersonRow {
    nick: String,
    mask: String,
    real: String,
    server: String,
    account: String,
    channels: String,
    oper: bool,
}

#[derive(Serialize)]
struct FileRow {
    time: String,
    name: String,
    how: &'static str,
    direction: &'static str,
    peer: String,
    size: String,
    missing: Option<String>,
    mime: String,
    sha256: String,
}

pub(super) fn report(dossier: &Dossier<'_>) -> Report {
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
        cases: told.iter().take(CASES).map(|case| view(dossier, case)).collect(),
        quiet: (quiet > 0).then(|| count(quiet, "host", "hosts")),
        more: (more > 0).then(|| count(more, "more case", "more cases")),
    }
}

fn view(dossier: &Dossier<'_>, case: &Case) -> CaseView {
    let findings = dossier.findings(case);
    let Explained { parts, gate, without, missing, unseen } = explain(dossier, case, &findings);
    let known = dossier.inventory.host(case.host);
    let talks = dossier.chronicle.talks(case.host);
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
        picture: picture::picture(dossier, case, &findings, &talks),
        waterfall: picture::waterfall(&parts, case, dossier.weights),
        sentences: [Some(gate), without, missing].into_iter().flatten().collect(),
        unseen,
        timeline_more: rows.1,
        timeline: rows.0,
        listeners: listeners(dossier, case, &findings),
        peers: peers(dossier, &findings, &talks),
        sessions: sessions(dossier, case.host),
        people: people(dossier, case.host),
        files: files(dossier, case.host),
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

/// The peers of a host that evidence names, the weightiest first, then those most was exchanged with.
pub(super) fn ranked(findings: &[Finding<'_>], talks: &[&Talk]) -> Vec<(IpAddr, f64)> {
    let mut weights: BTreeMap<IpAddr, (f64, u64)> = BTreeMap::new();
    for finding in findings {
        if let Some(peer) = finding.evidence.peer {
            weights.entry(peer).or_default().0 += finding.weight_db;
        }
    }
    for talk in talks {
        weights.entry(talk.peer).or_default().1 += talk.sent + talk.received;
    }
    let mut ranked: Vec<(IpAddr, (f64, u64))> = weights.into_iter().collect();
    ranked.sort_by(|(a, (x, n)), (b, (y, m))| y.total_cmp(x).then_with(|| m.cmp(n)).then_with(|| a.cmp(b)));
    ranked.into_iter().map(|(peer, (db, _))| (peer, db)).collect()
}

fn peers(dossier: &Dossier<'_>, findings: &[Finding<'_>], talks: &[&Talk]) -> Vec<PeerRow> {
    let ranked = ranked(findings, talks);
    let row = |(peer, db): (IpAddr, f64)| {
        let own: Vec<&&Talk> = talks.iter().filter(|talk| talk.peer == peer).collect();
        let services: BTreeSet<String> = own
            .iter()
            .map(|talk| {
                let service = if talk.service.is_empty() { "unknown" } else { talk.service };
                let way = if talk.inbound { "in" } else { "out" };
                format!("{service} {way}")
            })
            .collect();
        let first = own.iter().map(|talk| talk.began.nanos());
        let first =
            first.chain(findings.iter().filter(|f| f.evidence.peer == Some(peer)).map(|f| f.evidence.time_ns)).min();
        let name = dossier.name(peer);
        let ties = findings.iter().filter(|f| f.evidence.peer == Some(peer)).flat_map(|f| &f.evidence.ties);
        PeerRow {
            address: name.is_some().then(|| peer.to_string()),
            name: name.unwrap_or_else(|| peer.to_string()),
            country: ties.into_iter().find_map(|tie| tie.strip_prefix("country:")).map(calm),
            talks: grouped(own.len() as u64),
            sent: size(own.iter().map(|talk| talk.sent).sum()),
            received: size(own.iter().map(|talk| talk.received).sum()),
            services: services.into_iter().take(5).collect::<Vec<_>>().join(", "),
            db: (db.abs() >= 0.05).then(|| signed(db)),
            first: first.map(utc).unwrap_or_default(),
        }
    };
    ranked.into_iter().take(PEERS).map(row).collect()
}

fn sessions(dossier: &Dossier<'_>, host: IpAddr) -> Vec<SessionRow> {
    let all = dossier.chronicle.people().sessions(host).take(ROWS);
    all.map(|(server, port, session)| SessionRow {
        server: format!("{} port {port}", dossier.called(server)),
        network: Shown(&session.network).to_string(),
        nicks: several(&session.nicks),
        channels: several(&session.channels),
        refused: session.refused,
    })
    .collect()
}

fn people(dossier: &Dossier<'_>, host: IpAddr) -> Vec<PersonRow> {
    let all = dossier.chronicle.people().asked_by(host).take(ROWS);
    all.map(|(nick, who)| PersonRow {
        nick: Shown(nick).to_string(),
        mask: format!("{}@{}", Shown(&who.user), Shown(&who.host)),
        real: Shown(&who.real).to_string(),
        server: Shown(&who.server).to_string(),
        account: Shown(&who.account).to_string(),
        channels: several(&who.channels),
        oper: who.oper,
    })
    .collect()
}

fn files(dossier: &Dossier<'_>, host: IpAddr) -> Vec<FileRow> {
    dossier
        .files_of(host)
        .take(ROWS)
        .map(|file| FileRow {
            time: utc(file.at.nanos()),
            name: if file.name.is_empty() { "(no name)".into() } else { clipped(&Shown(&file.name).to_string(), 120) },
            how: file.how,
            direction: if file.to == host { "in" } else { "out" },
            peer: dossier.called(if file.to == host { file.from } else { file.to }),
            size: size(file.bytes),
            missing: (file.missing > 0).then(|| size(file.missing)),
            mime: file.mime.as_deref().map(calm).unwrap_or_default(),
            sha256: file.sha256.clone().unwrap_or_default(),
        })
        .collect()
}

fn several(texts: &BTreeSet<Box<[u8]>>) -> String {
    let more = texts.len().saturating_sub(NAMES);
    let mut names: Vec<String> = texts.iter().take(NAMES).map(|text| Shown(text).to_string()).collect();
    names.extend((more > 0).then(|| format!("and {more} more")));
    names.join(", ")
}

const CASES: usize = 50;
const ROWS: usize = 120;
const PEERS: usize = 24;
const NAMES: usize = 24;
