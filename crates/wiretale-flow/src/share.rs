//! One analyzer's share of the flows, and what it tells the others that have theirs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wiretale_packet::Address;
use wiretale_protocol::{Expectation, Place, Step};

use crate::expectations::{Id, Route};

/// A share of the flows of one capture: those between pairs of addresses that fall to it. Several analyzers, each with
/// its share, tell together what one tells, in the order of their [`Place`]s.
///
/// Nothing is shared while packets flow but how far each has come. What one flow announces may be another's that falls
/// to another share: who looks for an announcement waits until all others have come as far as he, and knows then what
/// they have announced and taken before.
#[derive(Clone, Debug)]
pub struct Share {
    index: usize,
    board: Arc<Board>,
}

/// Where those that share the work meet.
#[derive(Debug)]
struct Board {
    seats: Box<[Seat]>,
    census: Mutex<Census>,
    abandoned: AtomicBool,
}

/// How far one has come, and what the others left for it. Everything before the place is done.
#[derive(Default, Debug)]
#[repr(align(128))]
struct Seat {
    reached: AtomicU64,
    // Within the steps before a frame, which one.
    step: Mutex<Option<Place>>,
    inbox: Mutex<Vec<News>>,
}

/// Something that one has done and the others must know.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) place: Place,
    pub(crate) id: Id,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Announced(Expectation),
    /// Of this route.
    Taken(Route),
}

/// How many flows are open at the turn of a second, all together, as far as it was told.
#[derive(Default, Debug)]
struct Census {
    turns: std::collections::BTreeMap<u64, (usize, u64)>,
    peak: u64,
}

impl Share {
    /// The shares of so many analyzers.
    #[must_use]
    pub fn among(analyzers: usize) -> Vec<Self> {
        let seats = (0..analyzers).map(|_| Seat::default()).collect();
        let board = Arc::new(Board { seats, census: Mutex::default(), abandoned: AtomicBool::new(false) });
        (0..analyzers).map(|index| Self { index, board: Arc::clone(&board) }).collect()
    }

    /// To which of `analyzers` shares what two addresses say to one another falls. The same in every run.
    #[must_use]
    #[inline]
    pub fn of(one: Address, other: Address, analyzers: usize) -> usize {
        let mixed = mix(one).wrapping_add(mix(other));
        let mixed = u128::from(mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) as u64;
        ((u128::from(mixed) * analyzers as u128) >> 64) as usize
    }

    /// Does what these two say to one another fall to this share?
    #[inline]
    pub(crate) fn is_mine(&self, one: Address, other: Address) -> bool {
        Self::of(one, other, self.board.seats.len()) == self.index
    }

    pub(crate) fn index(&self) -> u32 {
        u32::try_from(self.index).unwrap_or(u32::MAX)
    }

    /// Is it the first, which tells what falls to nobody?
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.index == 0
    }

    /// Everything before `place` is done.
    #[inline]
    pub(crate) fn reach(&self, place: &Place) {
        let seat = &self.board.seats[self.index];
        if !matches!(place.step, Step::Packet(_)) {
            *lock(&seat.step) = Some(*place);
        }
        seat.reached.store(code(place), Ordering::Release);
    }

    /// Everything before `frame`, and before what time does before it, is done.
    pub fn reach_frame(&self, frame: u64) {
        self.board.seats[self.index].reached.store(frame << 9, Ordering::Release);
    }

    /// Everything is done.
    pub(crate) fn reach_end(&self) {
        self.board.seats[self.index].reached.store(u64::MAX, Ordering::Release);
    }

    /// Nothing that is still told counts: nobody shall wait for this one any more, nor for any other.
    pub fn abandon(&self) {
        self.board.abandoned.store(true, Ordering::Release);
    }

    /// Was it given up?
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.board.abandoned.load(Ordering::Acquire)
    }

    /// Leaves word for all, this one included.
    pub(crate) fn tell_all(&self, news: &News) {
        for seat in &self.board.seats {
            lock(&seat.inbox).push(news.clone());
        }
    }

    /// Waits until all others have come to `place`; what was left for this one from before it, in order.
    pub(crate) fn await_others(&self, place: &Place) -> Vec<News> {
        let others = self.board.seats.iter().enumerate().filter(|(index, _)| *index != self.index);
        for (_, seat) in others {
            let mut looks = 0_u32;
            while !seat.has_reached(place) && !self.is_abandoned() {
                looks = looks.saturating_add(1);
                if looks < SPIN { std::hint::spin_loop() } else { std::thread::yield_now() }
            }
        }
        let mut inbox = lock(&self.board.seats[self.index].inbox);
        let mut news: Vec<News> = inbox.extract_if(.., |news| news.place < *place).collect();
        news.sort_by_key(|news| (news.place, news.id));
        news
    }

    /// News that is left for this one.
    #[cfg(test)]
    pub(crate) fn unheard(&self) -> usize {
        lock(&self.board.seats[self.index].inbox).len()
    }

    /// So many flows are open before the turn of a second that comes before `frame`.
    pub(crate) fn count_open(&self, frame: u64, open: u64) {
        let mut census = lock(&self.board.census);
        let (told, sum) = census.turns.entry(frame).or_default();
        (*told, *sum) = (*told + 1, *sum + open);
        if *told == self.board.seats.len() {
            let sum = *sum;
            census.turns.remove(&frame);
            census.peak = census.peak.max(sum);
        }
    }

    /// The most flows that were open at the turn of a second.
    #[must_use]
    pub fn peak(&self) -> u64 {
        lock(&self.board.census).peak
    }
}

impl Seat {
    fn has_reached(&self, place: &Place) -> bool {
        let (reached, needed) = (self.reached.load(Ordering::Acquire), code(place));
        let within = || matches!(place.step, Step::Packet(_)) || lock(&self.step).is_some_and(|step| step >= *place);
        reached > needed || (reached == needed && within())
    }
}

/// A place as a number; the steps before a frame all have the same.
#[inline]
fn code(place: &Place) -> u64 {
    let step = if let Step::Packet(index) = place.step { 256 | u64::from(index.min(255)) } else { 0 };
    (place.frame << 9) | step
}

#[inline]
fn mix(address: Address) -> u64 {
    let octets = u128::from_be_bytes(address.octets());
    let folded = (octets as u64) ^ ((octets >> 64) as u64).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let folded = (folded ^ (folded >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    folded ^ (folded >> 32)
}

/// What a thread that came to grief left locked is abandoned anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at another's seat before the processor is left to others.
const SPIN: u32 = 200;
