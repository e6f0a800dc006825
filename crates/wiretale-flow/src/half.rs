//! A TCP connection of which one SYN was seen.

use wiretale_packet::{Flags, Ip, Segment, SeqNumber, TcpOption, Timestamp};

/// What is kept of a lone SYN: enough to process it when a second packet comes, or when none does. Twenty-eight bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Half {
    /// Split in two, so that a record needs no more than four bytes of alignment.
    opened: [u32; 2],
    frame: [u16; 3],
    window: u16,
    seq: u32,
    ts_value: u32,
    ip_len: u16,
    ttl: u8,
    /// The window scale, and in the upper bits which options there were.
    options: u8,
}

impl Half {
    /// What to keep of a segment, if it is a plain SYN: no data, no other flag, no option that hosts mind.
    pub(crate) fn of(at: Timestamp, frame: u64, ip: &Ip, tunneled: bool, segment: &Segment<'_>) -> Option<Self> {
        let plain = Flags::SYN.with(Flags::ECE).with(Flags::CWR);
        let ecn = segment.flags == plain;
        if (!ecn && segment.flags != Flags::SYN) || segment.wire_len() > 0 || segment.urgent != 0 {
            return None;
        }
        let (options, ts_value) = pack(segment)?;
        let bits = at.nanos().cast_unsigned();
        let [0, 0, a, b, c, d, e, f] = frame.to_be_bytes() else { return None };
        Some(Self {
            opened: [u32::try_from(bits >> 32).ok()?, u32::try_from(bits & 0xffff_ffff).ok()?],
            frame: [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]), u16::from_be_bytes([e, f])],
            window: segment.window,
            seq: segment.seq.0,
            ts_value,
            ip_len: u16::try_from(ip.total_len).ok()?,
            ttl: ip.ttl,
            options: options | if ecn { HAS_ECN } else { 0 } | if tunneled { TUNNELED } else { 0 },
        })
    }

    pub(crate) fn opened(&self) -> Timestamp {
        let [high, low] = self.opened;
        Timestamp::from_nanos(((u64::from(high) << 32) | u64::from(low)).cast_signed())
    }

    pub(crate) fn frame(&self) -> u64 {
        self.frame.iter().fold(0, |frame, part| (frame << 16) | u64::from(*part))
    }

    pub(crate) fn seq(&self) -> u32 {
        self.seq
    }

    pub(crate) fn window(&self) -> u16 {
        self.window
    }

    /// Is there nothing about it that an account or a weird would tell of: no closed window, no scale past the greatest?
    pub(crate) fn is_usual(&self) -> bool {
        self.window > 0 && self.options & SCALE < SCALE
    }

    pub(crate) fn ip_len(&self) -> u32 {
        u32::from(self.ip_len)
    }

    pub(crate) fn tunneled(&self) -> bool {
        self.options & TUNNELED != 0
    }

    pub(crate) fn ttl(&self) -> u8 {
        self.ttl
    }

    /// The SYN again; its options are written to `room`.
    pub(crate) fn segment<'r>(&self, room: &'r mut [u8; 16]) -> Segment<'r> {
        let mut len = 0;
        let mut put = |bytes: &[u8]| {
            if let Some(to) = room.get_mut(len..len + bytes.len()) {
                to.copy_from_slice(bytes);
                len += bytes.len();
            }
        };
        if self.options & HAS_SCALE != 0 {
            put(&[3, 3, self.options & SCALE]);
        }
        if self.options & HAS_STAMP != 0 {
            put(&[8, 10]);
            put(&self.ts_value.to_be_bytes());
            put(&[0; 4]);
        }
        let ecn = if self.options & HAS_ECN != 0 { Flags::ECE.with(Flags::CWR) } else { Flags::default() };
        Segment {
            seq: SeqNumber(self.seq),
            ack: SeqNumber(0),
            flags: Flags::SYN.with(ecn),
            window: self.window,
            urgent: 0,
            options: room.get(..len).unwrap_or_default(),
            payload: &[],
            missing: 0,
        }
    }
}

/// The options in one byte and the timestamp; nothing where one is not of the usual.
fn pack(segment: &Segment<'_>) -> Option<(u8, u32)> {
    let (mut packed, mut stamp) = (0, 0);
    for option in segment.options() {
        match option {
            TcpOption::MaximumSegmentSize(_) | TcpOption::SackPermitted => {}
            TcpOption::WindowScale(scale) if scale <= SCALE => packed |= HAS_SCALE | scale,
            TcpOption::Timestamps { value, .. } => {
                packed |= HAS_STAMP;
                stamp = value;
            }
            _ => return None,
        }
    }
    Some((packed, stamp))
}

const SCALE: u8 = 0x0f;
const HAS_SCALE: u8 = 0x10;
const HAS_STAMP: u8 = 0x20;
const TUNNELED: u8 = 0x40;
const HAS_ECN: u8 = 0x80;

#[cfg(test)]
mod tests;
