//! D16: a home host takes to IRC: for the first time, on a port that is not IRC's, at an address that no name led to
//! (ATT&CK T1071, T1571).
//!
//! Before a learning span is over everybody is new, and being new weighs half. Who was there before the capture began is
//! not new, and what led him there is not known.
//!
//! Who was not seen to ask for any name may ask elsewhere, or in secret: that no name led him there says nothing then. Of
//! who was, it weighs as much as the share of his questions whose answers were captured.

use wiretale_irc::Event;
use wiretale_protocol::{Address, Direction};

use crate::bounded::Bounded;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Who was on IRC before.
pub(super) struct NewToIrc {
    known: Bounded<Address, ()>,
}

impl Default for NewToIrc {
    fn default() -> Self {
        Self { known: Bounded::new(1 << 16) }
    }
}

impl Detector for NewToIrc {
    fn name(&self) -> &'static str {
        "D16"
    }

    fn memory(&self) -> usize {
        self.known.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::SERVED | Hears::IRC_CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        match *fact {
            Fact::Irc(Event::Registered { .. } | Event::Refused { .. }) => {
                self.begins(scene, findings);
                // Of one met in the middle it was told when the server spoke.
                if !flow.midstream {
                    off_port(scene, findings);
                }
            }
            Fact::Irc(Event::Presumed { .. }) if scene.is_server_unseen() => {
                self.begins(scene, findings);
                off_port(scene, findings);
            }
            Fact::Served("irc") if flow.midstream => off_port(scene, findings),
            Fact::Irc(Event::Known { .. }) => drop(self.known.entry(flow.client.address)),
            // Anybody can send a host what looks like the end of a session.
            Fact::Closed(_) if flow.midstream && scene.facts.took_part[Direction::Client.index()] => {
                self.known.entry(flow.client.address);
            }
            _ => {}
        }
    }
}

impl NewToIrc {
    fn begins(&mut self, scene: &Scene<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let (host, server) = (flow.client.address, scene.called(flow.server.address));
        if self.known.get(&host).is_none() {
            self.known.entry(host);
            let span = scene.weights.threshold("D16", "learning_seconds", 86_400.0);
            let learned = flow.opened.since(scene.began).as_secs_f64() > span;
            let text = format!("{host} is on IRC for the first time, at {server}{}", scene.unheard());
            let evidence = scene.evidence(Direction::Client, "D16.novel", "irc", text);
            findings.push(evidence.strength(if learned { 1.0 } else { 0.5 }));
        }
        let answered = scene.names.answered(host);
        if answered > 0.0 && scene.names.of(flow.server.address).is_none() {
            let unheard = scene.unheard();
            let text =
                format!("{host} went to the IRC server {server}, which no answer to its questions named{unheard}");
            let evidence = scene.evidence(Direction::Client, "D16.no_dns", flow.server.address.to_string(), text);
            findings.push(evidence.strength(answered));
        }
    }
}

fn off_port(scene: &Scene<'_>, findings: &mut Findings) {
    let flow = scene.moment.flow;
    if !is_own_port(flow.server.port) {
        let (host, server) = (flow.client.address, scene.called(flow.server.address));
        let (port, unheard) = (flow.server.port, scene.unheard());
        let text = format!("{host} speaks IRC to {server} on port {port}, which is not IRC's{unheard}");
        findings.push(scene.evidence(Direction::Client, "D16.off_port", flow.server.to_string(), text));
    }
}

