//! To which flow a packet belongs.

use wiretale_packet::{Address, Body, Endpoint, FlowKey, Packet, Transport};

/// A packet's two endpoints as its flow has them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) src: Endpoint,
    pub(crate) dst: Endpoint,
    pub(crate) transport: Transport,
    /// The other direction, were there one, would be another flow (an ICMP error).
    one_way: bool,
}

impl Ends {
    #[inline]
    pub(crate) fn of(packet: &Packet<'_>) -> Self {
        let (src, dst) = packet.endpoints();
        let transport = packet.transport();
        match packet.body {
            Body::Icmp(icmp) => {
                let answer = counterpart(icmp.kind, icmp.v6);
                let port = answer.unwrap_or(icmp.code);
                let src = Endpoint::new(src.address, u16::from(icmp.kind));
                let dst = Endpoint::new(dst.address, u16::from(port));
                Self { src, dst, transport, one_way: answer.is_none() }
            }
            _ => Self { src, dst, transport, one_way: false },
        }
    }

    /// The key of the flow, and whether the sender is its lower endpoint.
    #[inline]
    pub(crate) fn key(&self) -> (FlowKey, bool) {
        // A port that no message has keeps what goes one way apart from what comes back with the same numbers.
        let port = if self.one_way { self.dst.port | 0x8000 } else { self.dst.port };
        FlowKey::new(self.src, Endpoint::new(self.dst.address, port), self.transport)
    }
}

/// The type of ICMP message that answers this one, where there is such a thing (RFC 792, 950, 1256; RFC 4443, 4861,
/// 2710, 4620, 6275).
pub(crate) const fn counterpart(kind: u8, v6: bool) -> Option<u8> {
    Some(match (v6, kind) {
        (false, 8) => 0,
        (false, 0) => 8,
        (false, 13) => 14,
        (false, 14) => 13,
        (false, 15) => 16,
        (false, 16) => 15,
        (false, 10) => 9,
        (false, 9) => 10,
        (false, 17) => 18,
        (false, 18) => 17,
        (true, 128) => 129,
        (true, 129) => 128,
        (true, 133) => 134,
        (true, 134) => 133,
        (true, 135) => 136,
        (true, 136) => 135,
        (true, 130) => 131,
        (true, 131) => 130,
        (true, 139) => 140,
        (true, 140) => 139,
        (true, 144) => 145,
        (true, 145) => 144,
        _ => return None,
    })
}

/// Is this the address that reaches everybody on the link?
pub(crate) fn is_broadcast(address: Address) -> bool {
    address.as_v4() == Some([255; 4])
}
