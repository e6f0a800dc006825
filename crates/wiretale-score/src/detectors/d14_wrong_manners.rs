//! D14: a service that answers as it should not (ATT&CK T1205, T1554, T1095).
//!
//! A port known for a protocol in which the server speaks first, and where now the client does, and gets an answer that
//! is no greeting: the manner of back doors that hide behind an honest port.

use std::collections::BTreeMap;

use wiretale_protocol::{Address, Direction, State, Transport};

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// What home ports were confirmed to serve, and how often.
pub(super) struct WrongManners {
    roles: Bounded<(Address, u16), BTreeMap<&'static str, u32>>,
}

impl Default for WrongManners {
    fn default() -> Self {
        Self { roles: Bounded::new(1 << 16) }
    }
}

impl Detector for WrongManners {
    fn name(&self) -> &'static str {
        "D14"
    }

    fn memory(&self) -> usize {
        self.roles.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::SERVER
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        if flow.transport != Transport::Tcp || flow.midstream {
            return;
        }
        let port = (flow.server.address, flow.server.port);
        if let Some(service) = scene.facts.service {
            let role = self.roles.entry(port);
            if role.len() < SERVICES {
                *role.entry(service).or_default() += 1;
            }
            return;
        }
        // Most ports that are tried serve nothing.
        let Some(role) = self.roles.get(&port) else { return };
        let served = role.iter().find(|(_, times)| **times >= CONFIRMED).map(|(service, _)| *service);
        let talked = scene.facts.data_packets.iter().all(|packets| *packets >= 2);
        let complete =
            matches!(summary.state, State::Sf | State::S1 | State::Rsto | State::Rstr) && summary.missed == 0;
        let Some(service) = served.filter(|_| talked && complete) else { return };
        let client_first = scene.facts.first_speaker == Some(Direction::Client) && SERVER_FIRST.contains(&service);
        let row = if client_first { "D14.client_first" } else { "D14.unidentified" };
        let peer = scene.called(flow.client.address);
        let text = format!("{}, known for {service}, talked with {peer} in something else", flow.server);
        findings.push(scene.evidence(Direction::Server, row, flow.server.port.to_string(), text));
    }
}

const CONFIRMED: u32 = 3;
const SERVICES: usize = 16;
const SERVER_FIRST: &[&str] = &["ssh", "ftp", "smtp", "pop3", "imap"];
