//! A side at its ease: the next segment, and its acknowledgement.

use super::{Party, Phase, Unwrapped};

impl Party {
    /// Is a segment of so many bytes at `seq` the next one of a side at its ease? Where it ends, counted from the start.
    /// Numbers that went past zero, or are about to, are none of this.
    #[inline(always)]
    pub(crate) fn goes_on(&self, seq: u32, len: u32) -> Option<u64> {
        let begin = self.steady_place(seq, self.last)?;
        let goes_on = seq == self.last.seq && !self.has_beyond && begin <= self.through;
        seq.checked_add(len).filter(|_| goes_on).map(|_| begin + u64::from(len))
    }

    /// Does `ack` acknowledge no less than before, and nothing that was not seen of a side at its ease? Up to where.
    #[inline(always)]
    pub(crate) fn is_acknowledged(&self, ack: u32) -> Option<u64> {
        let to = self.steady_place(ack, self.acked)?;
        (ack >= self.acked.seq && to <= self.through).then_some(to)
    }

    /// Moves on by a segment for which [`Party::goes_on`] gave `end`.
    #[inline]
    pub(crate) fn go_on(&mut self, len: u32, end: u64) {
        self.last.seq += len;
        self.through = self.through.max(end);
    }

    /// Takes an acknowledgement for which [`Party::is_acknowledged`] gave `to`.
    #[inline]
    pub(crate) fn take_acknowledgement(&mut self, ack: u32, to: u64) {
        self.acked.seq = ack;
        self.trimmed = self.trimmed.max(to);
    }

    #[inline]
    fn steady_place(&self, seq: u32, near: Unwrapped) -> Option<u64> {
        let steady = self.phase == Phase::Established && !self.fin && near.wraps == 0;
        seq.checked_sub(self.start).filter(|place| steady && *place <= MAX_STEADY).map(u64::from)
    }
}

/// Further on, two numbers of one side may be so far apart that their difference turns negative.
const MAX_STEADY: u32 = i32::MAX as u32;
