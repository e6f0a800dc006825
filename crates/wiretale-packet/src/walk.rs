//! What is known on the way from a frame to its packets, and what a step of it finds.

use crate::view::View;
use crate::{Address, Body, Checksum, Ip, Layer, LinkType, Packet, Tags, Timestamp, Why};

/// Whether checksums are computed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Checks {
    /// Compute those of IPv4 headers, TCP, UDP and ICMP.
    #[default]
    Verify,
    /// Take all for unknown, and every IPv4 header for right.
    Ignore,
}

/// How many tunnels in one another are followed.
pub const MAX_TUNNELS: u8 = 8;

/// What the headers read so far say of what they carry.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) at: Timestamp,
    pub(crate) checks: Checks,
    pub(crate) link: LinkType,
    pub(crate) tags: Tags,
    pub(crate) depth: u8,
    /// The IP header around what is read now; meaningful at the layers above IP.
    pub(crate) ip: Ip,
    /// Sender and receiver of the last IP header, for a skip.
    pub(crate) parties: Option<(Address, Address)>,
    /// Was a checksum of a carrier wrong? Then what it carries counts as wrong too.
    pub(crate) tainted: bool,
    /// Did a radio say that the 802.11 header is padded to a multiple of four?
    pub(crate) padded: bool,
    /// Was the checksum of a carrier's IPv4 header wrong?
    pub(crate) forged: bool,
    /// Is `ip` a version 6 header?
    pub(crate) v6: bool,
    /// The parts of an aggregated 802.11 frame that are still to be read.
    pub(crate) aggregate: Option<Aggregate<'a>>,
}

/// The parts of an aggregate that are still to be read, and what is known of the frame around them.
#[derive(Clone, Debug)]
pub(crate) struct Aggregate<'a> {
    pub(crate) rest: View<'a>,
    pub(crate) tags: Tags,
    pub(crate) depth: u8,
    pub(crate) ip: Ip,
    pub(crate) parties: Option<(Address, Address)>,
    pub(crate) tainted: bool,
    pub(crate) forged: bool,
}

/// What one step found.
pub(crate) enum Found<'a> {
    /// The next layer, and its bytes.
    Next(Layer, View<'a>),
    /// A packet.
    Packet(Packet<'a>),
    /// A packet, and a tunnel in it.
    Carrier(Packet<'a>, Layer, View<'a>),
    /// Nothing here; look at the next part of the frame.
    Nothing,
}

/// What a step returns; `Why` becomes a [`Skip`] at that layer.
pub(crate) type Step<'a> = Result<Found<'a>, Why>;

impl<'a> Walk<'a> {
    #[inline]
    pub(crate) fn new(at: Timestamp, checks: Checks) -> Self {
        Self {
            at,
            checks,
            link: LinkType::RAW,
            tags: Tags::default(),
            depth: 0,
            ip: Ip::NONE,
            parties: None,
            tainted: false,
            padded: false,
            forged: false,
            v6: false,
            aggregate: None,
        }
    }

    /// Enters a tunnel whose inside begins with `layer`.
    pub(crate) fn enter(&mut self, layer: Layer, view: View<'a>) -> Step<'a> {
        if self.depth >= MAX_TUNNELS {
            return Err(Why::Depth);
        }
        self.depth = self.depth.saturating_add(1);
        self.forged |= !self.ip.header_ok;
        self.tags = Tags::default();
        Ok(Found::Next(layer, view))
    }

    /// The packet of `self.ip` with `body`. A wrong checksum of its carrier is its own.
    #[inline]
    pub(crate) fn packet(&self, body: Body<'a>, checksum: Checksum) -> Packet<'a> {
        let checksum = if self.tainted { Checksum::Bad } else { checksum };
        Packet { at: self.at, ip: self.ip, body, tags: self.tags, depth: self.depth, checksum }
    }
}
