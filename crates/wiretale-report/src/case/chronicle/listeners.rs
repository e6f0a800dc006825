//! What answers on home hosts: the passive inventory.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use wiretale::protocol::{Endpoint, Moment, Summary, Timestamp};

use super::kept;
use crate::usual::{is_data, is_everyday};

/// Ports of home hosts that took connections. Bounded.
#[derive(Default)]
pub struct Listeners {
    known: HashMap<Endpoint, Listener, RandomState>,
    // The same keys in order: every connection asks whether one is known, and only reports for those of a host.
    order: BTreeSet<Endpoint>,
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
    /// Clients from outside, the first sixteen, in order of address.
    pub outside: BTreeSet<IpAddr>,
}

impl Listener {
    /// Has every client from outside found room?
    pub(in crate::case) fn has_room(&self) -> bool {
        self.outside.len() < PEERS
    }
}

impl Listeners {
    /// The listeners of a host, by port.
    pub fn of(&self, host: IpAddr) -> impl Iterator<Item = (u16, &Listener)> {
        let on = |port| Endpoint { address: host.into(), port };
        let known = self.order.range(on(0)..=on(u16::MAX));
        known.filter_map(|endpoint| Some((endpoint.port, self.known.get(endpoint)?)))
    }

    /// Listeners for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Bytes on the heap, by and large.
    pub(super) fn memory(&self) -> usize {
        self.known.capacity() * size_of::<(Endpoint, Listener)>() + self.known.len() * (2 * size_of::<Endpoint>() + 128)
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
        if service.is_some_and(is_data) {
            return;
        }
        // What is everyday leaves half of the room to what is not.
        let everyday = service.is_some_and(|service| is_everyday(service, moment.flow.server.port));
        let full = self.known.len() >= if everyday { MOST / 2 } else { MOST };
        let listener = match self.known.entry(moment.flow.server) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if full => return self.left_out += 1,
            Entry::Vacant(new) => {
                self.order.insert(moment.flow.server);
                new.insert(Listener { first: summary.started, ..Listener::default() })
            }
        };
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

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.order.iter().filter_map(|endpoint| Some((endpoint, self.known.get(endpoint)?)));
        f.debug_map().entries(known).entry(&"left out", &self.left_out).finish()
    }
}

const MOST: usize = 16_384;
const PEERS: usize = 16;
