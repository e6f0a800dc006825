//! What events borrow, put down so that another thread can lend it.

use std::sync::LazyLock;

use wiretale_dcc::{Announced, Kind, LendOffers, OfferId, Provenance};
use wiretale_protocol::{Endpoint, FlowId, Lend, Timestamp};

/// What the calls' arguments borrow.
#[derive(Default)]
pub(super) struct Kept {
    spans: Vec<Span>,
    bytes: Vec<u8>,
    offers: Vec<Announced>,
    // Where the batch begins in memory, and how long it is, as far as spans reach.
    batch: (usize, usize),
}

/// A slice, of the batch or of the bytes kept, in eight bytes: from the top a bit that tells which, its position in
/// thirty-five bits and its length in the rest.
#[derive(Clone, Copy)]
struct Span(u64);

impl Span {
    /// No slice is as long as the longest record of a capture, which has 256 MiB; a longer one would be cut.
    const LEN: u32 = 28;
    const LONGEST: usize = (1 << Self::LEN) - 1;
    /// 32 GiB: what lies beyond in a batch is kept as a copy.
    const FARTHEST: usize = 1 << (63 - Self::LEN);

    const fn new(lent: bool, at: usize, len: usize) -> Self {
        let len = if len > Self::LONGEST { Self::LONGEST } else { len };
        Self((lent as u64) << 63 | (at as u64) << Self::LEN | len as u64)
    }

    /// Is it of the batch? Where does it begin, and where does it end?
    const fn parts(self) -> (bool, usize, usize) {
        let at = (self.0 << 1 >> (Self::LEN + 1)) as usize;
        (self.0 >> 63 == 1, at, at + (self.0 as usize & Self::LONGEST))
    }
}

/// Lends what was kept, in the order kept.
pub(super) struct Lender<'b> {
    kept: &'b Kept,
    batch: &'b [u8],
    spans: usize,
    offers: usize,
}

impl Kept {
    /// What is kept from now on is mostly slices of `batch`.
    ///
    /// Invariant: these bytes stay where they are until everything is forgotten.
    pub(super) fn slices_of(&mut self, batch: &[u8]) {
        self.batch = (batch.as_ptr().addr(), batch.len().min(Span::FARTHEST));
    }

    /// Forgets everything; the room stays.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.bytes.clear();
        self.offers.clear();
    }

    #[inline]
    fn keep(&mut self, bytes: &[u8]) {
        let (span, lent) = self.span(bytes);
        self.spans.push(if lent { span } else { Span::new(false, self.bytes.len(), bytes.len()) });
        if !lent {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The span of bytes that lie in the batch, and whether they do. None at all may lie anywhere.
    #[inline]
    fn span(&self, bytes: &[u8]) -> (Span, bool) {
        let (at, end) = self.batch;
        let at = if bytes.is_empty() { 0 } else { bytes.as_ptr().addr().wrapping_sub(at) };
        (Span::new(true, at, bytes.len()), at <= end && bytes.len() <= end - at)
    }
}

/// Puts slices away and leaves events without any.
impl Lend<'static> for Kept {
    #[inline]
    fn lend(&mut self, bytes: &[u8]) -> &'static [u8] {
        self.keep(bytes);
        &[]
    }

    // Nearly always all of them are slices of the batch.
    #[inline]
    fn lend_all<const N: usize>(&mut self, all: [&[u8]; N]) -> [&'static [u8]; N] {
        let mut all_lent = true;
        let spans = all.map(|bytes| {
            let (span, lent) = self.span(bytes);
            all_lent &= lent;
            span
        });
        if all_lent {
            self.spans.extend_from_slice(&spans);
        } else {
            all.iter().for_each(|bytes| self.keep(bytes));
        }
        [&[]; N]
    }
}

impl LendOffers<'static> for Kept {
    fn lend_offer(&mut self, announced: &Announced) -> &'static Announced {
        self.offers.push(announced.clone());
        &NO_OFFER
    }
}

impl<'b> Lender<'b> {
    pub(super) fn new(kept: &'b Kept, batch: &'b [u8], from: (usize, usize)) -> Self {
        Self { kept, batch, spans: from.0, offers: from.1 }
    }

    #[inline]
    fn bytes(&self, span: Span) -> &'b [u8] {
        let (lent, from, to) = span.parts();
        let bytes = if lent { self.batch } else { &self.kept.bytes };
        bytes.get(from..to).unwrap_or_default()
    }

    /// How far it has come.
    pub(super) const fn come(&self) -> (usize, usize) {
        (self.spans, self.offers)
    }
}

impl<'b> Lend<'b> for Lender<'b> {
    #[inline]
    fn lend(&mut self, _: &[u8]) -> &'b [u8] {
        let [bytes] = self.lend_all([&[]]);
        bytes
    }

    #[inline]
    fn lend_all<const N: usize>(&mut self, _: [&[u8]; N]) -> [&'b [u8]; N] {
        let spans = self.kept.spans.get(self.spans..).and_then(|rest| rest.first_chunk::<N>());
        self.spans += N;
        spans.map_or([&[]; N], |spans| spans.map(|span| self.bytes(span)))
    }
}

impl<'b> LendOffers<'b> for Lender<'b> {
    fn lend_offer(&mut self, _: &Announced) -> &'b Announced {
        self.offers += 1;
        self.kept.offers.get(self.offers - 1).unwrap_or(&NO_OFFER)
    }
}

/// Stands for an offer that was put away.
static NO_OFFER: LazyLock<Announced> = LazyLock::new(|| Announced {
    offer: OfferId { session: FlowId(0), number: 0 },
    offered: Timestamp::default(),
    kind: Kind::Send,
    from: Box::default(),
    to: Box::default(),
    name: Box::default(),
    size: None,
    modified: None,
    start: 0,
    token: Box::default(),
    tls: false,
    turbo: false,
    reverse: false,
    server: Endpoint::default(),
    provenance: Provenance::Unknown,
    private: false,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_long_as_no_link_has_it_is_lent_whole() {
        let [batch, elsewhere] = [7_u8, 8].map(|byte| vec![byte; 9 << 20]);
        let mut kept = Kept::default();
        kept.slices_of(&batch);
        let slices = [&batch[1..], &elsewhere, &batch[..0], &elsewhere[2..], &batch[2..]];
        for bytes in slices {
            kept.lend(bytes);
        }
        let mut lender = Lender::new(&kept, &batch, (0, 0));
        assert!(slices.into_iter().all(|bytes| lender.lend(&[]) == bytes));
    }
}
