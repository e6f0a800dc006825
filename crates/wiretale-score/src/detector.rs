//! What a detector is, what it hears and what it may say.

use std::hash::{BuildHasher as _, Hasher as _};
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::ops::BitOr;

use wiretale_protocol::{Address, Direction, Escaped, Exposure, Moment, Passed, Summary, Timestamp, Weird, scan};

use crate::heard::Heard;
use crate::model::{EVIDENCE_VERSION, Evidence};
use crate::{Facts, Home, Inventory, IrcSession, Names, SeenFile, Weights};

/// One behaviour to be found: a fold over what happens, with a memory of its own.
///
/// It holds a bounded state, reads no clock, and says each thing with the flows and frames it stands on.
pub trait Detector: Send {
    /// Its name in the weights table: `"D03"`.
    fn name(&self) -> &'static str;

    /// The kinds of facts it wakes for.
    fn hears(&self) -> Hears;

    /// In which flows it wakes.
    fn ends(&self) -> Ends {
        Ends::ANY
    }

    /// Bytes on the heap that its memory takes, as far as they can be counted at the cost of a few additions.
    fn memory(&self) -> usize {
        0
    }

    /// One more fact about a flow.
    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings);
}

/// Something that happened in a flow.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    /// It began.
    Opened,
    /// One of the packets that open the flow passed: those at the time of its first one, and those with SYN, as far as
    /// they are among the first [`Facts::FIRST`].
    Passed(&'a Passed),
    /// It was found to be of this service.
    Recognized(&'static str),
    /// Something in it was not as it should be.
    Weird(&'a Weird<'a>),
    /// A secret crossed in clear.
    Exposed(&'a Exposure<'a>),
    /// IRC.
    Irc(&'a wiretale_irc::Event<'a>),
    /// A DCC transfer.
    Dcc(&'a wiretale_dcc::Event<'a>),
    /// A DCC chat.
    Chat(&'a wiretale_dcc::Event<'a>),
    /// FTP's control connection.
    Ftp(&'a wiretale_ftp::Event<'a>),
    /// FTP's data connection.
    FtpData(&'a wiretale_ftp::DataEvent<'a>),
    /// SSH.
    Ssh(&'a wiretale_ssh::Event<'a>),
    /// DNS.
    Dns(&'a wiretale_dns::Event<'a>),
    /// Plain text that no protocol claims.
    Text(&'a wiretale_terminal::Event<'a>),
    /// A file that crossed, whole or in part, over DCC or FTP.
    File(&'a SeenFile<'a>),
    /// It is over.
    Closed(&'a Summary<'a>),
}

/// Kinds of facts, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hears(u32);

impl Hears {
    /// [`Fact::Opened`].
    pub const OPENED: Self = Self(1);
    /// [`Fact::Passed`].
    pub const PASSED: Self = Self(1 << 1);
    /// [`Fact::Recognized`].
    pub const RECOGNIZED: Self = Self(1 << 2);
    /// [`Fact::Weird`].
    pub const WEIRD: Self = Self(1 << 3);
    /// [`Fact::Exposed`].
    pub const EXPOSED: Self = Self(1 << 4);
    /// [`Fact::Irc`], but for what has a kind of its own.
    pub const IRC: Self = Self(1 << 5);
    /// [`Fact::Dcc`] and [`Fact::Chat`].
    pub const DCC: Self = Self(1 << 6);
    /// [`Fact::Ftp`] and [`Fact::FtpData`].
    pub const FTP: Self = Self(1 << 7);
    /// [`Fact::Ssh`].
    pub const SSH: Self = Self(1 << 8);
    /// [`Fact::Dns`].
    pub const DNS: Self = Self(1 << 9);
    /// [`Fact::Text`].
    pub const TEXT: Self = Self(1 << 10);
    /// [`Fact::File`].
    pub const FILE: Self = Self(1 << 11);
    /// [`Fact::Closed`].
    pub const CLOSED: Self = Self(1 << 12 | Self::IRC_CLOSED.0);

    /// [`Fact::Irc`] with a line itself ([`wiretale_irc::Event::Message`]): one for each line, beside what it means, but
    /// for those that are [`Hears::IRC_UNKNOWN`].
    pub const IRC_LINE: Self = Self(1 << 13);

    /// [`Fact::Irc`] with words ([`wiretale_irc::Event::Text`]) that reach the client.
    pub const IRC_HEARD: Self = Self(1 << 14);

    /// [`Fact::Irc`] with words that the client says.
    pub const IRC_SAID: Self = Self(1 << 15);

    /// [`Fact::Irc`] with somebody else who joins, leaves, quits or changes the nick.
    pub const IRC_OTHERS: Self = Self(1 << 16);

    /// [`Fact::Irc`] with a line whose command nobody knows; the others are [`Hears::IRC_LINE`].
    pub const IRC_UNKNOWN: Self = Self(1 << 17);

    /// [`Fact::Closed`] of a flow that carried IRC.
    pub const IRC_CLOSED: Self = Self(1 << 18);

    /// Those of [`Hears::IRC_HEARD`] and topics in which an order to a bot may stand.
    pub const IRC_ORDER: Self = Self(1 << 19);

    /// Those of [`Hears::IRC_HEARD`] and topics in which `://` stands.
    pub const IRC_LINK: Self = Self(1 << 20);

    /// Those of [`Hears::IRC_HEARD`] and [`Hears::IRC_SAID`] that may be no language: with control characters, with a
    /// word of 24 bytes or more, or with the sign of a cipher.
    pub const IRC_CODE: Self = Self(1 << 21);

    /// [`Fact::Irc`] with a CTCP request or reply.
    pub const IRC_CTCP: Self = Self(1 << 22);

    /// [`Fact::Irc`] with a mode, or with an entry of a list that a mode keeps.
    pub const IRC_MODE: Self = Self(1 << 23);

    /// [`Fact::Irc`] with replies put together ([`wiretale_irc::Event::Record`]).
    pub const IRC_RECORD: Self = Self(1 << 24);

    /// [`Fact::Irc`] with what the server supports, or with capabilities.
    pub const IRC_SUPPORT: Self = Self(1 << 25);

    /// How many kinds there are.
    pub(crate) const KINDS: u32 = 26;

    /// No kind.
    pub(crate) const NONE: Self = Self(0);

    /// Is it in the set, or one of them?
    #[must_use]
    pub const fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    /// Is it one kind and no more?
    pub(crate) const fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    pub(crate) const fn nth(index: u32) -> Self {
        Self(1 << index)
    }

    /// The number of the first kind of the set.
    pub(crate) const fn index(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// The kind, and what a fact of it may be beside.
    pub(crate) const fn family(self) -> Self {
        match self {
            Self::IRC_HEARD => Self(self.0 | Self::IRC_ORDER.0 | Self::IRC_LINK.0 | Self::IRC_CODE.0),
            Self::IRC_SAID => Self(self.0 | Self::IRC_CODE.0),
            // Topics are among them.
            Self::IRC => Self(self.0 | Self::IRC_ORDER.0 | Self::IRC_LINK.0),
            _ => self,
        }
    }
}

impl BitOr for Hears {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Kinds of flows, by which of their ends are home, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends(u8);

impl Ends {
    /// All flows.
    pub const ANY: Self = Self(0b1111);
    /// From home to elsewhere.
    pub const OUT: Self = Self(1 << Self::kind([true, false]));
    /// From elsewhere to home.
    pub const IN: Self = Self(1 << Self::kind([false, true]));
    /// One end is home, and one is not.
    pub const ONE: Self = Self(Self::OUT.0 | Self::IN.0);
    /// The client is home.
    pub const CLIENT: Self = Self(Self::OUT.0 | Self::WITHIN);
    /// The server is home.
    pub const SERVER: Self = Self(Self::IN.0 | Self::WITHIN);

    const WITHIN: u8 = 1 << Self::kind([true, true]);

    /// How many kinds there are.
    pub(crate) const KINDS: usize = 4;

    /// The kind of a flow's ends, client and server, as a number.
    pub(crate) const fn kind([client, server]: [bool; 2]) -> usize {
        client as usize | (server as usize) << 1
    }

    pub(crate) const fn has(self, kind: usize) -> bool {
        self.0 >> kind & 1 == 1
    }
}

/// Where and when a fact is heard, and what is known beside it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// When, who and in which flow.
    pub moment: &'a Moment<'a>,
    /// What the flow has shown so far.
    pub facts: &'a Facts,
    /// Who is home.
    pub home: &'a Home,
    /// Who is called what, from DNS answers so far.
    pub names: &'a Names,
    /// What is known of the home network beforehand.
    pub inventory: &'a Inventory,
    /// The model's numbers.
    pub weights: &'a Weights,
    /// When the first flow was opened that the scorer was told of.
    pub began: Timestamp,
    /// Whether the flow's client and its server are home.
    pub(crate) ends: [bool; 2],
    /// The words of an IRC event, where it has some.
    pub(crate) heard: Option<&'a Heard<'a>>,
    pub(crate) hash: &'a foldhash::fast::RandomState,
}

impl<'a> Scene<'a> {
    /// The flow's ends that are home: none, one or both.
    pub fn home_ends(&self) -> impl Iterator<Item = Direction> + use<'a> {
        let ends = self.ends;
        Direction::BOTH.into_iter().filter(move |end| ends[end.index()])
    }

    /// The end that is home where the other is not.
    #[must_use]
    pub const fn home_end(&self) -> Option<Direction> {
        match self.ends {
            [true, false] => Some(Direction::Client),
            [false, true] => Some(Direction::Server),
            _ => None,
        }
    }

    /// Is this end of the flow home?
    #[must_use]
    pub const fn is_home(&self, end: Direction) -> bool {
        self.ends[end.index()]
    }

    /// The IRC session that this flow carries.
    #[must_use]
    pub fn session(&self) -> Option<&'a IrcSession> {
        self.facts.irc.as_deref()
    }

    /// What ties evidence to a channel: its network, or the server where none is known, and its name, in lower case.
    #[must_use]
    pub fn channel_tie(&self, channel: &[u8]) -> String {
        let network = self.session().map(|session| &*session.network).filter(|name| !name.is_empty());
        let channel = channel.to_ascii_lowercase();
        match network {
            Some(network) => format!("channel:{}/{}", Escaped(&network.to_ascii_lowercase()), Escaped(&channel)),
            None => format!("channel:{}/{}", self.moment.flow.server.address, Escaped(&channel)),
        }
    }

    /// A number for the channel that [`Scene::channel_tie`] names: the same for the same channel, and made without
    /// writing the name down.
    #[must_use]
    #[inline]
    pub fn channel_key(&self, channel: &[u8]) -> u64 {
        let network = self.session().and_then(|session| session.keys).and_then(|keys| keys.network);
        let network = network.map_or_else(|| self.hash.hash_one(self.moment.flow.server.address), NonZeroU64::get);
        self.hash.hash_one((network, self.name_key(channel)))
    }

    /// A number for the client's nick, as [`Scene::name_key`] gives it.
    #[inline]
    pub(crate) fn nick_key(&self) -> Option<u64> {
        self.session().and_then(|session| session.keys).map(|keys| keys.nick.get())
    }

    /// A number for a name in any case.
    #[must_use]
    #[inline]
    pub fn name_key(&self, name: &[u8]) -> u64 {
        name_key(self.hash, name)
    }

    /// Evidence about the host at `end` of this flow, of the weights table's row `row`. `key` tells repeats from news.
    #[must_use]
    pub fn evidence(&self, end: Direction, row: &str, key: impl Into<String>, text: impl Into<String>) -> Evidence {
        let Moment { at, frame, flow, .. } = *self.moment;
        Evidence {
            v: EVIDENCE_VERSION,
            time_ns: at.nanos(),
            host: flow.speaker(end).address.to_ip(),
            row: row.into(),
            key: key.into(),
            peer: Some(flow.speaker(end.opposite()).address.to_ip()),
            port: Some(flow.server.port),
            strength: 1.0,
            quality: 1.0,
            ties: Vec::new(),
            text: text.into(),
            uids: vec![flow.id.to_string()],
            frames: vec![frame],
        }
    }

    /// A peer for people: its name where DNS told one, and its address.
    #[must_use]
    pub fn called(&self, address: Address) -> String {
        match self.names.of(address) {
            Some(name) => format!("{} ({address})", Escaped(name)),
            None => address.to_string(),
        }
    }
}

