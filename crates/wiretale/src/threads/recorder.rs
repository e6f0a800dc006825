//! The observer of a thread that has others beside it: it puts down what it hears.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use wiretale_capture::Batch;
use wiretale_protocol::{
    Chunk, Direction, Expectation, Exposure, Moment, Observe, Observer, Packets, Passed, Place, Stray, Summary,
    Timestamp, Weird,
};

use super::slips::{Call, Slips, What};
use super::wait::next;
use crate::{Stats, dcc, dns, ftp, irc, recognize, ssh, terminal};

/// Puts down every call, and sends what it has put down.
pub(super) struct Recorder {
    /// That of the round, while there is one.
    batch: Option<Arc<Batch>>,
    slips: Box<Slips>,
    place: Option<Place>,
    wishes: Wishes,
    /// Of the bytes that the observer keeps, this thread's share.
    pub(super) observed: usize,
    // Numbers of flows: those that are free again, and the next new one.
    free: Vec<u32>,
    next: u32,
    to: Sender<Told>,
    // Those that were read come back, to be used again.
    back: Receiver<Box<Slips>>,
    // How many are on their way, if they are to be few: those who wait for one another must not wait for them, too.
    away: Option<usize>,
}

/// What a thread sends to the one that tells the observer.
pub(super) enum Told {
    /// More of what happened.
    Slips(Box<Slips>),
    /// That was all of a round.
    Round,
    /// That was all.
    End(Box<Stats>),
}

/// What the observer wants to hear.
#[derive(Clone, Copy)]
pub(super) struct Wishes {
    pub(super) packets: Packets,
    pub(super) messages: bool,
    pub(super) others: bool,
    pub(super) streams: bool,
}

impl Wishes {
    pub(super) fn of(observer: &impl Observer) -> Self {
        Self {
            packets: observer.wants_packets(),
            messages: observer.wants_messages(),
            others: observer.wants_others(),
            streams: observer.wants_streams(),
        }
    }
}

/// A flow's number in its thread.
#[derive(Clone, Copy, Default)]
pub(super) struct Numbered(u32);

impl Recorder {
    /// With `alone`, no more than a few slips are on their way at a time.
    pub(super) fn new(wishes: Wishes, alone: bool, to: Sender<Told>, back: Receiver<Box<Slips>>) -> Self {
        let (slips, away) = (Box::default(), alone.then_some(0));
        Self { away, batch: None, slips, place: None, wishes, observed: 0, free: Vec::new(), next: 0, to, back }
    }

    /// A round begins, of frames of this batch.
    pub(super) fn begin(&mut self, batch: &Arc<Batch>) {
        self.batch = Some(Arc::clone(batch));
        self.slips.of(self.batch.clone());
    }

    /// A round is over. Nothing of its batch is held any longer.
    pub(super) fn round(&mut self) {
        self.batch = None;
        self.send();
        self.slips.of(None);
        // Nobody listens any more where this fails.
        let _ = self.to.send(Told::Round);
    }

    /// The capture is over.
    pub(super) fn end(mut self, stats: Stats) {
        self.send();
        let _ = self.to.send(Told::End(Box::new(stats)));
    }

    fn send(&mut self) {
        if !self.slips.calls.is_empty() {
            let used = match &mut self.away {
                Some(FEW) => next(&self.back, || false),
                Some(away) => {
                    *away += 1;
                    None
                }
                None => self.back.try_recv().ok(),
            };
            let mut empty = used.unwrap_or_default();
            empty.of(self.batch.clone());
            let full = std::mem::replace(&mut self.slips, empty);
            let _ = self.to.send(Told::Slips(full));
        }
    }

    #[inline]
    fn note(&mut self, flow: Numbered, moment: &Moment<'_>, what: What) {
        let Moment { at, frame, direction, .. } = *moment;
        self.call(Call { at, frame, flow: flow.0, direction, what });
    }

    fn outside(&mut self, at: Timestamp, what: What) {
        self.call(Call { at, frame: 0, flow: 0, direction: Direction::Client, what });
    }

    #[inline]
    fn call(&mut self, call: Call) {
        if let Some(place) = self.place.take() {
            self.slips.begin(&place);
        }
        self.slips.call(call);
    }

    fn number(&mut self) -> Numbered {
        Numbered(self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        }))
    }
}

