//! Transfers: a file one way, counts the other.

use alloc::boxed::Box;
use core::cmp::Ordering;

use wiretale_protocol::{Chunk, Content, Context, Demand, Direction, Note, Observe, Opening, Probe, Protocol};

use crate::acknowledgements::Acknowledgements;
use crate::transfer::xmit::Header;
use crate::{Announced, Event, Kind, Outcome};

/// A file's transfer: `DCC SEND` and its kin.
///
/// Known by its offer, or by its acknowledgements alone: one side sends nothing but growing counts of what the other
/// side sent. Which side sends the file is said by the offer and shown by the flow; the flow is believed.
#[derive(Clone, Copy, Debug)]
pub struct Dcc;

/// The state of one transfer. Holds the offer and a few dozen bytes.
#[derive(Debug, Default)]
pub struct TransferDecoder {
    announced: Option<Box<Announced>>,
    // Who sends the file; `None` while only the receiver-to-be has spoken, with fewer than four bytes.
    sender: Option<Direction>,
    early: [u8; 4],
    early_len: usize,
    bytes: u64,
    missed: u64,
    // Of an XMIT, until its file begins.
    header: Option<Box<Header>>,
    acknowledgements: Acknowledgements,
    acknowledged: Option<u64>,
    ended: [bool; 2],
    opened: bool,
    // What the sender sends now is the file's and nothing else.
    flows: bool,
    finished: bool,
    // One complaint about the counts is enough.
    flawed: bool,
    // It turned out to be no transfer at all.
    unlike: bool,
}

impl Protocol for Dcc {
    const TAG: &'static str = "irc-dcc-data";

    type Event<'a> = Event<'a>;

    type Decoder = TransferDecoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        probe::probe(opening).0
    }

    fn start(opening: &Opening<'_>) -> TransferDecoder {
        TransferDecoder { sender: probe::probe(opening).1, ..TransferDecoder::default() }
    }

    fn start_expected(note: Note) -> Option<TransferDecoder> {
        let announced = note.take::<Announced>().filter(|announced| announced.kind != Kind::Chat)?;
        let header = (announced.kind == Kind::Xmit && !announced.tls).then(Box::default);
        Some(TransferDecoder { announced: Some(Box::new(announced)), header, ..TransferDecoder::default() })
    }

    // The first counts are small numbers, and no text.
    fn may_be_text(_: &Opening<'_>) -> bool {
        false
    }

    fn feed<O: Observe<Self>>(decoder: &mut TransferDecoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        decoder.feed(cx, chunk)
    }
}

