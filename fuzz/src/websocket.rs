//! WebSockets against a plain reading of RFC 6455, byte by byte.

use wiretale::packet::Direction;
use wiretale::protocol::Opening;
use wiretale_testkit::flow;
use wiretale_websocket::{Piece, Sight, WebSocket, look};

use crate::law::{Cutting, Turn, cuts, turns};

/// What is carried does not depend on the cuts, and is what a reader of single bytes finds.
pub fn websocket(data: &[u8]) {
    let Some((&mode, data)) = data.split_first() else { return };
    let turns = turns(data);
    let opens = mode & 1 == 1;
    let mut plain = Plain::default();
    if opens {
        plain.open();
    }
    for turn in &turns {
        match *turn {
            Turn::Says(from, bytes) => bytes.iter().for_each(|&byte| plain.byte(from, byte)),
            Turn::Loses(from, len) => plain.lose(from, len),
        }
    }
    for cutting in [Cutting::None, Cutting::At(cuts(data)), Cutting::Bytes] {
        let (told, foreign) = read(&turns, opens, cutting);
        assert_eq!((&told, foreign), (&plain.told, plain.foreign), "{cutting:?}");
    }
    looks(&turns, opens);
}

/// What came of a direction, one thing at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Opened,
    Byte(u8),
    Lost(u64),
    End,
    Compressed,
}

