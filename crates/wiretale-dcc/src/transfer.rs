//! Transfers: a file one way, counts the other.

mod counts;
mod finish;
mod probe;
mod sender;
mod xmit;

use alloc::boxed::Box;

use wiretale_protocol::{Chunk, Content, Context, Demand, Direction, Note, Observe, Opening, Probe, Protocol};

use crate::acknowledgements::Acknowledgements;
use crate::{Announced, Event, Kind};

use sender::expected_sender;
use xmit::Header;

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
    // Who sends the file; `None` while only the receiver-to-be has spoken, with fewer bytes than tell.
    sender: Option<Direction>,
    early: [u8; 8],
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
        let Some(sender) = self.sender.filter(|_| !bytes.is_empty() && !self.unlike) else { return };
        self.decide(cx, sender);
        if sender == direction {
            self.content(cx, bytes);
        } else {
            self.counts(cx, bytes);
        }
    }

    fn content<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        if self.finished {
            return;
        }
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        cx.emit::<Dcc>(Event::Content(Content::Data(bytes)));
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
            self.lack(cx, len);
        }
    }

    // So many bytes of the file crossed and were not captured.
    fn lack<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, len: u64) {
        self.bytes = self.bytes.saturating_add(len);
        self.missed = self.missed.saturating_add(len);
        cx.emit::<Dcc>(Event::Content(Content::Gap(len)));
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
}
