//! Link layers: from the first byte of a frame to an IP header.

mod cooked;
mod ethernet;
mod ppp;
mod wifi;

pub(crate) use ethernet::{by_ethertype, ethernet};
pub(crate) use wifi::Aggregate;

use crate::dissect::{Dissect, Found, Step};
use crate::view::View;
use crate::{Layer, LinkType, Why};

/// One step at a link layer other than Ethernet.
pub(crate) fn step<'a>(walk: &mut Dissect<'a>, layer: Layer, view: View<'a>) -> Step<'a> {
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
pub(crate) fn next_part<'a>(walk: &mut Dissect<'a>) -> Option<(Layer, View<'a>)> {
    walk.aggregate.take()?.next(walk)
}

fn first(link: LinkType, view: View<'_>) -> Step<'_> {
    let layer = first_layer(link).ok_or(Why::UnknownLink(link.0))?;
    Ok(Found::Next(layer, view))
}

/// The layer with which a frame of this link type begins.
pub(crate) const fn first_layer(link: LinkType) -> Option<Layer> {
    Some(match link {
        LinkType::ETHERNET => Layer::Ethernet,
        LinkType::NULL | LinkType::LOOP => Layer::Null,
        LinkType::RAW | LinkType(12 | 14) => Layer::Ip,
        LinkType::IPV4 => Layer::Ipv4,
        LinkType::IPV6 => Layer::Ipv6,
        LinkType::LINUX_SLL => Layer::LinuxSll,
        LinkType::LINUX_SLL2 => Layer::LinuxSll2,
        LinkType::PPP | LinkType::PPP_HDLC | LinkType::PPP_WITH_DIR => Layer::Ppp,
        LinkType::PPP_ETHER => Layer::Pppoe,
        LinkType::ATM_RFC1483 => Layer::Llc,
        LinkType::C_HDLC => Layer::Hdlc,
        LinkType::FRAME_RELAY => Layer::FrameRelay,
        LinkType::TOKEN_RING => Layer::TokenRing,
        LinkType::FDDI => Layer::Fddi,
        LinkType::IEEE802_11 => Layer::Ieee80211,
        LinkType::IEEE802_11_RADIOTAP => Layer::Radiotap,
        LinkType::IEEE802_11_PRISM => Layer::Prism,
        LinkType::IEEE802_11_AVS => Layer::Avs,
        LinkType::PPI => Layer::Ppi,
        LinkType::NFLOG => Layer::Nflog,
        _ => return None,
    })
}
