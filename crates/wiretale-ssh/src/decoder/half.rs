//! One direction.

use alloc::vec::Vec;

use wiretale_protocol::scan::is_text;

use crate::Speaks;
use crate::frames::{Frames, Framing};
use crate::line::Line;

/// How far one direction has come.
#[derive(Debug)]
pub(super) struct Half {
    pub(super) phase: Phase,
    pub(super) line: Line,
    pub(super) lines: u32,
    pub(super) told_long: bool,
    pub(super) frames: Frames,
    pub(super) framing: Option<Framing>,
    pub(super) speaks: Option<Speaks>,
    pub(super) software: Vec<u8>,
    pub(super) offered: bool,
    // It said what is none of SSH's where a packet belongs.
    pub(super) left: bool,
    // What came behind NEWKEYS, while all of it is text: encrypted it hardly is.
    pub(super) plain: Option<Vec<u8>>,
    // How far into NEWKEYS a direction that lost its way is.
    matched: u8,
    pub(super) over: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
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

impl Half {
    pub(super) fn new() -> Self {
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
            left: false,
            plain: Some(Vec::new()),
            matched: 0,
            over: false,
        }
    }

    /// The packets' beginnings are lost.
    pub(super) fn lose(&mut self) {
        self.phase = Phase::Lost;
        self.matched = 0;
    }

    /// Looks at bytes behind NEWKEYS: was what came of them before all text, and are these, too, and enough to tell?
    pub(super) fn goes_on_plainly(&mut self, bytes: &[u8]) -> bool {
        let Some(plain) = &mut self.plain else { return false };
        let next = bytes.get(..TELLING - plain.len()).unwrap_or(bytes);
        plain.extend_from_slice(next);
        if !plain.iter().all(is_text) {
            self.plain = None;
        }
        self.is_plain()
    }

    /// Did it go on in what is none of SSH's, or may it: in a packet that is not whole?
    pub(super) fn may_have_left(&self) -> bool {
        let within = self.phase == Phase::Clear && self.frames.waiting() > 0;
        self.left || within || self.is_plain()
    }

    /// Is a part of its offer there?
    pub(super) fn is_offering(&self) -> bool {
        self.phase == Phase::Clear && self.frames.is_offer()
    }

    // Did it go on in text behind NEWKEYS?
    fn is_plain(&self) -> bool {
        self.plain.as_ref().is_some_and(|plain| plain.len() == TELLING)
    }

    /// Between packets that cannot be found any more, NEWKEYS can: with the padding it has in all but exotic
    /// implementations it begins with these six bytes. Says whether it ended in `input`, which is moved on behind it.
    pub(super) fn search(&mut self, input: &mut &[u8]) -> bool {
        while let Some((&byte, rest)) = input.split_first() {
            *input = rest;
            self.matched = follow(self.matched, byte);
            if usize::from(self.matched) == NEWKEYS.len() + PADDING {
                return true;
            }
        }
        false
    }

    /// Nothing was seen of it.
    pub(super) fn is_silent(&self) -> bool {
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

const NEWKEYS: &[u8] = &[0, 0, 0, 12, 10, 21];
const PADDING: usize = 10;
// Of encrypted bytes so many are text once in five million times, and in both directions once in 10^13.
const TELLING: usize = 16;
