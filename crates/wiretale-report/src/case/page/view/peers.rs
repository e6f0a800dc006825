//! The peers of a host, as the page lists them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::size;

use crate::case::Dossier;
use crate::case::chronicle::Peer;
use crate::case::finding::Finding;
use crate::case::moment::utc;
use crate::case::page::ranking::{Peers, ranked};
use crate::case::shown::{and_more, calm, signed};
use crate::digest::{grouped, plural};

#[derive(Serialize)]
pub(super) struct PeerRow {
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

pub(super) fn peers(dossier: &Dossier<'_>, host: IpAddr, findings: &[Finding<'_>], all: &Peers<'_>) -> Vec<PeerRow> {
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
    let more = services.len().saturating_sub(SERVICES);
    and_more(services.into_iter().take(SERVICES).collect(), more, peer.has_room())
}

/// The connections with peers that are not in the table.
pub(super) fn peers_more(
    dossier: &Dossier<'_>,
    host: IpAddr,
    findings: &[Finding<'_>],
    all: &Peers<'_>,
) -> Option<String> {
    let left = ranked(findings, all).into_iter().skip(PEERS).filter_map(|(peer, _)| all.get(&peer));
    let sum = left.fold(dossier.chronicle.unlisted(host), |sum, peer| sum.with(&peer.sum));
    let told = plural(sum.talks, "connection with other peers is", "connections with other peers are");
    let bytes = size(sum.sent + sum.received);
    (sum.talks > 0).then(|| format!("{told} not told here ({bytes}); conn.log has all."))
}

const PEERS: usize = 24;
const SERVICES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_not_all_ways_are_known_there_may_be_more() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let told =
            |n| services(&Peer { ways: names[..n].iter().map(|name| (*name, true)).collect(), ..Peer::default() });
        assert!(
            told(6).ends_with("e in, and 1 more") && told(7).ends_with("e in, and 2 or more others"),
            "{}",
            told(7)
        );
    }
}
