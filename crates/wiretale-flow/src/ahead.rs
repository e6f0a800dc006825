//! Frames in batches, so that the waits for memory overlap.

use std::hint::black_box;

use wiretale_packet::{Body as PacketBody, Frame, Packet, plain_tcp_into};
use wiretale_protocol::{Direction, Observer, Services};

use crate::analyzer::{Analyzer, Flows, Within};
use crate::key::Ends;
use crate::reading::Reading;
use crate::recall::Lookback;
use crate::record::Carrier;
use crate::table::{Body, NONE, Sought};

/// Plain packets, taken out of their frames before their turn came.
type TakenOut<'f> = [Option<Packet<'f>>];

/// Where the flows of plain packets are to be looked for.
type AllSought = [Option<Sought>; GROUP];

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes the next frames, of which the first is number `first`: the same as [`Analyzer::packet`] with one after the
    /// other, and faster where there are more flows than the processor's caches hold.
    ///
    /// What a packet touches of its flow lies in a dozen places that the caches have forgotten. Taken one by one each
    /// packet waits for each of them; here the places of some packets are read in one go, with nothing in between that
    /// depends on them, and the processor waits for all at once.
    ///
    /// `capture` is the mapped file that the frames are slices of, where it is one: with it, bytes sent twice are
    /// compared with what was delivered before.
    pub fn packets(&mut self, frames: &[Frame<'_>], first: u64, capture: Option<&[u8]>) {
        self.in_groups(frames, &[], |at| first + at as u64, capture);
    }

    /// The same for frames that are not all there are: `numbers` has the number of each. `taken_out` has what
    /// [`plain_tcp`](wiretale_packet::plain_tcp) gives of each with [`Settings::checks`](crate::Settings::checks), or is empty.
    pub fn packets_of(
        &mut self,
        frames: &[Frame<'_>],
        taken_out: &[Option<Packet<'_>>],
        numbers: &[u64],
        capture: Option<&[u8]>,
    ) {
        self.in_groups(frames, taken_out, |at| numbers.get(at).copied().unwrap_or(0), capture);
    }

    #[inline]
    fn in_groups(
        &mut self,
        frames: &[Frame<'_>],
        taken_out: &TakenOut<'_>,
        number: impl Fn(usize) -> u64,
        capture: Option<&[u8]>,
    ) {
        let mut at = 0;
        let (mut packets, mut all_sought): ([Option<Packet<'_>>; GROUP], AllSought) = Default::default();
        for group in frames.chunks(GROUP) {
            let (packets, far) = match taken_out.get(at..at + group.len()) {
                Some(packets) => (packets, true),
                None => (self.take_out(group, &mut packets), false),
            };
            if far {
                let next = taken_out.iter().skip(at + group.len()).take(GROUP);
                black_box(next.flatten().fold(0, |seen, packet| seen ^ glance_at_packet(packet)));
            }
            self.look_ahead(packets, far, &mut all_sought);
            for (frame, (packet, sought)) in group.iter().zip(packets.iter().zip(&all_sought)) {
                let position = capture.and_then(|bytes| frame.data.as_ptr().addr().checked_sub(bytes.as_ptr().addr()));
                let lookback = position.zip(capture.as_ref());
                let lookback = lookback.map(|(position, capture)| Lookback { position: position as u64, capture });
                let within = Within { number: number(at), lookback, frame: frame.data };
                self.begin(frame, within.number);
                match packet {
                    Some(packet) => self.plain(packet, sought.as_ref(), &within),
                    None => self.dissected(*frame, &within),
                }
                at += 1;
            }
        }
    }

    /// Takes plain packets out of their frames.
    #[inline]
    fn take_out<'f, 'p>(&self, group: &[Frame<'f>], packets: &'p mut TakenOut<'f>) -> &'p TakenOut<'f> {
        let checks = self.settings.checks();
        packets.iter_mut().zip(group).for_each(|(packet, frame)| plain_tcp_into(frame, checks, packet));
        packets.get(..group.len()).unwrap_or(packets)
    }

    /// Finds the flows of plain packets and reads what will be needed of them, and of the packets' payload where that is
    /// `far`: nobody here has seen it yet.
    #[inline]
    fn look_ahead(&self, packets: &TakenOut<'_>, far: bool, all_sought: &mut AllSought) {
        for (packet, sought) in packets.iter().zip(all_sought.iter_mut()) {
            *sought = packet.as_ref().map(|packet| self.table.seek(&Ends::of(packet)));
        }
        if self.table.len() < WORTH_IT {
            return;
        }
        let mut places = [NONE; GROUP];
        for (sought, place) in all_sought.iter_mut().take(packets.len()).flatten().zip(&mut places) {
            *place = self.table.find(sought.hash, &sought.key).unwrap_or(NONE);
            sought.hint = *place;
        }
        let seen = self.glance(&places);
        let found = places.iter().filter(|at| **at != NONE).filter_map(|at| self.record_at(*at));
        black_box(found.fold(seen, |seen, record| seen ^ glance_at_recent(record) ^ O::glance(&record.state)));
        if far {
            let read = places.iter().zip(packets).filter(|(at, _)| **at != NONE && self.decodes(**at));
            let read = read.filter_map(|(_, packet)| packet.as_ref());
            black_box(read.fold(0, |seen, packet| seen ^ glance_at_payload(packet)));
        }
    }

    /// The same for flows that are to be looked at, or to end, one after the other.
    #[inline]
    pub(crate) fn look_ahead_at(&self, places: &[u32]) {
        if self.table.len() >= WORTH_IT {
            black_box(self.glance(places));
        }
    }

    /// The same for flows that will leave the table.
    pub(crate) fn look_ahead_at_last(&self, places: &[u32]) {
        self.look_ahead_at(places);
        if self.table.len() >= WORTH_IT {
            let flows = places.iter().filter(|at| **at != NONE);
            black_box(flows.fold(0, |seen, at| seen ^ self.table.glance(*at)));
        }
    }

    fn glance(&self, places: &[u32]) -> usize {
        let flows = || places.iter().filter(|at| **at != NONE);
        let first = flows().fold(0, |seen, at| seen ^ self.record_at(*at).map_or(0, glance_at_record));
        flows().fold(first, |seen, at| seen ^ self.record_at(*at).map_or(0, glance_beyond::<P, O>))
    }

    /// Does somebody read what the flow there carries?
    fn decodes(&self, at: u32) -> bool {
        self.record_at(at).is_some_and(|record| matches!(record.reading, Reading::Decoding(_)))
    }

    fn record_at(&self, at: u32) -> Option<&Flows<P, O>> {
        match &self.table.slot(at).body {
            Body::Full { flow, .. } => Some(flow),
            Body::Half(_) | Body::Vacant => None,
        }
    }
}

/// A field of each part of a record.
#[inline]
fn glance_at_record<S, F>(record: &crate::record::Record<S, F>) -> usize {
    let numbers = record.flow.id.0 ^ record.last_frame ^ record.last.nanos().cast_unsigned();
    low(numbers) ^ record.history.len() ^ record.services.len() ^ usize::from(record.protocol)
}

/// A field of each part of what a record points to.
#[inline]
fn glance_beyond<P: Services<O>, O: Observer>(record: &Flows<P, O>) -> usize {
    let reading = match &record.reading {
        Reading::Decoding(session) => P::glance(session),
        Reading::Probing(_) | Reading::Counting => 0,
    };
    let Carrier::Tcp(tcp) = &record.carrier else { return reading };
    let [client, server] = Direction::BOTH.map(|of| (tcp.account.party(of).packets, tcp.connection.length(of)));
    reading
        ^ low(client.0 ^ client.1 ^ server.0 ^ server.1)
        ^ usize::from(tcp.account.over)
        ^ usize::from(tcp.connection.established())
}

/// Fields from the beginning to the end of a packet, which another core has taken out.
#[inline]
fn glance_at_packet(packet: &Packet<'_>) -> usize {
    let payload = match &packet.body {
        PacketBody::Tcp { segment, .. } => segment.payload.len() ^ low(u64::from(segment.seq.0)),
        _ => 0,
    };
    let ends = usize::from(packet.ip.ttl) ^ usize::from(packet.depth) ^ usize::from(packet.ip.src.is_v4());
    payload ^ ends ^ low(packet.at.nanos().cast_unsigned())
}

/// A byte of each of the first lines of the cache on which a payload lies; what follows comes in a row.
#[inline]
fn glance_at_payload(packet: &Packet<'_>) -> usize {
    let PacketBody::Tcp { segment, .. } = &packet.body else { return 0 };
    segment.payload.iter().step_by(LINE).take(LINES).fold(0, |seen, byte| seen ^ usize::from(*byte))
}

/// What the connection will look back at.
#[inline]
fn glance_at_recent<S, F>(record: &crate::record::Record<S, F>) -> usize {
    match &record.carrier {
        Carrier::Tcp(tcp) => low(tcp.connection.glance()),
        Carrier::Refused(_) | Carrier::Datagrams(_) => 0,
    }
}

/// What of a number fits; it means nothing.
const fn low(n: u64) -> usize {
    n as usize
}

/// Frames looked at in one go: enough that the waits overlap, few enough that what was read is still near when its turn
/// comes.
pub(crate) const GROUP: usize = 16;

/// Bytes that come together, and how many such lines of a payload are read ahead.
const LINE: usize = 64;
const LINES: usize = 8;

/// With fewer flows than this the caches hold them all.
const WORTH_IT: usize = 256;
