//! D14: a service that answers as it should not (ATT&CK T1205, T1554, T1095).
//!
//! A port known for a protocol in which the server speaks first, and where now the client does, and gets an answer that
//! is no greeting: the manner of back doors that hide behind an honest port. Plain text is no greeting either: nothing
//! claims it. An honest server greets whoever comes, whatever he says meanwhile: an answer that begins with as many bytes
//! as the port's greetings do is one.

use std::collections::BTreeMap;

use smallvec::SmallVec;
use wiretale_protocol::{Address, Direction, State, Transport};

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// What home ports were confirmed to serve.
pub(super) struct WrongManners {
    roles: Bounded<(Address, u16), Roles>,
}

type Roles = BTreeMap<&'static str, Role>;

#[derive(Default)]
struct Role {
    times: u32,
    // How long the first words of the server were.
    greetings: SmallVec<[u32; GREETINGS]>,
}

impl Default for WrongManners {
    fn default() -> Self {
        Self { roles: Bounded::new(1 << 16) }
    }
}

impl Detector for WrongManners {
    fn name(&self) -> &'static str {
        "D14"
    }

    fn memory(&self) -> usize {
        self.roles.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::SERVER
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        if flow.transport != Transport::Tcp || flow.midstream {
            return;
        }
        let port = (flow.server.address, flow.server.port);
        let roles = self.roles.get(&port);
        let known = roles.and_then(confirmed);
        let client_first = scene.facts.first_speaker == Some(Direction::Client) && known.is_some_and(greets);
        if let Some(service) = scene.facts.service
            && !(service == TEXT && client_first)
        {
            self.served(port, service, scene.facts.greeting);
            return;
        }
        let talked = scene.facts.data_packets.iter().all(|packets| *packets >= 2);
        // Where the capture lacks the answer that opens the connection it may lack what comes next, too.
        let opens = |letter: &u8| letter.eq_ignore_ascii_case(&b'h');
        let complete = matches!(summary.state, State::Sf | State::S1 | State::Rsto | State::Rstr)
            && summary.missed == 0
            && summary.history.iter().any(opens);
        let Some(service) = known.filter(|_| talked && complete) else { return };
        if roles.and_then(|roles| roles.get(service)).is_some_and(|role| role.greets_with(scene.facts.greeting)) {
            return;
        }
        let row = if client_first { "D14.client_first" } else { "D14.unidentified" };
        let peer = scene.called(flow.client.address);
        let text = format!("{}, known for {service}, talked with {peer} in something else", flow.server);
        findings.push(scene.evidence(Direction::Server, row, flow.server.port.to_string(), text));
    }
}

impl WrongManners {
    fn served(&mut self, port: (Address, u16), service: &'static str, greeting: u32) {
        let roles = self.roles.entry(port);
        if roles.len() < SERVICES {
            let role = roles.entry(service).or_default();
            role.times += 1;
            if greets(service) && role.greetings.len() < GREETINGS && !role.greets_with(greeting) {
                role.greetings.push(greeting);
            }
        }
    }
}

impl Role {
    fn greets_with(&self, greeting: u32) -> bool {
        self.greetings.contains(&greeting)
    }
}

// What a port was seen to serve often enough, what has a greeting of its own before all else.
fn confirmed(roles: &Roles) -> Option<&'static str> {
    let often = || roles.iter().filter(|(_, role)| role.times >= CONFIRMED).map(|(service, _)| *service);
    often().find(|service| greets(service)).or_else(|| often().next())
}

fn greets(service: &str) -> bool {
    SERVER_FIRST.contains(&service)
}

