//! Who sends the file: what was offered, believed as far as the flow bears it out.

use wiretale_protocol::{Content, Context, Direction, Observe, Protocol};

use super::{Dcc, TransferDecoder};
use crate::{Announced, Event};

impl TransferDecoder {
    // The file of an XMIT begins. Without the receiver's word there was no header, and what was held is the file's.
    pub(super) fn begin<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        let Some(header) = self.header.take() else { return };
        let size = self.size().unwrap_or(u64::MAX);
        let position = header.position.number().map(u64::from).filter(|&position| position <= size);
        let words = header.modified.number().zip(position);
        if let Some(((modified, position), announced)) = words.zip(self.announced.as_deref_mut()) {
            announced.modified = Some(modified);
            announced.start = position;
        }
        self.decide(cx, self.expected_sender());
        if words.is_none() && !header.modified.bytes().is_empty() {
            self.content(cx, header.modified.bytes());
        }
    }

    // The receiver-to-be speaks first. Its first word is a count if it says that it has nothing yet, or as much as it
    // had before; or if it and the next one are counts of a file that size, of which the capture has nothing, or has it
    // later. Else the offer was wrong about who sends. Returns the bytes that are still to be looked at.
    pub(super) fn early<'a, O: Observe<Dcc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        direction: Direction,
        bytes: &'a [u8],
    ) -> &'a [u8] {
        let expected = self.expected_sender();
        if direction == expected {
            self.settle(cx, expected);
            return bytes;
        }
        let missing = self.early.len().saturating_sub(self.early_len).min(bytes.len());
        let (head, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        if let Some(room) = self.early.get_mut(self.early_len..self.early_len + head.len()) {
            room.copy_from_slice(head);
            self.early_len += head.len();
        }
        if let Some(counts) = self.are_counts() {
            self.settle(cx, if counts { expected } else { direction });
        }
        rest
    }

    // Whether what was said early is counts, once that can be told.
    fn are_counts(&self) -> Option<bool> {
        let (words, _) = self.early.as_chunks::<4>();
        let mut words = words.iter().map(|word| u64::from(u32::from_be_bytes(*word))).take(self.early_len / 4);
        let first = words.next()?;
        if first <= self.start() {
            return Some(true);
        }
        let Some(size) = self.size().filter(|size| first <= *size) else { return Some(false) };
        words.next().map(|second| (first..=size).contains(&second))
    }

    // Decides who sends, and looks at what was held until then.
    pub(super) fn settle<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, sender: Direction) {
        self.decide(cx, sender);
        let early = self.early;
        let held = early.get(..core::mem::take(&mut self.early_len)).unwrap_or_default();
        if sender == self.expected_sender() {
            self.counts(cx, held);
        } else if !held.is_empty() {
            self.content(cx, held);
        }
    }

    pub(super) fn decide<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, sender: Direction) {
        let sender = *self.sender.get_or_insert(sender);
        if core::mem::replace(&mut self.opened, true) {
            return;
        }
        let announced = self.announced.as_deref();
        if announced.is_none() {
            cx.confirm(Dcc::TAG);
        }
        cx.emit::<Dcc>(Event::Opened { announced, sender });
        if announced.is_none_or(|announced| !announced.tls) {
            let name = announced.map(|announced| &*announced.name);
            let size = announced.and_then(|announced| announced.size);
            let start = announced.map_or(0, |announced| announced.start);
            cx.emit::<Dcc>(Event::Content(Content::Begin { name, size, start }));
            self.flows = true;
        }
    }

    // The one who listens sends, unless the offer was passive.
    pub(super) fn expected_sender(&self) -> Direction {
        expected_sender(self.announced.as_deref())
    }
}

pub(super) fn expected_sender(announced: Option<&Announced>) -> Direction {
    match announced {
        Some(announced) if announced.reverse => Direction::Client,
        _ => Direction::Server,
    }
}
