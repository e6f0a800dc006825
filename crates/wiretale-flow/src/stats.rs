//! What was counted.

/// Counters of one analyzer, from its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// Frames handed in.
    pub frames: u64,
    /// Their captured bytes.
    pub bytes: u64,
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
    /// The most flows at a time.
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
    /// Bytes that wait out of order now.
    pub held_bytes: u64,
    /// Bytes kept for identification now.
    pub probed_bytes: u64,
    /// Bytes that decoders hold for what is not finished, such as lines without an end, now.
    pub decoder_bytes: u64,
}

impl Stats {
    /// Bytes of flows that wait for others.
    pub(crate) const fn waiting(&self) -> u64 {
        self.held_bytes + self.probed_bytes + self.decoder_bytes
    }
}
