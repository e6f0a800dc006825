//! Whose connection it is, where its registration was not seen.

use wiretale_protocol::{Context, Observe};

use crate::name::keep;
use crate::session::Session;
use crate::{Event, Irc, Message, Source, Wire};

impl Session {
    /// Are the names of both ends known?
    pub(crate) fn has_names(&self) -> bool {
        !self.server.is_empty() && !self.own.nick.is_empty()
    }

    /// Replies say whose connection it is, and who they are from.
    #[cold]
    pub(crate) fn learn_names<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        if self.server.is_empty()
            && let Some(prefix) = message.prefix
        {
            keep(&mut self.server, prefix.name());
        }
        let target = message.param(0);
        if self.own.nick.is_empty() && matches!(number, 2..=5 | 200..=399) && !target.is_empty() && target != b"*" {
            self.is(cx, target);
        }
    }

    /// In a connection met in the middle, what somebody says to a nick is said to the client's.
    #[cold]
    pub(crate) fn addressed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, from: Source<'_>, target: Wire<'_>) {
        let begins = target.first().is_some_and(|byte| byte.is_ascii_alphabetic() || b"[]\\`_^{|}".contains(byte));
        let single = !target.iter().any(|byte| matches!(byte, b',' | b'@' | b'%'));
        if begins && single && !from.host.is_empty() && self.is_unregistered_in_the_middle(cx) {
            self.is(cx, target);
        }
    }

    /// Was the connection met in the middle, with nothing in it of a registration?
    pub(crate) fn is_unregistered_in_the_middle<O: Observe<Irc>>(&self, cx: &Context<'_, O>) -> bool {
        cx.moment().flow.midstream && self.own.asked.is_empty() && self.own.user.is_empty()
    }

    /// The client joins: whoever is not in cannot. Said once, where it is not known yet.
    pub(crate) fn goes_on<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>) {
        let Self { own, registered, presumed, .. } = self;
        if *registered || own.asked.is_empty() || own.user.is_empty() || core::mem::replace(presumed, true) {
            return;
        }
        let (nick, user, real_name) = (Wire(&own.asked), Wire(&own.user), Wire(&own.real_name));
        cx.emit::<Irc>(Event::Presumed { nick, user, real_name });
    }

    fn is<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, nick: Wire<'_>) {
        keep(&mut self.own.nick, &nick);
        (self.registered, self.guessed) = (true, true);
        cx.emit::<Irc>(Event::Known { nick, server: Wire(&self.server) });
    }
}
