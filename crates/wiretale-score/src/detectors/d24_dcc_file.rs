//! D24: a file crosses between a home host and somebody on IRC, by DCC (ATT&CK T1105 inwards, T1041 outwards).
//!
//! What it is, its first bytes tell; a program under a harmless name weighs more. People send each other pictures: one
//! file alone makes no case. A transfer that was known by its acknowledgements alone, its offer unseen, has a row of
//! its own.

use wiretale_dcc::Event;
use wiretale_protocol::FlowId;

use crate::bounded::{Bounded, SOME};
use crate::carried::Kind;
use crate::text::shown;
use crate::{Detector, Fact, Findings, Hears, Scene, SeenFile};

/// Files by DCC.
pub(super) struct DccFile {
    // Who offers, who takes: nicks.
    nicks: Bounded<FlowId, (Vec<u8>, Vec<u8>)>,
}

impl Default for DccFile {
    fn default() -> Self {
        Self { nicks: Bounded::new(1 << 12) }
    }
}

impl Detector for DccFile {
    fn name(&self) -> &'static str {
        "D24"
    }

    fn memory(&self) -> usize {
        self.nicks.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::DCC | Hears::FILE
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let id = scene.moment.flow.id;
        match *fact {
            Fact::Dcc(&Event::Opened { announced: Some(announced), .. }) => {
                *self.nicks.entry(id) = (announced.from.to_vec(), announced.to.to_vec());
            }
            Fact::File(file) if file.carrier == "dcc" => {
                let nicks = self.nicks.remove(&id).unwrap_or_default();
                crossed(scene, file, &nicks, findings);
            }
            _ => {}
        }
    }
}

fn crossed(scene: &Scene<'_>, file: &SeenFile<'_>, nicks: &(Vec<u8>, Vec<u8>), findings: &mut Findings) {
    // Between two home hosts it comes in at the one that takes it, and no file is lost.
    let inwards = scene.is_home(file.sender.opposite());
    let home = if inwards { file.sender.opposite() } else { file.sender };
    if !scene.is_home(home) || file.bytes == 0 {
        return;
    }
    let kind = file.kind();
    let row = match (inwards, kind) {
        (false, _) => "D24.sent",
        (true, _) if file.unannounced => "D24.acknowledged",
        (true, Kind::Executable) => "D24.executable",
        (true, Kind::Archive | Kind::Packed) => "D24.archive",
        (true, Kind::Media | Kind::Other) => "D24.other",
    };
    let (host, peer) = (scene.moment.flow.speaker(home).address, scene.moment.flow.speaker(home.opposite()).address);
    let nick = if inwards { &nicks.0 } else { &nicks.1 };
    let name = shown(file.base_name());
    let what = words(kind);
    let pretence = if file.pretends() { ", under a harmless name" } else { "" };
    let file_name = if file.base_name().is_empty() { "a file".to_owned() } else { format!("\"{name}\"") };
    let partner = if nick.is_empty() { scene.called(peer) } else { shown(nick).to_string() };
    let (verb, way) = if inwards { ("got", "from") } else { ("sent", "to") };
    let text = format!("{host} {verb} {file_name} ({}, {what}{pretence}) {way} {partner} by DCC", size(file));
    let key = if file.base_name().is_empty() { scene.moment.flow.id.to_string() } else { name.to_string() };
    let mut evidence =
        scene.evidence(home, row, key.clone(), text).strength(strength(file, kind, inwards)).quality(quality(file));
    if !nick.is_empty() {
        evidence = evidence.tie(format!("nick:{}", shown(&nick.to_ascii_lowercase())));
    }
    findings.push(evidence.tie(format!("file:{key}")));
}

// Pictures, music and texts are what friends send.
fn strength(file: &SeenFile<'_>, kind: Kind, inwards: bool) -> f64 {
    match kind {
        _ if file.pretends() || kind == Kind::Executable && file.hot_name().is_some() => 1.4,
        Kind::Media => 0.5,
        Kind::Other if !inwards => 0.6,
        _ => 1.0,
    }
}

/// Less where bytes were lost.
pub(super) fn quality(file: &SeenFile<'_>) -> f64 {
    1.0 - 0.5 * file.missed as f64 / (file.bytes + file.missed).max(1) as f64
}