impl TransferDecoder {
    fn feed<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let direction = cx.moment().direction;
        match chunk {
            Chunk::Data(bytes) if self.flows && self.sender == Some(direction) => {
                self.content(cx, bytes);
                Demand::Stream
            }
            _ => self.step(cx, direction, chunk),
        }
    }

    fn step<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, direction: Direction, chunk: Chunk<'_>) -> Demand {
        let hidden = self.announced.as_ref().is_some_and(|announced| announced.tls);
        match chunk {
            _ if self.unlike => return Demand::Nothing,
            Chunk::Data(_) | Chunk::Gap(_) if hidden => {
                self.decide(cx, self.expected_sender());
                cx.confirm(Dcc::TAG);
                return Demand::Lengths;
            }
            Chunk::Data(bytes) => self.data(cx, direction, bytes),
            Chunk::Gap(len) => self.gap(cx, direction, len),
            Chunk::End(_) => self.end(cx, direction),
        }
        if self.unlike { Demand::Nothing } else { Demand::Stream }
    }

    fn data<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, direction: Direction, mut bytes: &[u8]) {
        if let Some(header) = self.header.as_deref_mut() {
            if direction != expected_sender(self.announced.as_deref()) {
                return header.position.take(&mut bytes);
            }
            header.modified.take(&mut bytes);
            if bytes.is_empty() {
                return;
            }
            self.begin(cx);
        }
        let bytes = match self.sender {
            None => self.early(cx, direction, bytes),
            Some(_) => bytes,
        };
        let Some(sender) = self.sender.filter(|_| !bytes.is_empty()) else { return };
        self.decide(cx, sender);
        if sender == direction {
            self.content(cx, bytes);
        } else {
            self.counts(cx, bytes);
        }
    }

    // The file of an XMIT begins. Without the receiver's word there was no header, and what was held is the file's.
    fn begin<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
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
    // had before; else the offer was wrong about who sends. Returns the bytes that are still to be looked at.
    fn early<'a, O: Observe<Dcc>>(
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
        if self.early_len == self.early.len() {
            let counts = u64::from(u32::from_be_bytes(self.early)) <= self.start();
            self.settle(cx, if counts { expected } else { direction });
        }
        rest
    }

    // Decides who sends, and looks at what was held until then.
    fn settle<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, sender: Direction) {
        self.decide(cx, sender);
        let early = self.early;
        let held = early.get(..core::mem::take(&mut self.early_len)).unwrap_or_default();
        if sender == self.expected_sender() {
            self.counts(cx, held);
        } else if !held.is_empty() {
            self.content(cx, held);
        }
    }

    fn decide<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, sender: Direction) {
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

    fn content<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        if self.finished {
            return;
        }
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        cx.emit::<Dcc>(Event::Content(Content::Data(bytes)));
    }

    fn counts<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        // XMIT sends no counts back.
        if self.announced.as_ref().is_some_and(|announced| announced.kind == Kind::Xmit) {
            return;
        }
        let mut input = bytes;
        while let Some(count) = self.acknowledgements.next(&mut input, self.top()) {
            if self.is_plausible(count) {
                cx.confirm(Dcc::TAG);
                self.acknowledged = Some(count);
                cx.emit::<Dcc>(Event::Acknowledged(count));
            } else if self.acknowledged.is_none() {
                return self.give_up(cx);
            } else {
                self.complain(cx);
            }
        }
    }

    fn is_plausible(&self, count: u64) -> bool {
        let sent = count <= self.top() || self.size().is_some_and(|size| count <= size);
        sent && self.acknowledged.is_none_or(|before| before <= count)
    }

    // The first count is none: whatever was offered, this is no transfer.
    #[cold]
    fn give_up<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        self.complain(cx);
        self.unlike = true;
        self.flows = false;
        self.finish(cx);
    }

    #[cold]
    fn complain<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        if !core::mem::replace(&mut self.flawed, true) {
            cx.weird("irc_invalid_dcc_send_ack", &[]);
        }
    }

    fn gap<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, direction: Direction, len: u64) {
        self.begin(cx);
        if self.sender.is_none() {
            self.settle(cx, self.expected_sender());
        }
        self.decide(cx, self.expected_sender());
        if self.sender != Some(direction) {
            self.acknowledgements.gap(len);
        } else if !self.finished {
            self.bytes = self.bytes.saturating_add(len);
            self.missed = self.missed.saturating_add(len);
            cx.emit::<Dcc>(Event::Content(Content::Gap(len)));
        }
    }

    fn end<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, direction: Direction) {
        if let Some(ended) = self.ended.get_mut(direction.index()) {
            *ended = true;
        }
        if self.ended.get(self.expected_sender().index()) == Some(&true) {
            self.begin(cx);
        }
        if self.sender.is_none() && self.ended == [true; 2] {
            let expected = self.expected_sender();
            // Fewer than four bytes and nothing the other way: a very short file.
            self.settle(cx, if self.early_len == 0 { expected } else { expected.opposite() });
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

    fn finish<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        if core::mem::replace(&mut self.finished, true) {
            return;
        }
        let hidden = self.announced.as_ref().is_some_and(|announced| announced.tls);
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

    // The most that can be acknowledged, by what was sent.
    fn top(&self) -> u64 {
        self.start().saturating_add(self.bytes)
    }

    fn start(&self) -> u64 {
        self.announced.as_ref().map_or(0, |announced| announced.start)
    }

    fn size(&self) -> Option<u64> {
        self.announced.as_ref().and_then(|announced| announced.size)
    }

    // The one who listens sends, unless the offer was passive.
    fn expected_sender(&self) -> Direction {
        expected_sender(self.announced.as_deref())
    }
}

fn expected_sender(announced: Option<&Announced>) -> Direction {
    match announced {
        Some(announced) if announced.reverse => Direction::Client,
        _ => Direction::Server,
    }
}

mod probe;
mod xmit;
