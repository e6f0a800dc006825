//! How servers name themselves and introduce users, dialect by dialect.

use crate::{Command, Dialect, Message};

/// A user as a server introduces them; every field as written.
#[derive(Default)]
pub(crate) struct Introduced<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) nick: &'a [u8],
    pub(crate) user: &'a [u8],
    pub(crate) host: &'a [u8],
    pub(crate) real_host: &'a [u8],
    pub(crate) address: &'a [u8],
    pub(crate) account: &'a [u8],
    pub(crate) real_name: &'a [u8],
}

/// The dialect a line shows, if only servers say it.
pub(crate) fn dialect_of(message: &Message<'_>) -> Option<Dialect> {
    if !matches!(
        message.command,
        Command::Pass
            | Command::Capab
            | Command::Svinfo
            | Command::Euid
            | Command::Protoctl
            | Command::Netinfo
            | Command::Server
            | Command::Uid
            | Command::Fjoin
            | Command::Endburst
            | Command::Njoin
    ) {
        return None;
    }
    let count = message.params.count();
    match message.command {
        Command::Pass if count >= 3 && message.param(1) == b"TS" => Some(Dialect::Ts6),
        Command::Pass if count >= 3 => Some(Dialect::Rfc2813),
        Command::Capab
            if matches!(&*message.param(0).to_ascii_uppercase(), b"START" | b"END" | b"MODULES" | b"CAPABILITIES") =>
        {
            Some(Dialect::Inspircd)
        }
        Command::Capab | Command::Svinfo | Command::Euid => Some(Dialect::Ts6),
        Command::Protoctl
            if message.params.iter().any(|token| token.starts_with(b"SID=") || token.starts_with(b"EAUTH=")) =>
        {
            Some(Dialect::Unreal)
        }
        Command::Netinfo => Some(Dialect::Unreal),
        Command::Server if count >= 2 => Some(Dialect::Other),
        Command::Uid if count >= 9 && is_uid(&message.param(0)) => Some(Dialect::Inspircd),
        Command::Uid if count >= 9 && is_uid(&message.param(5)) => Some(Dialect::Unreal),
        Command::Uid if count >= 9 => Some(Dialect::Ts6),
        Command::Fjoin | Command::Endburst if message.prefix.is_some() => Some(Dialect::Inspircd),
        Command::Njoin if count >= 2 => Some(Dialect::Rfc2813),
        _ => None,
    }
}

// Each dialect puts the same things in another order; the identifier's place tells which it is.
pub(crate) fn introduced<'a>(message: &Message<'a>) -> Option<Introduced<'a>> {
    let p = |n: usize| message.param(n).0;
    let real_name = message.params.last()?;
    let count = message.params.count();
    let new = Introduced { real_name, ..Introduced::default() };
    Some(match message.command {
        Command::Euid if count >= 11 => Introduced {
            id: p(7),
            nick: p(0),
            user: p(4),
            host: p(5),
            address: p(6),
            real_host: p(8),
            account: p(9),
            ..new
        },
        Command::Uid if count >= 10 && is_uid(p(0)) => {
            // InspIRCd 4 has the real user name too.
            let at = usize::from(
                !p(8).is_empty()
                    && p(8).iter().all(u8::is_ascii_digit)
                    && !p(7).is_empty()
                    && !p(7).iter().all(u8::is_ascii_digit),
            );
            Introduced { id: p(0), nick: p(2), real_host: p(3), host: p(4), user: p(5), address: p(6 + at), ..new }
        }
        Command::Uid if count >= 12 && is_uid(p(5)) => Introduced {
            id: p(5),
            nick: p(0),
            user: p(3),
            real_host: p(4),
            // `*` for one who shows the real one.
            host: if p(8) == b"*" { p(4) } else { p(8) },
            address: p(10),
            account: p(6),
            ..new
        },
        Command::Uid if count >= 11 && is_uid(p(8)) => Introduced {
            id: p(8),
            nick: p(0),
            user: p(4),
            host: p(5),
            real_host: p(6),
            address: p(7),
            account: p(9),
            ..new
        },
        Command::Uid if count >= 9 && is_uid(p(7)) => {
            Introduced { id: p(7), nick: p(0), user: p(4), host: p(5), address: p(6), ..new }
        }
        Command::Unick if count >= 7 => {
            Introduced { id: p(1), nick: p(0), user: p(2), host: p(3), address: p(4), ..new }
        }
        Command::Nick if count >= 8 => Introduced { nick: p(0), user: p(4), host: p(5), ..new },
        Command::Nick if count >= 7 => Introduced { nick: p(0), user: p(2), host: p(3), ..new },
        _ => return None,
    })
}

fn is_uid(word: &[u8]) -> bool {
    matches!(word.len(), 9 | 10)
        && word.first().is_some_and(u8::is_ascii_digit)
        && word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
