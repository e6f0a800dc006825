//! From a flow's bytes to its decoder.

use smallvec::SmallVec;
use wiretale_protocol::{
    Chunk, Context, Demand, Direction, End, Flow, Moment, Observer, Opening, Quota, Services, Timestamp, Weird, Weirds,
};
use wiretale_reassembly::{Anomaly, Sink};

use crate::anomalies::told;
use crate::commons::Commons;
use crate::held::Held;
use crate::near::Far;
use crate::reading::{Reading, Started};
use crate::recall::Lookback;
use crate::turn::Turn;

/// The way of one flow's bytes while one packet is processed.
pub(crate) struct Delivery<'d, P: Services<O>, O: Observer> {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    pub(crate) flow: &'d Flow,
    pub(crate) state: &'d mut O::Flow,
    pub(crate) reading: &'d mut Reading<P::Session>,
    pub(crate) decoder_bytes: &'d mut u32,
    pub(crate) services: &'d mut SmallVec<[&'static str; 1]>,
    pub(crate) weirds: &'d mut Weirds,
    pub(crate) patient: &'d mut bool,
    pub(crate) anew: &'d mut u8,
    /// For a TCP connection, whether it was answered.
    pub(crate) established: Option<bool>,
    /// One side of it was not seen yet.
    pub(crate) alone: bool,
    pub(crate) lookback: Option<Lookback<'d>>,
    pub(crate) observer: &'d mut O,
    pub(crate) commons: &'d mut Commons,
    /// Directions whose bytes nobody wants any more.
    pub(crate) unwanted: [bool; 2],
    /// They are wanted again.
    pub(crate) wanted: bool,
}

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// The next chunk for whoever reads the flow.
    pub(crate) fn read(&mut self, from: Direction, chunk: Chunk<'_>) {
        match *self.reading {
            Reading::Decoding(_) => self.feed(self.at, self.frame, from, chunk),
            Reading::Probing(_) => self.probe(from, chunk),
            Reading::Doubting(_) => self.doubt(from, chunk),
            Reading::Overhearing(..) => self.overhear(from, chunk),
            Reading::Listening(to) => self.listen(to, from, chunk),
            Reading::Resting(turn) => self.resume(turn, from, chunk),
            Reading::Counting => {}
        }
    }

    /// Reports something odd, but not the same again and again.
    pub(crate) fn weird(&mut self, from: Direction, name: &'static str, addl: &[u8]) {
        let Commons { limits, stats, .. } = &mut *self.commons;
        let suppressed = &mut stats.weirds_suppressed;
        if (Quota { said: self.weirds, most: limits.weirds, suppressed }).allow(name) {
            let moment = Moment { at: self.at, frame: self.frame, direction: from, flow: self.flow };
            self.observer.weird(self.state, &moment, &Weird { name, addl });
        }
    }

    /// A decoder for the flow as announced, if it was. Looked up only now: an announcement may have been made fuller
    /// since the flow began.
    pub(crate) fn announced(&mut self) -> Option<Started<P, O>> {
        self.established?;
        while let Some(expectation) = self.commons.take_announced(self.flow, self.at) {
            if let Some(session) = P::start_expected(expectation.tag, expectation.note) {
                self.commons.stats.expected += 1;
                return Some(Box::new(Far::new(session)));
            }
        }
        None
    }

    /// A decoder for the flow as announced, rather than by who takes what nobody claims, if anybody does. Where both sides
    /// say what he can read, and what was announced is not said so, an offer hides no dialogue on the port that it names.
    pub(crate) fn announced_rather(
        &mut self,
        than: Option<&Started<P, O>>,
        now: Option<(Direction, &[u8])>,
    ) -> Option<Started<P, O>> {
        if than.is_some() && self.established.is_some() {
            self.commons.hear_news();
            let tag = self.commons.expectations.tag(self.flow, self.at);
            if tag.is_some_and(|tag| self.shown(now, true, |opening| is_other::<P, O>(tag, opening))) {
                return None;
            }
        }
        self.announced()
    }

    pub(crate) fn has_spoken(&self, side: Direction) -> bool {
        matches!(&*self.reading, Reading::Probing(Some(held)) if held.len_of(side) > 0)
    }

    /// The decoder of a flow known by its bytes. An announcement of the same protocol knows more: a file's name, its size.
    pub(crate) fn identified(&mut self, session: Started<P, O>) -> Started<P, O> {
        self.commons.stats.identified += 1;
        if !P::may_be_announced(&session) {
            return session;
        }
        self.commons.hear_news();
        let same = self.commons.expectations.tag(self.flow, self.at) == Some(P::service(&session));
        let announced = if same { self.announced() } else { None };
        announced.unwrap_or(session)
    }

    pub(crate) fn give_up(&mut self) {
        let held = match std::mem::replace(self.reading, Reading::Counting) {
            Reading::Doubting(doubt) => Some(doubt.held),
            Reading::Overhearing(overheard) => overheard.held,
            _ => None,
        };
        self.forget_held(held);
        self.holds(0);
        self.unwanted = [true; 2];
    }

    /// Nobody will read what waited.
    pub(crate) fn forget_held(&mut self, held: Option<Box<Held>>) {
        self.commons.stats.probed_bytes -= held.map_or(0, |held| held.memory() as u64);
    }

    /// The decoder holds so many bytes now.
    pub(crate) fn holds(&mut self, bytes: u32) {
        let before = std::mem::replace(self.decoder_bytes, bytes);
        let all = &mut self.commons.stats.decoder_bytes;
        *all = *all - u64::from(before) + u64::from(bytes);
    }

    #[inline]
    pub(crate) fn feed(&mut self, at: Timestamp, frame: u64, from: Direction, chunk: Chunk<'_>) {
        let Some(session) = self.reading.session() else { return };
        let moment = Moment { at, frame, direction: from, flow: self.flow };
        let Commons { shared, limits, stats, .. } = &mut *self.commons;
        let quota = Quota { said: self.weirds, most: limits.weirds, suppressed: &mut stats.weirds_suppressed };
        let mut cx = Context::new(moment, self.observer, self.state, shared).within(quota);
        let demand = P::feed(session, &mut cx, chunk);
        let holds = size_of::<P::Session>().saturating_add(P::memory(session)).saturating_add(O::weight(self.state));
        let holds = u32::try_from(holds).unwrap_or(u32::MAX);
        if holds != *self.decoder_bytes {
            self.holds(holds);
        }
        match demand {
            Demand::Stream => {}
            Demand::Lengths => self.unwanted[from.index()] = true,
            Demand::Nothing => self.give_up(),
            Demand::Rest => self.rest(Turn::behind(from)),
            Demand::Anew => {}
        }
        if !self.commons.shared.confirmed.is_empty() {
            self.confirmed(at, frame, from);
        }
        if !self.commons.shared.retracted.is_empty() {
            let retracted = std::mem::take(&mut self.commons.shared.retracted);
            self.services.retain(|service| !retracted.contains(service));
        }
        if !self.commons.shared.expected.is_empty() {
            self.expected();
        }
        if demand == Demand::Anew {
            self.ask_anew(from, chunk);
        }
    }

    #[cold]
    fn confirmed(&mut self, at: Timestamp, frame: u64, from: Direction) {
        let moment = Moment { at, frame, direction: from, flow: self.flow };
        for service in self.commons.shared.confirmed.drain(..) {
            if !self.services.contains(&service) && self.services.len() < SERVICES {
                self.services.push(service);
                *self.patient |= self.commons.patient_services.contains(&service);
                self.observer.recognized(self.state, &moment, service);
            }
        }
        for service in self.commons.shared.served.drain(..) {
            self.observer.served(self.state, &moment, service);
        }
    }

    #[cold]
    fn expected(&mut self) {
        let mut announced = std::mem::take(&mut self.commons.shared.expected);
        for expectation in announced.drain(..) {
            self.commons.stats.expectations += 1;
            if let Some(dropped) = self.commons.announce(expectation) {
                self.commons.stats.expectations_dropped += 1;
                self.commons.stats.expectations_lapsed += 1;
                self.observer.lapsed(self.at, &dropped);
                if self.commons.stats.expectations_dropped == 1 {
                    self.weird(Direction::Client, "expectation_table_full", b"");
                }
            }
        }
        self.commons.shared.expected = announced;
    }
}

