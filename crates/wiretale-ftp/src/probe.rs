//! Is this a control connection?

use wiretale_protocol::{Opening, Probe};

use crate::{Verb, nvt, reply};

/// A server that greets with 220 and a client that speaks FTP; one of them is enough where it cannot be another's. SMTP
/// greets alike, POP3 logs in alike, IRC has a `USER` of its own. A verb that nobody knows speaks against it, but less
/// than what the server says itself.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    let server = server(&nvt::text(opening.server), opening.flow.midstream);
    if server == Side::Foreign {
        return Probe::No;
    }
    match (server, client(&nvt::text(opening.client))) {
        (_, Side::Alien) | (Side::Common, Side::Foreign) => Probe::No,
        (Side::Own, _) | (Side::Likely, Side::Own | Side::Likely) => Probe::Yes,
        (Side::Silent, Side::Own) if opening.flow.server.port != POP3 => Probe::Yes,
        (server, client) if opening.last => at_last(opening, server, client),
        _ => Probe::Unsure,
    }
}

/// May a client that said something else before log in so? Its first line tells, behind blank ones.
pub(crate) fn resumes(said: &[u8]) -> Probe {
    if !matches!(said, [0 | b'\t'..=b'\r' | b' ' | b'A'..=b'Z' | b'a'..=b'z' | nvt::IAC, ..]) {
        return Probe::No;
    }
    let text = nvt::text(said);
    let mut rest = &*text;
    loop {
        let (line, whole) = first_line(rest);
        let said = nonblank(line);
        match said {
            [] if whole => rest = rest.get(line.len() + 1..).unwrap_or_default(),
            // Nearly always the first word tells.
            _ if line.len() > LONGEST_LINE || !may_log_in(said) || !is_text(said) => return Probe::No,
            _ if !whole => return Probe::Unsure,
            _ => return if matches!(command(said), Side::Likely | Side::Own) { Probe::Yes } else { Probe::No },
        }
    }
}

// May half a line become what FTP says more than others?
fn may_log_in(half: &[u8]) -> bool {
    let end = half.iter().position(|byte| *byte == b' ');
    let word = half.get(..end.unwrap_or(half.len())).unwrap_or_default();
    if !word.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    match end {
        Some(_) => Some(Verb::parse(word)).is_some_and(|verb| verb != Verb::Other && !is_common(verb)),
        None => Verb::all_from(word).any(|verb| !is_common(verb)),
    }
}

// Do others say it as much?
const fn is_common(verb: Verb) -> bool {
    use Verb::{Dele, Help, List, Noop, Pass, Quit, Retr, Stat};
    matches!(verb, Pass | Quit | Noop | Help | Stat | List | Retr | Dele)
}

// How one side speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Silent,
    // Less than a line.
    Partial,
    // As FTP and others do.
    Common,
    // As FTP does, more than others.
    Likely,
    // As FTP alone does.
    Own,
    // As FTP does not.
    Foreign,
    // As others do and FTP never.
    Alien,
}

// No more bytes come: the port may tip the scales.
fn at_last(opening: &Opening<'_>, server: Side, client: Side) -> Probe {
    let ours = PORTS.contains(&opening.flow.server.port);
    match (server, client) {
        (Side::Likely | Side::Common, Side::Silent | Side::Common | Side::Likely) if ours => Probe::Yes,
        (Side::Silent, Side::Common | Side::Likely) if ours => Probe::Yes,
        _ => Probe::No,
    }
}

fn server(bytes: &[u8], midstream: bool) -> Side {
    if bytes.is_empty() {
        return Side::Silent;
    }
    let (line, whole) = first_line(bytes);
    let Ok(read) = reply::parse(line) else {
        let partial = !whole && line.len() < 4 && line.iter().all(u8::is_ascii_digit);
        return if partial { Side::Partial } else { Side::Foreign };
    };
    let names = |word: &[u8]| contains(read.text, word);
    match read.code {
        _ if SMTP_WORDS.iter().any(|word| names(word)) => Side::Foreign,
        120 | 220 | 421 | 530 if names(b"ftp") => Side::Own,
        220 => goes_on(bytes.get(line.len()..).unwrap_or_default()),
        // Whoever says so at first did not greet, but what the client said before may have been answered by another.
        120 | 230..=232 | 331 | 332 | 421 | 530 => Side::Likely,
        227 | 229 if names(b"passive mode") && midstream => Side::Own,
        100..=599 if midstream => Side::Likely,
        500..=502 if goes_on(bytes.get(line.len()..).unwrap_or_default()) == Side::Own => Side::Own,
        500..=502 => Side::Common,
        _ => Side::Foreign,
    }
}

