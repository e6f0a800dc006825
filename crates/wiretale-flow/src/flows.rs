//! From a packet to its flow: found, and given to it.

use wiretale_packet::{Body, Checksum, Direction, Flags, Packet, Segment};
use wiretale_protocol::{Observer, Services};
use wiretale_reassembly::End;

use crate::analyzer::Analyzer;
use crate::arrived::{Arrived, Within};
use crate::carry::{Around, Fate, datagram, tcp};
use crate::clock::second;
use crate::corrupt::{accept, credit, judge};
use crate::half::Half;
use crate::record::Carrier;
use crate::refused::Refused;
use crate::settings::Checksums;
use crate::table::{Body as Known, Sought};

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

    /// Takes the second packet of a flow if it refuses the SYN that was the first. It comes to what the long way comes
    /// to, without a record; the observer hears of it at its end.
    fn refuse(&mut self, at: u32, syn: &Half, arrived: &Arrived<'_, '_>) -> bool {
        let Arrived { packet, within, sought } = *arrived;
        #[cfg(test)]
        if self.long_way {
            return false;
        }
        let slot = self.table.slot(at);
        if slot.client_is_low == sought.forward || self.observer.wants_streams() {
            return false;
        }
        let Some(mut refused) = Refused::of(syn, packet, within.number) else { return false };
        refused.patient = self.is_patient(slot.server().port);
        if refused.credited {
            credit(&mut self.sources, self.settings.checksums, packet);
        }
        let wake = second(refused.deadline(&self.settings.timeouts));
        self.table.refuse(at, refused, wake);
        true
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
