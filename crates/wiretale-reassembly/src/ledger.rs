//! What became of every byte.

/// Why bytes were not delivered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Reason {
    /// The receiving host would have refused the segment.
    Refused,
    /// They came after their place was declared a gap.
    Late,
    /// They lie before the first byte of the stream.
    BeforeStart,
    /// They follow the FIN.
    AfterFin,
    /// They came with a RST, or after one.
    Reset,
    /// They came with a SYN and were not acknowledged.
    OnSyn,
    /// They were urgent, and the receiver takes urgent bytes out of the stream.
    Urgent,
    /// Nobody asked for them: see [`Demand::Lengths`](crate::Demand::Lengths).
    Unwanted,
    /// They waited when the connection was dropped without being closed.
    Abandoned,
}

impl Reason {
    /// How many reasons there are.
    pub const COUNT: usize = 9;

    /// Its name in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Late => "late",
            Self::BeforeStart => "before_start",
            Self::AfterFin => "after_fin",
            Self::Reset => "reset",
            Self::OnSyn => "on_syn",
            Self::Urgent => "urgent",
            Self::Unwanted => "unwanted",
            Self::Abandoned => "abandoned",
        }
    }
}

/// The account of one direction, in payload bytes.
///
/// After every packet `received` is the sum of `delivered`, `duplicate`, `conflict_lost`, what was dropped, and `held`.
/// `gap` stands beside it: those bytes were never received.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Ledger {
    /// Captured payload bytes handed in.
    pub received: u64,
    /// Bytes handed on.
    pub delivered: u64,
    /// Bytes that were there already, the same or not comparable.
    pub duplicate: u64,
    /// Bytes that lost against other bytes at the same place.
    pub conflict_lost: u64,
    /// Bytes declared missing.
    pub gap: u64,
    /// Bytes that wait.
    pub held: u64,
    pub(crate) dropped: [u64; Reason::COUNT],
}

impl Ledger {
    /// Bytes dropped for `reason`.
    #[must_use]
    pub fn dropped(&self, reason: Reason) -> u64 {
        self.dropped.get(reason as usize).copied().unwrap_or(0)
    }

    /// Bytes dropped for any reason.
    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Is every byte accounted for?
    #[must_use]
    pub fn balanced(&self) -> bool {
        let out = [self.delivered, self.duplicate, self.conflict_lost, self.dropped_total(), self.held];
        out.iter().try_fold(0u64, |sum, n| sum.checked_add(*n)) == Some(self.received)
    }

    pub(crate) fn drop_bytes(&mut self, reason: Reason, n: u64) {
        if let Some(count) = self.dropped.get_mut(reason as usize) {
            *count = count.saturating_add(n);
        }
    }
}
