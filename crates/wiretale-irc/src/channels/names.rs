//! Channels and people under new names.

use alloc::vec::Vec;

use hashbrown::HashTable;

use super::channel::{is, is_called};
use super::{Channel, Channels, LATEST};
use crate::Casemapping;
use crate::member::Member;

impl Channels {
    /// A channel has a new name; one that was called so is no more.
    pub(crate) fn call(&mut self, old: &[u8], new: &[u8], casemapping: Casemapping) {
        let Some(channel) = self.take(old, casemapping) else { return };
        self.forget(new, casemapping);
        let Self { map, hasher, .. } = self;
        let hash = |channel: &Channel| casemapping.hash(&channel.name, hasher);
        let channel = Channel { name: new.into(), ..channel };
        map.insert_unique(hash(&channel), channel, hash);
    }

    /// What is upper and what lower case has changed: all is put where it is looked for now. Of names that have become
    /// the same one is left. A server that changes it time and again is not followed: then nothing is known any more.
    pub(crate) fn recase(&mut self, casemapping: Casemapping) {
        let mut channels: Vec<Channel> = core::mem::take(&mut self.map).into_iter().collect();
        self.latest = [0; LATEST];
        (self.members, self.nicks, self.masks) = (0, 0, 0);
        self.recased = self.recased.saturating_add(1);
        if self.recased > MOST_RECASED {
            return;
        }
        channels.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        channels.into_iter().for_each(|channel| self.put(channel, casemapping));
    }

    fn put(&mut self, mut channel: Channel, casemapping: Casemapping) {
        let Self { map, hasher, .. } = self;
        let hash = |name: &[u8]| casemapping.hash(name, hasher);
        let at = hash(&channel.name);
        if map.find(at, is_called(&channel.name, casemapping)).is_some() {
            return;
        }
        channel.members = again(channel.members, hash, casemapping);
        self.members += channel.members.len();
        self.nicks += channel.members.iter().map(Member::heap).sum::<usize>();
        self.masks += channel.masks.all().len();
        map.insert_unique(at, channel, |channel| hash(&channel.name));
    }
}

fn again(members: HashTable<Member>, hash: impl Fn(&[u8]) -> u64, casemapping: Casemapping) -> HashTable<Member> {
    let mut all: Vec<Member> = members.into_iter().collect();
    all.sort_unstable_by(|one, other| one.nick().cmp(other.nick()));
    let mut members = HashTable::with_capacity(all.len());
    for member in all {
        let at = hash(member.nick());
        if members.find(at, is(member.nick(), casemapping)).is_none() {
            members.insert_unique(at, member, |member| hash(member.nick()));
        }
    }
    members
}

// Servers say it once, as a client comes; behind a bouncer, once more for each connection to a network.
const MOST_RECASED: u8 = 32;
