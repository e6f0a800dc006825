//! What all flows share: limits, counts, and what was announced of flows to come.

use wiretale_protocol::{Expectation, Flow, Shared, Timestamp};

use crate::expectations::{Expectations, Route};
use crate::joint::Joint;
use crate::settings::Limits;
use crate::share::{News, What};
use crate::stats::Stats;

/// What all flows share.
pub(crate) struct Commons {
    pub(crate) shared: Shared,
    pub(crate) expectations: Expectations,
    pub(crate) limits: Limits,
    pub(crate) patient_services: Vec<&'static str>,
    pub(crate) stats: Stats,
    /// With others at work, this one's share.
    pub(crate) joint: Joint,
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

/// Frames of the capture after which all wait for one another to hear the news: in these, and in the second that is under
/// way, it may pile up. Many rounds of frames, since who waits does nothing.
const HEARD_EVERY: u64 = 8192;
