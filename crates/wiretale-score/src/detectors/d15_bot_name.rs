//! D15: an IRC client that is called what bots are called (ATT&CK T1071).
//!
//! Rishi (Goebel and Holz, HotBots 2007) gave points for countries, systems, digits and brackets in nicks; here each
//! feature is a log-likelihood ratio in decibans, and they add up: to 12 at most. A nick alone convicts nobody.

use std::fmt::Write as _;

use wiretale_irc::{Command, Event};
use wiretale_protocol::{Address, Direction, Timestamp};

use crate::bounded::{Bounded, SOME};
use crate::text::shown;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Nicks and who else bears such.
pub(super) struct BotName {
    // A nick's form, letters and digits levelled: who had it first.
    forms: Bounded<Vec<u8>, Option<Address>>,
    // A host's first nick, and when.
    nicks: Bounded<Address, Option<(Vec<u8>, Timestamp)>>,
}

impl Default for BotName {
    fn default() -> Self {
        Self { forms: Bounded::new(1 << 14), nicks: Bounded::new(1 << 14) }
    }
}

impl Detector for BotName {
    fn name(&self) -> &'static str {
        "D15"
    }

    fn memory(&self) -> usize {
        self.forms.memory(SOME) + self.nicks.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_UNKNOWN
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Irc(event) = *fact else { return };
        match *event {
            Event::Registered { nick, user, real_name, .. } => self.judge(scene, &nick, &user, &real_name, findings),
            Event::Presumed { nick, user, real_name } if scene.is_server_unseen() => {
                self.judge(scene, &nick, &user, &real_name, findings);
            }
            // Of one met in the middle the nick is all that is known.
            Event::Known { nick, .. } | Event::NickChanged { nick, own: true, forced: false, .. } => {
                self.judge(scene, &nick, b"", b"", findings);
            }
            Event::Message(message) if message.command == Command::Unknown(b"KCIK") => {
                let text =
                    format!("{} says KCIK for NICK, as one family of bots does", scene.moment.flow.client.address);
                findings.push(scene.evidence(Direction::Client, "D15.nick", "KCIK", text).strength(6.0 / MOST));
            }
            _ => {}
        }
    }
}

impl BotName {
    fn judge(&mut self, scene: &Scene<'_>, nick: &[u8], user: &[u8], real_name: &[u8], findings: &mut Findings) {
        let (host, at) = (scene.moment.flow.client.address, scene.moment.at);
        let mut points = features(nick, user, real_name);
        let first = *self.forms.entry(form(nick)).get_or_insert(host);
        if first != host && digits(nick) >= 3 && separators(nick) >= 2 {
            points.push((2.0, "of the same make as another host's"));
        }
        let known = self.nicks.entry(host).get_or_insert_with(|| (nick.to_vec(), at));
        if at.since(known.1).as_secs() > 86_400 && crate::text::alike(&known.0, nick) >= 0.5 {
            points.push((-4.0, "borne here for days"));
        }
        let sum = points.iter().map(|(db, _)| db).sum::<f64>().min(MOST);
        if sum < LEAST {
            return;
        }
        let mut text = format!("{host} is \"{}\" on IRC", shown(nick));
        for (index, (_, what)) in points.iter().enumerate() {
            let _ = write!(text, "{} {what}", if index == 0 { ":" } else { "," });
        }
        text += scene.unheard();
        let nick = String::from_utf8_lossy(&nick.to_ascii_lowercase()).into_owned();
        let evidence = scene.evidence(Direction::Client, "D15.nick", nick.clone(), text).strength(sum / MOST);
        findings.push(evidence.tie(format!("nick:{nick}")));
    }
}

