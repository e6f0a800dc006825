//! Rules for nftables, as text. They are printed, never applied.
//!
//! Nothing but addresses and ports that were parsed here goes into them: no text from the wire, no name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;

use wiretale::score::{Case, Level};

use super::Dossier;

/// A ruleset, how to take it away again, and what was refused a place in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Rules {
    /// For `nft -f`.
    pub apply: String,
    /// The same, to undo it.
    pub remove: String,
    /// Peers that no rule was written for, and why.
    pub refused: BTreeMap<IpAddr, Refused>,
}

/// Why there is no rule for a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Refused {
    /// It is one of ours.
    Home,
    /// It answers DNS questions of home hosts.
    Resolver,
    /// The inventory approves of it.
    Approved,
    /// It is a gateway: the first address of a home network.
    Gateway,
    /// Its address is reserved: loopback, private, link-local, multicast and the like.
    Reserved,
}

impl Refused {
    const fn words(self) -> &'static str {
        match self {
            Self::Home => "it is one of ours",
            Self::Resolver => "it answers DNS questions",
            Self::Approved => "the inventory approves of it",
            Self::Gateway => "it looks like a gateway",
            Self::Reserved => "its address is reserved",
        }
    }
}

/// Rules that block the peers of cases at or above `high`, and reach of the listeners that stand against those hosts.
#[must_use]
pub fn nftables(dossier: &Dossier<'_>) -> Rules {
    let mut refused = BTreeMap::new();
    let mut peers: BTreeMap<IpAddr, (usize, String)> = BTreeMap::new();
    let mut services: BTreeSet<(IpAddr, u16)> = BTreeSet::new();
    for (at, case) in dossier.cases.iter().enumerate().filter(|(_, case)| case.level >= Level::High) {
        for finding in
            dossier.findings(case).iter().filter(|finding| finding.weight_db >= 1.0 && finding.stage.is_some())
        {
            let evidence = finding.evidence;
            if let Some(peer) = evidence.peer {
                match refuse(dossier, peer) {
                    Some(reason) => _ = refused.insert(peer, reason),
                    None => _ = peers.entry(peer).or_insert_with(|| (at + 1, detector(evidence.detector()))),
                }
            }
            if let Some(port) = evidence.port.filter(|port| is_listener(dossier, case, *port, &evidence.row)) {
                services.insert((case.host, port));
            }
        }
    }
    let others = others(dossier, peers.keys().copied());
    let mut head = String::from(HEAD);
    if peers.is_empty() && services.is_empty() {
        let serious = dossier.cases.iter().any(|case| case.level >= Level::High);
        head.push_str(if serious { NOBODY_ELSE } else { NOBODY });
    }
    Rules { apply: apply(head, &peers, &services, &refused, &others), remove: remove(), refused }
}

/// Who at home uses a peer beside the hosts of these cases: a rule takes it from them too.
fn others(dossier: &Dossier<'_>, peers: impl Iterator<Item = IpAddr>) -> Vec<(IpAddr, BTreeSet<IpAddr>)> {
    let broken: BTreeSet<IpAddr> =
        dossier.cases.iter().filter(|case| case.level >= Level::High).map(|case| case.host).collect();
    let others = peers.map(|peer| (peer, &dossier.chronicle.callers(peer) - &broken));
    others.filter(|(_, others)| !others.is_empty()).collect()
}

/// The port is one that the host itself answers on, and not known to be meant.
fn is_listener(dossier: &Dossier<'_>, case: &Case, port: u16, row: &str) -> bool {
    let group = dossier.weights.row(row).is_some_and(|row| row.group == "listener");
    group && !dossier.inventory.serves(case.host.into(), port)
}

/// Why a peer is none that others should be warned of or kept from, if so.
pub(super) fn refuse(dossier: &Dossier<'_>, peer: IpAddr) -> Option<Refused> {
    let gateway = |net: &ipnet::IpNet| net.hosts().next() == Some(peer);
    if dossier.inventory.networks.iter().any(gateway) {
        return Some(Refused::Gateway);
    }
    // What is ours is so wherever one looks, whichever part of it was named for this run.
    let ours =
        dossier.inventory.networks.iter().any(|net| net.contains(&peer)) || dossier.inventory.host(peer).is_some();
    if ours || dossier.chronicle.home().is_home(peer.into()) {
        return Some(Refused::Home);
    }
    if dossier.chronicle.resolvers().contains(&peer) {
        return Some(Refused::Resolver);
    }
    if dossier.inventory.approved(peer.into()) {
        return Some(Refused::Approved);
    }
    is_reserved(peer).then_some(Refused::Reserved)
}

