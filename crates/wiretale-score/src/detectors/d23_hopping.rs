//! D23: a home host tries IRC servers until one takes it (ATT&CK T1008, T1071).
//!
//! Three servers or more within half an hour, one of them dead, closed or barred to it, and then it settles: it is in a
//! channel of the last. Addresses of one name count once, and so do servers of one network that took it in: clients of
//! people go from one to the next as well.

use std::collections::BTreeSet;

use wiretale_irc::{Event, Refusal};
use wiretale_protocol::{Address, Direction, State, Timestamp, Transport};

use super::d16_new_to_irc::is_own_port;
use super::entered::entered;
use crate::bounded::{Bounded, SOME};
use crate::text::shown;
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Servers tried, by host.
pub(super) struct Hopping {
    hosts: Bounded<Address, Tries>,
}

#[derive(Default)]
struct Tries {
    tries: Vec<Try>,
    told: bool,
}

struct Try {
    at: Timestamp,
    server: Address,
    // One name for many addresses, one network for many servers; otherwise the address itself.
    identity: Vec<u8>,
    failed: bool,
    evidence: Option<Evidence>,
}

impl Default for Hopping {
    fn default() -> Self {
        Self { hosts: Bounded::new(1 << 14) }
    }
}

impl Detector for Hopping {
    fn name(&self) -> &'static str {
        "D23"
    }

    fn memory(&self) -> usize {
        self.hosts.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_ASKED | Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let (client, server) = (flow.client.address, || scene.called(flow.server.address));
        match *fact {
            Fact::Closed(summary)
                if flow.transport == Transport::Tcp
                    && is_own_port(flow.server.port)
                    && (summary.state == State::Rej || summary.state == State::S0 && super::is_unanswered(summary)) =>
            {
                let how = if summary.state == State::Rej { "refused it" } else { "showed no answer" };
                let text = format!("{client} tried the IRC server {}, which {how}", server());
                self.failed(scene, flow.opened, text, None);
            }
            Fact::Irc(&Event::Refused { reason: Refusal::Banned, text, .. }) => {
                let said = format!("{} bars {client}: \"{}\"", server(), shown(&text));
                self.failed(scene, scene.moment.at, said, Some(findings));
            }
            Fact::Irc(&Event::Refused { reason, text, .. })
                if !matches!(reason, Refusal::NickInUse | Refusal::BadNick | Refusal::Unavailable) =>
            {
                let said = format!("{} did not take {client} in: \"{}\"", server(), shown(&text));
                self.failed(scene, scene.moment.at, said, None);
            }
            // Of a connection met in the middle it is not known whether the client was in.
            Fact::Irc(&Event::Ended { reason })
                if !flow.midstream && scene.session().is_none_or(|session| session.registered.is_none()) =>
            {
                let said = format!("{} sent {client} away: \"{}\"", server(), shown(&reason));
                self.failed(scene, scene.moment.at, said, None);
            }
            Fact::Irc(event) if entered(scene, event).next().is_some() => self.settled(scene, findings),
            _ => {}
        }
    }
}

impl Hopping {
    fn failed(&mut self, scene: &Scene<'_>, at: Timestamp, text: String, findings: Option<&mut Findings>) {
        let server = scene.moment.flow.server.address;
        let key = server.to_string();
        let evidence = scene.evidence(Direction::Client, "D23.refused", key, text).at(at);
        let tries = &mut self.hosts.entry(scene.moment.flow.client.address).tries;
        if let Some(known) = tries.iter_mut().find(|attempt| attempt.server == server && attempt.failed) {
            // Who tries again and again has not given it up.
            known.at = known.at.max(at);
            return;
        }
        if tries.len() >= MOST {
            return;
        }
        let evidence = match findings {
            Some(findings) => {
                findings.push(evidence);
                None
            }
            None => Some(evidence),
        };
        tries.push(Try { at, server, identity: identity(scene, b""), failed: true, evidence });
    }

