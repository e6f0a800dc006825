//! D40: what speaks for a host: services that the inventory knows, dealings with the administrators.
//!
//! A service speaks for its host once, however often it is used. Where one logs in first, only who got in there without a
//! failure used it: a guesser's connections are none that the service is meant for.

use wiretale_ftp::{Event as Ftp, Login};
use wiretale_protocol::{Address, Direction, Endpoint, Transport};
use wiretale_ssh::Event as Ssh;

use crate::bounded::Bounded;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Benign context.
pub(super) struct Benign {
    told: Bounded<Endpoint, ()>,
    // Who failed to log in where.
    failed: Bounded<(Address, Endpoint), ()>,
}

impl Default for Benign {
    fn default() -> Self {
        Self { told: Bounded::new(1 << 14), failed: Bounded::new(1 << 14) }
    }
}

impl Detector for Benign {
    fn name(&self) -> &'static str {
        "D40"
    }

    fn memory(&self) -> usize {
        self.told.memory(0) + self.failed.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::RECOGNIZED | Hears::SSH | Hears::FTP
    }

    fn ends(&self) -> Ends {
        Ends::SERVER
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        if scene.moment.flow.transport != Transport::Tcp {
            return;
        }
        match *fact {
            Fact::Recognized(service) => self.recognized(scene, service, findings),
            Fact::Ssh(&Ssh::Attempt { accepted }) => self.tried(scene, "ssh", accepted, findings),
            Fact::Ftp(&Ftp::Login(Login { ok: Some(ok), .. })) => self.tried(scene, "ftp", ok, findings),
            _ => {}
        }
    }
}

impl Benign {
    fn recognized(&mut self, scene: &Scene<'_>, service: &str, findings: &mut Findings) {
        let (server, client) = (scene.moment.flow.server, scene.moment.flow.client.address);
        if scene.inventory.approved(client) {
            let text = format!("{client}, an approved source, uses {service} at {server}");
            findings.push(scene.evidence(Direction::Server, "D40.approved", client.to_string(), text));
        } else if !matches!(service, "ssh" | "ftp") {
            self.used(scene, service, findings);
        }
    }

    fn tried(&mut self, scene: &Scene<'_>, service: &str, accepted: bool, findings: &mut Findings) {
        let (server, client) = (scene.moment.flow.server, scene.moment.flow.client.address);
        if !accepted {
            self.failed.entry((client, server));
        } else if self.failed.get(&(client, server)).is_none() && !scene.inventory.approved(client) {
            self.used(scene, service, findings);
        }
    }

    fn used(&mut self, scene: &Scene<'_>, service: &str, findings: &mut Findings) {
        let server = scene.moment.flow.server;
        if self.told.get(&server).is_some() || !scene.inventory.serves(server.address, server.port) {
            return;
        }
        self.told.entry(server);
        let text = format!("{server} is meant to serve {service}");
        findings.push(scene.evidence(Direction::Server, "D40.listener", server.port.to_string(), text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_protocol::Observer as _;

    use crate::Inventory;
    use crate::testing::{HOST, Play, Server, attempt};

    const GUESSER: [u8; 4] = [198, 51, 100, 55];
    const USER: [u8; 4] = [203, 0, 113, 5];

    fn play() -> Play {
        let text = "[[host]]\naddresses = [\"10.0.0.7\"]\nservices = [22, 80]\n";
        Play::knowing(Box::new(Benign::default()), Inventory::parse(text).expect("an inventory"))
    }

    fn opened(play: &mut Play, at: f64, client: [u8; 4], port: u16, service: &'static str) -> usize {
        let flow = play.open(at, client, HOST, port);
        play.at(flow, at, Server, |scorer, scored, moment| scorer.recognized(scored, moment, service));
        flow
    }

    #[test]
    fn a_service_speaks_for_its_host_once() {
        let mut play = play();
        (0..5).for_each(|n| _ = opened(&mut play, f64::from(n), USER, 80, "http"));
        assert_eq!(play.rows(), ["D40.listener"]);
    }

    #[test]
    fn a_guesser_is_no_use_that_the_service_is_meant_for() {
        let mut play = play();
        for n in 0..20 {
            let flow = opened(&mut play, f64::from(n), GUESSER, 22, "ssh");
            (0..5).for_each(|_| attempt(&mut play, flow, f64::from(n), false));
        }
        let flow = opened(&mut play, 20.0, GUESSER, 22, "ssh");
        attempt(&mut play, flow, 20.0, true);
        assert!(play.rows().is_empty(), "{:?}", play.rows());
        let flow = opened(&mut play, 30.0, USER, 22, "ssh");
        attempt(&mut play, flow, 30.0, true);
        assert_eq!(play.rows(), ["D40.listener"]);
    }
}
