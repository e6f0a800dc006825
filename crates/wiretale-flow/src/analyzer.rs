//! The analyzer: packets in, the observer's calls out.

mod fragments;
mod intake;
mod memory;

use wiretale_packet::Timestamp;
use wiretale_protocol::{Observer, Place, Services, Shared};
use wiretale_reassembly::Fragments;

use crate::clock::Clock;
use crate::commons::Commons;
use crate::expectations::Expectations;
use crate::joint::Joint;
use crate::record::{Flows, Tcp};
use crate::refused::Refused;
use crate::settings::Settings;
use crate::sources::Sources;
use crate::spare::Spare;
use crate::stats::Stats;
use crate::table::Table;

/// Takes frames in the order captured; tells an observer of flows and of what the protocols of the list `P` find in
/// them.
///
/// Same frames in, same calls out: neither [`Settings::seed`] nor the time of day makes a difference.
pub struct Analyzer<P: Services<O>, O: Observer> {
    pub(crate) table: Table<Flows<P, O>>,
    pub(crate) observer: O,
    pub(crate) commons: Commons,
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) fragments: Fragments,
    pub(crate) sources: Sources,
    pub(crate) due: Vec<u32>,
    pub(crate) records: Spare<Flows<P, O>>,
    pub(crate) tcps: Spare<Tcp>,
    pub(crate) over: Vec<Over>,
    /// Bytes a flow with a record is taken to need, beside its place.
    pub(crate) record_size: usize,
    /// Bytes beside flows, when they were last counted.
    pub(crate) beside: usize,
    /// Does every segment go the long way? Tests hold the short one to it.
    #[cfg(test)]
    pub(crate) long_way: bool,
}

/// A flow that is over, and the time that orders it among others: small, as there may be millions.
#[derive(Clone, Copy)]
pub(crate) struct Over {
    pub(crate) time: Timestamp,
    pub(crate) at: u32,
}

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// An analyzer that tells `observer`.
    #[must_use]
    pub fn new(observer: O, settings: Settings) -> Self {
        let limits = settings.limits;
        let record_size = size_of::<Flows<P, O>>() + size_of::<Tcp>() + 96;
        let kept = limits.memory / SPARE;
        let spare = (kept / record_size).min(MOST_SPARE);
        let expectations = Expectations::new(settings.seed, limits.expectations, settings.timeouts.expectation);
        Self {
            table: Table::new(settings.seed, kept / size_of::<Refused>()),
            observer,
            commons: Commons {
                shared: Shared::new(settings.secrets),
                expectations,
                limits,
                patient_services: settings.timeouts.patient_services.clone(),
                stats: Stats::default(),
                joint: Joint::default(),
            },
            clock: Clock::default(),
            fragments: Fragments::new(limits.fragments),
            sources: Sources::new(settings.seed, limits.senders),
            due: Vec::new(),
            records: Spare::at_most(spare),
            tcps: Spare::at_most(spare),
            over: Vec::new(),
            record_size,
            beside: 0,
            #[cfg(test)]
            long_way: false,
            settings,
        }
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// The observer, to be changed between two frames.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// What was counted so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.commons.stats
    }

    /// How many flows are open.
    #[must_use]
    pub fn open_flows(&self) -> usize {
        self.table.len()
    }

    /// Closes every flow that is still open, the earliest first, and gives the observer back.
    #[must_use]
    pub fn finish(self) -> O {
        self.finish_with_stats().0
    }

    /// The same, with what was counted.
    #[must_use]
    pub fn finish_with_stats(mut self) -> (O, Stats) {
        let now = self.clock.now();
        self.count_open(Place::END);
        self.end_all();
        if self.commons.joint.is_alone() {
            while let Some(expectation) = self.commons.expectations.pop_oldest() {
                self.commons.stats.expectations_lapsed += 1;
                self.observer.lapsed(now, &expectation);
            }
        } else {
            self.lapse_own(Place::END, |_| true, |_| now);
            self.commons.joint.reach_end();
        }
        (self.observer, Stats { course: self.clock.course(), ..self.commons.stats })
    }
}

/// The part of the memory that flows may take which is kept for those to come.
const SPARE: usize = 64;

/// Records and accounts that are kept at most: more than that end in a second of a busy link only.
const MOST_SPARE: usize = 4096;
