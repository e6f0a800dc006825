//! What a host does after an order.

use std::collections::VecDeque;
use std::net::IpAddr;

use wiretale_protocol::{Direction, FlowId, Summary, Timestamp, Transport};

use super::super::known::Known;
use super::contacts::{Contacts, MINUTE, To, WEB};
use super::key;
use crate::dialect::{Order, Verb, addresses_in};
use crate::heard::{Spoken, Target};
use crate::text::shown;
use crate::weighed::Heap;
use crate::{Evidence, Findings, Scene};

/// A host's way about, and the order that waits for its action.
#[derive(Default)]
pub(super) struct Host {
    contacts: Contacts,
    order: Option<Box<Action>>,
    // Orders to scan since the last one that it obeyed.
    orders: u32,
    // Where files and chats were offered from last.
    offered: VecDeque<To>,
}

struct Action {
    at: Timestamp,
    frame: u64,
    order: String,
    channel: String,
    flow: FlowId,
    server: IpAddr,
    kind: Verb,
    named: Vec<IpAddr>,
    // Who gave it in private.
    from: Option<u64>,
    // It is the host's own report: whether anybody gave an order was not captured.
    own: bool,
    // Connections to what it named.
    hits: u32,
}

/// Does what comes of such an order show in a host's connections?
pub(super) const fn is_seen(kind: Verb) -> bool {
    matches!(kind, Verb::Scan | Verb::Flood | Verb::Relay)
}

impl Heap for Host {
    fn heap(&self) -> usize {
        let order = self.order.as_deref().map_or(0, |action| size_of::<Action>() + action.heap());
        self.contacts.heap() + self.offered.capacity() * size_of::<To>() + order
    }

    fn rest(&mut self, now: Timestamp) {
        self.order.take_if(|action| action.age(now) > OVER);
        if self.order.is_none() {
            self.contacts.rest();
        }
        self.contacts.shrink(now);
    }
}

impl Host {
    pub(super) fn ordered(&mut self, scene: &Scene<'_>, spoken: &Spoken<'_>, order: &Order<'_>) {
        let (at, frame, flow) = (scene.moment.at, scene.moment.frame, scene.moment.flow);
        self.contacts.mark(at);
        self.orders = self.orders.saturating_add(u32::from(order.kind == Verb::Scan));
        self.order = Some(Box::new(Action {
            at,
            frame,
            order: order.shown(),
            channel: scene.channel_tie(spoken.place),
            flow: flow.id,
            server: flow.server.address.to_ip(),
            kind: order.kind,
            named: order.addresses().collect(),
            from: (spoken.to == Target::Private).then(|| scene.name_key(spoken.from)),
            own: false,
            hits: 0,
        }));
    }

    /// The host itself says that it scans, floods or fetches, where nobody can be heard to order it.
    pub(super) fn reported(&mut self, scene: &Scene<'_>, place: &[u8], text: &[u8], kind: Verb) {
        let (at, frame, flow) = (scene.moment.at, scene.moment.frame, scene.moment.flow);
        self.contacts.mark(at);
        self.orders = self.orders.saturating_add(u32::from(kind == Verb::Scan));
        self.order = Some(Box::new(Action {
            at,
            frame,
            order: shown(text).to_string(),
            channel: scene.channel_tie(place),
            flow: flow.id,
            server: flow.server.address.to_ip(),
            kind,
            named: addresses_in(text).take(NAMED).collect(),
            from: None,
            own: true,
            hits: 0,
        }));
    }

    /// Did the host turn to one of these lately, for the first time? It says that it fetched something there.
    pub(super) fn turned_to(&self, named: &[IpAddr]) -> Option<To> {
        self.contacts.first_ones().find(|(address, _)| named.contains(&address.to_ip()))
    }

    /// A file or a chat is offered to the host, or by it.
    pub(super) fn offered(&mut self, from: To) {
        if !self.offered.contains(&from) {
            self.offered.truncate(OFFERS - 1);
            self.offered.push_front(from);
        }
    }

    /// The host turns to somebody.
    pub(super) fn contact(&mut self, scene: &Scene<'_>, known: &Known, findings: &mut Findings) {
        let (at, to) = (scene.moment.at, scene.moment.flow.server);
        let to = (to.address, to.port);
        self.contacts.note(at, to, scene.facts.returns);
        let Some(action) = &mut self.order else { return };
        // What came to nothing is told of when it is over: it may have begun before the order.
        if at < action.at {
            return self.contacts.was_before(to);
        }
        if at.since(action.at).as_secs_f64() > MINUTE {
            // A flood is told of when it is over.
            self.order.take_if(|action| action.kind != Verb::Flood);
            return;
        }
        let new = self.contacts.was_after(scene, to);
        let offered = self.offered.contains(&to);
        let text = action.meets(scene).filter(|_| !offered).or_else(|| {
            let scans = new && action.kind == Verb::Scan && self.contacts.are_many(to.1, self.orders);
            scans.then(|| action.many(scene, &self.contacts))
        });
        if let Some((strength, text)) = text {
            self.obeyed(scene, known, (strength, text), findings);
        }
    }

