//! Frames in batches, so that the waits for memory overlap.

use std::hint::black_box;
use std::ops::Range;

use wiretale_packet::{Body as PacketBody, Frame, Packet, plain_tcp_into};
use wiretale_protocol::{Direction, Observer, Services};

use crate::analyzer::{Analyzer, Flows, Within};
use crate::key::Ends;
use crate::near::{near, near_bytes, read_ahead};
use crate::reading::Reading;
use crate::recall::Lookback;
use crate::record::Carrier;
use crate::table::{Body, NONE, Sought};

/// Plain packets, taken out of their frames before their turn came.
type TakenOut<'f> = [Option<Packet<'f>>];

/// Where the flows of plain packets are to be looked for, and where they are.
type AllSought = [Option<Sought>; GROUP];
type Places = [u32; GROUP];

/// A group of packets whose turn comes soon.
#[derive(Default)]
struct Ahead<'f> {
    packets: [Option<Packet<'f>>; GROUP],
    sought: AllSought,
    places: Places,
}

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

    fn in_groups(
        &mut self,
        frames: &[Frame<'_>],
        taken_out: &TakenOut<'_>,
        number: impl Fn(usize) -> u64,
        capture: Option<&[u8]>,
    ) {
        let far = taken_out.len() == frames.len() && !frames.is_empty();
        let distance = capture.map_or(0, |_| extent(frames));
        let mut ahead: [Ahead<'_>; STEPS] = Default::default();
        let groups = frames.len().div_ceil(GROUP);
        for step in 0..groups + STEPS - 1 {
            let group = |back: usize| step.checked_sub(back).filter(|group| *group < groups);
            if let Some(group) = group(0) {
                let range = range(group, frames.len());
                let ahead = &mut ahead[group % STEPS];
                if far {
                    near_packets(taken_out, range.end);
                    self.find_all(&taken_out[range], ahead);
                } else {
                    self.take_out(&frames[range], distance, ahead);
                }
            }
            if let Some(group) = group(1) {
                let ahead = &ahead[group % STEPS];
                self.draw_near(&ahead.places);
                if far {
                    self.draw_payload_near(&taken_out[range(group, frames.len())], &ahead.places);
                }
            }
            if let Some(group) = group(2) {
                let (ahead, range) = (&ahead[group % STEPS], range(group, frames.len()));
                self.look_ahead(&ahead.places);
                let packets = if far { &taken_out[range.clone()] } else { &ahead.packets };
                for (at, (packet, sought)) in range.zip(packets.iter().zip(&ahead.sought)) {
                    self.next(&frames[at], number(at), packet.as_ref().zip(sought.as_ref()), capture);
                }
            }
        }
    }

    /// The next frame, and the packet in it where it is a plain one.
    #[inline]
    fn next(&mut self, frame: &Frame<'_>, number: u64, plain: Option<(&Packet<'_>, &Sought)>, capture: Option<&[u8]>) {
        let position = capture.and_then(|bytes| frame.data.as_ptr().addr().checked_sub(bytes.as_ptr().addr()));
        let lookback = position.zip(capture.as_ref());
        let lookback = lookback.map(|(position, capture)| Lookback { position: position as u64, capture });
        let within = Within { number, lookback, frame: frame.data };
        self.begin(frame, number);
        match plain {
            Some((packet, sought)) => self.plain(packet, Some(sought), &within),
            None => self.dissected(*frame, &within),
        }
    }

    /// Takes plain packets out of their frames, and asks for what comes so far behind them.
    #[inline]
    fn take_out<'f>(&self, frames: &[Frame<'f>], distance: usize, ahead: &mut Ahead<'f>) {
        let checks = self.settings.checks();
        for (packet, frame) in ahead.packets.iter_mut().zip(frames) {
            if distance > 0 {
                read_ahead(frame, distance);
            }
            plain_tcp_into(frame, checks, packet);
        }
        let Ahead { packets, sought, places } = ahead;
        self.find(packets.get(..frames.len()).unwrap_or_default(), sought, places);
    }

    #[inline]
    fn find_all(&self, packets: &TakenOut<'_>, ahead: &mut Ahead<'_>) {
        self.find(packets, &mut ahead.sought, &mut ahead.places);
    }

    /// Finds the flows of plain packets, and asks for their records.
    #[inline]
    fn find(&self, packets: &TakenOut<'_>, all_sought: &mut AllSought, places: &mut Places) {
        for (packet, sought) in packets.iter().zip(all_sought.iter_mut()) {
            *sought = packet.as_ref().map(|packet| self.table.seek(&Ends::of(packet)));
        }
        *places = [NONE; GROUP];
        if self.table.len() < WORTH_IT {
            return;
        }
        for (sought, place) in all_sought.iter_mut().take(packets.len()).zip(places) {
            let Some(sought) = sought else { continue };
            let Some(at) = self.table.find(sought.hash, &sought.key) else { continue };
            (*place, sought.hint) = (at, at);
            if let Some(record) = self.record_at(at) {
                record.draw_near();
            }
        }
    }

    /// Asks for what the records point to.
    #[inline]
    fn draw_near(&self, places: &Places) {
        for record in places.iter().filter_map(|at| self.record_at(*at)) {
            if let Carrier::Tcp(tcp) = &record.carrier {
                tcp.draw_near();
            }
            if let Reading::Decoding(session) = &record.reading {
                near(&**session);
            }
        }
    }

    /// Asks for the first lines of payload that nobody here has seen yet, where somebody reads it.
    #[inline]
    fn draw_payload_near(&self, packets: &TakenOut<'_>, places: &Places) {
        for (packet, at) in packets.iter().zip(places) {
            if let Some(PacketBody::Tcp { segment, .. }) = packet.as_ref().map(|packet| &packet.body)
                && self.decodes(*at)
            {
                near_bytes(segment.payload, 0, segment.payload.len().min(PAYLOAD));
            }
        }
    }

    /// Reads what the parts of records point to themselves.
    #[inline]
    fn look_ahead(&self, places: &Places) {
        let records = places.iter().filter_map(|at| self.record_at(*at));
        let glance = |seen, record: &Flows<P, O>| seen ^ glance_at_recent(record) ^ glance_at_reading::<P, O>(record);
        black_box(records.fold(0, glance));
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

    #[inline]
    fn record_at(&self, at: u32) -> Option<&Flows<P, O>> {
        if at == NONE {
            return None;
        }
        match &self.table.slot(at).body {
            Body::Full { flow, .. } => Some(flow),
            Body::Half(_) | Body::Vacant => None,
        }
    }
}

