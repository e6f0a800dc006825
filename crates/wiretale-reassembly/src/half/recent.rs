//! Bytes that come again after they were delivered: the same, or others.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use wiretale_packet::Direction;

use super::{Data, Half, Rare};
use crate::held::{common, index};
use crate::{Anomaly, Conflict, Limits, Reason, Sink, Winner};

/// The last delivered segments, the oldest first: a few in place, side by side, and all of them elsewhere once there are
/// more. Where the oldest stands and how many there are is kept with the half, so that one line of the cache is all that a
/// segment needs of this.
// In the order written: it begins where `start` does.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Recent {
    /// Where it begins, to ask for it ahead.
    start: [u8; 0],
    few: [Sent; FEW as usize],
    /// All of them, once there are more than a few.
    more: VecDeque<Sent>,
}

/// Which of the few is the oldest, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Few {
    first: u8,
    /// [`MORE`] if all are elsewhere.
    len: u8,
}

/// Where delivered bytes stand in the capture, in sixteen bytes.
#[derive(Clone, Copy, Default, Debug)]
struct Sent {
    /// The offset in the stream, and in the lowest bits the TTL.
    stream: u64,
    /// The position in the capture, and in the lowest bits the length.
    capture: u64,
}

impl Sent {
    const LEN: u32 = 20;
    const TTL: u32 = u8::BITS;

    /// Nothing if it is too long or too far: no segment is longer than a packet.
    fn new(data: &Data<'_>, origin: u64) -> Option<Self> {
        let len = data.bytes.len() as u64;
        let fits = len >> Self::LEN == 0 && origin.leading_zeros() >= Self::LEN && data.offset >> (64 - Self::TTL) == 0;
        fits.then(|| Self {
            stream: data.offset << Self::TTL | u64::from(data.ttl),
            capture: origin << Self::LEN | len,
        })
    }

    const fn offset(self) -> u64 {
        self.stream >> Self::TTL
    }

    const fn ttl(self) -> u8 {
        let [.., ttl] = self.stream.to_be_bytes();
        ttl
    }

    const fn origin(self) -> u64 {
        self.capture >> Self::LEN
    }

    /// Behind its last byte.
    const fn end(self) -> u64 {
        self.offset() + (self.capture & ((1 << Self::LEN) - 1))
    }
}

impl Few {
    pub(super) const NONE: Self = Self { first: 0, len: 0 };

    /// Where the one stands that has `at` before it.
    const fn place(self, at: u8) -> usize {
        (self.first.wrapping_add(at) % FEW) as usize
    }
}

impl Recent {
    fn len(&self, few: Few) -> usize {
        if few.len == MORE { self.more.len() } else { usize::from(few.len) }
    }

    fn iter(&self, few: Few) -> impl Iterator<Item = Sent> + '_ {
        let here = if few.len == MORE { 0 } else { few.len };
        self.more.iter().copied().chain((0..here).filter_map(move |at| self.few.get(few.place(at)).copied()))
    }

    fn oldest(&self, few: Few) -> Option<Sent> {
        if few.len == MORE { self.more.front().copied() } else { self.few.get(few.place(0)).copied() }
    }

    fn push(&mut self, few: &mut Few, sent: Sent) {
        if few.len == MORE {
            self.more.push_back(sent);
        } else if few.len < FEW {
            if let Some(free) = self.few.get_mut(few.place(few.len)) {
                *free = sent;
            }
            few.len += 1;
        } else {
            self.more = self.iter(*few).chain([sent]).collect();
            few.len = MORE;
        }
    }

    fn forget_oldest(&mut self, few: &mut Few) {
        if few.len == MORE {
            self.more.pop_front();
            if self.more.is_empty() {
                *few = Few::NONE;
            }
        } else if few.len > 0 {
            few.first = (few.first + 1) % FEW;
            few.len -= 1;
        }
    }
}

impl Half {
    /// Where what is remembered begins, and which byte of it is written next.
    #[inline]
    pub(crate) fn recent(&self) -> Option<(&[u8], usize)> {
        let place = self.few.place(self.few.len) * size_of::<Sent>();
        self.recent.as_ref().map(|recent| (&recent.start[..], place))
    }

