//! D01: a known protocol on a port that is not its own, served from home (ATT&CK T1571).
//!
//! After Zhang and Paxson, "Detecting Backdoors", USENIX Security 2000. The protocol is known by its bytes; the port
//! only tells that it is out of place. What the inventory approves is silent.

use wiretale_protocol::{Direction, Flow};

use crate::{Detector, Fact, Findings, Hears, Scene};

/// Protocols served on foreign ports.
#[derive(Default)]
pub(super) struct ForeignPort;

impl Detector for ForeignPort {
    fn name(&self) -> &'static str {
        "D01"
    }

    fn hears(&self) -> Hears {
        Hears::RECOGNIZED
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Recognized(service) = *fact else { return };
        let server = scene.moment.flow.server;
        let Some((_, variant, ports)) = OWN_PORTS.iter().find(|(name, ..)| *name == service) else { return };
        let approved = is_turned(scene.moment.flow) || scene.inventory.serves(server.address, server.port);
        let out_of_place = !ports.contains(&server.port) && !approved;
        if out_of_place && scene.is_home(Direction::Server) {
            let client = scene.called(scene.moment.flow.client.address);
            let text =
                format!("{server} serves {service}, which has no business on port {}; {client} used it", server.port);
            findings.push(scene.evidence(Direction::Server, &format!("D01.{variant}"), server.port.to_string(), text));
        }
    }
}

/// Of a connection met in the middle, the end with the passing port is the client, whoever spoke first.
pub(super) const fn is_turned(flow: &Flow) -> bool {
    flow.midstream && flow.server.port >= PASSING && flow.server.port > flow.client.port
}

// Where systems take the ports of their clients from, at the least.
const PASSING: u16 = 32_768;

/// Service, row of the weights table, ports where it belongs.
const OWN_PORTS: &[(&str, &str, &[u16])] = &[
    ("ssh", "ssh", &[22]),
    ("telnet", "shell", &[23]),
    ("ftp", "ftp", &[21, 2121]),
    ("irc", "irc", &[194, 994, 6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 7000, 7070, 9999]),
    ("http", "http", &[80, 81, 3128, 8000, 8008, 8080, 8081, 8088, 8888]),
    ("socks", "http", &[1080]),
];
