//! Frames that come together, and how what follows them is had near.

use wiretale_packet::Frame;

use crate::ahead::TakenOut;
use crate::near::{LINE, RECORD_HEAD, near_bytes};

/// Frames that are taken in groups.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'b, 'f> {
    pub(crate) frames: &'b [Frame<'f>],
    /// Their packets, where another core has taken them out: none of their bytes has been seen here yet.
    pub(crate) far: Option<&'b TakenOut<'f>>,
    /// How far behind a frame its bytes are that come after the batch, in a capture that lies in memory as a whole.
    distance: usize,
}

// What comes after the batch is asked for half when a frame's packet is taken out, half when that packet's turn comes:
// memory can only give so much at a time, and else would have nothing to do in between.
impl<'b, 'f> Batch<'b, 'f> {
    /// `in_memory` says that the frames are slices of a capture that lies in memory as a whole.
    pub(crate) fn new(frames: &'b [Frame<'f>], far: Option<&'b TakenOut<'f>>, in_memory: bool) -> Self {
        Self { frames, far, distance: if in_memory { extent(frames) } else { 0 } }
    }

    #[inline]
    pub(crate) fn read_ahead(&self, frame: &Frame<'_>) {
        if self.far.is_none() && self.distance > 0 {
            near_bytes(frame.data, self.distance, first_half(frame));
        }
    }

    #[inline]
    pub(crate) fn read_on(&self, frame: &Frame<'_>) {
        if self.far.is_none() && self.distance > 0 {
            let half = first_half(frame);
            near_bytes(frame.data, self.distance + half, frame.data.len() - half + RECORD_HEAD);
        }
    }
}

/// The first lines of a frame; none of a short one, which is asked for in one go.
#[inline]
fn first_half(frame: &Frame<'_>) -> usize {
    frame.data.len() / 2 / LINE * LINE
}

/// From where the first frame begins to where the last one ends.
fn extent(frames: &[Frame<'_>]) -> usize {
    let ends = frames.first().zip(frames.last());
    ends.map_or(0, |(first, last)| {
        let (from, to) = (first.data.as_ptr().addr(), last.data.as_ptr().addr() + last.data.len());
        to.saturating_sub(from)
    })
}
