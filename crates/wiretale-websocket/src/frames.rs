//! Frames (RFC 6455 section 5.2).

use crate::Piece;

/// The frames of one direction.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    // Of the next frame, `known` bytes.
    head: [u8; LONGEST_HEAD],
    known: usize,
    // The frame whose payload is under way.
    frame: Option<Frame>,
    // The message under way is compressed.
    compressed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    left: u64,
    // Turned so that its first byte is for the next byte of the payload.
    key: Option<[u8; 4]>,
    carries: bool,
    // The last of its message.
    last: bool,
}

impl Frames {
    /// Reads bytes until they are used up.
    pub(crate) fn read(&mut self, bytes: &mut &[u8], with: &mut impl FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            match &mut self.frame {
                Some(frame) => {
                    frame.payload(bytes, with);
                    self.finish(with);
                }
                None => self.head(bytes, with),
            }
        }
    }

    /// Passes over bytes that are lost; says whether it still knows where it is.
    pub(crate) fn skip(&mut self, lost: u64, with: &mut impl FnMut(Piece<'_>)) -> bool {
        let Some(frame) = self.frame.as_mut().filter(|frame| frame.left >= lost) else { return false };
        frame.advance(lost);
        if frame.carries {
            with(Piece::Lost(lost));
        }
        self.finish(with);
        true
    }

    fn head(&mut self, bytes: &mut &[u8], with: &mut impl FnMut(Piece<'_>)) {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            if let Some(place) = self.head.get_mut(self.known) {
                *place = byte;
                self.known += 1;
            }
            let Some(frame) = self.head.get(..self.known).and_then(Frame::parse) else { continue };
            self.known = 0;
            self.begin(frame, with);
            return self.finish(with);
        }
    }

    fn begin(&mut self, mut frame: Frame, with: &mut impl FnMut(Piece<'_>)) {
        let [first, ..] = self.head;
        let opcode = first & 0x0f;
        if matches!(opcode, TEXT | BINARY) {
            self.compressed = first & RSV1 != 0;
            if self.compressed {
                with(Piece::Compressed);
            }
        }
        frame.carries = opcode <= BINARY && !self.compressed;
        self.frame = Some(frame);
    }

    fn finish(&mut self, with: &mut impl FnMut(Piece<'_>)) {
        if let Some(frame) = self.frame.take_if(|frame| frame.left == 0)
            && frame.carries
            && frame.last
        {
            with(Piece::End);
        }
    }
}

impl Frame {
    // A frame's head, if these bytes are the whole of it.
    fn parse(head: &[u8]) -> Option<Self> {
        let (&[first, second], rest) = head.split_first_chunk::<2>()?;
        let (left, rest) = match second & 0x7f {
            126 => rest.split_first_chunk::<2>().map(|(len, rest)| (u64::from(u16::from_be_bytes(*len)), rest))?,
            127 => rest.split_first_chunk::<8>().map(|(len, rest)| (u64::from_be_bytes(*len), rest))?,
            short => (u64::from(short), rest),
        };
        let key = if second & MASKED == 0 { None } else { Some(*rest.first_chunk::<4>()?) };
        Some(Self { left, key, carries: false, last: first & FIN != 0 })
    }

    fn payload(&mut self, bytes: &mut &[u8], with: &mut impl FnMut(Piece<'_>)) {
        let n = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let Some((payload, rest)) = bytes.split_at_checked(n) else { return };
        *bytes = rest;
        match self.key {
            _ if !self.carries => {}
            None => with(Piece::Bytes(payload)),
            Some(key) => unmask(payload, key, with),
        }
        self.advance(n as u64);
    }

    const fn advance(&mut self, n: u64) {
        self.left -= n;
        if let Some([a, b, c, d]) = self.key {
            self.key = Some(match n % 4 {
                0 => [a, b, c, d],
                1 => [b, c, d, a],
                2 => [c, d, a, b],
                _ => [d, a, b, c],
            });
        }
    }
}

fn unmask(payload: &[u8], key: [u8; 4], with: &mut impl FnMut(Piece<'_>)) {
    let mut window = [0; WINDOW];
    for piece in payload.chunks(WINDOW) {
        for (to, from) in window.chunks_mut(4).zip(piece.chunks(4)) {
            for ((to, from), key) in to.iter_mut().zip(from).zip(key) {
                *to = from ^ key;
            }
        }
        with(Piece::Bytes(window.get(..piece.len()).unwrap_or_default()));
    }
}

const FIN: u8 = 0x80;
// Compressed, where RFC 7692 was agreed on.
const RSV1: u8 = 0x40;
const MASKED: u8 = 0x80;
// Opcodes; below them 0 goes on with a message, above them is control.
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const LONGEST_HEAD: usize = 14;
// A multiple of the key's length.
const WINDOW: usize = 1024;
