//! The dialect of bots: orders, and the reports that answer them.
//!
//! An order is `MARK VERB ARGUMENT*`: a mark of punctuation (or Kaiten's `!mask VERB`), a verb of a table, and
//! arguments whose types fit the verb. It is told from talk by the arguments: "!udp" alone is a word, "!udp
//! 192.0.2.1 1000 64" is an order. Verbs and shapes as the literature and public rule sets name them (SDBot, Rbot,
//! Agobot, Kaiten, pBot, Muhstik); the grammar is our own.

mod target;
mod vocabulary;

use std::net::IpAddr;

pub(crate) use target::{address, addresses_in, url};
use target::{host, is_mask, is_target, links};
use vocabulary::{MARKS, OPENS, PLAIN, PROGRAMS, REPORTS, SHORTEST_PLAIN, SPACES, STEMS, VERBS, WEAKNESSES};

use crate::text::{holds, words};

/// What is ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verb {
    Scan,
    Flood,
    Fetch,
    Run,
    Channel,
    Login,
    Leave,
    Report,
    Relay,
    Listen,
    Wait,
}

/// An order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Order<'t> {
    pub(crate) kind: Verb,
    /// The verb as written.
    pub(crate) verb: &'t [u8],
    /// So many arguments are of the types that the verb asks for. None: it may be an order, and may be a word.
    pub(crate) fits: u32,
    /// It is quoted, as from a log.
    pub(crate) quoted: bool,
    text: &'t [u8],
}

/// Reads an order.
#[inline]
pub(crate) fn order(text: &[u8]) -> Option<Order<'_>> {
    // Nearly all that is said does not.
    if may_open(text) { read(text) } else { None }
}

fn read(text: &[u8]) -> Option<Order<'_>> {
    let (text, quoted) = unquoted(text);
    let mut rest = words(text);
    let first = rest.next()?;
    let marks = first.iter().take_while(|byte| MARKS.contains(byte)).count().min(2);
    let (mark, verb) = first.split_at(marks);
    if marks == 0 && !is_plain(verb) {
        return None;
    }
    let (kind, verb) = match kind_of(verb) {
        Some(kind) => (kind, verb),
        // Kaiten: "!* UDP ...", "!nick KILL".
        None if mark.first() == Some(&b'!') => {
            let verb = rest.next().filter(|verb| verb.iter().all(u8::is_ascii_uppercase))?;
            (kind_of(verb)?, verb)
        }
        _ => return None,
    };
    let arguments: Vec<&[u8]> = rest.take(16).collect();
    Some(Order { kind, verb, fits: fits(kind, &arguments), quoted, text })
}

impl<'t> Order<'t> {
    /// The order for a person: what might be a password is hidden.
    pub(crate) fn shown(&self) -> String {
        let text = self.text;
        match self.kind {
            Verb::Login => format!("{} <hidden>", crate::text::shown(words(text).next().unwrap_or_default())),
            _ => crate::text::shown(text).to_string(),
        }
    }

    /// The addresses it names, whole ones.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<'t> {
        words(self.text).skip(1).filter_map(|word| address(host(word)))
    }
}

/// Is it a bot's report: "[SCAN]: ...", "Password accepted", "Packeting 192.0.2.1"?
pub(crate) fn is_report(text: &[u8]) -> bool {
    let tag =
        text.strip_prefix(b"[").and_then(|rest| rest.split_at_checked(rest.iter().position(|byte| *byte == b']')?));
    let tagged = tag.is_some_and(|(tag, rest)| {
        let letters = tag.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        (3..=16).contains(&tag.len()) && letters * 4 >= tag.len() * 3 && rest.starts_with(b"]:")
    });
    tagged || REPORTS.iter().any(|report| holds(text, report))
}

/// What a bot's report says that it does: that it scans, floods, or fetches.
pub(crate) fn deed(text: &[u8]) -> Option<Verb> {
    let says = |parts: &[&[u8]]| parts.iter().any(|part| holds(text, part));
    let report = is_report(text);
    match () {
        () if report && says(&[b"flood", b"packeting ", b"packets to:"]) => Some(Verb::Flood),
        () if report && says(&[b"scan"]) || says(&[b"portscanner startip"]) => Some(Verb::Scan),
        // GTBot: "Scanning 198.18.*.* for port 1433".
        () if says(&[b"scanning "]) && words(text).any(is_mask) => Some(Verb::Scan),
        () if (report && says(&[b"download"]) || says(&[b"updated bot file"])) && links(text).next().is_some() => {
            Some(Verb::Fetch)
        }
        () => None,
    }
}

