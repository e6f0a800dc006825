//! Link layers: from the first byte of a frame to an IP header.

mod cooked;
mod ethernet;
mod first;
mod ppp;
mod wifi;

pub(crate) use ethernet::{by_ethertype, ethernet};

use crate::view::View;
use crate::walk::{Found, Step, Walk};
use crate::{Layer, LinkType, Why};
use first::first_layer;

/// One step at a link layer other than Ethernet.
pub(crate) fn step<'a>(walk: &mut Walk<'a>, layer: Layer, view: View<'a>) -> Step<'a> {
    match layer {
        Layer::Link => first(walk.link, view),
        Layer::Llc => ethernet::llc(view),
        Layer::Mpls => ethernet::mpls(view),
        Layer::Pppoe => ppp::pppoe(walk, view),
        Layer::Ppp => ppp::ppp(view),
        Layer::Hdlc => ppp::hdlc(view),
        Layer::FrameRelay => ppp::frame_relay(view),
        Layer::Pbb => ethernet::pbb(view),
        Layer::VnTag => ethernet::vn_tag(walk, view),
        Layer::Null => cooked::null(view),
        Layer::LinuxSll => cooked::sll(walk, view),
        Layer::LinuxSll2 => cooked::sll2(walk, view),
        Layer::Nflog => cooked::nflog(view),
        Layer::Ppi => wifi::ppi(walk, view),
        Layer::TokenRing => ethernet::token_ring(view),
        Layer::Fddi => ethernet::fddi(view),
        Layer::Ieee80211 => wifi::ieee80211(walk, view),
        Layer::Radiotap => wifi::radiotap(walk, view),
        Layer::Prism => wifi::prism(view),
        Layer::Avs => wifi::avs(view),
        _ => Ok(Found::Nothing),
    }
}

/// The next part of an aggregated frame.
pub(crate) fn next_part<'a>(walk: &mut Walk<'a>) -> Option<(Layer, View<'a>)> {
    walk.aggregate.take()?.next(walk)
}

fn first(link: LinkType, view: View<'_>) -> Step<'_> {
    let layer = first_layer(link).ok_or(Why::UnknownLink(link.0))?;
    Ok(Found::Next(layer, view))
}
