//! Segments of which later packets tell whether the host took them.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};

use crate::accept::Judgement;
use crate::half::Bits;
use crate::options::Options;
use crate::{Anomaly, Arrival, Bound, Connection, Limits, Reason, Sink};

/// Why a segment is in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Doubt {
    /// Its sender's SYN was not answered yet.
    Handshake,
    /// It acknowledges bytes that were not seen.
    Ack,
    /// It lies beyond the receive window, as far as that was seen.
    Window,
    /// Its receiver sent a RST.
    Reset,
}

/// The segments in doubt of one connection, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    list: VecDeque<Doubted>,
}

/// One of them, copied.
#[derive(Debug)]
struct Doubted {
    from: Direction,
    doubt: Doubt,
    at: Timestamp,
    seq: SeqNumber,
    ack: SeqNumber,
    origin: Option<u64>,
    stamp: Option<u32>,
    payload: Box<[u8]>,
    missing: u32,
    window: u16,
    urgent: u16,
    flags: Flags,
    ttl: u8,
    signed: bool,
    /// Packets of the connection since.
    packets: u8,
    /// Did the receiver say anything since?
    answered: bool,
}

/// What becomes of one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Wait,
    /// It was all right: the capture showed packets out of order.
    Fine,
    /// Its receiver acknowledges it.
    Proven,
    /// Nobody is there to ask.
    Unopposed,
    Refused,
}

impl Doubts {
    pub(crate) fn bytes(&self) -> usize {
        self.list.iter().map(|doubted| doubted.payload.len()).sum()
    }

    /// Bytes of memory beside the payload.
    pub(crate) fn overhead(&self) -> usize {
        self.list.capacity() * size_of::<Doubted>() + self.list.len() * 16
    }

    pub(crate) fn bytes_from(&self, from: Direction) -> u64 {
        self.list.iter().filter(|doubted| doubted.from == from).map(|doubted| doubted.payload.len() as u64).sum()
    }

    pub(crate) fn flip(&mut self) {
        self.list.iter_mut().for_each(|doubted| doubted.from = doubted.from.opposite());
    }

    /// Counts a packet of the connection, and who spoke if it was believed.
    pub(crate) fn count(&mut self, spoke: Option<Direction>) {
        for doubted in &mut self.list {
            doubted.packets = doubted.packets.saturating_add(1);
            doubted.answered |= spoke == Some(doubted.from.opposite());
        }
    }
}

impl Doubted {
    fn new(from: Direction, arrival: &Arrival<'_>, doubt: Doubt) -> Self {
        let segment = &arrival.segment;
        let options = Options::read(segment.options);
        Self {
            from,
            doubt,
            at: arrival.at,
            seq: segment.seq,
            ack: segment.ack,
            origin: arrival.origin,
            stamp: options.stamp,
            payload: segment.payload.into(),
            missing: segment.missing,
            window: segment.window,
            urgent: segment.urgent,
            flags: segment.flags,
            ttl: arrival.ttl,
            signed: options.signed,
            packets: 0,
            answered: false,
        }
    }

    fn arrival(&self) -> (Arrival<'_>, Options) {
        let segment = Segment {
            seq: self.seq,
            ack: self.ack,
            flags: self.flags,
            window: self.window,
            urgent: self.urgent,
            options: &[],
            payload: &self.payload,
            missing: self.missing,
        };
        let options = Options { scale: None, stamp: self.stamp, signed: self.signed };
        (Arrival { at: self.at, segment, ttl: self.ttl, origin: self.origin }, options)
    }

    /// Does its receiver go on from it in segments that are in doubt for that very reason? Then the bytes that either
    /// side acknowledges were sent, but not captured.
    fn vouched(&self, others: &VecDeque<Self>) -> bool {
        let end = self.arrival().0.segment;
        let end = end.seq.advance(end.seq_len());
        let goes_on = |other: &Self| other.from != self.from && other.doubt == Doubt::Ack;
        others.iter().any(|other| goes_on(other) && other.ack.ahead_of(end) >= 0)
    }

    fn anomaly(&self, accepted: bool) -> Option<Anomaly<'static>> {
        match self.doubt {
            Doubt::Ack => Some(Anomaly::AckUnseen { accepted }),
            Doubt::Window => Some(Anomaly::OutOfWindow { accepted }),
            // Reported when they came.
            Doubt::Handshake | Doubt::Reset => None,
        }
    }
}

impl Connection {
    /// Keeps a segment aside; the oldest is judged where there are too many.
    pub(crate) fn keep_doubt(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        doubt: Doubt,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        let doubts = self.doubts.get_or_insert_default();
        doubts.list.push_back(Doubted::new(from, arrival, doubt));
        if doubts.list.len() > limits.doubts
            && let Some(oldest) = doubts.list.pop_front()
        {
            sink.anomaly(from, Anomaly::LimitReached(Bound::Doubts));
            let vouched = oldest.vouched(&doubts.list);
            let fate = self.fate(&oldest, true, true, vouched);
            self.carry_out(&oldest, fate, limits, sink);
        }
    }

