//! Lists of masks: bans, exceptions and their kin.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::Wire;

/// An entry of a channel's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mask {
    /// The letter of the list, as in `MODE`: `b`, `e`, `I`, `q`.
    pub letter: u8,
    /// The mask.
    pub mask: Box<[u8]>,
    /// Who set it; empty where not told.
    pub setter: Box<[u8]>,
    /// When, in Unix time.
    pub time: Option<u64>,
}

/// An entry as the wire has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listed<'a> {
    /// The letter of the list.
    pub letter: u8,
    /// The mask.
    pub mask: Wire<'a>,
    /// Who set it; empty where not told.
    pub setter: Wire<'a>,
    /// When, in Unix time, where told.
    pub time: Option<u64>,
}

/// The lists of one channel. Bounded.
#[derive(Default)]
pub(crate) struct Masks(Vec<Mask>);

impl Masks {
    pub(crate) fn all(&self) -> &[Mask] {
        &self.0
    }

    /// Notes an entry; a second one of the same mask takes the place of the first. Says by how many the lists grew,
    /// `None` if there was no room.
    pub(crate) fn add(&mut self, entry: Listed<'_>) -> Option<usize> {
        let new =
            Mask { letter: entry.letter, mask: entry.mask.0.into(), setter: entry.setter.0.into(), time: entry.time };
        let at = self.0.iter().position(|known| known.letter == new.letter && known.mask == new.mask);
        if let Some(known) = at.and_then(|at| self.0.get_mut(at)) {
            *known = new;
        } else if self.0.len() < MOST {
            self.0.push(new);
        } else {
            return None;
        }
        Some(usize::from(at.is_none()))
    }

    /// Takes an entry off its list; says how many went.
    pub(crate) fn remove(&mut self, letter: u8, mask: &[u8]) -> usize {
        let before = self.0.len();
        self.0.retain(|known| known.letter != letter || *known.mask != *mask);
        before - self.0.len()
    }
}

const MOST: usize = 512;
