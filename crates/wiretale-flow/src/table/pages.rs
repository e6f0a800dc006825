//! Places for flows, in pages that never move, and go when they are empty.

use wiretale_packet::{Direction, Endpoint, FlowKey, Transport};

use crate::half::Half;
use crate::near::{Far, ends_near};
use crate::refused::Refused;

/// Places by number.
pub(super) struct Pages<T> {
    /// A page that went has no places.
    pages: Vec<Box<[Slot<T>]>>,
    /// What is vacant in each page.
    rooms: Vec<Room>,
    /// Pages with vacant places; those without are passed over.
    roomy: Vec<u32>,
    /// Pages that went.
    gone: Vec<u32>,
    /// Pages that are there but empty.
    empty: u32,
}

/// One place in the table.
pub(crate) struct Slot<T> {
    pub(crate) key: FlowKey,
    /// Is the client the lower endpoint of the key?
    pub(crate) client_is_low: bool,
    pub(super) prev: u32,
    pub(super) next: u32,
    pub(crate) body: Body<T>,
}

impl<T> Slot<T> {
    /// Who sent a packet whose sender is the lower endpoint, or the higher one.
    #[inline]
    pub(crate) const fn sender(&self, forward: bool) -> Direction {
        if self.client_is_low == forward { Direction::Client } else { Direction::Server }
    }

    pub(crate) fn client(&self) -> Endpoint {
        if self.client_is_low { self.key.low() } else { self.key.high() }
    }

    pub(crate) fn server(&self) -> Endpoint {
        if self.client_is_low { self.key.high() } else { self.key.low() }
    }
}

/// What is known of a flow.
pub(crate) enum Body<T> {
    Vacant,
    Half(Half),
    Refused {
        /// The bucket of the wheel it stands in.
        bucket: u32,
        flow: Box<Far<Refused>>,
    },
    Full {
        /// The bucket of the wheel it stands in.
        bucket: u32,
        flow: Box<Far<T>>,
    },
}

impl<T> Body<T> {
    /// The bucket of the wheel it stands in, if that is where it stands.
    #[inline]
    pub(super) const fn bucket(&self) -> Option<u32> {
        match self {
            Self::Full { bucket, .. } | Self::Refused { bucket, .. } => Some(*bucket),
            Self::Half(_) | Self::Vacant => None,
        }
    }

    #[inline]
    pub(super) const fn bucket_mut(&mut self) -> Option<&mut u32> {
        match self {
            Self::Full { bucket, .. } | Self::Refused { bucket, .. } => Some(bucket),
            Self::Half(_) | Self::Vacant => None,
        }
    }
}

/// The vacant places of a page.
#[derive(Clone, Copy)]
struct Room {
    /// The first of them; each names the next.
    vacant: u32,
    used: u16,
    /// It stands among the roomy ones.
    listed: bool,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), rooms: Vec::new(), roomy: Vec::new(), gone: Vec::new(), empty: 0 }
    }
}

impl<T> Pages<T> {
    /// Bytes of a page.
    pub(super) const BYTES: usize = PAGE * size_of::<Slot<T>>();

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        (self.pages.len() - self.gone.len()) * PAGE
    }

    /// How many pages were ever made; the places of those that went are used again.
    #[cfg(test)]
    pub(super) fn made(&self) -> usize {
        self.pages.len()
    }

    /// Bytes of all places.
    pub(super) fn memory(&self) -> usize {
        self.places() * size_of::<Slot<T>>()
    }

    /// The place that has this number, if there is one.
    #[inline]
    pub(super) fn known(&self, at: u32) -> Option<&Slot<T>> {
        self.pages.get(page(at))?.get(place(at))
    }

    /// The place of this number, which is one.
    #[inline]
    pub(super) fn slot(&self, at: u32) -> &Slot<T> {
        &self.pages[page(at)][place(at)]
    }

    #[inline]
    pub(super) fn slot_mut(&mut self, at: u32) -> &mut Slot<T> {
        &mut self.pages[page(at)][place(at)]
    }

    /// Takes a vacant place; which one.
    pub(super) fn put(&mut self, key: FlowKey, client_is_low: bool, body: Body<T>) -> u32 {
        let number = self.roomy_page();
        let room = &mut self.rooms[number];
        self.empty -= u32::from(room.used == 0);
        room.used += 1;
        let at = room.vacant;
        let slot = &mut self.pages[number][place(at)];
        room.vacant = slot.next;
        *slot = Slot { key, client_is_low, prev: NONE, next: NONE, body };
        if room.vacant != NONE {
            // The next flow's: it went long ago.
            ends_near(&self.pages[number][place(room.vacant)]);
        }
        at
    }

    /// A page with a vacant place.
    fn roomy_page(&mut self) -> usize {
        while let Some(number) = self.roomy.last() {
            let room = &mut self.rooms[*number as usize];
            if room.vacant != NONE {
                return *number as usize;
            }
            room.listed = false;
            self.roomy.pop();
        }
        self.add_page()
    }

    fn add_page(&mut self) -> usize {
        let number = self.gone.pop().unwrap_or_else(|| {
            self.pages.push(Box::default());
            self.rooms.push(Room { vacant: NONE, used: 0, listed: false });
            u32::try_from(self.pages.len() - 1).unwrap_or(NONE)
        });
        let first = number * PAGE as u32;
        let blank = FlowKey::new(Default::default(), Default::default(), Transport::Tcp).0;
        let slots = (1..=PAGE as u32).map(|n| {
            let next = if n == PAGE as u32 { NONE } else { first + n };
            Slot { key: blank, client_is_low: true, prev: NONE, next, body: Body::Vacant }
        });
        self.pages[number as usize] = slots.collect();
        self.rooms[number as usize] = Room { vacant: first, used: 0, listed: true };
        self.roomy.push(number);
        self.empty += 1;
        number as usize
    }

    /// Empties a place. A page without flows goes, unless it is one of the few that are kept.
    pub(super) fn vacate(&mut self, at: u32) -> Body<T> {
        let number = page(at);
        let room = &mut self.rooms[number];
        let slot = &mut self.pages[number][place(at)];
        slot.next = std::mem::replace(&mut room.vacant, at);
        let body = std::mem::replace(&mut slot.body, Body::Vacant);
        room.used -= 1;
        if !std::mem::replace(&mut room.listed, true) {
            self.roomy.push(number as u32);
        }
        if room.used == 0 {
            self.empty += 1;
            if self.empty > SPARE {
                self.drop_page(number);
            }
        }
        body
    }

    fn drop_page(&mut self, number: usize) {
        self.pages[number] = Box::default();
        self.rooms[number].vacant = NONE;
        self.gone.push(number as u32);
        self.empty -= 1;
    }
}

#[inline]
const fn page(at: u32) -> usize {
    at as usize / PAGE
}

#[inline]
const fn place(at: u32) -> usize {
    at as usize % PAGE
}

/// No flow, or no bucket.
pub(crate) const NONE: u32 = u32::MAX;

/// Flows in a page.
pub(super) const PAGE: usize = 128;

/// Empty pages that are kept for what comes next.
const SPARE: u32 = 2;
