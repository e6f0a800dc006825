//! D10: an SSH server or client that is not what it should be (ATT&CK T1554, T1556).
//!
//! A second server of another make on the same host, a host key that changes, a client that announces itself with the
//! hexadecimal string of the Ebury back door (as ET rule 2018264 has it), a client that is a guessing tool. What a client
//! calls itself anybody may: only where he is let in, the server knew what to make of it.

use std::collections::BTreeMap;

use wiretale_protocol::{Address, Direction, Escaped, FlowId};
use wiretale_ssh::{Event, HostKey};

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Who says he is what.
pub(super) struct SshIdentity {
    servers: Bounded<Address, BTreeMap<u16, Server>>,
    // Flows whose client announced itself as Ebury's do, and what it said.
    strange: Bounded<FlowId, Vec<u8>>,
}

#[derive(Default)]
struct Server {
    software: Vec<u8>,
    // A server has a key of each kind: fingerprints by the key's algorithm.
    keys: BTreeMap<Vec<u8>, String>,
}

impl Default for SshIdentity {
    fn default() -> Self {
        Self { servers: Bounded::new(1 << 14), strange: Bounded::new(1 << 10) }
    }
}

impl Detector for SshIdentity {
    fn name(&self) -> &'static str {
        "D10"
    }

    fn memory(&self) -> usize {
        self.servers.memory(SOME) + self.strange.memory(SHOWN)
    }

    fn hears(&self) -> Hears {
        Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Ssh(event) = *fact else { return };
        if !scene.is_home(Direction::Server) {
            return;
        }
        match (event, scene.moment.direction) {
            (Event::Version(ident), Direction::Client) => self.client(scene, ident.software, findings),
            (Event::Version(ident), Direction::Server) => self.server(scene, ident.software, findings),
            (Event::HostKey(key), _) => self.key(scene, key, findings),
            (Event::LoggedIn { .. }, _) => self.logged_in(scene, findings),
            (Event::Session(session), _) if session.login.accepted == Some(true) => self.logged_in(scene, findings),
            _ => {}
        }
    }
}

impl SshIdentity {
    fn server(&mut self, scene: &Scene<'_>, software: &[u8], findings: &mut Findings) {
        let server = scene.moment.flow.server;
        let ports = self.servers.entry(server.address);
        if ports.len() >= PORTS || ports.get(&server.port).is_some_and(|known| known.software == software) {
            return;
        }
        ports.entry(server.port).or_default().software = software.to_vec();
        let other = ports.iter().find(|(port, known)| **port != server.port && known.software != software);
        if let Some((port, known)) = other {
            let (mine, theirs) = (Escaped(software), Escaped(&known.software));
            let text = format!("{server} runs \"{mine}\" beside \"{theirs}\" on port {port}");
            findings.push(scene.evidence(Direction::Server, "D10.twin", server.port.to_string(), text));
        }
    }

    fn client(&mut self, scene: &Scene<'_>, software: &[u8], findings: &mut Findings) {
        let hex = (22..=46).contains(&software.len()) && software.iter().all(u8::is_ascii_hexdigit);
        let tool =
            TOOLS.iter().any(|tool| software.windows(tool.len()).any(|window| window.eq_ignore_ascii_case(tool)));
        let (row, what) = match () {
            () if hex => ("D10.ebury_asked", "as clients of the Ebury back door do"),
            () if tool => ("D10.tool", "as guessing tools do"),
            () => return,
        };
        let shown = &software[..software.len().min(SHOWN)];
        if hex {
            *self.strange.entry(scene.moment.flow.id) = shown.to_vec();
        }
        let flow = scene.moment.flow;
        let peer = scene.called(flow.client.address);
        let text = format!("{peer} came to {} calling itself \"{}\", {what}", flow.server, Escaped(shown));
        findings.push(scene.evidence(Direction::Server, row, flow.server.port.to_string(), text));
    }

    fn logged_in(&mut self, scene: &Scene<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let Some(shown) = self.strange.remove(&flow.id) else { return };
        let (peer, server) = (scene.called(flow.client.address), flow.server);
        let text = format!("{server} let {peer} in, calling itself \"{}\", as clients of Ebury do", Escaped(&shown));
        findings.push(scene.evidence(Direction::Server, "D10.ebury", server.port.to_string(), text));
    }

    fn key(&mut self, scene: &Scene<'_>, key: &HostKey<'_>, findings: &mut Findings) {
        let server = scene.moment.flow.server;
        let Some(known) = self.servers.get_mut(&server.address).and_then(|ports| ports.get_mut(&server.port)) else {
            return;
        };
        let algorithm = &key.algorithm.0[..key.algorithm.0.len().min(LONGEST)];
        if known.keys.len() >= ALGORITHMS && !known.keys.contains_key(algorithm) {
            return;
        }
        let fingerprint = key.sha256.to_string();
        if let Some(before) = known.keys.insert(algorithm.to_vec(), fingerprint.clone())
            && before != fingerprint
        {
            let text = format!("{server} showed another host key than before: {fingerprint}");
            let evidence = scene.evidence(Direction::Server, "D10.changed", server.port.to_string(), text);
            findings.push(evidence.tie(format!("key:{fingerprint}")));
        }
    }
}

