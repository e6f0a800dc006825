//! SSH1's two messages in the clear.

use nom::bytes::complete::take;
use nom::number::complete::{be_u16, be_u32};
use nom::{IResult, Parser};

/// `SSH_SMSG_PUBLIC_KEY`, as far as it matters: the host key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PublicKey<'a> {
    pub(crate) exponent: &'a [u8],
    pub(crate) modulus: &'a [u8],
}

/// A packet's type and data, without padding and checksum.
pub(crate) fn packet(frame: &[u8]) -> Option<(u8, &[u8])> {
    let (head, rest) = frame.split_first_chunk()?;
    let length = u32::from_be_bytes(*head);
    let padding = usize::try_from(8 - length % 8).ok()?;
    let (&kind, data) = rest.get(padding..)?.split_first()?;
    Some((kind, data.get(..data.len().checked_sub(4)?)?))
}

/// Reads `SSH_SMSG_PUBLIC_KEY` (message 2).
pub(crate) fn public_key(data: &[u8]) -> Option<PublicKey<'_>> {
    let (rest, _cookie) = take::<_, _, nom::error::Error<&[u8]>>(8usize)(data).ok()?;
    let (rest, _server) = key(rest).ok()?;
    let (_, (exponent, modulus)) = key(rest).ok()?;
    Some(PublicKey { exponent, modulus })
}

fn key(input: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    let (input, _bits) = be_u32(input)?;
    (integer, integer).parse(input)
}

// A multiple-precision integer: its length in bits, then its bytes.
fn integer(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (input, bits) = be_u16(input)?;
    take(usize::from(bits).div_ceil(8))(input)
}

/// `SSH_SMSG_PUBLIC_KEY`.
pub(crate) const PUBLIC_KEY: u8 = 2;
/// `SSH_CMSG_SESSION_KEY`.
pub(crate) const SESSION_KEY: u8 = 3;