// Behind a greeting: SMTP does not ask for a password so, and FTP grants nothing before it did.
fn goes_on(mut rest: &[u8]) -> Side {
    while let (line, true) = first_line(rest) {
        rest = rest.get(line.len() + 1..).unwrap_or_default();
        match reply::parse(line).map_or(0, |read| read.code) {
            230..=232 | 331 | 332 => return Side::Own,
            235 | 250..=252 | 334 | 354 => return Side::Foreign,
            _ => {}
        }
    }
    Side::Likely
}

fn client(bytes: &[u8]) -> Side {
    let mut seen = Side::Silent;
    let mut login = [false; 2];
    let mut rest = bytes;
    while !rest.is_empty() {
        let (line, whole) = first_line(rest);
        rest = rest.get(line.len() + 1..).unwrap_or_default();
        let said = nonblank(line);
        if whole && said.is_empty() {
            continue;
        }
        let side = match said {
            _ if !whole => Side::Partial,
            _ => command(said),
        };
        let alien = side == Side::Alien || !is_text(said);
        // With its server's greeting the line before told already: what follows takes that back, however it is cut, no more.
        if seen == Side::Likely && (alien || side == Side::Foreign) {
            return seen;
        }
        if alien {
            return Side::Alien;
        }
        // What FTP does not say is known by its first word, nearly always.
        if side == Side::Foreign {
            return Side::Foreign;
        }
        seen = seen.max(side);
        if whole {
            login = [login[0] || starts(said, b"USER "), login[1] || starts(said, b"PASS")];
        }
        if side == Side::Own || login == [true; 2] {
            return Side::Own;
        }
    }
    seen
}

// Less the NULs and blanks in front, which say nothing.
fn nonblank(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|byte| matches!(byte, 0 | b' ' | b'\t')).count();
    line.get(blanks..).unwrap_or_default().trim_ascii_end()
}

fn is_text(line: &[u8]) -> bool {
    line.iter().all(|&byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
}

fn command(line: &[u8]) -> Side {
    let mut words = line.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let name = words.next().unwrap_or_default();
    let first = words.next();
    match Verb::parse(name) {
        // IRC's has four parameters.
        Verb::User if words.next().is_some() => Side::Alien,
        Verb::User => Side::Likely,
        // SMTP's and POP3's name other mechanisms.
        Verb::Auth => match first {
            Some(mechanism) if AUTH_NAMES.iter().any(|known| known.eq_ignore_ascii_case(mechanism)) => Side::Own,
            _ => Side::Alien,
        },
        verb if is_common(verb) => Side::Common,
        Verb::Mode | Verb::Size | Verb::Host | Verb::Lang | Verb::Hash | Verb::Rest | Verb::Site => Side::Likely,
        Verb::Other if OTHERS.iter().any(|verb| verb.eq_ignore_ascii_case(name)) => Side::Alien,
        Verb::Other => Side::Foreign,
        _ => Side::Own,
    }
}

impl Side {
    // The plainer of two lines.
    fn max(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

fn first_line(bytes: &[u8]) -> (&[u8], bool) {
    match memchr::memchr2(b'\r', b'\n', bytes) {
        Some(end) => (bytes.get(..end).unwrap_or(bytes), true),
        None => (bytes, false),
    }
}

fn starts(line: &[u8], with: &[u8]) -> bool {
    line.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

const LONGEST_LINE: usize = 1024;
const POP3: u16 = 110;
const PORTS: [u16; 3] = [21, 2121, 2811];
// SMTP's and IRC's.
const OTHERS: [&[u8]; 4] = [b"EHLO", b"HELO", b"LHLO", b"NICK"];
const SMTP_WORDS: [&[u8]; 3] = [b"SMTP", b"LMTP", b"Postfix"];
const AUTH_NAMES: [&[u8]; 8] =
    [b"TLS", b"TLS-C", b"TLS-P", b"SSL", b"SSL-P", b"GSSAPI", b"KERBEROS_V4", b"KERBEROS_V5"];

#[cfg(test)]
mod tests;
