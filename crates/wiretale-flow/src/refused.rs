//! A TCP connection that was refused: a SYN and the RST that answered it.

use wiretale_packet::{Body, Checksum, Direction, Flags, Packet, Segment, SeqNumber, Timestamp};
use wiretale_protocol::{Moment, Observer, Passed, Services, Side, State};
use wiretale_reassembly::{Anomaly, Arrival, Chunk, Host, Limits, Sink};

use crate::account::{FORGET, Seen};
use crate::analyzer::{Analyzer, Flows};
use crate::clock::second;
use crate::flows::Arrived;
use crate::half::Half;
use crate::record::{Carrier, Record, Tcp};
use crate::settings::{Checksums, Network, Timeouts};
use crate::sources::Covers;
use crate::table::Body as Known;

/// What is kept of it in the place of account and reassembly, which nobody asks again where nothing follows. What a scan
/// brings is mostly this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    syn: Half,
    seq: SeqNumber,
    window: u16,
    ip_len: u32,
    ttl: u8,
}

impl Refused {
    /// What to keep if `packet` is a plain refusal of `syn`, at which neither account nor reassembly would frown.
    fn of(syn: &Half, packet: &Packet<'_>) -> Option<Self> {
        let Body::Tcp { segment, .. } = &packet.body else { return None };
        let plain = segment.flags == REFUSAL && segment.seq_len() == 0 && segment.options.is_empty();
        let answers = segment.ack.0 == syn.seq().wrapping_add(1);
        if !plain || !answers || packet.checksum == Checksum::Bad || !syn.is_usual() {
            return None;
        }
        let (seq, window) = (segment.seq, segment.window);
        Some(Self { syn: *syn, seq, window, ip_len: packet.ip.total_len, ttl: packet.ip.ttl })
    }

    /// When it is over, if nothing more comes: as an account has it.
    pub(crate) fn deadline(&self, last: Timestamp, times: &Timeouts, patient: bool) -> Timestamp {
        let idle = if patient { times.tcp_patient } else { times.tcp };
        (last + idle).min(last + FORGET)
    }

    pub(crate) const fn history(&self) -> &'static [u8] {
        b"Sr"
    }

    pub(crate) const fn state(&self) -> State {
        State::Rej
    }

    pub(crate) fn side(&self, of: Direction, timed: bool) -> Side {
        let ip_len = if of == Direction::Client { self.syn.ip_len() } else { self.ip_len };
        Side { bytes: timed.then_some(0), packets: 1, ip_bytes: u64::from(ip_len) }
    }

    /// The RST again.
    fn segment(&self) -> Segment<'static> {
        let ack = SeqNumber(self.syn.seq()).advance(1);
        let (seq, window) = (self.seq, self.window);
        Segment { seq, ack, flags: REFUSAL, window, urgent: 0, options: &[], payload: &[], missing: 0 }
    }

    /// The same as the observer hears of it.
    fn passed(&self) -> Passed {
        let Segment { seq, ack, flags, window, .. } = self.segment();
        let (ip_len, ttl) = (self.ip_len, self.ttl);
        Passed { flags, seq: seq.0, ack: ack.0, window, payload: 0, fresh: 0, ip_len, ttl }
    }
}

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes the second packet of a flow if it refuses the SYN that was the first. It comes to what the long way comes
    /// to, without the two accounts of a connection.
    pub(crate) fn refuse(&mut self, at: u32, syn: &Half, arrived: &Arrived<'_, '_>) -> bool {
        let Arrived { packet, within, sought } = *arrived;
        #[cfg(test)]
        if self.long_way {
            return false;
        }
        if self.table.slot(at).client_is_low == sought.forward || self.observer.wants_streams() {
            return false;
        }
        let Some(refused) = Refused::of(syn, packet) else { return false };
        let flow = self.half_flow(at, syn);
        let mut record = self.record(flow, packet.ip.protocol, syn.frame(), 0, Carrier::Refused(refused));
        let first = Moment { at: flow.opened, frame: syn.frame(), direction: Direction::Client, flow: &flow };
        if record.untold.take(Direction::Client, 0) {
            self.observer.passed(&mut record.state, &first, &syn.passed());
        }
        if packet.checksum == Checksum::Good && self.settings.checksums == Checksums::Auto {
            self.sources.good(packet.ip.src, packet.ip.dst, Covers::Tcp);
            if packet.ip.header_ok {
                self.sources.good(packet.ip.src, packet.ip.dst, Covers::Header);
            }
        }
        record.credited = [true, packet.checksum == Checksum::Good];
        (record.last, record.last_frame) = (packet.at, within.number);
        let moment = Moment { at: packet.at, frame: within.number, direction: Direction::Server, flow: &flow };
        if record.untold.take(Direction::Server, 0) {
            self.observer.passed(&mut record.state, &moment, &refused.passed());
        }
        let wake = second(record.deadline(&self.settings.timeouts));
        self.table.upgrade(at, record, wake);
        true
    }

    /// Something follows on the flow at `at`.
    #[inline]
    pub(crate) fn unfold_at(&mut self, at: u32) {
        let Known::Full { flow: record, .. } = &mut self.table.slot_mut(at).body else { return };
        if matches!(record.carrier, Carrier::Refused(_)) {
            unfold(record, &self.settings.hosts, &self.commons.limits.reassembly);
        }
    }

    /// Is a refused connection one that was announced? Then there is more to tell at its end.
    pub(crate) fn was_awaited(&mut self, record: &Flows<P, O>) -> bool {
        self.commons.hear_news();
        self.commons.expectations.tag(&record.flow, record.last).is_some()
    }
}

/// Makes up for what was left out of a refused connection, as more is to be known of it.
#[cold]
pub(crate) fn unfold<S, F>(record: &mut Record<S, F>, hosts: &[(Network, Host)], limits: &Limits) {
    let Record { flow, carrier, history, last, .. } = record;
    let Carrier::Refused(refused) = *carrier else { return };
    let mut tcp = Tcp::new(flow, hosts);
    let Tcp { account, connection } = &mut **tcp;
    let (syn, mut room) = (refused.syn, [0; 16]);
    let both = [
        (Direction::Client, flow.opened, syn.segment(&mut room), syn.ip_len(), syn.ttl()),
        (Direction::Server, *last, refused.segment(), refused.ip_len, refused.ttl),
    ];
    for (from, at, segment, ip_len, ttl) in both {
        connection.segment(from, &Arrival { at, segment, ttl, origin: None }, limits, &mut Nobody);
        account.segment(Seen { from, at, segment: &segment, ip_len, last: flow.opened }, history, &mut |_| {});
    }
    *carrier = Carrier::Tcp(tcp);
}

/// Nothing was odd about what was left out, and nothing carried.
struct Nobody;

impl Sink for Nobody {
    fn chunk(&mut self, _: Direction, _: u64, _: Chunk<'_>) {}

    fn anomaly(&mut self, _: Direction, _: Anomaly<'_>) {}
}

const REFUSAL: Flags = Flags::RST.with(Flags::ACK);