#[inline]
pub(crate) fn name_key(hash: &foldhash::fast::RandomState, name: &[u8]) -> u64 {
    let mut hasher = hash.build_hasher();
    let (sixteens, rest) = name.as_chunks::<16>();
    for sixteen in sixteens {
        hasher.write_u128(u128::from_ne_bytes(*sixteen) | LOWER);
    }
    // The last few bytes are taken with those before them.
    let rest = name.last_chunk().map_or_else(|| scan::ends(rest), |last| u128::from_ne_bytes(*last));
    hasher.write_u128(rest | LOWER);
    hasher.write_usize(name.len());
    hasher.finish()
}

// The bit that makes letters small, and IRC's brackets braces; what else it makes alike is no part of names.
const LOWER: u128 = u128::from_ne_bytes([0x20; 16]);

/// Where evidence goes.
#[derive(Default, Debug)]
pub struct Findings {
    // At most MOST.
    pub(crate) rows: Vec<Evidence>,
    // Evidence for which there was no room.
    pub(crate) dropped: u64,
}

impl Findings {
    /// One more piece of evidence, if there is room.
    pub fn push(&mut self, evidence: Evidence) {
        if self.rows.len() < MOST {
            self.rows.push(evidence);
        } else {
            self.dropped += 1;
        }
    }
}

