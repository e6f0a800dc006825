//! Connections of home hosts, by peer: what they come to together, and the first ones one by one.

mod sum;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use wiretale::protocol::{Address, FlowId, Timestamp};

use crate::usual::{is_data, is_everyday};

pub use sum::Sum;

/// The connections of home hosts. Bounded; those of peers for which there was no room still count in their host's sum.
#[derive(Default)]
pub struct Talks {
    known: HashMap<(Address, Address), Peer, RandomState>,
    hosts: HashMap<Address, Host, RandomState>,
    // One by one, over all hosts.
    kept: usize,
    left_out: u64,
}

/// A connection of a home host over which something was said.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Which connection.
    pub flow: FlowId,
    /// With whom.
    pub peer: IpAddr,
    /// The server's port.
    pub port: u16,
    /// The peer opened it.
    pub inbound: bool,
    /// The first service found in it; empty if none was.
    pub service: &'static str,
    /// Its first packet.
    pub began: Timestamp,
    /// Its last packet.
    pub ended: Timestamp,
    /// Bytes that the home host sent.
    pub sent: u64,
    /// Bytes that it received.
    pub received: u64,
    /// Bytes that were on the wire but not captured.
    pub missed: u64,
    /// It had begun before the capture did.
    pub midstream: bool,
    /// One side alone was captured.
    pub one_sided: bool,
}

/// All connections of a home host with one peer.
#[derive(Clone, Default, Debug)]
pub struct Peer {
    /// What they come to.
    pub sum: Sum,
    /// Services, and whether the peer opened the connection; the first few, and if all of them were opened by one side, the
    /// first of the other.
    pub ways: Vec<(&'static str, bool)>,
    /// The first ones, one by one.
    pub talks: Vec<Talk>,
    /// What the others come to.
    pub rest: Sum,
}

// A home host, as far as it matters who finds room.
#[derive(Default)]
struct Host {
    peers: Vec<Address>,
    // Peers by the way they came first: port, and whether inbound.
    doors: HashMap<(u16, bool), usize, RandomState>,
    unlisted: Sum,
}

impl Talk {
    /// Is what is said in it hidden by encryption?
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        matches!(self.service, "ssh" | "ssl" | "tls" | "quic" | "dtls")
    }

    // Nobody came, and went where everybody goes.
    fn is_everyday(&self) -> bool {
        !self.inbound && is_everyday(self.service, self.port)
    }

    // Data connections have a port of their own each; they are one door together.
    fn door(&self) -> (u16, bool) {
        (if is_data(self.service) { 0 } else { self.port }, self.inbound)
    }
}

impl Talks {
    /// The peers of a host, by address.
    #[must_use]
    pub fn peers(&self, host: IpAddr) -> BTreeMap<IpAddr, &Peer> {
        let host = Address::from(host);
        let peers = self.hosts.get(&host).into_iter().flat_map(|known| &known.peers);
        peers.filter_map(|peer| Some((peer.to_ip(), self.known.get(&(host, *peer))?))).collect()
    }

    /// The hosts that opened a connection to a peer.
    #[must_use]
    pub fn callers(&self, peer: IpAddr) -> BTreeSet<IpAddr> {
        let peer = Address::from(peer);
        let calls = |known: &Peer| known.ways.iter().any(|(_, inbound)| !inbound);
        let callers = self.hosts.keys().filter(|host| self.known.get(&(**host, peer)).is_some_and(calls));
        callers.map(|host| host.to_ip()).collect()
    }

    /// What a host's connections come to whose peers found no room.
    #[must_use]
    pub fn unlisted(&self, host: IpAddr) -> Sum {
        self.hosts.get(&host.into()).map_or_else(Sum::default, |host| host.unlisted)
    }

    /// Connections of hosts for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Bytes on the heap, by and large.
    pub(super) fn memory(&self) -> usize {
        let peers = self.known.capacity() * size_of::<((Address, Address), Peer)>() + self.known.len() * PEER;
        peers + self.hosts.len() * size_of::<(Address, Host)>() * 2 + self.kept * size_of::<Talk>() * 3 / 2
    }

    pub(super) fn hear(&mut self, host: Address, peer: Address, talk: Talk) {
        if let Some(known) = self.known.get_mut(&(host, peer)) {
            return known.hear(talk, &mut self.kept);
        }
        self.meet(host, peer, talk);
    }

    // A peer that is new to the host: is there room for it?
    #[inline(never)]
    fn meet(&mut self, host: Address, peer: Address, talk: Talk) {
        // What is everyday leaves half of the room to what is not.
        let share = if talk.is_everyday() { 2 } else { 1 };
        let full = self.hosts.len() >= HOSTS / share;
        let known = match self.hosts.entry(host) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if full => return self.left_out += 1,
            Entry::Vacant(new) => new.insert(Host::default()),
        };
        if !known.admits(&talk, (ALL_PEERS / share).saturating_sub(self.known.len())) {
            return known.unlisted.add(&talk);
        }
        known.peers.push(peer);
        *known.doors.entry(talk.door()).or_default() += 1;
        self.known.entry((host, peer)).or_default().hear(talk, &mut self.kept);
    }
}

impl Host {
    /// A port that many come to leaves room for those who come to another, and a busy host for those who are not.
    fn admits(&self, talk: &Talk, room: usize) -> bool {
        let most = if room > ALL_PEERS / 4 { PEERS } else { FEW_PEERS };
        let door = self.doors.get(&talk.door()).is_none_or(|peers| *peers < DOOR);
        room > 0 && self.peers.len() < most && door
    }
}

impl Peer {
    fn hear(&mut self, talk: Talk, kept: &mut usize) {
        self.sum.add(&talk);
        let way = (talk.service, talk.inbound);
        if self.ways.len() < WAYS
            && !self.ways.contains(&way)
            && (self.has_room() || self.inbound() == Some(!talk.inbound))
        {
            self.ways.push(way);
        }
        let most = if *kept < ALL_TALKS / 2 { TALKS } else { FEW_TALKS };
        if self.talks.len() < most && *kept < ALL_TALKS {
            *kept += 1;
            self.talks.push(talk);
        } else {
            self.rest.add(&talk);
        }
    }

    /// Has every way found room?
    pub(in crate::case) fn has_room(&self) -> bool {
        self.ways.len() < WAYS - 1
    }

    /// Who opened the connections, if it was always the same one.
    #[must_use]
    pub fn inbound(&self) -> Option<bool> {
        let (_, first) = self.ways.first()?;
        let same = self.ways.iter().all(|(_, inbound)| inbound == first);
        same.then_some(*first)
    }
}

impl fmt::Debug for Talks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: BTreeMap<_, _> = self.known.iter().collect();
        f.debug_map().entries(known).entry(&"left out", &self.left_out).finish()
    }
}

const HOSTS: usize = 4096;
// Peers told of one host, of these who came first by one port, and of all hosts together: no more than the table holds
// before it doubles.
const PEERS: usize = 8192;
const DOOR: usize = 1024;
const ALL_PEERS: usize = 7 << 12;
// Where room is short.
const FEW_PEERS: usize = 64;
// Connections kept one by one with one peer, with one where room is short, and of all hosts.
const TALKS: usize = 256;
const FEW_TALKS: usize = 16;
const ALL_TALKS: usize = 1 << 16;
// The last is kept for the side that opened none of the others.
const WAYS: usize = 8;
// What a peer takes beside its entry, by and large.
const PEER: usize = 160;

#[cfg(test)]
mod tests;
