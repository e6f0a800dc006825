//! What the page's templates are given: texts and numbers, ready to be set.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::{Case, Level, Stage, size};

use super::picture::{self, Picture, Waterfall};
use crate::Shown;
use crate::case::chronicle::Peer;
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
    peers_more: Option<String>,
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

/// The peers of a host.
pub(super) type Peers<'a> = BTreeMap<IpAddr, &'a Peer>;

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
        picture: picture::picture(dossier, case, &findings, &all),
        waterfall: picture::waterfall(&parts, case, dossier.weights),
        sentences: [Some(gate), without, missing].into_iter().flatten().collect(),
        unseen,
        timeline_more: rows.1,
        timeline: rows.0,
        listeners: listeners(dossier, case, &findings),
        peers_more: peers_more(dossier, case.host, &findings, &all),
        peers: peers(dossier, case.host, &findings, &all),
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
pub(super) fn ranked(findings: &[Finding<'_>], peers: &Peers<'_>) -> Vec<(IpAddr, f64)> {
    let mut weights: BTreeMap<IpAddr, (f64, u64)> = BTreeMap::new();
    for finding in findings {
        if let Some(peer) = finding.evidence.peer {
            weights.entry(peer).or_default().0 += finding.weight_db;
        }
    }
    for (address, peer) in peers {
        weights.entry(*address).or_default().1 += peer.sum.sent + peer.sum.received;
    }
    let mut ranked: Vec<(IpAddr, (f64, u64))> = weights.into_iter().collect();
    ranked.sort_by(|(a, (x, n)), (b, (y, m))| y.total_cmp(x).then_with(|| m.cmp(n)).then_with(|| a.cmp(b)));
    ranked.into_iter().map(|(peer, (db, _))| (peer, db)).collect()
}

fn peers(dossier: &Dossier<'_>, host: IpAddr, findings: &[Finding<'_>], all: &Peers<'_>) -> Vec<PeerRow> {
    // Of a peer that found no room nothing is known, and it may be much.
    let unlisted = dossier.chronicle.unlisted(host).talks > 0;
    let row = |(address, db): (IpAddr, f64)| {
        let own = || findings.iter().filter(move |finding| finding.evidence.peer == Some(address));
        let known = all.get(&address);
        let sum = known.map(|peer| peer.sum).unwrap_or_default();
        let first = known.map(|_| sum.began.nanos()).into_iter();
        let first = first.chain(own().map(|finding| finding.evidence.time_ns)).min();
        let name = dossier.name(address);
        let told = |text: String| if known.is_none() && unlisted { "?".to_owned() } else { text };
        let mut ties = own().flat_map(|finding| &finding.evidence.ties);
        PeerRow {
            address: name.is_some().then(|| address.to_string()),
            name: name.unwrap_or_else(|| address.to_string()),
            country: ties.find_map(|tie| tie.strip_prefix("country:")).map(calm),
            talks: told(grouped(sum.talks)),
            sent: told(size(sum.sent)),
            received: told(size(sum.received)),
            services: known.map(|peer| services(peer)).unwrap_or_default(),
            db: (db.abs() >= 0.05).then(|| signed(db)),
            first: first.map(utc).unwrap_or_default(),
        }
    };
    ranked(findings, all).into_iter().take(PEERS).map(row).collect()
}

fn services(peer: &Peer) -> String {
    let services: BTreeSet<String> = peer
        .ways
        .iter()
        .map(|(service, inbound)| {
            let service = if service.is_empty() { "unknown" } else { service };
            let way = if *inbound { "in" } else { "out" };
            format!("{service} {way}")
        })
        .collect();
    services.into_iter().take(5).collect::<Vec<_>>().join(", ")
}

/// The connections with peers that are not in the table.
fn peers_more(dossier: &Dossier<'_>, host: IpAddr, findings: &[Finding<'_>], all: &Peers<'_>) -> Option<String> {
    let left = ranked(findings, all).into_iter().skip(PEERS).filter_map(|(peer, _)| all.get(&peer));
    let sum = left.fold(dossier.chronicle.unlisted(host), |sum, peer| sum.with(&peer.sum));
    let told = plural(sum.talks, "connection with other peers is", "connections with other peers are");
    let bytes = size(sum.sent + sum.received);
    (sum.talks > 0).then(|| format!("{told} not told here ({bytes}); conn.log has all."))
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
