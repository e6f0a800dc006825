//! Who is in which channel, as far as this connection shows.

mod channel;
mod names;
mod people;

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::Casemapping;
use crate::masks::Listed;

use self::channel::is_called;
pub use self::channel::{Channel, Topic};

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
