//! IRC inside a WebSocket (RFC 6455; IRCv3 `text.ircv3.net`, `binary.ircv3.net`).

use alloc::vec::Vec;

use memchr::memmem;
use wiretale_protocol::{Demand, Direction, Opening, Probe};

/// Both directions of a WebSocket: the upgrade, then frames.
#[derive(Default)]
pub(crate) struct WebSocket {
    sides: [Side; 2],
    foreign: bool,
}

#[derive(Default)]
struct Side {
    // The upgrade's lines until the empty one, then a frame's head.
    carry: Vec<u8>,
    upgraded: bool,
    frame: Option<Frame>,
    lost: bool,
}

// A frame whose payload is under way.
#[derive(Clone, Copy)]
struct Frame {
    left: u64,
    key: [u8; 4],
    at: u8,
    text: bool,
    last: bool,
}

impl WebSocket {
    /// Bytes of memory in what is not finished.
    pub(crate) fn held(&self) -> usize {
        self.sides.iter().map(|side| side.carry.capacity()).sum()
    }

    /// Bytes of one direction; what they carry goes to `with` as a stream of lines.
    pub(crate) fn feed(&mut self, direction: Direction, mut bytes: &[u8], mut with: impl FnMut(&[u8])) {
        let [client, server] = &mut self.sides;
        let side = if direction == Direction::Client { client } else { server };
        while !bytes.is_empty() && !side.lost && !self.foreign {
            if !side.upgraded {
                match side.upgrade(&mut bytes, direction) {
                    Some(true) => {}
                    Some(false) => self.foreign = true,
                    None => return,
                }
            } else if let Some(frame) = side.frame {
                side.payload(frame, &mut bytes, &mut with);
            } else {
                side.head(&mut bytes, &mut with);
            }
        }
    }

    /// It is no WebSocket after all.
    pub(crate) const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Bytes of one direction were lost, and with them where the next frame begins.
    pub(crate) fn gap(&mut self, direction: Direction) -> Demand {
        let [client, server] = &mut self.sides;
        let side = if direction == Direction::Client { client } else { server };
        side.lost = true;
        Demand::Lengths
    }
}

impl Side {
    // Reads up to the empty line. `None` while more must come.
    fn upgrade(&mut self, bytes: &mut &[u8], direction: Direction) -> Option<bool> {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            self.carry.push(byte);
            if self.carry.ends_with(b"\r\n\r\n") {
                let head = core::mem::take(&mut self.carry);
                self.upgraded = true;
                return Some(match direction {
                    Direction::Client => wants_websocket(&head),
                    Direction::Server => head.get(9..12) == Some(b"101"),
                });
            }
            if self.carry.len() >= LONGEST_UPGRADE {
                return Some(false);
            }
        }
        None
    }

    fn head(&mut self, bytes: &mut &[u8], with: &mut impl FnMut(&[u8])) {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            self.carry.push(byte);
            if let Some(frame) = frame(&self.carry) {
                self.carry.clear();
                self.frame = Some(frame);
                if frame.left == 0 {
                    self.finish(frame, with);
                }
                return;
            }
        }
    }

    fn payload(&mut self, mut frame: Frame, bytes: &mut &[u8], with: &mut impl FnMut(&[u8])) {
        let n = usize::try_from(frame.left).unwrap_or(usize::MAX).min(bytes.len()).min(SCRATCH);
        let Some((piece, rest)) = bytes.split_at_checked(n) else { return };
        *bytes = rest;
        frame.left -= n as u64;
        if frame.text {
            let mut plain = [0; SCRATCH];
            for (to, &from) in plain.iter_mut().zip(piece) {
                let [k0, k1, k2, k3] = frame.key;
                *to = from ^ [k0, k1, k2, k3].get(usize::from(frame.at)).copied().unwrap_or_default();
                frame.at = (frame.at + 1) % 4;
            }
            with(plain.get(..n).unwrap_or_default());
        }
        self.frame = Some(frame);
        if frame.left == 0 {
            self.finish(frame, with);
        }
    }

    // One message is one line, and has no line end of its own.
    fn finish(&mut self, frame: Frame, with: &mut impl FnMut(&[u8])) {
        self.frame = None;
        if frame.text && frame.last {
            with(b"\r\n");
        }
    }
}

/// Does the client ask for something by HTTP that could become a WebSocket?
pub(crate) fn is_upgrade(client: &[u8]) -> bool {
    client.starts_with(b"GET ")
}

/// A WebSocket is IRC if its subprotocol says so, or if its first frame reads so.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    let unsure = if opening.last { Probe::No } else { Probe::Unsure };
    let Some(end) = memmem::find(opening.client, b"\r\n\r\n") else {
        return if opening.client.len() >= LONGEST_UPGRADE { Probe::No } else { unsure };
    };
    let head = opening.client.get(..end + 4).unwrap_or_default();
    if !wants_websocket(head) {
        return Probe::No;
    }
    if names_irc(head) {
        return Probe::Yes;
    }
    let mut websocket = WebSocket::default();
    let mut sight = unsure;
    for (direction, bytes) in [(Direction::Client, opening.client), (Direction::Server, opening.server)] {
        let mut lines = Vec::new();
        websocket.feed(direction, bytes, |piece| lines.extend_from_slice(piece));
        let mut whole = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        if let Some(line) = whole.next().filter(|_| lines.contains(&b'\n')) {
            let line = line.trim_ascii_end();
            match crate::parse(line) {
                Ok(message) if crate::probe::tells(&message, direction) => return Probe::Yes,
                _ => sight = Probe::No,
            }
        }
    }
    if websocket.is_foreign() { Probe::No } else { sight }
}

fn wants_websocket(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    head.starts_with(b"get ") && memmem::find(&head, b"\r\nupgrade: websocket").is_some()
}

fn names_irc(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    let lines = head.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"sec-websocket-protocol:"));
    lines.into_iter().any(|line| memmem::find(line, b".ircv3.net").is_some())
}

// A frame's head, if `head` is the whole of it.
fn frame(head: &[u8]) -> Option<Frame> {
    let (&[first, second], rest) = head.split_first_chunk::<2>()?;
    let (left, rest) = match second & 0x7f {
        126 => rest.split_first_chunk::<2>().map(|(len, rest)| (u64::from(u16::from_be_bytes(*len)), rest))?,
        127 => rest.split_first_chunk::<8>().map(|(len, rest)| (u64::from_be_bytes(*len), rest))?,
        short => (u64::from(short), rest),
    };
    let key = if second & 0x80 == 0 { [0; 4] } else { *rest.first_chunk::<4>()? };
    // Continuation, text and binary carry lines; compressed ones (RSV1) cannot be read.
    let text = first & 0x0f <= 2 && first & 0x40 == 0;
    Some(Frame { left, key, at: 0, text, last: first & 0x80 != 0 })
}

const LONGEST_UPGRADE: usize = 8192;
const SCRATCH: usize = 512;
