//! The walk from a frame to its packets.

use core::iter::FusedIterator;

use crate::view::View;
use crate::walk::{Checks, Found, Step, Walk};
use crate::{Frame, Ip, Layer, LinkType, Packet, Skip, Tags, Timestamp, Why, fast, ip, link, transport, tunnel};

/// The packets in `frame`: the outermost first, then those in tunnels inside it, then those of the next part of an
/// aggregated frame. What cannot be read gives a [`Skip`].
///
/// The carrier of IP-in-IP and GRE is not a packet of its own; that of a tunnel in UDP is.
#[must_use]
#[inline]
pub fn dissect(frame: Frame<'_>, checks: Checks) -> Dissect<'_> {
    let view = View::new(frame.data, frame.wire_len);
    let walk = Walk { link: frame.link, ..Walk::new(frame.at, checks) };
    Dissect { fresh: frame.link == LinkType::ETHERNET, ..Dissect::new(walk, Layer::Link, view) }
}

/// The packets in an IP packet that begins with its header in `bytes`, `wire_len` bytes long on the wire, inside `depth`
/// tunnels.
#[must_use]
pub fn dissect_ip(at: Timestamp, bytes: &[u8], wire_len: u32, depth: u8, tags: Tags, checks: Checks) -> Dissect<'_> {
    let walk = Walk { depth, tags, ..Walk::new(at, checks) };
    Dissect::new(walk, Layer::Ip, View::new(bytes, wire_len))
}

/// The packets in a datagram put together from fragments: `ip` is the header of one of them, `payload` what they
/// carried. Its lengths are set to those of the whole.
#[must_use]
pub fn dissect_datagram(at: Timestamp, ip: Ip, payload: &[u8], depth: u8, tags: Tags, checks: Checks) -> Dissect<'_> {
    let view = View::new(payload, 0);
    let ip = Ip { total_len: u32::from(ip.header_len).saturating_add(view.wire), ..ip };
    let v6 = !(ip.src.is_v4() && ip.dst.is_v4());
    let walk = Walk { depth, tags, ip, v6, parties: Some((ip.src, ip.dst)), ..Walk::new(at, checks) };
    Dissect { carried: true, ..Dissect::new(walk, Layer::Ip, view) }
}

/// The packets of one frame; see [`dissect`].
///
/// It ends: every step leaves bytes behind or goes from a choice of headers to one of them.
#[derive(Clone, Debug)]
pub struct Dissect<'a> {
    walk: Walk<'a>,
    /// Is it an Ethernet frame of which nothing was read yet?
    fresh: bool,
    /// Is the view what `walk.ip` carries, and not a header?
    carried: bool,
    /// The layer to be read next; none when the walk is over.
    layer: Option<Layer>,
    view: View<'a>,
    origin: usize,
}

impl<'a> Dissect<'a> {
    #[inline]
    fn new(walk: Walk<'a>, layer: Layer, view: View<'a>) -> Self {
        let origin = view.bytes.as_ptr().addr();
        Self { walk, fresh: false, carried: false, layer: Some(layer), view, origin }
    }

    #[inline]
    fn step(&mut self, layer: Layer, view: View<'a>) -> Step<'a> {
        let walk = &mut self.walk;
        match layer {
            Layer::Ethernet => link::ethernet(walk, view),
            Layer::Ipv4 => ip::v4(walk, view),
            Layer::Tcp => transport::tcp(walk, view),
            Layer::Ipv6 => ip::v6(walk, view),
            Layer::Udp => transport::udp(walk, view),
            Layer::Icmp => transport::icmp(walk, view),
            Layer::Ip if core::mem::take(&mut self.carried) => ip::carried(walk, view),
            Layer::Ip => ip::either(view),
            Layer::Gre | Layer::Vxlan | Layer::Geneve | Layer::Teredo | Layer::Gtp | Layer::Ayiya => {
                tunnel::step(walk, layer, view)
            }
            _ => link::step(walk, layer, view),
        }
    }

    #[cold]
    fn stopped(&self, layer: Layer, view: View<'_>, why: Why) -> Skip {
        let offset = view.bytes.as_ptr().addr().wrapping_sub(self.origin);
        Skip {
            layer,
            offset: u32::try_from(offset).unwrap_or(0),
            why,
            depth: self.walk.depth,
            src: self.walk.parties.map(|(src, _)| src),
            dst: self.walk.parties.map(|(_, dst)| dst),
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
            fast::ethernet_ip_tcp(self.walk.at, self.view, self.walk.checks, &mut packet);
            if let Some(packet) = packet {
                self.layer = None;
                return Some(Ok(packet));
            }
        }
        self.by_steps()
    }
}

impl<'a> Dissect<'a> {
    /// The next packet, step by step.
    fn by_steps(&mut self) -> Option<Result<Packet<'a>, Skip>> {
        loop {
            let view = self.view;
            let Some(layer) = self.layer.take() else {
                let (layer, view) = link::next_part(&mut self.walk)?;
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