fn kind_of(verb: &[u8]) -> Option<Verb> {
    let lower = verb.to_ascii_lowercase();
    let exact = |word: &[u8]| VERBS.iter().find(|(_, words)| words.contains(&word)).map(|(kind, _)| *kind);
    if lower.is_empty() || lower.len() > 24 {
        return None;
    }
    // Agobot's "ddos.synflood": the last part that says something.
    let parts = || lower.split(|byte| *byte == b'.').rev().find_map(exact);
    let stem = || STEMS.iter().find(|(stem, _)| holds(&lower, stem)).map(|(_, kind)| *kind);
    exact(&lower).or_else(parts).or_else(stem)
}

// Does it begin as an order may, quoted or not, by its first two bytes?
#[inline]
fn may_open(text: &[u8]) -> bool {
    let [first, second, ..] = *text else { return false };
    OPENS[usize::from(first)] >> (second % 32) & 1 == 1
}

fn is_plain(verb: &[u8]) -> bool {
    let among = |list: &[&[u8]], word: &[u8]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    match verb.iter().position(|byte| *byte == b'.') {
        Some(dot) => among(SPACES, &verb[..dot]),
        None => verb.len() >= SHORTEST_PLAIN && among(PLAIN, verb),
    }
}

fn fits(kind: Verb, arguments: &[&[u8]]) -> u32 {
    let count = |is: fn(&[u8]) -> bool| arguments.iter().filter(|word| is(word)).count() as u32;
    let numbers = count(is_number);
    match kind {
        Verb::Scan => {
            count(is_target)
                + count(is_weakness)
                + u32::from(numbers >= 2)
                + u32::from(numbers >= 3)
                + count(is_flag).min(1)
        }
        Verb::Flood | Verb::Relay => {
            let targets = count(is_target);
            targets + if targets > 0 { numbers.min(2) } else { u32::from(numbers >= 2) }
        }
        Verb::Fetch => {
            let links = count(|word| url(word).is_some());
            2 * links.min(1) + u32::from(links > 0 && arguments.len() > 1)
        }
        Verb::Run => count(is_path).min(2),
        Verb::Channel => count(|word| matches!(word.first(), Some(b'#' | b'&')) && word.len() > 1).min(1),
        Verb::Login => u32::from((1..=2).contains(&arguments.len())),
        Verb::Wait => u32::from(numbers == 1 && arguments.len() == 1),
        Verb::Listen => numbers.min(1),
        Verb::Leave | Verb::Report => 0,
    }
}

// A line of a log in a chat: "[12:04] <h3rd3r> .advscan ...", "<x> ...".
fn unquoted(text: &[u8]) -> (&[u8], bool) {
    let text = text.trim_ascii();
    let clock = text.first() == Some(&b'[') && text.get(1).is_some_and(u8::is_ascii_digit)
        || text.first().is_some_and(u8::is_ascii_digit);
    let speaker = text.first() == Some(&b'<');
    if !speaker && !clock {
        return (text, false);
    }
    match text.iter().take(48).position(|byte| *byte == b'>') {
        Some(at) if speaker || text[..at].contains(&b'<') => (text[at + 1..].trim_ascii(), true),
        _ => (text, false),
    }
}

fn is_number(word: &[u8]) -> bool {
    (1..=9).contains(&word.len()) && word.iter().all(u8::is_ascii_digit)
}

fn is_flag(word: &[u8]) -> bool {
    word.len() == 2 && word[0] == b'-' && word[1].is_ascii_alphabetic()
}

fn is_weakness(word: &[u8]) -> bool {
    WEAKNESSES.iter().any(|name| word.to_ascii_lowercase().starts_with(name))
}

fn is_path(word: &[u8]) -> bool {
    let shell = matches!(word, b"|" | b"&&" | b";") || word.ends_with(b";");
    let path = word.len() > 2 && (word[0] == b'/' || word.starts_with(b"./") || word[1..].starts_with(b":\\"));
    shell || path || url(word).is_some() || PROGRAMS.contains(&word)
}

#[cfg(test)]
mod tests;
