//! Which of a message are the words, and who says them to whom.

use crate::{Command, Params, Source, Wire};

/// One message's words, and around them who says them to whom.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) from: Source<'a>,
    pub(crate) target: Wire<'a>,
    pub(crate) notice: bool,
}

/// To whom, and what.
#[inline(always)]
pub(crate) fn words(params: Params<'_>) -> Option<(&[u8], &[u8])> {
    let (target, rest) = params.split_first()?;
    let [b' ', b':', text @ ..] = rest else { return None };
    Some((target, text))
}

/// May the words be an order to a bot, by their first letter? A password to a channel's bot stands in such.
#[inline]
pub(crate) fn may_be_order(text: &[u8]) -> bool {
    // Most words begin with a letter.
    !text.first().is_some_and(u8::is_ascii_alphabetic)
        && text.trim_ascii_start().first().is_some_and(u8::is_ascii_punctuation)
}

/// Which parameter the words are: `CPRIVMSG nick #channel :words` names a channel before them.
pub(crate) const fn text_at(command: Command<'_>) -> usize {
    if matches!(command, Command::Cprivmsg | Command::Cnotice) { 2 } else { 1 }
}

/// Words that nobody is to answer.
pub(crate) const fn is_notice(command: Command<'_>) -> bool {
    matches!(command, Command::Notice | Command::Cnotice)
}

/// Zeek's names for a message without words.
pub(crate) const fn bad_format(command: Command<'_>) -> &'static str {
    match command {
        Command::Notice | Command::Cnotice => "irc_invalid_notice_message_format",
        Command::Squery => "irc_invalid_squery_message_format",
        _ => "irc_invalid_privmsg_message_format",
    }
}
