//! Which IRC networks were used, under which nicks, in which channels.

use std::collections::{BTreeMap, BTreeSet};

use wiretale::irc::Event;
use wiretale::protocol::{Address, Endpoint, Moment};

use super::{Bounded, MOST_INNER, kept};

/// The servers spoken to.
#[derive(Debug)]
pub(super) struct Networks {
    pub(super) servers: Bounded<Endpoint, Server>,
}

impl Default for Networks {
    fn default() -> Self {
        Self { servers: Bounded::new() }
    }
}

/// A server, and who was on it from where.
#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) network: Box<[u8]>,
    pub(super) name: Box<[u8]>,
    pub(super) link: bool,
    pub(super) clients: BTreeMap<Address, Client>,
}

/// A host that spoke to a server.
#[derive(Debug, Default)]
pub(super) struct Client {
    pub(super) nicks: BTreeSet<Box<[u8]>>,
    pub(super) channels: BTreeSet<Box<[u8]>>,
    pub(super) refused: u64,
}

impl super::Digest {
    pub(crate) fn irc(&mut self, moment: &Moment<'_>, event: &Event<'_>) {
        if !is_of_interest(event) {
            return;
        }
        let Some(server) = self.irc.servers.of(moment.flow.server) else { return };
        match event {
            Event::Registered { server: name, network, .. } => {
                server.name = kept(name);
                if server.network.is_empty() {
                    server.network = kept(network);
                }
            }
            Event::Network { name, .. } => server.network = kept(name),
            Event::LinkPeer { .. } => server.link = true,
            _ => {}
        }
        if !server.clients.contains_key(&moment.flow.client.address) {
            if server.clients.len() >= MOST || self.inner >= MOST_INNER {
                return;
            }
            self.inner += 1;
        }
        let client = server.clients.entry(moment.flow.client.address).or_default();
        match event {
            Event::Registered { nick, .. } | Event::Known { nick, .. } | Event::NickChanged { nick, own: true, .. } => {
                put(&mut self.inner, &mut client.nicks, nick);
            }
            Event::Joined { channel, own: true, .. } => put(&mut self.inner, &mut client.channels, channel),
            Event::Refused { .. } => client.refused += 1,
            _ => {}
        }
    }
}

const fn is_of_interest(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Registered { .. }
            | Event::Known { .. }
            | Event::Network { .. }
            | Event::LinkPeer { .. }
            | Event::NickChanged { own: true, .. }
            | Event::Joined { own: true, .. }
            | Event::Refused { .. }
    )
}

fn put(inner: &mut usize, set: &mut BTreeSet<Box<[u8]>>, text: &[u8]) {
    if set.len() < MOST && !text.is_empty() {
        super::put(inner, set, kept(text));
    }
}

const MOST: usize = 256;
