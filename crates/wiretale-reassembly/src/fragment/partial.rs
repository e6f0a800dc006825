//! One packet of which not all fragments are there.

use alloc::vec::Vec;

use bytes::Bytes;
use wiretale_packet::{Fragment, Ip, Timestamp};

use super::{Datagram, FragmentAnomaly, FragmentPolicy, FragmentSink, header};
use crate::held::{Held, Incoming, index};
use crate::{Conflict, Overlap};

/// One packet of which not all fragments are there.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) since: Timestamp,
    pub(super) serial: u64,
    held: Held,
    /// Length of the payload, once the last fragment is there.
    total: Option<u64>,
    /// The header of the first fragment.
    first: Option<Ip>,
    fragments: usize,
    policy: FragmentPolicy,
    /// Nothing more is taken: the packet was dropped, but its fragments keep coming.
    doomed: bool,
}

/// What a fragment led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Waiting,
    Complete,
    /// Nothing of it is left.
    Broken,
}

impl Partial {
    pub(super) fn new(since: Timestamp, serial: u64, policy: FragmentPolicy) -> Self {
        Self { since, serial, held: Held::default(), total: None, first: None, fragments: 0, policy, doomed: false }
    }

    /// What it takes to hold its fragments.
    pub(super) fn charge(&self) -> usize {
        self.held.bytes() + PIECE * self.held.pieces()
    }

    pub(super) const fn is_doomed(&self) -> bool {
        self.doomed
    }

    /// Takes a fragment that belongs here.
    pub(super) fn push(
        &mut self,
        ip: &Ip,
        fragment: &Fragment<'_>,
        v6: bool,
        most: usize,
        sink: &mut impl FragmentSink,
    ) -> Outcome {
        if self.doomed {
            return Outcome::Waiting;
        }
        let bytes = match self.check(ip, fragment, v6) {
            Ok(bytes) => bytes,
            Err(anomaly) => {
                sink.anomaly(ip.src, ip.dst, anomaly);
                return if self.held.is_empty() { Outcome::Broken } else { Outcome::Waiting };
            }
        };
        let offset = u64::from(fragment.offset);
        if !fragment.more {
            self.total = Some(offset + bytes.len() as u64);
        }
        if offset == 0 && self.first.is_none() {
            self.first = Some(*ip);
        }
        self.hold(ip, offset, bytes, most, sink);
        // Nothing is held of one that was dropped.
        let whole = self.total.is_some_and(|total| self.held.bytes() as u64 == total);
        if whole { Outcome::Complete } else { Outcome::Waiting }
    }

    /// What of a fragment a host takes.
    fn check<'a>(&self, ip: &Ip, fragment: &Fragment<'a>, v6: bool) -> Result<&'a [u8], FragmentAnomaly<'static>> {
        let mut bytes = fragment.payload;
        if fragment.missing > 0 {
            return Err(FragmentAnomaly::Cut);
        }
        if fragment.more && !bytes.len().is_multiple_of(8) {
            // IPv6 refuses it (RFC 8200 section 4.5); Linux cuts it for IPv4.
            bytes = bytes.get(..bytes.len() & !7).filter(|_| !v6).ok_or(FragmentAnomaly::Unaligned)?;
        }
        if bytes.is_empty() {
            return Err(FragmentAnomaly::Empty);
        }
        let end = u64::from(fragment.offset) + bytes.len() as u64;
        let header = if v6 { 0 } else { u64::from(ip.header_len.max(MIN_HEADER)) };
        if end + header > MAX_PACKET {
            return Err(FragmentAnomaly::TooLarge);
        }
        let fits = match self.total {
            Some(total) if fragment.more => end <= total,
            Some(total) => end == total,
            None => fragment.more || self.held.end().is_none_or(|last| last <= end),
        };
        if fits { Ok(bytes) } else { Err(FragmentAnomaly::SizeMismatch) }
    }

    fn hold(&mut self, ip: &Ip, offset: u64, bytes: &[u8], most: usize, sink: &mut impl FragmentSink) {
        let policy = match self.policy {
            FragmentPolicy::Overlap(policy) => policy,
            FragmentPolicy::Drop => Overlap::FIRST,
        };
        let stored = self.held.insert(Incoming { offset, bytes, ttl: ip.ttl }, policy, |clash| {
            let conflict = Conflict {
                offset: clash.offset,
                old: clash.old,
                new: clash.new,
                winner: clash.winner,
                old_ttl: clash.old_ttl,
                new_ttl: ip.ttl,
                delivered: false,
            };
            sink.anomaly(ip.src, ip.dst, FragmentAnomaly::Conflict(conflict));
        });
        if stored.lost == 0 && stored.duplicate > 0 && stored.fresh > 0 {
            sink.anomaly(ip.src, ip.dst, FragmentAnomaly::Overlap);
        }
        self.fragments += usize::from(stored.fresh > 0);
        if stored.lost > 0 && self.policy == FragmentPolicy::Drop {
            self.doom(ip, FragmentAnomaly::Dropped, sink);
        } else if self.fragments > most {
            self.doom(ip, FragmentAnomaly::TooMany, sink);
        }
    }

    /// Drops the packet and what is yet to come of it (RFC 5722 section 4).
    fn doom(&mut self, ip: &Ip, why: FragmentAnomaly<'_>, sink: &mut impl FragmentSink) {
        self.doomed = true;
        self.held.clear();
        sink.anomaly(ip.src, ip.dst, why);
    }

    /// The whole packet, with a plain header of its own.
    pub(super) fn assemble(mut self, at: Timestamp, v6: bool) -> Option<Datagram> {
        let (ip, total) = (self.first?, self.total?);
        let mut packet = Vec::with_capacity(index(total) + header::MAX);
        header::write(&mut packet, &ip, total, v6)?;
        let mut next = 0;
        while let Some(piece) = self.held.pop_at(next, total) {
            next += piece.len() as u64;
            packet.extend_from_slice(&piece);
        }
        (next == total).then(|| Datagram {
            at,
            packet: Bytes::from(packet),
            src: ip.src,
            dst: ip.dst,
            protocol: ip.protocol,
            ttl: ip.ttl,
            v6,
        })
    }
}

/// The greatest length of an IP packet, or of an IPv6 payload.
const MAX_PACKET: u64 = 65_535;
const MIN_HEADER: u16 = 20;
/// What one fragment takes beside its bytes.
const PIECE: usize = 64;
