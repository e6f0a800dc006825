//! What people say: words, CTCP, DCC.

use wiretale_protocol::{Context, Observe, scan};

use crate::ctcp::{Part, dequote_ctcp, dequote_low, is_plain, parts};
use crate::session::Session;
use crate::{Command, Event, Irc, Message, Prefix, Source, Wire};

/// One message's words, and around them who says them to whom.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) from: Source<'a>,
    pub(crate) target: Wire<'a>,
    pub(crate) notice: bool,
}

impl Session {
    /// The short way of what most lines are: `:nick!user@host PRIVMSG #channel :words`, passed on by the server, in which
    /// there can be neither CTCP nor a secret. False, and nothing done, for any other line, and where somebody wants lines
    /// as they stand. It comes to what the long way comes to.
    #[inline]
    pub(crate) fn passed_on<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, line: &[u8]) -> bool {
        if !self.ease.easy || cx.wants_messages() {
            return false;
        }
        let Some((prefix, target, text)) = words_in(line) else { return false };
        if !self.ease.is_channel(target) || may_be_order(text) || !is_plain(text) {
            return false;
        }
        let from = Prefix(prefix).source();
        self.sender(cx, from);
        cx.emit::<Irc>(Event::Text { from, target: Wire(target), text: Wire(text), notice: false });
        true
    }

    /// A `PRIVMSG`, `NOTICE` or one of their kin.
    pub(crate) fn words<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        self.words_to(cx, message, from, message.param(0));
    }

    /// The same, the target's name found elsewhere.
    pub(crate) fn words_to<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        message: &Message<'_>,
        from: Source<'_>,
        target: Wire<'_>,
    ) {
        let at = if matches!(message.command, Command::Cprivmsg | Command::Cnotice) { 2 } else { 1 };
        let Some(text) = message.params.get(at) else {
            return self.weird(cx, bad_format(message.command), &[]);
        };
        let notice = matches!(message.command, Command::Notice | Command::Cnotice);
        let said = Said { from, target, notice };
        if is_plain(text) {
            self.text(cx, said, text);
            return;
        }
        for part in parts(&dequote_low(text)) {
            match part {
                Part::Text(text) => self.text(cx, said, text),
                Part::Tagged { verb, args } => self.ctcp(cx, said, verb, args),
            }
        }
    }

    fn text<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, said: Said<'_>, text: &[u8]) {
        if self.ledger.is_waiting() {
            self.ledger.heard(cx, said, text, self.support.casemapping());
        }
        cx.emit::<Irc>(Event::Text { from: said.from, target: said.target, text: Wire(text), notice: said.notice });
    }

    fn ctcp<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, said: Said<'_>, verb: &[u8], args: &[u8]) {
        let args = dequote_ctcp(args);
        cx.emit::<Irc>(Event::Ctcp {
            from: said.from,
            target: said.target,
            reply: said.notice,
            verb: Wire(verb),
            args: Wire(&args),
        });
        if verb.eq_ignore_ascii_case(b"DCC") {
            self.dcc(cx, said, &args);
        }
    }
}

/// May the words be an order to a bot, by their first letter? A password to a channel's bot stands in such.
#[inline]
pub(crate) fn may_be_order(text: &[u8]) -> bool {
    text.trim_ascii_start().first().is_some_and(u8::is_ascii_punctuation)
}

// Prefix, target and words of a `PRIVMSG` with single spaces, its target within the first 64 bytes.
#[inline]
fn words_in(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blanks = scan::low_bytes(line);
    let from = blanks.trailing_zeros() as usize;
    // Behind the first space the command has seven letters and the second one.
    let behind = blanks & blanks.wrapping_sub(1);
    let target = from + PRIVMSG.len();
    if line.first() != Some(&b':') || from < 2 || line.get(from..target)? != PRIVMSG || line.get(target) == Some(&b':')
    {
        return None;
    }
    let end = (behind & behind.wrapping_sub(1)).trailing_zeros() as usize;
    let text = line.get(end..)?.strip_prefix(b" :")?;
    Some((line.get(1..from)?, line.get(target..end)?, text))
}

const PRIVMSG: &[u8] = b" PRIVMSG ";

// Zeek's names.
const fn bad_format(command: Command<'_>) -> &'static str {
    match command {
        Command::Notice | Command::Cnotice => "irc_invalid_notice_message_format",
        Command::Squery => "irc_invalid_squery_message_format",
        _ => "irc_invalid_privmsg_message_format",
    }
}
