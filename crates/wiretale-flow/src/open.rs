//! A flow opened, and given the record that it had not needed before.

use smallvec::SmallVec;
use wiretale_packet::{Body, Checksum, Direction, Transport};
use wiretale_protocol::{Flow, Moment, Observer, Services, Weirds};

use crate::analyzer::Analyzer;
use crate::arrived::Arrived;
use crate::carry::{Around, tcp};
use crate::clock::second;
use crate::half::Half;
use crate::history::History;
use crate::id::flow_id;
use crate::key::Ends;
use crate::near::Far;
use crate::reading::Reading;
use crate::record::{Carrier, Flows, Record, Sides, TCP, Tcp};
use crate::refused::Refused;
use crate::settings::Checksums;
use crate::sources::Covers;
use crate::table::Sought;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
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

    /// The record of a refused connection, both its packets processed.
    #[cold]
    pub(crate) fn unfold(&mut self, at: u32, refused: &Refused) -> Box<Far<Flows<P, O>>> {
        let mut record = self.full(at, &refused.syn);
        if refused.credited {
            record.credited.add(Direction::Server);
        }
        let Refused { frame, ip_len, ttl, .. } = *refused;
        let around = Around { frame, ip_len, ttl, ..Around::at(refused.at) };
        let (segment, from) = (refused.segment(), Direction::Server);
        tcp::<P, O>(&mut record, from, &segment, around, &mut self.observer, &mut self.commons);
        record
    }

    /// Gives a flow the record that it had not needed before.
    pub(crate) fn upgrade(&mut self, at: u32, record: Box<Far<Flows<P, O>>>) {
        let wake = second(record.deadline(&self.settings.timeouts));
        self.table.upgrade(at, record, wake);
    }
}
