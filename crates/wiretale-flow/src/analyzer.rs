//! The analyzer: packets in, the observer's calls out.

mod fragments;
mod memory;

use wiretale_packet::{Body, Endpoint, Frame, Packet, Skip, Timestamp, dissect, plain_tcp};
use wiretale_protocol::{Observer, Place, Services, Shared, Stray, Weird};
use wiretale_reassembly::Fragments;

use crate::arrived::Within;
use crate::clock::Clock;
use crate::commons::Commons;
use crate::expectations::Expectations;
use crate::joint::Joint;
use crate::key::Ends;
use crate::recall::Lookback;
use crate::record::{Flows, Tcp};
use crate::refused::Refused;
use crate::settings::{Checksums, Settings};
use crate::sources::{Covers, Judged, Sources};
use crate::spare::Spare;
use crate::stats::Stats;
use crate::table::{Sought, Table};

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

    /// Takes the next frame; `number` counts frames from 1 over the whole input.
    #[inline]
    pub fn packet(&mut self, frame: Frame<'_>, number: u64) {
        self.packet_at(frame, number, None);
    }

    /// Takes the next frame of a capture that can be looked back into.
    pub fn packet_at(&mut self, frame: Frame<'_>, number: u64, lookback: Option<Lookback<'_>>) {
        let within = Within { number, lookback, frame: frame.data };
        self.begin(&frame, number);
        match plain_tcp(&frame, self.settings.checks()) {
            Some(packet) => self.plain(&packet, None, &within),
            None => self.dissected(frame, &within),
        }
    }

    /// What is due before a frame.
    #[inline(always)]
    pub(crate) fn begin(&mut self, frame: &Frame<'_>, number: u64) {
        if self.commons.joint.is_alone() {
            self.commons.stats.frames += 1;
            self.commons.stats.bytes += frame.data.len() as u64;
            self.commons.stats.cut += u64::from(frame.is_cut());
            self.advance(frame.at);
        }
        if number.is_multiple_of(COUNTED_EVERY) {
            self.count_beside();
        }
    }

    /// Takes a frame with one plain packet in it.
    #[inline]
    pub(crate) fn plain(&mut self, packet: &Packet<'_>, sought: Option<&Sought>, within: &Within<'_>) {
        self.next_packet(within.number);
        self.ip(packet, sought, within, 0);
    }

    /// Takes any other frame.
    #[cold]
    pub(crate) fn dissected(&mut self, frame: Frame<'_>, within: &Within<'_>) {
        for found in dissect(frame, self.settings.checks()) {
            self.next_packet(within.number);
            match found {
                Ok(packet) => self.ip(&packet, None, within, 0),
                Err(skip) => self.skipped(frame.at, within, &skip),
            }
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

    #[cold]
    fn skipped(&mut self, at: Timestamp, within: &Within<'_>, skip: &Skip) {
        if !self.commons.joint.is_mine_to_skip(skip.src.zip(skip.dst)) {
            return;
        }
        self.commons.stats.skipped += 1;
        let Some(name) = skip.weird_name() else { return };
        let end = |address| Endpoint::new(address, 0);
        let endpoints = skip.src.zip(skip.dst).map(|(src, dst)| (end(src), end(dst)));
        self.stray(at, within.number, endpoints, name, b"");
    }

    #[cold]
    pub(crate) fn stray(
        &mut self,
        at: Timestamp,
        frame: u64,
        endpoints: Option<(Endpoint, Endpoint)>,
        name: &'static str,
        addl: &[u8],
    ) {
        self.observer.stray(&Stray { at, frame, endpoints, weird: Weird { name, addl } });
    }

    #[inline]
    fn ip(&mut self, packet: &Packet<'_>, sought: Option<&Sought>, within: &Within<'_>, nested: u8) {
        if !self.commons.joint.is_mine(packet.ip.src, packet.ip.dst) {
            return self.not_mine(packet, within, nested);
        }
        self.commons.stats.packets += 1;
        if !packet.ip.header_ok && self.is_header_corrupt(packet, within) {
            return;
        }
        match packet.body {
            Body::Fragment(fragment) => self.fragment(packet, &fragment, within, nested),
            _ => match sought {
                Some(sought) => self.sort(packet, sought, within),
                None => self.sort(packet, &self.table.seek(&Ends::of(packet)), within),
            },
        }
    }

    #[cold]
    fn is_header_corrupt(&mut self, packet: &Packet<'_>, within: &Within<'_>) -> bool {
        let auto = self.settings.checksums == Checksums::Auto;
        let judged =
            if auto { self.sources.bad(packet.ip.src, packet.ip.dst, Covers::Header) } else { Judged::Corrupt };
        let endpoints = Some(packet.endpoints());
        match judged {
            Judged::Offloaded(first) => {
                self.commons.stats.offloaded += 1;
                if first {
                    self.stray(packet.at, within.number, endpoints, "checksum_offload", b"IP");
                }
                false
            }
            Judged::Corrupt | Judged::Unwatched => {
                self.commons.stats.corrupt += 1;
                self.stray(packet.at, within.number, endpoints, "bad_IP_checksum", b"");
                true
            }
        }
    }
}

/// Frames after which memory beside flows is counted again.
const COUNTED_EVERY: u64 = 4096;

/// The part of the memory that flows may take which is kept for those to come.
const SPARE: usize = 64;

/// Records and accounts that are kept at most: more than that end in a second of a busy link only.
const MOST_SPARE: usize = 4096;
