//! An IRC connection's account, as far as scoring needs one.

use std::hash::BuildHasher as _;
use std::mem::offset_of;
use std::num::NonZeroU64;

use foldhash::fast::RandomState;
use smallvec::SmallVec;
use wiretale_irc::{Event, ModeChange, ModeKind, RecordKind, Source};
use wiretale_protocol::{Timestamp, scan};

use crate::Hears;
use crate::detector::name_key;

/// Who an IRC client is, on which network, and where. All names as the wire has them, the keys of lookups in lower case.
// In the order written, which puts what each line asks for side by side, on one line of the cache.
#[derive(Clone, Default, Debug)]
#[repr(C, align(64))]
pub struct IrcSession {
    // Where it begins, to ask for its first lines ahead.
    start: [u8; 0],
    // Numbers for the nick and the network, once the scorer has given them.
    pub(crate) keys: Option<Keys>,
    /// The client's nick.
    pub nick: Nick,
    // Those seen, at most OPERATORS: numbers for a channel and a nick together.
    operators: Vec<u64>,
    /// Its user name.
    pub user: Box<[u8]>,
    /// Its real name.
    pub real_name: Box<[u8]>,
    /// The server's name.
    pub server: Box<[u8]>,
    /// The network's name; empty where nothing told it.
    pub network: Box<[u8]>,
    /// When the server took it in.
    pub registered: Option<Timestamp>,
    /// Who speaks there is behind a bouncer.
    pub bouncer: bool,
    hash: RandomState,
}

/// Numbers for names in any case, which every line asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    pub(crate) nick: NonZeroU64,
    /// None where the network has no name.
    pub(crate) network: Option<NonZeroU64>,
}

impl Keys {
    /// For these names, in their numbers.
    pub(crate) fn new(nick: u64, network: Option<u64>) -> Self {
        let number = |key| NonZeroU64::new(key).unwrap_or(NonZeroU64::MIN);
        Self { nick: number(nick), network: network.map(number) }
    }
}

impl IrcSession {
    /// Is this nick an operator of this channel, as far as was seen?
    #[must_use]
    pub fn is_operator(&self, channel: &[u8], nick: &[u8]) -> bool {
        !self.operators.is_empty() && self.operators.contains(&self.operator(channel, nick))
    }

    // The same for the same names in any case.
    fn operator(&self, channel: &[u8], nick: &[u8]) -> u64 {
        self.hash.hash_one((name_key(&self.hash, channel), name_key(&self.hash, nick)))
    }

    // Bytes on the heap that it takes, by and large.
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + NAMES + self.operators.capacity() * size_of::<u64>()
    }

    /// Is it the client's own nick?
    #[must_use]
    pub fn is_own(&self, nick: &[u8]) -> bool {
        !self.nick.is_empty() && self.nick.eq_ignore_ascii_case(nick)
    }

    // Where the part that every line asks for begins, and how long it is.
    #[inline]
    pub(crate) const fn needed(&self) -> (&[u8], usize) {
        (&self.start, offset_of!(Self, user))
    }

    /// Is there something for it in facts of this kind?
    pub(crate) const fn learns_from(kind: Hears) -> bool {
        matches!(kind, Hears::IRC | Hears::IRC_MODE | Hears::IRC_RECORD)
    }

    pub(crate) fn learn(&mut self, at: Timestamp, event: &Event<'_>) {
        match *event {
            Event::Registered { .. }
            | Event::Known { .. }
            | Event::Presumed { .. }
            | Event::Network { .. }
            | Event::NickChanged { own: true, .. }
            | Event::Joined { own: true, .. } => self.keys = None,
            _ => {}
        }
        match *event {
            Event::Registered { nick, user, real_name, server, network, .. } => {
                self.registered.get_or_insert(at);
                (self.nick, self.user, self.real_name) = (as_nick(&nick), short(&user), short(&real_name));
                (self.server, self.network) = (short(&server), short(&network));
            }
            Event::Known { nick, server } => (self.nick, self.server) = (as_nick(&nick), short(&server)),
            Event::Presumed { nick, user, real_name } => {
                self.registered.get_or_insert(at);
                (self.nick, self.user, self.real_name) = (as_nick(&nick), short(&user), short(&real_name));
            }
            Event::Network { name, .. } => self.network = short(&name),
            Event::NickChanged { nick, own: true, .. } => self.nick = as_nick(&nick),
            Event::Joined { own: true, who: Source { name, .. }, .. } if !name.is_empty() => {
                self.nick = as_nick(&name);
            }
            Event::Bouncer { .. } => self.bouncer = true,
            Event::Mode { by, target, change } => self.mode(&by, &target, change),
            Event::Kicked { by, channel, .. } => self.rules(&by, &channel),
            Event::Record(record) if record.kind == RecordKind::Names => self.names(record),
            _ => {}
        }
    }

    fn mode(&mut self, by: &Source<'_>, target: &[u8], change: ModeChange<'_>) {
        if change.kind != ModeKind::User {
            self.rules(by, target);
        }
        if matches!(change.letter, b'o' | b'h' | b'a' | b'q') {
            self.rank(target, &change.argument, change.adding);
        }
    }

    // Only operators do what this one did there (RFC 2811 section 2.4): in a session met in the middle that shows who is.
    fn rules(&mut self, by: &Source<'_>, channel: &[u8]) {
        if !by.user.is_empty() && !self.is_operator(channel, &by.name) {
            self.rank(channel, &by.name, true);
        }
    }

    fn names(&mut self, record: wiretale_irc::Record<'_>) {
        for (_, params) in record.rows.iter().filter(|(numeric, _)| *numeric == 353) {
            let (channel, list) = (params.get(2).unwrap_or_default(), params.get(3).unwrap_or_default());
            for name in scan::words(list).filter(|name| matches!(name.first(), Some(b'@' | b'~' | b'&'))) {
                let nick = scan::first(name, *b"!").map_or(name, |end| &name[..end]);
                self.rank(channel, without_signs(nick), true);
            }
        }
    }

    fn rank(&mut self, channel: &[u8], nick: &[u8], adding: bool) {
        let entry = self.operator(channel, nick);
        self.operators.retain(|known| *known != entry);
        if adding && !nick.is_empty() && self.operators.len() < OPERATORS {
            self.operators.push(entry);
        }
    }
}

// The signs of ranks in front of a nick; with multi-prefix there may be several.
fn without_signs(nick: &[u8]) -> &[u8] {
    &nick[nick.iter().take_while(|byte| matches!(byte, b'@' | b'~' | b'&' | b'%' | b'+')).count()..]
}

fn short(bytes: &[u8]) -> Box<[u8]> {
    bytes[..bytes.len().min(LONGEST)].into()
}

fn as_nick(bytes: &[u8]) -> Nick {
    Nick::from_slice(&bytes[..bytes.len().min(LONGEST)])
}

/// A nick, which rarely needs a place on the heap.
pub type Nick = SmallVec<[u8; 16]>;

const LONGEST: usize = 128;
// Bytes of a few names.
const NAMES: usize = 96;
const OPERATORS: usize = 256;
