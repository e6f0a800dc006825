//! A conversation of a few lines, and what may be done to it on its way.

use wiretale_testkit::build::{TcpHeader, checksum, tcp_frame};

use super::*;

pub(super) fn forged(forgery: impl FnOnce(&mut Story)) -> Story {
    story(
        |_| (),
        |it| {
            forgery(it);
            it.say(KEY);
        },
    )
}

pub(super) fn opened(odd: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    story.start(|_| ());
    story.frames.pop();
    odd(&mut story);
    story.client(ACK, b"");
    story.rest(|it| it.say(KEY));
    story
}

pub(super) fn alone(client: bool) -> Story {
    let mut story = story(|_| (), |it| it.say(KEY));
    story.frames.retain(|frame| (frame.bytes[29] == 10) == client);
    story.only_client = client;
    story
}

// The line's packet in fragments of 16 bytes or the rest, as `arrange` has them.
pub(super) fn cut(arrange: impl FnOnce(&[Vec<u8>]) -> Vec<Vec<u8>>) -> Story {
    cut_and(arrange, |it| {
        it.client_next += KEY.len() as u32;
        it.acknowledge();
    })
}

pub(super) fn cut_and(arrange: impl FnOnce(&[Vec<u8>]) -> Vec<Vec<u8>>, then: impl FnOnce(&mut Story)) -> Story {
    story(
        |_| (),
        |it| {
            it.client(PUSH, KEY);
            let frame = it.frames.pop().expect("the line").bytes;
            let body = &frame[34..];
            let last = body.len().div_ceil(16) - 1;
            let pieces: Vec<Vec<u8>> = body
                .chunks(16)
                .enumerate()
                .map(|(n, piece)| {
                    let mut bytes = [&frame[..34], piece].concat();
                    bytes[18..20].copy_from_slice(&[0x12, 0x34]);
                    let place = (n as u16 * 2) | if n < last { 0x2000 } else { 0 };
                    bytes[20..22].copy_from_slice(&place.to_be_bytes());
                    whole(bytes)
                })
                .collect();
            assert_eq!(pieces.len(), 4);
            arrange(&pieces).into_iter().for_each(|bytes| it.push(bytes));
            then(it);
        },
    )
}

// Each frame of a plain story changed; of whom it is and which.
pub(super) fn each(change: impl Fn(&mut Vec<u8>, bool, usize)) -> Story {
    let mut story = story(|_| (), |it| it.say(KEY));
    for (n, frame) in story.frames.iter_mut().enumerate() {
        let client = frame.bytes[29] == 10;
        change(&mut frame.bytes, client, n);
    }
    story
}

pub(super) fn stamped(story: &mut Story) {
    story.options = stamp(4000);
}

pub(super) fn stamp(time: u32) -> Vec<u8> {
    [&[1, 1, 8, 10][..], &time.to_be_bytes(), &[0; 4]].concat()
}

pub(super) fn story(start: impl FnOnce(&mut Story), line: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    story.play(start, line);
    story
}

// The IP header's length and checksum set right.
pub(super) fn whole(mut bytes: Vec<u8>) -> Vec<u8> {
    let len = (bytes.len() - 14) as u16;
    bytes[16..18].copy_from_slice(&len.to_be_bytes());
    ip_checksum(&mut bytes);
    bytes
}

pub(super) fn ip_checksum(bytes: &mut [u8]) {
    bytes[24..26].fill(0);
    let end = 14 + usize::from(bytes[14] & 15) * 4;
    let sum = checksum(&bytes[14..end]);
    bytes[24..26].copy_from_slice(&sum.to_be_bytes());
}

pub(super) struct Story {
    pub(super) frames: Vec<Frame>,
    pub(super) at: i64,
    pub(super) client_next: u32,
    pub(super) server_next: u32,
    pub(super) ttl: u8,
    pub(super) window: u16,
    pub(super) urgent: u16,
    pub(super) syn: Flags,
    pub(super) options: Vec<u8>,
    pub(super) key: &'static [u8],
    pub(super) sessions: usize,
    pub(super) only_client: bool,
}

impl Story {
    pub(super) fn new() -> Self {
        Self {
            frames: Vec::new(),
            at: 1_700_000_000_000_000_000,
            client_next: 1000,
            server_next: 9000,
            ttl: 64,
            window: 64_240,
            urgent: 0,
            syn: SYN,
            options: Vec::new(),
            key: KEY,
            sessions: 1,
            only_client: false,
        }
    }

    pub(super) fn play(&mut self, start: impl FnOnce(&mut Self), line: impl FnOnce(&mut Self)) {
        self.start(start);
        self.rest(line);
    }

    pub(super) fn start(&mut self, start: impl FnOnce(&mut Self)) {
        start(self);
        self.client(self.syn, b"");
        self.client_next = self.client_next.wrapping_add(1);
        self.server(SYN_ACK, b"");
        self.server_next = self.server_next.wrapping_add(1);
        self.client(ACK, b"");
    }

    pub(super) fn rest(&mut self, line: impl FnOnce(&mut Self)) {
        self.say(HELLO);
        self.server(PUSH, WELCOME);
        self.server_next = self.server_next.wrapping_add(WELCOME.len() as u32);
        self.client(ACK, b"");
        self.say(JOIN);
        line(self);
        self.say(QUIT);
        self.client(FIN.with(ACK), b"");
        self.client_next = self.client_next.wrapping_add(1);
        self.server(FIN.with(ACK), b"");
        self.server_next = self.server_next.wrapping_add(1);
        self.client(ACK, b"");
    }

    pub(super) fn say(&mut self, bytes: &[u8]) {
        self.client(PUSH, bytes);
        self.client_next = self.client_next.wrapping_add(bytes.len() as u32);
        self.acknowledge();
    }

    pub(super) fn acknowledge(&mut self) {
        self.server(ACK, b"");
    }

    pub(super) fn client(&mut self, flags: Flags, payload: &[u8]) {
        let ack = if flags.has(ACK) { self.server_next } else { 0 };
        self.send(CLIENT, SERVER, self.client_next, ack, flags, payload);
    }

    pub(super) fn server(&mut self, flags: Flags, payload: &[u8]) {
        let ack = if flags.has(ACK) { self.client_next } else { 0 };
        self.send(SERVER, CLIENT, self.server_next, ack, flags, payload);
    }

    pub(super) fn send(&mut self, from: Endpoint, to: Endpoint, seq: u32, ack: u32, flags: Flags, payload: &[u8]) {
        let header = TcpHeader { seq, ack, flags, window: self.window, options: self.options.clone() };
        self.push(tcp_frame(from, to, self.ttl, &header, payload));
        if self.urgent > 0 {
            let urgent = self.urgent;
            self.last()[52..54].copy_from_slice(&urgent.to_be_bytes());
            self.right_checksum();
        }
    }

    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        self.at += 1_000_000;
        self.frames.push(Frame { at: self.at, bytes });
    }

    pub(super) fn last(&mut self) -> &mut Vec<u8> {
        &mut self.frames.last_mut().expect("a frame").bytes
    }

    pub(super) fn right_ip_checksum(&mut self) {
        ip_checksum(self.last());
    }

    pub(super) fn right_checksum(&mut self) {
        let bytes = self.last();
        bytes[50..52].fill(0);
        let pseudo = [&bytes[26..34], &[0, 6], &((bytes.len() - 34) as u16).to_be_bytes(), &bytes[34..]].concat();
        let sum = checksum(&pseudo);
        bytes[50..52].copy_from_slice(&sum.to_be_bytes());
    }
}
