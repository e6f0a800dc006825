//! What time puts an end to.

use std::cmp::Ordering;

use wiretale_packet::Timestamp;
use wiretale_protocol::{Began, Observer, Place, Services, Step};
use wiretale_reassembly::End;

use crate::analyzer::{Analyzer, Over};
use crate::carry::{Around, with_sink};
use crate::clock::{moment, second};
use crate::half::Half;
use crate::table::Body as Known;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Moves packet time on, and closes what is over by it.
    #[inline]
    pub(crate) fn advance(&mut self, at: Timestamp) {
        if let Some(now) = self.clock.turns(at) {
            self.turn(second(now), 0);
        }
    }

    /// What is due when packet time has come to the second `now`, before `frame`.
    pub(crate) fn turn(&mut self, now: i64, frame: u64) {
        self.count_open(frame);
        let mut due = std::mem::take(&mut self.due);
        self.table.turn(now, &mut due);
        let mut over = std::mem::take(&mut self.over);
        // Looked at in an order that does not depend on who stands where in the table.
        let mut holding = Vec::new();
        let place = |n: usize| due[n];
        self.sweep(due.len(), place, |this, n| {
            let at = place(n);
            let deadline = this.deadline(at);
            if deadline < moment(now) {
                return over.push(Over { time: deadline, at });
            }
            let holds = matches!(&this.table.slot(at).body, Known::Full { flow, .. } if flow.held_bytes() > 0);
            if holds {
                holding.push(at);
            } else {
                this.table.arm(at, second(deadline));
            }
        });
        holding.sort_unstable_by_key(|&at| self.began(at));
        for at in holding {
            if !self.commons.joint.is_alone() {
                self.step(frame, Step::Look(self.began(at)));
            }
            self.look_at(at, self.deadline(at));
        }
        due.clear();
        self.due = due;
        let due_half = |this: &Self, at| Some(this.deadline(at)).filter(|deadline| *deadline < moment(now));
        self.end_in_order(&mut over, due_half, None, frame);
        self.over = over;
        self.due.shrink_to(KEPT);
        self.over.shrink_to(KEPT);
        self.lapse(moment(now), frame);
        self.step(frame, Step::Fragments);
        self.commons.keep_up(frame);
        self.expire_fragments(moment(now));
        if self.commons.joint.is_first() {
            self.step(frame, Step::Tick);
            self.observer.tick(moment(now));
        }
        self.table.shrink();
        self.count_beside();
    }

    /// Closes all flows, the earliest first.
    pub(crate) fn end_all(&mut self) {
        let others = self.table.all().filter(|at| !matches!(self.table.slot(*at).body, Known::Half(_)));
        let mut over = others.map(|at| Over { time: self.began(at).opened, at }).collect();
        self.end_in_order(&mut over, |this, at| Some(this.began(at).opened), Some(self.clock.now()), Place::END);
    }

    /// Closes the flows of `over`, and those with one SYN up to the first that has no `time`, the earliest first, all of
    /// them at `last` or each at its time. Those with one SYN stand in the order they came and there may be millions:
    /// only those that are out of order, as time went back on the wire, are listed, and where that is so of very many,
    /// the rest goes in the order they came.
    fn end_in_order(
        &mut self,
        over: &mut Vec<Over>,
        time: impl Fn(&Self, u32) -> Option<Timestamp>,
        last: Option<Timestamp>,
        frame: u64,
    ) {
        let first_half = |this: &Self| this.table.oldest_half().and_then(|at| Some(Over { time: time(this, at)?, at }));
        let mut latest: Option<Over> = None;
        for at in self.table.halves() {
            let Some(time) = time(self, at) else { break };
            let half = Over { time, at };
            if latest.is_some_and(|latest| self.order(&half, &latest).is_lt()) {
                over.push(half);
                if over.len() >= LISTED {
                    break;
                }
            } else {
                latest = Some(half);
            }
        }
        over.sort_unstable_by(|one, other| self.order(one, other));
        let place = |n: usize| over[n].at;
        self.sweep(over.len(), place, |this, n| {
            if n.is_multiple_of(GROUP) {
                this.look_around((n..over.len()).take(GROUP).map(place));
            }
            while let Some(half) = first_half(this).filter(|half| this.order(half, &over[n]).is_lt()) {
                this.table.draw_half_near();
                this.end(&half, last, frame);
            }
            this.end(&over[n], last, frame);
        });
        over.clear();
        while let Some(half) = first_half(self) {
            self.table.draw_half_near();
            self.end(&half, last, frame);
        }
    }

    fn end(&mut self, over: &Over, last: Option<Timestamp>, frame: u64) {
        if !self.commons.joint.is_alone() {
            self.step(frame, Step::Close(over.time, self.began(over.at)));
        }
        self.close(over.at, last.unwrap_or(over.time), End::Abandoned);
    }

    fn order(&self, one: &Over, other: &Over) -> Ordering {
        one.time.cmp(&other.time).then_with(|| self.began(one.at).cmp(&self.began(other.at)))
    }

    /// A flow whose time has not come: declares holes that are too old, and looks again later.
    fn look_at(&mut self, at: u32, deadline: Timestamp) {
        let now = self.clock.now();
        let slot = self.table.slot_mut(at);
        let Known::Full { flow: record, .. } = &mut slot.body else { return };
        let last = record.last;
        if record.held_bytes() > 0 {
            let limits = self.commons.limits.reassembly;
            let around = Around { frame: record.last_frame, ..Around::at(now) };
            with_sink::<P, O, _>(record, around, &mut self.observer, &mut self.commons, |connection, sink| {
                connection.expire(now, &limits, sink);
            });
        }
        // What waits came with the last packet at the latest. What was waited for so long is given up by now.
        let holes = self.hole_second(at, last);
        let holes = if holes > second(now) { holes } else { self.hole_second(at, now) };
        self.table.arm(at, second(deadline).min(holes));
    }

    /// When holes of a flow are to be looked at.
    pub(crate) fn hole_second(&self, at: u32, now: Timestamp) -> i64 {
        match &self.table.slot(at).body {
            Known::Full { flow, .. } if flow.held_bytes() > 0 => {
                second(now + self.commons.limits.reassembly.hole_age).saturating_add(1)
            }
            _ => i64::MAX,
        }
    }

    pub(crate) fn deadline(&self, at: u32) -> Timestamp {
        let times = &self.settings.timeouts;
        match &self.table.slot(at).body {
            Known::Full { flow, .. } => flow.deadline(times),
            Known::Refused { flow, .. } => flow.deadline(times),
            Known::Half(half) => half.opened() + times.tcp_attempt,
            Known::Vacant => Timestamp::default(),
        }
    }

    /// What orders flows that end at the same time.
    fn began(&self, at: u32) -> Began {
        let slot = self.table.slot(at);
        let of_syn = |syn: &Half| Began { opened: syn.opened(), frame: syn.frame(), key: slot.key };
        match &slot.body {
            Known::Full { flow, .. } => Began { opened: flow.flow.opened, frame: flow.first_frame, key: slot.key },
            Known::Refused { flow, .. } => of_syn(&flow.syn),
            Known::Half(half) => of_syn(half),
            Known::Vacant => Began { opened: Timestamp::default(), frame: 0, key: slot.key },
        }
    }

    fn lapse(&mut self, now: Timestamp, frame: u64) {
        let age = self.settings.timeouts.expectation;
        if !self.commons.joint.is_alone() {
            return self.lapse_own(frame, |announced| announced + age < now, |announced| announced + age);
        }
        while let Some(expectation) = self.commons.expectations.lapse(now) {
            self.commons.stats.expectations_lapsed += 1;
            self.observer.lapsed(expectation.announced + age, &expectation);
        }
    }
}

/// Flows whose neighbours in the table are read in one go.
const GROUP: usize = 16;

/// Flows that are put in order before they are closed at once.
const LISTED: usize = 1 << 17;

/// Flows that may end in a second without a list of them being made anew.
const KEPT: usize = 1 << 14;
