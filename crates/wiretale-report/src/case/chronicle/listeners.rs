//! What answers on home hosts: the passive inventory.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wiretale::protocol::{Moment, Summary, Timestamp};

use super::kept;

/// Ports of home hosts that took connections. Bounded.
#[derive(Default, Debug)]
pub struct Listeners {
    map: BTreeMap<(IpAddr, u16), Listener>,
    left_out: u64,
}

/// A port of a home host that takes connections.
#[derive(Clone, Default, Debug)]
pub struct Listener {
    /// The service found there; empty if none is known.
    pub service: &'static str,
    /// What it says first.
    pub greeting: Box<[u8]>,
    /// The first connection that it took.
    pub first: Timestamp,
    /// The last packet of any.
    pub last: Timestamp,
    /// Connections taken.
    pub times: u64,
    /// Clients from outside, the first sixteen in order of address.
    pub outside: BTreeSet<IpAddr>,
}

impl Listeners {
    /// The listeners of a host, by port.
    pub fn of(&self, host: IpAddr) -> impl Iterator<Item = (u16, &Listener)> {
        self.map.range((host, 0)..=(host, u16::MAX)).map(|((_, port), listener)| (*port, listener))
    }

    /// Listeners for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Bytes on the heap, by and large.
    pub(super) fn memory(&self) -> usize {
        self.map.len() * (size_of::<((IpAddr, u16), Listener)>() + 128)
    }

    pub(super) fn heard(
        &mut self,
        moment: &Moment<'_>,
        service: Option<&'static str>,
        greeting: Option<&[u8]>,
        summary: &Summary<'_>,
        outside: bool,
    ) {
        // Data connections are taken once, by appointment.
        if service.is_some_and(|service| matches!(service, "ftp-data" | "irc-dcc-data" | "irc-dcc-chat")) {
            return;
        }
        let key = (moment.flow.server.address.to_ip(), moment.flow.server.port);
        if self.map.len() >= MOST && !self.map.contains_key(&key) {
            self.left_out += 1;
            return;
        }
        let listener =
            self.map.entry(key).or_insert_with(|| Listener { first: summary.started, ..Listener::default() });
        listener.first = listener.first.min(summary.started);
        listener.last = listener.last.max(moment.at);
        listener.times += 1;
        if let (Some(service), "") = (service, listener.service) {
            listener.service = service;
        }
        if let (Some(greeting), true) = (greeting, listener.greeting.is_empty()) {
            listener.greeting = kept(greeting);
        }
        if outside && listener.outside.len() < PEERS {
            listener.outside.insert(moment.flow.client.address.to_ip());
        }
    }
}

const MOST: usize = 16_384;
const PEERS: usize = 16;
