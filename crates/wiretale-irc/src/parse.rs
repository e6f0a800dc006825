//! One line into a [`Message`]: RFC 1459 section 2.3.1, with the tags of IRCv3.

use memchr::memchr;

use crate::{Command, Message, Params, Prefix, Tags, scan};

/// Why a line is no message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Malformed {
    /// Nothing but spaces.
    Empty,
    /// Tags or a prefix, and no command.
    NoCommand,
    /// The command has other letters than letters and digits, or more than twenty.
    Command,
    /// The command is a number, but not one of three digits.
    Numeric,
}

/// Reads one line without its end.
///
/// Leading spaces and tabs and doubled spaces are passed over, as servers do. Any byte but CR and LF may stand in a
/// parameter, NUL too.
///
/// # Errors
/// [`Malformed`] says why the line is no message.
///
/// ```
/// let message = wiretale_irc::parse(b":ann!a@host.example PRIVMSG #b :good morning").unwrap();
/// assert_eq!(message.command, wiretale_irc::Command::Privmsg);
/// assert_eq!(message.param(1), b"good morning");
/// ```
#[inline]
pub fn parse(line: &[u8]) -> Result<Message<'_>, Malformed> {
    let line = skip_blanks(line);
    if line.is_empty() {
        return Err(Malformed::Empty);
    }
    let (tags, line) = marked(b'@', line);
    let (prefix, line) = marked(b':', line);
    let (command, rest) = word(line);
    if command.is_empty() {
        return Err(Malformed::NoCommand);
    }
    Ok(Message {
        tags: Tags::new(tags),
        prefix: if prefix.is_empty() { None } else { Some(Prefix(prefix)) },
        command: check(command)?,
        params: Params::new(rest),
        cut: false,
    })
}

/// Where the body of a line begins: behind its tags.
#[inline]
pub(crate) fn body_offset(line: &[u8]) -> usize {
    if line.first() != Some(&b'@') {
        return 0;
    }
    memchr(b' ', line).map_or(line.len(), |space| space + 1)
}

// A word behind its mark, if it begins with it; behind `@` and `:` servers bear nothing at all.
#[inline]
fn marked(mark: u8, input: &[u8]) -> (&[u8], &[u8]) {
    match input.split_first() {
        Some((&first, rest)) if first == mark => word(rest),
        _ => (&[], input),
    }
}

// Up to a blank, and what follows the blanks.
#[inline]
fn word(input: &[u8]) -> (&[u8], &[u8]) {
    let (word, rest) = input.split_at_checked(scan::blank(input)).unwrap_or((input, &[]));
    (word, skip_blanks(rest))
}

#[inline]
fn skip_blanks(mut bytes: &[u8]) -> &[u8] {
    while let Some((b' ' | b'\t', rest)) = bytes.split_first() {
        bytes = rest;
    }
    bytes
}

#[inline]
fn check(word: &[u8]) -> Result<Command<'_>, Malformed> {
    match Command::from_wire(word) {
        Command::Unknown(word) if word.iter().all(u8::is_ascii_digit) => Err(Malformed::Numeric),
        Command::Unknown(word) if word.len() > LONGEST_COMMAND || !word.iter().all(u8::is_ascii_alphanumeric) => {
            Err(Malformed::Command)
        }
        command => Ok(command),
    }
}

const LONGEST_COMMAND: usize = 20;

#[cfg(test)]
mod tests;
