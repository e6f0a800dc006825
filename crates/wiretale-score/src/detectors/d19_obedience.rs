//! D19: a home host does as it is told over IRC: it reports back, or it acts (ATT&CK T1071).
//!
//! A report is its own word to where the order came from, within ten seconds, in the form of a bot's report or, three
//! times running, after the same delay (their spread below 0.3 of the mean). An action is a connection to an address
//! that the order named and where the host never was before, or first contacts in the minute after an order to scan that
//! outnumber those of the minute before beyond chance. After an order to flood it is a flood, wherever the host was
//! before: packets by the hundred that the target leaves unanswered, or a connection a second.
//!
//! Where nothing of the server is seen, nor are orders. What the host says itself it does, in the form of a bot's report,
//! stands for the order then, and weighs less; that it fetches a program counts if it turned there in the minute before.
//!
//! Anybody can give a person an order, as often as he likes, and wait for what the person does anyway: what counts as an
//! action is in [`action`] and [`contacts`].

mod action;
mod contacts;
mod reply;

use wiretale_dcc::Message;
use wiretale_irc::Event;
use wiretale_protocol::{Address, Direction, FlowId};

use self::action::Host;
use self::reply::Session;
use super::known::Known;
use crate::bounded::{Bounded, SOME};
use crate::dialect::{Verb, addresses_in, deed};
use crate::heard::Heard;
use crate::text::{plain, shown};
use crate::weighed::Weighed;
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Orders, and what came of them.
pub(super) struct Obedience {
    sessions: Bounded<FlowId, Session>,
    hosts: Weighed<Address, Host>,
    known: Known,
}

impl Default for Obedience {
    fn default() -> Self {
        Self { sessions: Bounded::new(1 << 14), hosts: Weighed::new(1 << 14, MOST), known: Known::default() }
    }
}

impl Detector for Obedience {
    fn name(&self) -> &'static str {
        "D19"
    }

    fn memory(&self) -> usize {
        self.sessions.memory(SOME) + self.hosts.memory() + self.known.memory()
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_ORDER | Hears::IRC_SAID | Hears::OPENED | Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let (at, flow) = (scene.moment.at, scene.moment.flow);
        match fact {
            Fact::Opened => {
                self.hosts.change(flow.client.address, at, |host| host.contact(scene, &self.known, findings));
            }
            Fact::Closed(_) if scene.session().is_some() => drop(self.sessions.remove(&flow.id)),
            Fact::Closed(summary) => {
                let closed = |host: &mut Host| host.closed(scene, summary, &self.known, findings);
                self.hosts.change_known(&flow.client.address, closed);
            }
            Fact::Irc(Event::Dcc { message: Message::Offer(offer), .. }) => {
                self.hosts.change(flow.client.address, at, |host| host.offered((offer.address, offer.port)));
            }
            Fact::Irc(event) => {
                self.ordered(scene);
                self.reported(scene, event, findings);
                self.known.hear(scene, event);
                if let Some(session) = self.sessions.get_mut(&flow.id) {
                    session.answered(scene, event, findings);
                }
            }
            _ => {}
        }
    }
}

impl Obedience {
    fn ordered(&mut self, scene: &Scene<'_>) {
        let Some(Heard { spoken: Some(spoken), order: Some(order), .. }) = scene.heard else { return };
        if order.quoted {
            return;
        }
        let flow = scene.moment.flow;
        self.sessions.entry(flow.id).ordered(scene, spoken, order);
        if order.fits > 0 && action::is_seen(order.kind) {
            self.hosts.change(flow.client.address, scene.moment.at, |host| host.ordered(scene, spoken, order));
        }
    }
}

impl Obedience {
    // The client's own word of what it does, where nobody else can be heard.
    fn reported(&mut self, scene: &Scene<'_>, event: &Event<'_>, findings: &mut Findings) {
        let Event::Text { target, text, .. } = event else { return };
        if !scene.is_server_unseen() || scene.moment.direction != Direction::Client {
            return;
        }
        let text = plain(text);
        let Some(kind) = deed(&text) else { return };
        let client = scene.moment.flow.client.address;
        self.hosts.change(client, scene.moment.at, |host| {
            match if kind == Verb::Fetch { fetched(scene, host, target, &text) } else { None } {
                Some(evidence) => findings.push(evidence),
                None => host.reported(scene, target, &text, kind),
            }
        });
    }
}

// It says that it fetches something from where it was just then.
fn fetched(scene: &Scene<'_>, host: &Host, place: &[u8], text: &[u8]) -> Option<Evidence> {
    let named: Vec<_> = addresses_in(text).collect();
    let (address, port) = host.turned_to(&named)?;
    if scene.names.of(address).is_some() {
        return None;
    }
    let (client, words) = (scene.moment.flow.client.address, shown(text));
    let text = format!(
        "{client} connected to {address} port {port} and says in {}: \"{words}\"; what it was told was not captured",
        shown(place)
    );
    let evidence = scene.evidence(Direction::Client, "D19.fetched", address.to_string(), text);
    Some(evidence.tie(scene.channel_tie(place)))
}

// Bytes of what all hosts' contacts and orders take together.
const MOST: usize = 16 << 20;

// What an order is called, whatever its arguments.
fn key(order: &str) -> String {
    order.split(' ').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