/// The size for a person.
pub(super) fn size(file: &SeenFile<'_>) -> String {
    crate::text::size(file.bytes + file.missed)
}

/// The kind for a person.
pub(super) const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Executable => "a program",
        Kind::Archive => "an archive",
        Kind::Packed => "packed or encrypted",
        Kind::Media => "a picture, a sound or a film",
        Kind::Other => "neither a program nor an archive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_dcc::Dcc;
    use wiretale_protocol::{Content, Direction, Observe};

    use crate::testing::{Client, HOST, Play, Server};

    fn transfer(sender: Direction, name: Option<&str>, head: &[u8]) -> Play {
        let mut play = Play::of(DccFile::default());
        let flow = play.open(0.0, HOST, [198, 51, 100, 201], 33000);
        play.file(flow, 1.0, "dcc", sender, name, head);
        play
    }

    #[test]
    fn a_program_in_an_archive_in_and_a_file_out() {
        assert_eq!(transfer(Server, Some("x.exe"), b"MZ\x90\0").rows(), ["D24.executable"]);
        assert_eq!(transfer(Server, Some("cracklib.tar.gz"), b"\x1f\x8b\x08\0").rows(), ["D24.archive"]);
        assert_eq!(transfer(Client, Some("accounts.txt"), b"root:x:0:0:\n").rows(), ["D24.sent"]);
        assert_eq!(transfer(Server, None, b"\x1f\x8b\x08\0").rows(), ["D24.acknowledged"]);
    }

    #[test]
    fn what_it_is_and_what_it_pretends_is_told() {
        for (name, head, told) in [
            ("me.jpg.exe", &b"MZ\x90\0"[..], "a program, under a harmless name"),
            ("me.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture, a sound or a film"),
            ("accounts.txt", b"root:x:0:0:\n", "neither a program nor an archive"),
        ] {
            let text = transfer(Server, Some(name), head).evidence()[0].text.clone();
            assert!(text.contains(&format!(" bytes, {told}) from ")), "{text}");
        }
    }

    #[test]
    fn a_mask_weighs_more_and_a_picture_less() {
        assert!(transfer(Server, Some("me.jpg.exe"), b"MZ\x90\0").evidence()[0].strength > 1.0);
        assert!(transfer(Server, Some("me.jpg"), b"\xff\xd8\xff\xe0\0\x10JFIF").evidence()[0].strength < 1.0);
    }

    #[test]
    fn what_weighs_how_much() {
        for (sender, name, head, strength) in [
            (Server, "x.exe", &b"MZ\x90\0"[..], 1.0),
            // A tool by its name.
            (Server, "psybnc", b"\x7fELF\x02", 1.4),
            (Server, "notes.txt", b"hello\n", 1.0),
            (Client, "notes.txt", b"hello\n", 0.6),
            (Client, "a.tar.gz", b"\x1f\x8b\x08\0", 1.0),
        ] {
            assert_eq!(transfer(sender, Some(name), head).evidence()[0].strength, strength, "{name} {sender:?}");
        }
    }

    #[test]
    fn bytes_that_were_lost_make_it_weigh_less_and_no_byte_nothing() {
        let mut play = Play::of(DccFile::default());
        for (missed, data) in [(0, &b"MZ\x90\0"[..]), (4, b"MZ\x90\0"), (4, b"")] {
            let flow = play.open(0.0, HOST, [198, 51, 100, 201], 33000);
            let begin = Content::Begin { name: Some(&b"x.exe"[..]), size: None, start: 0 };
            for step in [begin, Content::Data(data), Content::Gap(missed), Content::End] {
                play.at(flow, 1.0, Server, |scorer, scored, moment| {
                    Observe::<Dcc>::observe(scorer, scored, moment, &Event::Content(step));
                });
            }
        }
        let [whole, half] = play.evidence() else { panic!("{:?}", play.rows()) };
        assert_eq!((whole.quality, half.quality), (1.0, 0.75));
        assert!(whole.text.contains("(4 ") && half.text.contains("(8 "), "{} {}", whole.text, half.text);
    }
}
