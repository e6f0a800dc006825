//! The Internet checksum (RFC 1071).

use crate::view::View;
use crate::{Checksum, Ip};

/// A one's complement sum of 16-bit words, in the byte order of this machine until it is compared.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    /// The sum with `bytes` added; an odd last byte counts as if a zero followed it.
    #[inline]
    pub(crate) fn add(self, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<4>();
        // A u64 holds the sum of 2^32 words of 32 bits; folding them later gives the same as 16-bit additions.
        let sum = words.iter().fold(self.0, |sum, word| sum.wrapping_add(u64::from(u32::from_ne_bytes(*word))));
        let mut last = [0; 4];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        Self(sum.wrapping_add(u64::from(u32::from_ne_bytes(last))))
    }

    /// Is a message with this sum, its checksum field included, intact? 0x0000 and 0xffff are both zero.
    #[inline]
    pub(crate) fn is_intact(self) -> bool {
        let folded = (self.0 & 0xffff_ffff).wrapping_add(self.0 >> 32);
        let folded = (folded & 0xffff).wrapping_add(folded >> 16);
        let folded = (folded & 0xffff).wrapping_add(folded >> 16);
        let folded = (folded & 0xffff).wrapping_add(folded >> 16);
        folded == 0xffff || folded == 0
    }

    #[inline]
    pub(crate) fn verdict(self) -> Checksum {
        if self.is_intact() { Checksum::Good } else { Checksum::Bad }
    }
}

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
        .add(&message.wire.to_be_bytes())
        .add(&[0, 0, 0, protocol]);
    pseudo.add(message.bytes).verdict()
}

/// The checksum of a message without a pseudo header (ICMP, RFC 792).
pub(crate) fn plain(message: View<'_>) -> Checksum {
    if message.missing() > 0 {
        return Checksum::Unknown;
    }
    Sum::default().add(message.bytes).verdict()
}