/// The places of a group's frames.
fn range(group: usize, frames: usize) -> Range<usize> {
    group * GROUP..frames.min((group + 1) * GROUP)
}

/// From where the first frame begins to where the last one ends.
fn extent(frames: &[Frame<'_>]) -> usize {
    let ends = frames.first().zip(frames.last());
    ends.map_or(0, |(first, last)| {
        let (from, to) = (first.data.as_ptr().addr(), last.data.as_ptr().addr() + last.data.len());
        to.saturating_sub(from)
    })
}

/// Asks for the packets from `at` on, which another core has taken out; the rest of each comes with its beginning.
#[inline]
fn near_packets(packets: &TakenOut<'_>, at: usize) {
    packets.iter().skip(at).take(GROUP).for_each(near);
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

/// A field of each part of what reads a flow, and of what the observer keeps of it.
#[inline]
fn glance_at_reading<P: Services<O>, O: Observer>(record: &Flows<P, O>) -> usize {
    let reading = match &record.reading {
        Reading::Decoding(session) => P::glance(session),
        Reading::Probing(_) | Reading::Counting => 0,
    };
    reading ^ O::glance(&record.state)
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

/// From asking for a flow's record to its packet's turn: the record, what that points to, and what those point to.
const STEPS: usize = 3;

/// Bytes of a payload that are asked for ahead; what follows comes in a row.
const PAYLOAD: usize = 512;

/// With fewer flows than this the caches hold them all.
const WORTH_IT: usize = 256;
