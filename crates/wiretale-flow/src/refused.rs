//! A TCP connection that was refused: a SYN and the RST that answered it.

use wiretale_packet::{Body, Checksum, Flags, Packet, Segment, SeqNumber, Timestamp};

use crate::account::FORGET;
use crate::half::Half;
use crate::settings::Timeouts;

/// What is kept of it: enough to process both when something follows, or when nothing does. What a scan brings is mostly
/// this, and a record would take ten times as much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) syn: Half,
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    seq: SeqNumber,
    window: u16,
    pub(crate) ip_len: u32,
    pub(crate) ttl: u8,
    /// Its sender was credited with a right checksum.
    pub(crate) credited: bool,
    /// It may be silent for long.
    pub(crate) patient: bool,
}

impl Refused {
    /// What to keep if `packet` is a plain refusal of `syn`, at which neither account nor reassembly would frown.
    pub(crate) fn of(syn: &Half, packet: &Packet<'_>, frame: u64) -> Option<Self> {
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
    pub(crate) fn segment(&self) -> Segment<'static> {
        let ack = SeqNumber(self.syn.seq()).advance(1);
        let (seq, window) = (self.seq, self.window);
        Segment { seq, ack, flags: REFUSAL, window, urgent: 0, options: &[], payload: &[], missing: 0 }
    }
}

const REFUSAL: Flags = Flags::RST.with(Flags::ACK);
