//! Bytes that come again after they were delivered: the same, or others.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use wiretale_packet::Direction;

use super::{Data, Half, Rare};
use crate::held::{common, index};
use crate::{Anomaly, Conflict, Limits, Reason, Sink, Winner};

/// The last delivered segments. Grows to the window, then allocates no more.
#[derive(Debug)]
pub(super) struct Recent(VecDeque<Sent>);

/// Where delivered bytes stand in the capture.
#[derive(Clone, Copy, Debug)]
struct Sent {
    offset: u64,
    origin: u64,
    len: u32,
    ttl: u8,
}

impl Half {
    /// Where the next segment will be remembered, and the oldest one; it means nothing.
    #[inline]
    pub(crate) fn glance(&self) -> u64 {
        let Some(recent) = &self.recent else { return 0 };
        let origin = |sent: Option<&Sent>| sent.map_or(0, |sent| sent.origin);
        origin(recent.0.front()) ^ origin(recent.0.back())
    }

    /// Remembers where in the capture these bytes stand. No allocation once the ring has grown to the window.
    #[inline]
    pub(crate) fn remember(&mut self, data: &Data<'_>, origin: u64, limits: &Limits) {
        let acked = self.offset(self.acked);
        let recent = self.recent.get_or_insert_with(|| Box::new(Recent(VecDeque::with_capacity(FIRST_RECENT))));
        let recent = &mut recent.0;
        if recent.len() >= FIRST_RECENT {
            let old = recent.front().is_none_or(|oldest| oldest.offset + u64::from(oldest.len) <= acked);
            if old || recent.len() >= limits.recent {
                recent.pop_front();
            }
        }
        let len = u32::try_from(data.bytes.len()).unwrap_or(u32::MAX);
        recent.push_back(Sent { offset: data.offset, origin, len, ttl: data.ttl });
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
        let mut lost = 0;
        for sent in self.recent.iter().flat_map(|recent| recent.0.iter()) {
            let start = sent.offset.max(old.offset);
            let end = (sent.offset + u64::from(sent.len)).min(old.offset + old.bytes.len() as u64);
            if start >= end || old.origin == Some(sent.origin) {
                continue;
            }
            let place = index(start - old.offset)..index(end - old.offset);
            let Some(new) = old.bytes.get(place) else { continue };
            let Some(there) = sink.recall(sent.origin + (start - sent.offset), new.len()) else { continue };
            if there != new {
                let there: Box<[u8]> = there.into();
                lost += conflict(from, start, &there, new, (sent.ttl, old.ttl), sink);
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

const FIRST_RECENT: usize = 8;
