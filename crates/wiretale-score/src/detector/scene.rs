//! Where a fact is heard.

use std::hash::{BuildHasher as _, Hasher as _};
use std::num::NonZeroU64;

use wiretale_protocol::{Address, Direction, Escaped, Moment, Timestamp, scan};

use crate::heard::Heard;
use crate::leaps::Leaps;
use crate::model::{EVIDENCE_VERSION, Evidence};
use crate::tap::Tap;
use crate::{Facts, Home, Inventory, IrcSession, Names, Weights};

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
    pub(crate) tap: &'a Tap,
    pub(crate) leaps: &'a Leaps,
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

    /// Is the flow's server out of sight, in a capture that shows nothing of what others send to home hosts? Anybody can
    /// speak in a home host's name to a server that does not answer.
    #[must_use]
    pub const fn is_server_unseen(&self) -> bool {
        self.tap.hides_server(self.facts)
    }

    /// What is to be added to what one side of a flow alone shows; nothing where both were seen.
    #[must_use]
    pub const fn unheard(&self) -> &'static str {
        match self.facts.took_part {
            [_, false] => "; what the server said was not captured",
            [false, true] => "; what the client said was not captured",
            [true, true] => "",
        }
    }

    /// The same of what a home host does, as far as it shows in what comes back.
    pub(crate) const fn unsent(&self) -> &'static str {
        if self.tap.is_one_sided() { "; what it sent was not captured" } else { "" }
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
