//! IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200).

use crate::checksum::Sum;
use crate::view::View;
use crate::walk::{Found, Step, Walk};
use crate::{Address, Body, Checks, Checksum, Fragment, Ip, Layer, Why};

/// IPv4 or IPv6, by the first nibble.
#[inline]
pub(crate) fn either(view: View<'_>) -> Step<'_> {
    let (&[first], _) = view.head()?;
    match first >> 4 {
        4 => Ok(Found::Next(Layer::Ipv4, view)),
        6 => Ok(Found::Next(Layer::Ipv6, view)),
        _ => Err(Why::Version),
    }
}

#[inline]
pub(crate) fn v4<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (head, _) = view.head::<20>()?;
    let &[first, _, l0, l1, i0, i1, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = head;
    let (src, dst) = (Address::v4([s0, s1, s2, s3]), Address::v4([d0, d1, d2, d3]));
    if first >> 4 != 4 {
        return Err(Why::Version);
    }
    walk.parties = Some((src, dst));
    let header_len = u32::from(first & 15).saturating_mul(4);
    // Segmentation offload leaves zero here; then the packet ends with the frame.
    let total_len = match u32::from(u16::from_be_bytes([l0, l1])) {
        0 => view.wire,
        n => n,
    };
    if header_len < 20 || header_len > total_len {
        return Err(Why::HeaderLength);
    }
    if total_len > view.wire {
        return Err(Why::TotalLength);
    }
    walk.v6 = false;
    let packet = view.limit(total_len);
    let payload = packet.skip(header_len).map_err(|_| Why::Field)?;
    walk.ip = Ip {
        src,
        dst,
        protocol,
        ttl,
        total_len,
        header_len: u16::from(first & 15).saturating_mul(4),
        header_ok: header_ok(walk, packet, header_len),
    };
    let bits = u16::from_be_bytes([f0, f1]);
    if bits & 0x3fff != 0 {
        let id = u32::from(u16::from_be_bytes([i0, i1]));
        return Ok(fragment(walk, id, u32::from(bits & 0x1fff).saturating_mul(8), bits & 0x2000 != 0, payload));
    }
    carried(walk, payload)
}

#[inline]
fn header_ok(walk: &Walk<'_>, packet: View<'_>, header_len: u32) -> bool {
    !walk.forged && (walk.checks == Checks::Ignore || Sum::default().add(packet.limit(header_len).bytes).is_intact())
}

pub(crate) fn v6<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (head, rest) = view.head::<40>()?;
    let &[first, _, _, _, l0, l1, next, ttl, ref addresses @ ..] = head;
    if first >> 4 != 6 {
        return Err(Why::Version);
    }
    let Some((src, dst)) = pair(addresses) else { return Err(Why::Mapped) };
    walk.parties = Some((src, dst));
    let payload_len = match u32::from(u16::from_be_bytes([l0, l1])) {
        // A jumbogram (RFC 2675) or segmentation offload; no more than the padding of a short Ethernet frame is neither.
        0 if next != NO_NEXT && rest.wire > PADDING => rest.wire,
        n => n,
    };
    if payload_len > rest.wire {
        return Err(Why::TotalLength);
    }
    walk.v6 = true;
    walk.ip = Ip {
        src,
        dst,
        protocol: next,
        ttl,
        total_len: payload_len.saturating_add(40),
        header_len: 40,
        header_ok: !walk.forged,
    };
    carried(walk, rest.limit(payload_len))
}

/// What `walk.ip` carries: extension headers first, where there are any.
#[inline]
pub(crate) fn carried<'a>(walk: &mut Walk<'a>, payload: View<'a>) -> Step<'a> {
    match walk.ip.protocol {
        TCP => Ok(Found::Next(Layer::Tcp, payload)),
        UDP => Ok(Found::Next(Layer::Udp, payload)),
        _ => extended(walk, payload),
    }
}

fn extended<'a>(walk: &mut Walk<'a>, payload: View<'a>) -> Step<'a> {
    let mut view = payload;
    for _ in 0..MAX_EXTENSIONS {
        let v6 = walk.v6;
        match walk.ip.protocol {
            HOP_BY_HOP | DESTINATION if v6 => view = extension(walk, view)?,
            ROUTING if v6 => {
                route(walk, view)?;
                view = extension(walk, view)?;
            }
            FRAGMENT if v6 => match fragment_header(walk, view)? {
                Ok(inside) => view = inside,
                Err(fragment) => return Ok(fragment),
            },
            AUTHENTICATION => {
                let (&[next, len], _) = view.head().map_err(|_| Why::Field)?;
                view = past(walk, view, next, u16::from(len).saturating_add(2).saturating_mul(4))?;
            }
            TCP => return Ok(Found::Next(Layer::Tcp, view)),
            UDP => return Ok(Found::Next(Layer::Udp, view)),
            ICMP if !v6 => return Ok(Found::Next(Layer::Icmp, view)),
            ICMPV6 if v6 => return Ok(Found::Next(Layer::Icmp, view)),
            IPV4_IN_IP => return walk.enter(Layer::Ipv4, view),
            IPV6_IN_IP => return walk.enter(Layer::Ipv6, view),
            MPLS_IN_IP => return walk.enter(Layer::Mpls, view),
            ETHER_IN_IP => {
                let (_, inside) = view.head::<2>()?;
                return walk.enter(Layer::Ethernet, inside);
            }
            GRE => return Ok(Found::Next(Layer::Gre, view)),
            _ => return Ok(other(walk, view)),
        }
    }
    Err(Why::Extensions)
}

