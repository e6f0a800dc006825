//! The pcapng format (draft-ietf-opsawg-pcapng).

use nom::bytes::complete::take;
use nom::number::Endianness;
use nom::number::complete::{i64, u16, u32};
use nom::{IResult, Parser};
use wiretale_packet::{LinkType, Timestamp};

use crate::record::{Fault, MAX_RECORD, Record, Step};

/// The section that is being read. Before the first one it has no interfaces.
#[derive(Clone, Debug)]
pub(crate) struct Pcapng {
    endian: Endianness,
    interfaces: Vec<Interface>,
    /// The time of the last packet that had one, in whatever section: simple packet blocks have none, and take it.
    last: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    snap: u32,
    clock: Clock,
}

impl Default for Pcapng {
    fn default() -> Self {
        Self { endian: Endianness::Little, interfaces: Vec::new(), last: Timestamp::default() }
    }
}

impl Pcapng {
    /// Does a file that begins so begin with a section header?
    pub(crate) fn begins(window: &[u8]) -> bool {
        window.starts_with(&SECTION.to_be_bytes())
    }

    pub(crate) fn step(&mut self, window: &[u8]) -> Result<Step, Fault> {
        if Self::begins(window) {
            let Some(magic) = window.get(8..12) else { return Ok(Step::Need(12)) };
            self.endian = match magic {
                [0x4d, 0x3c, 0x2b, 0x1a] => Endianness::Little,
                [0x1a, 0x2b, 0x3c, 0x4d] => Endianness::Big,
                _ => return Err(Fault::Broken("a section header without its byte-order mark")),
            };
        }
        let Ok((_, (kind, len))) = head(self.endian, window) else { return Ok(Step::Need(8)) };
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len < 12 || len % 4 != 0 {
            return Err(Fault::Broken("a block whose length cannot be"));
        }
        if len > MAX_RECORD {
            return Err(Fault::Broken("a block said to be longer than 256 MiB"));
        }
        let Some(block) = window.get(..len) else { return Ok(Step::Need(len)) };
        // Written backwards at the end too, so that a file can be read from there.
        if block.get(4..8) != block.get(len - 4..) {
            return Err(Fault::Broken("a block whose two lengths differ"));
        }
        let body = block.get(8..len - 4).unwrap_or_default();
        Ok(self.block(kind, body)?.map_or(Step::Skip(len), |record| Step::Frame(record, len)))
    }

    fn block(&mut self, kind: u32, body: &[u8]) -> Result<Option<Record>, Fault> {
        match kind {
            SECTION => self.section(body).map(|()| None),
            INTERFACE => self.interface(body).map(|()| None),
            ENHANCED => self.enhanced(body).map(Some),
            OBSOLETE => self.obsolete(body).map(Some),
            SIMPLE => self.simple(body).map(Some),
            _ => Ok(None),
        }
    }

    fn section(&mut self, body: &[u8]) -> Result<(), Fault> {
        let version: IResult<&[u8], _> = (u32(self.endian), u16(self.endian)).parse(body);
        self.interfaces.clear();
        match version {
            Ok((_, (_, 1))) => Ok(()),
            Ok(_) => Err(Fault::Broken("a pcapng section of a version other than 1")),
            Err(_) => Err(Fault::Broken("a section header too short for what it holds")),
        }
    }

    fn interface(&mut self, body: &[u8]) -> Result<(), Fault> {
        let Ok((options, (link, snap))) = interface(self.endian, body) else {
            return Err(Fault::Broken("an interface block too short for what it holds"));
        };
        if self.interfaces.len() >= MAX_INTERFACES {
            return Err(Fault::Broken("more than 65536 interfaces in one section"));
        }
        let clock = Clock::from_options(self.endian, options);
        self.interfaces.push(Interface { link: LinkType(link), snap, clock });
        Ok(())
    }

    fn enhanced(&mut self, body: &[u8]) -> Result<Record, Fault> {
        match enhanced(self.endian, body) {
            Ok((rest, (id, packet))) => self.record(id, packet, rest),
            Err(_) => Err(Fault::Broken("a packet block too short for what it holds")),
        }
    }

    fn obsolete(&mut self, body: &[u8]) -> Result<Record, Fault> {
        match obsolete(self.endian, body) {
            Ok((rest, (id, packet))) => self.record(u32::from(id), packet, rest),
            Err(_) => Err(Fault::Broken("a packet block too short for what it holds")),
        }
    }

    fn record(&mut self, id: u32, packet: Packet, rest: &[u8]) -> Result<Record, Fault> {
        let interface = self.interface_of(id)?;
        let captured = usize::try_from(packet.captured).unwrap_or(usize::MAX);
        if captured > rest.len() {
            return Err(Fault::Broken("a packet longer than its block"));
        }
        self.last = interface.clock.moment(packet.ticks);
        Ok(Record { at: self.last, link: interface.link, data: HEAD..HEAD + captured, wire_len: packet.wire_len })
    }

