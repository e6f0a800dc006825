//! D13: knocks on closed ports, and then a door opens (ATT&CK T1205.001).

use smallvec::SmallVec;
use wiretale_protocol::{Address, Direction, Endpoint, State, Timestamp, Transport};

use crate::bounded::Bounded;
use crate::pairs::{Pair, Slots};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Refused knocks by host and source, and ports that refused somebody before.
pub(super) struct PortKnock {
    knocks: Slots<Knocks>,
    refused: Bounded<(Address, u16), Timestamp>,
}

// Most sources knock once.
type Knocks = SmallVec<[(Timestamp, u16); 1]>;

impl Default for PortKnock {
    fn default() -> Self {
        Self { knocks: Slots::default(), refused: Bounded::new(1 << 16) }
    }
}

impl Detector for PortKnock {
    fn name(&self) -> &'static str {
        "D13"
    }

    fn memory(&self) -> usize {
        self.knocks.memory(0) + self.refused.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::IN
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        if flow.transport != Transport::Tcp || scene.inventory.approved(flow.client.address) {
            return;
        }
        let Some(pair) = scene.facts.pair else { return };
        match summary.state {
            State::S0 | State::Rej => {
                self.knock(pair, flow.server, flow.opened);
            }
            State::S1 | State::S2 | State::S3 | State::Sf | State::Rsto | State::Rstr => {
                self.door(scene, pair, findings);
            }
            _ => {}
        }
    }
}

impl PortKnock {
    fn knock(&mut self, pair: Pair, door: Endpoint, at: Timestamp) {
        *self.refused.entry((door.address, door.port)) = at;
        let knocks = self.knocks.entry(pair);
        if knocks.len() >= MANY {
            knocks.remove(0);
        }
        knocks.push((at, door.port));
    }

    fn door(&mut self, scene: &Scene<'_>, pair: Pair, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let Some(knocks) = self.knocks.get_mut(pair) else { return };
        let window = scene.weights.threshold("D13", "window_seconds", 120.0);
        let before = |(at, _): &&(Timestamp, u16)| *at < flow.opened && flow.opened.since(*at).as_secs_f64() <= window;
        let mut ports: Vec<u16> = knocks.iter().filter(before).map(|(_, port)| *port).collect();
        ports.sort_unstable();
        ports.dedup();
        // A scan knocks everywhere; a knock is a few ports and then one that was closed to others, or to him before.
        let was_closed = self.refused.get(&(flow.server.address, flow.server.port)).is_some_and(|at| *at < flow.opened);
        if !(3..=12).contains(&ports.len()) || !was_closed {
            return;
        }
        let text = format!(
            "{} knocked at {ports:?} of {} and then port {}, closed before, opened",
            scene.called(flow.client.address),
            flow.server.address,
            flow.server.port
        );
        let evidence = scene.evidence(Direction::Server, "D13.knock", flow.server.port.to_string(), text);
        findings.push(evidence.at(flow.opened));
    }
}

const MANY: usize = 64;
