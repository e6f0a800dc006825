//! What numeric replies mean for the session.

mod gather;

use wiretale_protocol::{Context, Observe, scan};

use crate::channels::Topic;
use crate::name::keep;
use crate::session::{Session, StartTls};
use crate::support::split_token;
use crate::wire::number;
use crate::{Event, Irc, Message, RecordKind, Refusal, Source, Wire};

impl Session {
    /// A numeric reply of the server.
    pub(crate) fn numeric<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        if !self.has_names() {
            self.learn_names(cx, message, number);
        }
        self.gather(cx, message, number);
        match number {
            1 => self.registered(cx, message),
            5 => self.supports(cx, message),
            221 => self.mode_changes(cx, &message.param(0), Source::default(), message.params.iter().skipped(1)),
            324 => self.mode_changes(cx, &message.param(1), Source::default(), message.params.iter().skipped(2)),
            331 => self.topic(cx, message.param(1), Topic::default(), false),
            332 => {
                let text = message.param(2).0.into();
                self.topic(cx, message.param(1), Topic { text, ..Topic::default() }, false);
            }
            333 => self.topic_setter(cx, message),
            353 => self.names(cx, message),
            346 | 348 | 367 | 728 => {
                if let Some(entry) = crate::record::listed(number, &message.params) {
                    self.listed(cx, message.param(1), entry);
                }
            }
            301 if !self.gathered.is_open(RecordKind::Whois) => {
                let who = Source { name: message.param(1), ..Source::default() };
                cx.emit::<Irc>(Event::Away { who, text: message.param(2) });
            }
            305 | 306 => {
                let text = if number == 306 { message.param(1) } else { Wire(&[]) };
                cx.emit::<Irc>(Event::Away { who: self.own_source(), text });
            }
            396 => self.hidden_host(cx, message),
            381 => self.oper(cx, true),
            491 => self.oper(cx, false),
            464 if self.registered => self.oper(cx, false),
            431..=438 | 463..=466 | 468 => self.refused(cx, message, number),
            403 | 405 | 471 | 473..=477 | 480 | 489 | 520 => self.join_refused(cx, message, number),
            670 | 691 => self.starttls_answer(cx, number),
            303 | 600 | 601 | 604 | 605 | 730 | 731 => self.presence(cx, message, number),
            900..=908 => self.login(cx, message, number),
            _ => {}
        }
    }

    fn registered<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let (nick, text) = (message.param(0), message.param(1));
        keep(&mut self.own.nick, &nick);
        if self.own.asked.is_empty() {
            keep(&mut self.own.asked, &nick);
        }
        keep(&mut self.server, &message.source().name);
        let mask = text.0.rsplit(|&byte| byte == b' ').next().map(crate::Prefix);
        if let Some(mask) = mask.map(crate::Prefix::source).filter(|mask| !mask.host.is_empty()) {
            keep(&mut self.own.user, &mask.user);
            keep(&mut self.own.host, &mask.host);
        }
        (self.registered, self.guessed) = (true, false);
        self.ledger.registered(cx, &nick);
        cx.emit::<Irc>(Event::Registered {
            nick,
            user: Wire(&self.own.user),
            host: Wire(&self.own.host),
            real_name: Wire(&self.own.real_name),
            server: Wire(&self.server),
            network: Wire(network_in(&text)),
        });
    }

    fn supports<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let count = message.params.count() - usize::from(message.params.has_trailing());
        for token in message.params.iter().take(count).skip(1) {
            self.support.token(token);
            let (name, value) = split_token(token);
            let value = Wire(value.unwrap_or_default());
            cx.emit::<Irc>(Event::Supports { name: Wire(name), value });
            if name == b"NETWORK" {
                keep(&mut self.network, &value);
                cx.emit::<Irc>(Event::Network { name: value, server: Wire(&self.server) });
            }
        }
        self.note_support();
    }

    fn topic_setter<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let casemapping = self.casemapping();
        let channel = message.param(1);
        let text = self.channels.topic(&channel, casemapping).take().unwrap_or_default().text;
        let setter = message.param(2).0.into();
        self.topic(cx, channel, Topic { text, setter, time: number(&message.param(3)) }, false);
    }

    fn names<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        // Some servers leave the channel's visibility out.
        let at = if message.param(1).len() == 1 { 2 } else { 1 };
        let (channel, Some(names)) = (message.param(at), message.params.get(at + 1)) else {
            return self.weird(cx, "irc_invalid_names_line", &[]);
        };
        let Self { channels, support, .. } = self;
        // With `userhost-in-names` they are masks.
        let masks = scan::holds(names, *b"!@");
        let symbols = support.symbols();
        let people = scan::words(names).map(|name| {
            let ranks = name.iter().take_while(|byte| symbols.contains(byte)).count();
            let (ranks, mask) = name.split_at_checked(ranks).unwrap_or_default();
            let ranks = ranks.iter().filter_map(|&symbol| support.letter(symbol));
            (if masks { crate::Prefix(mask).name() } else { mask }, ranks)
        });
        let (about, casemapping) = (names.len() / USUAL_NAME, support.casemapping());
        let room = match cx.wants_others() {
            true => channels.join_all(&channel, people, about, casemapping),
            false => scan::words(names).next().is_none() || channels.open(&channel, casemapping),
        };
        if !room {
            self.weird(cx, "irc_too_many_members", &[]);
        }
    }

    fn hidden_host<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let shown = message.param(1);
        let host = shown.0.rsplit(|&byte| byte == b'@').next().unwrap_or(shown.0);
        cx.emit::<Irc>(Event::HostChanged { who: self.own_source(), user: Wire(&self.own.user), host: Wire(host) });
        keep(&mut self.own.host, host);
    }

    fn oper<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, accepted: bool) {
        let name = self.ledger.oper_answered(cx, accepted);
        cx.emit::<Irc>(Event::Oper { name: Wire(&name), accepted });
    }

    fn refused<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        let reason = match number {
            431 | 432 | 434 | 435 => Refusal::BadNick,
            433 | 436 => Refusal::NickInUse,
            437 | 438 => Refusal::Unavailable,
            463 => Refusal::Host,
            464 => Refusal::Password,
            465 | 466 => Refusal::Banned,
            _ => Refusal::Other,
        };
        if number == 437 && self.support.is_channel(&message.param(1)) {
            return self.join_refused(cx, message, number);
        }
        if reason == Refusal::Password {
            self.ledger.turned_away(cx, true);
        }
        let nick = if number <= 438 && message.params.count() > 2 { message.param(1) } else { Wire(&[]) };
        let text = Wire(message.params.last().unwrap_or_default());
        cx.emit::<Irc>(Event::Refused { reason, numeric: number, nick, text });
    }

    fn join_refused<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        let channel = message.param(1);
        if !self.support.is_channel(&channel) {
            return;
        }
        self.ledger.key_refused(cx, &channel, number == 475, self.casemapping());
        let text = Wire(message.params.last().unwrap_or_default());
        cx.emit::<Irc>(Event::JoinRefused { channel, numeric: number, text });
    }

    // Only an answer to a question is believed: a stray 670 would blind whoever believes it.
    fn starttls_answer<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, number: u16) {
        if self.starttls != StartTls::Asked {
            return self.weird(cx, "irc_unasked_starttls", &[]);
        }
        if number == 670 {
            self.starttls = StartTls::Granted;
            cx.emit::<Irc>(Event::StartTls);
        } else {
            self.starttls = StartTls::No;
            cx.emit::<Irc>(Event::StartTlsRefused);
        }
    }

    fn presence<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        let online = matches!(number, 303 | 600 | 604 | 730);
        let who = message.param(1);
        if !who.is_empty() {
            cx.emit::<Irc>(Event::Presence { who, online });
        }
    }

    fn login<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        let who = crate::Prefix(message.param(1).0).source();
        match number {
            900 => {
                let account = message.param(2);
                self.ledger.logged_in(cx, &account);
                let mechanism = self.sasl.told();
                cx.emit::<Irc>(Event::Login { account, who, mechanism: Wire(&mechanism), accepted: true });
            }
            901 => cx.emit::<Irc>(Event::Account { who, account: Wire(&[]) }),
            903 => {
                self.ledger.sasl_answered(cx, &[], true);
                if let Some((mechanism, account)) = self.sasl.ended() {
                    let (account, mechanism) = (Wire(&account), Wire(&mechanism));
                    cx.emit::<Irc>(Event::Login { account, who: self.own_source(), mechanism, accepted: true });
                }
            }
            902 | 904 | 905 | 906 => {
                self.ledger.sasl_answered(cx, &[], false);
                let (mechanism, account) = self.sasl.ended().unwrap_or_default();
                let (account, mechanism) = (Wire(&account), Wire(&mechanism));
                cx.emit::<Irc>(Event::Login { account, who: self.own_source(), mechanism, accepted: false });
            }
            _ => {}
        }
    }
}

// With its space.
const USUAL_NAME: usize = 10;

/// The network's name in a greeting: "Welcome to the X Internet Relay Chat Network".
fn network_in(text: &[u8]) -> &[u8] {
    let Some(rest) = text.strip_prefix(b"Welcome to the ") else { return &[] };
    let ends: [&[u8]; 4] = [b" Internet Relay", b" IRC Network", b" IRC network", b" Network"];
    ends.iter().find_map(|end| memchr::memmem::find(rest, end)).and_then(|at| rest.get(..at)).unwrap_or_default()
}
