//! Addresses and endpoints.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// An IP address in sixteen bytes; IPv4 as `::ffff:a.b.c.d`, so that both compare and hash alike and fast.
#[derive(Clone, Copy, Default)]
pub struct Address([u8; 16]);

impl Address {
    /// `0.0.0.0` (as an IPv4 address).
    pub const UNSPECIFIED_V4: Self = Self::v4([0; 4]);

    /// The IPv4 address with these four bytes in network order.
    #[must_use]
    #[inline]
    pub const fn v4(bytes: [u8; 4]) -> Self {
        // As one number: sixteen bytes put down one by one cost more than all the rest of a header.
        Self((0xffff_u128 << 32 | u32::from_be_bytes(bytes) as u128).to_be_bytes())
    }

    /// The IPv6 address with these sixteen bytes in network order.
    #[must_use]
    #[inline]
    pub const fn v6(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes, IPv4 mapped.
    #[must_use]
    #[inline]
    pub const fn octets(self) -> [u8; 16] {
        self.0
    }

    /// The four bytes of an IPv4 address.
    #[must_use]
    #[inline]
    pub const fn as_v4(self) -> Option<[u8; 4]> {
        let [.., a, b, c, d] = self.0;
        if self.is_v4() { Some([a, b, c, d]) } else { None }
    }

    /// Is this IPv4?
    #[must_use]
    #[inline]
    pub const fn is_v4(self) -> bool {
        u128::from_be_bytes(self.0) >> 32 == 0xffff
    }

    /// The address as the standard library has it.
    #[must_use]
    pub fn to_ip(self) -> IpAddr {
        match self.as_v4() {
            Some(octets) => IpAddr::V4(Ipv4Addr::from(octets)),
            None => IpAddr::V6(Ipv6Addr::from(self.0)),
        }
    }
}

// As numbers, here and below: sixteen bytes are compared by a call of their own otherwise.
impl PartialEq for Address {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        u128::from_ne_bytes(self.0) == u128::from_ne_bytes(other.0)
    }
}

impl Eq for Address {}

impl PartialOrd for Address {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
    }
}

// As one number: the derived one hashes sixteen bytes and their count.
impl Hash for Address {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_ne_bytes(self.0));
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(v4) => Self::v4(v4.octets()),
            IpAddr::V6(v6) => Self::v6(v6.octets()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_ip().fmt(f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An address and a port. ICMP puts its type or its code where the port is, as Zeek does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Endpoint {
    /// Who.
    pub address: Address,
    /// Which port of his.
    pub port: u16,
}

impl Endpoint {
    /// `address` and `port` as an endpoint.
    #[must_use]
    #[inline]
    pub const fn new(address: Address, port: u16) -> Self {
        Self { address, port }
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(socket: SocketAddr) -> Self {
        Self::new(socket.ip().into(), socket.port())
    }
}

/// `10.0.0.1:6667`, `[2001:db8::1]:6667`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::new(self.address.to_ip(), self.port).fmt(f)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