impl Observer for Recorder {
    type Flow = Numbered;

    fn opened(&mut self, flow: &mut Numbered, moment: &Moment<'_>) {
        *flow = self.number();
        self.note(*flow, moment, What::Opened);
        self.slips.flows.push(*moment.flow);
    }

    #[inline]
    fn passed(&mut self, flow: &mut Numbered, moment: &Moment<'_>, passed: &Passed) {
        self.note(*flow, moment, What::Passed);
        self.slips.passed.push(*passed);
    }

    fn wants_packets(&self) -> Packets {
        self.wishes.packets
    }

    fn wants_messages(&self) -> bool {
        self.wishes.messages
    }

    fn wants_others(&self) -> bool {
        self.wishes.others
    }

    fn wants_streams(&self) -> bool {
        self.wishes.streams
    }

    fn memory(&self) -> usize {
        self.observed
    }

    fn stream(&mut self, flow: &mut Numbered, moment: &Moment<'_>, offset: u64, chunk: Chunk<'_>) {
        self.note(*flow, moment, What::Stream);
        let chunk = super::replay::relend(chunk, &mut self.slips.kept);
        self.slips.chunks.push((offset, chunk));
    }

    fn recognized(&mut self, flow: &mut Numbered, moment: &Moment<'_>, service: &'static str) {
        self.note(*flow, moment, What::Recognized);
        self.slips.words.push(service);
    }

    fn served(&mut self, flow: &mut Numbered, moment: &Moment<'_>, service: &'static str) {
        self.note(*flow, moment, What::Served);
        self.slips.words.push(service);
    }

    fn weird(&mut self, flow: &mut Numbered, moment: &Moment<'_>, weird: &Weird<'_>) {
        self.note(*flow, moment, What::Weird);
        let weird = weird.relend(&mut self.slips.kept);
        self.slips.weirds.push(weird);
    }

    fn exposed(&mut self, flow: &mut Numbered, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        self.note(*flow, moment, What::Exposed);
        let exposure = exposure.relend(&mut self.slips.kept);
        self.slips.exposures.push(exposure);
    }

    fn closed(&mut self, flow: &mut Numbered, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.note(*flow, moment, What::Closed);
        self.slips.words.extend(summary.services);
        let history = wiretale_protocol::Lend::lend(&mut self.slips.kept, summary.history);
        self.slips.closed.push((Summary { history, services: &[], ..*summary }, summary.services.len()));
        self.free.push(flow.0);
    }

    fn lapsed(&mut self, now: Timestamp, expectation: &Expectation) {
        self.outside(now, What::Lapsed);
        self.slips.lapsed.push((now, expectation.clone()));
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        self.outside(stray.at, What::Stray);
        let stray = stray.relend(&mut self.slips.kept);
        self.slips.strays.push(stray);
    }

    fn tick(&mut self, now: Timestamp) {
        self.outside(now, What::Tick);
    }

    #[inline]
    fn place(&mut self, place: &Place) {
        if self.slips.calls.len() >= ENOUGH {
            self.send();
        }
        self.place = Some(*place);
    }
}

macro_rules! records {
    ($($protocol:ty, $what:ident, $list:ident;)*) => {
        $(impl Observe<$protocol> for Recorder {
            #[inline]
            fn observe(
                &mut self,
                flow: &mut Numbered,
                moment: &Moment<'_>,
                event: &<$protocol as wiretale_protocol::Protocol>::Event<'_>,
            ) {
                self.note(*flow, moment, What::$what);
                let event = event.relend(&mut self.slips.kept);
                self.slips.$list.push(event);
            }
        })*
    };
}

each_protocol!(records);

impl Observe<irc::Irc> for Recorder {
    #[inline]
    fn observe(&mut self, flow: &mut Numbered, moment: &Moment<'_>, event: &irc::Event<'_>) {
        self.note(*flow, moment, What::Irc);
        self.slips.irc.put(event, &mut self.slips.kept);
    }
}

// It has no events.
impl Observe<recognize::Named> for Recorder {}

/// Calls after which what was put down is sent, though the round is not over.
const ENOUGH: usize = 1 << 11;

/// Slips on their way, where they are few: all of them together should fit into the cache that processors share.
const FEW: usize = 14;
