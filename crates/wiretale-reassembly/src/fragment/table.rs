//! The table of packets whose fragments are not all there.

use alloc::collections::VecDeque;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use wiretale_packet::{Address, Fragment, Ip, Timestamp};

use super::partial::{Outcome, Partial};
use super::{Datagram, FragmentAnomaly, FragmentLimits, FragmentPolicy, FragmentSink};

/// Packets whose fragments are not all there yet, by ordered addresses, identification and, in IPv4, protocol.
///
/// The table is bounded in packets, in bytes and in age; the oldest goes first. Its hash is seeded.
#[derive(Debug)]
pub struct Fragments {
    limits: FragmentLimits,
    table: HashMap<Key, Partial, RandomState>,
    /// In the order they began. Some are gone by now.
    order: VecDeque<(u64, Key)>,
    serial: u64,
    bytes: usize,
}

/// What the fragments of one packet share (RFC 791 section 3.2, RFC 8200 section 4.5).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key {
    src: Address,
    dst: Address,
    id: u32,
    /// IPv6 fragments but the first may have any.
    protocol: u8,
    v6: bool,
}

impl Fragments {
    /// An empty table.
    #[must_use]
    pub fn new(limits: FragmentLimits) -> Self {
        let table = HashMap::with_hasher(RandomState::default());
        Self { limits, table, order: VecDeque::new(), serial: 0, bytes: 0 }
    }

    /// Takes a fragment; the whole packet if it was the last one missing.
    pub fn push(
        &mut self,
        at: Timestamp,
        ip: &Ip,
        fragment: &Fragment<'_>,
        sink: &mut impl FragmentSink,
    ) -> Option<Datagram> {
        self.expire(at, sink);
        let key = Key::of(ip, fragment);
        let partial = match self.table.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let default = if key.v6 { FragmentPolicy::Drop } else { FragmentPolicy::FIRST };
                let policy = sink.policy(ip.dst).unwrap_or(default);
                self.serial = self.serial.wrapping_add(1);
                self.order.push_back((self.serial, key));
                self.bytes = self.bytes.saturating_add(ENTRY);
                entry.insert(Partial::new(at, self.serial, policy))
            }
        };
        let before = partial.charge();
        let outcome = partial.push(ip, fragment, key.v6, self.limits.fragments, sink);
        self.bytes = self.bytes.saturating_sub(before).saturating_add(partial.charge());
        let whole = match outcome {
            Outcome::Complete => self.remove(&key)?.assemble(at, key.v6),
            Outcome::Broken => {
                self.remove(&key);
                None
            }
            Outcome::Waiting => None,
        };
        self.bound(sink);
        whole
    }

    /// Gives up packets past their age. [`Self::push`] does so by itself.
    pub fn expire(&mut self, now: Timestamp, sink: &mut impl FragmentSink) {
        while let Some((serial, key)) = self.order.front().copied() {
            let current = self.table.get(&key).filter(|partial| partial.serial == serial);
            if current.is_some_and(|partial| now.since(partial.since) < self.limits.age) {
                return;
            }
            self.order.pop_front();
            if current.is_some() {
                self.give_up(&key, FragmentAnomaly::TimedOut, sink);
            }
        }
    }

    /// Bytes of memory in waiting fragments, what it takes to hold them included.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.bytes
    }

    /// How many packets are not complete.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Does no packet wait?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Makes room: the oldest go.
    fn bound(&mut self, sink: &mut impl FragmentSink) {
        while self.bytes > self.limits.bytes || self.table.len() > self.limits.packets {
            let Some((serial, key)) = self.order.pop_front() else { return };
            if self.table.get(&key).is_some_and(|partial| partial.serial == serial) {
                self.give_up(&key, FragmentAnomaly::Evicted, sink);
            }
        }
        // Packets that were completed leave their place in the order behind; it is swept before it doubles.
        if self.order.len() > 2 * self.table.len() + SWEEP {
            let table = &self.table;
            self.order.retain(|(serial, key)| table.get(key).is_some_and(|partial| partial.serial == *serial));
        }
    }

    fn give_up(&mut self, key: &Key, anomaly: FragmentAnomaly<'_>, sink: &mut impl FragmentSink) {
        let doomed = self.remove(key).is_some_and(|partial| partial.is_doomed());
        // Why a doomed packet went was said when it was doomed.
        if !doomed {
            sink.anomaly(key.src, key.dst, anomaly);
        }
    }

    fn remove(&mut self, key: &Key) -> Option<Partial> {
        let partial = self.table.remove(key)?;
        self.bytes = self.bytes.saturating_sub(partial.charge()).saturating_sub(ENTRY);
        Some(partial)
    }
}

impl Key {
    fn of(ip: &Ip, fragment: &Fragment<'_>) -> Self {
        let v6 = !(ip.src.is_v4() && ip.dst.is_v4());
        Self { src: ip.src, dst: ip.dst, id: fragment.id, protocol: if v6 { 0 } else { ip.protocol }, v6 }
    }
}

/// What one packet takes beside its fragments: its place in the table, thinly filled, and in the order.
const ENTRY: usize = 2 * (size_of::<Key>() + size_of::<Partial>()) + size_of::<(u64, Key)>();
const SWEEP: usize = 1024;
