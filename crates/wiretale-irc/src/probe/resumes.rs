//! Does a client that said something else before go on in IRC?

use memchr::memchr2;
use wiretale_protocol::{Direction, Probe};

use super::lines::{BLANKS, Lines};
use super::weight::tells;
use crate::{Command, Message, parse};

/// May a client that said something else before go on so in IRC? Its first line tells, behind blank ones and a password.
pub(crate) fn resumes(client: &[u8]) -> Probe {
    // Nearly always the first letter tells.
    let first = client.iter().find(|byte| !BLANKS.contains(byte) && !matches!(byte, b'\r' | b'\n'));
    if first.is_some_and(|first| !may_begin(*first)) {
        return Probe::No;
    }
    let mut lines = Lines(client);
    for line in &mut lines {
        if line.len() > LONGEST_LINE || !may_go_on(line) {
            return Probe::No;
        }
        match parse(line) {
            Ok(message) if goes_on(&message) => return Probe::Yes,
            Ok(Message { command: Command::Pass, .. }) => {}
            _ => return Probe::No,
        }
    }
    let Lines(half) = lines;
    if half.len() <= LONGEST_LINE && may_go_on(half) { Probe::Unsure } else { Probe::No }
}

// A line that tells, or an answer to a server that asks whether its client is still there.
fn goes_on(message: &Message<'_>) -> bool {
    let pong = message.command == Command::Pong && !message.params.is_empty();
    pong || tells(message, Direction::Client)
}

// May half a line become one of these?
fn may_go_on(half: &[u8]) -> bool {
    let start = half.iter().take_while(|byte| BLANKS.contains(byte)).count();
    let half = half.get(start..).unwrap_or_default();
    if matches!(half, [] | [b':' | b'@', ..]) {
        return true;
    }
    let end = memchr2(b' ', b'\t', half);
    let word = half.get(..end.unwrap_or(half.len())).unwrap_or_default();
    let first = word.first().map(u8::to_ascii_uppercase);
    let begins = |known: &[u8]| {
        known.first().copied() == first && known.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    FIRST_WORDS.iter().any(|known| begins(known) && (end.is_none() || known.len() == word.len()))
}

const fn may_begin(first: u8) -> bool {
    matches!(first, b':' | b'@') || FIRST_LETTERS & letter(first) != 0
}

// A bit for each letter, in any case.
const fn letter(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 0 }
}

// With which clients and servers that link begin, or go on.
const FIRST_WORDS: [&[u8]; 18] = [
    b"NICK",
    b"USER",
    b"CAP",
    b"PASS",
    b"JOIN",
    b"PRIVMSG",
    b"NOTICE",
    b"PONG",
    b"WEBIRC",
    b"SERVER",
    b"CAPAB",
    b"SVINFO",
    b"PROTOCTL",
    b"UID",
    b"EUID",
    b"SJOIN",
    b"FJOIN",
    b"NJOIN",
];

const FIRST_LETTERS: u32 = {
    let (mut letters, mut words) = (0, FIRST_WORDS.as_slice());
    while let [[first, ..], rest @ ..] = words {
        letters |= letter(*first);
        words = rest;
    }
    letters
};

// Twice what RFC 1459 section 2.3 allows.
const LONGEST_LINE: usize = 1024;