const MOST: usize = 1 << 18;

impl Evidence {
    /// With this share of its row's weight.
    #[must_use]
    pub const fn strength(mut self, strength: f64) -> Self {
        self.strength = strength;
        self
    }

    /// Seen this well, 0 to 1.
    #[must_use]
    pub const fn quality(mut self, quality: f64) -> Self {
        self.quality = quality;
        self
    }

    /// Tied to other evidence by this: `"file:sha256…"`, `"key:SHA256:…"`, `"greeting:…"`.
    #[must_use]
    pub fn tie(mut self, tie: impl Into<String>) -> Self {
        self.ties.push(tie.into());
        self
    }

    /// About this peer rather than the flow's other end.
    #[must_use]
    pub const fn peer(mut self, peer: Option<IpAddr>) -> Self {
        self.peer = peer;
        self
    }

    /// Standing on this frame too.
    #[must_use]
    pub fn frame(mut self, frame: u64) -> Self {
        self.frames.push(frame);
        self
    }

    /// From this moment rather than now.
    #[must_use]
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.time_ns = at.nanos();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_in_any_case_have_one_key(name in vec(0x40u8..0x7f, 0..40), at in 0usize..40, other in 0x40u8..0x7f) {
            let hash = foldhash::fast::RandomState::default();
            let key = name_key(&hash, &name);
            prop_assert_eq!(name_key(&hash, &name.to_ascii_uppercase()), key);
            let mut changed = name.clone();
            if let Some(byte) = changed.get_mut(at) {
                *byte = other;
            }
            prop_assert_eq!(name_key(&hash, &changed) == key, name.iter().zip(&changed).all(|(a, b)| a | 0x20 == b | 0x20));
            changed.push(b'a');
            prop_assert_ne!(name_key(&hash, &changed), key);
        }
    }
}
