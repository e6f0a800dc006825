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
