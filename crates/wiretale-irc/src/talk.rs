//! What people say: words, CTCP, DCC.

use wiretale_protocol::{Context, Observe, scan};

use crate::ctcp::{Part, dequote_ctcp, dequote_low, is_plain, parts};
use crate::parse::Glance;
use crate::said::{Said, bad_format, is_notice, may_be_order, text_at, words};
use crate::session::Session;
use crate::{Event, Irc, Message, Params, Prefix, Source, Wire};

impl Session {
    /// The short way of `:nick!user@host PRIVMSG #channel :words`, or of a notice to whomever, passed on by the server.
    #[inline(always)]
    pub(crate) fn passed_on<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        seen: Glance<'_>,
        (target, text): (Wire<'_>, Wire<'_>),
        notice: bool,
    ) -> bool {
        let Some(from) = seen.prefix.map(Prefix::source) else { return false };
        seen.as_it_stands(cx);
        self.sender(cx, from);
        cx.emit::<Irc>(Event::Text { from, target, text, notice });
        true
    }

    /// The short way of `PRIVMSG #channel :\x01ACTION words\x01`, of the client or passed on by the server.
    pub(crate) fn acts<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, seen: Glance<'_>, told: bool) -> bool {
        let Some((target, args)) = self.plain_action(seen.params) else { return false };
        let verb = Wire(b"ACTION");
        if !told {
            seen.as_it_stands(cx);
            cx.emit::<Irc>(Event::Ctcp { from: self.own_source(), target, reply: false, verb, args });
            return true;
        }
        let Some(from) = seen.prefix.map(Prefix::source) else { return false };
        seen.as_it_stands(cx);
        self.sender(cx, from);
        cx.emit::<Irc>(Event::Ctcp { from, target, reply: false, verb, args });
        true
    }

    /// The same, said by the client.
    pub(crate) fn said<O: Observe<Irc>>(
        &self,
        cx: &mut Context<'_, O>,
        seen: Glance<'_>,
        (target, text): (Wire<'_>, Wire<'_>),
    ) -> bool {
        seen.as_it_stands(cx);
        cx.emit::<Irc>(Event::Text { from: self.own_source(), target, text, notice: false });
        true
    }

    /// A channel and the words to it, where there can be neither CTCP nor a secret in them.
    #[inline(always)]
    pub(crate) fn plain_words<'m>(&self, params: Params<'m>, controls: bool) -> Option<(Wire<'m>, Wire<'m>)> {
        let (target, text) = words(params)?;
        let plain = self.ease.is_channel(target) && !may_be_order(text) && (!controls || is_plain(text));
        plain.then_some((Wire(target), Wire(text)))
    }

    /// Somebody and what he is told, where there can be neither CTCP nor a secret in it, nor one's echo.
    #[inline(always)]
    pub(crate) fn plain_notice<'m>(&self, params: Params<'m>, controls: bool) -> Option<(Wire<'m>, Wire<'m>)> {
        let (target, text) = words(params)?;
        let plain = !self.ease.echoes && !may_be_order(text) && (!controls || is_plain(text));
        plain.then_some((Wire(target), Wire(text)))
    }

    // A channel and what is done there, with nothing quoted.
    fn plain_action<'m>(&self, params: Params<'m>) -> Option<(Wire<'m>, Wire<'m>)> {
        let (target, text) = words(params)?;
        let args = text.strip_prefix(b"\x01ACTION ")?.strip_suffix(b"\x01")?;
        let plain = self.ease.is_channel(target) && is_plain(args) && !scan::holds(args, *b"\\");
        plain.then_some((Wire(target), Wire(args)))
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
        let Some(text) = message.params.get(text_at(message.command)) else {
            return self.weird(cx, bad_format(message.command), &[]);
        };
        let notice = is_notice(message.command);
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
            self.ledger.heard(cx, said, text, self.casemapping());
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
            self.dealings.message(cx, said, &args);
            // Lines that go the short way do not count anew what is held.
            self.settle();
        }
    }
}
