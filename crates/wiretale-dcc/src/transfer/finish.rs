//! The end of a transfer, and how much of the file crossed.

use core::cmp::Ordering;

use wiretale_protocol::{Content, Context, Direction, Observe, Protocol};

use super::{Dcc, TransferDecoder};
use crate::{Event, Outcome};

impl TransferDecoder {
    pub(super) fn end<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, direction: Direction) {
        if let Some(ended) = self.ended.get_mut(direction.index()) {
            *ended = true;
        }
        if self.ended.get(self.expected_sender().index()) == Some(&true) {
            self.begin(cx);
        }
        if self.sender.is_none() && self.ended == [true; 2] {
            let expected = self.expected_sender();
            // So few bytes and nothing the other way: a very short file, or a single count.
            let is_count = self.early_len == 4 && self.size() != Some(4);
            self.settle(cx, if self.early_len == 0 || is_count { expected } else { expected.opposite() });
        }
        let Some(sender) = self.sender else { return };
        if self.ended.get(sender.index()) == Some(&true) {
            self.decide(cx, sender);
            self.finish(cx);
        }
        if sender != direction && self.acknowledgements.torn() {
            self.complain(cx);
        }
    }

    pub(super) fn finish<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        if core::mem::replace(&mut self.finished, true) {
            return;
        }
        let hidden = self.announced.as_ref().is_some_and(|announced| announced.tls);
        if let Some(count) = self.acknowledged.filter(|_| self.bytes == 0) {
            self.lack(cx, count.saturating_sub(self.start()));
        }
        if !hidden {
            cx.emit::<Dcc>(Event::Content(Content::End));
        }
        let start = self.shown_start();
        let outcome = if hidden || self.unlike { Outcome::Unknown } else { self.outcome(start) };
        // Of an announced one it is known whose it was, though nothing crossed.
        if (self.bytes != 0 || self.announced.is_some()) && !self.unlike {
            cx.confirm(Dcc::TAG);
        }
        let (bytes, missed, size, acknowledged) = (self.bytes, self.missed, self.size(), self.acknowledged);
        cx.emit::<Dcc>(Event::Finished { bytes, missed, size, start, acknowledged, outcome });
    }

    fn outcome(&self, start: u64) -> Outcome {
        let Some(size) = self.size() else { return Outcome::Unknown };
        let reached = start.saturating_add(self.bytes);
        match reached.cmp(&size) {
            Ordering::Equal => Outcome::Complete,
            Ordering::Less => Outcome::Short(size - reached),
            Ordering::Greater => Outcome::Over(reached - size),
        }
    }

    // Where the agreement to resume was not seen, a last count that equals the file's size shows it.
    fn shown_start(&self) -> u64 {
        match self.size() {
            Some(size) if self.start() == 0 && self.acknowledged == Some(size) => size.saturating_sub(self.bytes),
            _ => self.start(),
        }
    }
}