    fn settled(&mut self, scene: &Scene<'_>, findings: &mut Findings) {
        let (at, flow) = (scene.moment.at, scene.moment.flow);
        let (server, client) = (flow.server.address, flow.client.address);
        let network = scene.session().map(|session| &*session.network).unwrap_or_default();
        let window = scene.weights.threshold("D23", "window_seconds", 1800.0);
        let host = self.hosts.entry(client);
        host.tries.retain(|attempt| at.since(attempt.at).as_secs_f64() <= window);
        if host.tries.len() < MOST && !host.tries.iter().any(|attempt| attempt.server == server && !attempt.failed) {
            let identity = identity(scene, network);
            host.tries.push(Try { at, server, identity, failed: false, evidence: None });
        }
        let failures = host.tries.iter().filter(|attempt| attempt.failed).count();
        if host.told || failures == 0 {
            return;
        }
        let distinct: BTreeSet<&[u8]> = host.tries.iter().map(|attempt| &*attempt.identity).collect();
        if distinct.len() < LEAST {
            return;
        }
        host.told = true;
        let text = format!(
            "{client} tried {} IRC servers, {failures} of them in vain, before it settled on {}{}",
            distinct.len(),
            scene.called(server),
            scene.unheard()
        );
        findings.push(scene.evidence(Direction::Client, "D23.hopping", "irc", text));
        for attempt in &mut host.tries {
            if let Some(evidence) = attempt.evidence.take() {
                findings.push(evidence);
            }
        }
    }
}

// By what a server is told from another.
fn identity(scene: &Scene<'_>, network: &[u8]) -> Vec<u8> {
    let server = scene.moment.flow.server.address;
    match scene.names.of(server) {
        _ if !network.is_empty() => [b"network ", network].concat(),
        Some(name) => name.to_vec(),
        None => server.to_string().into_bytes(),
    }
}

