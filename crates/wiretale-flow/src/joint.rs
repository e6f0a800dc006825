//! How far an analyzer has come beside others.

use std::collections::VecDeque;

use wiretale_packet::{Address, Timestamp};
use wiretale_protocol::Place;

use crate::expectations::{Id, Route};
use crate::share::Share;

/// An analyzer's share of the work, and how far it has come. Alone, it has none.
#[derive(Default)]
pub(crate) struct Joint {
    pub(crate) share: Option<Share>,
    pub(crate) place: Option<Place>,
    /// Of announcements: how many there are in the present frame or the steps before it.
    announced: u32,
    /// Up to which frame news was heard.
    pub(crate) heard: u64,
    /// Those made here, in the order made: when, and between whom.
    pub(crate) own: VecDeque<(Timestamp, Id, Route)>,
}

impl Joint {
    #[inline]
    pub(crate) const fn is_alone(&self) -> bool {
        self.share.is_none()
    }

    pub(crate) fn is_first(&self) -> bool {
        self.share.as_ref().is_none_or(Share::is_first)
    }

    /// Is what these two say to one another to be looked at here?
    #[inline]
    pub(crate) fn is_mine(&self, one: Address, other: Address) -> bool {
        self.share.as_ref().is_none_or(|share| share.is_mine(one, other))
    }

    pub(crate) fn is_mine_to_skip(&self, ends: Option<(Address, Address)>) -> bool {
        ends.map_or_else(|| self.is_first(), |(one, other)| self.is_mine(one, other))
    }

    pub(crate) fn reach_end(&self) {
        self.share.iter().for_each(Share::reach_end);
    }

    #[inline]
    pub(crate) fn reach(&mut self, place: Place) {
        if self.place.is_none_or(|before| before.frame != place.frame) {
            self.announced = 0;
        }
        self.place = Some(place);
        self.share.iter().for_each(|share| share.reach(&place));
    }

    /// The number of the next announcement.
    pub(crate) fn number(&mut self) -> Id {
        let number = self.announced;
        self.announced = self.announced.wrapping_add(1);
        let by = self.share.as_ref().map_or(0, Share::index);
        (self.place.map_or(0, |place| place.frame), number, by)
    }
}
