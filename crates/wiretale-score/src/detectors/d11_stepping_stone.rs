//! D11: one goes in here and comes out there: a host as a stepping stone (ATT&CK T1090.001, T1021).
//!
//! The timing test of Zhang and Paxson, "Detecting Stepping Stones", USENIX Security 2000, on what typing shows at the
//! ends of connections: an interactive session comes in from outside, and while it lasts one goes out to elsewhere. Only
//! the coincidence in time of whole sessions is used, which is why it weighs little.

use std::collections::VecDeque;
use std::time::Duration;

use wiretale_protocol::{Address, Direction, Timestamp};
use wiretale_ssh::{Event, Session};

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Interactive sessions by home host.
pub(super) struct SteppingStone {
    sessions: Bounded<Address, VecDeque<Seen>>,
}

#[derive(Clone, Copy)]
struct Seen {
    inbound: bool,
    peer: Address,
    from: Timestamp,
    to: Timestamp,
}

impl Default for SteppingStone {
    fn default() -> Self {
        Self { sessions: Bounded::new(1 << 14) }
    }
}

impl Detector for SteppingStone {
    fn name(&self) -> &'static str {
        "D11"
    }

    fn memory(&self) -> usize {
        self.sessions.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Ssh(Event::Session(session)) = fact else { return };
        let Some(home) = scene.home_end() else { return };
        let flow = scene.moment.flow;
        let peer = flow.speaker(home.opposite()).address;
        if !typed(session) || scene.inventory.approved(peer) {
            return;
        }
        let host = flow.speaker(home).address;
        let mine = Seen { inbound: home == Direction::Server, peer, from: flow.opened, to: scene.moment.at };
        let seen = self.sessions.entry(host);
        if let Some(other) =
            seen.iter().find(|other| other.inbound != mine.inbound && other.peer != peer && nested(other, &mine))
        {
            let (inbound, outbound) = if mine.inbound { (peer, other.peer) } else { (other.peer, peer) };
            let text = format!(
                "{} typed on {host} while {host} typed on {}: a stepping stone",
                scene.called(inbound),
                scene.called(outbound)
            );
            findings.push(scene.evidence(home, "D11.timing", format!("{inbound}>{outbound}"), text));
        }
        if seen.len() >= SESSIONS {
            seen.pop_front();
        }
        seen.push_back(mine);
    }
}

fn typed(session: &Session) -> bool {
    session.typing.confidence.max(session.obfuscated.confidence).0 >= 50
}

// The outgoing session began after the incoming one and ended no later, give or take.
fn nested(a: &Seen, b: &Seen) -> bool {
    let (inbound, outbound) = if a.inbound { (a, b) } else { (b, a) };
    inbound.from < outbound.from && outbound.to <= inbound.to + Duration::from_secs(2)
}

const SESSIONS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play};
    use wiretale_ssh::{Confidence, Typing};

    const PEER: [u8; 4] = [198, 51, 100, 9];
    const BEYOND: [u8; 4] = [192, 0, 2, 5];

    // Somebody comes in from `PEER` for a minute; while he is there, or not, somebody goes out.
    fn through(out: (f64, f64), to: [u8; 4], sure: [u8; 2], inbound_first: bool) -> Vec<String> {
        let mut play = Play::of(SteppingStone::default());
        let flows = [play.open(10.0, PEER, HOST, 22), play.open(out.0, HOST, to, 22)];
        let mut ends = [(flows[0], 70.0, sure[0]), (flows[1], out.1, sure[1])];
        if !inbound_first {
            ends.reverse();
        }
        for (flow, at, sure) in ends {
            let typing = Typing { keystrokes: 40, confidence: Confidence(sure) };
            play.ssh(flow, at, Client, Event::Session(Session { typing, ..Session::default() }));
        }
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn one_session_within_another_is_a_way_through_in_whichever_order_they_are_told() {
        for inbound_first in [true, false] {
            assert_eq!(through((15.0, 65.0), BEYOND, [50; 2], inbound_first), ["D11.timing"]);
            // It may end a moment later.
            assert_eq!(through((15.0, 72.0), BEYOND, [50; 2], inbound_first), ["D11.timing"]);
        }
    }

    #[test]
    fn before_after_back_and_untyped_are_none() {
        for (out, to, sure) in [
            ((5.0, 65.0), BEYOND, [50; 2]),
            ((15.0, 73.0), BEYOND, [50; 2]),
            ((15.0, 65.0), PEER, [50; 2]),
            ((15.0, 65.0), BEYOND, [49, 50]),
            ((15.0, 65.0), BEYOND, [50, 49]),
        ] {
            assert!(through(out, to, sure, false).is_empty(), "{out:?} {to:?} {sure:?}");
        }
    }
}
