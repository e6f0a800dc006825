//! TCP options.

use core::fmt;
use core::iter::FusedIterator;

use crate::{Segment, SeqNumber};

/// One option of a TCP header (RFC 9293 section 3.2 and the registry of IANA).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TcpOption<'a> {
    /// The largest segment its sender takes, in bytes.
    MaximumSegmentSize(u16),
    /// By how many bits its sender's window is to be shifted (RFC 7323 section 2; values beyond 14 count as 14).
    WindowScale(u8),
    /// Selective acknowledgements may be sent (RFC 2018 section 2).
    SackPermitted,
    /// What was received beyond the acknowledgement (RFC 2018 section 3).
    Sack(SackBlocks<'a>),
    /// The sender's clock and the last one he saw of his peer (RFC 7323 section 3).
    Timestamps {
        /// The sender's clock.
        value: u32,
        /// The peer's, echoed.
        echo: u32,
    },
    /// A fast-open cookie, or the request for one when empty (RFC 7413 section 4.1.1).
    FastOpen(&'a [u8]),
    /// An MD5 signature (RFC 2385).
    Md5(&'a [u8]),
    /// An authentication option (RFC 5925).
    Authentication(&'a [u8]),
    /// Any other, or one of the above with a length it cannot have.
    Other {
        /// Its kind.
        kind: u8,
        /// Its bytes behind kind and length.
        data: &'a [u8],
    },
}

/// The options of a segment in their order; padding is left out. It ends at the end-of-list option, and at the first
/// length that cannot be.
#[derive(Clone, Debug)]
pub struct TcpOptions<'a> {
    rest: &'a [u8],
}

impl<'a> Segment<'a> {
    /// Its options, decoded one by one.
    #[must_use]
    #[inline]
    pub fn options(&self) -> TcpOptions<'a> {
        TcpOptions { rest: self.options }
    }
}

impl<'a> Iterator for TcpOptions<'a> {
    type Item = TcpOption<'a>;

    fn next(&mut self) -> Option<TcpOption<'a>> {
        loop {
            let (&kind, rest) = self.rest.split_first()?;
            match kind {
                END => self.rest = &[],
                NO_OPERATION => self.rest = rest,
                _ => return self.sized(kind, rest),
            }
        }
    }
}

impl FusedIterator for TcpOptions<'_> {}

impl<'a> TcpOptions<'a> {
    fn sized(&mut self, kind: u8, rest: &'a [u8]) -> Option<TcpOption<'a>> {
        self.rest = &[];
        let (&len, rest) = rest.split_first()?;
        let (data, rest) = rest.split_at_checked(usize::from(len.checked_sub(2)?))?;
        self.rest = rest;
        Some(option(kind, data))
    }
}

fn option(kind: u8, data: &[u8]) -> TcpOption<'_> {
    match (kind, data) {
        (2, &[a, b]) => TcpOption::MaximumSegmentSize(u16::from_be_bytes([a, b])),
        (3, &[shift]) => TcpOption::WindowScale(shift),
        (4, []) => TcpOption::SackPermitted,
        (5, blocks) if !blocks.is_empty() && blocks.len() % 8 == 0 => TcpOption::Sack(SackBlocks(blocks)),
        (8, &[a, b, c, d, e, f, g, h]) => {
            TcpOption::Timestamps { value: u32::from_be_bytes([a, b, c, d]), echo: u32::from_be_bytes([e, f, g, h]) }
        }
        (34, cookie) => TcpOption::FastOpen(cookie),
        // The experimental kind that fast open used first carries this identifier (RFC 7413 appendix A).
        (254, &[0xf9, 0x89, ref cookie @ ..]) => TcpOption::FastOpen(cookie),
        (19, digest) if digest.len() == 16 => TcpOption::Md5(digest),
        (29, data) if data.len() >= 2 => TcpOption::Authentication(data),
        (kind, data) => TcpOption::Other { kind, data },
    }
}

/// The blocks of a selective acknowledgement: first byte and the byte behind the last.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SackBlocks<'a>(&'a [u8]);

impl SackBlocks<'_> {
    /// Its blocks in their order.
    pub fn iter(&self) -> impl Iterator<Item = (SeqNumber, SeqNumber)> + '_ {
        self.0.as_chunks::<8>().0.iter().map(|&[a, b, c, d, e, f, g, h]| {
            (SeqNumber(u32::from_be_bytes([a, b, c, d])), SeqNumber(u32::from_be_bytes([e, f, g, h])))
        })
    }
}

impl fmt::Debug for SackBlocks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
