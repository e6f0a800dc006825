//! One channel.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::Casemapping;
use crate::masks::{Mask, Masks};
use crate::member::Member;

/// One channel.
#[derive(Default)]
pub struct Channel {
    pub(super) name: Box<[u8]>,
    pub(super) topic: Option<Topic>,
    pub(super) members: HashTable<Member>,
    pub(super) masks: Masks,
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

impl Channel {
    pub(super) fn remove(&mut self, hash: u64, nick: &[u8], casemapping: Casemapping) -> Option<Member> {
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

pub(super) fn is_called(name: &[u8], casemapping: Casemapping) -> impl Fn(&Channel) -> bool {
    move |channel| casemapping.equal(&channel.name, name)
}

pub(super) fn is(nick: &[u8], casemapping: Casemapping) -> impl Fn(&Member) -> bool {
    move |member| casemapping.equal(member.nick(), nick)
}
