//! Both directions of a flow.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use wiretale_protocol::{Chunk, Context, Demand, Direction, Observe};
use wiretale_websocket::{Piece, WebSocket};

use crate::frames::{Frame, Frames, Framing};
use crate::line::Line;
use crate::method::Method;
use crate::sealed::Sealed;
use crate::{Event, Ident, Speaks, Ssh, Text};

/// Both directions of one flow. Holds at most one packet of 256 KiB and one offer of the same size per direction, and
/// these only before encryption begins.
#[derive(Debug)]
pub struct Decoder {
    pub(crate) client: Half,
    pub(crate) server: Half,
    pub(crate) agreed: Option<u8>,
    // The payload of the offer that came first, until the other comes.
    pub(crate) offer: Option<(Direction, Vec<u8>)>,
    pub(crate) method: Method,
    pub(crate) initiated: bool,
    // The side that opened the TCP connection plays the server.
    pub(crate) reversed: bool,
    // Both sides were known by their words.
    pub(crate) served: bool,
    // The client speaks in words where packets belong, and no packet came from the server.
    pub(crate) wordy: bool,
    // What of its words came before the chunk that showed them, and how much of that chunk comes before them.
    before: Range<usize>,
    passed: usize,
    pub(crate) sealed: Sealed,
    // What stands around it, where it comes inside a WebSocket.
    websocket: Option<Box<WebSocket>>,
}

