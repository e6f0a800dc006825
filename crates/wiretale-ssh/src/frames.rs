//! Packets of the clear part (RFC 4253 §6, and SSH1's).

use alloc::vec::Vec;

use wiretale_protocol::Records;
use wiretale_protocol::scan::is_text;

use crate::KexInit;

/// Cuts a direction into packets by the length each begins with. A packet that lies whole in a chunk is a slice of that
/// chunk; one that a chunk's border cuts is copied, as its bytes come and never ahead of them.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    carry: Vec<u8>,
    // The carry was handed out as a packet and is to be forgotten.
    handed_out: bool,
    // Bytes of a packet that are passed over.
    skip: u64,
}

/// How packets say their length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Framing {
    /// The length, then so many bytes.
    Two,
    /// The length, one to eight bytes of padding, then so many bytes.
    One,
}

/// A packet, its length field included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Frame<'a> {
    Whole(&'a [u8]),
    /// It says it is this long, which is more than [`Frames::LIMIT`].
    TooLong(u32),
}

impl Framing {
    /// Bytes of a packet that says this length, its length field included.
    pub(crate) const fn total(self, length: u32) -> u64 {
        match self {
            Self::Two => 4 + length as u64,
            Self::One => 4 + 8 - (length % 8) as u64 + length as u64,
        }
    }
}

impl Frames {
    /// The longest packet that is read. RFC 4253 §6.1 asks for 35 000 bytes.
    pub(crate) const LIMIT: u32 = 1 << 18;

    /// Bytes of memory in the buffer for packets that a border cuts.
    pub(crate) const fn held(&self) -> usize {
        self.carry.capacity()
    }

    /// What came of a packet whose end did not, or of one that was too long: its length.
    pub(crate) fn begun(&self) -> &[u8] {
        &self.carry
    }

    /// How much of a packet waits for its end.
    pub(crate) const fn waiting(&self) -> usize {
        if self.handed_out { 0 } else { self.carry.len() }
    }

    /// The next whole packet that ends in `input`, which is moved on behind it.
    pub(crate) fn next<'s, 'a: 's>(&'s mut self, input: &mut &'a [u8], framing: Framing) -> Option<Frame<'s>> {
        if core::mem::take(&mut self.handed_out) {
            self.carry.clear();
        }
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(input.len());
        self.skip -= skipped as u64;
        *input = input.get(skipped..).unwrap_or_default();
        if self.carry.is_empty()
            && let Some(total) = known(input, framing)
            && let Some((frame, rest)) = input.split_at_checked(total)
        {
            *input = rest;
            return Some(Frame::Whole(frame));
        }
        self.gather(input, framing)
    }

    /// Where in a packet of SSH2 that begins with what waits, and these bytes, words stand: behind its length, where that
    /// leaves no room for a kind of packet, or where two letters are no padding and kind of packet that comes first; or in
    /// place of an offer's first list, for which there is no room or whose length is text.
    pub(crate) fn words(&self, input: &[u8]) -> Option<usize> {
        let waits = self.carry.get(..self.waiting()).filter(|_| self.skip == 0)?;
        let (packet, len) = Records::head::<{ OFFER + 4 }>(waits, input);
        match packet {
            // Such a length tells by itself.
            [a, b, c, d, ..] if len < 4 || u32::from_be_bytes([a, b, c, d]) > Self::LIMIT => None,
            [0, 0, 0, 0 | 1, ..] => Some(4),
            _ if len < 6 => None,
            [_, _, _, _, padding, kind, ..] if padding.is_ascii_alphabetic() && kind.is_ascii_alphabetic() => Some(4),
            [0, 0, 0, ..22, _, KexInit::NUMBER, ..] => Some(6),
            [_, _, _, _, _, KexInit::NUMBER, .., a, b, c, d] if len == packet.len() => {
                [a, b, c, d].iter().all(is_text).then_some(6)
            }
            _ => None,
        }
    }

