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
        let [host, peer] = [home, home.opposite()].map(|end| scene.moment.flow.speaker(end).address);
        let service = scene.facts.service.unwrap_or("");
        let talked = !matches!(summary.state, State::S0 | State::Rej | State::Oth | State::Sh);
        let telling = talked && scene.moment.flow.transport == Transport::Tcp && TELLING.contains(&service);
        // That it has no name is so whoever asked. That none was told says as much as the host's answers were captured.
        let none = scene.names.has_none(peer);
        let strength = if none { 1.0 } else { scene.names.answered(host) };
        if !telling || strength == 0.0 || scene.names.of(peer).is_some() || scene.inventory.approved(peer) {
            return;
        }
        let how = if none { "has no name" } else { "appears in no DNS answer captured" };
        let text = format!("{peer}, spoken to by {service}, {how}");
        findings.push(scene.evidence(home, "D39.no_name", peer.to_string(), text).strength(strength));
    }
}

const TELLING: &[&str] = &["ssh", "ftp", "irc", "text", "telnet", "irc-dcc-data", "irc-dcc-chat"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::Address;

    // What is noted of a flow with a peer that has this name, by what the names in the capture tell beside.
    fn met(names: impl FnOnce(&mut Names), service: &'static str, state: State, transport: Transport) -> Vec<f64> {
        let mut play = Play::of(PeerContext);
        names(play.scorer().names_mut());
        let flow = play.open_as(0.0, HOST, PEER, 4000, |flow| flow.transport = transport);
        play.recognized(flow, 0.5, service);
        play.close(flow, 9.0, state, [9, 9]);
        play.evidence().iter().map(|row| row.strength).collect()
    }

    // The host asks, and all that it asks is answered.
    fn asks(names: &mut Names) {
        names.asked(Address::v4(HOST), 9, 9);
    }

    #[test]
    fn a_peer_without_a_name_is_noted_where_the_service_tells() {
        assert_eq!(met(asks, "ssh", State::Sf, Transport::Tcp), [1.0]);
        // Browsers go anywhere, nothing was said, it is no connection.
        for (service, state, transport) in [
            ("http", State::Sf, Transport::Tcp),
            ("ssh", State::Rej, Transport::Tcp),
            ("ssh", State::Sf, Transport::Udp),
        ] {
            assert!(met(asks, service, state, transport).is_empty(), "{service} {state:?} {transport:?}");
        }
    }

    #[test]
    fn a_missing_name_tells_as_far_as_the_answers_to_the_host_are_captured() {
        let by = |names: fn(&mut Names)| met(names, "ssh", State::Sf, Transport::Tcp);
        assert!(by(|_| {}).is_empty());
        assert!(by(|names| names.asked(Address::v4([10, 0, 0, 8]), 9, 9)).is_empty(), "another host's");
        assert!(by(|names| names.asked(Address::v4(HOST), 9, 0)).is_empty());
        assert_eq!(by(|names| names.asked(Address::v4(HOST), 4, 1)), [0.25]);
        let named = |names: &mut Names| names.learn(Address::v4(PEER), b"example.org");
        assert!(met(|names| (asks(names), named(names)).0, "ssh", State::Sf, Transport::Tcp).is_empty());
        // Whoever asked for its name: it has none.
        assert_eq!(by(|names| names.learn_none(Address::v4(PEER))), [1.0]);
    }

    const PEER: [u8; 4] = [198, 51, 100, 9];
}
