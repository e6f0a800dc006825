//! How much a line tells of IRC.

use wiretale_protocol::Direction;

use crate::{Command, Message};

#[derive(PartialEq, Eq)]
pub(super) enum Weight {
    Certain,
    Possible,
    Foreign,
}

/// Does only IRC say this?
pub(crate) fn tells(message: &Message<'_>, direction: Direction) -> bool {
    weigh(message, direction) == Weight::Certain
}

pub(super) fn weigh(message: &Message<'_>, direction: Direction) -> Weight {
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
