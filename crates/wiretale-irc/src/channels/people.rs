//! People who come and go.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::hash_table::Entry;

use super::channel::is;
use super::{Channels, LATEST, open};
use crate::Casemapping;
use crate::member::Member;

impl Channels {
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
}
