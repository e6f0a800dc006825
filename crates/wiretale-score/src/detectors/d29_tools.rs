//! D29: tools are brought to a home host by FTP or SSH (ATT&CK T1105).
//!
//! It fetches them, or they are put there. Programs count by their first bytes, tools by their names; from a guest's
//! account, where packages lie, half. An upload by SSH shows no name: it counts in full only on a port that is not
//! SSH's.

mod asked;

use wiretale_ftp::{DataEvent, is_guest};
use wiretale_protocol::{Direction, FlowId};
use wiretale_ssh::{Event, Session};

use super::d24_dcc_file::{quality, size, words};
use crate::bounded::{Bounded, SOME};
use crate::carried::{HIDES, Kind};
use crate::text::shown;
use crate::{Detector, Fact, Findings, Hears, Scene, SeenFile};

/// Files that come in.
pub(super) struct Tools {
    transfers: Bounded<FlowId, Account>,
}

// The control connection's side of a transfer.
#[derive(Default)]
struct Account {
    user: Option<Vec<u8>>,
    port: u16,
}

impl Default for Tools {
    fn default() -> Self {
        Self { transfers: Bounded::new(1 << 12) }
    }
}

impl Detector for Tools {
    fn name(&self) -> &'static str {
        "D29"
    }

    fn memory(&self) -> usize {
        self.transfers.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::FTP | Hears::FILE | Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let id = scene.moment.flow.id;
        match *fact {
            Fact::FtpData(&DataEvent::Opened(opened)) => {
                *self.transfers.entry(id) = Account { user: opened.user.map(<[u8]>::to_vec), port: opened.server.port };
            }
            Fact::File(file) if file.carrier == "ftp" => {
                let account = self.transfers.remove(&id).unwrap_or_default();
                brought(scene, file, &account, findings);
            }
            Fact::Ftp(event) => asked::hear(scene, event, findings),
            Fact::Ssh(&Event::Session(session)) => uploaded(scene, &session, findings),
            _ => {}
        }
    }
}

fn brought(scene: &Scene<'_>, file: &SeenFile<'_>, account: &Account, findings: &mut Findings) {
    let home = file.sender.opposite();
    let peer = scene.moment.flow.speaker(file.sender).address;
    if scene.home_end() != Some(home) || file.bytes == 0 || scene.inventory.approved(peer) {
        return;
    }
    let kind = file.kind();
    let hot = file.hot_name().filter(|_| kind != Kind::Media);
    let row = match (hot, kind) {
        (Some(_), _) => "D29.hot_name",
        (None, Kind::Executable) => "D29.executable",
        (None, Kind::Archive | Kind::Packed) => "D29.archive",
        (None, Kind::Media | Kind::Other) => return,
    };
    let guest = account.user.as_deref().is_some_and(is_guest);
    let foreign = !matches!(account.port, 0 | 21);
    let strength = if guest { 0.5 } else { 1.0 } + if foreign { 0.3 } else { 0.0 };
    let (host, name) = (scene.moment.flow.speaker(home).address, shown(file.base_name()));
    let what = match hot {
        None => words(kind).to_owned(),
        Some(HIDES) => format!("{}, under a name that hides it", words(kind)),
        Some(tool) => format!("{}, by its name {tool}", words(kind)),
    };
    let user =
        account.user.as_deref().filter(|_| !guest).map(|user| format!(" as {}", shown(user))).unwrap_or_default();
    // The command that names it may not have been captured.
    let nameless = file.base_name().is_empty();
    let file_name = if nameless { "a file".to_owned() } else { format!("\"{name}\"") };
    let key = if nameless { scene.moment.flow.id.to_string() } else { name.to_string() };
    let text = format!("{host} got {file_name} ({}, {what}) from {}{user} by FTP", size(file), scene.called(peer));
    let evidence = scene.evidence(home, row, key.clone(), text).strength(strength).quality(quality(file));
    findings.push(evidence.tie(format!("file:{key}")));
}

