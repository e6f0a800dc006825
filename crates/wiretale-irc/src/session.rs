//! What one connection has shown so far.

use alloc::boxed::Box;

use smallvec::SmallVec;
use wiretale_protocol::{Context, Direction, Observe};

use crate::dcc::Dealings;
use crate::gather::Gathered;
use crate::labels::Labels;
use crate::ledger::Ledger;
use crate::link::Link;
use crate::sasl::Sasl;
use crate::{Channels, Command, Event, Irc, Message, Source, Support, Wire};

/// The state of one connection, as far as it shows: who the client is, where, with whom.
#[derive(Default)]
pub struct Session {
    pub(crate) own: Own,
    pub(crate) server: Name,
    pub(crate) network: Name,
    pub(crate) support: Support,
    pub(crate) channels: Channels,
    pub(crate) gathered: Gathered,
    pub(crate) ledger: Ledger,
    pub(crate) sasl: Sasl,
    pub(crate) dealings: Dealings,
    // Between servers; made when one names itself.
    pub(crate) link: Option<Box<Link>>,
    // Made when the client gives a label.
    pub(crate) labels: Option<Box<Labels>>,
    pub(crate) starttls: StartTls,
    pub(crate) registered: bool,
    pub(crate) bouncer: bool,
    // It is IRC beyond doubt.
    pub(crate) evidence: bool,
}

/// The client of this connection.
#[derive(Default)]
pub(crate) struct Own {
    /// As the server knows it.
    pub(crate) nick: Name,
    /// As the client asked last.
    pub(crate) asked: Name,
    pub(crate) user: Name,
    pub(crate) host: Name,
    pub(crate) real_name: Name,
}

/// How far STARTTLS has come.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum StartTls {
    #[default]
    No,
    Asked,
    Granted,
}

impl Session {
    /// The client's nick as the server knows it; empty while it is not known.
    #[must_use]
    pub fn nick(&self) -> &[u8] {
        &self.own.nick
    }

    /// The server's name; empty while it is not known.
    #[must_use]
    pub fn server(&self) -> &[u8] {
        &self.server
    }

    /// The network's name; empty while it is not known.
    #[must_use]
    pub fn network(&self) -> &[u8] {
        &self.network
    }

    /// What the server supports.
    #[must_use]
    pub const fn support(&self) -> &Support {
        &self.support
    }

    /// The channels and who is in them.
    #[must_use]
    pub const fn channels(&self) -> &Channels {
        &self.channels
    }

    /// How many servers and users a link between servers has told of; `None` if it is none.
    #[must_use]
    pub fn link(&self) -> Option<(usize, usize)> {
        self.link.as_deref().map(Link::size)
    }

    /// A field of each part that a line needs.
    #[inline]
    pub(crate) fn glance(&self) -> usize {
        let nick = self.own.nick.first().copied().unwrap_or_default();
        let flags = usize::from(self.evidence) ^ usize::from(self.ledger.has_echoes()) ^ usize::from(nick);
        flags ^ self.server.len() ^ self.channels.len() ^ usize::from(self.support.is_channel(b"#"))
    }

    /// One message of either side, its secrets masked.
    pub(crate) fn message<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let direction = cx.moment().direction;
        self.weigh(cx, message, direction);
        if has_no_other(message, direction) || cx.wants_messages() {
            cx.emit::<Irc>(Event::Message(*message));
        }
        self.recognize_link(cx, message);
        if self.link.is_some() {
            self.link_message(cx, message);
        } else if direction == Direction::Client {
            self.labelled(cx, message);
            self.client_message(cx, message);
        } else {
            self.label_answered(cx, message);
            self.server_message(cx, message);
        }
    }

    /// Is this the client's nick?
    pub(crate) fn is_own(&self, nick: &[u8]) -> bool {
        !self.own.nick.is_empty() && self.same(&self.own.nick, nick)
    }

    /// Are these the same name on this network?
    pub(crate) fn same(&self, one: &[u8], other: &[u8]) -> bool {
        self.support.casemapping().equal(one, other)
    }

    /// The client itself as a sender.
    pub(crate) fn own_source(&self) -> Source<'_> {
        let nick = if self.own.nick.is_empty() { &self.own.asked } else { &self.own.nick };
        Source { name: Wire(nick), user: Wire(&self.own.user), host: Wire(&self.own.host) }
    }

    /// Says that something was not as it should be; how often it may is the engine's to know.
    pub(crate) fn weird<O: Observe<Irc>>(&self, cx: &mut Context<'_, O>, name: &'static str, addl: &[u8]) {
        cx.weird(name, addl);
    }

    /// About how many bytes on the heap it takes.
    pub(crate) fn memory(&self) -> usize {
        self.gathered.held() + self.channels.memory() + self.link.as_deref().map_or(0, Link::memory)
    }

    // Says once that this is IRC beyond doubt.
    fn weigh<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, direction: Direction) {
        if !self.evidence && crate::probe::tells(message, direction) {
            self.evidence = true;
            cx.confirm("irc");
        }
    }
}

/// Does it say what no other event says? 004 names the server's version.
const fn has_no_other(message: &Message<'_>, direction: Direction) -> bool {
    match message.command {
        Command::Unknown(_) | Command::Numeric(4) => true,
        // What a client says is told as words, and that it lives says little.
        Command::Privmsg | Command::Notice | Command::Ping | Command::Pong => false,
        _ => matches!(direction, Direction::Client),
    }
}

/// Puts `text` in the place of what was there, up to a length no name reaches.
pub(crate) fn keep(place: &mut Name, text: &[u8]) {
    *place = Name::from_slice(text.get(..LONGEST_NAME).unwrap_or(text));
}

/// A name that is kept; most need no place on the heap.
pub(crate) type Name = SmallVec<[u8; 16]>;

const LONGEST_NAME: usize = 512;
