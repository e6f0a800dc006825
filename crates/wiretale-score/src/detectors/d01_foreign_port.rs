//! D01: a known protocol on a port that is not its own, served from home (ATT&CK T1571).
//!
//! After Zhang and Paxson, "Detecting Backdoors", USENIX Security 2000. The protocol is known by its bytes; the port
//! only tells that it is out of place, and the client's bytes nothing: whatever it asks for, the server must answer in
//! kind. What the inventory approves is silent.

use wiretale_protocol::{Direction, Flow};

use crate::{Detector, Fact, Findings, Hears, Scene};

/// Protocols served on foreign ports.
#[derive(Default)]
pub(super) struct ForeignPort;

impl Detector for ForeignPort {
    fn name(&self) -> &'static str {
        "D01"
    }

    fn hears(&self) -> Hears {
        Hears::SERVED
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Served(service) = *fact else { return };
        let server = scene.moment.flow.server;
        let Some((_, variant, ports)) = OWN_PORTS.iter().find(|(name, ..)| *name == service) else { return };
        let approved = is_turned(scene.moment.flow) || scene.inventory.serves(server.address, server.port);
        let out_of_place = !ports.contains(&server.port) && !approved;
        if out_of_place && scene.is_home(Direction::Server) {
            let client = scene.called(scene.moment.flow.client.address);
            let (port, unheard) = (server.port, scene.unheard());
            let text =
                format!("{server} serves {service}, which has no business on port {port}; {client} used it{unheard}");
            findings.push(scene.evidence(Direction::Server, &format!("D01.{variant}"), server.port.to_string(), text));
        }
    }
}

/// Of a connection met in the middle, the end with the passing port is the client, whoever spoke first.
pub(super) const fn is_turned(flow: &Flow) -> bool {
    flow.midstream && flow.server.port >= PASSING && flow.server.port > flow.client.port
}

// Where systems take the ports of their clients from, at the least.
const PASSING: u16 = 32_768;

/// Service, row of the weights table, ports where it belongs.
const OWN_PORTS: &[(&str, &str, &[u16])] = &[
    ("ssh", "ssh", &[22]),
    ("telnet", "shell", &[23]),
    ("ftp", "ftp", &[21, 2121]),
    ("irc", "irc", &[194, 994, 6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 7000, 7070, 9999]),
    ("http", "http", &[80, 81, 3128, 8000, 8008, 8080, 8081, 8088, 8888]),
    ("socks", "http", &[1080]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};

    fn told(service: &'static str, port: u16) -> Vec<String> {
        let mut play = Play::of(ForeignPort);
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, port);
        play.served(flow, 0.1, service);
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn each_protocol_has_ports_of_its_own() {
        for (service, row, own) in [("ssh", "D01.ssh", 22), ("telnet", "D01.shell", 23), ("irc", "D01.irc", 6667)] {
            assert_eq!((told(service, own), told(service, 9886)), (vec![], vec![row.to_owned()]), "{service}");
        }
        assert!(told("dns", 9886).is_empty());
    }

    #[test]
    fn what_is_served_elsewhere_is_none() {
        let mut play = Play::of(ForeignPort);
        let flow = play.open(0.0, HOST, [198, 51, 100, 9], 9886);
        play.served(flow, 0.1, "ssh");
        assert!(play.rows().is_empty());
    }

    #[test]
    fn a_connection_met_in_the_middle_is_turned_by_its_passing_port() {
        for (midstream, client, server, turned) in [
            (true, 22_000, 40_000, true),
            (true, 50_000, 40_000, false),
            (true, 22, 31_337, false),
            (false, 22_000, 40_000, false),
        ] {
            let mut play = Play::of(ForeignPort);
            let flow = play.open_as(0.0, [198, 51, 100, 9], HOST, server, |flow| {
                (flow.client.port, flow.midstream) = (client, midstream);
            });
            play.served(flow, 0.1, "ssh");
            assert_eq!(play.rows().is_empty(), turned, "{midstream} {client} {server}");
        }
    }

    #[test]
    fn what_a_client_asks_for_is_not_served() {
        let mut play = Play::of(ForeignPort);
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, 9090);
        play.recognized(flow, 1.0, "irc");
        assert!(play.rows().is_empty());
        play.served(flow, 2.0, "irc");
        assert_eq!(play.rows(), ["D01.irc"]);
    }
}