// What speaks for a bot, in decibans.
fn features(nick: &[u8], user: &[u8], real_name: &[u8]) -> Vec<(f64, &'static str)> {
    let (nick, real_name) = (without_away(nick), real_name.trim_ascii());
    let country = parts(nick).any(|part| COUNTRIES.contains(&&*part.to_ascii_uppercase()));
    let system = parts(nick).any(|part| SYSTEMS.contains(&&*part.to_ascii_uppercase()));
    let (digits, run, separators) = (digits(nick), longest(nick, u8::is_ascii_digit), separators(nick));
    let family = (country || system) && run >= 4 && separators >= 1
        || nick.starts_with(b"DCOM") && run >= 3
        || user.to_ascii_lowercase().starts_with(b"muhstik");
    let bare: Vec<u8> = nick.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let same =
        digits >= 3 && !bare.is_empty() && bare == user.to_ascii_lowercase() || user == real_name && is_random(user);
    [
        (family, 8.0, "the form of a family of bots"),
        (country && separators >= 1, 2.0, "a country"),
        (system && separators >= 1, 2.0, "an operating system"),
        (separators >= 2, 1.0, "brackets and bars"),
        (digits >= 2, (digits / 2) as f64 * 0.5, "digits"),
        (run >= 5, 2.0, "a long number"),
        (is_random(nick) || is_random(user), 2.0, "letters at random"),
        (same, 2.0, "the same name for everything"),
    ]
    .into_iter()
    .filter(|(seen, ..)| *seen)
    .map(|(_, db, what)| (f64::min(db, if what == "digits" { 2.0 } else { db }), what))
    .collect()
}

fn without_away(nick: &[u8]) -> &[u8] {
    let end = nick.iter().rposition(|byte| matches!(byte, b'_' | b'|' | b'^' | b'-'));
    match end {
        Some(at) if AWAY.iter().any(|word| nick[at + 1..].eq_ignore_ascii_case(word)) => &nick[..at],
        _ => nick,
    }
}

fn parts(nick: &[u8]) -> impl Iterator<Item = &[u8]> {
    nick.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !part.is_empty())
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

fn separators(nick: &[u8]) -> usize {
    nick.iter().filter(|byte| matches!(byte, b'[' | b']' | b'{' | b'}' | b'|' | b'^' | b'`' | b'-')).count()
}

fn longest(text: &[u8], is: fn(&u8) -> bool) -> usize {
    text.split(|byte| !is(byte)).map(<[u8]>::len).max().unwrap_or(0)
}

// Five consonants in a row and hardly a vowel: nobody's name.
fn is_random(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"~").unwrap_or(text);
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let vowels = text.iter().filter(|byte| is_vowel(byte)).count();
    let run = longest(text, |byte| byte.is_ascii_alphabetic() && !is_vowel(byte));
    letters >= 5 && run >= 5 && vowels * 5 < letters
}

const fn is_vowel(byte: &u8) -> bool {
    matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

// `[USA|XP|48213]` as `[AAA|AA|99999]`.
fn form(nick: &[u8]) -> Vec<u8> {
    let level = |byte: &u8| match byte {
        b'0'..=b'9' => b'9',
        b'a'..=b'z' | b'A'..=b'Z' => b'A',
        other => *other,
    };
    nick.iter().map(level).collect()
}

const MOST: f64 = 12.0;
const LEAST: f64 = 2.0;
const AWAY: &[&[u8]] = &[b"away", b"afk", b"work", b"working", b"zzz", b"sleep", b"bnc", b"busy", b"lunch"];
const SYSTEMS: &[&[u8]] = &[
    b"XP", b"2K", b"2K3", b"2K8", b"W7", b"W8", b"W10", b"WIN", b"WIN7", b"WIN10", b"VIS", b"NT", b"98", b"ME", b"LNX",
    b"LINUX", b"X86", b"X64", b"ARM", b"MIPS", b"MIPSEL",
];
// ISO 3166 codes of three letters, and the two-letter ones that bots use most and words least.
const COUNTRIES: &[&[u8]] = &[
    b"USA", b"DEU", b"GBR", b"FRA", b"ITA", b"ESP", b"NLD", b"BEL", b"CAN", b"MEX", b"BRA", b"ARG", b"CHL", b"COL",
    b"PER", b"VEN", b"POL", b"CZE", b"SVK", b"HUN", b"ROU", b"ROM", b"BGR", b"GRC", b"TUR", b"RUS", b"UKR", b"SWE",
    b"NOR", b"DNK", b"FIN", b"PRT", b"AUT", b"CHE", b"IRL", b"ISR", b"EGY", b"MAR", b"ZAF", b"IND", b"PAK", b"CHN",
    b"TWN", b"HKG", b"JPN", b"KOR", b"THA", b"VNM", b"MYS", b"SGP", b"IDN", b"PHL", b"AUS", b"NZL", b"SAU", b"ARE",
    b"US", b"DE", b"GB", b"UK", b"FR", b"ES", b"NL", b"CA", b"BR", b"PL", b"RU", b"CN", b"JP", b"KR",
];

#[cfg(test)]
mod tests;
