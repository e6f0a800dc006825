//! Capture files: the reader advances or ends, and lends no more than it was given.

use std::io::Read;

use arbitrary::{Arbitrary, Unstructured};
use wiretale::capture::{Capture, Frame, Frames};

/// Any bytes as a file. Read as a slice, in bits and (for some) whole it gives the same frames; a cut one gives the first
/// of them.
pub fn pcap(data: &[u8]) {
    let Some((seed, file)) = data.split_first() else { return };
    let step = 1 + usize::from(seed % 64);
    let dribble = Dribble { rest: file.to_vec(), step };
    let bits = read(Capture::from_reader(Box::new(dribble), "fuzz").ok());
    let dribble = Dribble { rest: file.to_vec(), step };
    let batches = read_batches(Capture::from_reader(Box::new(dribble), "fuzz").ok(), step);
    assert!(batches == bits, "{step} frames at a time");
    let (bits, _) = bits;
    if file.starts_with(&[0x1f, 0x8b]) || file.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        // How much is decoded before broken compression shows depends on how much is decoded at a time.
        let (whole, _) = read(Capture::from_bytes(file, "fuzz").ok());
        assert!(whole.starts_with(&bits) || bits.starts_with(&whole));
        return;
    }
    let lent = lent(file);
    assert_eq!(lent, bits, "short reads of {step}");
    assert!(lent.len() <= file.len(), "more frames than bytes");
    // A reader's buffer is large: the same bytes at one go are worth it now and then.
    if seed % 8 == 0 {
        assert_eq!(lent, read(Capture::from_bytes(file, "fuzz").ok()).0, "read whole");
    }
    let cut = usize::from(*seed) * file.len() / 255;
    assert!(lent.starts_with(&self::lent(&file[..cut])), "cut at {cut}");
}

/// Blocks whose lengths may lie, in a section of either byte order.
pub fn pcapng(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let big: bool = input.arbitrary().unwrap_or(false);
    let mut file = vec![0];
    file.push(input.arbitrary().unwrap_or(0));
    let file_start = file.len() - 1;
    block(&mut file, big, 0x0a0d_0d0a, &section(big), 0, 0);
    while let Ok(made) = Block::arbitrary(&mut input) {
        let (kind, body) = made.kind.body(big, made.body);
        block(&mut file, big, kind, &body, i32::from(made.front), i32::from(made.back));
        if input.is_empty() {
            break;
        }
    }
    pcap(&file[file_start..]);
}

#[derive(Arbitrary, Debug)]
struct Block<'a> {
    kind: Kind,
    /// How much the lengths at both ends lie.
    front: i8,
    back: i8,
    body: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Kind {
    Section { big: bool },
    Interface { link: u16, snap: u32, resolution: u8, offset: Option<i64> },
    Enhanced { interface: u8, ticks: u64, captured: i16, wire: u32 },
    Simple { wire: u32 },
    Old { interface: u16, captured: i16 },
    Any(u32),
}

impl Kind {
    fn body(&self, big: bool, data: &[u8]) -> (u32, Vec<u8>) {
        let u16 = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let u32 = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let len = |lie: i16| u32((data.len() as u32).wrapping_add_signed(lie.into()));
        match *self {
            Self::Section { big } => (0x0a0d_0d0a, [section(big), data.to_vec()].concat()),
            Self::Interface { link, snap, resolution, offset } => {
                let mut body = [&u16(link)[..], &[0; 2], &u32(snap), &u16(9), &u16(1), &[resolution, 0, 0, 0]].concat();
                if let Some(offset) = offset {
                    body.extend([&u16(14)[..], &u16(8)].concat());
                    body.extend(if big { offset.to_be_bytes() } else { offset.to_le_bytes() });
                }
                body.extend(data);
                (1, body)
            }
            Self::Enhanced { interface, ticks, captured, wire } => {
                let (high, low) = ((ticks >> 32) as u32, ticks as u32);
                let head = [u32(u32::from(interface % 4)), u32(high), u32(low), len(captured), u32(wire)];
                (6, [&head.concat()[..], data].concat())
            }
            Self::Simple { wire } => (3, [&u32(wire)[..], data].concat()),
            Self::Old { interface, captured } => {
                let head = [&u16(interface)[..], &u16(0), &u32(1), &u32(2), &len(captured), &len(0)].concat();
                (2, [&head[..], data].concat())
            }
            Self::Any(kind) => (kind, data.to_vec()),
        }
    }
}

fn section(big: bool) -> Vec<u8> {
    let head: [u8; 8] = if big { [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0] } else { [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0] };
    [&head[..], &[0xff; 8]].concat()
}

fn block(file: &mut Vec<u8>, big: bool, kind: u32, body: &[u8], front: i32, back: i32) {
    let u32 = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
    let padded = body.len().next_multiple_of(4);
    let total = padded as u32 + 12;
    file.extend(u32(kind));
    file.extend(u32(total.wrapping_add_signed(front)));
    file.extend(body);
    file.extend(std::iter::repeat_n(0, padded - body.len()));
    file.extend(u32(total.wrapping_add_signed(back)));
}

// The frames before the first error, all of them inside the file.
fn lent(file: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let Ok(frames) = Frames::new("fuzz", file) else { return Vec::new() };
    let range = file.as_ptr_range();
    let inside =
        |data: &[u8]| data.is_empty() || (range.contains(&data.as_ptr()) && data.as_ptr_range().end <= range.end);
    let frames = frames.map_while(Result::ok);
    frames.inspect(|it| assert!(inside(it.data))).map(|it| (it.at.nanos(), it.data.to_vec())).collect()
}

// Every frame before the end or the first error, after which nothing may come; and are there more than were read?
fn read(capture: Option<Capture>) -> (Vec<(i64, Vec<u8>)>, bool) {
    let Some(mut capture) = capture else { return Default::default() };
    let mut kept = Kept::default();
    while let Some(Ok(frame)) = capture.next() {
        if kept.fills(frame) {
            return (kept.frames, true);
        }
    }
    assert!(capture.next().is_none(), "something after the end");
    (kept.frames, false)
}

// The same, many frames at a time.
fn read_batches(capture: Option<Capture>, most: usize) -> (Vec<(i64, Vec<u8>)>, bool) {
    let Some(mut capture) = capture else { return Default::default() };
    let mut kept = Kept::default();
    while let Some(Ok(several)) = capture.next_many(most) {
        assert!((1..=most).contains(&several.frames.len()), "{} of {most}", several.frames.len());
        if several.frames.into_iter().any(|frame| kept.fills(frame)) {
            return (kept.frames, true);
        }
    }
    assert!(capture.next().is_none(), "something after the end");
    (kept.frames, false)
}

// Frames that were read.
#[derive(Default)]
struct Kept {
    frames: Vec<(i64, Vec<u8>)>,
    bytes: usize,
}

impl Kept {
    // Keeps one more; are there enough? What a few compressed bytes unfold to is not this target's business.
    fn fills(&mut self, frame: Frame<'_>) -> bool {
        self.bytes += frame.data.len();
        self.frames.push((frame.at.nanos(), frame.data.to_vec()));
        self.bytes > 1 << 22 || self.frames.len() > 1 << 17
    }
}

// A reader that gives a few bytes at a time.
struct Dribble {
    rest: Vec<u8>,
    step: usize,
}

impl Read for Dribble {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let len = self.step.min(buf.len()).min(self.rest.len());
        buf[..len].copy_from_slice(&self.rest[..len]);
        self.rest.drain(..len);
        Ok(len)
    }
}
