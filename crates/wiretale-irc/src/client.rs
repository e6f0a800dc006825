//! What the client asks.

use wiretale_protocol::{Context, Observe};

use crate::event::Event;
use crate::labels::label;
use crate::name::keep;
use crate::owned::Sender;
use crate::session::{Session, StartTls};
use crate::{Command, Irc, Message, ModeKind, RecordKind, Wire};

impl Session {
    /// A message of the client: it asks, and what comes of it the server will tell. Only its words take effect at once.
    pub(crate) fn client_message<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        match message.command {
            Command::Privmsg | Command::Notice | Command::Squery | Command::Cprivmsg | Command::Cnotice => {
                self.own_words(cx, message);
            }
            Command::Nick => keep(&mut self.own.asked, message.param(0).0),
            Command::User => self.user(message),
            Command::Cap => self.capabilities(cx, message, 0),
            Command::Authenticate => self.sasl.asked(message.param(0).0),
            Command::Starttls => self.starttls = StartTls::Asked,
            Command::Webirc => cx.emit::<Irc>(Event::Gateway {
                name: message.param(1),
                host: message.param(2),
                address: message.param(3),
            }),
            Command::Join => self.goes_on(cx),
            Command::Oper => self.ledger.oper_asked(message.param(0).0),
            Command::Numeric(_) => self.weird(cx, "irc_numeric_from_client", &[]),
            _ => self.question(cx, message),
        }
    }

    /// It may give its question a label, by which it will know the answer.
    pub(crate) fn labelled<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let Some(label) = label(message) else { return };
        if !self.labels.get_or_insert_default().ask(label, message) {
            self.weird(cx, "irc_too_many_labels", &[]);
        }
    }

    fn user(&mut self, message: &Message<'_>) {
        keep(&mut self.own.user, message.param(0).0);
        keep(&mut self.own.real_name, message.param(3).0);
    }

    fn own_words<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let from = Sender::of(self.own_source());
        self.words(cx, message, from.borrow());
    }

    fn question<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let kind = match message.command {
            Command::Whois => RecordKind::Whois,
            Command::Whowas => RecordKind::Whowas,
            Command::Who => RecordKind::Who,
            Command::Names => RecordKind::Names,
            Command::List => RecordKind::List,
            Command::Links => RecordKind::Links,
            Command::Motd => RecordKind::Motd,
            Command::Info => RecordKind::Info,
            Command::Stats => RecordKind::Stats,
            Command::Map => RecordKind::Map,
            Command::Help | Command::Helpop => RecordKind::Help,
            Command::Mode => match message.params.get(1) {
                Some(b"b" | b"+b") if message.params.get(2).is_none() => RecordKind::Bans,
                Some(b"e" | b"+e") if message.params.get(2).is_none() => RecordKind::Exceptions,
                Some(b"I" | b"+I") if message.params.get(2).is_none() => RecordKind::Invites,
                Some(b"q" | b"+q") if message.params.get(2).is_none() && self.support.kind(b'q') == ModeKind::List => {
                    RecordKind::Quiets
                }
                _ => return,
            },
            Command::Monitor if message.param(0).eq_ignore_ascii_case(b"L") => RecordKind::Monitor,
            _ => return,
        };
        if !self.gathered.asked(kind, message.params.as_wire()) {
            self.weird(cx, "irc_too_many_questions", &[]);
        }
    }

    /// `CAP`: the client's has no target before the subcommand.
    pub(crate) fn capabilities<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, at: usize) {
        let more = message.param(at + 1) == b"*";
        let list = message.param(at + 1 + usize::from(more));
        cx.emit::<Irc>(Event::Capabilities { subcommand: message.param(at), list, more });
        if at == 1 {
            self.offers_of_bouncer(cx, message, list);
        }
    }

    // ZNC and soju name themselves in what they offer.
    fn offers_of_bouncer<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, list: Wire<'_>) {
        let names = |part: &[u8]| memchr::memmem::find(&list, part).is_some();
        if message.source().name.ends_with(b"znc.in") || names(b"znc.in/") {
            self.found_bouncer(cx, b"znc");
        } else if names(b"soju.im/") {
            self.found_bouncer(cx, b"soju");
        }
    }

    /// Says once that a bouncer stands between.
    pub(crate) fn found_bouncer<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, software: &[u8]) {
        if !core::mem::replace(&mut self.bouncer, true) {
            cx.emit::<Irc>(Event::Bouncer { software: Wire(software) });
        }
    }
}
