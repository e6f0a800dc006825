//! Another connection on the addresses and ports of one that is there.

use wiretale_packet::{Body, Direction, Transport};
use wiretale_protocol::{Flow, Moment, Observer, Quota, Services, Weird};
use wiretale_reassembly::{Arrival, End};

use crate::analyzer::Analyzer;
use crate::arrived::Arrived;
use crate::carry::{Around, tcp};
use crate::clock::second;
use crate::commons::Commons;
use crate::id::flow_id;
use crate::record::{Carrier, TCP};
use crate::table::Body as Known;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// A SYN that begins another connection on the addresses and ports of one we have.
    pub(crate) fn reopen(&mut self, at: u32, arrived: &Arrived<'_, '_>) {
        let now = arrived.packet.at;
        let Known::Full { flow: record, .. } = &mut self.table.slot_mut(at).body else { return };
        let ordinal = if record.flow.opened == now { record.ordinal.saturating_add(1) } else { 0 };
        let name = match (&record.carrier, arrived.packet.body) {
            (Carrier::Tcp(tcp), Body::Tcp { segment, .. }) => tcp.account.reuse(&segment, now.since(record.last)),
            _ => None,
        };
        let Commons { limits, stats, .. } = &mut self.commons;
        let suppressed = &mut stats.weirds_suppressed;
        let mut quota = Quota { said: &mut record.weirds, most: limits.weirds, suppressed };
        if let Some(name) = name
            && quota.allow(name)
        {
            let (frame, flow) = (arrived.within.number, record.flow);
            let moment = Moment { at: now, frame, direction: Direction::Client, flow: &flow };
            self.observer.weird(&mut record.state, &moment, &Weird { name, addl: b"" });
        }
        self.close(at, now, End::Abandoned);
        self.open(arrived, ordinal);
    }

    /// Reassembly found that another connection had begun on the same addresses and ports.
    pub(crate) fn replace(
        &mut self,
        at: u32,
        pending: Option<(Direction, Arrival<'static>)>,
        arrived: &Arrived<'_, '_>,
    ) {
        let Some((opener, syn)) = pending else {
            self.close(at, arrived.packet.at, End::Abandoned);
            return self.open(arrived, 0);
        };
        let least =
            u32::from(arrived.packet.ip.header_len) + 20 + u32::try_from(syn.segment.options.len()).unwrap_or(0);
        let slot = self.table.slot_mut(at);
        let (key, same) = (slot.key, opener == Direction::Client);
        let low = slot.client_is_low == same;
        let (client, server) = if same { (slot.client(), slot.server()) } else { (slot.server(), slot.client()) };
        let ip_len = match &mut slot.body {
            Known::Full { flow: record, .. } => record.take_back(opener, least),
            _ => least,
        };
        self.close(at, arrived.packet.at, End::Abandoned);
        self.make_room();
        self.commons.stats.flows_opened += 1;
        let id = flow_id(&key, syn.at, 0);
        let tunneled = arrived.packet.depth > 0;
        let flow = Flow { id, client, server, transport: Transport::Tcp, opened: syn.at, midstream: false, tunneled };
        let carrier = self.carrier(&flow);
        let mut record = self.record(flow, TCP, arrived.within.number, 0, carrier);
        let around = Around { frame: arrived.within.number, ip_len, ttl: syn.ttl, ..Around::at(syn.at) };
        tcp::<P, O>(&mut record, Direction::Client, &syn.segment, around, &mut self.observer, &mut self.commons);
        let wake = second(record.deadline(&self.settings.timeouts));
        let at = self.table.insert(arrived.sought.hash, key, low, record, wake);
        let from = if low == arrived.sought.forward { Direction::Client } else { Direction::Server };
        self.take(at, from, arrived);
    }
}