/// Past an extension header whose length counts eights of bytes after the first eight.
fn extension<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Result<View<'a>, Why> {
    let (&[next, len], _) = view.head().map_err(|_| Why::Field)?;
    past(walk, view, next, u16::from(len).saturating_add(1).saturating_mul(8))
}

fn past<'a>(walk: &mut Walk<'a>, view: View<'a>, next: u8, len: u16) -> Result<View<'a>, Why> {
    walk.ip.protocol = next;
    walk.ip.header_len = walk.ip.header_len.saturating_add(len);
    view.skip(u32::from(len)).map_err(|_| Why::Field)
}

/// A routing header with segments left: the last address is the destination that checksums are made with (RFC 8200
/// section 8.1; in a segment list, RFC 8754 section 2, it stands first).
fn route(walk: &mut Walk<'_>, view: View<'_>) -> Result<(), Why> {
    let (&[_, len, kind, left], _) = view.head().map_err(|_| Why::Field)?;
    let last = match kind {
        _ if left == 0 || len < 2 => return Ok(()),
        4 => 8,
        0 | 2 => u32::from(len / 2).saturating_mul(16).saturating_sub(8),
        _ => return Ok(()),
    };
    let (address, _) = view.skip(last).and_then(View::head::<16>).map_err(|_| Why::Field)?;
    let address = Address::v6(*address);
    if address.is_v4() {
        return Err(Why::Mapped);
    }
    walk.ip.dst = address;
    walk.parties = Some((walk.ip.src, walk.ip.dst));
    Ok(())
}

/// A fragment header: what is inside of an atomic one (RFC 6946), otherwise the fragment.
fn fragment_header<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Result<Result<View<'a>, Found<'a>>, Why> {
    let (&[next, _, o0, o1, i0, i1, i2, i3], _) = view.head().map_err(|_| Why::Field)?;
    let inside = past(walk, view, next, 8)?;
    let bits = u16::from_be_bytes([o0, o1]);
    if bits & 0xfff9 == 0 {
        return Ok(Ok(inside));
    }
    let id = u32::from_be_bytes([i0, i1, i2, i3]);
    Ok(Err(fragment(walk, id, u32::from(bits & 0xfff8), bits & 1 != 0, inside)))
}

#[cold]
fn fragment<'a>(walk: &Walk<'a>, id: u32, offset: u32, more: bool, payload: View<'a>) -> Found<'a> {
    let fragment = Fragment { id, offset, more, payload: payload.bytes, missing: payload.missing() };
    Found::Packet(walk.packet(Body::Fragment(fragment), Checksum::Unknown))
}

fn other<'a>(walk: &Walk<'a>, payload: View<'a>) -> Found<'a> {
    let body = Body::Other { payload: payload.bytes, missing: payload.missing() };
    Found::Packet(walk.packet(body, Checksum::Unknown))
}

/// The two addresses of an IPv6 header. None if one of them is IPv4-mapped: no host takes such a packet, as these never
/// stand on a wire (RFC 4291 section 2.5.5.2, RFC 6890), and here it would be one of a flow of IPv4.
#[inline]
pub(crate) fn pair(addresses: &[u8; 32]) -> Option<(Address, Address)> {
    let (src, rest) = addresses.split_first_chunk::<16>()?;
    let (dst, _) = rest.split_first_chunk::<16>()?;
    let (src, dst) = (Address::v6(*src), Address::v6(*dst));
    (!src.is_v4() && !dst.is_v4()).then_some((src, dst))
}

/// More than any sender has use for; each costs eight bytes at least.
const MAX_EXTENSIONS: usize = 32;

const HOP_BY_HOP: u8 = 0;
const ICMP: u8 = 1;
const IPV4_IN_IP: u8 = 4;
const TCP: u8 = 6;
const UDP: u8 = 17;
const IPV6_IN_IP: u8 = 41;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const GRE: u8 = 47;
const AUTHENTICATION: u8 = 51;
const ICMPV6: u8 = 58;
const PADDING: u32 = 46 - 40;
const NO_NEXT: u8 = 59;
const DESTINATION: u8 = 60;
const ETHER_IN_IP: u8 = 97;
const MPLS_IN_IP: u8 = 137;
