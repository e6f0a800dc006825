//! What one connection has shown so far.

use alloc::boxed::Box;

use wiretale_protocol::{Context, Direction, Observe};

use crate::dcc::Dealings;
use crate::gather::Gathered;
use crate::labels::Labels;
use crate::ledger::Ledger;
use crate::link::Link;
use crate::name::Name;
use crate::sasl::Sasl;
use crate::{Casemapping, Channels, Command, Event, Irc, Message, Source, Support, Wire};

/// The state of one connection, as far as it shows: who the client is, where, with whom.
// In the order written: what most lines ask for stands where the decoder's lines of text end.
#[derive(Default)]
#[repr(C)]
pub struct Session {
    pub(crate) ease: Ease,
    // Between servers; made when one names itself.
    pub(crate) link: Option<Box<Link>>,
    pub(crate) starttls: StartTls,
    pub(crate) registered: bool,
    // It was told that the client goes on as if it were.
    pub(crate) presumed: bool,
    pub(crate) bouncer: bool,
    // It is IRC beyond doubt.
    evidence: bool,
    // The server's own words were among it.
    served: bool,
    // Whose it is was taken from what replies say to somebody, which servers pass on to each other, too.
    pub(crate) guessed: bool,
    pub(crate) channels: Channels,
    pub(crate) own: Own,
    pub(crate) server: Name,
    pub(crate) network: Name,
    pub(crate) support: Support,
    pub(crate) gathered: Gathered,
    pub(crate) ledger: Ledger,
    pub(crate) sasl: Sasl,
    pub(crate) dealings: Dealings,
    // Made when the client gives a label.
    pub(crate) labels: Option<Box<Labels>>,
}

/// What the short ways ask, side by side; it follows from the rest, and is settled when that changes.
pub(crate) struct Ease {
    /// It is IRC between a client and its server beyond doubt, and no secret waits for its outcome.
    pub(crate) easy: bool,
    /// A secret was seen of which there may be echoes.
    pub(crate) echoes: bool,
    // Bytes on the heap, by and large.
    held: usize,
    // With which bytes a channel's name may begin, a bit each.
    channel_types: [u64; 4],
    casemapping: Casemapping,
}

impl Default for Ease {
    fn default() -> Self {
        let support = Support::default();
        Self {
            easy: false,
            echoes: false,
            held: 0,
            channel_types: first_bytes(&support),
            casemapping: support.casemapping(),
        }
    }
}

impl Ease {
    /// Is this the name of a channel, as far as can be told here?
    #[inline]
    pub(crate) fn is_channel(&self, name: &[u8]) -> bool {
        let Some(first) = name.first() else { return false };
        self.channel_types.get(usize::from(first / 64)).is_some_and(|types| types >> (first % 64) & 1 == 1)
    }
}

/// The client of this connection.
// In the order written: the nick is asked for most.
#[derive(Default)]
#[repr(C)]
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

    /// A line has gone the long way.
    pub(crate) fn settle(&mut self) {
        self.ease.easy = self.evidence && self.link.is_none() && !self.ledger.is_waiting();
        self.ease.echoes = self.ledger.has_echoes();
        self.ease.held = self.memory();
    }

    /// The server told what it supports.
    pub(crate) fn note_support(&mut self) {
        self.ease.channel_types = first_bytes(&self.support);
        if self.ease.casemapping != self.support.casemapping() {
            self.ease.casemapping = self.support.casemapping();
            self.channels.recase(self.ease.casemapping);
        }
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
            if let Some(labels) = self.labels.as_deref_mut() {
                labels.answered(cx, message);
            }
            self.server_message(cx, message);
        }
    }

    /// Is this the client's nick?
    pub(crate) fn is_own(&self, nick: &[u8]) -> bool {
        !self.own.nick.is_empty() && self.same(&self.own.nick, nick)
    }

    /// Is this the nick that the client asked for?
    pub(crate) fn is_own_wish(&self, nick: &[u8]) -> bool {
        !self.own.asked.is_empty() && self.same(&self.own.asked, nick)
    }

    /// Are these the same name on this network?
    pub(crate) fn same(&self, one: &[u8], other: &[u8]) -> bool {
        self.casemapping().equal(one, other)
    }

    /// How upper and lower case relate on this network.
    #[inline]
    pub(crate) const fn casemapping(&self) -> Casemapping {
        self.ease.casemapping
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

    /// About how many bytes on the heap it took when it settled last.
    #[inline]
    pub(crate) const fn held(&self) -> usize {
        self.ease.held
    }

    fn memory(&self) -> usize {
        let labels = self.labels.as_deref().map_or(0, Labels::held);
        let open = labels + self.gathered.held() + self.ledger.held() + self.dealings.held();
        open + self.channels.memory() + self.link.as_deref().map_or(0, Link::memory)
    }

    // Says once that this is IRC beyond doubt, and once that the server speaks it.
    fn weigh<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, direction: Direction) {
        let serves = !self.served && direction == Direction::Server;
        if (serves || !self.evidence) && crate::probe::tells(message, direction) {
            self.evidence = true;
            if serves {
                self.served = true;
                cx.serve("irc");
            } else {
                cx.confirm("irc");
            }
        }
    }
}

// With which bytes a channel's name may begin, a bit each.
fn first_bytes(support: &Support) -> [u64; 4] {
    let mut types = [0; 4];
    for byte in support.channel_types() {
        if let Some(word) = types.get_mut(usize::from(byte / 64)) {
            *word |= 1 << (byte % 64);
        }
    }
    types
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
