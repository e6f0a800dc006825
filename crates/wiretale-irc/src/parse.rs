//! One line into a [`Message`]: RFC 1459 section 2.3.1, with the tags of IRCv3.

use memchr::memchr;
use nom::character::complete::char;
use nom::combinator::{opt, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};
use wiretale_protocol::scan;

use crate::{Command, Message, Params, Prefix, Tags};

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
    at_a_glance(line).map_or_else(|| by_grammar(line), Ok)
}

/// What most lines are: a prefix or none, a command, parameters, each behind one space, the first of them within 64
/// bytes.
#[derive(Clone, Copy)]
pub(crate) struct Glance<'a> {
    pub(crate) prefix: Option<Prefix<'a>>,
    pub(crate) command: &'a [u8],
    pub(crate) params: Params<'a>,
}

/// One look finds where they end. `None` leaves the line to the grammar.
#[inline(always)]
pub(crate) fn glance(line: &[u8]) -> Option<Glance<'_>> {
    let first = line.first()?;
    let mut blanks = scan::low_bytes(line);
    let (prefix, from) = match first {
        b':' => {
            let end = next_end(line, &mut blanks)?;
            if end < 2 {
                return None;
            }
            (Some(Prefix(line.get(1..end)?)), end + 1)
        }
        b'A'..=b'Z' => (None, 0),
        _ => return None,
    };
    let behind = next_end(line, &mut blanks)?;
    let (command, rest) = (line.get(from..behind)?, line.get(behind + 1..)?);
    if matches!(rest, [b' ' | b'\t', ..]) {
        return None;
    }
    let first = match next_end(line, &mut blanks) {
        _ if rest.first() == Some(&b':') => rest.len(),
        Some(end) if end > behind => end - behind - 1,
        _ if blanks == 0 && line.len() <= scan::WINDOW => rest.len(),
        _ => far(rest),
    };
    Some(Glance { prefix, command, params: Params::with_first(rest, first) })
}

fn at_a_glance(line: &[u8]) -> Option<Message<'_>> {
    let Glance { prefix, command, params } = glance(line)?;
    match Command::from_wire(command) {
        Command::Unknown(_) => None,
        command => Some(Message { tags: Tags::default(), prefix, command, params, cut: false }),
    }
}

// Where the next word ends, which a space does. With no mark left it is 64, which is right if there is a space.
#[inline(always)]
fn next_end(line: &[u8], blanks: &mut u64) -> Option<usize> {
    let end = blanks.trailing_zeros() as usize;
    *blanks &= blanks.wrapping_sub(1);
    (line.get(end) == Some(&b' ')).then_some(end)
}

// Where the first parameter ends that does not end within the look.
#[cold]
#[inline(never)]
fn far(rest: &[u8]) -> usize {
    scan::first(rest, *b" ").unwrap_or(rest.len())
}

#[cold]
#[inline(never)]
fn by_grammar(line: &[u8]) -> Result<Message<'_>, Malformed> {
    let line = skip_blanks(line);
    if line.is_empty() {
        return Err(Malformed::Empty);
    }
    let (rest, (tags, prefix, command)) =
        (opt(preceded(char('@'), maybe_empty_word)), opt(preceded(char(':'), maybe_empty_word)), word)
            .parse(line)
            .map_err(|_| Malformed::NoCommand)?;
    let command = check(command)?;
    Ok(Message {
        tags: Tags::new(tags.unwrap_or_default()),
        prefix: prefix.filter(|prefix| !prefix.is_empty()).map(Prefix),
        command,
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

// A word that ends at a blank, and the blanks behind it.
#[inline]
fn word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    verify(maybe_empty_word, |word: &[u8]| !word.is_empty()).parse(input)
}

// Behind `@` and `:` servers bear nothing at all.
#[inline]
fn maybe_empty_word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let end = scan::first(input, *b" \t").unwrap_or(input.len());
    let (word, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
    Ok((skip_blanks(rest), word))
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

/// RFC 1459 section 2.3: 512 bytes with CR and LF.
pub(crate) const LONGEST_BODY: usize = 510;

#[cfg(test)]
mod tests;
