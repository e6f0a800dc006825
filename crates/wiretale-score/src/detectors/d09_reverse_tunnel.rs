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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play};
    use wiretale_ssh::{Confidence, Typing};

    fn session(client: [u8; 4], server: [u8; 4], typed: u8, tunnel: u8) -> Play {
        let mut play = Play::of(ReverseTunnel);
        let flow = play.open(0.0, client, server, 22);
        let reverse_typing = Typing { keystrokes: 9, confidence: Confidence(typed) };
        let session = Session { reverse_typing, reverse_tunnel: Confidence(tunnel), ..Session::default() };
        play.ssh(flow, 9.0, Client, Event::Session(session));
        play
    }

    #[test]
    fn keystrokes_come_before_the_tunnel_as_far_as_they_are_sure() {
        for (typed, tunnel, row, quality) in
            [(50, 90, "D09.keystrokes", 0.5), (49, 50, "D09.setup", 0.5), (80, 0, "D09.keystrokes", 0.8)]
        {
            let play = session(HOST, PEER, typed, tunnel);
            assert_eq!((play.rows(), play.evidence()[0].quality), (vec![row], quality));
        }
        assert!(session(HOST, PEER, 49, 49).rows().is_empty());
    }

    #[test]
    fn what_comes_in_or_stays_at_home_is_none() {
        assert!(session(PEER, HOST, 90, 90).rows().is_empty());
        assert!(session(HOST, [10, 0, 0, 8], 90, 90).rows().is_empty());
    }

    const PEER: [u8; 4] = [198, 51, 100, 9];
}
