//! What the server tells a client.

use wiretale_protocol::{Context, Observe};

use crate::channels::Topic;
use crate::modes::Modes;
use crate::owned::Sender;
use crate::session::{Session, keep};
use crate::{Command, Event, Irc, Listed, Message, ModeChange, ModeKind, Refusal, Severity, Source, Wire};

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

    fn ircv3<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        match message.command {
            Command::Account => {
                let account = without_star(message.param(0).0);
                if !account.is_empty() && self.is_own(&from.name) {
                    self.ledger.logged_in(cx, &account);
                }
                cx.emit::<Irc>(Event::Account { who: from, account });
            }
            Command::Chghost => {
                if self.is_own(&from.name) {
                    keep(&mut self.own.user, &message.param(0));
                    keep(&mut self.own.host, &message.param(1));
                }
                cx.emit::<Irc>(Event::HostChanged { who: from, user: message.param(0), host: message.param(1) });
            }
            Command::Setname => {
                if self.is_own(&from.name) {
                    keep(&mut self.own.real_name, &message.param(0));
                }
                cx.emit::<Irc>(Event::RealNameChanged { who: from, real_name: message.param(0) });
            }
            Command::Away => cx.emit::<Irc>(Event::Away { who: from, text: message.param(0) }),
            // `RENAME #old #new :reason`
            Command::Rename if self.support.is_channel(&message.param(1)) => {
                self.channels.call(&message.param(0), &message.param(1), self.casemapping());
            }
            Command::Fail => standard_reply(cx, message, Severity::Fail),
            Command::Warn => standard_reply(cx, message, Severity::Warn),
            Command::Note => standard_reply(cx, message, Severity::Note),
            Command::Batch => {
                let reference = message.param(0);
                let begins = reference.first() == Some(&b'+');
                let kind = if begins { message.param(1) } else { Wire(&[]) };
                cx.emit::<Irc>(Event::Batch { reference: Wire(reference.get(1..).unwrap_or_default()), kind, begins });
            }
            _ => {}
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
        let own = self.is_own(&who.name);
        let forced = own && !self.same(&self.own.asked, &nick);
        if own {
            keep(&mut self.own.nick, &nick);
        }
        if follows(cx, own) {
            self.channels.rename(&who.name, &nick, self.casemapping());
            cx.emit::<Irc>(Event::NickChanged { who, nick, own, forced });
        }
    }

    fn modes<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, by: Source<'_>) {
        let mut arguments = message.params.iter();
        let Some(target) = arguments.next() else {
            return self.weird(cx, "irc_invalid_mode_message_format", &[]);
        };
        self.mode_changes(cx, target, by, arguments);
    }

    /// The changes of a `MODE` on a channel or a user, or of a reply that tells what is set.
    pub(crate) fn mode_changes<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        target: &[u8],
        by: Source<'_>,
        arguments: crate::ParamsIter<'_>,
    ) {
        let channel = self.support.is_channel(target);
        let casemapping = self.casemapping();
        let mut full = false;
        let Self { support, channels, link, .. } = self;
        let changes = if channel { Modes::channel(arguments, support) } else { Modes::user(arguments) };
        for mut change in changes {
            if change.kind == ModeKind::Rank {
                let nick = link.as_deref().and_then(|link| link.name_of(change.argument.0));
                change.argument = Wire(nick.unwrap_or(change.argument.0));
                channels.rank(target, &change.argument, change.letter, change.adding, casemapping);
            }
            if channel && change.kind == ModeKind::List && !change.argument.is_empty() {
                let ModeChange { adding, letter, argument: mask, .. } = change;
                let entry = Listed { letter, mask, setter: by.name, time: None };
                full |= if adding { !channels.list(target, entry, casemapping) } else { false };
                if !adding {
                    channels.unlist(target, letter, &mask, casemapping);
                }
            }
            cx.emit::<Irc>(Event::Mode { target: Wire(target), by, change });
        }
        if full {
            self.weird(cx, "irc_too_many_masks", &[]);
        }
    }

    /// An entry of a channel's list was told.
    pub(crate) fn listed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, channel: Wire<'_>, entry: Listed<'_>) {
        cx.emit::<Irc>(Event::Listed { channel, entry });
        if !self.channels.list(&channel, entry, self.casemapping()) {
            self.weird(cx, "irc_too_many_masks", &[]);
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

    /// The server ends the connection; before registration that is a refusal.
    pub(crate) fn ended<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, reason: Wire<'_>) {
        if !self.registered && self.own.nick.is_empty() {
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

// `FAIL command code [context …] :description`
fn standard_reply<O: Observe<Irc>>(cx: &mut Context<'_, O>, message: &Message<'_>, severity: Severity) {
    let rest = message.params.iter().skipped(2);
    let description = rest.last().unwrap_or_default();
    let rest = rest.rest();
    let context = rest.get(..rest.len().saturating_sub(description.len())).unwrap_or_default().trim_ascii_end();
    let context = Wire(context.strip_suffix(b":").unwrap_or(context).trim_ascii_end());
    let (command, code, description) = (message.param(0), message.param(1), Wire(description));
    cx.emit::<Irc>(Event::StandardReply { severity, command, code, context, description });
}

// `*` stands for no account.
fn without_star(account: &[u8]) -> Wire<'_> {
    Wire(if account == b"*" { &[] } else { account })
}

// Two server names and nothing else, or the `*.net *.split` that networks put in their place.
fn is_netsplit(reason: &[u8]) -> bool {
    let mut words = reason.split(|&byte| byte == b' ');
    let named = |word: Option<&[u8]>| {
        word.is_some_and(|word| {
            let mut labels = word.split(|&byte| byte == b'.');
            word.contains(&b'.') && labels.all(|label| !label.is_empty() && label.iter().all(is_label))
        })
    };
    named(words.next()) && named(words.next()) && words.next().is_none()
}

fn is_label(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*' | b'_')
}

/// What the words of an `ERROR` mean.
pub(crate) fn refusal_in(text: &[u8]) -> Refusal {
    let text = text.to_ascii_lowercase();
    let says = |word: &&[u8]| memchr::memmem::find(&text, word).is_some();
    let any = |words: &[&[u8]]| words.iter().any(says);
    if any(&[b"banned", b"-lined", b"k:line", b"z:line", b"g:line", b"d:line", b"akill", b"blacklist", b"dnsbl"]) {
        Refusal::Banned
    } else if any(&[b"throttl", b"too fast", b"too many", b"reconnect", b"clone"]) {
        Refusal::Throttled
    } else if any(&[b"full", b"no more connections"]) {
        Refusal::Full
    } else if any(&[b"password", b"access denied", b"authentication failed"]) {
        Refusal::Password
    } else {
        Refusal::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_netsplit_is_two_servers_and_nothing_else() {
        assert!(is_netsplit(b"hub.example.net leaf.example.org"));
        assert!(is_netsplit(b"*.net *.split"));
        assert!(!is_netsplit(b"hub.example.net leaf.example.org bye"));
        assert!(!is_netsplit(b"Quit: see example.org now."));
        assert!(!is_netsplit(b"... ..."));
        assert!(!is_netsplit(b""));
    }
}