/// One direction.
#[derive(Debug)]
pub(crate) struct Half {
    pub(crate) phase: Phase,
    line: Line,
    lines: u32,
    told_long: bool,
    frames: Frames,
    framing: Option<Framing>,
    pub(crate) speaks: Option<Speaks>,
    pub(crate) software: Vec<u8>,
    pub(crate) offered: bool,
    // How far into NEWKEYS a direction that lost its way is.
    matched: u8,
    over: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// Waiting for the identification string.
    Ident,
    /// Packets in the clear.
    Clear,
    /// Encrypted.
    Sealed,
    /// The packets' beginnings are lost: looking for NEWKEYS.
    Lost,
    /// Nothing more to be had.
    Done,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self {
            client: Half::new(),
            server: Half::new(),
            agreed: None,
            offer: None,
            method: Method::Unknown,
            initiated: false,
            reversed: false,
            served: false,
            wordy: false,
            before: 0..0,
            passed: 0,
            sealed: Sealed::new(),
            websocket: None,
        }
    }

    /// One that takes SSH out of a WebSocket first.
    pub(crate) fn wrapped() -> Self {
        Self { websocket: Some(Box::default()), ..Self::new() }
    }

    /// One of a server whose words were not heard.
    pub(crate) fn behind_server() -> Self {
        let mut decoder = Self::new();
        decoder.server.phase = Phase::Lost;
        decoder
    }

    /// Bytes on the heap in what is not finished.
    pub(crate) fn held(&self) -> usize {
        let offer = self.offer.as_ref().map_or(0, |(_, offer)| offer.capacity());
        let wrapping = self.websocket.as_deref().map_or(0, WebSocket::held);
        self.client.frames.held() + self.server.frames.held() + offer + wrapping
    }

    /// What of a client's first word came before the chunk that showed it to be one.
    pub(crate) fn before_anew(&self) -> &[u8] {
        self.client.frames.begun().get(self.before.clone()).unwrap_or_default()
    }

    /// What of that chunk comes before it.
    pub(crate) fn passed_before_anew(&self) -> usize {
        if self.websocket.is_some() { 0 } else { self.passed }
    }

    pub(crate) fn feed<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let Some(mut websocket) = self.websocket.take() else { return self.unwrapped(cx, chunk) };
        let demand = self.unwrap(cx, &mut websocket, chunk);
        self.websocket = Some(websocket);
        demand
    }

    // What the frames of a WebSocket carry is the stream.
    fn unwrap<O: Observe<Ssh>>(
        &mut self,
        cx: &mut Context<'_, O>,
        websocket: &mut WebSocket,
        chunk: Chunk<'_>,
    ) -> Demand {
        let direction = cx.moment().direction;
        let mut demand = Demand::Stream;
        let with = |piece: Piece<'_>| match piece {
            Piece::Opened => WRAPPINGS.into_iter().for_each(|name| cx.serve(name)),
            Piece::Bytes(bytes) => demand = self.unwrapped(cx, Chunk::Data(bytes)),
            Piece::Lost(lost) => demand = self.unwrapped(cx, Chunk::Gap(lost)),
            Piece::Compressed => cx.weird("websocket_compressed", &[]),
            Piece::End => {}
        };
        match chunk {
            Chunk::Data(bytes) => websocket.feed(direction, bytes, with),
            Chunk::Gap(lost) => {
                let wanted = websocket.gap(direction, lost, with);
                if wanted != Demand::Stream {
                    return wanted;
                }
            }
            Chunk::End(_) => return self.unwrapped(cx, chunk),
        }
        if websocket.is_foreign() { Demand::Nothing } else { demand }
    }

    fn unwrapped<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let speaker = self.part(cx.moment().direction);
        match chunk {
            _ if self.wordy => {}
            Chunk::Data(bytes) => {
                self.boundary(cx, Some(speaker));
                self.data(cx, bytes);
            }
            Chunk::Gap(lost) => {
                self.boundary(cx, Some(speaker));
                self.gap(cx, lost);
            }
            Chunk::End(_) => self.end(cx),
        }
        if self.wordy {
            return Demand::Anew;
        }
        let done = |half: &Half| half.phase == Phase::Done;
        if done(&self.client) || done(&self.server) { Demand::Rest } else { Demand::Stream }
    }

    /// The part a TCP direction plays in SSH.
    pub(crate) const fn part(&self, direction: Direction) -> Direction {
        match (direction, self.reversed) {
            (Direction::Client, false) | (Direction::Server, true) => Direction::Client,
            _ => Direction::Server,
        }
    }

    pub(crate) const fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Client => &mut self.client,
            Direction::Server => &mut self.server,
        }
    }

    fn data<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let direction = cx.moment().direction;
        let mut input = bytes;
        // Words are for others to read.
        while !input.is_empty() && !self.wordy {
            match self.half(direction).phase {
                Phase::Ident => self.lines(cx, &mut input),
                Phase::Clear => self.packets(cx, &mut input, bytes.len()),
                Phase::Sealed => {
                    self.sealed.data(self.part(direction), cx.moment().at, core::mem::take(&mut input));
                }
                Phase::Lost => self.search(cx, &mut input),
                Phase::Done => return,
            }
        }
    }

    fn gap<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, lost: u64) {
        let direction = cx.moment().direction;
        let part = self.part(direction);
        let half = self.half(direction);
        match half.phase {
            Phase::Sealed => self.sealed.gap(part, cx.moment().at, lost),
            Phase::Clear if half.frames.gap(lost, half.framing.unwrap_or(Framing::Two)) => {}
            Phase::Ident | Phase::Clear | Phase::Lost => {
                half.phase = Phase::Lost;
                half.matched = 0;
                self.sealed.lose();
            }
            Phase::Done => {}
        }
    }

    fn end<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>) {
        self.boundary(cx, None);
        let direction = cx.moment().direction;
        if core::mem::replace(&mut self.half(direction).over, true) || !(self.client.over && self.server.over) {
            return;
        }
        if self.client.phase == Phase::Sealed || self.server.phase == Phase::Sealed {
            let news = self.sealed.last_news();
            self.tell(cx, &news);
            let mut session = self.sealed.session();
            session.client_listens = self.reversed;
            cx.emit::<Ssh>(Event::Session(session));
        }
    }

    // Lines up to the identification string.
    fn lines<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, input: &mut &[u8]) {
        let direction = cx.moment().direction;
        let half = self.half(direction);
        while half.line.take(input) {
            if half.line.over() && !core::mem::replace(&mut half.told_long, true) {
                cx.weird("SSH_line_too_long", &[]);
            }
            if let Some(ident) = Ident::parse(half.line.text()) {
                cx.emit::<Ssh>(Event::Version(ident));
                half.speaks = Some(ident.speaks());
                half.software = ident.software.to_vec();
                half.phase = Phase::Clear;
                return self.identified(cx);
            }
            half.lines += 1;
            if direction == Direction::Client || half.lines > LINES {
                cx.weird("SSH_no_identification", &[]);
                half.phase = Phase::Done;
                return;
            }
            cx.emit::<Ssh>(Event::PreBanner(Text(half.line.text())));
        }
    }

    // What is left of a chunk of so many bytes.
    fn packets<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, input: &mut &[u8], chunk: usize) {
        let direction = cx.moment().direction;
        let agreed = self.agreed;
        let half = self.half(direction);
        half.line.skip_lf(input);
        if input.is_empty() {
            return;
        }
        // Decided at the first byte of the first packet, and no earlier: by then the other side may have spoken.
        let one = agreed == Some(1) || (agreed.is_none() && half.speaks == Some(Speaks::One));
        let framing = *half.framing.get_or_insert(if one { Framing::One } else { Framing::Two });
        let mut frames = core::mem::take(&mut half.frames);
        while self.half(direction).phase == Phase::Clear {
            let (waited, left) = (frames.waiting(), input.len());
            if let Some(at) = self.words_within(direction, framing, &frames, input) {
                (self.before, self.passed) = (at..waited.max(at), chunk - left + at.saturating_sub(waited));
                self.said_in_words(cx);
                break;
            }
            let Some(frame) = frames.next(input, framing) else { break };
            match (frame, framing) {
                (Frame::Whole(frame), Framing::Two) => self.packet(cx, frame),
                (Frame::Whole(frame), Framing::One) => self.packet_one(cx, frame),
                (Frame::TooLong(length), _) => {
                    (self.before, self.passed) = (0..waited, chunk - left);
                    self.too_long(cx, length);
                }
            }
        }
        self.half(direction).frames = frames;
    }

    // Where in a packet before any offer a client goes on in words, if it does: behind what looks like a packet's length, or
    // like the beginning of an offer.
    fn words_within(&self, speaker: Direction, framing: Framing, frames: &Frames, input: &[u8]) -> Option<usize> {
        let first = speaker == Direction::Client && framing == Framing::Two && !self.has_offers();
        if first { frames.words(input) } else { None }
    }

    // Between packets that cannot be found any more, NEWKEYS can: with the padding it has in all but exotic
    // implementations it begins with these six bytes.
    fn search<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, input: &mut &[u8]) {
        let direction = cx.moment().direction;
        let half = self.half(direction);
        while let Some((&byte, rest)) = input.split_first() {
            *input = rest;
            half.matched = follow(half.matched, byte);
            if usize::from(half.matched) == NEWKEYS.len() + PADDING {
                return self.keys(cx);
            }
        }
    }
}

impl Half {
    fn new() -> Self {
        Self {
            phase: Phase::Ident,
            line: Line::default(),
            lines: 0,
            told_long: false,
            frames: Frames::default(),
            framing: None,
            speaks: None,
            software: Vec::new(),
            offered: false,
            matched: 0,
            over: false,
        }
    }

    /// Nothing was seen of it.
    pub(crate) fn is_silent(&self) -> bool {
        self.phase == Phase::Ident && self.lines == 0 && self.line.text().is_empty()
    }
}

// One step of looking for NEWKEYS and the ten bytes of padding behind it.
fn follow(matched: u8, byte: u8) -> u8 {
    match NEWKEYS.get(usize::from(matched)) {
        None => matched + 1,
        Some(&wanted) if byte == wanted => matched + 1,
        Some(_) if matched == 3 && byte == 0 => 3,
        Some(_) => u8::from(byte == 0),
    }
}

// What stands around SSH in a WebSocket, by Zeek's names.
const WRAPPINGS: [&str; 2] = ["http", "websocket"];
/// Lines a server may send before its identification string; OpenSSH's client reads as many.
const LINES: u32 = 1024;
const NEWKEYS: &[u8] = &[0, 0, 0, 12, 10, 21];
const PADDING: usize = 10;
