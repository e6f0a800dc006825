//! Tunnels: GRE (RFC 2784, RFC 2890, RFC 2637), ERSPAN, VXLAN (RFC 7348), Geneve (RFC 8926), Teredo (RFC 4380), GTP-U
//! (3GPP TS 29.281), AYIYA, and GRE in UDP (RFC 8086).

use crate::view::View;
use crate::walk::{Step, Walk};
use crate::{Layer, Why, link};

/// The tunnel in a UDP payload, if port and shape agree that there is one.
#[inline]
pub(crate) fn in_udp(src_port: u16, dst_port: u16, payload: View<'_>) -> Option<Layer> {
    let (head, _) = payload.bytes.split_first_chunk::<8>()?;
    match dst_port {
        // The I flag is set, and the reserved bits behind the network identifier are not.
        4789 | 8472 => (head[0] & 0x08 != 0 && head[7] == 0).then_some(Layer::Vxlan),
        // Version 0; the last byte of the fixed header is reserved.
        6081 => (head[0] & 0xc0 == 0 && head[7] == 0).then_some(Layer::Geneve),
        4754 => (head[1] & 0x07 == 0).then_some(Layer::Gre),
        // Version 1, protocol type GTP, message G-PDU.
        2152 => (head[0] & 0xf0 == 0x30 && head[1] == 0xff).then_some(Layer::Gtp),
        5072 => is_ayiya(payload).then_some(Layer::Ayiya),
        _ if src_port == 2152 => (head[0] & 0xf0 == 0x30 && head[1] == 0xff).then_some(Layer::Gtp),
        _ if src_port == 5072 => is_ayiya(payload).then_some(Layer::Ayiya),
        _ => is_teredo(payload).then_some(Layer::Teredo),
    }
}

pub(crate) fn step<'a>(walk: &mut Walk<'a>, layer: Layer, view: View<'a>) -> Step<'a> {
    match layer {
        Layer::Vxlan => {
            let (_, inside) = view.head::<8>()?;
            walk.enter(Layer::Ethernet, inside)
        }
        Layer::Geneve => geneve(walk, view),
        Layer::Teredo => {
            let inside = teredo_payload(view).ok_or(Why::Short)?;
            walk.enter(Layer::Ipv6, inside)
        }
        Layer::Gtp => gtp(walk, view),
        Layer::Ayiya => ayiya(walk, view),
        _ => gre(walk, view),
    }
}

/// RFC 8926 section 3.4: version and options length, flags, protocol, network identifier; then options.
fn geneve<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[first, _, p0, p1, ..], rest) = view.head::<8>()?;
    let inside = rest.skip(u32::from(first & 0x3f).saturating_mul(4))?;
    if inside.wire == 0 {
        return Err(Why::Empty);
    }
    let (layer, inside) = link::by_ethertype(u16::from_be_bytes([p0, p1]), inside)?;
    walk.enter(layer, inside)
}

fn gre<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[f0, f1, p0, p1], rest) = view.head()?;
    let (flags, protocol) = (u16::from_be_bytes([f0, f1]), u16::from_be_bytes([p0, p1]));
    // The routing field of RFC 1701 is of no fixed length, and gone since RFC 2784.
    if flags & 0x4000 != 0 {
        return Err(Why::Flags);
    }
    let optional = (flags & 0xf0b0) & 0xb080;
    let inside = rest.skip(optional.count_ones().saturating_mul(4))?;
    match flags & 0x0007 {
        0 => {
            let (layer, inside) = gre_payload(protocol, flags & 0x1000 != 0, inside)?;
            walk.enter(layer, inside)
        }
        // Enhanced GRE carries PPP (RFC 2637 section 4.1); without a payload it acknowledges.
        1 if protocol == 0x880b && flags & 0x1000 == 0 => Err(Why::NotIp(protocol)),
        1 if protocol == 0x880b => walk.enter(Layer::Ppp, inside),
        _ => Err(Why::Version),
    }
}