/// A port where IRC belongs.
pub(super) const fn is_own_port(port: u16) -> bool {
    matches!(port, 194 | 994 | 6660..=6669 | 6697 | 7000 | 7070 | 9999)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_irc::Wire;
    use wiretale_packet::Flags;
    use wiretale_protocol::State;

    #[test]
    fn a_foreign_port_tells_and_irc_s_own_does_not() {
        let mut play = Play::of(NewToIrc::default());
        play.session(0.0, HOST, 5190, "a", "a");
        assert_eq!(play.rows(), ["D16.novel", "D16.off_port"]);
        let mut play = Play::of(NewToIrc::default());
        play.session(0.0, HOST, 6697, "a", "a");
        play.session(5.0, HOST, 6667, "a", "a");
        assert_eq!(play.rows(), ["D16.novel"]);
        assert_eq!(play.evidence()[0].strength, 0.5);
    }

    #[test]
    fn a_missing_name_weighs_what_was_captured_of_the_answers() {
        let strength = |asked: u32, answered: u32| {
            let mut play = Play::of(NewToIrc::default());
            play.scorer().names_mut().asked(Address::v4([10, 0, 0, 8]), 9, 9);
            play.scorer().names_mut().asked(Address::v4(HOST), asked, answered);
            play.session(0.0, HOST, 6667, "a", "a");
            play.evidence().iter().find(|row| row.row == "D16.no_dns").map(|row| row.strength)
        };
        assert_eq!(
            [(4, 4), (4, 1), (4, 0), (0, 0)].map(|(asked, answered)| strength(asked, answered)),
            [Some(1.0), Some(0.25), None, None]
        );
    }

    #[test]
    fn who_was_there_before_the_capture_is_not_new() {
        let mut play = Play::of(NewToIrc::default());
        let flow = play.open_as(0.0, HOST, [203, 0, 113, 9], 5190, |flow| flow.midstream = true);
        play.served(flow, 0.0, "irc");
        play.served(flow, 0.0, "http");
        play.heard(flow, 1.0, "boss", "#x", "hi");
        play.close(flow, 2.0, State::Sf, [3, 3]);
        play.session(5.0, HOST, 6667, "a", "a");
        assert_eq!(play.rows(), ["D16.off_port"]);
        let mut play = Play::of(NewToIrc::default());
        let flow = play.open(0.0, HOST, [203, 0, 113, 9], 5190);
        play.served(flow, 0.0, "irc");
        assert!(play.rows().is_empty(), "its registration tells");
    }

    #[test]
    fn who_takes_a_second_connection_while_an_old_one_lasts_is_not_new() {
        let mut play = Play::of(NewToIrc::default());
        let flow = play.open_as(0.0, HOST, [203, 0, 113, 9], 6667, |flow| flow.midstream = true);
        let (nick, server) = (Wire(b"a"), Wire(b""));
        play.irc(flow, 1.0, Server, Event::Known { nick, server });
        play.session(5.0, HOST, 6667, "a", "a");
        assert!(play.rows().is_empty());
    }

    #[test]
    fn the_port_of_a_connection_whose_syn_was_lost_is_told_once() {
        let mut play = Play::of(NewToIrc::default());
        let flow = play.open_as(0.0, HOST, [203, 0, 113, 9], 5190, |flow| flow.midstream = true);
        play.served(flow, 0.1, "irc");
        play.registered(flow, 1.0, "a", "a");
        assert_eq!(play.rows(), ["D16.off_port", "D16.novel"]);
    }

    #[test]
    fn a_client_whose_server_is_out_of_sight_goes_by_what_it_says_itself() {
        let rows = |answer: Option<Flags>| {
            let mut play = Play::of(NewToIrc::default());
            let flow = play.met_as(0.0, HOST, [203, 0, 113, 9], 5190, |_| {});
            play.passes(flow, 0.0, Client, Flags::SYN);
            answer.into_iter().for_each(|flags| play.passes(flow, 0.1, Server, flags));
            let [nick, user] = [&b"ann"[..], b"a"].map(Wire);
            play.irc(flow, 1.0, Client, Event::Presumed { nick, user, real_name: user });
            play.evidence().iter().map(|row| (row.row.clone(), row.text.clone())).collect::<Vec<_>>()
        };
        assert!(rows(Some(Flags::SYN.with(Flags::ACK))).is_empty(), "the server will say whether it is in");
        let told = rows(None);
        let names: Vec<_> = told.iter().map(|(row, _)| row.as_str()).collect();
        assert_eq!(names, ["D16.novel", "D16.off_port"]);
        assert!(told.iter().all(|(_, text)| text.ends_with("; what the server said was not captured")), "{told:?}");
    }

    #[test]
    fn a_stranger_s_connection_to_a_silent_host_hides_nothing() {
        let mut play = Play::of(NewToIrc::default());
        let flow = play.met(0.0, HOST, [203, 0, 113, 9], 6667);
        play.passes(flow, 0.0, Server, Flags::ACK);
        play.heard(flow, 0.0, "boss", "#x", "hi");
        play.close(flow, 1.0, State::Oth, [0, 9]);
        play.session(5.0, HOST, 6667, "a", "a");
        assert_eq!(play.rows(), ["D16.novel"]);
    }
}
