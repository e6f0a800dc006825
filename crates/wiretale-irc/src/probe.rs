//! Is it IRC? By its first lines, on any port.

mod lines;
mod resumes;
mod websocket;
mod weight;

pub(crate) use resumes::resumes;
pub(crate) use weight::tells;

use memchr::{memchr2, memmem};
use wiretale_protocol::{Direction, Opening, Probe};

use crate::{Command, parse, proxy};
use lines::{BLANKS, Lines};
use weight::{Weight, weigh};

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

const LONGEST_COMMAND: usize = 20;

#[cfg(test)]
mod tests;
