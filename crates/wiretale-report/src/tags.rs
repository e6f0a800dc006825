//! Numbers for the tags of secrets.

use std::collections::HashMap;

use wiretale::protocol::Tag;

/// Numbers tags by first appearance, so that output neither shows them nor depends on the run's key.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    numbers: HashMap<Tag, usize>,
}

impl Tags {
    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.numbers.capacity() * 2 * size_of::<(Tag, usize)>()
    }

    /// The tag's number, from 1. Beyond [`MOST`] tags all further ones share the number 0.
    pub(crate) fn number(&mut self, tag: Tag) -> usize {
        let next = self.numbers.len() + 1;
        match self.numbers.get(&tag) {
            Some(&number) => number,
            None if next > MOST => 0,
            None => *self.numbers.entry(tag).or_insert(next),
        }
    }
}

const MOST: usize = 1 << 16;
