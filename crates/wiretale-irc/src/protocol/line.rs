//! One line of either side, the long way.

use alloc::vec::Vec;

use wiretale_protocol::{Context, Observe};

use super::Irc;
use crate::parse::{LONGEST_BODY, body_offset};
use crate::secret::Found;
use crate::session::Session;
use crate::{Command, Malformed, Message, mask, parse};

/// Reads a line, cut or whole, and says what it means. `masked` is where it is written without its secrets.
#[inline(never)]
pub(super) fn read<O: Observe<Irc>>(
    session: &mut Session,
    masked: &mut Vec<u8>,
    cx: &mut Context<'_, O>,
    line: &[u8],
    cut: bool,
) {
    understand(session, masked, cx, line, cut);
    session.settle();
}

fn understand<O: Observe<Irc>>(
    session: &mut Session,
    masked: &mut Vec<u8>,
    cx: &mut Context<'_, O>,
    line: &[u8],
    cut: bool,
) {
    let body = body_offset(line);
    let (line, over) = match line.get(..body + LONGEST_BODY) {
        Some(head) if head.len() < line.len() => (head, true),
        _ => (line, false),
    };
    let cut = cut || over;
    if cut {
        session.weird(cx, "irc_line_size_exceeded", &[]);
    }
    let message = match parse(line) {
        Ok(message) => Message { cut, ..message },
        Err(malformed) => return session.weird(cx, weird_of(malformed), &[]),
    };
    let mut found = Found::default();
    session.secrets(line, &message, cx.moment().direction, &mut found);
    if session.ledger.has_echoes() && may_echo(message.command) {
        session.ledger.echoes(line, message.params.last().unwrap_or_default(), &mut found.places);
    }
    if found.is_empty() {
        session.message(cx, &message);
    } else if let Some(message) = masked_message(session, masked, cx, line, message, found) {
        session.message(cx, &message);
    }
}

// The message without its secrets, which the ledger has taken down.
#[cold]
fn masked_message<'m, O: Observe<Irc>>(
    session: &mut Session,
    masked: &'m mut Vec<u8>,
    cx: &mut Context<'_, O>,
    line: &'m [u8],
    message: Message<'m>,
    Found { mut places, findings }: Found,
) -> Option<Message<'m>> {
    if !findings.is_empty() {
        let scope = core::mem::take(&mut session.network);
        for finding in findings {
            if !session.ledger.enter(cx, finding, &scope) {
                session.weird(cx, "irc_too_many_secrets", &[]);
            }
        }
        session.network = scope;
    }
    if places.is_empty() {
        return Some(message);
    }
    mask::mask(line, &mut places, masked);
    parse(masked).ok().map(|hidden| Message { cut: message.cut, ..hidden })
}

// Where servers and services repeat what they were told. Names and people's words stay as they are: whoever chose
// "#channel" for a password would make the channel invisible.
const fn may_echo(command: Command<'_>) -> bool {
    matches!(command, Command::Notice | Command::Error | Command::Numeric(400..) | Command::Unknown(_))
}

// Zeek's names.
const fn weird_of(malformed: Malformed) -> &'static str {
    match malformed {
        Malformed::Empty => "irc_line_too_short",
        Malformed::NoCommand => "irc_invalid_line",
        Malformed::Command => "irc_invalid_command",
        Malformed::Numeric => "irc_invalid_reply_number",
    }
}
