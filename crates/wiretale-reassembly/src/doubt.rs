//! Segments of which later packets tell whether the host took them.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};

use crate::accept::Judgement;
use crate::half::Bits;
use crate::options::Options;
use crate::{Anomaly, Arrival, Bound, Conflict, Connection, Limits, Reason, Sink, Winner};

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
    /// Its timestamp is older than that of a segment in doubt: its receiver refuses it if it took that one.
    Stamp,
    /// Its timestamp is older than one that was taken here: its receiver refuses it if that one came there, too. One from
    /// the future that never did is a cheap way to make whoever listens deaf.
    Old,
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
    echo: Option<u32>,
    payload: Box<[u8]>,
    missing: u32,
    /// Up to where its sender went on behind it in what was taken, and the newest timestamp there.
    reach: SeqNumber,
    newest: Option<u32>,
    /// The newest timestamp before it that was found to count since it came (by those known then it was judged then), and
    /// the newest that counts if all before it is taken.
    known: Option<u32>,
    possible: Option<u32>,
    window: u16,
    urgent: u16,
    flags: Flags,
    ttl: u8,
    signed: bool,
    /// Packets of the connection since.
    packets: u8,
    /// Did the receiver say anything since?
    answered: bool,
    /// Of one that is too old: did the receiver acknowledge it, and say that such a timestamp is the newest it has?
    echoed: bool,
}

