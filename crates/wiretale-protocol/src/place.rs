//! The order in which an analysis goes.

use wiretale_packet::{FlowKey, Timestamp};

/// Where in the course of an analysis something is told. What several analyzers tell of the same capture, put in the
/// order of places, is what one tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Before or with which frame: its number, or [`Place::END`].
    pub frame: u64,
    /// What is done.
    pub step: Step,
}

impl Place {
    /// After the last frame.
    pub const END: u64 = 1 << 54;
}

/// What is done, in the order in which it is done. All but the last are done when a second of packet time is over,
/// before the frame that is the first of the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// A flow that goes on is looked at for holes that are too old.
    Look(Began),
    /// A flow is closed that is over by now, at this time.
    Close(Timestamp, Began),
    /// An announced flow did not come: the frame in which it was announced, and the how manieth it was there.
    Lapse(u64, u32),
    /// Fragments are given up.
    Fragments,
    /// Packet time is told.
    Tick,
    /// A packet of the frame, the outermost first.
    Packet(u32),
}

/// What tells flows apart and orders them: the first packet's time and frame, and who talks to whom.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Began {
    /// The time of its first packet.
    pub opened: Timestamp,
    /// The frame of its first packet.
    pub frame: u64,
    /// Its ends.
    pub key: FlowKey,
}
