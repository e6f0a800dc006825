//! What addresses were called.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::collections::VecDeque;

use wiretale_protocol::{Address, Timestamp};

use crate::{Answer, Data, Section};

/// What each address was last called, from answers. Holds at most `most` addresses; the longest known one makes room.
#[derive(Clone, Debug)]
pub struct Names {
    names: BTreeMap<Address, Called>,
    // The addresses in the order in which they became known.
    order: VecDeque<Address>,
    most: usize,
    dropped: u64,
}

#[derive(Clone, Debug)]
struct Called {
    name: Box<[u8]>,
    at: Timestamp,
}

impl Names {
    /// Of no more than `most` addresses.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { names: BTreeMap::new(), order: VecDeque::new(), most, dropped: 0 }
    }

    /// An answer, heard at `at`. An address is called as the question was: an alias on the way to it is passed over
    /// where `asked`, the name asked for, is given.
    pub fn answer(&mut self, at: Timestamp, answer: &Answer<'_>, asked: Option<&[u8]>) {
        if let (Section::Answer, Data::Address(address)) = (answer.section, answer.record.data) {
            let name = asked.map_or_else(|| answer.record.name.to_text().into(), Box::from);
            self.call(address, name, at);
        }
    }

    /// What this address was last called, in lower case and with dots, and when.
    #[must_use]
    pub fn of(&self, address: Address) -> Option<(&[u8], Timestamp)> {
        self.names.get(&address).map(|called| (&*called.name, called.at))
    }

    /// How many addresses have a name.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// None has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Addresses forgotten because there were too many.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    fn call(&mut self, address: Address, name: Box<[u8]>, at: Timestamp) {
        if self.most == 0 || name.is_empty() {
            return;
        }
        if self.names.insert(address, Called { name, at }).is_none() {
            self.order.push_back(address);
        }
        if self.names.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
            self.dropped += 1;
        }
    }
}
