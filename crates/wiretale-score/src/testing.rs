//! Facts by hand, for the detectors' tests.

mod irc;
mod services;

use wiretale_packet::Flags;
use wiretale_protocol::{
    Address, Direction, Endpoint, Flow, FlowId, Moment, Observer, Passed, Side, State, Summary, Timestamp, Transport,
};

use crate::{Detector, EVIDENCE_VERSION, Evidence, Home, Inventory, Scored, Scorer, Weights};

pub(crate) use irc::say;
pub(crate) use services::{attempt, log_in};

pub(crate) use Direction::{Client, Server};

pub(crate) const HOST: [u8; 4] = [10, 0, 0, 7];
pub(crate) const IRCD: [u8; 4] = [203, 0, 113, 10];

/// One detector under facts told by hand, in seconds.
pub(crate) struct Play {
    scorer: Scorer,
    flows: Vec<(Flow, Scored)>,
    frame: u64,
}

impl Play {
    pub(crate) fn of(detector: impl Detector + 'static) -> Self {
        Self::knowing(Box::new(detector), Inventory::default())
    }

    /// The same in a home of which something is known.
    pub(crate) fn knowing(detector: Box<dyn Detector>, inventory: Inventory) -> Self {
        let scorer = Scorer::with(vec![detector], Home::default(), inventory, Weights::built_in());
        Self { scorer, flows: Vec::new(), frame: 0 }
    }

    /// A flow begins; its index.
    pub(crate) fn open(&mut self, at: f64, client: [u8; 4], server: [u8; 4], port: u16) -> usize {
        self.open_as(at, client, server, port, |_| {})
    }

    /// The same, made as the test needs it.
    pub(crate) fn open_as(
        &mut self,
        at: f64,
        client: [u8; 4],
        server: [u8; 4],
        port: u16,
        make: impl FnOnce(&mut Flow),
    ) -> usize {
        self.begin(at, client, server, port, Scored::of_both(), make)
    }

    /// A flow met in the middle, of which nothing was seen yet.
    pub(crate) fn met(&mut self, at: f64, client: [u8; 4], server: [u8; 4], port: u16) -> usize {
        self.begin(at, client, server, port, Scored::default(), |flow| flow.midstream = true)
    }

    /// A flow from its beginning on, of which nothing was seen yet, made as the test needs it.
    pub(crate) fn met_as(
        &mut self,
        at: f64,
        client: [u8; 4],
        server: [u8; 4],
        port: u16,
        make: impl FnOnce(&mut Flow),
    ) -> usize {
        self.begin(at, client, server, port, Scored::default(), make)
    }

    fn begin(
        &mut self,
        at: f64,
        client: [u8; 4],
        server: [u8; 4],
        port: u16,
        scored: Scored,
        make: impl FnOnce(&mut Flow),
    ) -> usize {
        let index = self.flows.len();
        let mut flow = Flow {
            id: FlowId(index as u64),
            client: Endpoint::new(Address::v4(client), 40000),
            server: Endpoint::new(Address::v4(server), port),
            transport: Transport::Tcp,
            opened: time(at),
            midstream: false,
            tunneled: false,
        };
        make(&mut flow);
        self.flows.push((flow, scored));
        self.at(index, at, Client, |scorer, scored, moment| scorer.opened(scored, moment));
        index
    }

    pub(crate) fn at(
        &mut self,
        flow: usize,
        at: f64,
        direction: Direction,
        tell: impl FnOnce(&mut Scorer, &mut Scored, &Moment<'_>),
    ) {
        self.frame += 1;
        let (flow, scored) = &mut self.flows[flow];
        let moment = Moment { at: time(at), frame: self.frame, direction, flow };
        tell(&mut self.scorer, scored, &moment);
    }

    /// A packet without payload.
    pub(crate) fn passes(&mut self, flow: usize, at: f64, direction: Direction, flags: Flags) {
        let (seq, ack, window, payload, fresh, ip_len, ttl) = (1, 1, 500, 0, 0, 40, 60);
        let passed = Passed { flags, seq, ack, window, payload, fresh, ip_len, ttl };
        self.at(flow, at, direction, |scorer, scored, moment| scorer.passed(scored, moment, &passed));
    }

    pub(crate) fn close(&mut self, flow: usize, at: f64, state: State, packets: [u64; 2]) {
        self.close_as(flow, at, state, packets, |_| {});
    }

    /// The same, with a summary made as the test needs it.
    pub(crate) fn close_as(
        &mut self,
        flow: usize,
        at: f64,
        state: State,
        packets: [u64; 2],
        make: impl FnOnce(&mut Summary<'_>),
    ) {
        let side = |packets| Side { bytes: None, packets, ip_bytes: 0 };
        let mut summary = Summary {
            started: self.flows[flow].0.opened,
            duration: None,
            client: side(packets[0]),
            server: side(packets[1]),
            state,
            history: b"S",
            missed: 0,
            services: &[],
            ip_protocol: 6,
            first_frame: 1,
            last_frame: 2,
        };
        make(&mut summary);
        self.at(flow, at, Client, |scorer, scored, moment| scorer.closed(scored, moment, &summary));
    }

    pub(crate) fn evidence(&self) -> &[Evidence] {
        self.scorer.evidence()
    }

    /// The rows found, in order.
    pub(crate) fn rows(&self) -> Vec<&str> {
        self.scorer.evidence().iter().map(|row| row.row.as_str()).collect()
    }

    pub(crate) fn scorer(&mut self) -> &mut Scorer {
        &mut self.scorer
    }
}

pub(crate) fn time(at: f64) -> Timestamp {
    Timestamp::from_nanos((at * 1e9) as i64)
}

/// A piece of evidence against [`HOST`] by itself, at the beginning of time.
pub(crate) fn piece(row: &str, key: &str) -> Evidence {
    Evidence {
        v: EVIDENCE_VERSION,
        time_ns: 0,
        host: HOST.into(),
        row: row.into(),
        key: key.into(),
        peer: None,
        port: None,
        strength: 1.0,
        quality: 1.0,
        ties: vec![],
        text: format!("{row} {key}"),
        uids: vec![],
        frames: vec![],
    }
}
