//! All places of some bytes in a text, and what stands between them.

use super::WINDOW;
use super::blocks::{BLOCK, bits};

/// The words between spaces.
///
/// ```
/// assert!(wiretale_protocol::scan::words(b" one  two").eq([b"one", b"two"]));
/// ```
#[inline]
pub fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    pieces(text, b' ')
}

/// What stands between bytes of one kind, and is not empty.
///
/// ```
/// assert!(wiretale_protocol::scan::pieces(b"one\n\ntwo", b'\n').eq([b"one", b"two"]));
/// ```
#[inline]
pub fn pieces(text: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    let (mut from, mut places) = (0, places(text, [between]));
    core::iter::from_fn(move || {
        loop {
            let end = places.next().unwrap_or(text.len());
            let word = text.get(from..end)?;
            from = end + 1;
            if !word.is_empty() {
                return Some(word);
            }
        }
    })
}

/// Walks over the places of some bytes in a text.
///
/// ```
/// assert!(wiretale_protocol::scan::places(b"PRIVMSG #a :b c", [b' ']).eq([7, 10, 13]));
/// ```
#[inline]
pub const fn places<const N: usize>(text: &[u8], any: [u8; N]) -> Places<'_, N> {
    Places { text, any, base: 0, ahead: 0, bits: 0 }
}

/// See [`places`].
#[derive(Clone, Debug)]
pub struct Places<'a, const N: usize> {
    text: &'a [u8],
    any: [u8; N],
    // The window of 64 bytes looked at last, what lies ahead of it, and the places in it not told yet.
    base: usize,
    ahead: usize,
    bits: u64,
}

impl<const N: usize> Iterator for Places<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let window = self.text.get(self.ahead..).filter(|window| !window.is_empty())?;
            self.base = self.ahead;
            self.ahead += WINDOW;
            self.bits = self.marks(window);
        }
        let at = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(at)
    }
}

impl<const N: usize> Places<'_, N> {
    // One bit for each of the first 64 bytes of what is left of the text.
    #[inline]
    fn marks(&self, window: &[u8]) -> u64 {
        let (blocks, rest) = window.as_chunks();
        let mut marks = 0;
        let mut at = 0;
        for block in blocks.iter().take(WINDOW / BLOCK) {
            marks |= bits(block, self.any) << at;
            at += BLOCK;
        }
        if at == WINDOW || rest.is_empty() {
            return marks;
        }
        // The last few bytes are looked at with those before them, which may lie before the window.
        let missing = BLOCK - rest.len();
        match self.text.last_chunk() {
            Some(last) => marks | bits(last, self.any) >> missing << at,
            None => rest
                .iter()
                .enumerate()
                .fold(marks, |marks, (n, byte)| marks | u64::from(self.any.contains(byte)) << (at + n)),
        }
    }
}
