//! Who is in which channel, as far as this connection shows.

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::support::{Casemapping, Folded, MOST_RANKS, Support};

/// The channels of one connection, their topics and members. Bounded.
#[derive(Default)]
pub struct Channels {
    map: HashMap<Box<[u8]>, Channel, RandomState>,
    members: usize,
    dropped: u64,
}

/// One channel.
#[derive(Default)]
pub struct Channel {
    name: Box<[u8]>,
    topic: Option<Topic>,
    members: HashMap<Box<[u8]>, Member, RandomState>,
}

/// A topic as told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Topic {
    /// Its text.
    pub text: Box<[u8]>,
    /// Who set it; empty where not told.
    pub setter: Box<[u8]>,
    /// When, in Unix time.
    pub time: Option<u64>,
}

/// Somebody in a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The nick.
    pub nick: Box<[u8]>,
    /// Letters of the ranks held, as in `MODE`.
    ranks: [u8; MOST_HELD],
}

impl Channels {
    /// The most channels followed at a time.
    pub const MOST_CHANNELS: usize = 2048;

    /// The most members followed at a time, over all channels.
    pub const MOST_MEMBERS: usize = 65_536;

    /// Channels and members passed over because there was no room.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many channels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The names of all channels, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&[u8]> {
        let mut names: Vec<&[u8]> = self.map.values().map(|channel| &*channel.name).collect();
        names.sort_unstable();
        names
    }

    /// The channel of this name.
    #[must_use]
    pub fn get(&self, name: &[u8], casemapping: Casemapping) -> Option<&Channel> {
        self.map.get(&*casemapping.fold(name))
    }

    /// In how many channels somebody is.
    #[must_use]
    pub fn shared_with(&self, nick: &[u8], casemapping: Casemapping) -> usize {
        let nick = casemapping.fold(nick);
        self.map.values().filter(|channel| channel.members.contains_key(&*nick)).count()
    }

    /// Somebody is in a channel. False if there was no room, and this is the first time.
    pub(crate) fn join(&mut self, name: &[u8], nick: &[u8], ranks: &[u8], support: &Support) -> bool {
        let casemapping = support.casemapping();
        let full = self.members >= Self::MOST_MEMBERS;
        let Some(channel) = self.open(casemapping.fold(name), name) else { return self.drop_one() };
        let key = casemapping.fold(nick);
        if let Some(member) = channel.members.get_mut(&*key) {
            ranks.iter().for_each(|&rank| member.give(rank));
            return true;
        }
        if full {
            return self.drop_one();
        }
        let mut member = Member { nick: kept(nick), ranks: [0; MOST_HELD] };
        ranks.iter().for_each(|&rank| member.give(rank));
        channel.members.insert(kept(&key), member);
        self.members += 1;
        true
    }

    /// Somebody left a channel.
    pub(crate) fn part(&mut self, name: &[u8], nick: &[u8], casemapping: Casemapping) {
        let key = casemapping.fold(name);
        let Some(channel) = self.map.get_mut(&*key) else { return };
        if channel.members.remove(&*casemapping.fold(nick)).is_some() {
            self.members -= 1;
        }
        if channel.members.is_empty() {
            self.map.remove(&*key);
        }
    }

    /// This connection's client left a channel: nothing more is known of it.
    pub(crate) fn forget(&mut self, name: &[u8], casemapping: Casemapping) {
        if let Some(channel) = self.map.remove(&*casemapping.fold(name)) {
            self.members -= channel.members.len();
        }
    }

    /// Somebody left the network.
    pub(crate) fn quit(&mut self, nick: &[u8], casemapping: Casemapping) {
        let nick = casemapping.fold(nick);
        let mut left = 0;
        self.map.retain(|_, channel| {
            left += usize::from(channel.members.remove(&*nick).is_some());
            !channel.members.is_empty()
        });
        self.members -= left;
    }

    /// Somebody has a new nick.
    pub(crate) fn rename(&mut self, old: &[u8], new: &[u8], casemapping: Casemapping) {
        let (old, key) = (casemapping.fold(old), casemapping.fold(new));
        let mut lost = 0;
        for channel in self.map.values_mut() {
            if let Some(mut member) = channel.members.remove(&*old) {
                member.nick = kept(new);
                lost += usize::from(channel.members.insert(kept(&key), member).is_some());
            }
        }
        self.members -= lost;
    }

    /// A rank was given or taken.
    pub(crate) fn rank(&mut self, name: &[u8], nick: &[u8], letter: u8, adding: bool, casemapping: Casemapping) {
        let channel = self.map.get_mut(&*casemapping.fold(name));
        let Some(member) = channel.and_then(|channel| channel.members.get_mut(&*casemapping.fold(nick))) else {
            return;
        };
        if adding { member.give(letter) } else { member.take(letter) }
    }

    /// The topic of a channel, if it is known.
    pub(crate) fn topic(&mut self, name: &[u8], casemapping: Casemapping) -> Option<&mut Option<Topic>> {
        self.map.get_mut(&*casemapping.fold(name)).map(|channel| &mut channel.topic)
    }

    fn open(&mut self, key: Folded, name: &[u8]) -> Option<&mut Channel> {
        if !self.map.contains_key(&*key) {
            if self.map.len() >= Self::MOST_CHANNELS {
                return None;
            }
            self.map.insert(kept(&key), Channel { name: kept(name), ..Channel::default() });
        }
        self.map.get_mut(&*key)
    }

    fn drop_one(&mut self) -> bool {
        self.dropped += 1;
        self.dropped != 1
    }
}