impl<P: Services<O>, O: Observer> Sink for Delivery<'_, P, O> {
    #[inline]
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        if self.observer.wants_streams() {
            let moment = Moment { at: self.at, frame: self.frame, direction: from, flow: self.flow };
            self.observer.stream(self.state, &moment, offset, chunk);
        }
        self.read(from, chunk);
    }

    #[cold]
    fn anomaly(&mut self, from: Direction, anomaly: Anomaly<'_>) {
        // Such a server is heard only for when it speaks.
        let of_bytes = matches!(anomaly, Anomaly::Gap { .. } | Anomaly::Conflict(_) | Anomaly::LimitReached(_));
        if of_bytes && from == Direction::Server && matches!(*self.reading, Reading::Resting(_)) {
            return;
        }
        if let Some(addl) = told(&anomaly) {
            self.weird(from, anomaly.name(), addl.as_bytes());
        }
    }

    fn recall(&self, origin: u64, bytes: &mut [u8]) -> bool {
        self.lookback.is_some_and(|lookback| lookback.capture.recall(origin, bytes))
    }
}

// Both sides spoke, and not as they do in what was announced.
fn is_other<P: Services<O>, O: Observer>(tag: &str, opening: &Opening<'_>) -> bool {
    !opening.client.is_empty() && !opening.server.is_empty() && !P::may_be_text(tag, opening)
}

/// The ends of a flow without connections.
pub(crate) const ENDS: [(Direction, Chunk<'static>); 2] =
    [(Direction::Client, Chunk::End(End::Abandoned)), (Direction::Server, Chunk::End(End::Abandoned))];

/// More services than any flow has.
const SERVICES: usize = 8;
