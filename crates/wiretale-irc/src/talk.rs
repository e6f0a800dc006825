//! What people say: words, CTCP, DCC.

use wiretale_protocol::{Context, Observe};

use crate::ctcp::{Part, dequote_ctcp, dequote_low, is_plain, parts};
use crate::session::Session;
use crate::{Command, Event, Irc, Message, Source, Wire};

/// One message's words, and around them who says them to whom.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) from: Source<'a>,
    pub(crate) target: Wire<'a>,
    pub(crate) notice: bool,
}

impl Session {
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

// Zeek's names.
const fn bad_format(command: Command<'_>) -> &'static str {
    match command {
        Command::Notice | Command::Cnotice => "irc_invalid_notice_message_format",
        Command::Squery => "irc_invalid_squery_message_format",
        _ => "irc_invalid_privmsg_message_format",
    }
}