    /// Looks at each segment in doubt again. `hurry` asks for no more packets, only for time.
    pub(crate) fn judge_doubts(&mut self, now: Timestamp, hurry: bool, limits: &Limits, sink: &mut impl Sink) {
        // What is taken may settle what came before it, so it goes on until nothing changes. Each round but the last
        // takes one off the list.
        loop {
            let Some(doubts) = &mut self.doubts else { return };
            let mut list = core::mem::take(&mut doubts.list);
            let settled = list.iter().enumerate().find_map(|(place, doubted)| {
                let late = now.since(doubted.at) >= limits.grace;
                let due = late && (hurry || doubted.packets >= limits.grace_packets);
                let fate = self.fate(doubted, late, due, due && doubted.vouched(&list));
                (fate != Fate::Wait).then_some((place, fate))
            });
            let settled = settled.and_then(|(place, fate)| list.remove(place).zip(Some(fate)));
            if list.is_empty() {
                self.doubts = None;
            } else if let Some(doubts) = &mut self.doubts {
                doubts.list = list;
            }
            let Some((doubted, fate)) = settled else { return };
            self.carry_out(&doubted, fate, limits, sink);
        }
    }

    /// Judges all that is left, the connection being over.
    pub(crate) fn abandon_doubts(&mut self, sink: &mut impl Sink) {
        let Some(doubts) = self.doubts.take() else { return };
        let (limits, mut list) = (Limits::default(), doubts.list);
        while let Some(doubted) = list.pop_front() {
            let vouched = doubted.vouched(&list);
            let fate = self.fate(&doubted, true, true, vouched);
            self.carry_out(&doubted, fate, &limits, sink);
        }
    }

    fn fate(&mut self, doubted: &Doubted, late: bool, due: bool, vouched: bool) -> Fate {
        let (arrival, options) = doubted.arrival();
        let end = doubted.seq.advance(arrival.segment.seq_len());
        let judgement = self.judge(doubted.from, &arrival, &options);
        // Taken late: had the host known then what is known now? Only its acknowledgement tells.
        let open = matches!(doubted.doubt, Doubt::Ack | Doubt::Window);
        let (half, peer) = self.pair(doubted.from);
        let asked = open && peer.has(Bits::SEEN) && !half.has(Bits::ALONE);
        let moot = half.has(Bits::STARTED) && half.expected().ahead_of(end) >= 0;
        // What is taken late repeats an older claim.
        let claim = half.has(Bits::CLAIMED) && half.claim().ahead_of(end) >= 0;
        let acked = claim || half.has(Bits::STARTED) && half.acked().ahead_of(end) >= 0;
        match judgement {
            Judgement::Refuse(..) => Fate::Refused,
            Judgement::Take if acked || !asked => Fate::Fine,
            Judgement::Take | Judgement::Doubt(_) if moot => Fate::Refused,
            Judgement::Take if late => Fate::Proven,
            Judgement::Take => Fate::Wait,
            Judgement::Doubt(_) if acked => Fate::Proven,
            Judgement::Doubt(Doubt::Ack) if due && vouched => Fate::Proven,
            Judgement::Doubt(Doubt::Reset) if due => Fate::Refused,
            Judgement::Doubt(_) if due && doubted.answered => Fate::Refused,
            Judgement::Doubt(_) if due => Fate::Unopposed,
            Judgement::Doubt(_) => Fate::Wait,
        }
    }

    fn carry_out(&mut self, doubted: &Doubted, fate: Fate, limits: &Limits, sink: &mut impl Sink) {
        let from = doubted.from;
        if fate == Fate::Refused {
            let reason = if doubted.doubt == Doubt::Reset { Reason::Reset } else { Reason::Refused };
            self.half(from).drop_bytes(reason, doubted.payload.len() as u64);
        } else {
            if fate == Fate::Unopposed {
                self.half(from).bits.set(Bits::ALONE);
                sink.anomaly(from, Anomaly::OneSided);
            }
            if fate == Fate::Proven && doubted.doubt == Doubt::Reset && self.reset_by.take().is_some() {
                sink.anomaly(from.opposite(), Anomaly::Reopened);
            }
            let (arrival, options) = doubted.arrival();
            let peer = self.half(from.opposite());
            let claim = peer.has(Bits::CLAIMED).then(|| peer.claim());
            self.take(from, &arrival, &options, limits, sink);
            self.half(from.opposite()).reclaim(claim);
        }
        if let Some(anomaly) = doubted.anomaly(fate != Fate::Refused).filter(|_| fate != Fate::Fine) {
            sink.anomaly(from, anomaly);
        }
    }
}
