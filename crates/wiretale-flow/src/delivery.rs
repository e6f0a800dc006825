//! From a flow's bytes to its decoder.

use smallvec::SmallVec;
use wiretale_protocol::{
    Chunk, Context, Demand, Direction, End, Flow, Identified, Moment, Observer, Opening, Quota, Services, Shared,
    Timestamp, Weird, Weirds,
};
use wiretale_reassembly::{Anomaly, Sink};

use crate::expectations::Expectations;
use crate::near::Far;
use crate::reading::{Held, Reading};
use crate::recall::Lookback;
use crate::settings::Limits;
use crate::shared::Joint;
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
    pub(crate) streams: bool,
    /// For a TCP connection, whether it was answered.
    pub(crate) established: Option<bool>,
    pub(crate) lookback: Option<Lookback<'d>>,
    pub(crate) observer: &'d mut O,
    pub(crate) commons: &'d mut Commons,
    /// Directions whose bytes nobody wants any more.
    pub(crate) unwanted: [bool; 2],
}

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// The next chunk for whoever reads the flow.
    pub(crate) fn read(&mut self, from: Direction, chunk: Chunk<'_>) {
        match self.reading {
            Reading::Decoding(_) => self.feed(self.at, self.frame, from, chunk),
            Reading::Probing(_) => self.probe(from, chunk),
            Reading::Doubting(_) => self.doubt(from, chunk),
            Reading::Counting => {}
        }
    }

    /// Nothing more will come: decides what is still undecided.
    pub(crate) fn conclude(&mut self) {
        self.settle();
        let Reading::Probing(held) = self.reading else { return };
        let held = held.take();
        let opening = opening(held.as_deref(), None, self.flow, true);
        let spoke = [!opening.client.is_empty(), !opening.server.is_empty()];
        let session = match spoke.contains(&true).then(|| identify::<P, O>(&opening)) {
            Some(Identified::Yes(session)) => session.map(|session| self.identified(session)),
            Some(Identified::Leftover(session)) => self.announced_or(session, spoke == [true; 2]),
            // An attempt that was never answered leaves the announcement to the next one.
            _ if self.established == Some(false) => None,
            _ => self.announced(),
        };
        self.begin(session, held);
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

    /// Asks whose bytes these are.
    fn probe(&mut self, from: Direction, chunk: Chunk<'_>) {
        let Chunk::Data(data) = chunk else {
            if self.keep(from, chunk).is_some_and(|held| held.is_over()) {
                self.conclude();
            }
            return;
        };
        match self.look(from, data, false) {
            Identified::Yes(session) => {
                let session = session.map(|session| self.identified(session));
                self.decide(session, from, chunk);
            }
            Identified::Unsure if self.is_full(from, data.len()) => self.at_limit(from, data),
            Identified::Unsure => self.hold(from, chunk),
            Identified::Leftover(session) => {
                let session = self.announced_or(session, self.has_spoken(from.opposite()));
                self.decide(session, from, chunk);
            }
            Identified::No => {
                let session = self.announced();
                self.decide(session, from, chunk);
            }
        }
    }

    /// Whose bytes are those that are kept, and these?
    pub(crate) fn look(&mut self, from: Direction, data: &[u8], last: bool) -> Identified<Option<Started<P, O>>> {
        let held = match &mut *self.reading {
            Reading::Probing(Some(held)) => held,
            Reading::Doubting(doubt) => &mut doubt.held,
            _ => return identify::<P, O>(&opening(None, Some((from, data)), self.flow, last)),
        };
        let before = held.lend(from, data);
        let found = identify::<P, O>(&opening(Some(held), None, self.flow, last));
        held.take_back(from, before);
        found
    }

    /// With so many bytes more, is as much kept of a flow as may be?
    fn is_full(&mut self, from: Direction, more: usize) -> bool {
        let limits = &self.commons.limits;
        let Reading::Probing(Some(held)) = &mut *self.reading else { return more >= limits.probe_bytes };
        if held.pieces().len() >= limits.probe_pieces {
            let before = held.memory();
            held.merge();
            self.commons.stats.probed_bytes -= (before - held.memory()) as u64;
        }
        held.len_of(from) + more >= limits.probe_bytes || held.pieces().len() >= limits.probe_pieces
    }

    fn hold(&mut self, from: Direction, chunk: Chunk<'_>) {
        let datagrams = self.established.is_none();
        if let Some(held) = self.keep(from, chunk).filter(|_| datagrams) {
            // A datagram is whole by itself: the next one does not go on with it.
            held.shut(from);
        }
    }

    pub(crate) fn keep(&mut self, from: Direction, chunk: Chunk<'_>) -> Option<&mut Held> {
        let held = match &mut *self.reading {
            Reading::Probing(held) => held.get_or_insert_default(),
            Reading::Doubting(doubt) => &mut doubt.held,
            _ => return None,
        };
        let before = held.memory();
        held.push(self.at, self.frame, from, chunk);
        self.commons.stats.probed_bytes += (held.memory() - before) as u64;
        Some(held)
    }

    /// The end of probing: what waited is read first, then `chunk`, which was never copied.
    pub(crate) fn decide(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
        let Some(held) = self.take_held() else { return };
        self.begin(session, held);
        if let Reading::Decoding(_) = self.reading {
            self.feed(self.at, self.frame, from, chunk);
        }
    }

    fn take_held(&mut self) -> Option<Option<Box<Held>>> {
        match std::mem::replace(self.reading, Reading::Counting) {
            Reading::Probing(held) => Some(held),
            Reading::Doubting(doubt) => Some(Some(doubt.held)),
            other => {
                *self.reading = other;
                None
            }
        }
    }

    fn begin(&mut self, session: Option<Started<P, O>>, held: Option<Box<Held>>) {
        let Some(session) = session else {
            self.commons.stats.probed_bytes -= held.map_or(0, |held| held.memory() as u64);
            self.give_up();
            return;
        };
        *self.reading = Reading::Decoding(session);
        let Some(held) = held else { return };
        self.commons.stats.probed_bytes -= held.memory() as u64;
        for piece in held.pieces() {
            self.feed(piece.at, piece.frame, piece.from, held.chunk(piece));
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

    /// A decoder for the flow as announced, or else the one that takes what nobody claims. Where both sides say what it
    /// can read, it is no file that they exchange: else an offer would hide any dialogue on the port that it names.
    pub(crate) fn announced_or(&mut self, session: Option<Started<P, O>>, both: bool) -> Option<Started<P, O>> {
        if both && session.is_some() {
            self.commons.hear_news();
            let tag = self.commons.expectations.tag(self.flow, self.at);
            if tag.is_some_and(|tag| !P::may_be_dialogue(tag)) {
                return session;
            }
        }
        self.announced().or(session)
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
        if let Reading::Doubting(doubt) = std::mem::replace(self.reading, Reading::Counting) {
            self.commons.stats.probed_bytes -= doubt.held.memory() as u64;
        }
        self.holds(0);
        self.unwanted = [true; 2];
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
        if self.streams {
            let moment = Moment { at: self.at, frame: self.frame, direction: from, flow: self.flow };
            self.observer.stream(self.state, &moment, offset, chunk);
        }
        self.read(from, chunk);
    }

    #[cold]
    fn anomaly(&mut self, from: Direction, anomaly: Anomaly<'_>) {
        if let Some(addl) = told(&anomaly) {
            self.weird(from, anomaly.name(), addl.as_bytes());
        }
    }

    fn recall(&self, origin: u64, len: usize) -> Option<&[u8]> {
        self.lookback.and_then(|lookback| lookback.capture.recall(origin, len))
    }
}

/// What to add to an anomaly's name; nothing where it is none worth a word.
fn told(anomaly: &Anomaly<'_>) -> Option<String> {
    Some(match anomaly {
        Anomaly::Retransmission(_) | Anomaly::OneSided => return None,
        Anomaly::Conflict(conflict) => format!("offset {} length {}", conflict.offset, conflict.new.len()),
        Anomaly::Gap { offset, len } => format!("offset {offset} length {len}"),
        Anomaly::LimitReached(bound) => bound.name().to_owned(),
        Anomaly::TtlChanged { usual, seen } => format!("{usual} {seen}"),
        Anomaly::UrgentData { offset } => format!("offset {offset}"),
        Anomaly::SynDataJudged { accepted, refused } => format!("accepted {accepted} refused {refused}"),
        Anomaly::RstWithData(len) | Anomaly::SynWithData(len) => format!("{len} bytes"),
        Anomaly::WindowScale(scale) => scale.to_string(),
        _ => String::new(),
    })
}

/// A decoder where it stays: those of some protocols are large, and not moved about.
pub(crate) type Started<P, O> = Box<Far<<P as Services<O>>::Session>>;

/// Whose bytes these are, and a decoder for them.
fn identify<P: Services<O>, O: Observer>(opening: &Opening<'_>) -> Identified<Option<Started<P, O>>> {
    P::identify(opening).map(|place| P::start(place, opening).map(|session| Box::new(Far::new(session))))
}

/// The opening of a flow: what is held, or else the bytes that came just now.
fn opening<'a>(held: Option<&'a Held>, now: Option<(Direction, &'a [u8])>, flow: &'a Flow, last: bool) -> Opening<'a> {
    let of = |direction| match (held, now) {
        (Some(held), _) => held.opening(direction),
        (None, Some((from, data))) if from == direction => data,
        _ => &[],
    };
    Opening { client: of(Direction::Client), server: of(Direction::Server), flow, last }
}

/// The ends of a flow without connections.
pub(crate) const ENDS: [(Direction, Chunk<'static>); 2] =
    [(Direction::Client, Chunk::End(End::Abandoned)), (Direction::Server, Chunk::End(End::Abandoned))];

/// More services than any flow has.
const SERVICES: usize = 8;