/// What others in doubt say of one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    For,
    Against,
    None,
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

    /// Notes a segment that was taken though one before it is in doubt: if its receiver took that one, it counts this
    /// one's timestamp, too (RFC 7323 section 4.3).
    pub(crate) fn follow(&mut self, from: Direction, segment: &Segment<'_>, stamp: Option<u32>) {
        let precedes = |doubted: &&mut Doubted| {
            doubted.from == from && doubted.doubt != Doubt::Old && segment.seq.ahead_of(doubted.reach) <= 0
        };
        if let Some(doubted) = self.list.iter_mut().rfind(precedes) {
            let end = segment.seq.advance(segment.seq_len());
            if end.ahead_of(doubted.reach) > 0 {
                doubted.reach = end;
            }
            doubted.newest = newer(doubted.newest, stamp);
        }
    }

    /// The newest timestamp that counts if all of these are taken.
    fn newest(&self, from: Direction) -> Option<u32> {
        let own = self.list.iter().filter(|doubted| doubted.from == from);
        own.fold(None, |newest, doubted| newer(newest, doubted.latest()))
    }

    /// One was taken, and its timestamp counts: so it does for those that came behind it.
    fn learn(&mut self, taken: &Doubted, place: usize) {
        for later in self.list.iter_mut().skip(place).filter(|later| later.from == taken.from) {
            let latest = taken.latest();
            let before = if newer(later.possible, latest) == later.possible { latest } else { later.possible };
            later.known = newer(later.known, before);
        }
    }

    /// The receiver of what `from` sends acknowledges it up to `ack`, and echoes a timestamp: that of the first segment that
    /// it had not acknowledged before (RFC 7323 section 4.3). If this is one that is too old here, no newer one came there.
    pub(crate) fn hear_echo(&mut self, from: Direction, ack: SeqNumber, echo: Option<u32>) {
        let old = |doubted: &Doubted| doubted.from == from && doubted.doubt == Doubt::Old;
        let acked = |doubted: &Doubted| old(doubted) && ack.ahead_of(doubted.end()) >= 0;
        if echo.is_none() || !self.list.iter().any(|doubted| acked(doubted) && doubted.stamp == echo) {
            return;
        }
        for doubted in self.list.iter_mut().filter(|doubted| acked(doubted)) {
            doubted.echoed |= !is_old(doubted.stamp, echo);
        }
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
            echo: options.echo,
            payload: segment.payload.into(),
            missing: segment.missing,
            reach: segment.seq.advance(segment.seq_len()),
            newest: None,
            known: None,
            possible: None,
            window: segment.window,
            urgent: segment.urgent,
            flags: segment.flags,
            ttl: arrival.ttl,
            signed: options.signed,
            packets: 0,
            answered: false,
            echoed: false,
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
        let options = Options { stamp: self.stamp, echo: self.echo, signed: self.signed, ..Options::default() };
        (Arrival { at: self.at, segment, ttl: self.ttl, origin: self.origin }, options)
    }

    /// What the others say of it, the later ones from this place on. Does its receiver go on from it in segments that
    /// are in doubt for that very reason, then the bytes that either side acknowledges were sent, but not captured. Would
    /// it have its receiver refuse one that nothing else speaks against, it may be there for that.
    fn word(&self, others: &VecDeque<Self>, later: usize) -> Word {
        let end = self.end();
        let goes_on = |other: &Self| other.from != self.from && other.doubt == Doubt::Ack;
        if others.iter().any(|other| goes_on(other) && other.ack.ahead_of(end) >= 0) {
            Word::For
        } else if others.iter().skip(later).any(|other| other.doubt == Doubt::Stamp && self.outdates(other)) {
            Word::Against
        } else {
            Word::None
        }
    }

    fn end(&self) -> SeqNumber {
        self.seq.advance(self.arrival().0.segment.seq_len())
    }

    fn latest(&self) -> Option<u32> {
        newer(self.stamp, self.newest)
    }

    fn outdates(&self, later: &Self) -> bool {
        self.from == later.from && is_old(later.stamp, self.latest())
    }

    // Where both have bytes, and those of either.
    fn overlap<'a>(&'a self, other: &'a Self) -> Option<(SeqNumber, &'a [u8], &'a [u8])> {
        let ahead = other.seq.ahead_of(self.seq);
        let skip = |bytes: &'a [u8], by: i32| bytes.get(usize::try_from(by).unwrap_or(0)..);
        let (old, new) = (skip(&self.payload, ahead)?, skip(&other.payload, ahead.saturating_neg())?);
        let len = old.len().min(new.len());
        let seq = if ahead > 0 { other.seq } else { self.seq };
        Some((seq, old.get(..len)?, new.get(..len)?))
    }

    fn anomaly(&self, accepted: bool) -> Option<Anomaly<'static>> {
        match self.doubt {
            Doubt::Ack => Some(Anomaly::AckUnseen { accepted }),
            Doubt::Window => Some(Anomaly::OutOfWindow { accepted }),
            Doubt::Stamp | Doubt::Old => (!accepted).then_some(Anomaly::PawsFailed),
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
        let possible = doubts.newest(from);
        doubts.list.push_back(Doubted { possible, ..Doubted::new(from, arrival, doubt) });
        if doubts.list.len() > limits.doubts
            && let Some(oldest) = doubts.list.pop_front()
        {
            sink.anomaly(from, Anomaly::LimitReached(Bound::Doubts));
            let word = oldest.word(&doubts.list, 0);
            let fate = self.fate(&oldest, true, true, word);
            self.carry_out((&oldest, 0), fate, limits, sink);
        }
    }

    /// Does a segment that would be taken hang on one in doubt, by its timestamp? Not where it would push that one out.
    pub(crate) fn hangs(&self, from: Direction, segment: &Segment<'_>, options: &Options, limits: &Limits) -> bool {
        let Some(doubts) = self.doubts.as_ref().filter(|_| self.has_room(limits)) else { return false };
        let half = self.peek(from);
        half.has(Bits::STAMPED)
            && segment.seq_len() > 0
            && half.is_news(segment)
            && is_old(options.stamp, doubts.newest(from))
    }

    /// May one more wait without pushing another out?
    pub(crate) fn has_room(&self, limits: &Limits) -> bool {
        self.doubts.as_ref().is_none_or(|doubts| doubts.list.len() < limits.doubts)
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
                if list.iter().take(place).any(|before| before.outdates(doubted)) {
                    return None;
                }
                let fate = self.fate(doubted, late, due, doubted.word(&list, place + 1));
                (fate != Fate::Wait).then_some((place, fate))
            });
            let settled = settled.and_then(|(place, fate)| Some((list.remove(place)?, place, fate)));
            if list.is_empty() {
                self.doubts = None;
            } else if let Some(doubts) = &mut self.doubts {
                doubts.list = list;
            }
            let Some((doubted, place, fate)) = settled else { return };
            self.carry_out((&doubted, place), fate, limits, sink);
        }
    }

    /// Judges all that is left, the connection being over.
    pub(crate) fn abandon_doubts(&mut self, sink: &mut impl Sink) {
        let limits = Limits::default();
        while let Some(doubts) = &mut self.doubts
            && let Some(doubted) = doubts.list.pop_front()
        {
            let word = doubted.word(&doubts.list, 0);
            let fate = self.fate(&doubted, true, true, word);
            self.carry_out((&doubted, 0), fate, &limits, sink);
        }
        self.doubts = None;
    }

    fn fate(&mut self, doubted: &Doubted, late: bool, due: bool, word: Word) -> Fate {
        let newest = self.peek(doubted.from).newest_stamp();
        if doubted.doubt == Doubt::Old && is_old(doubted.stamp, newest) {
            return self.fate_of_old(doubted, due);
        }
        let (arrival, options) = doubted.arrival();
        let end = doubted.end();
        let judgement = self.judge(doubted.from, &arrival, &options, doubted.known);
        // Taken late: had the host known then what is known now? Only its acknowledgement tells.
        let open = matches!(doubted.doubt, Doubt::Ack | Doubt::Window);
        let (half, peer) = self.pair(doubted.from);
        let tells = is_old(half.newest_stamp(), doubted.stamp);
        let asked = open && peer.has(Bits::SEEN) && !half.has(Bits::ALONE);
        let moot = half.has(Bits::STARTED) && half.expected().ahead_of(end) >= 0;
        // What is taken late repeats an older claim.
        let claim = half.has(Bits::CLAIMED) && half.claim().ahead_of(end) >= 0;
        let acked = claim || half.has(Bits::STARTED) && half.acked().ahead_of(end) >= 0;
        match judgement {
            Judgement::Refuse(..) | Judgement::Doubt(Doubt::Old) => Fate::Refused,
            Judgement::Take if acked || !asked => Fate::Fine,
            // It has nothing to tell but the time.
            Judgement::Doubt(_) if moot && tells && !(due && doubted.answered) => Fate::Wait,
            Judgement::Take | Judgement::Doubt(_) if moot => Fate::Refused,
            Judgement::Take if late => Fate::Proven,
            Judgement::Take => Fate::Wait,
            Judgement::Doubt(Doubt::Ack) if due && word == Word::For => Fate::Proven,
            Judgement::Doubt(_) if word == Word::Against => {
                if due {
                    Fate::Refused
                } else {
                    Fate::Wait
                }
            }
            Judgement::Doubt(_) if acked => Fate::Proven,
            Judgement::Doubt(Doubt::Reset) if due => Fate::Refused,
            Judgement::Doubt(_) if due && doubted.answered => Fate::Refused,
            Judgement::Doubt(_) if due => Fate::Unopposed,
            Judgement::Doubt(_) => Fate::Wait,
        }
    }

    // Of one that was too old when it came.
    fn fate_of_old(&mut self, doubted: &Doubted, due: bool) -> Fate {
        let half = self.half(doubted.from);
        let moot = half.has(Bits::STARTED) && half.expected().ahead_of(doubted.end()) >= 0;
        match () {
            () if moot => Fate::Refused,
            () if doubted.echoed => {
                half.begin_time(doubted.stamp);
                Fate::Proven
            }
            () if due => Fate::Refused,
            () => Fate::Wait,
        }
    }

    // Of what was taken and what is still in doubt at the same place, the second copy may be dropped unseen.
    fn compare(&self, taken: &Doubted, sink: &mut impl Sink) {
        let Some(doubts) = &self.doubts else { return };
        for other in doubts.list.iter().filter(|other| other.from == taken.from) {
            let Some((seq, old, new)) = taken.overlap(other).filter(|(_, old, new)| old != new) else { continue };
            let offset = u64::try_from(self.peek(taken.from).place(seq)).unwrap_or(0);
            let (old_ttl, new_ttl) = (taken.ttl, other.ttl);
            let conflict = Conflict { offset, old, new, winner: Winner::Old, old_ttl, new_ttl, delivered: true };
            sink.anomaly(taken.from, Anomaly::Conflict(conflict));
        }
    }

    // The place is the one it had in the list.
    fn carry_out(&mut self, (doubted, place): (&Doubted, usize), fate: Fate, limits: &Limits, sink: &mut impl Sink) {
        let from = doubted.from;
        // Whoever may not wait any longer is refused.
        if matches!(fate, Fate::Refused | Fate::Wait) {
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
            self.compare(doubted, sink);
            if let Some(doubts) = &mut self.doubts {
                doubts.follow(from, &arrival.segment, doubted.stamp);
            }
            let half = self.half(from);
            let known = half.newest_stamp();
            if newer(known, doubted.stamp) == known {
                half.renew(doubted.newest);
                if let Some(doubts) = &mut self.doubts {
                    doubts.learn(doubted, place);
                }
            }
        }
        if let Some(anomaly) =
            doubted.anomaly(!matches!(fate, Fate::Refused | Fate::Wait)).filter(|_| fate != Fate::Fine)
        {
            sink.anomaly(from, anomaly);
        }
    }
}

fn newer(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) if SeqNumber(other).ahead_of(SeqNumber(one)) <= 0 => Some(one),
        (one, other) => other.or(one),
    }
}

/// Is a timestamp older than the newest (PAWS, RFC 7323 section 5)? One tick is forgiven, as Linux does.
pub(crate) fn is_old(stamp: Option<u32>, newest: Option<u32>) -> bool {
    stamp.zip(newest).is_some_and(|(stamp, newest)| SeqNumber(newest).ahead_of(SeqNumber(stamp)) > 1)
}
