//! The walk from a frame to its packets.

use core::iter::FusedIterator;

use crate::view::View;
use crate::{
    Address, Frame, Ip, Layer, LinkType, Packet, Skip, Tags, Timestamp, Why, fast, ip, link, transport, tunnel,
};

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

/// The packets in `frame`: the outermost first, then those in tunnels inside it, then those of the next part of an
/// aggregated frame. What cannot be read gives a [`Skip`].
///
/// The carrier of IP-in-IP and GRE is not a packet of its own; that of a tunnel in UDP is.
#[must_use]
#[inline]
pub fn dissect(frame: Frame<'_>, checks: Checks) -> Dissect<'_> {
    let view = View::new(frame.data, frame.wire_len);
    let fresh = frame.link == LinkType::ETHERNET;
    Dissect { link: frame.link, fresh, ..Dissect::new(frame.at, Layer::Link, view, checks) }
}

/// The packets in an IP packet that begins with its header in `bytes`, `wire_len` bytes long on the wire, inside `depth`
/// tunnels.
#[must_use]
pub fn dissect_ip(at: Timestamp, bytes: &[u8], wire_len: u32, depth: u8, tags: Tags, checks: Checks) -> Dissect<'_> {
    Dissect { depth, tags, ..Dissect::new(at, Layer::Ip, View::new(bytes, wire_len), checks) }
}

/// The packets in a datagram put together from fragments: `ip` is the header of one of them, `payload` what they
/// carried. Its lengths are set to those of the whole.
#[must_use]
pub fn dissect_datagram(at: Timestamp, ip: Ip, payload: &[u8], depth: u8, tags: Tags, checks: Checks) -> Dissect<'_> {
    let view = View::new(payload, 0);
    let ip = Ip { total_len: u32::from(ip.header_len).saturating_add(view.wire), ..ip };
    let mut dissect = Dissect { depth, tags, ip, ..Dissect::new(at, Layer::Ip, view, checks) };
    dissect.parties = Some((ip.src, ip.dst));
    dissect.carried = true;
    dissect.v6 = !(ip.src.is_v4() && ip.dst.is_v4());
    dissect
}

/// The packets of one frame; see [`dissect`].
///
/// It ends: every step leaves bytes behind or goes from a choice of headers to one of them.
#[derive(Clone, Debug)]
pub struct Dissect<'a> {
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
    /// Is it an Ethernet frame of which nothing was read yet?
    fresh: bool,
    /// Is the view what `ip` carries, and not a header?
    carried: bool,
    /// The layer to be read next; none when the walk is over.
    layer: Option<Layer>,
    view: View<'a>,
    /// The parts of an aggregated 802.11 frame that are still to be read.
    pub(crate) aggregate: Option<link::Aggregate<'a>>,
    origin: usize,
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

impl<'a> Dissect<'a> {
    #[inline]
    fn new(at: Timestamp, layer: Layer, view: View<'a>, checks: Checks) -> Self {
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
            fresh: false,
            forged: false,
            v6: false,
            carried: false,
            layer: Some(layer),
            view,
            aggregate: None,
            origin: view.bytes.as_ptr().addr(),
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

    #[inline]
    fn step(&mut self, layer: Layer, view: View<'a>) -> Step<'a> {
        match layer {
            Layer::Ethernet => link::ethernet(self, view),
            Layer::Ipv4 => ip::v4(self, view),
            Layer::Tcp => transport::tcp(self, view),
            Layer::Ipv6 => ip::v6(self, view),
            Layer::Udp => transport::udp(self, view),
            Layer::Icmp => transport::icmp(self, view),
            Layer::Ip if core::mem::take(&mut self.carried) => ip::carried(self, view),
            Layer::Ip => ip::either(view),
            Layer::Gre | Layer::Vxlan | Layer::Geneve | Layer::Teredo | Layer::Gtp | Layer::Ayiya => {
                tunnel::step(self, layer, view)
            }
            _ => link::step(self, layer, view),
        }
    }

    #[cold]
    fn stopped(&self, layer: Layer, view: View<'_>, why: Why) -> Skip {
        let offset = view.bytes.as_ptr().addr().wrapping_sub(self.origin);
        Skip {
            layer,
            offset: u32::try_from(offset).unwrap_or(0),
            why,
            depth: self.depth,
            src: self.parties.map(|(src, _)| src),
            dst: self.parties.map(|(_, dst)| dst),
        }
    }

    #[inline]
    fn go(&mut self, layer: Layer, view: View<'a>) {
        self.layer = Some(layer);
        self.view = view;
    }
}

impl<'a> Iterator for Dissect<'a> {
    type Item = Result<Packet<'a>, Skip>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.fresh {
            self.fresh = false;
            let mut packet = None;
            fast::ethernet_ip_tcp(self.at, self.view, self.checks, &mut packet);
            if let Some(packet) = packet {
                self.layer = None;
                return Some(Ok(packet));
            }
        }
        self.walk()
    }
}

impl<'a> Dissect<'a> {
    /// The next packet, step by step.
    fn walk(&mut self) -> Option<Result<Packet<'a>, Skip>> {
        loop {
            let view = self.view;
            let Some(layer) = self.layer.take() else {
                let (layer, view) = link::next_part(self)?;
                self.go(layer, view);
                continue;
            };
            match self.step(layer, view) {
                Ok(Found::Next(layer, view)) => self.go(layer, view),
                Ok(Found::Packet(packet)) => return Some(Ok(packet)),
                Ok(Found::Carrier(packet, layer, view)) => {
                    self.go(layer, view);
                    return Some(Ok(packet));
                }
                Ok(Found::Nothing) => {}
                Err(why) => return Some(Err(self.stopped(layer, view, why))),
            }
        }
    }
}

impl FusedIterator for Dissect<'_> {}