fn gre_payload(protocol: u16, sequenced: bool, inside: View<'_>) -> Result<(Layer, View<'_>), Why> {
    match protocol {
        // ERSPAN: type I has no header of its own, and type II, known by the sequence number, has eight bytes.
        0x88be if sequenced => Ok((Layer::Ethernet, inside.skip(8)?)),
        0x88be => Ok((Layer::Ethernet, inside)),
        // Type III has twelve, and eight more if its last bit says so.
        0x22eb => {
            let (&[.., last], rest) = inside.head::<12>()?;
            Ok((Layer::Ethernet, if last & 1 == 1 { rest.skip(8)? } else { rest }))
        }
        0x9000 => Ok((Layer::Ieee80211, inside)),
        // Aruba's access points send 802.11 frames under numbers of their own.
        _ if matches!(protocol & 0xff0f, 0x8200 | 0x8300) && protocol <= 0x8370 => Ok((Layer::Ieee80211, inside)),
        _ => link::by_ethertype(protocol, inside),
    }
}

/// GTP version 1: eight bytes, four more if any of three flags is set, then extension headers (section 5).
fn gtp<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[flags, _, l0, l1, ..], rest) = view.head::<8>()?;
    let len = u32::from(u16::from_be_bytes([l0, l1]));
    if len > rest.wire {
        return Err(Why::TotalLength);
    }
    let mut inside = rest.limit(len);
    if flags & 0x07 != 0 {
        let (&[_, _, _, mut next], mut view) = inside.head()?;
        while flags & 0x04 != 0 && next != 0 {
            let (&[units], _) = view.head()?;
            let len = u32::from(units).saturating_mul(4);
            if len == 0 {
                return Err(Why::Field);
            }
            let (&[last], rest) = view.after(len.saturating_sub(1)).head()?;
            (next, view) = (last, rest);
        }
        inside = view;
    }
    walk.enter(Layer::Ip, inside)
}

/// AYIYA (draft-massar-v6ops-ayiya-02): four bytes, an epoch, an identity and a signature of stated lengths.
fn ayiya<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[identity, signature, _, next], rest) = view.head()?;
    let identity = 1_u32 << (identity >> 4);
    let signature = u32::from(signature >> 4).saturating_mul(4);
    let inside = rest.skip(4_u32.saturating_add(identity).saturating_add(signature))?;
    match next {
        4 => walk.enter(Layer::Ipv4, inside),
        41 => walk.enter(Layer::Ipv6, inside),
        _ => Err(Why::NotIp(u16::from(next))),
    }
}

/// A signature of twenty bytes by a known method, and an operation that forwards IP.
fn is_ayiya(payload: View<'_>) -> bool {
    matches!(payload.bytes, [_, 0x51 | 0x52, op, 4 | 41, ..] if op & 0x0f == 1)
}

/// Teredo by its shape, on whatever port: an IPv6 packet, behind the indications it may have, which ends where the
/// datagram ends, with an address of the Teredo prefix or a link-local one.
#[inline]
fn is_teredo(payload: View<'_>) -> bool {
    // Cheap enough to be asked of every datagram: the first byte tells nearly all apart.
    matches!(payload.bytes, [0x60..=0x6f, ..] | [0, 0 | 1, ..]) && teredo_payload(payload).is_some_and(ends_as_ipv6)
}

fn ends_as_ipv6(view: View<'_>) -> bool {
    let Some(&[first, _, _, _, l0, l1, _, _, ref addresses @ ..]) = view.bytes.first_chunk::<40>() else {
        return false;
    };
    let len = u32::from(u16::from_be_bytes([l0, l1])).saturating_add(40);
    let (src, dst) = addresses.split_at(16);
    let teredo = |address: &[u8]| address.starts_with(&[0x20, 1, 0, 0]) || address.starts_with(&[0xfe, 0x80]);
    first >> 4 == 6 && len <= view.wire && (teredo(src) || teredo(dst))
}

/// Past an authentication and an origin indication (RFC 4380 section 5.1.1).
fn teredo_payload(view: View<'_>) -> Option<View<'_>> {
    let mut inside = view;
    if let &[0, 1, id, auth, ..] = inside.bytes {
        let len = u32::from(id).saturating_add(u32::from(auth)).saturating_add(13);
        inside = inside.skip(len).ok()?;
    }
    if let [0, 0, ..] = inside.bytes {
        inside = inside.skip(8).ok()?;
    }
    Some(inside)
}
