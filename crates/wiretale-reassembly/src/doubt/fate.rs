//! What becomes of segments in doubt.

use wiretale_packet::{Direction, Segment, Timestamp};

use super::doubted::{Doubted, Word};
use super::{Doubt, is_old, newer};
use crate::accept::Judgement;
use crate::half::Bits;
use crate::options::Options;
use crate::{Anomaly, Arrival, Bound, Conflict, Connection, Limits, Reason, Sink, Winner};

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
                let due =
                    due || matches!(doubted.doubt, Doubt::Old | Doubt::Stamp) && self.is_missed(doubted, now, limits);
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
        let newest = match doubted.doubt {
            Doubt::Old => self.peek(doubted.from).newest_stamp(),
            Doubt::Stamp => doubted.known,
            _ => None,
        };
        if is_old(doubted.stamp, newest) {
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
            Judgement::Refuse(..) => Fate::Refused,
            Judgement::Doubt(Doubt::Old) => self.fate_of_old(doubted, due),
            // Its acknowledgement may itself be in doubt for no other reason than that it acknowledges this one.
            Judgement::Take if acked || !asked || word == Word::For => Fate::Fine,
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
            () if due && half.came_late(doubted.seq, doubted.end(), doubted.stamp) => Fate::Fine,
            () if due => Fate::Refused,
            () => Fate::Wait,
        }
    }

    /// Does its receiver have these bytes, and had others the time to bring them? What fills a hole must come before the
    /// hole is given up.
    fn is_missed(&self, doubted: &Doubted, now: Timestamp, limits: &Limits) -> bool {
        let waited = now.since(doubted.at).saturating_mul(SOONER) >= limits.grace;
        waited && self.peek(doubted.from).misses(doubted.seq, doubted.end())
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

/// How much less than its grace something waits that is missed.
const SOONER: u32 = 20;
