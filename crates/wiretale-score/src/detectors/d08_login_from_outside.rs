//! D08: somebody from outside logs in by SSH and works there (ATT&CK T1133, T1021.004, T1078).
//!
//! On SSH's own port this is what SSH is for, and weighs little; on another port that no inventory knows it is a back
//! door. "Outside and new" means: a network from which nobody logged in here before, on ports of that kind. A login after
//! guesses (see D07) is heard wherever it comes from, and on ports that are meant to serve.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction, Flow};
use wiretale_ssh::Event;

use super::d07_guessing::Campaigns;
use crate::bounded::{Bounded, SOME};
use crate::{Detector, Evidence, Fact, Findings, Hears, Scene};

/// Logins by SSH from outside.
pub(super) struct LoginFromOutside {
    // Networks from which logins came, by host: to SSH's own port, and to others.
    from: Bounded<(Address, bool), BTreeSet<[u8; 15]>>,
    guesses: Campaigns,
}

impl Default for LoginFromOutside {
    fn default() -> Self {
        Self { from: Bounded::new(1 << 14), guesses: Campaigns::new(1 << 14) }
    }
}

impl Detector for LoginFromOutside {
    fn name(&self) -> &'static str {
        "D08"
    }

    fn memory(&self) -> usize {
        self.from.memory(SOME) + self.guesses.memory()
    }

    fn hears(&self) -> Hears {
        Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Ssh(event) = *fact else { return };
        let flow = scene.moment.flow;
        if scene.home_end() != Some(Direction::Server) || scene.inventory.approved(flow.client.address) {
            return;
        }
        match *event {
            Event::Attempt { accepted: false } => _ = self.guesses.heard(scene, false),
            Event::LoggedIn { attempts, none } => {
                let guessed = self.guesses.heard(scene, true).won(scene).is_some();
                let is_meant = scene.inventory.serves(flow.server.address, flow.server.port);
                if !is_meant && self.is_new(flow) || guessed {
                    findings.push(evidence(scene, attempts, none));
                }
            }
            _ => {}
        }
    }
}

impl LoginFromOutside {
    // Is this the first login from the client's network to a port of this kind?
    fn is_new(&mut self, flow: &Flow) -> bool {
        let networks = self.from.entry((flow.server.address, is_own(flow)));
        let network = network(flow.client.address);
        !networks.contains(&network) && (networks.len() >= NETWORKS || networks.insert(network))
    }
}

fn evidence(scene: &Scene<'_>, attempts: u32, none: bool) -> Evidence {
    let flow = scene.moment.flow;
    let meant = is_own(flow) || scene.inventory.serves(flow.server.address, flow.server.port);
    let row = if meant { "D08.login" } else { "D08.backdoor" };
    let how = if none { "without being asked for anything".into() } else { format!("at attempt {attempts}") };
    let text = format!("{} logged in at {} by SSH, {how}", scene.called(flow.client.address), flow.server);
    scene.evidence(Direction::Server, row, flow.server.port.to_string(), text)
}

const fn is_own(flow: &Flow) -> bool {
    flow.server.port == 22
}

// The /24 of an IPv4 address, the /48 of an IPv6 address.
fn network(address: Address) -> [u8; 15] {
    let octets = address.octets();
    let kept = if address.is_v4() { 15 } else { 6 };
    std::array::from_fn(|index| if index < kept { octets[index] } else { 0 })
}

const NETWORKS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Inventory;
    use crate::testing::{HOST, Play, attempt, log_in};

    const NEIGHBOURS: [[u8; 4]; 2] = [[198, 51, 100, 77], [198, 51, 100, 78]];

    fn play(inventory: &str) -> Play {
        Play::knowing(Box::new(LoginFromOutside::default()), Inventory::parse(inventory).expect("an inventory"))
    }

    fn log_in_at(play: &mut Play, at: f64, client: [u8; 4], port: u16, failures: u32) {
        let flow = play.open(at, client, HOST, port);
        (0..failures).for_each(|_| attempt(play, flow, at, false));
        log_in(play, flow, at);
    }

    #[test]
    fn a_back_door_is_one_for_a_network_that_used_the_front_door() {
        let mut play = play("");
        for (at, port) in [(0.0, 22), (60.0, 22102), (120.0, 22102), (180.0, 22)] {
            NEIGHBOURS.iter().for_each(|client| log_in_at(&mut play, at, *client, port, 0));
        }
        assert_eq!(play.rows(), ["D08.login", "D08.backdoor"]);
    }

    #[test]
    fn who_guessed_is_heard_where_anybody_may_log_in_and_once() {
        let mut play = play("[[host]]\naddresses = [\"10.0.0.7\"]\nservices = [22, 2222]\n");
        let [guesser, other] = NEIGHBOURS;
        for port in [22, 2222] {
            log_in_at(&mut play, 0.0, other, port, 5);
            assert!(play.rows().is_empty(), "{:?}", play.rows());
        }
        for port in [22, 2222] {
            log_in_at(&mut play, 10.0, guesser, port, 40);
            log_in_at(&mut play, 20.0, guesser, port, 0);
        }
        assert_eq!(play.rows(), ["D08.login", "D08.login"]);
    }

    #[test]
    fn a_network_is_new_once() {
        let mut play = Play::of(LoginFromOutside::default());
        for client in [[198, 51, 100, 9], [198, 51, 100, 10], [198, 51, 101, 9], [10, 0, 0, 8]] {
            log_in_at(&mut play, 1.0, client, 22, 0);
        }
        assert_eq!(play.rows(), ["D08.login"; 2]);
        log_in_at(&mut play, 1.0, [192, 0, 2, 9], 9886, 0);
        assert_eq!(play.rows()[2..], ["D08.backdoor"]);
    }

    #[test]
    fn networks_are_told_apart_by_24_bits_of_ipv4_and_48_of_ipv6() {
        let v6 = |text: &str| network(Address::from(text.parse::<std::net::IpAddr>().unwrap()));
        assert_eq!(v6("2001:db8:7::1"), v6("2001:db8:7:ff::9"));
        assert_ne!(v6("2001:db8:7::1"), v6("2001:db8:8::1"));
        assert_ne!(network(Address::v4([198, 51, 100, 9])), network(Address::v4([198, 51, 101, 9])));
    }
}