const TEXT: &str = "text";
const CONFIRMED: u32 = 3;
const SERVICES: usize = 16;
// Lengths of greetings that are kept: one that tells the hour or a number may have some.
const GREETINGS: usize = 4;
const SERVER_FIRST: &[&str] = &["ssh", "ftp", "smtp", "pop3", "imap"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_packet::Flags;
    use wiretale_protocol::{Flow, Observer, Passed};

    fn talk(play: &mut Play, service: &'static str, first: Direction) {
        talk_of(play, service, first, if service == "ssh" { 21 } else { 9 });
    }

    // The same, with so many bytes in each packet.
    fn talk_of(play: &mut Play, service: &'static str, first: Direction, payload: u32) {
        let (flags, seq, ack, window, ip_len, ttl) = (Flags::ACK, 1, 1, 500, 49, 60);
        let passed = Passed { flags, seq, ack, window, payload, fresh: payload, ip_len, ttl };
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, 22);
        for direction in [first, first.opposite(), first, first.opposite()] {
            play.at(flow, 1.0, direction, |scorer, scored, moment| scorer.passed(scored, moment, &passed));
        }
        play.at(flow, 1.0, Server, |scorer, scored, moment| scorer.recognized(scored, moment, service));
        play.close_as(flow, 2.0, State::Sf, [9, 9], |summary| summary.history = b"ShADadFf");
    }

    #[test]
    fn text_behind_a_port_of_ssh_is_no_manner() {
        let mut play = Play::of(WrongManners::default());
        (0..4).for_each(|_| talk(&mut play, "ssh", Server));
        assert!(play.rows().is_empty());
        talk(&mut play, "text", Client);
        assert_eq!(play.rows(), ["D14.client_first"]);
    }

    #[test]
    fn whoever_comes_is_greeted() {
        let mut play = Play::of(WrongManners::default());
        (0..4).for_each(|_| talk(&mut play, "ssh", Server));
        talk_of(&mut play, "text", Client, 21);
        assert!(play.rows().is_empty());
    }

    #[test]
    fn a_port_may_serve_text() {
        let mut play = Play::of(WrongManners::default());
        (0..4).for_each(|_| talk(&mut play, "text", Client));
        assert!(play.rows().is_empty());
    }

    // A port of SSH, and then a client that speaks first, in words of nobody's protocol.
    fn odd(make: impl FnOnce(&mut Flow), packets: usize, state: State, missed: u64) -> Play {
        let mut play = Play::of(WrongManners::default());
        (0..3).for_each(|_| talk(&mut play, "ssh", Server));
        let flow = play.open_as(9.0, [198, 51, 100, 9], HOST, 22, make);
        said_by_turns(&mut play, flow, packets);
        play.close_as(flow, 19.0, state, [9, 9], |summary| {
            (summary.missed, summary.history) = (missed, b"ShADadFf");
        });
        play
    }

    #[test]
    fn half_of_a_capture_does_not() {
        let mut play = Play::of(WrongManners::default());
        (0..3).for_each(|_| talk(&mut play, "ssh", Server));
        let flow = play.open(9.0, [198, 51, 100, 9], HOST, 22);
        said_by_turns(&mut play, flow, 4);
        play.close_as(flow, 19.0, State::Sf, [9, 9], |summary| summary.history = b"SADadFf");
        assert!(play.rows().is_empty());
    }

    fn said_by_turns(play: &mut Play, flow: usize, packets: usize) {
        let (flags, seq, ack, window, ip_len, ttl) = (Flags::ACK, 1, 1, 500, 49, 60);
        let passed = Passed { flags, seq, ack, window, payload: 9, fresh: 9, ip_len, ttl };
        for direction in [Client, Server, Client, Server, Client].into_iter().take(packets) {
            play.at(flow, 9.0, direction, |scorer, scored, moment| scorer.passed(scored, moment, &passed));
        }
    }

    #[test]
    fn a_whole_dialogue_tells() {
        for state in [State::Sf, State::S1, State::Rsto, State::Rstr] {
            assert_eq!(odd(|_| {}, 4, state, 0).rows(), ["D14.client_first"], "{state:?}");
        }
    }

    #[test]
    fn half_of_one_does_not() {
        let none = [
            odd(|flow| flow.midstream = true, 4, State::Sf, 0),
            odd(|flow| flow.transport = Transport::Udp, 4, State::Sf, 0),
            odd(|_| {}, 3, State::Sf, 0),
            odd(|_| {}, 4, State::Sf, 1),
            odd(|_| {}, 4, State::Oth, 0),
        ];
        assert!(none.iter().all(|play| play.rows().is_empty()));
    }

    #[test]
    fn a_port_is_known_by_the_third_time() {
        let mut play = Play::of(WrongManners::default());
        (0..2).for_each(|_| talk(&mut play, "ssh", Server));
        talk(&mut play, "text", Client);
        assert!(play.rows().is_empty());
    }
}
