//! Several analyzers at one capture: what each must do that one alone need not.

use wiretale_packet::Timestamp;
use wiretale_protocol::{Observer, Place, Services, Step};

use crate::analyzer::Analyzer;
use crate::clock::second;
use crate::settings::Settings;
use crate::share::Share;

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
