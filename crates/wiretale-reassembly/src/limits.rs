//! Bounds of one connection.

use core::time::Duration;

/// How much a connection may hold, and how long it waits. Each bound that is reached declares a gap and goes on; none
/// makes a stream deaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes that may wait out of order, for each half.
    pub held: usize,
    /// Pieces that may wait out of order, for each half.
    pub pieces: usize,
    /// Packets of the connection that must follow before an acknowledged hole is declared a gap or a doubtful segment
    /// is judged: some captures show an acknowledgement shortly before what it acknowledges.
    pub grace_packets: u8,
    /// Packet time that must pass, too, before that. Twenty times as long is enough without packets.
    pub grace: Duration,
    /// Packet time after which a hole is declared a gap even where nobody is seen to acknowledge it.
    pub hole_age: Duration,
    /// Segments that may be kept aside in doubt, for each connection.
    pub doubts: usize,
    /// Delivered segments whose place in the capture is remembered, for each half, until acknowledged.
    pub recent: usize,
    /// Delivered bytes kept for comparison, for each half; for captures that cannot be looked back into.
    pub history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            held: 2 << 20,
            pieces: 2048,
            grace_packets: 6,
            grace: Duration::from_millis(100),
            hole_age: Duration::from_secs(60),
            doubts: 16,
            recent: 64,
            history: 0,
        }
    }
}
