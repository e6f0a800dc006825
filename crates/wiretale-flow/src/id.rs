//! The numbers of flows.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;
use wiretale_packet::{FlowKey, Timestamp, Transport};
use wiretale_protocol::FlowId;

/// The number of the flow of `key` that began at `opened`; `ordinal` tells flows apart that agree in both.
///
/// It depends on nothing else: not on the table's seed, nor on what else was captured.
pub(crate) fn flow_id(key: &FlowKey, opened: Timestamp, ordinal: u32) -> FlowId {
    let transport: u16 = match key.transport() {
        Transport::Icmp => 1,
        Transport::Tcp => 6,
        Transport::Udp => 17,
        Transport::Other(protocol) => 256 + u16::from(protocol),
    };
    // In one piece: each write by itself costs more than what it writes.
    let mut bytes = [0; 50];
    let mut rest = &mut bytes[..];
    put(&mut rest, opened.nanos().to_be_bytes());
    for end in [key.low(), key.high()] {
        put(&mut rest, end.address.octets());
        put(&mut rest, end.port.to_be_bytes());
    }
    put(&mut rest, transport.to_be_bytes());
    put(&mut rest, ordinal.to_be_bytes());
    let mut hasher = SipHasher13::new_with_keys(0x7769_7265_7461_6c65, 0x666c_6f77_2069_6473);
    hasher.write(&bytes);
    FlowId(hasher.finish())
}

/// Puts bytes at the beginning of what is left of a buffer.
#[inline]
fn put<const N: usize>(rest: &mut &mut [u8], bytes: [u8; N]) {
    if let Some((to, behind)) = std::mem::take(rest).split_first_chunk_mut() {
        *to = bytes;
        *rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use wiretale_packet::{Address, Endpoint};

    use super::*;

    #[test]
    fn a_flow_has_the_same_number_in_every_version() {
        let end = |host, port| Endpoint::new(Address::v4([10, 0, 0, host]), port);
        let (key, _) = FlowKey::new(end(1, 5000), end(2, 6667), Transport::Tcp);
        assert_eq!(flow_id(&key, Timestamp::from_parts(1_700_000_000, 5), 0), FlowId(NUMBER));
        assert_ne!(flow_id(&key, Timestamp::from_parts(1_700_000_000, 5), 1), FlowId(NUMBER));
    }

    const NUMBER: u64 = 189_219_230_347_543_699;
}
