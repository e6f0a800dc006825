//! Which peers of a host are told of first.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::case::chronicle::Peer;
use crate::case::finding::Finding;

/// The peers of a host.
pub(super) type Peers<'a> = BTreeMap<IpAddr, &'a Peer>;

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
