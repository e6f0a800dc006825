//! Who is called what, as the DNS answers in the capture have it.

use hashbrown::HashMap;
use wiretale_protocol::Address;

/// Names of addresses. Bounded: the oldest names stay, later ones are counted and not kept.
#[derive(Default, Debug)]
pub struct Names {
    names: HashMap<Address, Box<[u8]>, foldhash::fast::RandomState>,
    unnamed: hashbrown::HashSet<Address, foldhash::fast::RandomState>,
    dropped: u64,
    seen_dns: bool,
}

impl Names {
    /// The name whose resolution gave this address, or that a reverse look-up told.
    #[must_use]
    pub fn of(&self, address: Address) -> Option<&[u8]> {
        self.names.get(&address).map(AsRef::as_ref)
    }

    /// Somebody asked for this address's name and there is none.
    #[must_use]
    pub fn has_none(&self, address: Address) -> bool {
        self.unnamed.contains(&address)
    }

    /// Any DNS at all was seen, so that a missing name says something.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.seen_dns
    }

    /// An address was found to be called `name`.
    pub fn learn(&mut self, address: Address, name: &[u8]) {
        self.seen_dns = true;
        if self.names.len() >= MOST {
            self.dropped += 1;
        } else {
            self.names.entry(address).or_insert_with(|| name.into());
        }
    }

    /// An address was found to have no name.
    pub fn learn_none(&mut self, address: Address) {
        self.seen_dns = true;
        if self.unnamed.len() < MOST {
            self.unnamed.insert(address);
        } else {
            self.dropped += 1;
        }
    }

    /// Names for which there was no room.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

const MOST: usize = 1 << 16;
