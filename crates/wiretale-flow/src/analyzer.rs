//! The analyzer: packets in, the observer's calls out.

use wiretale_packet::{
    Body, Checks, Checksum, Direction, Endpoint, Flags, FlowKey, Fragment, Frame, Packet, Segment, Skip, Timestamp,
    Transport, dissect, dissect_ip,
};
use wiretale_protocol::{Chunk, Flow, Moment, Observer, Passed, Services, Shared, Stray, Weird};
use wiretale_reassembly::{
    Arrival, Connection, Demand, End, FragmentAnomaly, FragmentPolicy, FragmentSink, Fragments, Policy, Verdict,
};

use crate::account::{Account, Seen};
use crate::clock::{Clock, moment, second};
use crate::datagrams::Datagrams;
use crate::delivery::{Commons, Delivery, ENDS};
use crate::expectations::Expectations;
use crate::half::Half;
use crate::history::History;
use crate::id::flow_id;
use crate::key::{Ends, is_broadcast};
use crate::reading::Reading;
use crate::recall::Lookback;
use crate::record::{Carrier, Record, Tcp};
use crate::settings::{Checksums, Network, Settings, longest};
use crate::sources::{Covers, Judged, Sources};
use crate::stats::Stats;
use crate::table::{Body as Known, Table};
use crate::weirds::Weirds;

type Flows<P, O> = Record<<P as Services<O>>::Session, <O as Observer>::Flow>;

/// Takes frames in the order captured; tells an observer of flows and of what the protocols of the list `P` find in
/// them.
///
/// Same frames in, same calls out: neither [`Settings::seed`] nor the time of day makes a difference.
pub struct Analyzer<P: Services<O>, O: Observer> {
    table: Table<Flows<P, O>>,
    observer: O,
    commons: Commons,
    settings: Settings,
    clock: Clock,
    fragments: Fragments,
    sources: Sources,
    due: Vec<u32>,
    /// Bytes a flow with more than one SYN is taken to need.
    record_size: usize,
}

/// The frame a packet came in.
#[derive(Clone, Copy)]
struct Within<'w> {
    number: u64,
    lookback: Option<Lookback<'w>>,
    frame: &'w [u8],
}

/// A packet on its way to its flow.
#[derive(Clone, Copy)]
struct Arrived<'p, 'a> {
    packet: &'p Packet<'a>,
    within: &'p Within<'p>,
    ends: Ends,
    key: FlowKey,
    hash: u64,
    /// Is the sender the lower endpoint of the key?
    forward: bool,
}

