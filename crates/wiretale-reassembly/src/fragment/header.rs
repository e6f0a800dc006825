//! A plain IP header in front of what fragments carried.

use alloc::vec::Vec;

use wiretale_packet::Ip;

/// The longest header written here.
pub(super) const MAX: usize = 40;

/// Writes a header without options for a payload of `len` bytes; `None` where it does not fit the length field.
pub(super) fn write(packet: &mut Vec<u8>, ip: &Ip, len: u64, v6: bool) -> Option<()> {
    if v6 { write_v6(packet, ip, len) } else { write_v4(packet, ip, len) }
}

/// RFC 791 section 3.1.
fn write_v4(packet: &mut Vec<u8>, ip: &Ip, len: u64) -> Option<()> {
    let total = u16::try_from(len.checked_add(20)?).ok()?.to_be_bytes();
    let (src, dst) = (ip.src.as_v4()?, ip.dst.as_v4()?);
    let mut words = [[0x45, 0], total, [0; 2], [0; 2], [ip.ttl, ip.protocol], [0; 2], [0; 2], [0; 2], [0; 2], [0; 2]];
    let addresses = [[src[0], src[1]], [src[2], src[3]], [dst[0], dst[1]], [dst[2], dst[3]]];
    words.iter_mut().skip(6).zip(addresses).for_each(|(word, address)| *word = address);
    let sum = checksum(words);
    words.iter_mut().skip(5).take(1).for_each(|word| *word = sum.to_be_bytes());
    packet.extend(words.as_flattened());
    Some(())
}

/// RFC 8200 section 3.
fn write_v6(packet: &mut Vec<u8>, ip: &Ip, len: u64) -> Option<()> {
    let len = u16::try_from(len).ok()?.to_be_bytes();
    packet.extend([0x60, 0, 0, 0, len[0], len[1], ip.protocol, ip.ttl]);
    packet.extend(ip.src.octets());
    packet.extend(ip.dst.octets());
    Some(())
}

/// The Internet checksum (RFC 1071) of a header.
fn checksum(words: [[u8; 2]; 10]) -> u16 {
    let sum = words.iter().fold(0u32, |sum, word| sum + u32::from(u16::from_be_bytes(*word)));
    let folded = (sum & 0xffff) + (sum >> 16);
    !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use wiretale_packet::Address;

    use super::*;

    /// The sum of the second pair carries once more when its carries are added.
    #[test]
    fn an_ipv4_header_sums_to_nothing() {
        for (src, dst) in [([10, 20, 0, 1], [198, 51, 100, 255]), ([255; 4], [118, 21, 0, 0]), ([255; 4], [255; 4])] {
            let (src, dst) = (Address::v4(src), Address::v4(dst));
            let ip = Ip { src, dst, protocol: 6, ttl: 64, total_len: 0, header_len: 20, header_ok: true };
            let mut packet = Vec::new();
            write(&mut packet, &ip, 1234, false).unwrap();
            let sum: u32 = packet.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1])).sum();
            assert_eq!(sum % 0xffff, 0, "{ip:?}");
            assert_eq!(&packet[2..4], &1254u16.to_be_bytes());
            assert_eq!(write(&mut packet, &ip, 65_516, false), None);
        }
    }
}
