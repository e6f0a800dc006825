//! A wire on which hosts talk, and what a capture at the home network's border records of it.

use std::net::Ipv4Addr;
use std::time::Duration;

use wiretale_packet::{Address, Endpoint, Frame, LinkType, Timestamp};

use crate::build::udp_frame;
use crate::random::Random;
use crate::talk::Talk;

/// How the network between home and the rest behaves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Weather {
    /// Round-trip time beyond the capture point.
    pub rtt: Duration,
    /// The share of data segments that get lost beyond the capture point and are sent again.
    pub loss: f64,
}

impl Default for Weather {
    fn default() -> Self {
        Self { rtt: Duration::from_millis(20), loss: 0.0 }
    }
}

/// Which of the two Internet protocols hosts speak.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum IpVersion {
    /// IPv4.
    #[default]
    V4,
    /// IPv6. Hosts are named by their IPv4 addresses all the same: [`IpVersion::address`] says what becomes of them.
    V6,
}

impl IpVersion {
    /// The address by which a host that is named by an IPv4 address speaks: `10.20.3.7` has `fd00:a14:300::a14:307`, and
    /// `203.0.113.5` outside has `2001:db8:cb71::cb00:7105`. Hosts of one /24 share a /48.
    #[must_use]
    pub fn address(self, host: Address) -> Address {
        let (Self::V6, Some([a, b, c, d])) = (self, host.as_v4()) else { return host };
        let net = if a == 10 { [0xfd, 0, a, b, c, 0] } else { [0x20, 0x01, 0x0d, 0xb8, a, c] };
        let mut whole = [0; 16];
        whole[..6].copy_from_slice(&net);
        whole[12..].copy_from_slice(&[a, b, c, d]);
        Address::v6(whole)
    }

    /// A text in which addresses stand as such a host's would: `http://[2001:db8:cb71::cb00:7105]/` for
    /// `http://203.0.113.5/`.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        let mut written = String::new();
        for word in text.split_inclusive(|sign: char| !sign.is_ascii_digit() && sign != '.') {
            let end = word.trim_end_matches(|sign: char| !sign.is_ascii_digit());
            match end.parse::<Ipv4Addr>().map(|host| self.address(Address::v4(host.octets()))) {
                Ok(host) if host.is_v4() => written += word,
                Ok(host) if written.ends_with('/') || word.ends_with(':') => {
                    written += &format!("[{host}]{}", &word[end.len()..]);
                }
                Ok(host) => written += &format!("{host}{}", &word[end.len()..]),
                Err(_) => written += word,
            }
        }
        written
    }

    /// The end of a connection by such an address.
    #[must_use]
    pub fn end(self, end: Endpoint) -> Endpoint {
        Endpoint::new(self.address(end.address), end.port)
    }
}

/// Frames as a capture records them.
#[derive(Clone, Debug)]
pub struct Wire {
    frames: Vec<(Timestamp, Vec<u8>)>,
    pub(crate) weather: Weather,
    pub(crate) version: IpVersion,
    pub(crate) random: Random,
}

impl Wire {
    /// An empty wire. The same seed gives the same frames.
    #[must_use]
    pub fn new(weather: Weather, seed: u64) -> Self {
        Self { frames: Vec::new(), weather, version: IpVersion::V4, random: Random::new(seed) }
    }

    /// The same wire, on which hosts speak this protocol.
    #[must_use]
    pub fn over(self, version: IpVersion) -> Self {
        Self { version, ..self }
    }

    /// A TCP connection that begins at `at` with a handshake. The client is home if `home` says so.
    pub fn tcp(&mut self, at: Timestamp, client: Endpoint, server: Endpoint) -> Talk<'_> {
        Talk::open(self, at, client, server)
    }

    /// An attempt that is answered with a reset (`refused`) or not at all.
    pub fn attempt(&mut self, at: Timestamp, client: Endpoint, server: Endpoint, refused: bool) {
        Talk::attempt(self, at, client, server, refused);
    }

    /// One UDP datagram.
    pub fn udp(&mut self, at: Timestamp, src: Endpoint, dst: Endpoint, payload: &[u8]) {
        self.push(at, udp_frame(self.version.end(src), self.version.end(dst), payload));
    }

    /// Any frame.
    pub fn push(&mut self, at: Timestamp, frame: Vec<u8>) {
        self.frames.push((at, frame));
    }

    /// All frames in the order of their times.
    #[must_use]
    pub fn into_frames(mut self) -> Vec<(Timestamp, Vec<u8>)> {
        self.frames.sort_by_key(|(at, _)| *at);
        self.frames
    }
}

/// An owned frame, lent as a reader would.
#[must_use]
pub fn lend((at, data): &(Timestamp, Vec<u8>)) -> Frame<'_> {
    Frame { at: *at, link: LinkType::ETHERNET, data, wire_len: data.len() as u32 }
}
