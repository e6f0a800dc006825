//! Links that a host heard of.

use std::collections::VecDeque;
use std::net::IpAddr;

use wiretale_protocol::Timestamp;

/// What a host heard of, the oldest first.
#[derive(Default)]
pub(super) struct Mentions {
    // A number for the link of each: what is heard again is found without a look at all.
    numbers: VecDeque<u64>,
    pub(super) all: VecDeque<Mention>,
}

/// A link that somebody named.
pub(super) struct Mention {
    pub(super) at: Timestamp,
    pub(super) frame: u64,
    pub(super) host: Vec<u8>,
    pub(super) address: Option<IpAddr>,
    pub(super) link: Vec<u8>,
    pub(super) from: Vec<u8>,
    pub(super) channel: String,
    pub(super) flow: String,
    pub(super) strength: f64,
    // A topic's order, or an operator's.
    pub(super) in_charge: bool,
    pub(super) fetched: bool,
}

impl Mentions {
    /// Where among them one of this link is, which has this number.
    pub(super) fn known(&self, number: u64, link: &[u8]) -> Option<usize> {
        let at = self.numbers.iter().position(|known| *known == number)?;
        self.all.get(at).is_some_and(|known| known.link == link).then_some(at)
    }

    /// In the place of one of the same link, or behind the last one. Returns the one that made room.
    pub(super) fn put(&mut self, number: u64, mention: Mention) -> Option<Mention> {
        if let Some(at) = self.known(number, &mention.link) {
            return Some(std::mem::replace(&mut self.all[at], mention));
        }
        self.numbers.push_back(number);
        self.all.push_back(mention);
        if self.all.len() <= MENTIONS {
            return None;
        }
        self.numbers.pop_front();
        self.all.pop_front()
    }
}

impl Mention {
    /// Bytes that it takes, its number included.
    pub(super) const fn weight(&self) -> usize {
        let names = self.host.len() + self.link.len() + self.from.len();
        size_of::<(Self, u64)>() + names + self.channel.len() + self.flow.len()
    }
}

const MENTIONS: usize = 128;
