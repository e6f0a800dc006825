//! Events for another time.

use crate::{Content, Exposure, Stray, Weird};

/// Lends bytes for another lifetime than the ones given.
///
/// What an event borrows can be put away and given back: every event has a method `relend` that hands each of its slices
/// to a lender, always in the same order, and is the same event with what the lender returns. A lender that notes the
/// slices and lends nothing leaves the event's skeleton, which borrows from nobody; one that lends the noted slices puts
/// flesh on it again.
pub trait Lend<'b> {
    /// The bytes lent for these.
    fn lend(&mut self, bytes: &[u8]) -> &'b [u8];

    /// The same of several, in their order.
    fn lend_all<const N: usize>(&mut self, all: [&[u8]; N]) -> [&'b [u8]; N] {
        all.map(|bytes| self.lend(bytes))
    }

    /// The same, if there are any.
    fn lend_some(&mut self, bytes: Option<&[u8]>) -> Option<&'b [u8]> {
        bytes.map(|bytes| self.lend(bytes))
    }
}

impl Content<'_> {
    /// The same step with bytes that `lender` lends.
    pub fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Content<'b> {
        match self {
            Self::Begin { name, size, start } => Content::Begin { name: lender.lend_some(name), size, start },
            Self::Data(bytes) => Content::Data(lender.lend(bytes)),
            Self::Gap(length) => Content::Gap(length),
            Self::End => Content::End,
        }
    }
}

impl Exposure<'_> {
    /// The same with bytes that `lender` lends.
    pub fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Exposure<'b> {
        let Self { kind, account, scope, by, outcome, tag, crossed, frame } = self;
        Exposure { kind, account: lender.lend(account), scope: lender.lend(scope), by, outcome, tag, crossed, frame }
    }
}

impl Weird<'_> {
    /// The same with bytes that `lender` lends.
    pub fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Weird<'b> {
        Weird { name: self.name, addl: lender.lend(self.addl) }
    }
}

impl Stray<'_> {
    /// The same with bytes that `lender` lends.
    pub fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Stray<'b> {
        let Self { at, frame, endpoints, weird } = self;
        Stray { at, frame, endpoints, weird: weird.relend(lender) }
    }
}
