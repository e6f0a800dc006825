//! What connections come to.

use wiretale::protocol::Timestamp;

use super::Talk;

/// What connections come to.
#[derive(Clone, Copy, Default, Debug)]
pub struct Sum {
    /// How many.
    pub talks: u64,
    /// The first packet of any.
    pub began: Timestamp,
    /// The last packet of any.
    pub ended: Timestamp,
    /// Bytes that the home host sent.
    pub sent: u64,
    /// Bytes that it received.
    pub received: u64,
    /// How many were encrypted.
    pub sealed: u64,
    /// The bytes of these.
    pub sealed_bytes: u64,
    /// How many had begun before the capture did.
    pub midstream: u64,
    /// Of how many one side alone was captured.
    pub one_sided: u64,
    /// How many were not captured as a whole.
    pub lossy: u64,
    /// Bytes that were on the wire but not captured.
    pub missed: u64,
}

impl Sum {
    pub(super) fn add(&mut self, talk: &Talk) {
        *self = self.with(&Self::of(talk));
    }

    fn of(talk: &Talk) -> Self {
        let Talk { began, ended, sent, received, missed, midstream, one_sided, .. } = *talk;
        let sealed = u64::from(talk.is_sealed());
        let [midstream, one_sided, lossy] = [midstream, one_sided, missed > 0].map(u64::from);
        let sealed_bytes = sealed * (sent + received);
        Self { talks: 1, began, ended, sent, received, sealed, sealed_bytes, midstream, one_sided, lossy, missed }
    }

    /// Of these and others together.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        if self.talks == 0 || other.talks == 0 {
            return if self.talks == 0 { *other } else { self };
        }
        Self {
            talks: self.talks + other.talks,
            began: self.began.min(other.began),
            ended: self.ended.max(other.ended),
            sent: self.sent + other.sent,
            received: self.received + other.received,
            sealed: self.sealed + other.sealed,
            sealed_bytes: self.sealed_bytes + other.sealed_bytes,
            midstream: self.midstream + other.midstream,
            one_sided: self.one_sided + other.one_sided,
            lossy: self.lossy + other.lossy,
            missed: self.missed + other.missed,
        }
    }
}
