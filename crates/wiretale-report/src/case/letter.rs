//! The letter to a machine's owner: what was found, what it means, what to do now. Kind, short, without blame.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wiretale::protocol::Outcome;
use wiretale::score::{Case, Level, size};

use super::chronicle::Exposed;
use super::explain::{certainty, confidence};
use super::exposure::Intruders;
use super::finding::Finding;
use super::moment::{day, utc};
use super::shown::{calm, count};
use super::sightings::{sightings, weightiest};
use super::unseen::unseen;
use super::{Document, Dossier, MovedFile};
use crate::Shown;
use crate::digest::grouped;

/// A letter for each case at or above `medium`, with the host it is about.
#[must_use]
pub fn letters(dossier: &Dossier<'_>) -> Vec<(IpAddr, Document)> {
    dossier.cases.iter().filter_map(|case| Some((case.host, letter_of(dossier, case)?))).collect()
}

/// Is it a letter as [`letters`] gives it, which nobody has put a name to yet?
#[must_use]
pub fn is_blank(letter: &str) -> bool {
    letter.contains(SENDER)
}

/// The letter for one case, if it is at or above `medium`.
pub(super) fn letter_of(dossier: &Dossier<'_>, case: &Case) -> Option<Document> {
    (case.level >= Level::Medium).then(|| letter(dossier, case))
}

fn letter(dossier: &Dossier<'_>, case: &Case) -> Document {
    let findings = dossier.findings(case);
    let mut letter = Document::default();
    head(&mut letter, dossier, case);
    found(&mut letter, dossier, case, &findings);
    first_seen(&mut letter, dossier, case, &findings);
    listeners(&mut letter, dossier, case, &findings);
    timeline(&mut letter, &findings);
    went_out(&mut letter, dossier, case);
    letter.heading("What we could not see").items(unseen(dossier, case.host));
    what_we_did(&mut letter);
    now(&mut letter);
    recover(&mut letter, dossier, case);
    contact(&mut letter);
    letter
}

fn head(letter: &mut Document, dossier: &Dossier<'_>, case: &Case) {
    let called = dossier.called(case.host);
    let known = dossier.inventory.host(case.host);
    let owner = known.and_then(|host| host.owner.clone());
    let to = owner.clone().unwrap_or_else(|| format!("whom it may concern at {called}"));
    let contact =
        known.and_then(|host| host.contact.as_ref()).map(|contact| format!(" <{contact}>")).unwrap_or_default();
    letter.title(format!("Your machine {called}"));
    letter.lines(vec![
        format!("To: {to}{contact}"),
        format!("From: [{SENDER}]"),
        format!("Date: {} (all times are UTC)", day(case.updated_ns)),
        format!("Case: {}", number(case)),
        "Handling: TLP:AMBER. For you and those who help you with this machine; please do not pass it on.".into(),
        "To make sure that this letter is genuine, call us under the number in the directory.".into(),
    ]);
    letter.paragraph(match owner {
        Some(owner) => format!("Dear {owner},"),
        None => "Dear colleague,".to_owned(),
    });
}

/// The case's number: the day it was opened and the host.
pub(super) fn number(case: &Case) -> String {
    format!("{}-{}", utc(case.opened_ns).get(..10).unwrap_or_default().replace('-', ""), case.host)
}

fn found(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    let since = Finding::first_sign(findings).map(|at| format!(" The first sign of it is of {} UTC.", utc(at)));
    let called = dossier.called(case.host);
    let text = format!("your machine {called} has {}.{}", confidence(case.level), since.unwrap_or_default());
    letter.paragraph(format!("{}{}", text[..1].to_uppercase(), &text[1..]));
    letter.paragraph(
        "This can happen to anybody, and nothing we saw suggests that you did anything wrong. Please take a few minutes \
         to read what we know and what to do now.",
    );
}

fn first_seen(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    letter.heading("What drew our attention");
    let loud = |finding: &&Finding<'_>| ATTENTION.contains(&finding.evidence.detector()) && finding.weight_db > 0.0;
    let heaviest = |a: &&Finding<'_>, b: &&Finding<'_>| a.weight_db.total_cmp(&b.weight_db);
    let first = findings.iter().filter(loud).max_by(heaviest).or_else(|| findings.iter().max_by(heaviest));
    if let Some(finding) = first {
        letter.paragraph(format!("At {} UTC: {}.", utc(finding.evidence.time_ns), sentence(finding)));
    }
    let mut people: Vec<String> = dossier
        .chronicle
        .people()
        .sessions(case.host)
        .filter(|(_, _, session)| !session.nicks.is_empty())
        .map(|(server, port, session)| {
            let nicks = several(session.nicks.iter());
            let place =
                if session.network.is_empty() { String::new() } else { format!("{}, ", Shown(&session.network)) };
            let channels = channels(&session.channels);
            format!("On IRC ({place}{}, port {port}) the machine was {nicks}{channels}.", dossier.called(server))
        })
        .collect();
    people.extend(dossier.chronicle.people().asked_by(case.host).map(|(nick, who)| {
        let channels = channels(&who.channels);
        format!(
            "It asked there about {}, who comes from {}@{}{channels}.",
            Shown(nick),
            Shown(&who.user),
            Shown(&who.host)
        )
    }));
    if !people.is_empty() {
        people.truncate(PEOPLE);
        letter.items(people);
    }
}

