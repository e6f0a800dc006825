use alloc::vec::Vec;

use proptest::prelude::*;
use wiretale_protocol::{Demand, Direction};

use crate::{Piece, WebSocket};

#[derive(Clone, PartialEq, Eq, Debug)]
enum Seen {
    Bytes(Vec<u8>),
    Other(Piece<'static>),
}

#[derive(Default)]
struct Both {
    websocket: WebSocket,
    seen: Vec<(Direction, Seen)>,
}

impl Both {
    fn open() -> Self {
        let mut both = Self::default();
        both.feed(CLIENT, REQUEST, 1000).feed(SERVER, ANSWER, 1000);
        both
    }

    fn feed(&mut self, direction: Direction, bytes: &[u8], step: usize) -> &mut Self {
        for chunk in bytes.chunks(step) {
            self.websocket.feed(direction, chunk, |piece| note(&mut self.seen, direction, piece));
        }
        self
    }

    fn gap(&mut self, direction: Direction, lost: u64) -> Demand {
        self.websocket.gap(direction, lost, |piece| note(&mut self.seen, direction, piece))
    }

    fn carried(&self, of: Direction) -> Vec<u8> {
        let mut carried = Vec::new();
        for (_, seen) in self.seen.iter().filter(|(direction, _)| *direction == of) {
            match seen {
                Seen::Bytes(bytes) => carried.extend_from_slice(bytes),
                Seen::Other(Piece::End) => carried.push(b'|'),
                Seen::Other(Piece::Lost(n)) => carried.extend((0..*n).map(|_| b'?')),
                Seen::Other(_) => {}
            }
        }
        carried
    }
}

fn note(seen: &mut Vec<(Direction, Seen)>, direction: Direction, piece: Piece<'_>) {
    let new = match piece {
        Piece::Bytes(bytes) => match seen.last_mut() {
            Some((of, Seen::Bytes(before))) if *of == direction => return before.extend_from_slice(bytes),
            _ => Seen::Bytes(bytes.to_vec()),
        },
        Piece::Opened => Seen::Other(Piece::Opened),
        Piece::Lost(n) => Seen::Other(Piece::Lost(n)),
        Piece::End => Seen::Other(Piece::End),
        Piece::Compressed => Seen::Other(Piece::Compressed),
    };
    seen.push((direction, new));
}

fn frame(first: u8, payload: &[u8], key: Option<[u8; 4]>) -> Vec<u8> {
    let masked = if key.is_some() { 0x80 } else { 0 };
    let mut frame = match payload.len() {
        n if n < 126 => Vec::from([first, masked | n as u8]),
        n if n < 65_536 => [&[first, masked | 126][..], &(n as u16).to_be_bytes()].concat(),
        n => [&[first, masked | 127][..], &(n as u64).to_be_bytes()].concat(),
    };
    frame.extend(key.iter().flatten());
    let key = key.unwrap_or_default();
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

const CLIENT: Direction = Direction::Client;
const SERVER: Direction = Direction::Server;
const REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\nHost: h\r\nUPGRADE:  WebSocket\r\nConnection: Upgrade\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";
const KEY: Option<[u8; 4]> = Some([0x11, 0x80, 0, 0xfe]);

#[test]
fn an_unmasked_payload_is_a_slice_of_what_came() {
    let mut websocket = WebSocket::default();
    websocket.feed(CLIENT, REQUEST, |_| ());
    websocket.feed(SERVER, ANSWER, |_| ());
    let bytes = frame(0x82, &[7; 60_000], None);
    let mut slices = 0;
    websocket.feed(SERVER, &bytes, |piece| {
        if let Piece::Bytes(piece) = piece {
            assert!(bytes.as_ptr_range().contains(&piece.as_ptr()));
            assert_eq!(piece.len(), 60_000);
            slices += 1;
        }
    });
    assert_eq!(slices, 1);
}

#[test]
fn control_frames_between_the_parts_of_a_message_are_passed_over() {
    let mut both = Both::open();
    let parts = [
        frame(0x01, b"one ", KEY),
        frame(0x89, b"ping", KEY),
        frame(0x80, b"message", KEY),
        frame(0x88, b"\x03\xe8", KEY),
    ];
    both.feed(CLIENT, &parts.concat(), 1);
    assert_eq!(both.carried(CLIENT), b"one message|");
}

#[test]
fn a_compressed_message_is_said_once_and_passed_over_to_its_end() {
    let mut both = Both::open();
    let parts = [frame(0x42, b"\x01\x02", None), frame(0x80, b"\x03", None), frame(0x82, b"plain", None)];
    both.feed(SERVER, &parts.concat(), 3);
    assert_eq!(both.carried(SERVER), b"plain|");
    assert_eq!(both.seen.iter().filter(|(_, seen)| *seen == Seen::Other(Piece::Compressed)).count(), 1);
}

#[test]
fn what_is_lost_inside_a_payload_ends_nothing_and_keeps_the_key_in_step() {
    let mut both = Both::open();
    let bytes = [frame(0x82, b"abcdefghij", KEY), frame(0x82, b"next", KEY)].concat();
    both.feed(CLIENT, &bytes[..8], 1);
    assert_eq!(both.gap(CLIENT, 5), Demand::Stream);
    both.feed(CLIENT, &bytes[13..], 100);
    assert_eq!(both.carried(CLIENT), b"ab?????hij|next|");
    both.feed(CLIENT, &bytes[..3], 1);
    assert_eq!(both.gap(CLIENT, 5), Demand::Lengths);
    both.feed(CLIENT, &bytes, 100);
    assert_eq!(both.carried(CLIENT), b"ab?????hij|next|");
}

#[test]
fn what_is_no_upgrade_is_foreign() {
    let foreign = |direction, bytes: &[u8]| {
        let mut both = Both::default();
        both.feed(direction, bytes, 7);
        both.websocket.is_foreign()
    };
    assert!(foreign(CLIENT, b"GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"));
    assert!(foreign(CLIENT, b"POST / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"));
    assert!(foreign(SERVER, b"HTTP/1.1 200 OK\r\n\r\n"));
    assert!(foreign(CLIENT, &[b'x'; 9000]));
    assert!(!foreign(CLIENT, REQUEST));
    assert!(!foreign(SERVER, ANSWER));
}

proptest! {
    #[test]
    fn what_is_carried_does_not_depend_on_the_cuts(
        frames in prop::collection::vec((any::<u8>(), 0usize..300, any::<Option<[u8; 4]>>()), 0..12),
        rest in prop::collection::vec(any::<u8>(), 0..20),
        step in 1usize..50,
    ) {
        let mut bytes: Vec<u8> = REQUEST.to_vec();
        for (first, len, key) in frames {
            let payload: Vec<u8> = (0..len).map(|n| n as u8).collect();
            bytes.extend(frame(first, &payload, key));
        }
        bytes.extend(rest);
        let at_once = core::mem::take(&mut Both::default().feed(CLIENT, &bytes, usize::MAX).seen);
        let in_steps = core::mem::take(&mut Both::default().feed(CLIENT, &bytes, step).seen);
        prop_assert_eq!(at_once, in_steps);
    }

    #[test]
    fn masked_and_unmasked_carry_the_same(payload in prop::collection::vec(any::<u8>(), 0..3000), key: [u8; 4]) {
        let carried = |key| Both::open().feed(CLIENT, &frame(0x82, &payload, key), 700).carried(CLIENT);
        prop_assert_eq!(carried(None), carried(Some(key)));
    }
}
