//! Is it IRC? By its first lines, on any port.

use memchr::memchr2;
use wiretale_protocol::{Direction, Opening, Probe};

use crate::proxy::{self, Reach};
use crate::{Command, Message, parse, websocket};

/// Looks at the whole lines of both openings. One line that only IRC has decides; a first line that IRC cannot have
/// rules it out, unless the flow's beginning was not seen.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    if wiretale_websocket::is_upgrade(opening.client) {
        return websocket::probe(opening);
    }
    let (Some(client), Some(server)) = (opened(opening, Direction::Client), opened(opening, Direction::Server)) else {
        return if opening.last { Probe::No } else { Probe::Unsure };
    };
    let client = side(opening, client, Direction::Client);
    let server = side(opening, server, Direction::Server);
    match (client, server) {
        (Sight::Foreign, _) | (_, Sight::Foreign) => Probe::No,
        (Sight::Irc, _) | (_, Sight::Irc) => Probe::Yes,
        _ if opening.last => Probe::No,
        _ => Probe::Unsure,
    }
}

/// Does only IRC say this?
pub(crate) fn tells(message: &Message<'_>, direction: Direction) -> bool {
    weigh(message, direction) == Weight::Certain
}

// What a side says behind a proxy's prelude; `None` while that is not over.
fn opened<'a>(opening: &Opening<'a>, direction: Direction) -> Option<&'a [u8]> {
    let bytes = if direction == Direction::Client { opening.client } else { opening.server };
    if bytes.is_empty() || !proxy::is_proxied(opening.client) {
        return Some(bytes);
    }
    match proxy::reach(direction, bytes) {
        Reach::None => Some(bytes),
        Reach::More => None,
        Reach::Over(len, _) => bytes.get(len..),
    }
}

enum Sight {
    Irc,
    /// Lines that IRC has, and other protocols too; or none yet.
    Like,
    Foreign,
}

#[derive(PartialEq, Eq)]
enum Weight {
    Certain,
    Possible,
    Foreign,
}

fn side(opening: &Opening<'_>, mut bytes: &[u8], direction: Direction) -> Sight {
    let mut like = false;
    // In mid-stream the first line lacks its beginning.
    let mut partial = opening.flow.midstream;
    while let Some((line, rest)) = memchr2(b'\r', b'\n', bytes).and_then(|end| bytes.split_at_checked(end)) {
        bytes = rest.get(1..).unwrap_or_default();
        if line.is_empty() {
            continue;
        }
        let weight = parse(line).map_or(Weight::Foreign, |message| weigh(&message, direction));
        match weight {
            Weight::Certain => return Sight::Irc,
            Weight::Possible => like = true,
            Weight::Foreign if partial => {}
            Weight::Foreign => return if like { Sight::Like } else { Sight::Foreign },
        }
        partial = false;
    }
    Sight::Like
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
        // `220 ftp.example.org ready`
        Command::Numeric(_) if message.prefix.is_none() => Weight::Foreign,
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

#[cfg(test)]
mod tests;
