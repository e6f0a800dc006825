//! When flows are looked at: those with one SYN in the order they came, all others in a wheel of seconds.

use super::Table;
use super::pages::{Body, NONE};

/// Flows by the time when they are to be looked at.
pub(super) struct Wheel {
    halves: List,
    half_count: usize,
    buckets: Box<[List]>,
    /// Buckets before this second are empty.
    turned: i64,
}

/// A doubly linked list through the slots.
#[derive(Clone, Copy)]
struct List {
    first: u32,
    last: u32,
}

impl List {
    const EMPTY: Self = Self { first: NONE, last: NONE };
}

impl Default for Wheel {
    fn default() -> Self {
        let buckets = vec![List::EMPTY; BUCKETS].into_boxed_slice();
        Self { halves: List::EMPTY, half_count: 0, buckets, turned: i64::MIN }
    }
}

impl<T> Table<T> {
    pub(crate) fn half_count(&self) -> usize {
        self.wheel.half_count
    }

    /// Has a flow looked at in `second`, or as far ahead as the wheel goes.
    pub(crate) fn arm(&mut self, at: u32, second: i64) {
        self.unlink(at);
        let farthest = self.wheel.turned.saturating_add(BUCKETS as i64 - 1);
        let bucket = bucket_of(second.clamp(self.wheel.turned, farthest));
        if let Some(stands) = self.slot_mut(at).body.bucket_mut() {
            *stands = bucket;
        }
        let mut list = self.wheel.buckets[bucket as usize];
        self.append(&mut list, at);
        self.wheel.buckets[bucket as usize] = list;
    }

    /// Is the flow to be looked at later than in `second`?
    pub(crate) fn is_armed_after(&self, at: u32, second: i64) -> bool {
        self.slot(at).body.bucket().is_some_and(|bucket| {
            let ahead = i64::from(bucket) - i64::from(bucket_of(self.wheel.turned));
            self.wheel.turned + ahead.rem_euclid(BUCKETS as i64) > second
        })
    }

    /// Turns the wheel up to `second`; all flows that stood before it are in `out`, none of them armed, in no order that
    /// means anything.
    pub(crate) fn turn(&mut self, second: i64, out: &mut Vec<u32>) {
        if second <= self.wheel.turned {
            return;
        }
        let from = self.wheel.turned.max(second.saturating_sub(BUCKETS as i64));
        if self.wheel.turned != i64::MIN {
            for passed in from..second {
                self.empty(bucket_of(passed), out);
            }
        }
        self.wheel.turned = second;
    }

    /// The flow with one SYN that waits longest.
    pub(crate) fn oldest_half(&self) -> Option<u32> {
        (self.wheel.halves.first != NONE).then_some(self.wheel.halves.first)
    }

    /// Asks for the one that waits longest after the next.
    pub(crate) fn draw_half_near(&self) {
        if let Some(at) = self.halves().nth(2) {
            self.draw_near(at);
        }
    }

    /// The flows with one SYN, the one that waits longest first.
    pub(crate) fn halves(&self) -> impl Iterator<Item = u32> + '_ {
        let next = |at: &u32| Some(self.slot(*at).next).filter(|next| *next != NONE);
        std::iter::successors(self.oldest_half(), next)
    }

    /// Is the flow to be looked at earlier than in `second`, though the wheel goes that far?
    pub(crate) fn is_armed_before(&self, at: u32, second: i64) -> bool {
        let farthest = self.wheel.turned.saturating_add(BUCKETS as i64 - 1);
        second > self.wheel.turned && !self.is_armed_after(at, second.min(farthest) - 1)
    }

    /// The flow that stands first in the wheel from the present on.
    pub(crate) fn first_armed(&self) -> Option<u32> {
        let from = bucket_of(self.wheel.turned) as usize;
        let (before, behind) = self.wheel.buckets.split_at(from.min(BUCKETS));
        behind.iter().chain(before).map(|list| list.first).find(|first| *first != NONE)
    }

    /// Takes all flows out of a bucket: from both ends, since each leads to the next one only once it has come from memory.
    fn empty(&mut self, bucket: u32, out: &mut Vec<u32>) {
        let list = std::mem::replace(&mut self.wheel.buckets[bucket as usize], List::EMPTY);
        let (mut first, mut last) = (list.first, list.last);
        while first != NONE {
            let (_, next) = self.disarm(first, out);
            if first == last {
                return;
            }
            let (prev, _) = self.disarm(last, out);
            if next == last {
                return;
            }
            (first, last) = (next, prev);
        }
    }

    /// Lets a flow stand in no bucket; between which two it stood.
    #[inline]
    fn disarm(&mut self, at: u32, out: &mut Vec<u32>) -> (u32, u32) {
        out.push(at);
        let slot = self.slot_mut(at);
        if let Some(bucket) = slot.body.bucket_mut() {
            *bucket = NONE;
        }
        (std::mem::replace(&mut slot.prev, NONE), std::mem::replace(&mut slot.next, NONE))
    }

    /// Has a flow with one SYN wait behind all others of its kind.
    pub(super) fn queue_half(&mut self, at: u32) {
        let mut list = self.wheel.halves;
        self.append(&mut list, at);
        self.wheel.halves = list;
        self.wheel.half_count += 1;
    }

    /// Puts a place behind all others of a list.
    #[inline]
    fn append(&mut self, list: &mut List, at: u32) {
        let last = std::mem::replace(&mut list.last, at);
        let slot = self.slot_mut(at);
        (slot.prev, slot.next) = (last, NONE);
        if last == NONE {
            list.first = at;
        } else {
            self.slot_mut(last).next = at;
        }
    }

    /// Takes a flow out of the list it stands in, if it stands in one.
    #[inline]
    pub(super) fn unlink(&mut self, at: u32) {
        let slot = self.slot_mut(at);
        let (prev, next) = (std::mem::replace(&mut slot.prev, NONE), std::mem::replace(&mut slot.next, NONE));
        let bucket = match &mut slot.body {
            Body::Vacant => return,
            Body::Half(_) => {
                self.wheel.half_count -= 1;
                NONE
            }
            Body::Full { bucket, .. } | Body::Refused { bucket, .. } if *bucket == NONE => return,
            Body::Full { bucket, .. } | Body::Refused { bucket, .. } => std::mem::replace(bucket, NONE),
        };
        let list = if bucket == NONE { &mut self.wheel.halves } else { &mut self.wheel.buckets[bucket as usize] };
        if prev == NONE {
            list.first = next;
        }
        if next == NONE {
            list.last = prev;
        }
        if prev != NONE {
            self.slot_mut(prev).next = next;
        }
        if next != NONE {
            self.slot_mut(next).prev = prev;
        }
    }
}

#[inline]
const fn bucket_of(second: i64) -> u32 {
    second.rem_euclid(BUCKETS as i64) as u32
}

/// Seconds of the wheel: more than an hour.
pub(super) const BUCKETS: usize = 4096;