    /// Remembers where in the capture these bytes stand. No allocation once there is room for the window.
    #[inline]
    pub(crate) fn remember(&mut self, data: &Data<'_>, origin: u64, limits: &Limits) {
        let Some(sent) = Sent::new(data, origin) else { return };
        let acked = self.offset(self.acked);
        let Self { recent, few, .. } = self;
        let recent = recent.get_or_insert_default();
        if recent.len(*few) >= usize::from(FEW) {
            let old = recent.oldest(*few).is_none_or(|oldest| oldest.end() <= acked);
            if old || recent.len(*few) >= limits.recent {
                recent.forget_oldest(few);
            }
        }
        recent.push(few, sent);
    }

    /// Remembers nothing of what was delivered.
    pub(super) fn forget_recent(&mut self) {
        (self.recent, self.few) = (None, Few::NONE);
    }

    /// Bytes that were settled before: late for their gap, the same, or others.
    pub(super) fn repeat(&mut self, from: Direction, old: &Data<'_>, limits: &Limits, sink: &mut impl Sink) {
        let gap = self.rare.as_ref().map_or((0, 0), |rare| rare.gap);
        let end = old.offset.saturating_add(old.bytes.len() as u64);
        let late = end.min(gap.1).saturating_sub(old.offset.max(gap.0));
        let lost = self.compare(from, old, sink) + self.compare_history(from, old, limits, sink);
        let rare = self.rare();
        let lost = lost.min(old.bytes.len() as u64 - late);
        let duplicate = old.bytes.len() as u64 - late - lost;
        rare.ledger.drop_bytes(Reason::Late, late);
        rare.ledger.conflict_lost += lost;
        rare.ledger.duplicate += duplicate;
        if duplicate > 0 {
            sink.anomaly(from, Anomaly::Retransmission(u32::try_from(duplicate).unwrap_or(u32::MAX)));
        }
    }

    /// Counts bytes that say nothing new and are not worth comparing.
    pub(crate) fn count_repeat(&mut self, n: u64) {
        if n > 0 {
            self.rare().ledger.duplicate += n;
        }
    }

    /// Compares bytes with those delivered, where the capture can be looked back into. How many differ.
    fn compare(&self, from: Direction, old: &Data<'_>, sink: &mut impl Sink) -> u64 {
        let (mut lost, mut there) = (0, Vec::new());
        for sent in self.recent.iter().flat_map(|recent| recent.iter(self.few)) {
            let start = sent.offset().max(old.offset);
            let end = sent.end().min(old.offset + old.bytes.len() as u64);
            if start >= end || old.origin == Some(sent.origin()) {
                continue;
            }
            let place = index(start - old.offset)..index(end - old.offset);
            let Some(new) = old.bytes.get(place) else { continue };
            there.resize(new.len(), 0);
            if sink.recall(sent.origin() + (start - sent.offset()), &mut there) && there != new {
                lost += conflict(from, start, &there, new, (sent.ttl(), old.ttl), sink);
            }
        }
        lost
    }

    /// Compares bytes with the kept tail of the stream. How many differ.
    fn compare_history(&mut self, from: Direction, old: &Data<'_>, limits: &Limits, sink: &mut impl Sink) -> u64 {
        let next = self.next;
        let Some(rare) = self.rare.as_mut().filter(|_| limits.history > 0) else { return 0 };
        let start = next.saturating_sub(rare.history.len() as u64);
        let (there, new) = common(start, rare.history.make_contiguous(), old.offset, old.bytes);
        if there == new {
            return 0;
        }
        conflict(from, start.max(old.offset), there, new, (self.ttl, old.ttl), sink)
    }
}

impl Rare {
    pub(super) fn keep(&mut self, bytes: &[u8], most: usize) {
        let tail = bytes.get(bytes.len().saturating_sub(most)..).unwrap_or_default();
        let excess = (self.history.len() + tail.len()).saturating_sub(most);
        self.history.drain(..excess);
        self.history.extend(tail);
    }
}

/// Reports delivered bytes against other ones; how many differ.
fn conflict(from: Direction, offset: u64, old: &[u8], new: &[u8], ttl: (u8, u8), sink: &mut impl Sink) -> u64 {
    let winner = Winner::Old;
    let (old_ttl, new_ttl) = ttl;
    sink.anomaly(from, Anomaly::Conflict(Conflict { offset, old, new, winner, old_ttl, new_ttl, delivered: true }));
    old.iter().zip(new).filter(|(old, new)| old != new).count() as u64
}

const FEW: u8 = 8;

/// More than a few.
const MORE: u8 = u8::MAX;

#[cfg(test)]
mod tests;
