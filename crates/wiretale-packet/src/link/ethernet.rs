//! Ethernet, VLAN tags, LLC and SNAP, MPLS, provider bridges, and the older rings.

use crate::view::View;
use crate::walk::{Found, Step, Walk};
use crate::{Layer, Why};

#[inline]
pub(crate) fn ethernet<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[.., t0, t1], rest) = view.head::<14>()?;
    match u16::from_be_bytes([t0, t1]) {
        IPV4 => Ok(Found::Next(Layer::Ipv4, rest)),
        ethertype => tagged(walk, ethertype, rest),
    }
}

/// What follows `ethertype`, behind port-extension tags (IEEE 802.1BR) and any number of VLAN tags (IEEE 802.1Q,
/// 802.1ad). The two outermost are kept.
pub(crate) fn tagged<'a>(walk: &mut Walk<'a>, mut ethertype: u16, mut view: View<'a>) -> Step<'a> {
    while let VLAN | QINQ | QINQ_OLD | QINQ_OLDER | E_TAG = ethertype {
        if ethertype == E_TAG {
            let (&[.., t0, t1], rest) = view.head::<8>()?;
            (ethertype, view) = (u16::from_be_bytes([t0, t1]), rest);
            continue;
        }
        let (&[c0, c1, t0, t1], rest) = view.head()?;
        let id = u16::from_be_bytes([c0, c1]) & 0x0fff;
        match (walk.tags.vlan, walk.tags.inner_vlan) {
            (None, _) => walk.tags.vlan = Some(id),
            (_, None) => walk.tags.inner_vlan = Some(id),
            _ => {}
        }
        (ethertype, view) = (u16::from_be_bytes([t0, t1]), rest);
    }
    let (layer, view) = by_ethertype(ethertype, view)?;
    Ok(Found::Next(layer, view))
}

/// The layer that an ethertype names, or an LLC header where it is a length.
pub(crate) fn by_ethertype(ethertype: u16, view: View<'_>) -> Result<(Layer, View<'_>), Why> {
    let layer = match ethertype {
        IPV4 => Layer::Ipv4,
        IPV6 => Layer::Ipv6,
        MPLS | MPLS_MULTICAST => Layer::Mpls,
        PPPOE_SESSION => Layer::Pppoe,
        PBB => Layer::Pbb,
        VN_TAG => Layer::VnTag,
        BRIDGED => Layer::Ethernet,
        PPP => Layer::Ppp,
        // FabricPath: a tag of two bytes, then the frame it carries.
        FABRIC_PATH => return Ok((Layer::Ethernet, view.skip(2)?)),
        // Tags that are met in tunnels too, where nobody records them.
        VLAN | QINQ | QINQ_OLD | QINQ_OLDER => return untagged(view),
        0..=1500 => return Ok((Layer::Llc, view.limit(u32::from(ethertype)))),
        _ => return Err(Why::NotIp(ethertype)),
    };
    Ok((layer, view))
}

fn untagged(view: View<'_>) -> Result<(Layer, View<'_>), Why> {
    let (&[_, _, t0, t1], rest) = view.head()?;
    match u16::from_be_bytes([t0, t1]) {
        IPV4 => Ok((Layer::Ipv4, rest)),
        IPV6 => Ok((Layer::Ipv6, rest)),
        ethertype => Err(Why::NotIp(ethertype)),
    }
}

/// IEEE 802.2: SNAP with an ethertype, or the access point that RFC 948 has for IP.
pub(crate) fn llc(view: View<'_>) -> Step<'_> {
    let (&[destination, source, _], rest) = view.head()?;
    match (destination, source) {
        (0xaa, 0xaa) => {
            let (&[o0, o1, o2, t0, t1], rest) = rest.head()?;
            match (u32::from_be_bytes([0, o0, o1, o2]), u16::from_be_bytes([t0, t1])) {
                // A length where an ethertype belongs would lead back here: each turn leaves eight bytes behind.
                (0 | 0xf8, ethertype) => by_ethertype(ethertype, rest).map(|(layer, view)| Found::Next(layer, view)),
                (_, protocol) => Err(Why::NotIp(protocol)),
            }
        }
        (0x06, 0x06) => Ok(Found::Next(Layer::Ipv4, rest)),
        _ => Err(Why::NotIp(u16::from(destination))),
    }
}

/// RFC 3032: labels to the bottom of the stack; what is below it says only its first nibble.
pub(crate) fn mpls(mut view: View<'_>) -> Step<'_> {
    loop {
        let (&[_, _, third, _], rest) = view.head()?;
        view = rest;
        if third & 1 == 1 {
            break;
        }
    }
    let (&[first], _) = view.head()?;
    Ok(match first >> 4 {
        4 => Found::Next(Layer::Ipv4, view),
        6 => Found::Next(Layer::Ipv6, view),
        // A control word of a pseudowire (RFC 4448 section 4.6).
        0 => Found::Next(Layer::Ethernet, view.skip(4)?),
        _ => Found::Next(Layer::Ethernet, view),
    })
}

/// IEEE 802.1ah: a service tag of four bytes, then the customer's frame.
pub(crate) fn pbb(view: View<'_>) -> Step<'_> {
    let (_, rest) = view.head::<4>()?;
    Ok(Found::Next(Layer::Ethernet, rest))
}

/// A port-extender tag of four bytes, then another ethertype.
pub(crate) fn vn_tag<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[.., t0, t1], rest) = view.head::<6>()?;
    tagged(walk, u16::from_be_bytes([t0, t1]), rest)
}

/// IEEE 802.5: access and frame control, addresses, a route where the first bit of the source says so.
pub(crate) fn token_ring(view: View<'_>) -> Step<'_> {
    let (&[_, control, _, _, _, _, _, _, source, ..], rest) = view.head::<14>()?;
    if control & 0xc0 != 0x40 {
        return Err(Why::NotIp(u16::from(control)));
    }
    if source & 0x80 == 0 {
        return Ok(Found::Next(Layer::Llc, rest));
    }
    let (&[route], _) = rest.head()?;
    Ok(Found::Next(Layer::Llc, rest.skip(u32::from(route & 0x1f).max(2))?))
}

pub(crate) fn fddi(view: View<'_>) -> Step<'_> {
    let (&[control, ..], rest) = view.head::<13>()?;
    match control & 0xf0 {
        0x50 | 0xd0 => Ok(Found::Next(Layer::Llc, rest)),
        _ => Err(Why::NotIp(u16::from(control))),
    }
}

const IPV4: u16 = 0x0800;
const BRIDGED: u16 = 0x6558;
const VLAN: u16 = 0x8100;
const IPV6: u16 = 0x86dd;
const PPP: u16 = 0x880b;
const MPLS: u16 = 0x8847;
const MPLS_MULTICAST: u16 = 0x8848;
const PPPOE_SESSION: u16 = 0x8864;
const QINQ: u16 = 0x88a8;
const PBB: u16 = 0x88e7;
const FABRIC_PATH: u16 = 0x8903;
const VN_TAG: u16 = 0x8926;
const E_TAG: u16 = 0x893f;
const QINQ_OLD: u16 = 0x9100;
const QINQ_OLDER: u16 = 0x9200;
