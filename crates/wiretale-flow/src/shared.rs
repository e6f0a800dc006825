//! Several analyzers at one capture: what each must do that one alone need not.

use std::collections::VecDeque;

use wiretale_packet::{Address, Timestamp};
use wiretale_protocol::{Expectation, Flow, Observer, Place, Services, Step};

use crate::analyzer::Analyzer;
use crate::clock::second;
use crate::delivery::Commons;
use crate::expectations::{Id, Route};
use crate::settings::Settings;
use crate::share::{News, Share, What};

/// An analyzer's share of the work, and how far it has come. Alone, it has none.
#[derive(Default)]
pub(crate) struct Joint {
    share: Option<Share>,
    place: Option<Place>,
    // Of announcements: how many there are in the present frame or the steps before it.
    announced: u32,
    // Up to which frame news was heard.
    heard: u64,
    // Those made here, in the order made: when, and between whom.
    own: VecDeque<(Timestamp, Id, Route)>,
}

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// An analyzer of a share. It takes the frames of the flows that fall to it, and any others, which it passes over;
    /// it is told of time by [`Analyzer::time`] alone, and tells its observer of each [`Place`] where something may be
    /// told. Frames and their bytes it does not count.
    #[must_use]
    pub fn sharing(observer: O, settings: Settings, share: Share) -> Self {
        let mut this = Self::new(observer, settings);
        this.commons.joint.share = Some(share);
        this
    }

    /// With `frame`, packet time has come to `now`, and with it to another second.
    pub fn time(&mut self, now: Timestamp, frame: u64) {
        self.clock.set(now);
        self.turn(second(now), frame);
    }

    /// Packet time has come to `now`, still in the same second.
    pub fn now(&mut self, now: Timestamp) {
        self.clock.set(now);
    }

    /// The next packet of a frame, whoever it belongs to: those put together from fragments count with the others.
    #[inline]
    pub(crate) fn next_packet(&mut self, frame: u64) {
        if self.commons.joint.is_alone() {
            return;
        }
        let index = match self.commons.joint.place {
            Some(Place { frame: before, step: Step::Packet(index) }) if before == frame => index.saturating_add(1),
            _ => 0,
        };
        self.step(frame, Step::Packet(index));
    }

    /// The next thing is done at this place.
    #[inline]
    pub(crate) fn step(&mut self, frame: u64, step: Step) {
        if self.commons.joint.is_alone() {
            return;
        }
        let place = Place { frame, step };
        self.commons.joint.reach(place);
        self.observer.place(&place);
    }

    pub(crate) fn count_open(&mut self, frame: u64) {
        let open = self.table.len() as u64;
        match &self.commons.joint.share {
            Some(share) => share.count_open(frame, open),
            None => self.commons.stats.flows_peak = self.commons.stats.flows_peak.max(open),
        }
    }

    /// Tells of the announcements made here that are `over` and that nobody took.
    pub(crate) fn lapse_own(
        &mut self,
        frame: u64,
        over: impl Fn(Timestamp) -> bool,
        told: impl Fn(Timestamp) -> Timestamp,
    ) {
        while let Some((announced, id, route)) = self.commons.joint.own.front().copied().filter(|own| over(own.0)) {
            self.step(frame, Step::Lapse(id.0, id.1));
            self.commons.hear_news();
            self.commons.joint.own.pop_front();
            if let Some(expectation) = self.commons.expectations.take_number(route, id) {
                self.commons.stats.expectations_lapsed += 1;
                self.observer.lapsed(told(announced), &expectation);
            }
        }
    }
}

impl Commons {
    /// Before `frame`: news must not pile up where no flow is opened that asks for it. By the count of frames, so that in
    /// every run it is heard at the same place.
    pub(crate) fn keep_up(&mut self, frame: u64) {
        if frame.saturating_sub(self.joint.heard) >= HEARD_EVERY {
            self.hear_news();
        }
    }

    /// What others announced and took up to here becomes known.
    pub(crate) fn hear_news(&mut self) {
        let (Some(share), Some(place)) = (&self.joint.share, &self.joint.place) else { return };
        self.joint.heard = place.frame;
        for News { id, what, .. } in share.await_others(place) {
            match what {
                What::Announced(expectation) => {
                    let dropped = self.expectations.add(id, expectation);
                    self.stats.expectations_dropped += u64::from(dropped.is_some() && share.is_first());
                }
                What::Taken(route) => _ = self.expectations.take_number(route, id),
            }
        }
    }

    /// Notes an announcement; comes back with what had to go for it.
    pub(crate) fn announce(&mut self, expectation: Expectation) -> Option<Expectation> {
        let (announced, route) = (expectation.announced, Route::of(&expectation));
        let id = self.joint.number();
        let (Some(share), Some(place)) = (&self.joint.share, self.joint.place) else {
            return self.expectations.add(id, expectation);
        };
        share.tell_all(&News { place, id, what: What::Announced(expectation) });
        self.joint.own.push_back((announced, id, route));
        None
    }

    /// Takes the earliest announcement of a flow.
    pub(crate) fn take_announced(&mut self, flow: &Flow, now: Timestamp) -> Option<Expectation> {
        self.hear_news();
        let (id, expectation) = self.expectations.take(flow, now)?;
        if let (Some(share), Some(place)) = (&self.joint.share, self.joint.place) {
            share.tell_all(&News { place, id, what: What::Taken(Route::of(&expectation)) });
        }
        Some(expectation)
    }
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
    fn reach(&mut self, place: Place) {
        if self.place.is_none_or(|before| before.frame != place.frame) {
            self.announced = 0;
        }
        self.place = Some(place);
        self.share.iter().for_each(|share| share.reach(&place));
    }

    /// The number of the next announcement.
    fn number(&mut self) -> Id {
        let number = self.announced;
        self.announced = self.announced.wrapping_add(1);
        let by = self.share.as_ref().map_or(0, Share::index);
        (self.place.map_or(0, |place| place.frame), number, by)
    }
}

/// Frames of the capture after which all wait for one another to hear the news: in these, and in the second that is under
/// way, it may pile up. Many rounds of frames, since who waits does nothing.
const HEARD_EVERY: u64 = 8192;
