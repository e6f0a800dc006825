//! D09: a home host's outgoing SSH connection through which somebody outside types (ATT&CK T1572, T1090).
//!
//! The rule of echo pairs, turned round: what looks like keystrokes comes from the server, and the client echoes it.

use wiretale_protocol::Direction;
use wiretale_ssh::{Event, Session};

use crate::{Detector, Fact, Findings, Hears, Scene};

/// Reverse tunnels.
pub(super) struct ReverseTunnel;

impl Detector for ReverseTunnel {
    fn name(&self) -> &'static str {
        "D09"
    }

    fn hears(&self) -> Hears {
        Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Ssh(Event::Session(session)) = fact else { return };
        let flow = scene.moment.flow;
        if scene.home_end() != Some(Direction::Client) || scene.inventory.approved(flow.server.address) {
            return;
        }
        let Session { reverse_typing, reverse_tunnel, .. } = session;
        let peer = scene.called(flow.server.address);
        if reverse_typing.confidence.0 >= SURE {
            let (host, keys) = (flow.client.address, reverse_typing.keystrokes);
            let text =
                format!("somebody beyond {peer} typed on {host} through its own SSH connection ({keys} keystrokes)");
            let evidence = scene.evidence(Direction::Client, "D09.keystrokes", flow.server.to_string(), text);
            findings.push(evidence.quality(f64::from(reverse_typing.confidence.0) / 100.0));
        } else if reverse_tunnel.0 >= SURE {
            let text = format!("{}'s SSH connection to {peer} carries connections back", flow.client.address);
            let evidence = scene.evidence(Direction::Client, "D09.setup", flow.server.to_string(), text);
            findings.push(evidence.quality(f64::from(reverse_tunnel.0) / 100.0));
        }
    }
}

const SURE: u8 = 50;
