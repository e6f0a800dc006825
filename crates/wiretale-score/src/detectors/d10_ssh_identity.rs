//! D10: an SSH server or client that is not what it should be (ATT&CK T1554, T1556).
//!
//! A second server of another make on the same host, a host key that changes, a client that announces itself with the
//! hexadecimal string of the Ebury back door (as ET rule 2018264 has it), a client that is a guessing tool.

use std::collections::BTreeMap;

use wiretale_protocol::{Address, Direction, Escaped};
use wiretale_ssh::Event;

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Who says he is what.
pub(super) struct SshIdentity {
    servers: Bounded<Address, BTreeMap<u16, Server>>,
}

#[derive(Default)]
struct Server {
    software: Vec<u8>,
    key: Option<String>,
}

impl Default for SshIdentity {
    fn default() -> Self {
        Self { servers: Bounded::new(1 << 14) }
    }
}

impl Detector for SshIdentity {
    fn name(&self) -> &'static str {
        "D10"
    }

    fn memory(&self) -> usize {
        self.servers.memory(SOME)
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
            (Event::Version(ident), Direction::Client) => client(scene, ident.software, findings),
            (Event::Version(ident), Direction::Server) => self.server(scene, ident.software, findings),
            (Event::HostKey(key), _) => self.key(scene, key.sha256.to_string(), findings),
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

    fn key(&mut self, scene: &Scene<'_>, fingerprint: String, findings: &mut Findings) {
        let server = scene.moment.flow.server;
        let Some(known) = self.servers.get_mut(&server.address).and_then(|ports| ports.get_mut(&server.port)) else {
            return;
        };
        // A server has a key of each kind; only a third one is a change.
        if let Some(before) = known.key.replace(fingerprint.clone())
            && before != fingerprint
        {
            let text = format!("{server} showed another host key than before: {fingerprint}");
            let evidence = scene.evidence(Direction::Server, "D10.changed", server.port.to_string(), text);
            findings.push(evidence.tie(format!("key:{fingerprint}")));
        }
    }
}

fn client(scene: &Scene<'_>, software: &[u8], findings: &mut Findings) {
    let server = scene.moment.flow.server;
    let shown = Escaped(&software[..software.len().min(60)]);
    let hex = (22..=46).contains(&software.len()) && software.iter().all(u8::is_ascii_hexdigit);
    let tool = TOOLS.iter().any(|tool| software.windows(tool.len()).any(|window| window.eq_ignore_ascii_case(tool)));
    let (row, what) = match () {
        () if hex => ("D10.ebury", "as clients of the Ebury back door do"),
        () if tool => ("D10.tool", "as guessing tools do"),
        () => return,
    };
    let peer = scene.called(scene.moment.flow.client.address);
    let text = format!("{peer} came to {server} calling itself \"{shown}\", {what}");
    findings.push(scene.evidence(Direction::Server, row, server.port.to_string(), text));
}

const TOOLS: &[&[u8]] = &[b"libssh", b"paramiko", b"hydra", b"medusa", b"ncrack"];
const PORTS: usize = 64;
