//! The pcap format (draft-ietf-opsawg-pcap).

use nom::number::Endianness;
use nom::number::complete::{i32, u16, u32};
use nom::{IResult, Parser};
use wiretale_packet::{LinkType, Timestamp};

use crate::record::{Fault, MAX_RECORD, Record, Step};

/// What the global header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pcap {
    endian: Endianness,
    /// Nanoseconds in one unit of the fraction.
    unit: i64,
    /// Length of a record's header.
    head: usize,
    link: LinkType,
}

impl Pcap {
    /// Does a file that begins so begin with one of our magic numbers, as far as it goes?
    pub(crate) fn begins(window: &[u8]) -> bool {
        window.first_chunk().is_some_and(|magic| variant(*magic).is_some())
    }

    /// The global header and its length; nothing if there is none, or not all of it.
    pub(crate) fn parse(window: &[u8]) -> Result<Option<(Self, usize)>, Fault> {
        let Some((endian, unit, head)) = window.first_chunk().and_then(|magic| variant(*magic)) else {
            return Ok(None);
        };
        let Ok((_, (major, link))) = global(endian, window) else { return Ok(None) };
        if major != 2 {
            return Err(Fault::Broken("a pcap header of a version other than 2"));
        }
        // The upper bits say how long the frame check sequence is.
        let number = link & 0x03ff_ffff;
        match u16::try_from(number).map(LinkType) {
            Ok(link) if link.is_known() => Ok(Some((Self { endian, unit, head, link }, GLOBAL))),
            _ => Err(Fault::Link(number)),
        }
    }

    /// A record without a byte, or of more than are believed. What stands here may be the header of another capture,
    /// written behind this one: `cat 1.pcap 2.pcap`. As a packet it would be one without a byte.
    #[cold]
    fn odd(&mut self, window: &[u8], captured: usize) -> Result<Option<Step>, Fault> {
        if captured > MAX_RECORD {
            return Err(Fault::Broken("a packet said to be longer than 256 MiB"));
        }
        if !Self::begins(window) {
            return Ok(None);
        }
        let Some((pcap, len)) = Self::parse(window)? else { return Ok(Some(Step::Need(GLOBAL))) };
        *self = pcap;
        Ok(Some(Step::Skip(len)))
    }

    #[inline(always)]
    pub(crate) fn step(&mut self, window: &[u8]) -> Result<Step, Fault> {
        let Some([seconds, fraction, captured, wire_len]) = record(self.endian, window) else {
            return Ok(Step::Need(self.head));
        };
        let captured = usize::try_from(captured).unwrap_or(usize::MAX);
        // Nothing and too much in one question: it is asked once a frame.
        if captured.wrapping_sub(1) >= MAX_RECORD
            && let Some(step) = self.odd(window, captured)?
        {
            return Ok(step);
        }
        let len = self.head + captured;
        if window.len() < len {
            return Ok(Step::Need(len));
        }
        // 2^32 seconds and 2^32 microseconds are far from the end of an i64.
        let at = Timestamp::from_nanos(i64::from(seconds) * 1_000_000_000 + i64::from(fraction) * self.unit);
        Ok(Step::Frame(Record { at, link: self.link, data: self.head..len, wire_len }, len))
    }
}

fn variant(magic: [u8; 4]) -> Option<(Endianness, i64, usize)> {
    let known = |magic| match magic {
        0xa1b2_c3d4 => Some((1000, 16)),
        0xa1b2_3c4d => Some((1, 16)),
        // Kuznetzov's: eight bytes more (interface, protocol, packet type) in each record.
        0xa1b2_cd34 => Some((1000, 24)),
        _ => None,
    };
    let little = known(u32::from_le_bytes(magic)).map(|(unit, head)| (Endianness::Little, unit, head));
    little.or_else(|| known(u32::from_be_bytes(magic)).map(|(unit, head)| (Endianness::Big, unit, head)))
}

/// Magic, version, two fields that nobody sets, snap length (which nobody keeps), link type.
fn global(endian: Endianness, input: &[u8]) -> IResult<&[u8], (u16, u32)> {
    (u32(endian), u16(endian), u16(endian), i32(endian), u32(endian), u32(endian), u32(endian))
        .map(|(_, major, _, _, _, _, link)| (major, link))
        .parse(input)
}

/// Seconds, fraction, captured length, length on the wire. Once a frame: as words, where a parser goes byte by byte.
#[inline]
fn record(endian: Endianness, input: &[u8]) -> Option<[u32; 4]> {
    let (words, _) = input.first_chunk::<16>()?.as_chunks::<4>();
    let word = |n: usize| match endian {
        Endianness::Big => u32::from_be_bytes(words[n]),
        _ => u32::from_le_bytes(words[n]),
    };
    Some([word(0), word(1), word(2), word(3)])
}

const GLOBAL: usize = 24;