fn channels(channels: &BTreeSet<Box<[u8]>>) -> String {
    if channels.is_empty() { String::new() } else { format!(", in {}", several(channels.iter())) }
}

fn several<'t>(texts: impl ExactSizeIterator<Item = &'t Box<[u8]>>) -> String {
    let more = texts.len().saturating_sub(NAMES);
    let mut names: Vec<String> = texts.take(NAMES).map(|text| Shown(text).to_string()).collect();
    names.extend((more > 0).then(|| format!("and {more} more")));
    names.join(", ")
}

/// Ports that answer on the machine and are not known to be meant to.
fn listeners(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    let mut rows: BTreeMap<u16, [String; 2]> = held(dossier, findings);
    for (port, listener) in dossier.chronicle.listeners().of(case.host) {
        let service = if listener.service.is_empty() { "unknown" } else { listener.service };
        rows.insert(port, [service.to_owned(), Shown(&listener.greeting).to_string()]);
    }
    let answers = !rows.is_empty();
    rows.retain(|port, _| !dossier.inventory.serves(case.host.into(), *port));
    let more = rows.len().saturating_sub(ROWS);
    letter.heading("What answers on the machine");
    if rows.is_empty() {
        letter.paragraph(match answers {
            true => "Only programs that are meant to take connections there answered.",
            false => "We saw no program on it that takes connections.",
        });
        return;
    }
    letter.paragraph("These programs take connections. You will know which of them are yours.");
    let row = |(port, [service, greeting]): (u16, [String; 2])| vec![port.to_string(), service, greeting];
    letter.table(&["TCP port", "Protocol", "Greets with"], rows.into_iter().take(ROWS).map(row).collect());
    if more > 0 {
        letter.paragraph(format!("And {}, which we can send you.", count(more, "port more", "ports more")));
    }
}

/// The listeners that the evidence itself names: of a capture not read again, nothing else tells.
fn held(dossier: &Dossier<'_>, findings: &[Finding<'_>]) -> BTreeMap<u16, [String; 2]> {
    let group =
        |finding: &&Finding<'_>| dossier.weights.row(&finding.evidence.row).is_some_and(|row| row.group == "listener");
    let mut rows: BTreeMap<u16, [String; 2]> = BTreeMap::new();
    for finding in findings.iter().filter(group) {
        let Some(port) = finding.evidence.port else { continue };
        let greeting = finding.evidence.ties.iter().find_map(|tie| tie.strip_prefix("greeting:"));
        let row = rows.entry(port).or_insert_with(|| ["unknown".to_owned(), String::new()]);
        if let Some(service) = finding.evidence.row.strip_prefix("D01.") {
            row[0] = calm(service);
        }
        if let Some(greeting) = greeting {
            row[1] = calm(greeting);
        }
    }
    rows
}

