//! The end of a flow that had no record: of which one SYN was all there was, or a SYN and its refusal.

use wiretale_packet::{Direction, Flags, Segment, Timestamp, Transport};
use wiretale_protocol::{Flow, Moment, Observer, Passed, Services, Side, State, Summary};

use crate::analyzer::Analyzer;
use crate::half::Half;
use crate::id::flow_id;
use crate::record::TCP;
use crate::refused::Refused;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Tells the observer of it without making a record first: nothing that a record holds can have come about. False
    /// if more than usual is to be told, and a record is needed after all.
    pub(crate) fn close_lone(&mut self, at: u32, half: &Half, when: Timestamp) -> bool {
        if half.window() == 0 || self.observer.wants_streams() {
            return false;
        }
        let flow = self.half_flow(at, half);
        let first = Moment { at: flow.opened, frame: half.frame(), direction: Direction::Client, flow: &flow };
        self.close_whole(at, (first, half.passed()), None, when, &half.summary(&flow));
        true
    }

    /// Tells the observer of a refused connection, without making a record first. False if it was announced: there is more to
    /// tell then, and a record is needed after all.
    pub(crate) fn close_refused(&mut self, at: u32, refused: &Refused, when: Timestamp) -> bool {
        let flow = self.half_flow(at, &refused.syn);
        self.commons.hear_news();
        if self.commons.expectations.tag(&flow, refused.at).is_some() {
            return false;
        }
        let Refused { syn, frame, .. } = refused;
        let first = Moment { at: flow.opened, frame: syn.frame(), direction: Direction::Client, flow: &flow };
        let last = Moment { at: refused.at, frame: *frame, direction: Direction::Server, flow: &flow };
        let answer = Some((last, refused.passed()));
        self.close_whole(at, (first, syn.passed()), answer, when, &refused.summary(&flow));
        true
    }

    /// Takes a flow without a record out of the table, and tells the observer all of it: its first packet and the answer
    /// to it, neither with payload.
    #[inline]
    pub(crate) fn close_whole(
        &mut self,
        at: u32,
        (first, syn): (Moment<'_>, Passed),
        answer: Option<(Moment<'_>, Passed)>,
        when: Timestamp,
        summary: &Summary<'_>,
    ) {
        self.table.take(at);
        self.commons.stats.flows_closed += 1;
        let (mut state, mut untold) = (O::Flow::default(), self.observer.wants_packets());
        self.observer.opened(&mut state, &first);
        if untold.take(first.direction, 0) {
            self.observer.passed(&mut state, &first, &syn);
        }
        if let Some((last, answer)) = &answer
            && untold.take(last.direction, 0)
        {
            self.observer.passed(&mut state, last, answer);
        }
        let last = answer.map_or(first, |(last, _)| last);
        let over = Moment { at: when, direction: Direction::Client, ..last };
        self.observer.closed(&mut state, &over, summary);
    }

    /// The flow of a SYN.
    pub(crate) fn half_flow(&self, at: u32, half: &Half) -> Flow {
        let slot = self.table.slot(at);
        let (client, server) = (slot.client(), slot.server());
        let opened = half.opened();
        let id = flow_id(&slot.key, opened, 0);
        let tunneled = half.tunneled();
        Flow { id, client, server, transport: Transport::Tcp, opened, midstream: false, tunneled }
    }
}

impl Half {
    /// The SYN as the observer hears of it.
    pub(crate) fn passed(&self) -> Passed {
        let flags = self.segment(&mut [0; 16]).flags;
        let (seq, window) = (self.seq(), self.window());
        Passed { flags, seq, ack: 0, window, payload: 0, fresh: 0, ip_len: self.ip_len(), ttl: self.ttl() }
    }

    /// What is told of it when it was all there was.
    pub(crate) fn summary(&self, flow: &Flow) -> Summary<'static> {
        debug_assert!(self.passed().flags.has(Flags::SYN));
        Summary {
            started: flow.opened,
            duration: None,
            client: Side { bytes: None, packets: 1, ip_bytes: u64::from(self.ip_len()) },
            server: Side { bytes: None, packets: 0, ip_bytes: 0 },
            state: State::S0,
            history: b"S",
            missed: 0,
            services: &[],
            ip_protocol: TCP,
            first_frame: self.frame(),
            last_frame: self.frame(),
        }
    }
}

impl Refused {
    /// The RST as the observer hears of it.
    fn passed(&self) -> Passed {
        let Segment { seq, ack, flags, window, .. } = self.segment();
        let (ip_len, ttl) = (self.ip_len, self.ttl);
        Passed { flags, seq: seq.0, ack: ack.0, window, payload: 0, fresh: 0, ip_len, ttl }
    }

    /// What is told of it when nothing followed.
    fn summary(&self, flow: &Flow) -> Summary<'static> {
        let duration = self.at.since(flow.opened);
        let timed = !duration.is_zero();
        let side = |ip_len: u32| Side { bytes: timed.then_some(0), packets: 1, ip_bytes: u64::from(ip_len) };
        Summary {
            duration: timed.then_some(duration),
            client: side(self.syn.ip_len()),
            server: side(self.ip_len),
            state: State::Rej,
            history: b"Sr",
            last_frame: self.frame,
            ..self.syn.summary(flow)
        }
    }
}
