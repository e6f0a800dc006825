//! What the server tells a client.

mod ircv3;
mod modes;
mod reasons;

use wiretale_protocol::{Context, Observe};

use crate::channels::Topic;
use crate::name::keep;
use crate::owned::Sender;
use crate::session::Session;
use crate::{Command, Event, Irc, Message, Refusal, Source, Wire};

use reasons::is_netsplit;
pub(crate) use reasons::refusal_in;

impl Session {
    /// A message of the server: what it says is so.
    pub(crate) fn server_message<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        if let Command::Numeric(number) = message.command {
            return self.numeric(cx, message, number);
        }
        let from = message.source();
        match message.command {
            Command::Privmsg | Command::Notice | Command::Squery | Command::Cprivmsg | Command::Cnotice => {
                self.sender(cx, from);
                if self.own.nick.is_empty() {
                    self.addressed(cx, from, message.param(0));
                }
                self.words(cx, message, from);
            }
            Command::Join => self.joined(cx, message, from),
            Command::Part => self.parted(cx, message, from),
            Command::Quit => self.quit(cx, from, message.param(0)),
            Command::Nick => self.renamed(cx, from, message.param(0)),
            Command::Mode => self.modes(cx, message, from),
            Command::Topic => self.topic_changed(cx, message, from),
            Command::Kick => self.kicked(cx, message, from),
            Command::Kill => self.killed(cx, from, message.param(0), message.param(1)),
            Command::Invite => {
                cx.emit::<Irc>(Event::Invited { channel: message.param(1), nick: message.param(0), by: from });
            }
            Command::Cap => self.capabilities(cx, message, 1),
            Command::Error => self.ended(cx, message.param(0)),
            _ => self.ircv3(cx, message, from),
        }
    }

    /// Whose words these are: psyBNC and ZNC speak under names of their own.
    #[inline(always)]
    pub(crate) fn sender<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, from: Source<'_>) {
        // One byte of each tells it of nearly all.
        let host = from.host.last() == Some(&b'n');
        let user = from.user.first() == Some(&b'p');
        let name = matches!(from.name.first(), Some(b'-' | b'B' | b'b'));
        if (host || user || name) && !self.bouncer {
            self.bouncer_in(cx, &from.name, &from.user, &from.host);
        }
    }

    #[cold]
    fn bouncer_in<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, name: &[u8], user: &[u8], host: &[u8]) {
        if host.ends_with(b"znc.in") {
            self.found_bouncer(cx, b"znc");
        } else if user.starts_with(b"psyBNC") || name.eq_ignore_ascii_case(b"-psyBNC") {
            self.found_bouncer(cx, b"psybnc");
        } else if name.eq_ignore_ascii_case(b"BouncerServ") {
            self.found_bouncer(cx, b"soju");
        } else if name == b"-sBNC" {
            self.found_bouncer(cx, b"sbnc");
        }
    }

    fn joined<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, who: Source<'_>) {
        let own = self.is_own(&who.name);
        if own && !who.host.is_empty() {
            keep(&mut self.own.user, &who.user);
            keep(&mut self.own.host, &who.host);
        }
        let account = without_star(message.param(1).0);
        for channel in message.param(0).0.split(|&byte| byte == b',') {
            if channel.is_empty() {
                self.weird(cx, "irc_invalid_join_line", &[]);
                continue;
            }
            let key = own && self.ledger.key_taken(cx, channel, self.casemapping());
            self.enter(cx, channel, &who.name, &[], own);
            if follows(cx, own) {
                let (channel, real_name) = (Wire(channel), message.param(2));
                cx.emit::<Irc>(Event::Joined { channel, who, account, real_name, own, key });
            }
        }
    }

    /// Notes that somebody is in a channel.
    pub(crate) fn enter<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        channel: &[u8],
        nick: &[u8],
        ranks: &[u8],
        own: bool,
    ) {
        let casemapping = self.casemapping();
        let room = match follows(cx, own) {
            true => self.channels.join(channel, nick, ranks, casemapping),
            false => self.channels.open(channel, casemapping),
        };
        if !room {
            self.weird(cx, "irc_too_many_members", &[]);
        }
    }

    fn parted<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, who: Source<'_>) {
        let own = self.is_own(&who.name);
        for channel in message.param(0).0.split(|&byte| byte == b',').filter(|channel| !channel.is_empty()) {
            self.leave(cx, channel, &who.name, own);
            if follows(cx, own) {
                cx.emit::<Irc>(Event::Parted { channel: Wire(channel), who, reason: message.param(1), own });
            }
        }
    }

    /// Notes that somebody left a channel.
    pub(crate) fn leave<O: Observe<Irc>>(&mut self, cx: &Context<'_, O>, channel: &[u8], nick: &[u8], own: bool) {
        let casemapping = self.casemapping();
        if own {
            self.channels.forget(channel, casemapping);
        } else if cx.wants_others() {
            self.channels.part(channel, nick, casemapping);
        }
    }

    /// Somebody left the network.
    pub(crate) fn quit<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, who: Source<'_>, reason: Wire<'_>) {
        let own = self.is_own(&who.name);
        if follows(cx, own) {
            self.channels.quit(&who.name, self.casemapping());
            cx.emit::<Irc>(Event::Quit { who, reason, own, netsplit: is_netsplit(&reason) });
        }
    }

    /// Somebody has a new nick.
    pub(crate) fn renamed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, who: Source<'_>, nick: Wire<'_>) {
        let known = !self.own.nick.is_empty();
        let own = if known { self.is_own(&who.name) } else { self.is_own_wish(&nick) };
        let forced = own && !self.same(&self.own.asked, &nick);
        if own {
            keep(&mut self.own.nick, &nick);
        }
        if follows(cx, own) {
            self.channels.rename(&who.name, &nick, self.casemapping());
            cx.emit::<Irc>(Event::NickChanged { who, nick, own, forced });
        }
    }

    fn topic_changed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, by: Source<'_>) {
        let (channel, text) = (message.param(0), message.param(1));
        self.topic(cx, channel, Topic { text: text.0.into(), setter: by.name.0.into(), time: None }, true);
    }

    /// A topic was told or changed.
    pub(crate) fn topic<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        channel: Wire<'_>,
        topic: Topic,
        changed: bool,
    ) {
        let (text, setter, time) = (Wire(&topic.text), Wire(&topic.setter), topic.time);
        cx.emit::<Irc>(Event::Topic { channel, text, setter, time, changed });
        *self.channels.topic(&channel, self.casemapping()) = Some(topic);
    }

    fn kicked<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, by: Source<'_>) {
        let (channel, nick) = (message.param(0), message.param(1));
        if nick.is_empty() {
            return self.weird(cx, "irc_invalid_kick_message_format", &[]);
        }
        let own = self.is_own(&nick);
        self.leave(cx, &channel, &nick, own);
        cx.emit::<Irc>(Event::Kicked { channel, nick, by, reason: message.param(2), own });
    }

    /// Somebody was put off the network.
    pub(crate) fn killed<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        by: Source<'_>,
        nick: Wire<'_>,
        reason: Wire<'_>,
    ) {
        let own = self.is_own(&nick);
        if follows(cx, own) {
            self.channels.quit(&nick, self.casemapping());
        }
        cx.emit::<Irc>(Event::Killed { nick, by, reason, own });
    }

    /// The server ends the connection; before registration that is a refusal, if it was seen that there was none.
    pub(crate) fn ended<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, reason: Wire<'_>) {
        if !self.registered && self.own.nick.is_empty() && !self.is_unregistered_in_the_middle(cx) {
            let why = refusal_in(&reason);
            self.ledger.turned_away(cx, why == Refusal::Password);
            let nick = Sender::of(self.own_source());
            cx.emit::<Irc>(Event::Refused { reason: why, numeric: 0, nick: nick.borrow().name, text: reason });
        }
        cx.emit::<Irc>(Event::Ended { reason });
    }
}

// Is it followed where this one goes? Others are where somebody wants to hear of them: nobody else asks who is in a
// channel.
fn follows<O: Observe<Irc>>(cx: &Context<'_, O>, own: bool) -> bool {
    own || cx.wants_others()
}

// `*` stands for no account.
fn without_star(account: &[u8]) -> Wire<'_> {
    Wire(if account == b"*" { &[] } else { account })
}
