//! What is held against a peer, and against a port of the machine: who and what is told first where not all can be.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Dossier;
use super::finding::Finding;
use super::shown::calm;

/// Decibans that evidence holds against each peer.
pub(super) struct Against(BTreeMap<IpAddr, f64>);

impl Against {
    pub(super) fn peers(findings: &[Finding<'_>]) -> Self {
        let mut peers: BTreeMap<IpAddr, f64> = BTreeMap::new();
        for finding in findings {
            if let Some(peer) = finding.evidence.peer {
                *peers.entry(peer).or_default() += finding.weight_db.max(0.0);
            }
        }
        Self(peers)
    }

    /// Against whom more is held comes first.
    pub(super) fn order(&self, a: IpAddr, b: IpAddr) -> Ordering {
        let [a, b] = [a, b].map(|peer| self.0.get(&peer).copied().unwrap_or_default());
        b.total_cmp(&a)
    }
}

/// A program that answers on the machine, as evidence has it: of a capture not read again, nothing else tells.
pub(super) struct Door {
    /// Decibans held against it.
    pub(super) db: f64,
    pub(super) service: String,
    pub(super) greeting: String,
    /// When it is spoken of first.
    pub(super) first: i64,
}

/// Ports of the machine that evidence is about.
pub(super) fn doors(dossier: &Dossier<'_>, findings: &[Finding<'_>]) -> BTreeMap<u16, Door> {
    let mut doors: BTreeMap<u16, Door> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_of_a_door(dossier, finding)) {
        let evidence = finding.evidence;
        let Some(port) = evidence.port else { continue };
        let door = doors.entry(port).or_insert_with(|| Door::new(evidence.time_ns));
        door.db += finding.weight_db.max(0.0);
        door.first = door.first.min(evidence.time_ns);
        if let Some(service) = evidence.row.strip_prefix("D01.") {
            door.service = calm(service);
        }
        if let Some(greeting) = evidence.ties.iter().find_map(|tie| tie.strip_prefix("greeting:")) {
            door.greeting = calm(greeting);
        }
    }
    doors
}

impl Door {
    fn new(first: i64) -> Self {
        Self { db: 0.0, service: "unknown".to_owned(), greeting: String::new(), first }
    }
}

/// Is it about a program that answers on the machine? Of any other the port may be a peer's.
fn is_of_a_door(dossier: &Dossier<'_>, finding: &Finding<'_>) -> bool {
    let row = &finding.evidence.row;
    LET_IN.iter().any(|door| row.starts_with(door))
        || dossier.weights.row(row).is_some_and(|row| row.group == "listener")
}

// What somebody from outside was let in by.
const LET_IN: &[&str] = &["D04.", "D08.backdoor"];