    /// A connection of the host is over. So many packets came to nothing: an address that the order named may have been
    /// met before.
    pub(super) fn closed(&mut self, scene: &Scene<'_>, summary: &Summary<'_>, known: &Known, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let Some(action) = self.order.as_ref().filter(|action| action.floods(scene, summary)) else { return };
        let text = format!(
            "{} sent {} packets to {}, which \"{}\" had named {:.0} s before",
            flow.client.address,
            summary.client.packets,
            flow.server,
            action.order,
            action.age(flow.opened)
        );
        self.obeyed(scene, known, (1.0, text), findings);
    }

    fn obeyed(&mut self, scene: &Scene<'_>, known: &Known, (strength, text): (f64, String), findings: &mut Findings) {
        let Some(action) = self.order.take() else { return };
        self.orders = 0;
        let stranger = action.from.is_some_and(|from| !known.knows(action.flow, from));
        let strength =
            strength * if stranger { STRANGER } else { 1.0 } * if action.own && !action.fetches() { OWN } else { 1.0 };
        findings.push(action.done(scene, text).at(scene.moment.flow.opened).strength(strength));
    }
}

impl Action {
    fn heap(&self) -> usize {
        self.order.capacity() + self.channel.capacity() + self.named.capacity() * size_of::<IpAddr>()
    }

    fn age(&self, now: Timestamp) -> f64 {
        now.since(self.at).as_secs_f64()
    }

    // Does the host itself say that it fetches something? That has a row of its own.
    const fn fetches(&self) -> bool {
        self.own && matches!(self.kind, Verb::Fetch)
    }

    // The host turns to an address that the order named.
    fn meets(&mut self, scene: &Scene<'_>) -> Option<(f64, String)> {
        let flow = scene.moment.flow;
        if !self.named.contains(&flow.server.address.to_ip()) {
            return None;
        }
        self.hits += 1;
        let acts = match self.kind {
            Verb::Flood => self.hits >= CONNECTIONS,
            _ => !scene.facts.returns,
        };
        // Where a name leads to it, or a browser may, a person has reasons of his own.
        let browsed = WEB.contains(&flow.server.port) && !self.fetches();
        let led = scene.names.of(flow.server.address).is_some() || browsed;
        let strength = if led && self.kind != Verb::Flood { LED } else { 1.0 };
        let (host, order, now) = (flow.client.address, &self.order, self.age(scene.moment.at));
        let text = || format!("{host} connected to {}, which \"{order}\" had named {now:.0} s before", flow.server);
        acts.then(|| (strength, text()))
    }

    // The host turns to many.
    fn many(&self, scene: &Scene<'_>, contacts: &Contacts) -> (f64, String) {
        let flow = scene.moment.flow;
        let (after, before) = contacts.of(flow.server.port);
        let before = if before == 0 { "none".to_owned() } else { before.to_string() };
        let text = format!(
            "{} turned to {after} new destinations at port {} within {:.0} s of \"{}\"; in the minute before to {before}",
            flow.client.address,
            flow.server.port,
            self.age(scene.moment.at).ceil().max(1.0),
            self.order
        );
        (1.0, text)
    }

    fn floods(&self, scene: &Scene<'_>, summary: &Summary<'_>) -> bool {
        let flow = scene.moment.flow;
        let soon = flow.opened >= self.at && self.age(flow.opened) <= MINUTE;
        is_flood(summary, flow.transport)
            && self.kind == Verb::Flood
            && soon
            && self.named.contains(&flow.server.address.to_ip())
    }

    fn done(&self, scene: &Scene<'_>, mut text: String) -> Evidence {
        text += scene.unsent();
        if self.own {
            text += "; the words are its own, and what it was told was not captured";
        }
        let row = if self.fetches() { "D19.fetched" } else { "D19.action" };
        let mut evidence = scene.evidence(Direction::Client, row, key(&self.order), text).frame(self.frame);
        evidence.uids.push(self.flow.to_string());
        evidence.peer(Some(self.server)).tie(self.channel.clone())
    }
}

// Packets by the hundred, and hardly one that comes back; to an echo, all may.
const fn is_flood(summary: &Summary<'_>, transport: Transport) -> bool {
    let (sent, back) = (summary.client.packets, summary.server.packets);
    sent >= PACKETS && (back <= sent / 10 || matches!(transport, Transport::Icmp))
}

// What a flood is at the least, within a connection and in connections of a minute.
const PACKETS: u64 = 100;
const CONNECTIONS: u32 = 60;
const OFFERS: usize = 8;
// Seconds after which nothing comes of an order, a flood that began in its minute and lasted neither.
const OVER: f64 = 3600.0;
// What a deed weighs that the host itself told of, where no order was seen: it may be its user's own idea.
const OWN: f64 = 0.8;
// Addresses of a report that are kept.
const NAMED: usize = 16;
// What a way weighs to where a name or a link leads, too.
const LED: f64 = 0.4;
// What an order weighs that came in private from somebody to whom the host never said any.
const STRANGER: f64 = 0.6;
