//! A TCP connection that was refused: a SYN and the RST that answered it.

use wiretale_packet::{Body, Checksum, Direction, Flags, Packet, Segment, SeqNumber, Timestamp};
use wiretale_protocol::{Flow, Moment, Observer, Passed, Services, Side, State, Summary};

use crate::account::FORGET;
use crate::analyzer::{Analyzer, Flows};
use crate::carry::{Around, tcp};
use crate::clock::second;
use crate::corrupt::credit;
use crate::flows::Arrived;
use crate::half::Half;
use crate::near::Far;
use crate::settings::Timeouts;

/// What is kept of it: enough to process both when something follows, or when nothing does. What a scan brings is mostly
/// this, and a record would take ten times as much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) syn: Half,
    at: Timestamp,
    frame: u64,
    seq: SeqNumber,
    window: u16,
    ip_len: u32,
    ttl: u8,
    /// Its sender was credited with a right checksum.
    credited: bool,
    /// It may be silent for long.
    patient: bool,
}

impl Refused {
    /// What to keep if `packet` is a plain refusal of `syn`, at which neither account nor reassembly would frown.
    fn of(syn: &Half, packet: &Packet<'_>, frame: u64) -> Option<Self> {
        let Body::Tcp { segment, .. } = &packet.body else { return None };
        let plain = segment.flags == REFUSAL && segment.seq_len() == 0 && segment.options.is_empty();
        let answers = segment.ack.0 == syn.seq().wrapping_add(1);
        if !plain || !answers || packet.checksum == Checksum::Bad || !syn.is_usual() {
            return None;
        }
        let (seq, window) = (segment.seq, segment.window);
        let (ip_len, ttl, credited) = (packet.ip.total_len, packet.ip.ttl, packet.checksum == Checksum::Good);
        Some(Self { syn: *syn, at: packet.at, frame, seq, window, ip_len, ttl, credited, patient: false })
    }

    /// When it is over, if nothing more comes: as an account has it.
    pub(crate) fn deadline(&self, times: &Timeouts) -> Timestamp {
        let idle = if self.patient { times.tcp_patient } else { times.tcp };
        (self.at + idle).min(self.at + FORGET)
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

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes the second packet of a flow if it refuses the SYN that was the first. It comes to what the long way comes
    /// to, without a record; the observer hears of it at its end.
    pub(crate) fn refuse(&mut self, at: u32, syn: &Half, arrived: &Arrived<'_, '_>) -> bool {
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

    /// Tells the observer of it at its end, without making a record first. False if it was announced: there is more to
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
}

const REFUSAL: Flags = Flags::RST.with(Flags::ACK);
