//! Somebody in a channel.

use alloc::boxed::Box;

/// Somebody in a channel. There are many of them: most take 16 bytes and nothing on the heap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member(Kept);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kept {
    /// The nick, the letters of ranks behind it, and zeros.
    Short { nick: u8, text: [u8; ROOM] },
    /// What finds no room there.
    Long(Box<Long>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Long {
    nick: Box<[u8]>,
    ranks: [u8; MOST_RANKS],
}

impl Member {
    #[inline]
    pub(crate) fn new(nick: &[u8]) -> Self {
        let mut text = [0; ROOM];
        match (text.get_mut(..nick.len()), u8::try_from(nick.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(nick);
                Self(Kept::Short { nick: len, text })
            }
            _ => Self::long(nick, [0; MOST_RANKS]),
        }
    }

    /// The nick.
    #[must_use]
    #[inline]
    pub fn nick(&self) -> &[u8] {
        match &self.0 {
            Kept::Short { nick, text } => text.get(..usize::from(*nick)).unwrap_or_default(),
            Kept::Long(long) => &long.nick,
        }
    }

    /// Letters of the ranks held: `o`, `v`, … in the order in which they were given.
    pub fn ranks(&self) -> impl Iterator<Item = u8> + '_ {
        let ranks = match &self.0 {
            Kept::Short { nick, text } => text.get(usize::from(*nick)..).unwrap_or_default(),
            Kept::Long(long) => &long.ranks,
        };
        ranks.iter().copied().take_while(|&rank| rank != 0)
    }

    pub(crate) fn rename(&mut self, nick: &[u8]) {
        let mut new = Self::new(nick);
        self.ranks().for_each(|rank| new.give(rank));
        *self = new;
    }

    pub(crate) fn give(&mut self, letter: u8) {
        if self.ranks().count() >= MOST_RANKS || self.ranks().any(|rank| rank == letter) {
            return;
        }
        if self.places().iter().all(|&rank| rank != 0) {
            let mut ranks = [0; MOST_RANKS];
            ranks.iter_mut().zip(self.ranks()).for_each(|(place, rank)| *place = rank);
            *self = Self::long(self.nick(), ranks);
        }
        if let Some(free) = self.places().iter_mut().find(|rank| **rank == 0) {
            *free = letter;
        }
    }

    pub(crate) fn take(&mut self, letter: u8) {
        let places = self.places();
        if let Some(at) = places.iter().position(|&rank| rank == letter)
            && let Some(behind) = places.get_mut(at..)
        {
            behind.rotate_left(1);
            behind.last_mut().into_iter().for_each(|last| *last = 0);
        }
    }

    /// Bytes on the heap.
    #[inline]
    pub(crate) fn heap(&self) -> usize {
        match &self.0 {
            Kept::Short { .. } => 0,
            Kept::Long(long) => size_of::<Long>() + long.nick.len(),
        }
    }

    fn long(nick: &[u8], ranks: [u8; MOST_RANKS]) -> Self {
        Self(Kept::Long(Box::new(Long { nick: nick.into(), ranks })))
    }

    // Where ranks are noted: some, then zeros.
    fn places(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Kept::Short { nick, text } => text.get_mut(usize::from(*nick)..).unwrap_or_default(),
            Kept::Long(long) => &mut long.ranks,
        }
    }
}

const ROOM: usize = 14;
// More than that nobody holds.
const MOST_RANKS: usize = 8;

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use proptest::prelude::*;

    const _: () = assert!(size_of::<Member>() == 16);

    proptest! {
        #[test]
        fn a_member_is_a_nick_and_a_list_of_ranks(
            nick in "[a-z]{0,40}", new in "[a-z]{0,40}", changes in proptest::collection::vec((any::<bool>(), b'a'..b'm'), 0..40),
        ) {
            let (mut member, mut ranks) = (Member::new(nick.as_bytes()), Vec::new());
            for (adding, letter) in changes {
                if adding {
                    member.give(letter);
                    if !ranks.contains(&letter) && ranks.len() < MOST_RANKS {
                        ranks.push(letter);
                    }
                } else {
                    member.take(letter);
                    ranks.retain(|&rank| rank != letter);
                }
                prop_assert_eq!((member.nick(), member.ranks().collect::<Vec<_>>()), (nick.as_bytes(), ranks.clone()));
            }
            member.rename(new.as_bytes());
            prop_assert_eq!((member.nick(), member.ranks().collect::<Vec<_>>()), (new.as_bytes(), ranks));
        }
    }
}