    /// Its captured length is not written: it is the least of wire length, snap length and what the block has room for.
    fn simple(&self, body: &[u8]) -> Result<Record, Fault> {
        let wire_len: IResult<&[u8], u32> = u32(self.endian)(body);
        let Ok((rest, wire_len)) = wire_len else {
            return Err(Fault::Broken("a simple packet block too short for what it holds"));
        };
        let interface = self.interface_of(0)?;
        let snap = if interface.snap == 0 { u32::MAX } else { interface.snap };
        let captured = usize::try_from(wire_len.min(snap)).unwrap_or(usize::MAX).min(rest.len());
        Ok(Record { at: self.last, link: interface.link, data: 12..12 + captured, wire_len })
    }

    fn interface_of(&self, id: u32) -> Result<Interface, Fault> {
        let interface = usize::try_from(id).ok().and_then(|id| self.interfaces.get(id));
        interface.copied().ok_or(Fault::Broken("a packet of an interface that was not described"))
    }
}

/// How an interface counts time.
#[derive(Clone, Copy, Debug)]
struct Clock {
    resolution: Resolution,
    /// Seconds to add.
    offset: i64,
}

#[derive(Clone, Copy, Debug)]
enum Resolution {
    /// This many nanoseconds a tick.
    Nanos(u64),
    /// 10^n ticks a second, n > 9.
    Decimal(u8),
    /// 2^n ticks a second.
    Binary(u8),
}

impl Clock {
    /// Microseconds, unless the options say otherwise. An option that cannot be read ends them.
    fn from_options(endian: Endianness, mut options: &[u8]) -> Self {
        let mut clock = Self { resolution: Resolution::Nanos(1000), offset: 0 };
        while let Ok((rest, (code, value))) = option(endian, options) {
            match (code, value) {
                (0, _) => break,
                (9, &[resolution]) => clock.resolution = Resolution::from_byte(resolution),
                (14, value) if value.len() == 8 => {
                    let seconds: IResult<&[u8], i64> = i64(endian)(value);
                    clock.offset = seconds.map_or(0, |(_, seconds)| seconds);
                }
                _ => {}
            }
            options = rest;
        }
        clock
    }

    fn moment(self, ticks: u64) -> Timestamp {
        let nanos = self.resolution.nanos(ticks) + i128::from(self.offset) * 1_000_000_000;
        let limit = if nanos < 0 { i64::MIN } else { i64::MAX };
        Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(limit))
    }
}

impl Resolution {
    fn from_byte(byte: u8) -> Self {
        match byte {
            0..=9 => Self::Nanos(10_u64.pow(9 - u32::from(byte))),
            0x80.. => Self::Binary(byte & 0x7f),
            _ => Self::Decimal(byte),
        }
    }

    fn nanos(self, ticks: u64) -> i128 {
        match self {
            Self::Nanos(unit) => i128::from(ticks) * i128::from(unit),
            // 10^29 ticks a nanosecond are more than a u64 counts.
            Self::Decimal(n) => 10_i128.checked_pow(u32::from(n) - 9).map_or(0, |unit| i128::from(ticks) / unit),
            Self::Binary(n) => (i128::from(ticks) * 1_000_000_000) >> n,
        }
    }
}

/// What a packet block says of its packet.
#[derive(Clone, Copy)]
struct Packet {
    ticks: u64,
    captured: u32,
    wire_len: u32,
}

fn head(endian: Endianness, input: &[u8]) -> IResult<&[u8], (u32, u32)> {
    (u32(endian), u32(endian)).parse(input)
}

/// Link type, two reserved bytes, snap length; options follow.
fn interface(endian: Endianness, input: &[u8]) -> IResult<&[u8], (u16, u32)> {
    (u16(endian), u16(endian), u32(endian)).map(|(link, _, snap)| (link, snap)).parse(input)
}

fn enhanced(endian: Endianness, input: &[u8]) -> IResult<&[u8], (u32, Packet)> {
    (u32(endian), |input| packet(endian, input)).parse(input)
}

/// As an enhanced one, but for the interface in two bytes and a count of drops.
fn obsolete(endian: Endianness, input: &[u8]) -> IResult<&[u8], (u16, Packet)> {
    (u16(endian), u16(endian), |input| packet(endian, input)).map(|(id, _, packet)| (id, packet)).parse(input)
}

fn packet(endian: Endianness, input: &[u8]) -> IResult<&[u8], Packet> {
    (u32(endian), u32(endian), u32(endian), u32(endian))
        .map(|(high, low, captured, wire_len)| Packet {
            ticks: u64::from(high) << 32 | u64::from(low),
            captured,
            wire_len,
        })
        .parse(input)
}

/// Code, length, value, padding to a multiple of four.
fn option(endian: Endianness, input: &[u8]) -> IResult<&[u8], (u16, &[u8])> {
    let (input, (code, len)) = (u16(endian), u16(endian)).parse(input)?;
    let (input, value) = take(len)(input)?;
    let (input, _) = take(input.len().min(usize::from(len).next_multiple_of(4) - usize::from(len)))(input)?;
    Ok((input, (code, value)))
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE: u32 = 2;
const SIMPLE: u32 = 3;
const ENHANCED: u32 = 6;

/// Where an enhanced or obsolete packet block's packet begins, from the start of the block.
const HEAD: usize = 28;
const MAX_INTERFACES: usize = 65_536;