const LEAST: usize = 3;
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play, Server};
    use wiretale_irc::Wire;
    use wiretale_protocol::Address;

    fn refused(play: &mut Play, at: f64, server: [u8; 4]) {
        let flow = play.open(at, HOST, server, 6667);
        play.close(flow, at + 0.1, State::Rej, [1, 1]);
    }

    #[test]
    fn a_dead_server_a_ban_and_then_a_home() {
        let mut play = Play::of(Hopping::default());
        refused(&mut play, 0.0, [203, 0, 113, 12]);
        let flow = play.open(10.0, HOST, [203, 0, 113, 11], 6667);
        let (nick, text) = (Wire(b"sh4d0w"), Wire(b"*** Banned: Compromised host"));
        play.irc(flow, 10.5, Server, Event::Refused { reason: Refusal::Banned, numeric: 0, nick, text });
        assert_eq!(play.rows(), ["D23.refused"]);
        let flow = play.session(12.0, HOST, 6667, "sh4d0w", "jim");
        play.join(flow, 15.0, "#x");
        play.join(flow, 16.0, "#y");
        assert_eq!(play.rows(), ["D23.refused", "D23.hopping", "D23.refused"]);
        let dead = "10.0.0.7 tried the IRC server 203.0.113.12, which refused it";
        assert_eq!(play.evidence()[2].text, dead);
    }

    #[test]
    fn a_home_whose_words_are_out_of_sight_is_one() {
        let mut play = Play::of(Hopping::default());
        for last in [12, 13] {
            let flow = play.met_as(0.0, HOST, [203, 0, 113, last], 6667, |_| {});
            play.close(flow, 9.0, State::S0, [3, 0]);
        }
        play.alone(12.0, HOST, "#x");
        assert_eq!(play.rows(), ["D23.hopping", "D23.refused", "D23.refused"]);
        let text = &play.evidence()[0].text;
        assert!(text.ends_with("settled on 203.0.113.10; what the server said was not captured"), "{text}");
    }

    #[test]
    fn who_tries_again_and_again_is_still_hopping() {
        let mut play = Play::of(Hopping::default());
        for round in 0..4 {
            [12, 13].into_iter().for_each(|last| refused(&mut play, f64::from(round) * 600.0, [203, 0, 113, last]));
        }
        let flow = play.session(1900.0, HOST, 6667, "sh4d0w", "jim");
        play.join(flow, 1905.0, "#x");
        assert_eq!(play.rows()[0], "D23.hopping");
    }

    #[test]
    fn many_addresses_of_one_name_are_one_server() {
        let mut play = Play::of(Hopping::default());
        for last in [12, 13, 14] {
            play.scorer().names_mut().learn(Address::v4([203, 0, 113, last]), b"irc.example.org");
            refused(&mut play, 0.0, [203, 0, 113, last]);
        }
        let flow = play.session(12.0, HOST, 6667, "alice", "a");
        play.join(flow, 15.0, "#x");
        assert!(play.rows().is_empty());
    }

    #[test]
    fn one_dead_server_is_nothing() {
        let mut play = Play::of(Hopping::default());
        refused(&mut play, 0.0, [203, 0, 113, 12]);
        let flow = play.session(12.0, HOST, 6667, "alice", "a");
        play.join(flow, 15.0, "#x");
        assert!(play.rows().is_empty());
    }

    // Two dead servers, and then something at a third; then a home.
    fn third(tell: impl FnOnce(&mut Play, usize)) -> Vec<String> {
        let mut play = Play::of(Hopping::default());
        refused(&mut play, 0.0, [203, 0, 113, 12]);
        let flow = play.open(10.0, HOST, [203, 0, 113, 11], 6667);
        tell(&mut play, flow);
        let flow = play.session(12.0, HOST, 6667, "sh4d0w", "jim");
        play.join(flow, 15.0, "#x");
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_server_that_takes_nobody_in_is_one_in_vain_and_a_nick_in_use_is_not() {
        let text = Wire(b"Closing Link");
        let refuse = |reason| {
            third(|play, flow| {
                play.irc(flow, 10.5, Server, Event::Refused { reason, numeric: 0, nick: Wire(b"sh4d0w"), text });
            })
        };
        assert_eq!(refuse(Refusal::Other)[0], "D23.hopping");
        for reason in [Refusal::NickInUse, Refusal::BadNick, Refusal::Unavailable] {
            assert!(refuse(reason).is_empty(), "{reason:?}");
        }
        assert_eq!(third(|play, flow| play.irc(flow, 10.5, Server, Event::Ended { reason: text }))[0], "D23.hopping");
        // Who was taken in and goes was not sent away.
        let stayed = third(|play, _| {
            let flow = play.session(10.0, HOST, 6667, "sh4d0w", "jim");
            play.irc(flow, 11.0, Server, Event::Ended { reason: text });
        });
        assert!(stayed.is_empty());
        let met = third(|play, _| {
            let flow = play.open_as(10.0, HOST, [203, 0, 113, 14], 6667, |flow| flow.midstream = true);
            play.irc(flow, 11.0, Server, Event::Ended { reason: text });
        });
        assert!(met.is_empty(), "when the capture began it was in, as far as is known: {met:?}");
    }

    #[test]
    fn only_irc_s_own_ports_that_did_not_answer_count() {
        let closed = |port, state, transport| {
            third(|play, _| {
                let flow = play.open_as(10.0, HOST, [203, 0, 113, 14], port, |flow| flow.transport = transport);
                play.close(flow, 10.5, state, [1, 1]);
            })
        };
        assert_eq!(closed(6667, State::S0, Transport::Tcp)[0], "D23.hopping");
        assert!(closed(80, State::S0, Transport::Tcp).is_empty());
        assert!(closed(6667, State::Sf, Transport::Tcp).is_empty());
        assert!(closed(6667, State::S0, Transport::Udp).is_empty());
    }
}
