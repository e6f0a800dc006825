//! Frames in batches, so that the waits for memory overlap.

use std::hint::black_box;
use std::ops::Range;

use wiretale_packet::{Body as PacketBody, Frame, Packet, plain_tcp_into};
use wiretale_protocol::{Observer, Services};

use crate::analyzer::Analyzer;
use crate::arrived::Within;
use crate::key::Ends;
use crate::near::{Far, near, near_all, near_bytes};
use crate::reading::Reading;
use crate::recall::Lookback;
use crate::record::{Carrier, Flows};
use crate::table::{Body, NONE, Sought};

/// Plain packets, taken out of their frames before their turn came.
type TakenOut<'f> = [Option<Packet<'f>>];

/// Frames that are taken in groups.
#[derive(Clone, Copy)]
struct Batch<'b, 'f> {
    frames: &'b [Frame<'f>],
    /// Their packets, where another core has taken them out: none of their bytes has been seen here yet.
    far: Option<&'b TakenOut<'f>>,
}

/// A group of packets whose turn comes soon.
#[derive(Default)]
struct Ahead<'f> {
    packets: [Option<Packet<'f>>; GROUP],
    sought: [Option<Sought>; GROUP],
    /// Where their flows may be, and then where they are.
    places: [u32; GROUP],
}

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes the next frames, of which the first is number `first`: the same as [`Analyzer::packet`] with one after the
    /// other, and faster where there are more flows than the processor's caches hold.
    ///
    /// What a packet touches of its flow lies in a dozen places that the caches have forgotten. Taken one by one each
    /// packet waits for each of them; here they are asked for while packets before it are looked at.
    ///
    /// `lookback` tells where the first frame's bytes stand in a capture that can be looked back into, in which the others
    /// follow as they do in memory: with it, bytes sent twice are compared with what was delivered before.
    pub fn packets(&mut self, frames: &[Frame<'_>], first: u64, lookback: Option<Lookback<'_>>) {
        self.in_groups(Batch { frames, far: None }, |at| first + at as u64, lookback);
    }

    /// The same for frames that are not all there are: `numbers` has the number of each. `taken_out` has what
    /// [`plain_tcp`](wiretale_packet::plain_tcp) gives of each with [`Settings::checks`](crate::Settings::checks), or is
    /// empty.
    pub fn packets_of(
        &mut self,
        frames: &[Frame<'_>],
        taken_out: &[Option<Packet<'_>>],
        numbers: &[u64],
        lookback: Option<Lookback<'_>>,
    ) {
        let far = (taken_out.len() == frames.len()).then_some(taken_out);
        self.in_groups(Batch { frames, far }, |at| numbers.get(at).copied().unwrap_or(0), lookback);
    }

    fn in_groups(&mut self, batch: Batch<'_, '_>, number: impl Fn(usize) -> u64, lookback: Option<Lookback<'_>>) {
        let Batch { frames, far } = batch;
        let begin = frames.first().map_or(&[][..], |first| first.data);
        let mut ahead: [Ahead<'_>; STEPS] = Default::default();
        let groups = frames.len().div_ceil(GROUP);
        for step in 0..groups + STEPS - 1 {
            let group = |back: usize| {
                let group = step.checked_sub(back).filter(|group| *group < groups)?;
                Some((group % STEPS, group * GROUP))
            };
            if let Some((slot, start)) = group(0) {
                self.find(batch, start..frames.len().min(start + GROUP), &mut ahead[slot]);
            }
            // What is asked for in one go is waited for: here, while packets are looked at whose turn has come.
            let [sought, found, turn] = [1, 2, 3].map(group);
            if let Some((slot, _)) = turn {
                self.look_ahead(&ahead[slot]);
            }
            for n in 0..GROUP {
                if let Some((slot, _)) = sought {
                    self.find_one(&mut ahead[slot], n);
                }
                if let Some((slot, start)) = found {
                    self.draw_near(batch, start + n, ahead[slot].places[n]);
                }
                if let Some((slot, start)) = turn
                    && let Some(frame) = frames.get(start + n)
                {
                    let Ahead { packets, sought, .. } = &ahead[slot];
                    let packet = far.map_or(&packets[n], |far| &far[start + n]);
                    let lookback = lookback.and_then(|lookback| lookback.behind(distance(begin, frame.data)?));
                    self.next(frame, number(start + n), packet.as_ref().zip(sought[n].as_ref()), lookback);
                }
            }
        }
    }

    /// The next frame, and the packet in it where it is a plain one.
    #[inline]
    fn next(
        &mut self,
        frame: &Frame<'_>,
        number: u64,
        plain: Option<(&Packet<'_>, &Sought)>,
        lookback: Option<Lookback<'_>>,
    ) {
        let within = Within { number, lookback, frame: frame.data };
        self.begin(frame, number);
        match plain {
            Some((packet, sought)) => self.plain(packet, Some(sought), &within),
            None => self.dissected(*frame, &within),
        }
    }

    /// Takes a group's plain packets out of their frames, and asks for the places where their flows may be.
    #[inline]
    fn find<'f>(&self, batch: Batch<'_, 'f>, range: Range<usize>, ahead: &mut Ahead<'f>) {
        let Ahead { packets, sought, places } = ahead;
        let packets = match batch.far {
            Some(far) => {
                far.iter().skip(range.end).take(GROUP).for_each(near);
                black_box(far[range.clone()].iter().flatten().fold(0, |seen, packet| seen ^ glance_at_packet(packet)));
                &far[range]
            }
            None => self.take_out(batch, range, packets),
        };
        for (packet, sought) in packets.iter().zip(sought.iter_mut()) {
            *sought = packet.as_ref().map(|packet| self.table.seek(&Ends::of(packet)));
        }
        *places = [NONE; GROUP];
        if self.table.len() >= WORTH_IT {
            for (sought, place) in sought.iter().take(packets.len()).zip(places) {
                *place = sought.as_ref().and_then(|sought| self.table.suspect(sought.hash)).unwrap_or(NONE);
            }
        }
    }

    /// Takes plain packets out of their frames.
    #[inline]
    fn take_out<'f, 'p>(
        &self,
        batch: Batch<'_, 'f>,
        range: Range<usize>,
        packets: &'p mut TakenOut<'f>,
    ) -> &'p TakenOut<'f> {
        let (frames, checks) = (&batch.frames[range], self.settings.checks());
        for (packet, frame) in packets.iter_mut().zip(frames) {
            plain_tcp_into(frame, checks, packet);
        }
        packets.get(..frames.len()).unwrap_or(packets)
    }

    /// Finds the flow of a group's packet, and asks for its record.
    #[inline]
    fn find_one(&self, ahead: &mut Ahead<'_>, n: usize) {
        let place = &mut ahead.places[n];
        let Some(sought) = ahead.sought[n].as_mut().filter(|_| *place != NONE) else { return };
        sought.hint = *place;
        *place = self.table.locate(sought).unwrap_or(NONE);
        sought.hint = *place;
        if let Some(record) = self.record_at(*place) {
            record.draw_near();
        }
    }

    /// Asks for what the record at `place` points to, and for the first lines of the payload of frame `at` if somebody
    /// reads it and nobody here has seen it yet.
    #[inline]
    fn draw_near(&self, batch: Batch<'_, '_>, at: usize, place: u32) {
        let Some(record) = self.record_at(place) else { return };
        Self::beyond_near(record);
        let Reading::Decoding(_) = &record.reading else { return };
        if let Some(Some(Packet { body: PacketBody::Tcp { segment, .. }, .. })) = batch.far.and_then(|far| far.get(at))
        {
            near_bytes(segment.payload, 0, segment.payload.len().min(PAYLOAD));
        }
    }

    /// Asks for what a record points to.
    #[inline]
    pub(crate) fn beyond_near(record: &Flows<P, O>) {
        if let Carrier::Tcp(tcp) = &record.carrier {
            tcp.draw_near();
        }
        O::beyond(&record.state, &mut near_all);
        if let Reading::Decoding(session) = &record.reading {
            session.ask_for(DECODER);
        }
    }

    /// Asks for what the parts of a group's records point to themselves.
    #[inline]
    fn look_ahead(&self, ahead: &Ahead<'_>) {
        for (sought, at) in ahead.sought.iter().zip(&ahead.places) {
            let (Some(sought), Some(record)) = (sought, self.record_at(*at)) else { continue };
            let Carrier::Tcp(tcp) = &record.carrier else { continue };
            if let Some((start, byte)) = tcp.connection.recent(self.table.slot(*at).sender(sought.forward)) {
                near_bytes(start, byte, 1);
            }
        }
    }

    /// The record at a place that was a flow's a little while ago: flows may have ended since, and their page be gone.
    #[inline]
    pub(crate) fn record_at(&self, at: u32) -> Option<&Far<Flows<P, O>>> {
        match &self.table.known(at)?.body {
            Body::Full { flow, .. } => Some(flow),
            Body::Refused { .. } | Body::Half(_) | Body::Vacant => None,
        }
    }
}

/// How far behind where some bytes begin others do.
#[inline]
fn distance(bytes: &[u8], others: &[u8]) -> Option<u64> {
    others.as_ptr().addr().checked_sub(bytes.as_ptr().addr()).map(|distance| distance as u64)
}

/// A field of each line of a packet that another core has put down, so that the waits overlap; the number means nothing.
#[inline]
fn glance_at_packet(packet: &Packet<'_>) -> usize {
    let PacketBody::Tcp { segment, .. } = &packet.body else { return 0 };
    segment.payload.len() ^ usize::from(packet.ip.ttl) ^ usize::from(packet.depth)
}

/// Frames looked at in one go: enough that the waits overlap, few enough that what was read is still near when its turn
/// comes.
const GROUP: usize = 16;

/// From asking for a flow's place to its packet's turn: the place, the record, what that points to, and what those point to.
const STEPS: usize = 4;

/// Bytes of a decoder that most chunks need.
const DECODER: usize = 320;

/// Bytes of a payload that are asked for ahead; what follows comes in a row.
const PAYLOAD: usize = 512;

/// With fewer flows than this the caches hold them all; tests have few.
pub(crate) const WORTH_IT: usize = if cfg!(test) { 1 } else { 128 };
