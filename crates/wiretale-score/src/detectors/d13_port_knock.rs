//! D13: knocks on closed ports, and then a door opens (ATT&CK T1205.001).

use std::time::Duration;

use smallvec::SmallVec;
use wiretale_protocol::{Address, Direction, Endpoint, State, Summary, Timestamp, Transport};

use super::is_unanswered;
use crate::bounded::Bounded;
use crate::pairs::{Pair, Slots};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Refused knocks by host and source, and ports that refused somebody before.
pub(super) struct PortKnock {
    knocks: Slots<Knocks>,
    refused: Bounded<(Address, u16), Timestamp>,
    // Ports that answered somebody who had not knocked, and when last.
    open: Bounded<(Address, u16), Timestamp>,
}

// Most sources knock once.
type Knocks = SmallVec<[(Timestamp, u16); 1]>;

impl Default for PortKnock {
    fn default() -> Self {
        Self { knocks: Slots::default(), refused: Bounded::new(1 << 16), open: Bounded::new(1 << 12) }
    }
}

impl Detector for PortKnock {
    fn name(&self) -> &'static str {
        "D13"
    }

    fn memory(&self) -> usize {
        self.knocks.memory(0) + self.refused.memory(0) + self.open.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::IN
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        if flow.transport != Transport::Tcp || scene.inventory.approved(flow.client.address) {
            return;
        }
        let Some(pair) = scene.facts.pair else { return };
        if is_taken(scene, summary) {
            self.door(scene, pair, findings);
        } else if matches!(summary.state, State::S0 | State::Rej) {
            self.knock(pair, flow.server, flow.opened);
        }
    }
}

impl PortKnock {
    fn knock(&mut self, pair: Pair, door: Endpoint, at: Timestamp) {
        *self.refused.entry((door.address, door.port)) = at;
        let knocks = self.knocks.entry(pair);
        if knocks.len() >= MANY {
            knocks.remove(0);
        }
        knocks.push((at, door.port));
    }

