//! D40: what speaks for a host: services that the inventory knows, dealings with the administrators.

use wiretale_protocol::{Direction, Transport};

use crate::{Detector, Fact, Findings, Hears, Scene};

/// Benign context.
pub(super) struct Benign;

impl Detector for Benign {
    fn name(&self) -> &'static str {
        "D40"
    }

    fn hears(&self) -> Hears {
        Hears::RECOGNIZED
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Recognized(service) = *fact else { return };
        let flow = scene.moment.flow;
        if flow.transport != Transport::Tcp || !scene.is_home(Direction::Server) {
            return;
        }
        let (server, client) = (flow.server, flow.client.address);
        if scene.inventory.approved(client) {
            let text = format!("{client}, an approved source, uses {service} at {server}");
            findings.push(scene.evidence(Direction::Server, "D40.approved", client.to_string(), text));
        } else if scene.inventory.serves(server.address, server.port) {
            let text = format!("{server} is meant to serve {service}");
            findings.push(scene.evidence(Direction::Server, "D40.listener", server.port.to_string(), text));
        }
    }
}