/// What is said of a segment beside its header.
#[derive(Clone, Copy)]
struct Around<'p> {
    at: Timestamp,
    frame: u64,
    ip_len: u32,
    ttl: u8,
    origin: Option<u64>,
    lookback: Option<Lookback<'p>>,
}

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// An analyzer that tells `observer`.
    #[must_use]
    pub fn new(observer: O, settings: Settings) -> Self {
        let limits = settings.limits;
        let expectations = Expectations::new(settings.seed, limits.expectations, settings.timeouts.expectation);
        Self {
            table: Table::new(settings.seed),
            observer,
            commons: Commons {
                shared: Shared::new(settings.secrets),
                expectations,
                limits,
                patient_services: settings.timeouts.patient_services.clone(),
                stats: Stats::default(),
            },
            clock: Clock::default(),
            fragments: Fragments::new(limits.fragments),
            sources: Sources::new(settings.seed, limits.senders),
            due: Vec::new(),
            record_size: size_of::<Flows<P, O>>() + size_of::<Tcp>() + size_of::<P::Session>() + 96,
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
        self.commons.stats.frames += 1;
        self.commons.stats.bytes += frame.data.len() as u64;
        self.advance(frame.at);
        let checks = self.checks();
        let within = Within { number, lookback, frame: frame.data };
        for found in dissect(frame, checks) {
            match found {
                Ok(packet) => self.ip(&packet, &within, 0),
                Err(skip) => self.skipped(frame.at, &within, &skip),
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

    /// Bytes of memory in flows and what waits in them, as far as it can be counted.
    #[must_use]
    pub fn memory(&self) -> usize {
        let (halves, stats) = (self.table.half_count(), &self.commons.stats);
        let waiting = stats.held_bytes.saturating_add(stats.probed_bytes);
        halves * HALF_SIZE
            + (self.table.len() - halves) * self.record_size
            + usize::try_from(waiting).unwrap_or(usize::MAX)
            + self.fragments.held_bytes()
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
        let mut open: Vec<_> = self.table.all().map(|at| (self.began(at), at)).collect();
        open.sort_unstable();
        for (_, at) in open {
            self.close(at, now, End::Abandoned);
        }
        while let Some(expectation) = self.commons.expectations.pop_oldest() {
            self.commons.stats.expectations_lapsed += 1;
            self.observer.lapsed(now, &expectation);
        }
        (self.observer, self.commons.stats)
    }

    fn checks(&self) -> Checks {
        match self.settings.checksums {
            Checksums::Ignore => Checks::Ignore,
            Checksums::Auto | Checksums::Verify => Checks::Verify,
        }
    }

    /// Moves packet time on, and closes what is over by it.
    #[inline]
    fn advance(&mut self, at: Timestamp) {
        let before = second(self.clock.now());
        self.clock.advance(at);
        let now = second(self.clock.now());
        if now != before {
            self.turn(now);
        }
    }

    fn turn(&mut self, now: i64) {
        let mut due = std::mem::take(&mut self.due);
        self.table.turn(now, &mut due);
        let mut over = Vec::new();
        for at in due.drain(..) {
            let deadline = self.deadline(at);
            if deadline < moment(now) {
                over.push((deadline, self.began(at), at));
            } else {
                self.look_at(at, deadline);
            }
        }
        self.due = due;
        self.overdue_halves(moment(now), &mut over);
        over.sort_unstable();
        for (deadline, _, at) in over {
            self.close(at, deadline, End::Abandoned);
        }
        self.lapse(moment(now));
        self.observer.tick(moment(now));
    }

    /// Flows with one SYN stand in the order they came, so the first one that is not due ends the search.
    fn overdue_halves(&mut self, now: Timestamp, over: &mut Vec<(Timestamp, (Timestamp, u64, FlowKey), u32)>) {
        for at in self.table.halves() {
            let deadline = self.deadline(at);
            if deadline >= now {
                break;
            }
            over.push((deadline, self.began(at), at));
        }
    }

    /// A flow whose time has not come: declares holes that are too old, and looks again later.
    fn look_at(&mut self, at: u32, deadline: Timestamp) {
        let now = self.clock.now();
        let slot = self.table.slot_mut(at);
        let Known::Full { flow: record, .. } = &mut slot.body else { return };
        if record.held_bytes() > 0 {
            let limits = self.commons.limits.reassembly;
            let around = Around { frame: record.last_frame, ..Around::at(now) };
            with_sink::<P, O, _>(record, around, &mut self.observer, &mut self.commons, |connection, sink| {
                connection.expire(now, &limits, sink);
            });
        }
        let holes = self.hole_second(at, now);
        self.table.arm(at, second(deadline).min(holes));
    }

    /// When holes of a flow are to be looked at.
    fn hole_second(&self, at: u32, now: Timestamp) -> i64 {
        match &self.table.slot(at).body {
            Known::Full { flow, .. } if flow.held_bytes() > 0 => {
                second(now + self.commons.limits.reassembly.hole_age).saturating_add(1)
            }
            _ => i64::MAX,
        }
    }

    fn deadline(&self, at: u32) -> Timestamp {
        let times = &self.settings.timeouts;
        match &self.table.slot(at).body {
            Known::Full { flow, .. } => flow.deadline(times),
            Known::Half(half) => half.opened() + times.tcp_attempt,
            Known::Vacant => Timestamp::default(),
        }
    }

    /// What orders flows that end at the same time.
    fn began(&self, at: u32) -> (Timestamp, u64, FlowKey) {
        let slot = self.table.slot(at);
        match &slot.body {
            Known::Full { flow, .. } => (flow.flow.opened, flow.first_frame, slot.key),
            Known::Half(half) => (half.opened(), half.frame(), slot.key),
            Known::Vacant => (Timestamp::default(), 0, slot.key),
        }
    }

    fn lapse(&mut self, now: Timestamp) {
        while let Some(expectation) = self.commons.expectations.lapse(now) {
            self.commons.stats.expectations_lapsed += 1;
            self.observer.lapsed(expectation.announced + self.settings.timeouts.expectation, &expectation);
        }
    }

    #[cold]
    fn skipped(&mut self, at: Timestamp, within: &Within<'_>, skip: &Skip) {
        self.commons.stats.skipped += 1;
        let Some(name) = skip.weird_name() else { return };
        let end = |address| Endpoint::new(address, 0);
        let endpoints = skip.src.zip(skip.dst).map(|(src, dst)| (end(src), end(dst)));
        self.stray(at, within.number, endpoints, name, b"");
    }

    #[cold]
    fn stray(
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
    fn ip(&mut self, packet: &Packet<'_>, within: &Within<'_>, nested: u8) {
        self.commons.stats.packets += 1;
        if !packet.ip.header_ok && self.is_header_corrupt(packet, within) {
            return;
        }
        match packet.body {
            Body::Fragment(fragment) => self.fragment(packet, &fragment, within, nested),
            _ => self.to_flow(packet, within),
        }
    }

    #[cold]
    fn is_header_corrupt(&mut self, packet: &Packet<'_>, within: &Within<'_>) -> bool {
        let auto = self.settings.checksums == Checksums::Auto;
        let judged = if auto { self.sources.bad(packet.ip.src, Covers::Header) } else { Judged::Corrupt };
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

    #[cold]
    fn fragment(&mut self, packet: &Packet<'_>, fragment: &Fragment<'_>, within: &Within<'_>, nested: u8) {
        self.commons.stats.fragments += 1;
        let mut sink = FragmentWeirds {
            at: packet.at,
            frame: within.number,
            observer: &mut self.observer,
            hosts: &self.settings.fragment_hosts,
        };
        let Some(whole) = self.fragments.push(packet.at, &packet.ip, fragment, &mut sink) else { return };
        if nested >= NESTED {
            return;
        }
        let len = u32::try_from(whole.packet.len()).unwrap_or(u32::MAX);
        let checks = self.checks();
        for found in dissect_ip(packet.at, &whole.packet, len, packet.depth, packet.tags, checks) {
            match found {
                Ok(packet) => self.ip(&packet, within, nested + 1),
                Err(skip) => self.skipped(packet.at, within, &skip),
            }
        }
    }

    #[inline]
    fn to_flow(&mut self, packet: &Packet<'_>, within: &Within<'_>) {
        let ends = Ends::of(packet);
        let (key, forward) = ends.key();
        let hash = self.table.hash(&key);
        let arrived = Arrived { packet, within, ends, key, hash, forward };
        let Some(at) = self.table.find(hash, &key) else { return self.open(&arrived, 0) };
        match &self.table.slot(at).body {
            Known::Half(half) => {
                let half = *half;
                self.second(at, &half, &arrived);
            }
            _ => self.known(at, &arrived),
        }
    }

    /// A packet of a flow with one SYN.
    fn second(&mut self, at: u32, half: &Half, arrived: &Arrived<'_, '_>) {
        let deadline = half.opened() + self.settings.timeouts.tcp_attempt;
        if deadline <= arrived.packet.at {
            self.close(at, deadline, End::Abandoned);
            return self.open(arrived, 0);
        }
        let forth = self.table.slot(at).client_is_low == arrived.forward;
        let again = match arrived.packet.body {
            Body::Tcp { segment, .. } => {
                let bare = segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::ACK);
                bare && forth && segment.seq.0 != half.seq()
            }
            _ => false,
        };
        if again {
            let ordinal = u32::from(half.opened() == arrived.packet.at);
            self.close(at, arrived.packet.at, End::Abandoned);
            return self.open(arrived, ordinal);
        }
        let record = self.full(at, half);
        let wake = second(record.deadline(&self.settings.timeouts));
        self.table.upgrade(at, record, wake);
        self.known(at, arrived);
    }

    /// A packet of a flow with more than one.
    fn known(&mut self, at: u32, arrived: &Arrived<'_, '_>) {
        let slot = self.table.slot_mut(at);
        let from = if slot.client_is_low == arrived.forward { Direction::Client } else { Direction::Server };
        let Known::Full { flow: record, .. } = &mut slot.body else { return };
        let deadline = record.deadline(&self.settings.timeouts);
        if deadline <= arrived.packet.at {
            self.close(at, deadline, End::Abandoned);
            return self.open(arrived, 0);
        }
        let reused = match (&arrived.packet.body, &record.carrier) {
            (Body::Tcp { segment, .. }, Carrier::Tcp(tcp)) => tcp.account.is_reuse(from, segment),
            _ => false,
        };
        if reused {
            return self.reopen(at, arrived);
        }
        self.take(at, from, arrived);
    }

    fn reopen(&mut self, at: u32, arrived: &Arrived<'_, '_>) {
        let ordinal = match &self.table.slot(at).body {
            Known::Full { flow, .. } if flow.flow.opened == arrived.packet.at => flow.ordinal.saturating_add(1),
            _ => 0,
        };
        self.close(at, arrived.packet.at, End::Abandoned);
        self.open(arrived, ordinal);
    }

    /// Opens a flow with its first packet.
    fn open(&mut self, arrived: &Arrived<'_, '_>, ordinal: u32) {
        self.make_room();
        self.commons.stats.flows_opened += 1;
        let Arrived { packet, within, ends, key, hash, forward } = *arrived;
        if let Body::Tcp { segment, .. } = packet.body
            && packet.checksum != Checksum::Bad
            && ordinal == 0
            && let Some(half) = Half::of(packet.at, within.number, &packet.ip, packet.depth > 0, &segment)
        {
            if packet.checksum == Checksum::Good && self.settings.checksums == Checksums::Auto {
                self.sources.good(packet.ip.src, Covers::Tcp);
            }
            self.table.insert_half(hash, key, forward, half);
            return self.peak();
        }
        let flow = self.roles(packet, &ends, flow_id(&key, packet.at, ordinal));
        let flipped = flow.client != ends.src || (flow.server != ends.dst);
        let mut record = self.record(flow, packet.ip.protocol, within.number, ordinal);
        if flipped {
            record.history.flipped();
        }
        let wake = second(record.deadline(&self.settings.timeouts));
        let at = self.table.insert(hash, key, forward != flipped, record, wake);
        self.peak();
        self.take(at, if flipped { Direction::Server } else { Direction::Client }, arrived);
    }

    fn peak(&mut self) {
        let stats = &mut self.commons.stats;
        stats.flows_peak = stats.flows_peak.max(self.table.len() as u64);
    }

    /// Who is client and who server. The sender of a SYN is the client; where the beginning was not seen, ports that
    /// speak for a server decide, and announcements above them.
    fn roles(&self, packet: &Packet<'_>, ends: &Ends, id: wiretale_protocol::FlowId) -> Flow {
        let ports = &self.settings.server_ports;
        let (src, dst) = (ends.src, ends.dst);
        let (midstream, mut flip) = match packet.body {
            Body::Tcp { segment, .. } => {
                let flags = segment.flags;
                let (syn, ack) = (flags.has(Flags::SYN), flags.has(Flags::ACK));
                let answer = syn && ack && !flags.has(Flags::FIN) && !flags.has(Flags::RST);
                let spoken = ports.tcp(src.port) && (!ports.tcp(dst.port) || src.port < dst.port);
                (!syn || ack, answer || (!syn && spoken))
            }
            Body::Udp(_) => (false, ports.udp(src.port) && !ports.udp(dst.port) && !is_broadcast(dst.address)),
            _ => (false, false),
        };
        let opened = packet.at;
        let as_sent = Flow {
            id,
            client: src,
            server: dst,
            transport: ends.transport,
            opened,
            midstream,
            tunneled: packet.depth > 0,
        };
        let reversed = Flow { client: dst, server: src, ..as_sent };
        if midstream {
            let expectations = &self.commons.expectations;
            flip = expectations.matches_reversed(&as_sent, opened)
                || (flip && !expectations.matches_reversed(&reversed, opened));
        }
        if flip { reversed } else { as_sent }
    }

    /// A flow without any packet, opened towards the observer.
    fn record(&mut self, flow: Flow, protocol: u8, frame: u64, ordinal: u32) -> Box<Flows<P, O>> {
        let tcp = flow.transport == Transport::Tcp;
        let carrier = if tcp {
            let hosts = &self.settings.hosts;
            let host = |address| longest(hosts, address).unwrap_or_default();
            let policy = Policy { client: host(flow.client.address), server: host(flow.server.address) };
            Carrier::Tcp(Box::new(Tcp { account: Account::default(), connection: Connection::new(policy) }))
        } else {
            Carrier::Datagrams(Datagrams::default())
        };
        let readable = matches!(flow.transport, Transport::Tcp | Transport::Udp);
        let mut record = Box::new(Record {
            flow,
            last: flow.opened,
            first_frame: frame,
            last_frame: frame,
            carrier,
            reading: if readable { Reading::Probing(None) } else { Reading::Counting },
            history: History::default(),
            services: smallvec::SmallVec::new(),
            weirds: Weirds::default(),
            ordinal,
            protocol,
            patient: tcp && self.settings.timeouts.patient_ports.contains(&flow.server.port),
            streams: tcp && self.observer.wants_streams(),
            credited: [false; 2],
            state: O::Flow::default(),
        });
        let opened = Moment { at: flow.opened, frame, direction: Direction::Client, flow: &flow };
        self.observer.opened(&mut record.state, &opened);
        record
    }

    /// The flow of a lone SYN, its SYN processed.
    fn full(&mut self, at: u32, half: &Half) -> Box<Flows<P, O>> {
        let slot = self.table.slot(at);
        let (key, low) = (slot.key, slot.client_is_low);
        let (client, server) = if low { (key.low(), key.high()) } else { (key.high(), key.low()) };
        let opened = half.opened();
        let id = flow_id(&key, opened, 0);
        let tunneled = half.tunneled();
        let flow = Flow { id, client, server, transport: Transport::Tcp, opened, midstream: false, tunneled };
        let mut record = self.record(flow, TCP, half.frame(), 0);
        record.credited[Direction::Client.index()] = true;
        let around = Around { frame: half.frame(), ip_len: half.ip_len(), ttl: half.ttl(), ..Around::at(opened) };
        let mut room = [0; 16];
        let segment = half.segment(&mut room);
        tcp::<P, O>(&mut record, Direction::Client, &segment, around, &mut self.observer, &mut self.commons);
        record
    }

    /// Gives a flow its next packet.
    fn take(&mut self, at: u32, from: Direction, arrived: &Arrived<'_, '_>) {
        let Arrived { packet, within, .. } = *arrived;
        let slot = self.table.slot_mut(at);
        let Known::Full { flow: record, .. } = &mut slot.body else { return };
        if packet.checksum == Checksum::Bad && self.settings.checksums != Checksums::Ignore {
            let judged = judge(&mut self.sources, self.settings.checksums, record, from, packet);
            if !accept::<P, O>(judged, record, from, packet, within.number, &mut self.observer, &mut self.commons) {
                return;
            }
        } else if packet.checksum == Checksum::Good && !record.credited[from.index()] {
            record.credited[from.index()] = true;
            if let (Checksums::Auto, Some(covers)) = (self.settings.checksums, covers(packet)) {
                self.sources.good(packet.ip.src, covers);
                self.sources.good(packet.ip.src, Covers::Header);
            }
        }
        let around = Around {
            at: packet.at,
            frame: within.number,
            ip_len: packet.ip.total_len,
            ttl: packet.ip.ttl,
            origin: None,
            lookback: within.lookback,
        };
        match packet.body {
            Body::Tcp { segment, .. } => {
                let around = Around { origin: within.origin(segment.payload), ..around };
                self.segment(at, from, &segment, around, arrived);
            }
            _ => datagram::<P, O>(record, from, packet, around, &mut self.observer, &mut self.commons),
        }
    }

    fn segment(
        &mut self,
        at: u32,
        from: Direction,
        segment: &Segment<'_>,
        around: Around<'_>,
        arrived: &Arrived<'_, '_>,
    ) {
        let slot = self.table.slot_mut(at);
        let Known::Full { flow: record, .. } = &mut slot.body else { return };
        let held = self.commons.stats.held_bytes;
        match tcp::<P, O>(record, from, segment, around, &mut self.observer, &mut self.commons) {
            Fate::Taken => {}
            Fate::Another(pending) => return self.replace(at, pending, arrived),
        }
        let waits = record.held_bytes() > 0;
        let ending = matches!(&record.carrier, Carrier::Tcp(tcp) if tcp.account.is_ending(segment));
        if waits || ending {
            let deadline = second(record.deadline(&self.settings.timeouts));
            let wake = if waits { deadline.min(self.hole_second(at, around.at)) } else { deadline };
            if self.table.is_armed_after(at, wake) {
                self.table.arm(at, wake);
            }
        }
        if self.commons.stats.held_bytes > held {
            self.make_room();
        }
    }

    /// Reassembly found that another connection had begun on the same addresses and ports.
    fn replace(&mut self, at: u32, pending: Option<(Direction, Arrival<'static>)>, arrived: &Arrived<'_, '_>) {
        let Some((_, syn)) = pending else { return self.reopen(at, arrived) };
        let slot = self.table.slot(at);
        let (key, low) = (slot.key, slot.client_is_low);
        self.close(at, arrived.packet.at, End::Abandoned);
        self.make_room();
        self.commons.stats.flows_opened += 1;
        let (client, server) = if low { (key.low(), key.high()) } else { (key.high(), key.low()) };
        let id = flow_id(&key, syn.at, 0);
        let tunneled = arrived.packet.depth > 0;
        let flow = Flow { id, client, server, transport: Transport::Tcp, opened: syn.at, midstream: false, tunneled };
        let mut record = self.record(flow, TCP, arrived.within.number, 0);
        let ip_len =
            u32::from(arrived.packet.ip.header_len) + 20 + u32::try_from(syn.segment.options.len()).unwrap_or(0);
        let around = Around { frame: arrived.within.number, ip_len, ttl: syn.ttl, ..Around::at(syn.at) };
        tcp::<P, O>(&mut record, Direction::Client, &syn.segment, around, &mut self.observer, &mut self.commons);
        let wake = second(record.deadline(&self.settings.timeouts));
        let at = self.table.insert(arrived.hash, key, low, record, wake);
        let from = if low == arrived.forward { Direction::Client } else { Direction::Server };
        self.take(at, from, arrived);
    }

    /// Closes flows until one more fits.
    #[inline]
    fn make_room(&mut self) {
        while self.table.len() > 0
            && (self.table.len() >= self.commons.limits.flows || self.memory() > self.commons.limits.memory)
        {
            self.evict();
        }
    }

    /// Gives up the flow that is worth least: one with a single SYN, or the one that is idle longest.
    #[cold]
    fn evict(&mut self) {
        let now = self.clock.now();
        let stats = &mut self.commons.stats;
        if stats.evicted + stats.evicted_half_open == 0 {
            self.stray(now, 0, None, "flow_table_full", b"");
        }
        if let Some(at) = self.table.oldest_half() {
            self.commons.stats.evicted_half_open += 1;
            return self.close(at, now, End::Abandoned);
        }
        self.commons.stats.evicted += 1;
        let mut found = self.table.first_armed();
        for _ in 0..LOOKS {
            let Some(at) = found else { return };
            let deadline = second(self.deadline(at));
            if !self.table.is_armed_before(at, deadline) {
                break;
            }
            self.table.arm(at, deadline);
            found = self.table.first_armed();
        }
        if let Some(at) = found {
            self.close(at, now, End::Abandoned);
        }
    }

    /// Takes a flow out of the table and tells the observer what is left of it.
    fn close(&mut self, at: u32, when: Timestamp, end: End) {
        let mut record = match &self.table.slot(at).body {
            Known::Half(half) => {
                let half = *half;
                let record = self.full(at, &half);
                self.table.take(at);
                record
            }
            _ => match self.table.take(at).1 {
                Known::Full { flow, .. } => flow,
                _ => return,
            },
        };
        self.commons.stats.flows_closed += 1;
        let around = Around { frame: record.last_frame, ..Around::at(when) };
        let held = record.held_bytes() as u64;
        self.commons.stats.held_bytes = self.commons.stats.held_bytes.saturating_sub(held);
        end_record::<P, O>(&mut record, around, end, &mut self.observer, &mut self.commons);
        record.settle();
        let Record { flow, state, .. } = &mut *record;
        let flow = *flow;
        let mut state = std::mem::take(state);
        let last = Moment { at: when, frame: record.last_frame, direction: Direction::Client, flow: &flow };
        self.observer.closed(&mut state, &last, &record.summary());
    }
}

impl Within<'_> {
    /// Where in the capture `payload` stands, if it is part of this frame.
    fn origin(&self, payload: &[u8]) -> Option<u64> {
        let lookback = self.lookback?;
        let offset = payload.as_ptr().addr().checked_sub(self.frame.as_ptr().addr())?;
        (offset < self.frame.len()).then(|| lookback.position + offset as u64)
    }
}

impl Around<'_> {
    fn at(at: Timestamp) -> Self {
        Self { at, frame: 0, ip_len: 0, ttl: 0, origin: None, lookback: None }
    }
}

/// What became of a segment.
enum Fate {
    /// It is part of its flow.
    Taken,
    /// It begins another connection, whose SYN was seen before.
    Another(Option<(Direction, Arrival<'static>)>),
}

/// Processes a segment.
fn tcp<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    segment: &Segment<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) -> Fate {
    // A SYN is reassembly's to judge first: it may belong to another connection, and to another account then.
    let syn = segment.flags.has(Flags::SYN);
    if syn && let Some(another) = reassemble::<P, O>(record, from, segment, around, observer, commons) {
        return another;
    }
    let fresh = count::<P, O>(record, from, segment, around, observer, commons);
    let passed = Passed {
        flags: segment.flags,
        seq: segment.seq.0,
        ack: segment.ack.0,
        window: segment.window,
        payload: segment.wire_len(),
        fresh,
        ip_len: around.ip_len,
        ttl: around.ttl,
    };
    let Record { flow, state, .. } = record;
    let moment = Moment { at: around.at, frame: around.frame, direction: from, flow };
    observer.passed(state, &moment, &passed);
    if !syn {
        reassemble::<P, O>(record, from, segment, around, observer, commons);
    }
    Fate::Taken
}

/// Takes account of a segment.
fn count<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    segment: &Segment<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) -> u32 {
    let Record { flow, state, carrier, history, weirds, last, last_frame, .. } = record;
    let Carrier::Tcp(tcp) = carrier else { return 0 };
    let before = *last;
    if tcp.account.is_open() {
        *last = around.at;
    }
    *last_frame = around.frame;
    let seen = Seen { from, at: around.at, segment, ip_len: around.ip_len, last: before };
    let (flow, limits, stats) = (*flow, &commons.limits, &mut commons.stats);
    tcp.account.segment(seen, history, &mut |name| {
        if weirds.allow(name, limits.weirds) {
            let moment = Moment { at: around.at, frame: around.frame, direction: from, flow: &flow };
            observer.weird(state, &moment, &Weird { name, addl: b"" });
        } else {
            stats.weirds_suppressed += 1;
        }
    })
}

/// Hands a segment to reassembly, and what that yields to the reader.
fn reassemble<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    segment: &Segment<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) -> Option<Fate> {
    let limits = commons.limits.reassembly;
    let arrival = Arrival { at: around.at, segment: *segment, ttl: around.ttl, origin: around.origin };
    with_sink::<P, O, _>(record, around, observer, commons, |connection, sink| {
        match connection.segment(from, &arrival, &limits, sink) {
            Verdict::NewConnection => Some(Fate::Another(connection.take_pending_syn())),
            Verdict::Accepted | Verdict::Doubted | Verdict::Ignored(_) => None,
        }
    })
    .flatten()
}

/// Does something with a TCP connection whose yield is read; lowers the demand afterwards, and keeps count of what
/// waits.
fn with_sink<P: Services<O>, O: Observer, R>(
    record: &mut Flows<P, O>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
    act: impl FnOnce(&mut Connection, &mut Delivery<'_, P, O>) -> R,
) -> Option<R> {
    let Record { flow, state, carrier, reading, services, weirds, patient, streams, .. } = record;
    let Carrier::Tcp(tcp) = carrier else { return None };
    let Tcp { account, connection } = &mut **tcp;
    let held = connection.held_bytes();
    let mut sink = Delivery::<P, O> {
        at: around.at,
        frame: around.frame,
        flow,
        state,
        reading,
        services,
        weirds,
        patient,
        streams: *streams,
        established: Some(account.is_established()),
        lookback: around.lookback,
        observer,
        commons,
        unwanted: [false; 2],
    };
    let result = act(connection, &mut sink);
    let unwanted = sink.unwanted;
    if !*streams {
        for direction in Direction::BOTH {
            if unwanted[direction.index()] {
                connection.demand(direction, Demand::Lengths);
            }
        }
    }
    let stats = &mut commons.stats;
    stats.held_bytes = stats.held_bytes.saturating_add(connection.held_bytes() as u64).saturating_sub(held as u64);
    Some(result)
}

/// Processes a datagram, or a packet of a protocol that nobody here reads.
fn datagram<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    packet: &Packet<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) {
    let Record { flow, state, carrier, reading, services, weirds, history, patient, last, last_frame, .. } = record;
    let Carrier::Datagrams(both) = carrier else { return };
    let (payload, missing) = match packet.body {
        Body::Udp(datagram) => (datagram.payload, datagram.missing),
        Body::Icmp(icmp) => (icmp.payload, icmp.missing),
        _ => (&[][..], 0),
    };
    let len = u32::try_from(payload.len()).unwrap_or(u32::MAX).saturating_add(missing);
    (*last, *last_frame) = (around.at, around.frame);
    both.datagram(from, flow.transport, len, history);
    both.packet(from, around.ip_len);
    let (flags, ip_len, ttl) = (Flags::default(), around.ip_len, around.ttl);
    let passed = Passed { flags, seq: 0, ack: 0, window: 0, payload: len, fresh: len, ip_len, ttl };
    let moment = Moment { at: around.at, frame: around.frame, direction: from, flow };
    observer.passed(state, &moment, &passed);
    if payload.is_empty() || matches!(reading, Reading::Counting) {
        return;
    }
    let mut sink = Delivery::<P, O> {
        at: around.at,
        frame: around.frame,
        flow,
        state,
        reading,
        services,
        weirds,
        patient,
        streams: false,
        established: None,
        lookback: None,
        observer,
        commons,
        unwanted: [false; 2],
    };
    sink.read(from, Chunk::Data(payload));
    if missing > 0 {
        sink.read(from, Chunk::Gap(u64::from(missing)));
    }
}

/// Tells the reader that nothing follows, and the observer which weirds were left out.
fn end_record<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    around: Around<'_>,
    end: End,
    observer: &mut O,
    commons: &mut Commons,
) {
    let held = commons.stats.held_bytes;
    with_sink::<P, O, _>(record, around, observer, commons, |connection, sink| {
        connection.close(end, sink);
        sink.conclude();
    });
    commons.stats.held_bytes = held;
    let Record { flow, state, carrier, reading, services, weirds, patient, .. } = record;
    if let (Carrier::Datagrams(_), Reading::Decoding(_) | Reading::Probing(Some(_))) = (carrier, &*reading) {
        let (at, frame) = (around.at, around.frame);
        let mut sink = Delivery::<P, O> {
            at,
            frame,
            flow,
            state,
            reading,
            services,
            weirds,
            patient,
            streams: false,
            established: None,
            lookback: None,
            observer,
            commons,
            unwanted: [false; 2],
        };
        for (direction, chunk) in ENDS {
            sink.read(direction, chunk);
        }
    }
    let moment = Moment { at: around.at, frame: around.frame, direction: Direction::Client, flow };
    for (name, count) in weirds.suppressed(commons.limits.weirds) {
        let addl = format!("{name} {count}");
        observer.weird(state, &moment, &Weird { name: "weirds_suppressed", addl: addl.as_bytes() });
    }
}

/// What to make of a packet with a wrong checksum.
fn judge<S, F>(
    sources: &mut Sources,
    checksums: Checksums,
    record: &Record<S, F>,
    from: Direction,
    packet: &Packet<'_>,
) -> Judged {
    match covers(packet) {
        Some(covers) if checksums == Checksums::Auto && !record.credited[from.index()] => {
            sources.bad(packet.ip.src, covers)
        }
        _ => Judged::Corrupt,
    }
}

/// Takes note of a packet with a wrong checksum; true if it counts all the same.
#[cold]
fn accept<P: Services<O>, O: Observer>(
    judged: Judged,
    record: &mut Flows<P, O>,
    from: Direction,
    packet: &Packet<'_>,
    frame: u64,
    observer: &mut O,
    commons: &mut Commons,
) -> bool {
    let transport = record.flow.transport;
    let name = match judged {
        Judged::Offloaded(first) => {
            commons.stats.offloaded += 1;
            if !first {
                return true;
            }
            "checksum_offload"
        }
        Judged::Corrupt | Judged::Unwatched => {
            commons.stats.corrupt += 1;
            commons.stats.senders_unwatched += u64::from(judged == Judged::Unwatched);
            match &mut record.carrier {
                Carrier::Tcp(tcp) => tcp.account.corrupt(from, &mut record.history),
                Carrier::Datagrams(both) => both.corrupt(from, transport, &mut record.history),
            }
            match transport {
                Transport::Tcp => "bad_TCP_checksum",
                Transport::Udp => "bad_UDP_checksum",
                _ => "bad_ICMP_checksum",
            }
        }
    };
    if record.weirds.allow(name, commons.limits.weirds) {
        let moment = Moment { at: packet.at, frame, direction: from, flow: &record.flow };
        observer.weird(&mut record.state, &moment, &Weird { name, addl: b"" });
    } else {
        commons.stats.weirds_suppressed += 1;
    }
    name == "checksum_offload"
}

fn covers(packet: &Packet<'_>) -> Option<Covers> {
    match packet.body {
        Body::Tcp { .. } => Some(Covers::Tcp),
        Body::Udp(_) => Some(Covers::Udp),
        _ => None,
    }
}

/// Who hears of oddities among fragments.
struct FragmentWeirds<'s, O> {
    at: Timestamp,
    frame: u64,
    observer: &'s mut O,
    hosts: &'s [(Network, FragmentPolicy)],
}

impl<O: Observer> FragmentSink for FragmentWeirds<'_, O> {
    fn anomaly(&mut self, src: wiretale_packet::Address, dst: wiretale_packet::Address, anomaly: FragmentAnomaly<'_>) {
        let endpoints = Some((Endpoint::new(src, 0), Endpoint::new(dst, 0)));
        let weird = Weird { name: anomaly.name(), addl: b"" };
        self.observer.stray(&Stray { at: self.at, frame: self.frame, endpoints, weird });
    }

    fn policy(&self, dst: wiretale_packet::Address) -> Option<FragmentPolicy> {
        longest(self.hosts, dst)
    }
}

/// Bytes a flow with one SYN needs: its place and its share of the index.
const HALF_SIZE: usize = 90;

/// Datagrams put together from fragments that lay in one another.
const NESTED: u8 = 4;

/// Flows looked at for one that is idle.
const LOOKS: usize = 16;

const TCP: u8 = 6;
