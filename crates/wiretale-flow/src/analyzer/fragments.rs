//! Fragments, put together in every share, and what is odd about them.

use wiretale_packet::{Address, Body, Endpoint, Fragment, Packet, Timestamp, dissect_ip};
use wiretale_protocol::{Observer, Services, Stray, Weird};
use wiretale_reassembly::{FragmentAnomaly, FragmentPolicy, FragmentSink};

use super::Analyzer;
use crate::arrived::Within;
use crate::joint::Joint;
use crate::settings::{Network, longest};

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Gives up packets whose fragments wait too long.
    pub(crate) fn expire_fragments(&mut self, now: Timestamp) {
        if self.fragments.is_empty() {
            return;
        }
        let hosts = &self.settings.fragment_hosts;
        let joint = &self.commons.joint;
        let mut sink = FragmentWeirds { at: now, frame: 0, observer: &mut self.observer, hosts, joint };
        self.fragments.expire(now, &mut sink);
    }

    /// Fragments are put together in every share: what they carry may be anybody's.
    #[cold]
    pub(super) fn not_mine(&mut self, packet: &Packet<'_>, within: &Within<'_>, nested: u8) {
        if let (Body::Fragment(fragment), true) = (packet.body, packet.ip.header_ok) {
            self.fragment(packet, &fragment, within, nested);
        }
    }

    #[cold]
    pub(super) fn fragment(&mut self, packet: &Packet<'_>, fragment: &Fragment<'_>, within: &Within<'_>, nested: u8) {
        self.commons.stats.fragments += u64::from(self.commons.joint.is_mine(packet.ip.src, packet.ip.dst));
        let mut sink = FragmentWeirds {
            at: packet.at,
            frame: within.number,
            observer: &mut self.observer,
            hosts: &self.settings.fragment_hosts,
            joint: &self.commons.joint,
        };
        let Some(whole) = self.fragments.push(packet.at, &packet.ip, fragment, &mut sink) else { return };
        if nested >= NESTED {
            return;
        }
        let len = u32::try_from(whole.packet.len()).unwrap_or(u32::MAX);
        let checks = self.settings.checks();
        for found in dissect_ip(packet.at, &whole.packet, len, packet.depth, packet.tags, checks) {
            self.next_packet(within.number);
            match found {
                Ok(packet) => self.ip(&packet, None, within, nested + 1),
                Err(skip) => self.skipped(packet.at, within, &skip),
            }
        }
    }
}

/// Who hears of oddities among fragments.
struct FragmentWeirds<'s, O> {
    at: Timestamp,
    frame: u64,
    observer: &'s mut O,
    hosts: &'s [(Network, FragmentPolicy)],
    joint: &'s Joint,
}

impl<O: Observer> FragmentSink for FragmentWeirds<'_, O> {
    fn anomaly(&mut self, src: Address, dst: Address, anomaly: FragmentAnomaly<'_>) {
        if !self.joint.is_mine(src, dst) {
            return;
        }
        let endpoints = Some((Endpoint::new(src, 0), Endpoint::new(dst, 0)));
        let weird = Weird { name: anomaly.name(), addl: b"" };
        self.observer.stray(&Stray { at: self.at, frame: self.frame, endpoints, weird });
    }

    fn policy(&self, dst: Address) -> Option<FragmentPolicy> {
        longest(self.hosts, dst)
    }
}

/// Datagrams put together from fragments that lay in one another.
const NESTED: u8 = 4;
