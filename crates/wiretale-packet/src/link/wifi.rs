//! IEEE 802.11 data frames, and the headers that radios put before them.

use super::first::first_layer;
use crate::view::View;
use crate::walk::{Aggregate, Found, Step, Walk};
use crate::{Layer, LinkType, Why};

/// A data frame: behind its header LLC, or several Ethernet-like parts of an aggregate (A-MSDU).
pub(crate) fn ieee80211<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[control, flags], _) = view.head()?;
    let (kind, subtype) = (control >> 2 & 3, control >> 4);
    if control & 3 != 0 {
        return Err(Why::Version);
    }
    // Data frames alone carry anything; those of subtypes 4 to 7 and 12 to 15 carry nothing.
    if kind != 2 || subtype & 4 != 0 {
        return Err(Why::NotIp(u16::from(control)));
    }
    if flags & PROTECTED != 0 {
        return Err(Why::Encrypted);
    }
    let (_, mut rest) = view.head::<24>()?;
    if flags & BOTH_WAYS == BOTH_WAYS {
        rest = rest.skip(6)?;
    }
    let mut aggregate = false;
    if subtype & 8 != 0 {
        let (&[qos, _], behind) = rest.head()?;
        rest = if flags & ORDER == 0 { behind } else { behind.skip(4)? };
        aggregate = qos & AGGREGATE != 0;
    }
    if core::mem::take(&mut walk.padded) {
        let header = view.wire.saturating_sub(rest.wire);
        rest = rest.skip(header.next_multiple_of(4).saturating_sub(header))?;
    }
    if !aggregate {
        return Ok(Found::Next(Layer::Llc, rest));
    }
    walk.aggregate = Some(Aggregate::of(walk, rest));
    Ok(Found::Nothing)
}

impl<'a> Aggregate<'a> {
    #[cold]
    fn of(walk: &Walk<'a>, rest: View<'a>) -> Self {
        let &Walk { tags, depth, ip, parties, tainted, forged, .. } = walk;
        Self { rest, tags, depth, ip, parties, tainted, forged }
    }

    /// The next part: two addresses, a length, LLC; padded to a multiple of four. What the part before it was found to
    /// be says nothing of this one.
    #[cold]
    pub(crate) fn next(self, walk: &mut Walk<'a>) -> Option<(Layer, View<'a>)> {
        let Self { rest, tags, depth, ip, parties, tainted, forged } = self;
        (walk.tags, walk.depth, walk.ip, walk.parties) = (tags, depth, ip, parties);
        (walk.tainted, walk.forged) = (tainted, forged);
        let (&[.., l0, l1], inside) = rest.head::<14>().ok()?;
        let len = u32::from(u16::from_be_bytes([l0, l1]));
        let rest = rest.after(len.saturating_add(14).next_multiple_of(4));
        walk.aggregate = Some(Self { rest, ..self });
        Some((Layer::Llc, inside.limit(len)))
    }
}

/// Radiotap: its length, then fields, of which one says whether a frame check sequence stands at the end and whether
/// the 802.11 header is padded.
pub(crate) fn radiotap<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[_, _, l0, l1, ..], _) = view.head::<8>()?;
    let len = u16::from_le_bytes([l0, l1]);
    if len < 8 {
        return Err(Why::HeaderLength);
    }
    let mut rest = view.skip(u32::from(len))?;
    let flags = radiotap_flags(view.limit(u32::from(len)).bytes).unwrap_or(0);
    if flags & FCS_AT_END != 0 {
        rest = rest.limit(rest.wire.saturating_sub(4));
    }
    walk.padded = flags & DATA_PAD != 0;
    Ok(Found::Next(Layer::Ieee80211, rest))
}

/// The flags field: the second one, behind a clock of eight bytes, where the first of the bitmaps says they are there.
fn radiotap_flags(header: &[u8]) -> Option<u8> {
    let mut maps = header.get(4..)?.as_chunks::<4>().0.iter().map(|map| u32::from_le_bytes(*map));
    let first = maps.next()?;
    if first & 2 == 0 {
        return None;
    }
    // The highest bit of a bitmap says that another one follows.
    let more = if first >> 31 == 0 { 0 } else { maps.position(|map| map >> 31 == 0)?.checked_add(1)? };
    let fields = more.checked_mul(4)?.checked_add(8)?;
    match first & 1 {
        0 => header.get(fields).copied(),
        _ => header.get(fields.checked_next_multiple_of(8)?.checked_add(8)?).copied(),
    }
}

/// Prism: a message code, then the length of the whole header, in the capturing machine's byte order; some drivers send
/// AVS under its link type.
pub(crate) fn prism(view: View<'_>) -> Step<'_> {
    let (&[c0, c1, _, _, l0, l1, l2, l3], _) = view.head()?;
    if (c0, c1) == (0x80, 0x21) {
        return Ok(Found::Next(Layer::Avs, view));
    }
    let len = [l0, l1, l2, l3];
    let len = u32::from_le_bytes(len).min(u32::from_be_bytes(len));
    Ok(Found::Next(Layer::Ieee80211, view.skip(len.max(8))?))
}

/// AVS: a magic number and the length of the header, in network order.
pub(crate) fn avs(view: View<'_>) -> Step<'_> {
    let (&[_, _, _, _, l0, l1, l2, l3], _) = view.head()?;
    Ok(Found::Next(Layer::Ieee80211, view.skip(u32::from_be_bytes([l0, l1, l2, l3]).max(8))?))
}

/// Per-packet information: the length of the header and the link type of what follows it.
pub(crate) fn ppi<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[_, _, l0, l1, d0, d1, _, _], _) = view.head()?;
    let link = u16::from_le_bytes([d0, d1]);
    walk.link = LinkType(link);
    let layer = first_layer(walk.link).ok_or(Why::UnknownLink(link))?;
    Ok(Found::Next(layer, view.skip(u32::from(u16::from_le_bytes([l0, l1])).max(8))?))
}

const FCS_AT_END: u8 = 0x10;
const DATA_PAD: u8 = 0x20;
const BOTH_WAYS: u8 = 0x03;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;
const AGGREGATE: u8 = 0x80;
