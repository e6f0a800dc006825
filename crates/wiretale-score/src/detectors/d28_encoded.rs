//! D28: what is said over IRC is no language: ciphers, base64, raw bytes (ATT&CK T1132.001, T1573.001).
//!
//! A line in base64 or hexadecimal counts from the second one to the same partner on: people paste a fingerprint now
//! and then. Bytes of any encoding of any language are no noise; control characters are.

use wiretale_irc::{Event, Source};
use wiretale_protocol::{Address, Direction};

use crate::bounded::{Bounded, SOME};
use crate::heard::{Heard, is_enciphered};
use crate::text::{LONG_WORD, entropy, is_format, long_words, shown};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Encoded lines, by partner.
pub(super) struct Encoded {
    lines: Bounded<(Address, Vec<u8>), u32>,
}

impl Default for Encoded {
    fn default() -> Self {
        Self { lines: Bounded::new(1 << 14) }
    }
}

impl Detector for Encoded {
    fn name(&self) -> &'static str {
        "D28"
    }

    fn memory(&self) -> usize {
        self.lines.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC_CODE
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Irc(&Event::Text { from: Source { name, .. }, target, text, .. }) = *fact else { return };
        let own = scene.moment.direction == Direction::Client;
        let channel = matches!(target.first(), Some(b'#' | b'&'));
        let partner = if own || channel { &*target } else { &*name };
        let Some(heard) = scene.heard else { return };
        let Some((row, what)) = coded(&text, heard) else { return };
        let host = scene.moment.flow.client.address;
        let lines = self.lines.entry((host, partner.to_ascii_lowercase()));
        *lines = lines.saturating_add(1);
        if row == "D28.encoded" && *lines < 2 {
            return;
        }
        let verb = if own { "says to" } else { "hears from" };
        let said = format!("{host} {verb} {} what is {what}, {} bytes", shown(partner), text.len());
        let key = shown(&partner.to_ascii_lowercase()).to_string();
        let tie = if channel { scene.channel_tie(partner) } else { format!("nick:{key}") };
        findings.push(scene.evidence(Direction::Client, row, key, said).tie(tie));
    }
}

fn coded(text: &[u8], heard: &Heard<'_>) -> Option<(&'static str, &'static str)> {
    if is_enciphered(text) {
        return Some(("D28.fish", "encrypted with FiSH"));
    }
    if heard.sorts.controls && is_noise(text) {
        return Some(("D28.binary", "no text but raw bytes"));
    }
    let blob = long_words(heard.text, LONG_WORD).find_map(alphabet);
    blob.map(|alphabet| ("D28.encoded", alphabet))
}

// Control characters that no text has, 6 in 100 and more.
fn is_noise(text: &[u8]) -> bool {
    let controls = text
        .iter()
        .filter(|byte| (byte.is_ascii_control()) && !is_format(**byte) && **byte != b'\t' && **byte != 1)
        .count();
    text.len() >= 24 && controls >= 4 && controls * 16 >= text.len()
}

fn alphabet(word: &[u8]) -> Option<&'static str> {
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    if word.len() >= 32 && word.iter().all(u8::is_ascii_hexdigit) && has(u8::is_ascii_digit) && entropy(word) >= 3.4 {
        return Some("hexadecimal");
    }
    // Paths have slashes all over; base64 has one in 64.
    let slashes = word.iter().filter(|byte| matches!(byte, b'/' | b'-' | b'_')).count();
    let even = entropy(word) >= if word.len() >= 48 { 4.5 } else { 4.0 };
    (word.iter().all(base64) && mixed && slashes * 12 <= word.len() && even).then_some("base64")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, say};
    use crate::text::{plain, sorts};

    const BLOB: &str =
        "g0IPijtCP2ZGouBW+mh4yMOSK7ucJfSulEFIkupQB3550fMc55XNpTPA9eq3p6dgpgbkYQy2MzTZP5COrv79AO07rf6qLxJHq0my";

    fn code(text: &[u8]) -> Option<(&'static str, &'static str)> {
        let heard = Heard { text: &plain(text), sorts: sorts(text), spoken: None, order: None, link: None };
        coded(text, &heard)
    }

    #[test]
    fn codes_are_told_apart() {
        assert_eq!(code(b"+OK abcdefgh").map(|code| code.0), Some("D28.fish"));
        assert_eq!(code(BLOB.as_bytes()).map(|code| code.0), Some("D28.encoded"));
        let noise: Vec<u8> = (0..200u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .filter(|b| !matches!(b, 0 | 10 | 13))
            .collect();
        assert_eq!(code(&noise).map(|code| code.0), Some("D28.binary"));
    }

    #[test]
    fn languages_and_addresses_are_no_code() {
        for text in [
            "key fingerprint is 7E8A 31C0 94D2 6B1F 0A55 C2E9 8D10 4F3B 66A7 29DE",
            "привет, как дела? сегодня хорошая погода в городе",
            "deb http://ftp.example.com/debian stable main",
            "/usr/share/doc/packages/wiretale/README.Debian",
            "Donaudampfschifffahrtsgesellschaft",
            "\x0304,01colourful\x03 and \x02bold\x02",
        ] {
            assert_eq!(code(text.as_bytes()), None, "{text}");
        }
        let sjis = b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x82\xcc\x8aF\x82\xb3\x82\xf1";
        assert_eq!(code(sjis), None);
    }

    #[test]
    fn the_second_blob_counts() {
        let mut play = Play::of(Encoded::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        play.heard(flow, 1.0, "crk", "a", BLOB);
        assert!(play.rows().is_empty());
        play.irc(flow, 2.0, Client, say("a", "crk", BLOB.as_bytes()));
        assert_eq!(play.rows(), ["D28.encoded"]);
    }
}
