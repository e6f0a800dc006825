//! D39: what is known of the peer: a host without a name, met for the first time. Never evidence by itself.

use wiretale_protocol::{State, Transport};

use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Peers without names.
pub(super) struct PeerContext;

impl Detector for PeerContext {
    fn name(&self) -> &'static str {
        "D39"
    }

    fn hears(&self) -> Hears {
        Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::ONE
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let Some(home) = scene.home_end() else { return };
        let peer = scene.moment.flow.speaker(home.opposite()).address;
        let service = scene.facts.service.unwrap_or("");
        let talked = !matches!(summary.state, State::S0 | State::Rej | State::Oth | State::Sh);
        let telling = talked && scene.moment.flow.transport == Transport::Tcp && TELLING.contains(&service);
        // Without any DNS in the capture a missing name says nothing.
        if !telling || !scene.names.any() || scene.names.of(peer).is_some() || scene.inventory.approved(peer) {
            return;
        }
        let how = if scene.names.has_none(peer) { "has no name" } else { "was never looked up" };
        let text = format!("{peer}, spoken to by {service}, {how}");
        findings.push(scene.evidence(home, "D39.no_name", peer.to_string(), text));
    }
}

const TELLING: &[&str] = &["ssh", "ftp", "irc", "text", "telnet", "irc-dcc-data", "irc-dcc-chat"];
