//! What the summary's lists are of, and how much they take.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use foldhash::fast::RandomState;
use wiretale::protocol::{Address, Timestamp};

use super::{MOST, MOST_INNER};

/// A host at home.
#[derive(Debug, Default)]
pub(super) struct Host {
    // What it asked others for, and how often.
    pub(super) asked: BTreeMap<&'static str, u64>,
    // What it answered, on which port.
    pub(super) answered: BTreeSet<(u16, &'static str)>,
    pub(super) contacted: u64,
    // What it said there is of no known protocol, or was nothing.
    pub(super) unknown: u64,
    pub(super) unanswered: u64,
    pub(super) refused: u64,
}

#[derive(Debug)]
pub(super) struct Moved {
    pub(super) at: Timestamp,
    pub(super) name: Box<[u8]>,
    pub(super) how: &'static str,
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: u64,
    pub(super) missing: u64,
    pub(super) mime: Option<String>,
    pub(super) sha256: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Unusual {
    pub(super) service: &'static str,
    pub(super) flows: u64,
    // What it says first.
    pub(super) greeting: Box<[u8]>,
}

/// An SSH server, as lengths and times tell of its sessions.
#[derive(Debug, Default)]
pub(super) struct Ssh {
    pub(super) clients: BTreeSet<Address>,
    pub(super) sessions: u64,
    pub(super) logins: u64,
    pub(super) refused: u64,
    pub(super) software: Box<[u8]>,
}

#[derive(Debug, Default)]
pub(super) struct Login {
    pub(super) accepted: u64,
    pub(super) refused: u64,
    pub(super) unknown: u64,
}

#[derive(Debug, Default)]
pub(super) struct Exposed {
    pub(super) protocol: Option<&'static str>,
    pub(super) outcomes: [u64; 3],
    pub(super) tags: BTreeSet<usize>,
    // There were more tags than found room.
    pub(super) untold: bool,
}

/// A file's account, for the list of files moved.
pub(crate) struct FileMoved<'a> {
    pub(crate) name: Option<&'a [u8]>,
    pub(crate) how: &'static str,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) bytes: u64,
    pub(crate) missing: u64,
    pub(crate) mime: Option<&'a str>,
    pub(crate) sha256: Option<&'a str>,
}

/// A map that takes so many entries and no more.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    pub(super) map: HashMap<K, V, RandomState>,
    pub(super) left_out: u64,
}

impl<K: Ord + Hash, V: Default> Bounded<K, V> {
    pub(super) fn new() -> Self {
        Self { map: HashMap::default(), left_out: 0 }
    }

    /// The entries in the order of their keys.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut entries: Vec<(&K, &V)> = self.map.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        entries.into_iter()
    }

    pub(super) fn of(&mut self, key: K) -> Option<&mut V> {
        self.within(MOST, key)
    }

    /// The same of what anybody can make up, a refused login: it leaves room for the rest.
    pub(super) fn refused(&mut self, key: K) -> Option<&mut V> {
        self.within(MOST / 2, key)
    }

    pub(super) fn within(&mut self, most: usize, key: K) -> Option<&mut V> {
        if self.map.len() >= most && !self.map.contains_key(&key) {
            self.left_out += 1;
            return None;
        }
        Some(self.map.entry(key).or_default())
    }
}

/// Puts an entry into a list within a list, if there is room in all of them together.
pub(super) fn put<T: Ord>(inner: &mut usize, set: &mut BTreeSet<T>, entry: T) {
    if set.len() < MOST && *inner < MOST_INNER && set.insert(entry) {
        *inner += 1;
    }
}

impl Moved {
    pub(super) fn told(&self) -> crate::case::MovedFile {
        crate::case::MovedFile {
            at: self.at,
            name: self.name.clone(),
            how: self.how,
            from: self.from.to_ip(),
            to: self.to.to_ip(),
            bytes: self.bytes,
            missing: self.missing,
            mime: self.mime.clone(),
            sha256: self.sha256.clone(),
        }
    }
}
