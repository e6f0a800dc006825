//! Who is in which channel, as far as this connection shows.

mod names;

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::Casemapping;
use crate::masks::{Listed, Mask, Masks};
use crate::member::Member;

/// The channels of one connection, their topics and members. Bounded.
///
/// Where the observer does not [want others](wiretale_protocol::Observer::wants_others), the client is their only member.
/// Names are hashed and compared in lower case, and kept once, as they came.
// In the order written: most of what tells of a channel is about the first two.
#[derive(Default)]
#[repr(C)]
pub struct Channels {
    // Hashes of the names met last, of channels that are there; 0 for none. They have 64 bits and a seed, so that one stands
    // for its name.
    latest: [u64; LATEST],
    hasher: RandomState,
    map: HashTable<Channel>,
    members: usize,
    // Bytes on the heap in members' nicks.
    nicks: usize,
    masks: usize,
    dropped: u64,
    masks_dropped: u64,
    // The channel whose topic was told last, of those that are not there.
    elsewhere: Option<Box<Channel>>,
    // How often it changed what is upper and what lower case.
    recased: u8,
}

/// One channel.
#[derive(Default)]
pub struct Channel {
    name: Box<[u8]>,
    topic: Option<Topic>,
    members: HashTable<Member>,
    masks: Masks,
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

impl Channels {
    /// The most channels followed at a time.
    pub const MOST_CHANNELS: usize = 2048;

    /// The most members followed at a time, over all channels.
    pub const MOST_MEMBERS: usize = 65_536;

    /// The most entries of lists of masks that are kept, over all channels; of one channel, 512.
    pub const MOST_MASKS: usize = 8192;

    /// Entries of lists of masks passed over because there was no room.
    #[must_use]
    pub const fn masks_dropped(&self) -> u64 {
        self.masks_dropped
    }

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

    /// About how many bytes on the heap they take.
    pub(crate) fn memory(&self) -> usize {
        let channels = self.map.len() + usize::from(self.elsewhere.is_some());
        channels * CHANNEL + self.members * MEMBER + self.nicks + self.masks * MASK
    }

    /// The names of all channels, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&[u8]> {
        let mut names: Vec<&[u8]> = self.map.iter().map(|channel| &*channel.name).collect();
        names.sort_unstable();
        names
    }

    /// The channel of this name.
    #[must_use]
    pub fn get(&self, name: &[u8], casemapping: Casemapping) -> Option<&Channel> {
        self.map.find(casemapping.hash(name, &self.hasher), is_called(name, casemapping))
    }

    /// In how many channels somebody is.
    #[must_use]
    pub fn shared_with(&self, nick: &[u8], casemapping: Casemapping) -> usize {
        let hash = casemapping.hash(nick, &self.hasher);
        self.map.iter().filter(|channel| channel.members.find(hash, is(nick, casemapping)).is_some()).count()
    }

