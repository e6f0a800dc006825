//! Community ID, version 1: one name for a flow that many tools agree on.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use wiretale_packet::{Endpoint, Transport};
use wiretale_protocol::Flow;

use crate::key::counterpart;

/// The Community ID of a flow: `1:` and the base64 of a SHA-1 over seed, addresses, protocol and ports
/// (github.com/corelight/community-id-spec, version 1).
#[must_use]
pub fn community_id(flow: &Flow, ip_protocol: u8, seed: u16) -> CommunityId {
    let (low, high) = ordered(flow, ip_protocol);
    let mut sha = Sha1::new();
    sha.update(seed.to_be_bytes());
    for end in [low, high] {
        match end.address.as_v4() {
            Some(octets) => sha.update(octets),
            None => sha.update(end.address.octets()),
        }
    }
    sha.update([ip_protocol, 0]);
    if matches!(flow.transport, Transport::Tcp | Transport::Udp | Transport::Icmp) {
        sha.update(low.port.to_be_bytes());
        sha.update(high.port.to_be_bytes());
    }
    let mut id = CommunityId(*b"1:============================");
    let [_, _, text @ ..] = &mut id.0;
    // Twenty bytes are 28 in base64: they fit.
    let _ = STANDARD.encode_slice(sha.finalize(), text);
    id
}

/// A flow's name for many tools: `1:` and 28 characters of base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommunityId([u8; 30]);

impl CommunityId {
    /// As ASCII.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 30] {
        &self.0
    }
}

impl fmt::Display for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&byte| fmt::Write::write_char(f, char::from(byte)))
    }
}

impl fmt::Debug for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The endpoints, the lower one first. An ICMP message without an answer stays as it went.
fn ordered(flow: &Flow, ip_protocol: u8) -> (Endpoint, Endpoint) {
    let (client, server) = (flow.client, flow.server);
    let kind = u8::try_from(client.port).unwrap_or(u8::MAX);
    let one_way = flow.transport == Transport::Icmp && counterpart(kind, ip_protocol == 58).is_none();
    if one_way || client <= server { (client, server) } else { (server, client) }
}

#[cfg(test)]
mod tests {
    use wiretale_packet::{Address, Timestamp};
    use wiretale_protocol::FlowId;

    use super::*;

    fn flow(transport: Transport, client: ([u8; 4], u16), server: ([u8; 4], u16)) -> Flow {
        let end = |(address, port)| Endpoint::new(Address::v4(address), port);
        let (client, server) = (end(client), end(server));
        let opened = Timestamp::default();
        Flow { id: FlowId(1), client, server, transport, opened, midstream: false, tunneled: false }
    }

    #[test]
    fn the_examples_of_the_specification_hold() {
        let tcp = flow(Transport::Tcp, ([128, 232, 110, 120], 34855), ([66, 35, 250, 204], 80));
        assert_eq!(community_id(&tcp, 6, 0).to_string(), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(community_id(&tcp, 6, 1).to_string(), "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
        let udp = flow(Transport::Udp, ([192, 168, 1, 52], 54585), ([8, 8, 8, 8], 53));
        assert_eq!(community_id(&udp, 17, 0).to_string(), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        let ping = flow(Transport::Icmp, ([192, 168, 0, 89], 8), ([192, 168, 0, 1], 0));
        assert_eq!(community_id(&ping, 1, 0).to_string(), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    }

    #[test]
    fn both_directions_have_the_same_name() {
        let there = flow(Transport::Tcp, ([10, 0, 0, 1], 5000), ([10, 0, 0, 2], 80));
        let back = flow(Transport::Tcp, ([10, 0, 0, 2], 80), ([10, 0, 0, 1], 5000));
        assert_eq!(community_id(&there, 6, 0), community_id(&back, 6, 0));
    }
}
