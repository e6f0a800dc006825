//! D17: a home host is an IRC server (ATT&CK T1584.004, T1090).
//!
//! Clients from outside weigh in full, home clients half; a bouncer is D26's, and what the inventory knows is silent.

use std::collections::BTreeSet;

use wiretale_irc::Event;
use wiretale_protocol::{Address, Direction, FlowId};

use super::d01_foreign_port::is_turned;
use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Home servers and who comes to them.
pub(super) struct IrcServer {
    clients: Bounded<(Address, u16), Clients>,
    // Flows whose client was taken in and that may yet turn out to be a bouncer's.
    told: Bounded<FlowId, ()>,
}

#[derive(Default)]
struct Clients {
    outside: BTreeSet<Address>,
    told_home: bool,
    told_many: bool,
}

impl Default for IrcServer {
    fn default() -> Self {
        Self { clients: Bounded::new(1 << 12), told: Bounded::new(1 << 14) }
    }
}

impl Detector for IrcServer {
    fn name(&self) -> &'static str {
        "D17"
    }

    fn memory(&self) -> usize {
        self.clients.memory(SOME) + self.told.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::IRC
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        // Only once the client is in a channel is it plain that this is no bouncer: bouncers name themselves before.
        let Fact::Irc(&Event::Joined { own: true, .. }) = *fact else { return };
        let flow = scene.moment.flow;
        let (server, client) = (flow.server, flow.client.address);
        let bouncer = scene.session().is_some_and(|session| session.bouncer);
        let known = scene.inventory.serves(server.address, server.port) || self.told.get(&flow.id).is_some();
        if bouncer || known || is_turned(flow) || !scene.is_home(Direction::Server) {
            return;
        }
        self.told.entry(flow.id);
        let clients = self.clients.entry((server.address, server.port));
        let key = server.port.to_string();
        if scene.is_home(Direction::Client) {
            if !std::mem::replace(&mut clients.told_home, true) {
                let text = format!("{server} is an IRC server for home hosts; {client} uses it");
                findings.push(scene.evidence(Direction::Server, "D17.server", key, text).strength(0.5));
            }
            return;
        }
        let new = clients.outside.len() < MOST && clients.outside.insert(client);
        if new && clients.outside.len() == 1 {
            let text = format!("{server} is an IRC server, and {} came to it from outside", scene.called(client));
            findings.push(scene.evidence(Direction::Server, "D17.server", key, text));
        } else if clients.outside.len() >= CROWD && !std::mem::replace(&mut clients.told_many, true) {
            let text = format!("{server} is an IRC server with {CROWD} clients and more from outside");
            findings.push(scene.evidence(Direction::Server, "D17.clients", key, text));
        }
    }
}

const CROWD: usize = 3;
const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play, Server};
    use wiretale_irc::Wire;

    fn visit(play: &mut Play, client: [u8; 4], bouncer: bool) {
        let flow = play.open(0.0, client, HOST, 6667);
        if bouncer {
            play.irc(flow, 0.1, Server, Event::Bouncer { software: Wire(b"znc") });
        }
        play.join(flow, 0.2, "#x");
        play.join(flow, 0.3, "#y");
    }

    #[test]
    fn clients_from_outside_make_a_server() {
        let mut play = Play::of(IrcServer::default());
        for last in 1..=4 {
            visit(&mut play, [198, 51, 100, last], false);
        }
        assert_eq!(play.rows(), ["D17.server", "D17.clients"]);
    }

    #[test]
    fn a_client_met_in_the_middle_is_none() {
        let mut play = Play::of(IrcServer::default());
        let flow = play.open_as(0.0, [198, 51, 100, 1], HOST, 50_000, |flow| {
            (flow.client.port, flow.midstream) = (7777, true);
        });
        play.join(flow, 0.2, "#x");
        assert!(play.rows().is_empty());
    }

    #[test]
    fn a_bouncer_is_none() {
        let mut play = Play::of(IrcServer::default());
        visit(&mut play, [198, 51, 100, 1], true);
        assert!(play.rows().is_empty());
    }
}
