//! The Internet checksum (RFC 1071).

use crate::view::View;
use crate::{Checksum, Ip};

/// A one's complement sum of 16-bit words, in the byte order of this machine until it is compared.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum(u128);

impl Sum {
    /// The sum with `bytes` added; an odd last byte counts as if a zero followed it.
    #[inline]
    pub(crate) fn add(self, bytes: &[u8]) -> Self {
        // Words of any even length may be added, as 2^16 is 1 here: folding them later gives the same as adding by
        // sixteen bits. The longest take the fewest steps.
        let (blocks, rest) = bytes.as_chunks::<64>();
        let (words, rest) = rest.as_chunks::<8>();
        self.add_blocks(blocks).add_words(words).add_last(rest)
    }

    /// The same for the bytes from `from` on, an even place; those before them are there to be read along.
    ///
    /// How long a message is cannot be foreseen, and a branch guessed wrong costs as much as a hundred bytes: there is one,
    /// for how many blocks there are. What is left behind them is read with what stands before it, and that taken away.
    #[inline]
    pub(crate) fn add_from(self, from: usize, bytes: &[u8]) -> Self {
        let message = bytes.get(from..).unwrap_or_default();
        let (blocks, rest) = message.as_chunks::<BLOCK>();
        let kept = KEPT.get(rest.len()..).and_then(<[u8]>::first_chunk::<BLOCK>);
        let (Some(end), Some(kept)) = (bytes.last_chunk::<BLOCK>(), kept) else { return self.add(message) };
        // Word by word: byte by byte, the compiler makes it four times the code.
        let words = end.as_chunks().0.iter().zip(kept.as_chunks().0);
        let words = words.map(|(word, kept)| u64::from_ne_bytes(*word) & u64::from_ne_bytes(*kept));
        let rest = words.fold(0_u128, |sum, word| sum.wrapping_add(word.into()));
        // Read from the end, bytes of an odd message stand in the other halves of their words.
        self.add_blocks(blocks).with(Self(rest << (8 * (message.len() % 2))))
    }

    #[inline]
    fn add_blocks<const N: usize>(self, blocks: &[[u8; N]]) -> Self {
        blocks.iter().fold(self, |sum, block| sum.add_words(block.as_chunks().0))
    }

    #[inline]
    fn add_words(self, words: &[[u8; 8]]) -> Self {
        Self(words.iter().fold(self.0, |sum, word| sum.wrapping_add(u64::from_ne_bytes(*word).into())))
    }

    /// The same for less than eight bytes.
    #[inline]
    fn add_last(self, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<4>();
        let (halves, rest) = rest.as_chunks::<2>();
        let word = words.first().map_or(0, |word| u32::from_ne_bytes(*word));
        let half = halves.first().map_or(0, |half| u16::from_ne_bytes(*half));
        let byte = rest.first().map_or(0, |byte| u16::from_ne_bytes([*byte, 0]));
        let sum = u64::from(word).wrapping_add(half.into()).wrapping_add(byte.into());
        Self(self.0.wrapping_add(sum.into()))
    }

    /// The sum with four bytes added.
    #[inline]
    pub(crate) fn add_word(self, word: [u8; 4]) -> Self {
        Self(self.0.wrapping_add(u32::from_ne_bytes(word).into()))
    }

    /// The sum of both.
    #[inline]
    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// Is a message with this sum, its checksum field included, intact? 0x0000 and 0xffff are both zero.
    #[inline]
    pub(crate) fn is_intact(self) -> bool {
        // 2^16 is 1 here, and so are 2^32 and 2^64.
        let folded = (self.0 & 0xffff_ffff).wrapping_add(self.0 >> 32 & 0xffff_ffff).wrapping_add(self.0 >> 64);
        u64::try_from(folded).is_ok_and(|sum| sum.is_multiple_of(0xffff))
    }

    #[inline]
    pub(crate) fn verdict(self) -> Checksum {
        if self.is_intact() { Checksum::Good } else { Checksum::Bad }
    }
}

/// Bytes added in one step.
const BLOCK: usize = 32;

/// From byte `n` on, a block of which the last `n` bytes are kept.
const KEPT: &[u8] = [[0; BLOCK], [0xff; BLOCK]].as_flattened();

/// The checksum of a TCP, UDP or ICMPv6 message behind the pseudo header of `ip` (RFC 9293 section 3.1, RFC 8200
/// section 8.1). An IPv4 address in its mapped form adds 0xffff, which is nothing.
#[inline]
pub(crate) fn with_pseudo_header(ip: &Ip, protocol: u8, message: View<'_>) -> Checksum {
    if message.missing() > 0 {
        return Checksum::Unknown;
    }
    let pseudo = Sum::default()
        .add(&ip.src.octets())
        .add(&ip.dst.octets())
        .add_word(message.wire.to_be_bytes())
        .add_word([0, 0, 0, protocol]);
    pseudo.add(message.bytes).verdict()
}

/// The checksum of a message without a pseudo header (ICMP, RFC 792).
pub(crate) fn plain(message: View<'_>) -> Checksum {
    if message.missing() > 0 {
        return Checksum::Unknown;
    }
    Sum::default().add(message.bytes).verdict()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_sum_of_words_of_sixteen_bits(bytes in prop::collection::vec(any::<u8>(), 0..80), filled in any::<bool>()) {
            let bytes = if filled { std::vec![0xff; bytes.len()] } else { bytes };
            let words = bytes.chunks(2).map(|word| u32::from(word[0]) << 8 | word.get(1).map_or(0, |byte| u32::from(*byte)));
            let sum = words.fold(0, |sum, word| (sum + word) % 0xffff);
            let [high, low] = (0xffff - sum as u16).to_be_bytes();
            prop_assert_eq!(Sum::default().add(&bytes).is_intact(), sum == 0);
            prop_assert!(Sum::default().add(&bytes).add_word([high, low, 0, 0]).is_intact());
        }

        #[test]
        fn the_last_bytes_add_what_they_add_alone(bytes in prop::collection::vec(any::<u8>(), 0..160), len in 0usize..160) {
            let from = bytes.len().saturating_sub(len);
            let alone = Sum::default().add(&bytes[from..]);
            let rest = |sum: Sum| (sum.0 % 0xffff) as u16;
            prop_assert_eq!(rest(Sum::default().add_from(from, &bytes)), rest(alone));
        }
    }
}