impl Channel {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its topic, where known.
    #[must_use]
    pub const fn topic(&self) -> Option<&Topic> {
        self.topic.as_ref()
    }

    /// Its members, sorted by nick.
    #[must_use]
    pub fn members(&self) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.values().collect();
        members.sort_unstable_by(|one, other| one.nick.cmp(&other.nick));
        members
    }
}

impl Member {
    /// Letters of the ranks held: `o`, `v`, … in the order in which they were given.
    pub fn ranks(&self) -> impl Iterator<Item = u8> + '_ {
        self.ranks.iter().copied().filter(|&rank| rank != 0)
    }

    fn give(&mut self, letter: u8) {
        if !self.ranks.contains(&letter)
            && let Some(free) = self.ranks.iter_mut().find(|rank| **rank == 0)
        {
            *free = letter;
        }
    }

    fn take(&mut self, letter: u8) {
        self.ranks.iter_mut().filter(|rank| **rank == letter).for_each(|rank| *rank = 0);
    }
}

fn kept(text: &[u8]) -> Box<[u8]> {
    text.into()
}

// More ranks than that nobody holds; more letters than that PREFIX cannot have.
const MOST_HELD: usize = 8;
const _: () = assert!(MOST_HELD <= MOST_RANKS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_and_go() {
        let (mut channels, support) = (Channels::default(), Support::default());
        let map = support.casemapping();
        channels.join(b"#A[", b"Ann", b"", &support);
        channels.join(b"#a{", b"ben", b"ov", &support);
        channels.join(b"#b", b"BEN", b"", &support);
        assert_eq!(channels.names(), [b"#A[", b"#b".as_slice()]);
        assert_eq!(channels.shared_with(b"Ben", map), 2);
        channels.rank(b"#a[", b"ben", b'o', false, map);
        channels.rename(b"ben", b"bob", map);
        let members = channels.get(b"#a[", map).unwrap().members();
        assert_eq!(
            members.iter().map(|m| (&*m.nick, m.ranks().collect())).collect::<Vec<_>>(),
            [(&b"Ann"[..], alloc::vec![]), (&b"bob"[..], alloc::vec![b'v'])]
        );
        channels.quit(b"bob", map);
        assert_eq!(channels.names(), [b"#A["]);
        channels.part(b"#A[", b"ann", map);
        assert!(channels.is_empty() && channels.members == 0);
    }

    #[test]
    fn tables_have_a_bound_and_say_so_once() {
        let (mut channels, support) = (Channels::default(), Support::default());
        let mut said = 0;
        for n in 0..Channels::MOST_CHANNELS + 10 {
            said += usize::from(!channels.join(std::format!("#{n}").as_bytes(), b"x", b"", &support));
        }
        assert_eq!((channels.len(), channels.dropped(), said), (Channels::MOST_CHANNELS, 10, 1));
        for n in 0..Channels::MOST_MEMBERS {
            channels.join(b"#0", std::format!("n{n}").as_bytes(), b"", &support);
        }
        assert_eq!(channels.members, Channels::MOST_MEMBERS);
    }
}
