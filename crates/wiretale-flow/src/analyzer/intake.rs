//! A frame, and the packets in it.

use wiretale_packet::{Body, Endpoint, Frame, Packet, Skip, Timestamp, dissect, plain_tcp};
use wiretale_protocol::{Observer, Services, Stray, Weird};

use super::Analyzer;
use crate::arrived::Within;
use crate::key::Ends;
use crate::recall::Lookback;
use crate::table::Sought;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes the next frame; `number` counts frames from 1 over the whole input.
    #[inline]
    pub fn packet(&mut self, frame: Frame<'_>, number: u64) {
        self.packet_at(frame, number, None);
    }

    /// Takes the next frame of a capture that can be looked back into.
    pub fn packet_at(&mut self, frame: Frame<'_>, number: u64, lookback: Option<Lookback<'_>>) {
        let within = Within { number, lookback, frame: frame.data };
        self.begin(&frame, number);
        match plain_tcp(&frame, self.settings.checks()) {
            Some(packet) => self.plain(&packet, None, &within),
            None => self.dissected(frame, &within),
        }
    }

    /// What is due before a frame.
    #[inline(always)]
    pub(crate) fn begin(&mut self, frame: &Frame<'_>, number: u64) {
        if self.commons.joint.is_alone() {
            self.commons.stats.frames += 1;
            self.commons.stats.bytes += frame.data.len() as u64;
            self.commons.stats.cut += u64::from(frame.is_cut());
            self.advance(frame.at);
        }
        if number.is_multiple_of(COUNTED_EVERY) {
            self.count_beside();
        }
    }

    /// Takes a frame with one plain packet in it.
    #[inline]
    pub(crate) fn plain(&mut self, packet: &Packet<'_>, sought: Option<&Sought>, within: &Within<'_>) {
        self.next_packet(within.number);
        self.ip(packet, sought, within, 0);
    }

    /// Takes any other frame.
    #[cold]
    pub(crate) fn dissected(&mut self, frame: Frame<'_>, within: &Within<'_>) {
        for found in dissect(frame, self.settings.checks()) {
            self.next_packet(within.number);
            match found {
                Ok(packet) => self.ip(&packet, None, within, 0),
                Err(skip) => self.skipped(frame.at, within, &skip),
            }
        }
    }

    #[cold]
    pub(super) fn skipped(&mut self, at: Timestamp, within: &Within<'_>, skip: &Skip) {
        if !self.commons.joint.is_mine_to_skip(skip.src.zip(skip.dst)) {
            return;
        }
        self.commons.stats.skipped += 1;
        let Some(name) = skip.weird_name() else { return };
        let end = |address| Endpoint::new(address, 0);
        let endpoints = skip.src.zip(skip.dst).map(|(src, dst)| (end(src), end(dst)));
        self.stray(at, within.number, endpoints, name, b"");
    }

    #[cold]
    pub(crate) fn stray(
        &mut self,
        at: Timestamp,
        frame: u64,
        endpoints: Option<(Endpoint, Endpoint)>,
        name: &'static str,
        addl: &[u8],
    ) {
        self.observer.stray(&Stray { at, frame, endpoints, weird: Weird { name, addl } });
    }

    #[inline]
    pub(super) fn ip(&mut self, packet: &Packet<'_>, sought: Option<&Sought>, within: &Within<'_>, nested: u8) {
        if !self.commons.joint.is_mine(packet.ip.src, packet.ip.dst) {
            return self.not_mine(packet, within, nested);
        }
        self.commons.stats.packets += 1;
        if !packet.ip.header_ok && self.discards_header(packet, within) {
            return;
        }
        match packet.body {
            Body::Fragment(fragment) => self.fragment(packet, &fragment, within, nested),
            _ => match sought {
                Some(sought) => self.sort(packet, sought, within),
                None => self.sort(packet, &self.table.seek(&Ends::of(packet)), within),
            },
        }
    }
}

/// Frames after which memory beside flows is counted again.
const COUNTED_EVERY: u64 = 4096;
