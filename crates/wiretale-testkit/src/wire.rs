//! A wire on which hosts talk, and what a capture at the home network's border records of it.

use std::time::Duration;

use wiretale_packet::{Endpoint, Frame, LinkType, Timestamp};

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

/// Frames as a capture records them.
#[derive(Clone, Debug)]
pub struct Wire {
    frames: Vec<(Timestamp, Vec<u8>)>,
    pub(crate) weather: Weather,
    pub(crate) random: Random,
}

impl Wire {
    /// An empty wire. The same seed gives the same frames.
    #[must_use]
    pub fn new(weather: Weather, seed: u64) -> Self {
        Self { frames: Vec::new(), weather, random: Random::new(seed) }
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
        self.push(at, udp_frame(src, dst, payload));
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
