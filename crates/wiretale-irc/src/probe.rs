//! Is it IRC? By its first lines, on any port.

use memchr::{memchr2, memmem};
use wiretale_protocol::{Direction, Opening, Probe};

use crate::proxy;
use crate::{Command, Message, parse, websocket};

/// Looks at the lines of both openings. One line that only IRC has decides. A first line that IRC cannot have speaks
/// against it, but servers pass over blank lines and over commands they do not know from who is not registered yet: it
/// rules IRC out only where nothing of the other side, and no registration, can outweigh it.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    if wiretale_websocket::is_upgrade(opening.client) {
        return websocket::probe(opening);
    }
    let unsure = if opening.last { Probe::No } else { Probe::Unsure };
    let (Some(client), Some(server)) = (opened(opening, Direction::Client), opened(opening, Direction::Server)) else {
        return unsure;
    };
    let midstream = opening.flow.midstream;
    let sights = (side(midstream, client, Direction::Client), side(midstream, server, Direction::Server));
    match sights {
        (Sight::Alien, _) | (_, Sight::Alien) | (Sight::Foreign, Sight::Foreign) => Probe::No,
        (_, Sight::Irc) | (Sight::Irc, Sight::Like) => Probe::Yes,
        // A server's first words are none of IRC's: who registers all the same has the say, which no stranger does.
        (_, Sight::Foreign) if midstream => Probe::No,
        (_, Sight::Foreign) => match registers(client, true) {
            Probe::Yes if opening.last || welcomes(server) => Probe::Yes,
            Probe::No => Probe::No,
            _ => unsure,
        },
        // While the server is silent others may know the client's words.
        (Sight::Foreign, _) if (opening.last || !server.is_empty()) && registers(client, false) == Probe::Yes => {
            Probe::Yes
        }
        _ => unsure,
    }
}

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

/// Does only IRC say this?
pub(crate) fn tells(message: &Message<'_>, direction: Direction) -> bool {
    weigh(message, direction) == Weight::Certain
}

// What a side says behind a proxy's prelude; `None` while that is not over.
fn opened<'a>(opening: &Opening<'a>, direction: Direction) -> Option<&'a [u8]> {
    let bytes = if direction == Direction::Client { opening.client } else { opening.server };
    match opening.client {
        [4] | [5] | [5, 1..=8] => None,
        client if proxy::is_proxied(client) => proxy::behind(direction, bytes),
        _ => Some(bytes),
    }
}

enum Sight {
    Irc,
    /// Lines that IRC has, and other protocols too; or none yet.
    Like,
    /// Text that begins with a line that IRC does not have.
    Foreign,
    /// What no IRC server would bear to hear.
    Alien,
}

#[derive(PartialEq, Eq)]
enum Weight {
    Certain,
    Possible,
    Foreign,
}

fn side(midstream: bool, bytes: &[u8], direction: Direction) -> Sight {
    let mut like = false;
    // In mid-stream the first line lacks its beginning.
    let mut partial = midstream;
    let mut lines = Lines(bytes);
    for line in &mut lines {
        let weight = parse(line).map_or(Weight::Foreign, |message| weigh(&message, direction));
        match weight {
            Weight::Certain => return Sight::Irc,
            Weight::Possible => like = true,
            Weight::Foreign if partial && !replies(line) => {}
            Weight::Foreign if like => return Sight::Like,
            Weight::Foreign => return if is_borne(line) { Sight::Foreign } else { Sight::Alien },
        }
        partial = false;
    }
    match lines {
        _ if like || partial => Sight::Like,
        Lines([1..=8 | 11..=31, ..]) => Sight::Alien,
        Lines(rest) if could_become(rest, direction) => Sight::Like,
        Lines(_) => Sight::Foreign,
    }
}

// So begins what servers of mail, files and news answer, and hardly the end of a line of IRC's.
fn replies(line: &[u8]) -> bool {
    matches!(line, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..])
}

/// The whole lines, but blank ones; what is left has no end yet.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for &mut Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let (line, rest) = self.0.split_at_checked(memchr2(b'\r', b'\n', self.0)?)?;
            self.0 = rest.get(1..).unwrap_or_default();
            if !line.iter().all(|byte| BLANKS.contains(byte)) {
                return Some(line);
            }
        }
    }
}

// Text, give or take a few bytes, that is not addressed to the web: a server hangs up on that.
fn is_borne(line: &[u8]) -> bool {
    let controls = line.iter().filter(|&&byte| byte < b' ' && byte != b'\t').count();
    let web = || line.ends_with(b" HTTP/1.1") || memmem::find(line, b"HTTP/1").is_some();
    !matches!(line, [1..=31, ..]) && controls <= 4 && !web()
}

// May this be the beginning of a line of IRC's?
fn could_become(line: &[u8], direction: Direction) -> bool {
    let start = line.iter().take_while(|byte| BLANKS.contains(byte)).count();
    let line = line.get(start..).unwrap_or_default();
    match line.first() {
        None | Some(b':' | b'@') => true,
        _ => match memchr2(b' ', b'\t', line) {
            Some(_) => parse(line).is_ok_and(|message| weigh(&message, direction) != Weight::Foreign),
            None => line.len() <= LONGEST_COMMAND && line.iter().all(u8::is_ascii_alphanumeric),
        },
    }
}

