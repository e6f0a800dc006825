//! Ports that speak for a server behind them.

use std::fmt;

/// A set of TCP and UDP ports.
#[derive(Clone, PartialEq, Eq)]
pub struct Ports {
    tcp: Box<[u64; 1024]>,
    udp: Box<[u64; 1024]>,
}

impl Ports {
    /// No port at all.
    #[must_use]
    pub fn none() -> Self {
        Self { tcp: Box::new([0; 1024]), udp: Box::new([0; 1024]) }
    }

    /// These ports.
    #[must_use]
    pub fn new(tcp: &[u16], udp: &[u16]) -> Self {
        let mut ports = Self::none();
        tcp.iter().for_each(|port| set(&mut ports.tcp, *port));
        udp.iter().for_each(|port| set(&mut ports.udp, *port));
        ports
    }

    /// Is this TCP port in it?
    #[must_use]
    pub fn tcp(&self, port: u16) -> bool {
        has(&self.tcp, port)
    }

    /// Is this UDP port in it?
    #[must_use]
    pub fn udp(&self, port: u16) -> bool {
        has(&self.udp, port)
    }
}

/// Those of Zeek's default scripts.
impl Default for Ports {
    fn default() -> Self {
        Self::new(&LIKELY_TCP, &LIKELY_UDP)
    }
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |set: &[u64; 1024]| set.iter().map(|word| word.count_ones()).sum::<u32>();
        write!(f, "Ports({} tcp, {} udp)", count(&self.tcp), count(&self.udp))
    }
}

fn set(ports: &mut [u64; 1024], port: u16) {
    ports[usize::from(port >> 6)] |= 1 << (port & 63);
}

fn has(ports: &[u64; 1024], port: u16) -> bool {
    ports[usize::from(port >> 6)] >> (port & 63) & 1 == 1
}

const LIKELY_TCP: [u16; 46] = [
    21, 22, 25, 53, 80, 81, 88, 110, 135, 139, 143, 389, 443, 445, 502, 563, 585, 587, 614, 631, 636, 989, 990, 992,
    993, 995, 1080, 1434, 1883, 2811, 3128, 3268, 3306, 3389, 5061, 5222, 5223, 5269, 5432, 6379, 6666, 6667, 6668,
    6669, 8000, 8080,
];

const LIKELY_UDP: [u16; 27] = [
    53, 67, 88, 123, 137, 138, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3389, 3544, 3268, 4011, 4789, 5060, 5072,
    5353, 5355, 6081, 20000, 34964, 69,
];
