//! Who talks to whom.

use core::hint::select_unpredictable;

use crate::Endpoint;

/// What carries a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Transport {
    /// TCP, protocol 6.
    Tcp,
    /// UDP, protocol 17.
    Udp,
    /// ICMP (1) or ICMPv6 (58).
    Icmp,
    /// Anything else, by its IP protocol number.
    Other(u8),
}

/// Who spoke.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// The client (Zeek's originator): the sender of the first SYN, or whom we take for him.
    Client,
    /// The server (Zeek's responder).
    Server,
}

impl Direction {
    /// Both, the client first.
    pub const BOTH: [Self; 2] = [Self::Client, Self::Server];

    /// The other side.
    #[must_use]
    #[inline]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// 0 for the client, 1 for the server: for arrays of two.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        match self {
            Self::Client => 0,
            Self::Server => 1,
        }
    }
}

/// The two endpoints of a flow in canonical order and its transport, so that both directions hash alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FlowKey {
    low: Endpoint,
    high: Endpoint,
    transport: Transport,
}

impl FlowKey {
    /// The key of a packet from `src` to `dst`; true beside it if `src` is the lower endpoint.
    #[must_use]
    #[inline]
    pub fn new(src: Endpoint, dst: Endpoint, transport: Transport) -> (Self, bool) {
        let forward = src <= dst;
        // Nobody can foresee whose turn it is to speak.
        let (low, high) = (select_unpredictable(forward, src, dst), select_unpredictable(forward, dst, src));
        (Self { low, high, transport }, forward)
    }

    /// The lower endpoint.
    #[must_use]
    #[inline]
    pub const fn low(&self) -> Endpoint {
        self.low
    }

    /// The higher endpoint.
    #[must_use]
    #[inline]
    pub const fn high(&self) -> Endpoint {
        self.high
    }

    /// What carries the flow.
    #[must_use]
    #[inline]
    pub const fn transport(&self) -> Transport {
        self.transport
    }
}