    /// Is what waits a part of an offer: as far as its lists came, do names stand in them? Words have blanks or ends of lines.
    pub(crate) fn is_offer(&self) -> bool {
        let waits = self.carry.get(..self.waiting()).unwrap_or_default();
        let Some(([.., KexInit::NUMBER], rest)) = waits.split_first_chunk::<6>() else { return false };
        let mut lists = rest.get(OFFER - 6..).unwrap_or_default();
        for _ in 0..LISTS {
            let Some((len, rest)) = lists.split_first_chunk::<4>() else { return true };
            let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
            if !rest.get(..len).unwrap_or(rest).iter().all(u8::is_ascii_graphic) {
                return false;
            }
            let Some(more) = rest.get(len..) else { return true };
            lists = more;
        }
        lists.len() <= LAST
    }

    /// So many bytes were lost. Says whether the next packet's beginning is still known: where the loss lies within one.
    pub(crate) fn gap(&mut self, lost: u64, framing: Framing) -> bool {
        if core::mem::take(&mut self.handed_out) {
            self.carry.clear();
        }
        let left = match self.carry.first_chunk() {
            Some(&head) => framing.total(u32::from_be_bytes(head)).saturating_sub(self.carry.len() as u64),
            None if self.carry.is_empty() => self.skip,
            None => 0,
        };
        self.carry.clear();
        self.skip = left.saturating_sub(lost);
        left > 0 && lost <= left
    }

    fn gather<'s>(&'s mut self, input: &mut &[u8], framing: Framing) -> Option<Frame<'s>> {
        self.take_up_to(4, input);
        let length = u32::from_be_bytes(*self.carry.first_chunk()?);
        let Some(total) = usize::try_from(framing.total(length)).ok().filter(|_| length <= Self::LIMIT) else {
            self.handed_out = true;
            return Some(Frame::TooLong(length));
        };
        self.take_up_to(total, input);
        if self.carry.len() < total {
            return None;
        }
        self.handed_out = true;
        Some(Frame::Whole(&self.carry))
    }

    fn take_up_to(&mut self, len: usize, input: &mut &[u8]) {
        let missing = len.saturating_sub(self.carry.len()).min(input.len());
        if let Some((head, rest)) = input.split_at_checked(missing) {
            self.carry.extend_from_slice(head);
            *input = rest;
        }
    }
}

// The length of the packet `input` begins with, where it can be told and is within the limit.
fn known(input: &[u8], framing: Framing) -> Option<usize> {
    let length = u32::from_be_bytes(*input.first_chunk()?);
    usize::try_from(framing.total(length)).ok().filter(|_| length <= Frames::LIMIT)
}

// What stands before the length of an offer's first list: length, padding, kind, and a cookie (RFC 4253 section 7.1).
const OFFER: usize = 4 + 1 + 1 + 16;
const LISTS: usize = 10;
// What stands behind the lists at the most, padding and all.
const LAST: usize = 1 + 4 + 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_within_a_packet_leaves_the_next_one_readable() {
        let mut frames = Frames::default();
        let mut input = &b"\0\0\0\x08ab"[..];
        assert_eq!(frames.next(&mut input, Framing::Two), None);
        assert!(frames.gap(4, Framing::Two));
        let mut input = &b"yz\0\0\0\x01!"[..];
        assert_eq!(frames.next(&mut input, Framing::Two), Some(Frame::Whole(b"\0\0\0\x01!")));
        assert!(!frames.gap(1, Framing::Two));
    }

    #[test]
    fn a_length_that_cannot_be_is_told_and_nothing_is_held_for_it() {
        let mut frames = Frames::default();
        for length in [u32::MAX, u32::MAX >> 1, Frames::LIMIT + 1] {
            let bytes = length.to_be_bytes();
            assert_eq!(frames.next(&mut &bytes[..], Framing::Two), Some(Frame::TooLong(length)));
        }
        assert!(frames.carry.capacity() < 64);
    }
}
