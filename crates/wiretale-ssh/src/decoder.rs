//! Both directions of a flow.

mod clear;
mod exchange;
mod half;
mod wrapped;

use alloc::boxed::Box;
use alloc::vec::Vec;

use wiretale_protocol::{Chunk, Context, Demand, Direction, Observe};
use wiretale_websocket::WebSocket;

use crate::frames::Framing;
use crate::method::Method;
use crate::sealed::Sealed;
use crate::{Event, Ident, Ssh, Text};
use half::{Half, Phase};

/// Both directions of one flow. Holds at most one packet of 256 KiB and one offer of the same size per direction, and
/// these only before encryption begins.
#[derive(Debug)]
pub struct Decoder {
    client: Half,
    server: Half,
    agreed: Option<u8>,
    // The payload of the offer that came first, until the other comes.
    offer: Option<(Direction, Vec<u8>)>,
    method: Method,
    initiated: bool,
    // The side that opened the TCP connection plays the server.
    reversed: bool,
    // Both sides were known by their words.
    served: bool,
    // It is something else: what of that came before the chunk that showed it, and how much of this chunk is not of it.
    other: Option<(Vec<u8>, usize)>,
    sealed: Sealed,
    // What stands around it, where it comes inside a WebSocket.
    websocket: Option<Box<WebSocket>>,
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
            other: None,
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

    /// Where it turned out to be something else, what of that came before the chunk that showed it.
    pub(crate) fn before_anew(&self) -> &[u8] {
        self.other.as_ref().map_or(&[], |(before, _)| before)
    }

    /// What of that chunk comes before it.
    pub(crate) fn passed_before_anew(&self) -> usize {
        if self.websocket.is_some() { 0 } else { self.other.as_ref().map_or(0, |(_, passed)| *passed) }
    }

    pub(crate) fn feed<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let Some(mut websocket) = self.websocket.take() else { return self.unwrapped(cx, chunk) };
        let demand = self.unwrap(cx, &mut websocket, chunk);
        self.websocket = Some(websocket);
        demand
    }

    fn unwrapped<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let speaker = self.part(cx.moment().direction);
        match chunk {
            _ if self.other.is_some() => {}
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
        if self.other.is_some() {
            return Demand::Anew;
        }
        let done = |half: &Half| half.phase == Phase::Done;
        if done(&self.client) || done(&self.server) { Demand::Rest } else { Demand::Stream }
    }

    // The part a TCP direction plays in SSH.
    const fn part(&self, direction: Direction) -> Direction {
        match (direction, self.reversed) {
            (Direction::Client, false) | (Direction::Server, true) => Direction::Client,
            _ => Direction::Server,
        }
    }

    const fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Client => &mut self.client,
            Direction::Server => &mut self.server,
        }
    }

    fn data<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let direction = cx.moment().direction;
        let mut input = bytes;
        // Words are for others to read.
        while !input.is_empty() && self.other.is_none() {
            match self.half(direction).phase {
                Phase::Ident => self.lines(cx, &mut input, bytes.len()),
                Phase::Clear => self.packets(cx, &mut input, bytes.len()),
                Phase::Sealed => {
                    self.plain(direction, input, bytes.len());
                    self.sealed.data(self.part(direction), cx.moment().at, core::mem::take(&mut input));
                }
                Phase::Lost => {
                    if self.half(direction).search(&mut input) {
                        self.keys(cx);
                    }
                }
                Phase::Done => return,
            }
        }
    }

    fn gap<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, lost: u64) {
        let direction = cx.moment().direction;
        let part = self.part(direction);
        let half = self.half(direction);
        match half.phase {
            Phase::Sealed => {
                half.plain = None;
                self.sealed.gap(part, cx.moment().at, lost);
            }
            Phase::Clear if half.frames.gap(lost, half.framing.unwrap_or(Framing::Two)) => {}
            Phase::Ident | Phase::Clear | Phase::Lost => {
                half.lose();
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

    // Lines up to the identification string, in a chunk of so many bytes.
    fn lines<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, input: &mut &[u8], chunk: usize) {
        let direction = cx.moment().direction;
        let other = self.half(direction.opposite());
        // A server may say something first, and its client's offer come in pieces meanwhile.
        let left = other.may_have_left() && !other.is_offering();
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
            if left {
                let line = [half.line.text(), b"\n"].concat();
                self.other = Some((line, chunk - input.len()));
                return;
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
}

/// Lines a server may send before its identification string; OpenSSH's client reads as many.
const LINES: u32 = 1024;