    // At which ports he knocked before this flow.
    fn knocked(&mut self, scene: &Scene<'_>, pair: Pair) -> Vec<u16> {
        let opened = scene.moment.flow.opened;
        let Some(knocks) = self.knocks.get_mut(pair) else { return Vec::new() };
        let window = scene.weights.threshold("D13", "window_seconds", 120.0);
        let before = |(at, _): &&(Timestamp, u16)| *at < opened && opened.since(*at).as_secs_f64() <= window;
        let mut ports: Vec<u16> = knocks.iter().filter(before).map(|(_, port)| *port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    fn door(&mut self, scene: &Scene<'_>, pair: Pair, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let door = (flow.server.address, flow.server.port);
        let ports = self.knocked(scene, pair);
        // A scan knocks everywhere; a knock is a few ports and then one that was closed to others, or to him before.
        if !(3..=12).contains(&ports.len()) {
            let last = self.open.entry(door);
            *last = flow.opened.max(*last);
            return;
        }
        let was_closed = self.refused.get(&door).is_some_and(|at| *at < flow.opened);
        // One packet that was lost does not close a port.
        let is_open = |at: &Timestamp| *at < flow.opened && flow.opened.since(*at) <= RECENT;
        if !was_closed || self.open.get(&door).is_some_and(is_open) {
            return;
        }
        let text = format!(
            "{} knocked at {ports:?} of {} and then port {}, closed before, opened{}",
            scene.called(flow.client.address),
            flow.server.address,
            flow.server.port,
            scene.unheard()
        );
        let evidence = scene.evidence(Direction::Server, "D13.knock", flow.server.port.to_string(), text);
        let quality = if scene.facts.took_part[Direction::Server.index()] { 1.0 } else { UNSEEN };
        findings.push(evidence.quality(quality).at(flow.opened));
    }
}

// Did the server take the connection? Where nothing is seen of what home hosts send, a client that goes on shows it.
fn is_taken(scene: &Scene<'_>, summary: &Summary<'_>) -> bool {
    match summary.state {
        State::S1 | State::S2 | State::S3 | State::Sf | State::Rsto | State::Rstr => true,
        State::S0 | State::Sh | State::RstoS0 => scene.tap.is_one_sided() && !is_unanswered(summary),
        _ => false,
    }
}

const MANY: usize = 64;
// Whoever knocks can go on as if a door had opened.
const UNSEEN: f64 = 0.7;
const RECENT: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_packet::Flags;

    const GUEST: [u8; 4] = [198, 51, 100, 9];

    fn comes(play: &mut Play, at: f64, who: [u8; 4], port: u16, state: State) {
        let flow = play.open(at, who, HOST, port);
        play.close(flow, at + 1.0, state, [4, 4]);
    }

    // Three ports refuse him, a packet to a fourth one is lost, and then that one answers.
    fn knocks(play: &mut Play) {
        for port in [1, 2, 3] {
            comes(play, 100.0, GUEST, port, State::Rej);
        }
        comes(play, 103.0, GUEST, 22, State::S0);
        comes(play, 110.0, GUEST, 22, State::Sf);
    }

    #[test]
    fn a_port_that_opens_to_knocks_tells_each_time() {
        let mut play = Play::of(PortKnock::default());
        knocks(&mut play);
        knocks(&mut play);
        assert_eq!(play.rows(), ["D13.knock"; 2]);
    }

    #[test]
    fn a_port_that_answered_others_was_not_closed() {
        let mut play = Play::of(PortKnock::default());
        comes(&mut play, 10.0, [198, 51, 100, 8], 22, State::Sf);
        knocks(&mut play);
        assert!(play.rows().is_empty());
    }

    // Refused at these ports, a second apart; then the door.
    fn knocked(ports: &[u16], door: (f64, u16)) -> Play {
        let mut play = Play::of(PortKnock::default());
        for (at, port) in (0..).map(f64::from).zip(ports) {
            let flow = play.open(at, GUEST, HOST, *port);
            play.close(flow, at + 0.1, State::Rej, [1, 1]);
        }
        let flow = play.open(door.0, GUEST, HOST, door.1);
        play.close(flow, door.0 + 9.0, State::Sf, [9, 9]);
        play
    }

    #[test]
    fn a_few_knocks_and_the_closed_door_opens() {
        for ports in [&[9000, 7001, 7002][..], &[7001, 7002, 7002, 9000]] {
            assert_eq!(knocked(ports, (20.0, 9000)).rows(), ["D13.knock"], "{ports:?}");
        }
    }

    #[test]
    fn a_door_at_which_he_goes_on_is_open_where_nothing_is_seen_of_who_opens() {
        let told = |tap: u8| {
            let mut play = Play::of(PortKnock::default());
            for n in 0..tap {
                let flow = play.met(0.0, [10, 0, 0, 9], [203, 0, 113, n], 40_000);
                play.passes(flow, 0.0, Server, Flags::ACK);
            }
            for (at, port) in [(0.0, 9000), (1.0, 7001), (2.0, 7002), (9.0, 9000)] {
                let flow = play.met_as(at, GUEST, HOST, port, |_| {});
                let goes_on = at > 5.0;
                play.passes(flow, at, Client, Flags::SYN);
                play.close_as(flow, at + 1.0, if goes_on { State::Sh } else { State::S0 }, [4, 0], |summary| {
                    summary.history = if goes_on { b"SADF" } else { b"S" };
                });
            }
            play.evidence().iter().map(|row| (row.quality, row.text.clone())).collect::<Vec<_>>()
        };
        let text = "198.51.100.9 knocked at [7001, 7002, 9000] of 10.0.0.7 and then port 9000, closed before, opened; \
                    what the server said was not captured";
        assert_eq!(told(16), [(UNSEEN, text.to_owned())]);
        assert!(told(1).is_empty(), "he may go on alone");
    }

    #[test]
    fn two_knocks_a_scan_an_open_door_and_an_old_knock_are_none() {
        let scan: Vec<u16> = (9000..9013).collect();
        assert!(knocked(&[9000, 7001, 7001], (20.0, 9000)).rows().is_empty());
        assert!(knocked(&scan, (20.0, 9000)).rows().is_empty());
        assert_eq!(knocked(&scan[..12], (20.0, 9000)).rows(), ["D13.knock"]);
        assert!(knocked(&[7001, 7002, 7003], (20.0, 9000)).rows().is_empty());
        assert!(knocked(&[9000, 7001, 7002], (121.0, 9000)).rows().is_empty());
    }
}