fn read(turns: &[Turn<'_>], opens: bool, cutting: Cutting) -> ([Vec<Told>; 2], bool) {
    let (mut websocket, mut told) = (WebSocket::default(), <[Vec<Told>; 2]>::default());
    if opens {
        websocket.feed(Direction::Client, REQUEST, |piece| note(&mut told[0], piece));
        websocket.feed(Direction::Server, ANSWER, |piece| note(&mut told[1], piece));
    }
    for turn in turns {
        match *turn {
            Turn::Says(from, bytes) => cutting.pieces(bytes, |bytes| {
                websocket.feed(from, bytes, |piece| note(&mut told[from.index()], piece));
                assert!(websocket.held() <= MOST_HELD, "{} held", websocket.held());
            }),
            Turn::Loses(from, len) => {
                websocket.gap(from, len, |piece| note(&mut told[from.index()], piece));
            }
        }
    }
    (told, websocket.is_foreign())
}

fn note(told: &mut Vec<Told>, piece: Piece<'_>) {
    match piece {
        Piece::Opened => told.push(Told::Opened),
        Piece::Bytes(bytes) => told.extend(bytes.iter().copied().map(Told::Byte)),
        Piece::Lost(len) => told.push(Told::Lost(len)),
        Piece::End => told.push(Told::End),
        Piece::Compressed => told.push(Told::Compressed),
    }
}

// A look at first bytes finds what the reader finds, where nothing is lost.
fn looks(turns: &[Turn<'_>], opens: bool) {
    let mut said = if opens { [REQUEST.to_vec(), ANSWER.to_vec()] } else { Default::default() };
    for turn in turns {
        match *turn {
            Turn::Says(from, bytes) => said[from.index()].extend_from_slice(bytes),
            Turn::Loses(..) => return,
        }
    }
    let mut plain = Plain::default();
    for from in Direction::BOTH {
        said[from.index()].iter().for_each(|&byte| plain.byte(from, byte));
    }
    let flow = flow();
    let Sight::Asked(inside) = look(&Opening { client: &said[0], server: &said[1], flow: &flow, last: false }) else {
        return assert!(plain.foreign || !matches!(plain.sides[0], Side::Frame(_)), "not seen");
    };
    assert!(!plain.foreign, "seen where none is");
    let opened = plain.told[1].contains(&Told::Opened);
    assert_eq!(inside.open, opened);
    for (from, got) in [(Direction::Client, &inside.client), (Direction::Server, &inside.server)] {
        let told = &plain.told[from.index()];
        assert_eq!(*got, bytes(told));
        let first = told.iter().position(|it| *it == Told::End).map(|end| bytes(&told[..end]));
        assert_eq!(inside.first(from), first.as_deref());
    }
}

fn bytes(told: &[Told]) -> Vec<u8> {
    told.iter().filter_map(|it| if let Told::Byte(byte) = it { Some(*byte) } else { None }).collect()
}

/// The slow reader.
#[derive(Default)]
struct Plain {
    sides: [Side; 2],
    foreign: bool,
    told: [Vec<Told>; 2],
}

enum Side {
    Upgrade(Vec<u8>),
    Frame(Frame),
    Lost,
}

/// A frame as far as it came; a payload that is lost counts, too.
#[derive(Default)]
struct Frame {
    head: Vec<u8>,
    payload: u64,
    compressed: bool,
}

impl Default for Side {
    fn default() -> Self {
        Self::Upgrade(Vec::new())
    }
}

impl Plain {
    fn open(&mut self) {
        self.sides = [(); 2].map(|()| Side::Frame(Frame::default()));
        self.told[1].push(Told::Opened);
    }

    fn byte(&mut self, from: Direction, byte: u8) {
        if self.foreign {
            return;
        }
        let side = from.index();
        match &mut self.sides[side] {
            Side::Lost => {}
            Side::Upgrade(head) => {
                head.push(byte);
                let begins = &ANSWER[..head.len().min(b"HTTP/1.".len())];
                if from == Direction::Server && !head.starts_with(begins) {
                    self.foreign = true;
                } else if head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n") {
                    self.foreign = !agrees(from, head);
                    self.sides[side] = Side::Frame(Frame::default());
                    if !self.foreign && matches!(self.sides[1 - side], Side::Frame(_)) {
                        self.told[side].push(Told::Opened);
                    }
                } else if head.len() == LONGEST_HEAD {
                    self.foreign = true;
                }
            }
            Side::Frame(frame) => frame.byte(byte, &mut self.told[side]),
        }
    }

    fn lose(&mut self, from: Direction, len: u64) {
        let side = &mut self.sides[from.index()];
        match side {
            Side::Frame(frame) if frame.shape().is_some_and(|(all, ..)| all - frame.payload >= len) => {
                frame.payload += len;
                frame.lost(len, &mut self.told[from.index()]);
            }
            _ => *side = Side::Lost,
        }
    }
}

impl Frame {
    fn byte(&mut self, byte: u8, told: &mut Vec<Told>) {
        if let Some((_, key, carries)) = self.shape() {
            if carries {
                told.push(Told::Byte(byte ^ key[(self.payload % 4) as usize]));
            }
            self.payload += 1;
        } else {
            self.head.push(byte);
            if self.shape().is_some() && matches!(self.head[0] & 15, 1 | 2) {
                self.compressed = self.head[0] & 0x40 != 0;
                if self.compressed {
                    told.push(Told::Compressed);
                }
            }
        }
        self.end(told);
    }

    fn lost(&mut self, len: u64, told: &mut Vec<Told>) {
        if self.shape().is_some_and(|(.., carries)| carries) {
            told.push(Told::Lost(len));
        }
        self.end(told);
    }

    fn end(&mut self, told: &mut Vec<Told>) {
        let Some((.., carries)) = self.shape().filter(|(len, ..)| *len == self.payload) else { return };
        if carries && self.head[0] & 0x80 != 0 {
            told.push(Told::End);
        }
        *self = Self { compressed: self.compressed, ..Self::default() };
    }

    // The payload's length, its key, and whether it is part of a message that is not compressed.
    fn shape(&self) -> Option<(u64, [u8; 4], bool)> {
        let [first, second, ref rest @ ..] = *self.head else { return None };
        let size = [0, 2, 8][usize::from(second & 0x7f).saturating_sub(125)];
        let number = rest.get(..size)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let len = if size == 0 { u64::from(second & 0x7f) } else { number };
        let key = if second & 0x80 == 0 { [0; 4] } else { rest.get(size..size + 4)?.try_into().ok()? };
        Some((len, key, first & 15 <= 2 && !self.compressed))
    }
}

// In lines, as RFC 9112 has it.
fn agrees(from: Direction, head: &[u8]) -> bool {
    if from == Direction::Server {
        return head.starts_with(b"HTTP/1.") && head.len() >= 12 && &head[9..12] == b"101";
    }
    let lower = head.to_ascii_lowercase();
    let asks = |line: &[u8]| line.strip_prefix(b"upgrade:").is_some_and(|value| value.trim_ascii() == b"websocket");
    head.starts_with(b"GET ") && lower.split(|byte| *byte == b'\n').any(asks)
}

const REQUEST: &[u8] = b"GET \r\nUpgrade: websocket\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 101\r\n\r\n";
const LONGEST_HEAD: usize = 8192;
const MOST_HELD: usize = 2 * LONGEST_HEAD;