fn uploaded(scene: &Scene<'_>, session: &Session, findings: &mut Findings) {
    let flow = scene.moment.flow;
    let outside = scene.home_end() == Some(Direction::Server) && !session.client_listens;
    let typed = session.typing.confidence.0 >= SURE || session.obfuscated.confidence.0 >= SURE;
    let copied = session.upload.bytes >= LEAST && session.upload.confidence.0 >= SURE;
    if !outside || typed || !copied || scene.inventory.approved(flow.client.address) {
        return;
    }
    let bytes = crate::text::size(session.upload.bytes);
    let text = format!("{} copied {bytes} to {} by SSH", scene.called(flow.client.address), flow.server);
    let evidence = scene.evidence(Direction::Server, "D29.upload", flow.server.port.to_string(), text);
    let strength = if flow.server.port == 22 { 0.5 } else { 1.0 };
    findings.push(evidence.strength(strength).quality(f64::from(session.upload.confidence.0) / 100.0));
}

const SURE: u8 = 50;
const LEAST: u64 = 10 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_ssh::{Confidence, Transfer, Typing};

    fn fetch(name: &str, head: &[u8], sender: Direction) -> Play {
        let mut play = Play::of(Tools::default());
        let flow = play.open(0.0, HOST, [198, 51, 100, 130], 40013);
        play.file(flow, 1.0, "ftp", sender, Some(name), head);
        play
    }

    #[test]
    fn tools_come_in() {
        assert_eq!(fetch("psy.tgz", b"\x1f\x8b\x08\0", Server).rows(), ["D29.hot_name"]);
        assert_eq!(fetch("x", b"MZ\x90\0", Server).rows(), ["D29.executable"]);
        assert_eq!(fetch("tool-1.0.tar.gz", b"\x1f\x8b\x08\0", Server).rows(), ["D29.archive"]);
    }

    #[test]
    fn a_name_that_hides_is_told_as_one() {
        let text = fetch("...", b"MZ\x90\0", Server).evidence()[0].text.clone();
        assert!(text.contains("a program, under a name that hides it)"), "{text}");
    }

    #[test]
    fn a_file_whose_name_was_not_captured_has_none() {
        let text = fetch("", b"\x1f\x8b\x08\0", Server).evidence()[0].text.clone();
        assert!(text.starts_with("10.0.0.7 got a file ("), "{text}");
    }

    #[test]
    fn reading_matter_and_what_goes_out_are_none() {
        assert!(fetch("README", b"read me\n", Server).rows().is_empty());
        assert!(fetch("psy.mp3", b"ID3\x03\0\0", Server).rows().is_empty());
        assert!(fetch("psy.tgz", b"\x1f\x8b\x08\0", Client).rows().is_empty());
    }

    const PEER: [u8; 4] = [198, 51, 100, 9];

    // Copied to a home host's SSH server, or to what the test makes of it.
    fn copied(port: u16, make: impl FnOnce(&mut Session)) -> Vec<f64> {
        let mut play = Play::of(Tools::default());
        let upload = Transfer { bytes: LEAST, confidence: Confidence(50) };
        let mut session = Session { upload, ..Session::default() };
        make(&mut session);
        let flow = play.open(0.0, PEER, HOST, port);
        play.ssh(flow, 9.0, Client, Event::Session(session));
        assert!(play.rows().iter().all(|row| *row == "D29.upload"));
        play.evidence().iter().map(|row| row.strength).collect()
    }

    #[test]
    fn an_upload_counts_in_full_where_ssh_has_no_business() {
        assert_eq!((copied(22, |_| {}), copied(9886, |_| {})), (vec![0.5], vec![1.0]));
    }

    #[test]
    fn who_types_copies_little_or_is_not_sure_brings_nothing() {
        let typing = Typing { keystrokes: 9, confidence: Confidence(50) };
        let none = [
            copied(22, |session| session.typing = typing),
            copied(22, |session| session.obfuscated = typing),
            copied(22, |session| session.upload.bytes -= 1),
            copied(22, |session| session.upload.confidence = Confidence(49)),
            // The client of SSH is the home host: what it was sent it fetched.
            copied(22, |session| session.client_listens = true),
        ];
        assert!(none.iter().all(Vec::is_empty), "{none:?}");
        let mut play = Play::of(Tools::default());
        let upload = Transfer { bytes: LEAST, confidence: Confidence(50) };
        for (client, server) in [(HOST, PEER), ([10, 0, 0, 8], HOST)] {
            let flow = play.open(0.0, client, server, 22);
            play.ssh(flow, 9.0, Client, Event::Session(Session { upload, ..Session::default() }));
        }
        assert!(play.rows().is_empty());
    }
}