    /// The names of the channels somebody is in, sorted.
    pub(crate) fn of(&self, nick: &[u8], casemapping: Casemapping) -> Vec<Box<[u8]>> {
        let hash = casemapping.hash(nick, &self.hasher);
        let theirs = self.map.iter().filter(|channel| channel.members.find(hash, is(nick, casemapping)).is_some());
        let mut names: Vec<_> = theirs.map(|channel| channel.name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// There is such a channel. False if there was no room for it, and this is the first time.
    pub(crate) fn open(&mut self, name: &[u8], casemapping: Casemapping) -> bool {
        let Self { latest, map, hasher, .. } = self;
        let hash = casemapping.hash(name, hasher);
        if hash != 0 && latest.contains(&hash) {
            return true;
        }
        let opened = open(map, |name| casemapping.hash(name, hasher), name, casemapping).is_some();
        if opened {
            latest.rotate_right(1);
            latest[0] = hash;
        }
        self.drop_some(usize::from(!opened))
    }

    /// Somebody is in a channel. False if there was no room, and this is the first time.
    pub(crate) fn join(&mut self, name: &[u8], nick: &[u8], ranks: &[u8], casemapping: Casemapping) -> bool {
        self.join_all(name, core::iter::once((nick, ranks.iter().copied())), 1, casemapping)
    }

    /// People are in a channel, each with the letters of their ranks; about so many. False if there was no room for one
    /// of them, and this is the first time.
    pub(crate) fn join_all<'n, R: Iterator<Item = u8>>(
        &mut self,
        name: &[u8],
        people: impl Iterator<Item = (&'n [u8], R)>,
        about: usize,
        casemapping: Casemapping,
    ) -> bool {
        let Self { map, hasher, members, nicks, .. } = self;
        let hash = |name: &[u8]| casemapping.hash(name, hasher);
        let mut people = people.peekable();
        let open = people.peek().is_some().then(|| open(map, hash, name, casemapping));
        let Some(channel) = open.flatten() else { return self.drop_some(people.count()) };
        if channel.members.len() <= 1 {
            channel.members.reserve(about, |member| hash(member.nick()));
        }
        let mut dropped = 0;
        for (nick, ranks) in people {
            match channel.members.entry(hash(nick), is(nick, casemapping), |member| hash(member.nick())) {
                Entry::Occupied(mut member) => ranks.for_each(|rank| member.get_mut().give(rank)),
                Entry::Vacant(_) if *members >= Self::MOST_MEMBERS => dropped += 1,
                Entry::Vacant(place) => {
                    let mut member = Member::new(nick);
                    ranks.for_each(|rank| member.give(rank));
                    *members += 1;
                    *nicks += member.heap();
                    place.insert(member);
                }
            }
        }
        self.drop_some(dropped)
    }

    /// Somebody left a channel.
    pub(crate) fn part(&mut self, name: &[u8], nick: &[u8], casemapping: Casemapping) {
        let hash = casemapping.hash(nick, &self.hasher);
        let Some(channel) = self.get_mut(name, casemapping) else { return };
        let left = channel.remove(hash, nick, casemapping);
        let empty = channel.members.is_empty();
        self.members -= usize::from(left.is_some());
        self.nicks -= left.map_or(0, |member| member.heap());
        if empty {
            self.forget(name, casemapping);
        }
    }

    /// This connection's client left a channel: nothing more is known of it.
    pub(crate) fn forget(&mut self, name: &[u8], casemapping: Casemapping) {
        if let Some(channel) = self.take(name, casemapping) {
            self.members -= channel.members.len();
            self.nicks -= channel.members.iter().map(Member::heap).sum::<usize>();
            self.masks -= channel.masks.all().len();
        }
    }

    /// Somebody left the network.
    pub(crate) fn quit(&mut self, nick: &[u8], casemapping: Casemapping) {
        let hash = casemapping.hash(nick, &self.hasher);
        let (mut left, mut nicks, mut masks) = (0, 0, 0);
        self.latest = [0; LATEST];
        self.map.retain(|channel| {
            if let Some(member) = channel.remove(hash, nick, casemapping) {
                left += 1;
                nicks += member.heap();
            }
            if channel.members.is_empty() {
                masks += channel.masks.all().len();
            }
            !channel.members.is_empty()
        });
        self.members -= left;
        self.nicks -= nicks;
        self.masks -= masks;
    }

    /// Somebody has a new nick.
    pub(crate) fn rename(&mut self, old: &[u8], new: &[u8], casemapping: Casemapping) {
        let hash = |name: &[u8]| casemapping.hash(name, &self.hasher);
        let (old_hash, new_hash) = (hash(old), hash(new));
        let (mut lost, mut nicks, mut renamed) = (0, 0, 0);
        for channel in &mut self.map {
            if let Some(mut member) = channel.remove(old_hash, old, casemapping) {
                let other = channel.remove(new_hash, new, casemapping);
                lost += usize::from(other.is_some());
                nicks += member.heap() + other.map_or(0, |other| other.heap());
                member.rename(new);
                renamed += member.heap();
                channel.members.insert_unique(new_hash, member, |member| hash(member.nick()));
            }
        }
        self.members -= lost;
        self.nicks = self.nicks + renamed - nicks;
    }

    /// A rank was given or taken.
    pub(crate) fn rank(&mut self, name: &[u8], nick: &[u8], letter: u8, adding: bool, casemapping: Casemapping) {
        let hash = casemapping.hash(nick, &self.hasher);
        let channel = self.get_mut(name, casemapping);
        let Some(member) = channel.and_then(|channel| channel.members.find_mut(hash, is(nick, casemapping))) else {
            return;
        };
        if adding { member.give(letter) } else { member.take(letter) }
    }

    /// Notes an entry of a list of a known channel. False if there was no room, and this is the first time.
    pub(crate) fn list(&mut self, name: &[u8], entry: Listed<'_>, casemapping: Casemapping) -> bool {
        let full = self.masks >= Self::MOST_MASKS;
        let Some(channel) = self.get_mut(name, casemapping) else { return true };
        match if full { None } else { channel.masks.add(entry) } {
            Some(more) => self.masks += more,
            None => {
                self.masks_dropped += 1;
                return self.masks_dropped != 1;
            }
        }
        true
    }

    /// Takes an entry off a list.
    pub(crate) fn unlist(&mut self, name: &[u8], letter: u8, mask: &[u8], casemapping: Casemapping) {
        if let Some(channel) = self.get_mut(name, casemapping) {
            self.masks -= channel.masks.remove(letter, mask);
        }
    }

    /// The topic of a channel. Of a channel that is not there it is kept until that of another such channel is told: what
    /// the topic is and who set it comes in two lines.
    pub(crate) fn topic(&mut self, name: &[u8], casemapping: Casemapping) -> &mut Option<Topic> {
        let Self { map, hasher, elsewhere, .. } = self;
        if let Some(channel) = map.find_mut(casemapping.hash(name, hasher), is_called(name, casemapping)) {
            return &mut channel.topic;
        }
        let known = elsewhere.take().filter(|channel| casemapping.equal(&channel.name, name));
        let new = || Box::new(Channel { name: name.into(), ..Channel::default() });
        &mut elsewhere.insert(known.unwrap_or_else(new)).topic
    }

    fn get_mut(&mut self, name: &[u8], casemapping: Casemapping) -> Option<&mut Channel> {
        self.map.find_mut(casemapping.hash(name, &self.hasher), is_called(name, casemapping))
    }

    fn take(&mut self, name: &[u8], casemapping: Casemapping) -> Option<Channel> {
        let hash = casemapping.hash(name, &self.hasher);
        self.latest.iter_mut().filter(|latest| **latest == hash).for_each(|latest| *latest = 0);
        let found = self.map.find_entry(hash, is_called(name, casemapping));
        found.ok().map(|entry| entry.remove().0)
    }

    fn drop_some(&mut self, people: usize) -> bool {
        let first = self.dropped == 0 && people > 0;
        self.dropped += people as u64;
        !first
    }
}

impl Channel {
    fn remove(&mut self, hash: u64, nick: &[u8], casemapping: Casemapping) -> Option<Member> {
        self.members.find_entry(hash, is(nick, casemapping)).ok().map(|entry| entry.remove().0)
    }

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

    /// The entries of its lists of masks, in the order in which they became known.
    #[must_use]
    pub fn masks(&self) -> &[Mask] {
        self.masks.all()
    }

    /// Its members, sorted by nick.
    #[must_use]
    pub fn members(&self) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.iter().collect();
        members.sort_unstable_by(|one, other| one.nick().cmp(other.nick()));
        members
    }
}

// The channel of this name; `None` if it is new, and there is no room.
fn open<'m>(
    map: &'m mut HashTable<Channel>,
    hash: impl Fn(&[u8]) -> u64,
    name: &[u8],
    casemapping: Casemapping,
) -> Option<&'m mut Channel> {
    let full = map.len() >= Channels::MOST_CHANNELS;
    match map.entry(hash(name), is_called(name, casemapping), |channel| hash(&channel.name)) {
        Entry::Occupied(channel) => Some(channel.into_mut()),
        Entry::Vacant(_) if full => None,
        Entry::Vacant(place) => Some(place.insert(Channel { name: name.into(), ..Channel::default() }).into_mut()),
    }
}