const TOOLS: &[&[u8]] = &[b"libssh", b"paramiko", b"hydra", b"medusa", b"ncrack"];
const PORTS: usize = 64;
// Bytes of a client's name that are told.
const SHOWN: usize = 60;
// Kinds of keys of a server that are kept, and how much of the name of one.
const ALGORITHMS: usize = 8;
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use crate::{Scored, Scorer};
    use wiretale_protocol::{Moment, Observe};
    use wiretale_ssh::{Ident, Md5Fingerprint, Sha256Fingerprint, Ssh, Text};

    const EBURY: &[u8] = b"SSH-2.0-0123456789abcdef0123456789";

    #[test]
    fn a_name_of_ebury_s_is_a_hint_and_its_login_the_proof() {
        let mut play = Play::of(SshIdentity::default());
        for logs_in in [false, true] {
            let flow = play.open(0.0, [198, 51, 100, 9], HOST, 22);
            let tell = |event| {
                move |scorer: &mut Scorer, scored: &mut Scored, moment: &Moment<'_>| {
                    Observe::<Ssh>::observe(scorer, scored, moment, &event);
                }
            };
            play.at(flow, 1.0, Client, tell(Event::Version(Ident::parse(EBURY).unwrap())));
            if logs_in {
                play.at(flow, 2.0, Server, tell(Event::LoggedIn { attempts: 1, none: false }));
            }
        }
        assert_eq!(play.rows(), ["D10.ebury_asked", "D10.ebury_asked", "D10.ebury"]);
    }

    fn shows(play: &mut Play, algorithm: &str, byte: u8) {
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, 22);
        let ident = Ident::parse(b"SSH-2.0-OpenSSH_9.6").unwrap();
        let (sha256, md5) = (Sha256Fingerprint([byte; 32]), Md5Fingerprint([byte; 16]));
        let key = HostKey { algorithm: Text(algorithm.as_bytes()), len: 51, sha256, md5 };
        for event in [Event::Version(ident), Event::HostKey(key)] {
            play.at(flow, 1.0, Server, |scorer, scored, moment| {
                Observe::<Ssh>::observe(scorer, scored, moment, &event);
            });
        }
    }

    #[test]
    fn only_another_key_of_the_same_kind_is_a_change() {
        let mut play = Play::of(SshIdentity::default());
        for (algorithm, byte) in [("ssh-ed25519", 1), ("ssh-rsa", 2), ("ssh-ed25519", 1), ("ssh-rsa", 2)] {
            shows(&mut play, algorithm, byte);
        }
        assert!(play.rows().is_empty());
        shows(&mut play, "ssh-rsa", 3);
        assert_eq!(play.rows(), ["D10.changed"]);
    }

    fn says(play: &mut Play, from: Direction, port: u16, ident: &str) {
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, port);
        play.ssh(flow, 1.0, from, Event::Version(Ident::parse(ident.as_bytes()).unwrap()));
    }

    #[test]
    fn a_second_make_of_server_is_told_once() {
        let mut play = Play::of(SshIdentity::default());
        for port in [22, 22, 2222, 22] {
            says(&mut play, Server, port, "SSH-2.0-OpenSSH_9.6");
        }
        assert!(play.rows().is_empty());
        (0..3).for_each(|_| says(&mut play, Server, 9886, "SSH-2.0-dropbear_2012.55"));
        assert_eq!(play.rows(), ["D10.twin"]);
        assert_eq!(play.evidence()[0].port, Some(9886));
    }

    #[test]
    fn one_server_that_is_brought_up_to_date_is_no_second_one() {
        let mut play = Play::of(SshIdentity::default());
        for ident in ["SSH-2.0-OpenSSH_9.6", "SSH-2.0-OpenSSH_9.7"] {
            says(&mut play, Server, 22, ident);
        }
        assert!(play.rows().is_empty());
    }

    #[test]
    fn clients_are_known_by_what_they_call_themselves() {
        for (software, rows) in [
            ("libssh_0.11.1", vec!["D10.tool"]),
            ("Paramiko_3.4", vec!["D10.tool"]),
            // Twenty-two hexadecimal digits at the least, as Ebury's clients have.
            ("0123456789abcdef012345", vec!["D10.ebury_asked"]),
            ("0123456789abcdef01234", vec![]),
            ("0123456789abcdef01234g", vec![]),
            ("OpenSSH_9.6", vec![]),
        ] {
            let mut play = Play::of(SshIdentity::default());
            says(&mut play, Client, 22, &format!("SSH-2.0-{software}"));
            assert_eq!(play.rows(), rows, "{software}");
            // A server may have any name.
            let mut play = Play::of(SshIdentity::default());
            says(&mut play, Server, 22, &format!("SSH-2.0-{software}"));
            assert!(play.rows().is_empty(), "{software}");
        }
    }
}
