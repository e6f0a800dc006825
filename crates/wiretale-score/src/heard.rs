//! What is said on IRC, looked at once for all detectors.

use wiretale_irc::{Command, Event, Source};
use wiretale_protocol::{Direction, scan};

use crate::dialect::Order;
use crate::text::Sorts;
use crate::{Hears, IrcSession};

/// The words of one event.
pub(crate) struct Heard<'e> {
    /// Without formatting.
    pub(crate) text: &'e [u8],
    /// What stands in them, formatting and all.
    pub(crate) sorts: Sorts,
    /// Who says them to a home client, if somebody does.
    pub(crate) spoken: Option<Spoken<'e>>,
    /// The order in what is spoken.
    pub(crate) order: Option<&'e Order<'e>>,
    /// Where the first link in what is spoken has its `://`.
    pub(crate) link: Option<usize>,
}

/// Words that reach a home client, and are not its own.
#[derive(Clone, Copy)]
pub(crate) struct Spoken<'e> {
    pub(crate) to: Target,
    pub(crate) from: &'e [u8],
    /// The channel, or the speaker's nick where they are private.
    pub(crate) place: &'e [u8],
}

/// Whom words are said to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A topic: whoever comes.
    Topic,
    Channel,
    Private,
}

impl Heard<'_> {
    /// What the words are beside words.
    pub(crate) fn kinds(&self) -> Hears {
        let mut kinds = Hears::NONE;
        if self.order.is_some() {
            kinds = kinds | Hears::IRC_ORDER;
        }
        if self.link.is_some() {
            kinds = kinds | Hears::IRC_LINK;
        }
        if self.sorts.controls || self.sorts.long_words || is_enciphered(self.text) {
            kinds = kinds | Hears::IRC_CODE;
        }
        kinds
    }
}

/// Does it begin as the words of FiSH do?
#[inline]
pub(crate) fn is_enciphered(text: &[u8]) -> bool {
    let signs = [&b"+OK "[..], b"mcps ", b"DH1080_INIT", b"DH1080_FINISH"];
    matches!(text.first(), Some(b'+' | b'm' | b'D')) && signs.iter().any(|sign| text.starts_with(sign))
}

impl<'e> Spoken<'e> {
    pub(crate) fn of(event: &Event<'e>, direction: Direction, session: &IrcSession) -> Option<Self> {
        if direction == Direction::Client {
            return None;
        }
        match *event {
            Event::Topic { channel, setter, .. } => {
                let name = setter.0.split(|byte| *byte == b'!').next().unwrap_or_default();
                Some(Self { to: Target::Topic, from: name, place: channel.0 })
            }
            Event::Text { from: Source { name, .. }, target, .. } => {
                // A server's own notices are no orders, nor are words of the client that a bouncer plays back.
                let server = name.is_empty() || scan::holds(&name, *b".");
                let private = is_private(target.0);
                let (to, place) = if private { (Target::Private, name.0) } else { (Target::Channel, target.0) };
                (!server && !session.is_own(&name)).then_some(Self { to, from: name.0, place })
            }
            _ => None,
        }
    }
}

impl<'e> Spoken<'e> {
    /// Who says it, for people: of a topic it may not be known who set it.
    pub(crate) const fn called(&self) -> &'e [u8] {
        if self.from.is_empty() { b"the topic" } else { self.from }
    }

    /// Does he who says it rule the place where he does?
    pub(crate) fn is_in_charge(&self, session: Option<&IrcSession>) -> bool {
        match self.to {
            Target::Topic => true,
            Target::Channel => session.is_some_and(|session| session.is_operator(self.place, self.from)),
            Target::Private => false,
        }
    }
}

pub(crate) const fn is_private(target: &[u8]) -> bool {
    !matches!(target.first(), Some(b'#' | b'&' | b'!' | b'+'))
}

/// The kind of fact that an event is.
pub(crate) const fn heard_as(event: &Event<'_>, direction: Direction) -> Hears {
    match event {
        Event::Message(message) if matches!(message.command, Command::Unknown(_)) => Hears::IRC_UNKNOWN,
        Event::Message(message) if matches!((message.command, direction), (Command::Join, Direction::Client)) => {
            Hears::IRC_ASKED
        }
        Event::Message(_) => Hears::IRC_LINE,
        Event::Text { .. } if matches!(direction, Direction::Client) => Hears::IRC_SAID,
        Event::Text { .. } => Hears::IRC_HEARD,
        Event::Joined { own: false, .. }
        | Event::Parted { own: false, .. }
        | Event::Quit { own: false, .. }
        | Event::NickChanged { own: false, .. } => Hears::IRC_OTHERS,
        Event::Ctcp { .. } => Hears::IRC_CTCP,
        Event::Mode { .. } | Event::Listed { .. } => Hears::IRC_MODE,
        Event::Record(_) => Hears::IRC_RECORD,
        Event::Supports { .. } | Event::Capabilities { .. } => Hears::IRC_SUPPORT,
        _ => Hears::IRC,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, Server, say};
    use wiretale_irc::Wire;

    #[test]
    fn a_server_the_client_itself_and_nobody_give_no_orders() {
        let mut session = IrcSession::default();
        session.nick.extend_from_slice(b"anna");
        let from = |name| Spoken::of(&say(name, "#x", b"hi"), Server, &session).map(|spoken| spoken.from.to_vec());
        assert_eq!(from("boss"), Some(b"boss".to_vec()));
        for name in ["", "irc.example.net", "Anna", "ANNA"] {
            assert_eq!(from(name), None, "{name}");
        }
        assert!(Spoken::of(&say("boss", "#x", b"hi"), Client, &session).is_none());
    }

    #[test]
    fn where_words_are_said_and_by_whom() {
        let session = IrcSession::default();
        let place = |event: &Event<'_>| {
            let spoken = Spoken::of(event, Server, &session).unwrap();
            (spoken.to == Target::Private, spoken.from.to_vec(), spoken.place.to_vec())
        };
        for channel in ["#x", "&x", "!x", "+x"] {
            assert_eq!(place(&say("boss", channel, b"hi")), (false, b"boss".to_vec(), channel.into()));
        }
        assert_eq!(place(&say("boss", "anna", b"hi")), (true, b"boss".to_vec(), b"boss".to_vec()));
        let (channel, text, setter) = (Wire(b"#x"), Wire(b"hi"), Wire(b"boss!~b@198.51.100.9"));
        let topic = Event::Topic { channel, text, setter, time: None, changed: false };
        assert_eq!(place(&topic), (false, b"boss".to_vec(), b"#x".to_vec()));
    }
}
