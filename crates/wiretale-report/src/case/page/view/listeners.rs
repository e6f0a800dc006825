//! What answers on a host, as the page lists it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use wiretale::score::Case;

use super::{Listed, ROWS};
use crate::Shown;
use crate::case::Dossier;
use crate::case::against::{Against, Door, doors};
use crate::case::chronicle::Listener;
use crate::case::finding::Finding;
use crate::case::moment::utc;
use crate::case::shown::and_more;
use crate::digest::grouped;
use crate::foremost::foremost;

#[derive(Serialize)]
pub(super) struct ListenerRow {
    port: u16,
    service: String,
    greeting: String,
    first: String,
    times: String,
    outside: String,
    known: bool,
    held: bool,
}

/// Those against which most is held come first, then all by port.
pub(super) fn listeners(dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) -> Listed<ListenerRow> {
    let (doors, against) = (doors(dossier, findings), Against::peers(findings));
    let known: BTreeMap<u16, &Listener> = dossier.chronicle.listeners().of(case.host).collect();
    let ports: BTreeSet<u16> = known.keys().chain(doors.keys()).copied().collect();
    let mut ports: Vec<u16> = ports.into_iter().collect();
    ports.sort_by(|a, b| graver(doors.get(a), doors.get(b)));
    let more = ports.len().saturating_sub(ROWS);
    let rows = ports.into_iter().take(ROWS).map(|port| {
        let (listener, door) = (known.get(&port), doors.get(&port));
        ListenerRow {
            known: dossier.inventory.serves(case.host.into(), port),
            held: door.is_some(),
            ..listener.map_or_else(|| by_evidence(port, door), |listener| row(dossier, port, listener, &against))
        }
    });
    Listed { rows: rows.collect(), more }
}

fn graver(a: Option<&Door>, b: Option<&Door>) -> Ordering {
    let weight = |door: Option<&Door>| door.map_or(-1.0, |door| door.db);
    weight(b).total_cmp(&weight(a))
}

fn row(dossier: &Dossier<'_>, port: u16, listener: &Listener, against: &Against) -> ListenerRow {
    let (outside, more) = foremost(listener.outside.iter().copied(), OUTSIDE, |a, b| against.order(*a, *b));
    let outside = outside.into_iter().map(|peer| dossier.called(peer)).collect();
    ListenerRow {
        port,
        service: if listener.service.is_empty() { "unknown" } else { listener.service }.to_owned(),
        greeting: Shown(&listener.greeting).to_string(),
        first: utc(listener.first.nanos()),
        times: grouped(listener.times),
        outside: and_more(outside, more, listener.has_room()),
        known: false,
        held: false,
    }
}

/// Nothing but evidence tells of it.
fn by_evidence(port: u16, door: Option<&Door>) -> ListenerRow {
    ListenerRow {
        port,
        service: door.map(|door| door.service.clone()).unwrap_or_default(),
        greeting: door.map(|door| door.greeting.clone()).unwrap_or_default(),
        first: door.map(|door| utc(door.first)).unwrap_or_default(),
        times: "?".to_owned(),
        outside: "?".to_owned(),
        known: false,
        held: false,
    }
}

const OUTSIDE: usize = 4;
