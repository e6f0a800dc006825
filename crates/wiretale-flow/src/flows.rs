//! From a packet to its flow: found, or opened.

use smallvec::SmallVec;
use wiretale_packet::{Body, Checksum, Direction, Flags, Packet, Segment, Transport};
use wiretale_protocol::{Flow, Moment, Observer, Services, Weirds};
use wiretale_reassembly::End;

use crate::analyzer::{Analyzer, Flows, Within};
use crate::carry::{Around, Fate, datagram, tcp};
use crate::clock::second;
use crate::corrupt::{accept, credit, judge};
use crate::half::Half;
use crate::history::History;
use crate::id::flow_id;
use crate::key::Ends;
use crate::near::Far;
use crate::reading::Reading;
use crate::record::{Carrier, Record, Sides, Tcp};
use crate::settings::Checksums;
use crate::sources::Covers;
use crate::table::{Body as Known, Sought};

/// A packet on its way to its flow.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'p, 'a> {
    pub(crate) packet: &'p Packet<'a>,
    pub(crate) within: &'p Within<'p>,
    pub(crate) sought: &'p Sought,
}

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Finds the flow of a packet, or opens one.
    #[inline]
    pub(crate) fn sort(&mut self, packet: &Packet<'_>, sought: &Sought, within: &Within<'_>) {
        let arrived = Arrived { packet, within, sought };
        let Some(at) = self.table.locate(sought) else { return self.open(&arrived, 0) };
        if self.steady(at, &arrived) {
            return;
        }
        match &self.table.slot(at).body {
            Known::Half(half) => {
                let half = *half;
                self.second(at, &half, &arrived);
            }
            Known::Refused { flow, .. } => {
                let refused = ***flow;
                let record = self.unfold(at, &refused);
                self.upgrade(at, record);
                self.known(at, &arrived);
            }
            _ => return self.known(at, &arrived),
        }
        // It has a record now, where it had none.
        if self.memory() > self.commons.limits.memory {
            self.make_room();
        }
    }

    /// A packet of a flow with one SYN.
    fn second(&mut self, at: u32, half: &Half, arrived: &Arrived<'_, '_>) {
        let deadline = half.opened() + self.settings.timeouts.tcp_attempt;
        if deadline <= arrived.packet.at {
            self.close(at, deadline, End::Abandoned);
            return self.open(arrived, 0);
        }
        let forth = self.table.slot(at).client_is_low == arrived.sought.forward;
        let again = match arrived.packet.body {
            Body::Tcp { segment, .. } => {
                let bare = segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::ACK);
                bare && forth && segment.seq.0 != half.seq()
            }
            _ => false,
        };
        if self.refuse(at, half, arrived) {
            return;
        }
        let record = self.full(at, half);
        self.upgrade(at, record);
        if again { self.reopen(at, arrived) } else { self.known(at, arrived) }
    }

    /// Gives a flow the record that it had not needed before.
    fn upgrade(&mut self, at: u32, record: Box<Far<Flows<P, O>>>) {
        let wake = second(record.deadline(&self.settings.timeouts));
        self.table.upgrade(at, record, wake);
    }

    /// A packet of a flow with a record.
    fn known(&mut self, at: u32, arrived: &Arrived<'_, '_>) {
        // A flow is never looked at later than it may be over: most need no look at their time.
        if !self.table.is_armed_after(at, second(arrived.packet.at)) {
            let Known::Full { flow: record, .. } = &self.table.slot(at).body else { return };
            let deadline = record.deadline(&self.settings.timeouts);
            if deadline <= arrived.packet.at {
                self.close(at, deadline, End::Abandoned);
                return self.open(arrived, 0);
            }
        }
        let slot = self.table.slot(at);
        let from = slot.sender(arrived.sought.forward);
        let Known::Full { flow: record, .. } = &slot.body else { return };
        let reused = match (&arrived.packet.body, &record.carrier) {
            (Body::Tcp { segment, .. }, Carrier::Tcp(tcp)) => tcp.account.is_reuse(from, segment),
            _ => false,
        };
        if reused {
            return self.reopen(at, arrived);
        }
        self.take(at, from, arrived);
    }

    /// Opens a flow with its first packet.
    pub(crate) fn open(&mut self, arrived: &Arrived<'_, '_>, ordinal: u32) {
        self.make_room();
        self.commons.stats.flows_opened += 1;
        let Arrived { packet, within, .. } = *arrived;
        let Sought { key, hash, forward, .. } = *arrived.sought;
        if let Body::Tcp { segment, .. } = packet.body
            && packet.checksum != Checksum::Bad
            && ordinal == 0
            && let Some(half) = Half::of(packet.at, within.number, &packet.ip, packet.depth > 0, &segment)
        {
            let right = packet.checksum == Checksum::Good && packet.ip.header_ok;
            if right && self.settings.checksums == Checksums::Auto {
                self.sources.good(packet.ip.src, packet.ip.dst, Covers::Tcp);
            }
            self.table.insert_half(hash, key, forward, half);
            return;
        }
        let ends = Ends::of(packet);
        let flow = self.roles(packet, &ends, flow_id(&key, packet.at, ordinal));
        let flipped = flow.client != ends.src || (flow.server != ends.dst);
        let carrier = self.carrier(&flow);
        let mut record = self.record(flow, packet.ip.protocol, within.number, ordinal, carrier);
        if flipped {
            record.history.flipped();
        }
        let wake = second(record.deadline(&self.settings.timeouts));
        let at = self.table.insert(hash, key, forward != flipped, record, wake);
        self.take(at, if flipped { Direction::Server } else { Direction::Client }, arrived);
    }

    /// A flow without any packet, opened towards the observer.
    pub(crate) fn record(
        &mut self,
        flow: Flow,
        protocol: u8,
        frame: u64,
        ordinal: u32,
        carrier: Carrier,
    ) -> Box<Far<Flows<P, O>>> {
        let tcp = flow.transport == Transport::Tcp;
        let readable = matches!(flow.transport, Transport::Tcp | Transport::Udp);
        let mut record = self.records.boxed(Record {
            flow,
            last: flow.opened,
            first_frame: frame,
            last_frame: frame,
            carrier,
            reading: if readable { Reading::Probing(None) } else { Reading::Counting },
            decoder_bytes: 0,
            history: History::default(),
            services: SmallVec::new(),
            weirds: Weirds::default(),
            ordinal,
            protocol,
            anew: 0,
            patient: tcp && self.is_patient(flow.server.port),
            untold: self.observer.wants_packets(),
            credited: Sides::default(),
            state: O::Flow::default(),
        });
        let opened = Moment { at: flow.opened, frame, direction: Direction::Client, flow: &flow };
        self.observer.opened(&mut record.state, &opened);
        record
    }

    /// What carries a flow of which nothing was seen.
    pub(crate) fn carrier(&mut self, flow: &Flow) -> Carrier {
        if flow.transport == Transport::Tcp {
            Carrier::Tcp(self.tcps.boxed(Tcp::new(flow, &self.settings.hosts)))
        } else {
            Carrier::Datagrams(Box::default())
        }
    }

    /// May a TCP connection to this port be silent for long?
    pub(crate) fn is_patient(&self, port: u16) -> bool {
        self.settings.timeouts.patient_ports.contains(&port)
    }

    /// The flow of a lone SYN, its SYN processed.
    pub(crate) fn full(&mut self, at: u32, half: &Half) -> Box<Far<Flows<P, O>>> {
        let flow = self.half_flow(at, half);
        let opened = flow.opened;
        let carrier = self.carrier(&flow);
        let mut record = self.record(flow, TCP, half.frame(), 0, carrier);
        record.credited.add(Direction::Client);
        let around = Around { frame: half.frame(), ip_len: half.ip_len(), ttl: half.ttl(), ..Around::at(opened) };
        let mut room = [0; 16];
        let segment = half.segment(&mut room);
        tcp::<P, O>(&mut record, Direction::Client, &segment, around, &mut self.observer, &mut self.commons);
        record
    }

    /// Gives a flow its next packet.
    pub(crate) fn take(&mut self, at: u32, from: Direction, arrived: &Arrived<'_, '_>) {
        let Arrived { packet, within, .. } = *arrived;
        let slot = self.table.slot_mut(at);
        let Known::Full { flow: record, .. } = &mut slot.body else { return };
        if packet.checksum == Checksum::Bad && self.settings.checksums != Checksums::Ignore {
            let judged = judge(&mut self.sources, self.settings.checksums, record, from, packet);
            if !accept::<P, O>(judged, record, from, packet, within.number, &mut self.observer, &mut self.commons) {
                return;
            }
        } else if packet.checksum == Checksum::Good && !record.credited.has(from) {
            record.credited.add(from);
            credit(&mut self.sources, self.settings.checksums, packet);
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
        let held = self.commons.stats.waiting();
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
        self.bound_waiting(held);
    }
}

pub(crate) const TCP: u8 = 6;
