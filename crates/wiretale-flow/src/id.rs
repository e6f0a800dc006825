//! The numbers of flows.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;
use wiretale_packet::{FlowKey, Timestamp, Transport};
use wiretale_protocol::FlowId;

/// The number of the flow of `key` that began at `opened`; `ordinal` tells flows apart that agree in both.
///
/// It depends on nothing else: not on the table's seed, nor on what else was captured.
pub(crate) fn flow_id(key: &FlowKey, opened: Timestamp, ordinal: u32) -> FlowId {
    let mut hasher = SipHasher13::new_with_keys(0x7769_7265_7461_6c65, 0x666c_6f77_2069_6473);
    hasher.write(&opened.nanos().to_be_bytes());
    for end in [key.low(), key.high()] {
        hasher.write(&end.address.octets());
        hasher.write(&end.port.to_be_bytes());
    }
    let transport: u16 = match key.transport() {
        Transport::Icmp => 1,
        Transport::Tcp => 6,
        Transport::Udp => 17,
        Transport::Other(protocol) => 256 + u16::from(protocol),
    };
    hasher.write(&transport.to_be_bytes());
    hasher.write(&ordinal.to_be_bytes());
    FlowId(hasher.finish())
}