// Does any line of a server tell, whatever stands before it?
fn welcomes(server: &[u8]) -> bool {
    (&mut Lines(server)).any(|line| parse(line).is_ok_and(|message| tells(&message, Direction::Server)))
}

// Yes with a nick and a user of four words, which no other protocol asks for. `alone` bears no other line.
fn registers(client: &[u8], alone: bool) -> Probe {
    let (mut nick, mut user) = (false, false);
    for line in &mut Lines(client) {
        let Ok(message) = parse(line) else {
            if alone {
                return Probe::No;
            }
            continue;
        };
        match message.command {
            Command::Nick if tells(&message, Direction::Client) => nick = true,
            Command::User if tells(&message, Direction::Client) => user = true,
            Command::Pass | Command::Cap | Command::Authenticate | Command::Webirc | Command::Pong => {}
            _ if alone => return Probe::No,
            _ => {}
        }
        if nick && user {
            return Probe::Yes;
        }
    }
    Probe::Unsure
}

fn weigh(message: &Message<'_>, direction: Direction) -> Weight {
    match direction {
        Direction::Client => of_client(message),
        Direction::Server => of_server(message),
    }
}

fn of_client(message: &Message<'_>) -> Weight {
    let count = message.params.count();
    let first = message.param(0);
    let certain = match message.command {
        // FTP and POP3 have USER and PASS with one word; SMTP, IMAP and NNTP have none of these.
        Command::User => count == 4,
        Command::Nick => count == 1 && !first.is_empty(),
        Command::Cap => matches!(&*first.to_ascii_uppercase(), b"LS" | b"REQ" | b"END" | b"LIST"),
        Command::Privmsg | Command::Notice => count == 2 && message.params.has_trailing(),
        Command::Join => first.first().is_some_and(|byte| b"#&+!".contains(byte)),
        Command::Webirc => count >= 4,
        Command::Pass => count >= 3,
        _ => of_link(message, count),
    };
    if certain {
        return Weight::Certain;
    }
    match message.command {
        Command::Unknown(_) => Weight::Foreign,
        // Not from a client, and what many servers greet with.
        Command::Numeric(_) if message.prefix.is_none() => Weight::Foreign,
        // `HELP`, `STARTTLS`, `AUTH`, `QUIT` are SMTP's too, `LIST`, `STAT` POP3's: they tell nothing.
        _ => Weight::Possible,
    }
}

fn of_server(message: &Message<'_>) -> Weight {
    let count = message.params.count();
    let certain = match message.command {
        Command::Numeric(_) => message.prefix.is_some() && count >= 1,
        Command::Notice => count == 2 && (message.prefix.is_some() || matches!(message.param(0).0, b"AUTH" | b"*")),
        Command::Privmsg => count == 2 && message.prefix.is_some(),
        Command::Cap => message.prefix.is_some() && count >= 2,
        Command::Join | Command::Part | Command::Quit | Command::Nick | Command::Mode | Command::Topic => {
            message.prefix.is_some_and(|prefix| prefix.0.contains(&b'!') && prefix.0.contains(&b'@'))
        }
        Command::Error => {
            let text = message.param(0).to_ascii_lowercase();
            text.starts_with(b"closing link") || text.starts_with(b"your host is trying to")
        }
        _ => of_link(message, count),
    };
    match message.command {
        _ if certain => Weight::Certain,
        Command::Unknown(_) => Weight::Foreign,
        _ if message.prefix.is_some() => Weight::Possible,
        // `220 ftp.example.org ready`, and what a server is asked and never asks: `Who are you?`, `Version 2`.
        Command::Numeric(_) => Weight::Foreign,
        Command::Who | Command::Help | Command::Info | Command::Time | Command::Version | Command::User => {
            Weight::Foreign
        }
        Command::Users | Command::List | Command::Names | Command::Connect | Command::Admin => Weight::Foreign,
        _ => Weight::Possible,
    }
}

// Lines between servers.
fn of_link(message: &Message<'_>, count: usize) -> bool {
    match message.command {
        Command::Server => count >= 3 && message.params.has_trailing() && message.param(0).contains(&b'.'),
        Command::Capab => message.param(0).eq_ignore_ascii_case(b"START") || message.params.has_trailing(),
        Command::Svinfo | Command::Fjoin | Command::Sjoin | Command::Njoin => count >= 3,
        Command::Uid | Command::Euid => count >= 9,
        Command::Protoctl => count >= 1,
        Command::Burst | Command::Endburst | Command::Eob => message.prefix.is_some(),
        _ => false,
    }
}

const BLANKS: [u8; 3] = [b' ', b'\t', 0];
const LONGEST_COMMAND: usize = 20;
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

const fn may_begin(first: u8) -> bool {
    matches!(first, b':' | b'@') || FIRST_LETTERS & letter(first) != 0
}

// A bit for each letter, in any case.
const fn letter(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 0 }
}

// Twice what RFC 1459 section 2.3 allows.
const LONGEST_LINE: usize = 1024;

#[cfg(test)]
mod tests;
