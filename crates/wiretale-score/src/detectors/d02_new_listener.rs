//! D02: a port of a home host answers for the first time (ATT&CK T1571, T1205).
//!
//! In a short capture everything is new, so it weighs little there; after a learning span (24 hours of the capture) it
//! weighs more. Announced data connections (FTP, DCC) are no listeners, nor is what the inventory knows. What home hosts
//! use is not known from outside: a door that is opened to the world later on is new.

use wiretale_protocol::{Address, Direction, State, Transport};

use super::d01_foreign_port::is_turned;
use crate::bounded::Bounded;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// First answers of home ports to clients from outside.
pub(super) struct NewListener {
    known: Bounded<(Address, u16), ()>,
}

impl Default for NewListener {
    fn default() -> Self {
        Self { known: Bounded::new(1 << 16) }
    }
}

impl Detector for NewListener {
    fn name(&self) -> &'static str {
        "D02"
    }

    fn memory(&self) -> usize {
        self.known.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::IN
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = fact else { return };
        let flow = scene.moment.flow;
        let answered =
            matches!(summary.state, State::S1 | State::S2 | State::S3 | State::Sf | State::Rsto | State::Rstr);
        let announced =
            scene.facts.service.is_some_and(|service| service.ends_with("-data") || service.starts_with("irc-dcc"));
        if flow.transport != Transport::Tcp || !answered || announced || is_turned(flow) {
            return;
        }
        let key = (flow.server.address, flow.server.port);
        if self.known.get(&key).is_some() || scene.inventory.serves(key.0, key.1) {
            return;
        }
        self.known.entry(key);
        let learned =
            flow.opened.since(scene.began).as_secs_f64() > scene.weights.threshold("D02", "learning_seconds", 86_400.0);
        let row = if learned { "D02.learned" } else { "D02.listener" };
        if flow.server.port >= LOWEST {
            let text = format!("{} answers on port {}", flow.server.address, flow.server.port);
            findings.push(scene.evidence(Direction::Server, row, flow.server.port.to_string(), text).at(flow.opened));
        }
    }
}

// Below this, ports belong to services that every host may have.
const LOWEST: u16 = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::Flow;

    #[test]
    fn a_port_that_home_hosts_use_is_new_from_outside() {
        let mut play = Play::of(NewListener::default());
        for (at, client) in [(0.0, [10, 0, 0, 8]), (90_000.0, [198, 51, 100, 9]), (90_005.0, [198, 51, 100, 9])] {
            let flow = play.open(at, client, HOST, 22_102);
            play.close(flow, at + 1.0, State::Sf, [3, 3]);
        }
        assert_eq!(play.rows(), ["D02.learned"]);
    }

    const PEER: [u8; 4] = [198, 51, 100, 9];

    fn ended(port: u16, service: Option<&'static str>, state: State, make: impl FnOnce(&mut Flow)) -> Vec<String> {
        let mut play = Play::of(NewListener::default());
        let flow = play.open_as(0.0, PEER, HOST, port, make);
        service.into_iter().for_each(|service| play.recognized(flow, 0.5, service));
        play.close(flow, 1.0, state, [3, 3]);
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_data_connection_that_was_announced_is_no_listener() {
        assert_eq!(ended(22_102, Some("ssh"), State::Sf, |_| {}), ["D02.listener"]);
        for service in ["ftp-data", "irc-dcc-data", "irc-dcc-chat"] {
            assert!(ended(22_102, Some(service), State::Sf, |_| {}).is_empty(), "{service}");
        }
    }

    #[test]
    fn only_what_answers_on_a_port_of_its_own_is_one() {
        for state in [State::S1, State::S2, State::S3, State::Sf, State::Rsto, State::Rstr] {
            assert_eq!(ended(22_102, None, state, |_| {}), ["D02.listener"], "{state:?}");
        }
        for state in [State::S0, State::Rej, State::Sh, State::Oth, State::RstoS0] {
            assert!(ended(22_102, None, state, |_| {}).is_empty(), "{state:?}");
        }
        assert_eq!((ended(1023, None, State::Sf, |_| {}).len(), ended(1024, None, State::Sf, |_| {}).len()), (0, 1));
        assert!(ended(22_102, None, State::Sf, |flow| flow.transport = Transport::Udp).is_empty());
        // The client's own passing port, met in the middle.
        let turned = |flow: &mut Flow| (flow.client.port, flow.midstream) = (7777, true);
        assert!(ended(40_000, None, State::Sf, turned).is_empty());
    }
}
