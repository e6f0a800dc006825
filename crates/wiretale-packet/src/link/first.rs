//! With what a frame of each link type begins.

use crate::{Layer, LinkType};

impl LinkType {
    /// Can [`crate::dissect`] read frames of this type?
    #[must_use]
    pub const fn is_known(self) -> bool {
        first_layer(self).is_some()
    }
}

/// The layer with which a frame of this link type begins.
pub(super) const fn first_layer(link: LinkType) -> Option<Layer> {
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