fn timeline(letter: &mut Document, findings: &[Finding<'_>]) {
    letter.heading("What happened, in order");
    let mut rows = sightings(findings);
    rows.retain(|row| row.first.stage.is_some() && (row.db > 0.0 || row.went_out()));
    let (rows, more) = weightiest(rows, TOLD);
    let rows = rows.into_iter().map(|row| {
        let evidence = row.first.evidence;
        vec![utc(evidence.time_ns), certainty(evidence).to_owned(), row.text()]
    });
    letter.paragraph(
        "\"Observed\" was read off the wire as it is; \"inferred\" is concluded from times, sizes and numbers.",
    );
    letter.table(&["Time (UTC)", "How known", "What"], rows.collect());
    if more > 0 {
        letter.paragraph(format!("And {} of less weight, which we can send you.", count(more, "thing", "things")));
    }
}

/// Files that the machine sent to others elsewhere.
fn went_out(letter: &mut Document, dossier: &Dossier<'_>, case: &Case) {
    let files: Vec<&MovedFile> = dossier.files_out(case.host).collect();
    if files.is_empty() {
        return;
    }
    letter.heading("What left the machine");
    letter.paragraph("These files went from it to others. You will know which of them were meant to.");
    let row = |file: &&MovedFile| {
        let name = if file.name.is_empty() { "(no name)".into() } else { Shown(&file.name).to_string() };
        vec![utc(file.at.nanos()), format!("{name} ({})", size(file.bytes)), dossier.called(file.to)]
    };
    letter.table(&["Time (UTC)", "File", "To"], files.iter().take(TOLD).map(row).collect());
    let more = files.len().saturating_sub(TOLD);
    if more > 0 {
        letter.paragraph(format!("And {}, which we can send you.", count(more, "file more", "files more")));
    }
}

fn what_we_did(letter: &mut Document) {
    letter.heading("What we did");
    letter.paragraph("[Is the machine blocked? Since when, in which direction, and what still works?]");
}

fn now(letter: &mut Document) {
    letter.heading("What to do now").steps(
        [
            "Take the machine off the network: pull the cable or switch off its wireless. Leave it running if you can.",
            "Do not log in from it to any other machine, and type no password on it.",
            "Keep things as they are: no cleaning, no reinstalling yet. An image of its disk and, if possible, of its \
             memory tells what we could not see.",
            "Do not trust what programs on it show you: they may have been replaced.",
            "Call us.",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
}

fn recover(letter: &mut Document, dossier: &Dossier<'_>, case: &Case) {
    let mut steps: Vec<String> = vec![
        "Reinstall it from media known to be good, and bring it up to date before it is connected again.".into(),
        "From another machine, change every password that was used on this one or from it.".into(),
        "Replace its SSH host keys and the SSH keys of its users; remove the old ones wherever they open a door."
            .into(),
    ];
    let accounts = accounts(dossier, case);
    if !accounts.is_empty() {
        let accounts = accounts.join("; ");
        steps.push(format!(
            "Passwords of these accounts crossed the network in clear, the intruder's own perhaps among them: {accounts}."
        ));
    }
    let reached = reached(dossier, case.host);
    if !reached.is_empty() {
        steps.push(format!("Look at the machines at home that it spoke to: {}.", reached.join(", ")));
    }
    letter.heading("How to recover").steps(steps);
}

/// The accounts whose secrets this host sent or took, by name only; neither wrong guesses nor what opens a back door.
fn accounts(dossier: &Dossier<'_>, case: &Case) -> Vec<String> {
    let intruders = Intruders::of_case(dossier, case);
    let own = |(from, to): &(IpAddr, IpAddr)| *from == case.host || *to == case.host;
    let counts = |exposed: &Exposed<'_>| exposed.outcome != Outcome::Refused && !intruders.is_door(exposed.secret);
    let names: BTreeSet<String> = dossier
        .chronicle
        .exposures()
        .all()
        .into_iter()
        .filter(|exposed| counts(exposed) && exposed.crossed.ways.keys().any(own))
        .map(|Exposed { secret, .. }| {
            let account =
                if secret.account.is_empty() { "(not named)".into() } else { Shown(&secret.account).to_string() };
            format!("{account} at {} ({})", dossier.called(secret.server), secret.kind)
        })
        .collect();
    first(names.into_iter().collect(), 0)
}

fn reached(dossier: &Dossier<'_>, host: IpAddr) -> Vec<String> {
    let home = dossier.chronicle.home();
    let peers = dossier.chronicle.peers(host);
    let inside = peers.into_iter().filter(|(peer, known)| {
        *peer != host && home.is_home((*peer).into()) && known.ways.iter().any(|(_, inbound)| !inbound)
    });
    first(inside.map(|(peer, _)| dossier.called(peer)).collect(), dossier.chronicle.unlisted(host).talks)
}

/// The first of many; a letter is short.
fn first(mut names: Vec<String>, unlisted: u64) -> Vec<String> {
    let more = names.len().saturating_sub(ROWS);
    names.truncate(ROWS);
    if more > 0 {
        names.push(format!("and {} more", grouped(more as u64)));
    } else if unlisted > 0 {
        names.push("and perhaps others".into());
    }
    names
}

fn contact(letter: &mut Document) {
    letter.heading("Whom to ask");
    letter.paragraph(
        "[Name, telephone and e-mail of the person who helps; until when an answer is needed; what has to be done for \
         the machine to be let back on the network.]",
    );
    letter.paragraph(
        "The connections and packets behind each line above are on record, and we will gladly show them to you.",
    );
}

/// A finding's text without its full stop.
fn sentence(finding: &Finding<'_>) -> String {
    calm(finding.text().trim_end_matches('.'))
}

// What one notices first from outside: talk on IRC, transfers, floods and scans.
const ATTENTION: &[&str] = &["D15", "D16", "D18", "D23", "D24", "D25", "D27", "D32", "D33", "D34", "D35"];
// Whoever sends it puts a name in this place.
const SENDER: &str = "your name, your office, your telephone number";
const PEOPLE: usize = 12;
const NAMES: usize = 12;
const ROWS: usize = 40;
// Rows of the timeline: a letter is short, and the report has all.
const TOLD: usize = 24;