fn is_called(name: &[u8], casemapping: Casemapping) -> impl Fn(&Channel) -> bool {
    move |channel| casemapping.equal(&channel.name, name)
}

fn is(nick: &[u8], casemapping: Casemapping) -> impl Fn(&Member) -> bool {
    move |member| casemapping.equal(member.nick(), nick)
}

// Most people are in no more channels.
const LATEST: usize = 4;
// About what each takes on the heap, with its share of the table, beside its name.
const CHANNEL: usize = 640;
const MEMBER: usize = 28;
// As long as a line can make one: there may be thousands.
const MASK: usize = 544;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_and_go() {
        let (mut channels, map) = (Channels::default(), Casemapping::default());
        channels.join(b"#A[", b"Ann", b"", map);
        channels.join(b"#a{", b"ben", b"ov", map);
        channels.join(b"#b", b"BEN", b"", map);
        assert_eq!(channels.names(), [b"#A[", b"#b".as_slice()]);
        assert_eq!(channels.shared_with(b"Ben", map), 2);
        channels.rank(b"#a[", b"ben", b'o', false, map);
        channels.rename(b"ben", b"bob", map);
        let members = channels.get(b"#a[", map).unwrap().members();
        assert_eq!(
            members.iter().map(|m| (m.nick(), m.ranks().collect())).collect::<Vec<_>>(),
            [(&b"Ann"[..], alloc::vec![]), (&b"bob"[..], alloc::vec![b'v'])]
        );
        channels.quit(b"bob", map);
        assert_eq!(channels.names(), [b"#A["]);
        channels.part(b"#A[", b"ann", map);
        assert!(channels.is_empty() && (channels.members, channels.memory()) == (0, 0));
    }

    #[test]
    fn tables_have_a_bound_and_say_so_once() {
        let (mut channels, map) = (Channels::default(), Casemapping::default());
        let mut said = 0;
        for n in 0..Channels::MOST_CHANNELS + 10 {
            said += usize::from(!channels.join(std::format!("#{n}").as_bytes(), b"x", b"", map));
        }
        assert_eq!((channels.len(), channels.dropped(), said), (Channels::MOST_CHANNELS, 10, 1));
        for n in 0..Channels::MOST_MEMBERS {
            channels.join(b"#0", std::format!("n{n}").as_bytes(), b"", map);
        }
        assert_eq!(channels.members, Channels::MOST_MEMBERS);
    }
}