/// Addresses whose blocking would do harm at home and none elsewhere. Documentation networks are none of them.
fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let special =
                a == 0 || a >= 240 || (a == 100 && (64..128).contains(&b)) || (a == 198 && (18..20).contains(&b));
            special || v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_multicast()
        }
        IpAddr::V6(v6) => {
            let mapped = v6.to_ipv4_mapped().is_some();
            let link = v6.is_unicast_link_local() || v6.is_unique_local();
            mapped || link || v6.is_loopback() || v6.is_unspecified() || v6.is_multicast()
        }
    }
}

/// A detector's name if it is one of ours; a table of weights may name anything.
fn detector(name: &str) -> String {
    let ours = name.len() == 3 && name.starts_with('D') && name[1..].bytes().all(|byte| byte.is_ascii_digit());
    if ours { name.to_owned() } else { "D".to_owned() }
}

fn apply(
    mut out: String,
    peers: &BTreeMap<IpAddr, (usize, String)>,
    services: &BTreeSet<(IpAddr, u16)>,
    refused: &BTreeMap<IpAddr, Refused>,
    others: &[(IpAddr, BTreeSet<IpAddr>)],
) -> String {
    for (peer, reason) in refused {
        let _ = writeln!(out, "# No rule for {peer}: {}.", reason.words());
    }
    for (peer, who) in others {
        let more = who.len().saturating_sub(NAMED);
        let who: Vec<String> = who.iter().take(NAMED).map(ToString::to_string).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "# The rule for {peer} takes it from {}{more}, too.", who.join(", "));
    }
    let block = |v4: bool| -> Vec<String> {
        let of = peers.iter().filter(|(peer, _)| peer.is_ipv4() == v4);
        of.map(|(peer, (case, name))| format!("{peer} timeout 24h comment \"case {case} {name}\"")).collect()
    };
    let serve = |v4: bool| -> Vec<String> {
        let of = services.iter().filter(|(host, _)| host.is_ipv4() == v4);
        of.map(|(host, port)| format!("{host} . {port} timeout 7d")).collect()
    };
    out.push_str("table inet wiretale {\n");
    set(&mut out, "blk4", "ipv4_addr", &block(true));
    set(&mut out, "blk6", "ipv6_addr", &block(false));
    set(&mut out, "svc4", "ipv4_addr . inet_service", &serve(true));
    set(&mut out, "svc6", "ipv6_addr . inet_service", &serve(false));
    out.push_str(CHAIN);
    out.push_str("}\n");
    out
}

fn set(out: &mut String, name: &str, kind: &str, elements: &[String]) {
    let _ = write!(out, "  set {name} {{\n    type {kind}\n    flags timeout\n");
    if !elements.is_empty() {
        let _ = write!(out, "    elements = {{\n      {}\n    }}\n", elements.join(",\n      "));
    }
    out.push_str("  }\n");
}

fn remove() -> String {
    "# Takes away what wiretale proposed. The first line makes the second succeed where nothing was loaded.\n\
     add table inet wiretale\ndelete table inet wiretale\n"
        .to_owned()
}

const HEAD: &str = "\
# Rules proposed by wiretale. Read them before you load them: nft -f FILE
# To undo: nft delete table inet wiretale
";
const NOBODY: &str = "# Nothing is blocked: no case is at or above high.\n";
const NOBODY_ELSE: &str = "# Nothing is blocked: no case at or above high names anybody who may be.\n";
// Hosts that are named in a comment.
const NAMED: usize = 4;
const CHAIN: &str = "  chain forward {
    type filter hook forward priority filter - 5; policy accept;
    ip saddr @blk4 counter drop
    ip daddr @blk4 counter drop
    ip6 saddr @blk6 counter drop
    ip6 daddr @blk6 counter drop
    ip daddr . tcp dport @svc4 counter reject with tcp reset
    ip6 daddr . tcp dport @svc6 counter reject with tcp reset
  }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_addresses_are_known() {
        for reserved in [
            "0.0.0.1",
            "10.1.2.3",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:1.2.3.4",
        ] {
            assert!(is_reserved(reserved.parse().unwrap()), "{reserved}");
        }
        for other in [
            "1.0.0.0",
            "8.8.8.8",
            "64.100.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "101.64.0.0",
            "192.0.2.1",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.100.1",
            "199.18.0.1",
            "223.255.255.255",
            "2001:db8::1",
            "2a00::1",
        ] {
            assert!(!is_reserved(other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn a_name_from_a_table_of_weights_brings_nothing_in() {
        assert_eq!(detector("D12"), "D12");
        assert_eq!(detector("\" }; flush ruleset; #"), "D");
        for name in ["Dé", "D1", "D123", "E12", "D1x", "Dx1", ""] {
            assert_eq!(detector(name), "D", "{name}");
        }
    }
}
