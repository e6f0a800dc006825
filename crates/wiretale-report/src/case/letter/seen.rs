//! What was seen of the machine, as its letter tells it.

use std::collections::{BTreeMap, BTreeSet};

use wiretale::score::{Case, size};

use super::ROWS;
use crate::Shown;
use crate::case::against::{Against, Door, doors};
use crate::case::explain::certainty;
use crate::case::finding::Finding;
use crate::case::moment::utc;
use crate::case::shown::{calm, count, several};
use crate::case::sightings::{sightings, weightiest};
use crate::case::{Document, Dossier, MovedFile};
use crate::foremost::foremost;

pub(super) fn first_seen(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    letter.heading("What drew our attention");
    let loud = |finding: &&Finding<'_>| ATTENTION.contains(&finding.evidence.detector()) && finding.weight_db > 0.0;
    let heaviest = |a: &&Finding<'_>, b: &&Finding<'_>| a.weight_db.total_cmp(&b.weight_db);
    let first = findings.iter().filter(loud).max_by(heaviest).or_else(|| findings.iter().max_by(heaviest));
    if let Some(finding) = first {
        letter.paragraph(format!("At {} UTC: {}.", utc(finding.evidence.time_ns), sentence(finding)));
    }
    let mut people = people(dossier, case, &Against::peers(findings));
    let more = people.len().saturating_sub(PEOPLE);
    if !people.is_empty() {
        people.truncate(PEOPLE);
        letter.items(people);
    }
    if more > 0 {
        letter.paragraph(format!("And {} of this kind, which we can send you.", count(more, "line", "lines")));
    }
}

/// Who the machine was on IRC, first on servers against which most is held, and whom it asked about there.
fn people(dossier: &Dossier<'_>, case: &Case, against: &Against) -> Vec<String> {
    let people = dossier.chronicle.people();
    let sessions = people.sessions(case.host).filter(|(_, _, session)| !session.nicks.is_empty());
    let mut sessions: Vec<_> = sessions.collect();
    sessions.sort_by(|(a, ..), (b, ..)| against.order(*a, *b));
    let was = sessions.into_iter().map(|(server, port, session)| {
        let nicks = several(session.nicks.iter(), NAMES);
        let place = if session.network.is_empty() { String::new() } else { format!("{}, ", Shown(&session.network)) };
        let channels = channels(&session.channels);
        format!("On IRC ({place}{}, port {port}) the machine was {nicks}{channels}.", dossier.called(server))
    });
    let asked = people.asked_by(case.host).map(|(nick, who)| {
        let channels = channels(&who.channels);
        let (nick, user, host) = (Shown(nick), Shown(&who.user), Shown(&who.host));
        format!("It asked there about {nick}, who comes from {user}@{host}{channels}.")
    });
    was.chain(asked).collect()
}

fn channels(channels: &BTreeSet<Box<[u8]>>) -> String {
    if channels.is_empty() { String::new() } else { format!(", in {}", several(channels.iter(), NAMES)) }
}

/// Ports that answer on the machine and are not known to be meant to.
pub(super) fn listeners(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    let doors = doors(dossier, findings);
    let row = |(port, door): (&u16, &Door)| (*port, [door.service.clone(), door.greeting.clone()]);
    let mut rows: BTreeMap<u16, [String; 2]> = doors.iter().map(row).collect();
    for (port, listener) in dossier.chronicle.listeners().of(case.host) {
        let service = if listener.service.is_empty() { "unknown" } else { listener.service };
        rows.insert(port, [service.to_owned(), Shown(&listener.greeting).to_string()]);
    }
    let answers = !rows.is_empty();
    rows.retain(|port, _| !dossier.inventory.serves(case.host.into(), *port));
    // A back door is named however many others answer.
    let held = |port: &u16| doors.get(port).map_or(0.0, |door| door.db);
    let (rows, more) = foremost(rows, ROWS, |(a, _), (b, _)| held(b).total_cmp(&held(a)));
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
    letter.table(&["TCP port", "Protocol", "Greets with"], rows.into_iter().map(row).collect());
    if more > 0 {
        letter.paragraph(format!("And {}, which we can send you.", count(more, "port more", "ports more")));
    }
}

pub(super) fn timeline(letter: &mut Document, case: &Case, findings: &[Finding<'_>]) {
    letter.heading("What happened, in order");
    let mut rows = sightings(case, findings);
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
pub(super) fn went_out(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    let against = Against::peers(findings);
    let (files, more) = foremost(dossier.files_out(case.host), TOLD, |a, b| against.order(a.to, b.to));
    if files.is_empty() {
        return;
    }
    letter.heading("What left the machine");
    letter.paragraph("These files went from it to others. You will know which of them were meant to.");
    let row = |file: &&MovedFile| {
        let name = if file.name.is_empty() { "(no name)".into() } else { Shown(&file.name).to_string() };
        vec![utc(file.at.nanos()), format!("{name} ({})", size(file.bytes)), dossier.called(file.to)]
    };
    letter.table(&["Time (UTC)", "File", "To"], files.iter().map(row).collect());
    if more > 0 {
        letter.paragraph(format!("And {}, which we can send you.", count(more, "file more", "files more")));
    }
}

/// A finding's text without its full stop.
fn sentence(finding: &Finding<'_>) -> String {
    calm(finding.text().trim_end_matches('.'))
}

// What one notices first from outside: talk on IRC, transfers, floods and scans.
const ATTENTION: &[&str] = &["D15", "D16", "D18", "D23", "D24", "D25", "D27", "D32", "D33", "D34", "D35"];
const PEOPLE: usize = 12;
const NAMES: usize = 12;
// Rows of the timeline: a letter is short, and the report has all.
const TOLD: usize = 24;
