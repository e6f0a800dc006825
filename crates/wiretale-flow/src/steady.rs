//! The short way of the segment that nearly all are: the next one of a connection at its ease.

use wiretale_packet::{Body, Checksum};
use wiretale_protocol::{Chunk, Moment, Observer, Passed, Services};
use wiretale_reassembly::{Arrival, Sink};

use crate::account::Seen;
use crate::analyzer::Analyzer;
use crate::arrived::Arrived;
use crate::carry::{Around, with_sink};
use crate::clock::second;
use crate::record::{Carrier, Tcp};
use crate::table::Body as Known;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes a packet of the flow at `at` if it is the next segment of a connection in which nothing is odd, as account
    /// and reassembly see it: nothing can be over by it then, nothing begin, nothing wait. False, and nothing done, for
    /// any other packet. It comes to what the long way comes to.
    #[inline]
    pub(crate) fn steady(&mut self, at: u32, arrived: &Arrived<'_, '_>) -> bool {
        let Arrived { packet, within, sought } = *arrived;
        let Body::Tcp { segment, .. } = &packet.body else { return false };
        #[cfg(test)]
        if self.long_way {
            return false;
        }
        // A flow is never looked at later than it may be over.
        if !self.table.is_armed_after(at, second(packet.at)) {
            return false;
        }
        let slot = self.table.slot_mut(at);
        let from = slot.sender(sought.forward);
        let Known::Full { flow, .. } = &mut slot.body else { return false };
        let record = &mut ***flow;
        let Carrier::Tcp(tcp) = &mut record.carrier else { return false };
        let Tcp { account, connection } = &mut ***tcp;
        let settled = match packet.checksum {
            Checksum::Good => record.credited.has(from),
            Checksum::Unknown => true,
            Checksum::Bad => false,
        };
        if !settled {
            return false;
        }
        let origin = within.origin(segment.payload);
        let arrival = Arrival { at: packet.at, segment: *segment, ttl: packet.ip.ttl, origin };
        let limits = &self.commons.limits.reassembly;
        let Some(next) = connection.is_next(from, &arrival, limits) else { return false };
        let (ip_len, last) = (packet.ip.total_len, record.last);
        let seen = Seen { from, at: packet.at, segment, ip_len, last };
        let Some(fresh) = account.steady(&seen, &mut record.history) else { return false };
        if account.is_open() {
            record.last = packet.at;
        }
        record.last_frame = within.number;
        let handed = connection.take_next(from, &arrival, &next, limits);
        if record.untold.take(from, fresh) {
            let (flags, window, ttl) = (segment.flags, segment.window, packet.ip.ttl);
            let (seq, ack, payload) = (segment.seq.0, segment.ack.0, fresh);
            let passed = Passed { flags, seq, ack, window, payload, fresh, ip_len, ttl };
            let moment = Moment { at: packet.at, frame: within.number, direction: from, flow: &record.flow };
            self.observer.passed(&mut record.state, &moment, &passed);
        }
        let Some(offset) = handed else { return true };
        let waiting = self.commons.stats.waiting();
        let around = Around { frame: within.number, lookback: within.lookback, ..Around::at(packet.at) };
        with_sink::<P, O, _>(record, around, &mut self.observer, &mut self.commons, |_, sink| {
            sink.chunk(from, offset, Chunk::Data(segment.payload));
        });
        self.bound_waiting(waiting);
        true
    }
}
