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
        let how = if scene.names.has_none(peer) { "has no name" } else { "appears in no DNS answer captured" };
        let text = format!("{peer}, spoken to by {service}, {how}");
        findings.push(scene.evidence(home, "D39.no_name", peer.to_string(), text));
    }
}

const TELLING: &[&str] = &["ssh", "ftp", "irc", "text", "telnet", "irc-dcc-data", "irc-dcc-chat"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::Address;

    // A flow with a peer that no name leads to, where one does lead elsewhere.
    fn met(named: [u8; 4], service: &'static str, state: State, transport: Transport) -> usize {
        let mut play = Play::of(PeerContext);
        if named != [0; 4] {
            play.scorer().names_mut().learn(Address::v4(named), b"example.org");
        }
        let flow = play.open_as(0.0, HOST, PEER, 4000, |flow| flow.transport = transport);
        play.recognized(flow, 0.5, service);
        play.close(flow, 9.0, state, [9, 9]);
        play.rows().len()
    }

    #[test]
    fn a_peer_without_a_name_is_noted_where_names_are_known_and_the_service_tells() {
        const OTHER: [u8; 4] = [192, 0, 2, 5];
        let tcp = Transport::Tcp;
        assert_eq!(met(OTHER, "ssh", State::Sf, tcp), 1);
        for (named, service, state, transport) in [
            // It has one, nobody asks for names, browsers go anywhere, nothing was said, it is no connection.
            (PEER, "ssh", State::Sf, tcp),
            ([0; 4], "ssh", State::Sf, tcp),
            (OTHER, "http", State::Sf, tcp),
            (OTHER, "ssh", State::Rej, tcp),
            (OTHER, "ssh", State::Sf, Transport::Udp),
        ] {
            assert_eq!(met(named, service, state, transport), 0, "{named:?} {service} {state:?} {transport:?}");
        }
    }

    const PEER: [u8; 4] = [198, 51, 100, 9];
}
