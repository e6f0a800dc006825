//! What was counted.

use crate::Course;

/// Counters of one analyzer, from its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// Frames handed in.
    pub frames: u64,
    /// Their captured bytes.
    pub bytes: u64,
    /// Frames of which the capture has less than crossed.
    pub cut: u64,
    /// How their times ran.
    pub course: Course,
    /// IP packets found in them, those inside tunnels and those put together from fragments included.
    pub packets: u64,
    /// Parts of frames that could not be read.
    pub skipped: u64,
    /// Packets dropped for a wrong checksum.
    pub corrupt: u64,
    /// Packets whose wrong checksum was taken for one left to the network card.
    pub offloaded: u64,
    /// Senders past [`Limits::senders`](crate::Limits::senders), not watched.
    pub senders_unwatched: u64,
    /// Fragments seen.
    pub fragments: u64,
    /// Flows opened.
    pub flows_opened: u64,
    /// Flows closed for any reason.
    pub flows_closed: u64,
    /// Of these, given up with one SYN seen, a bound being reached.
    pub evicted_half_open: u64,
    /// Of these, given up otherwise, a bound being reached.
    pub evicted: u64,
    /// The most flows at the turn of a second.
    pub flows_peak: u64,
    /// Flows whose protocol was found by their bytes.
    pub identified: u64,
    /// Flows read as announced.
    pub expected: u64,
    /// Flows announced.
    pub expectations: u64,
    /// Announced flows that did not come.
    pub expectations_lapsed: u64,
    /// Of these, given up since there were too many.
    pub expectations_dropped: u64,
    /// Weirds left out, being of a kind and flow that had many.
    pub weirds_suppressed: u64,
    /// Bytes of memory that segments out of order take now.
    pub held_bytes: u64,
    /// Bytes of memory that what is kept for identification takes now.
    pub probed_bytes: u64,
    /// Bytes that decoders hold for what is not finished, such as lines without an end, now.
    pub decoder_bytes: u64,
}

impl Stats {
    /// Adds what another analyzer of the same capture counted of its share; the most flows at a time are told apart.
    pub fn add(&mut self, other: &Self) {
        let Self { frames, bytes, packets, skipped, corrupt, offloaded, senders_unwatched, .. } = *other;
        let Self { fragments, flows_opened, flows_closed, evicted_half_open, evicted, identified, .. } = *other;
        let Self { expected, expectations, expectations_lapsed, expectations_dropped, .. } = *other;
        let Self { weirds_suppressed, held_bytes, probed_bytes, decoder_bytes, flows_peak: _, .. } = *other;
        for (sum, more) in [
            (&mut self.frames, frames),
            (&mut self.bytes, bytes),
            (&mut self.packets, packets),
            (&mut self.skipped, skipped),
            (&mut self.corrupt, corrupt),
            (&mut self.offloaded, offloaded),
            (&mut self.senders_unwatched, senders_unwatched),
            (&mut self.fragments, fragments),
            (&mut self.flows_opened, flows_opened),
            (&mut self.flows_closed, flows_closed),
            (&mut self.evicted_half_open, evicted_half_open),
            (&mut self.evicted, evicted),
            (&mut self.identified, identified),
            (&mut self.expected, expected),
            (&mut self.expectations, expectations),
            (&mut self.expectations_lapsed, expectations_lapsed),
            (&mut self.expectations_dropped, expectations_dropped),
            (&mut self.weirds_suppressed, weirds_suppressed),
            (&mut self.held_bytes, held_bytes),
            (&mut self.probed_bytes, probed_bytes),
            (&mut self.decoder_bytes, decoder_bytes),
        ] {
            *sum += more;
        }
    }

    /// Bytes of flows that wait for others.
    pub(crate) const fn waiting(&self) -> u64 {
        self.held_bytes + self.probed_bytes + self.decoder_bytes
    }
}
