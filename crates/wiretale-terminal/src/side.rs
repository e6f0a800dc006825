//! One side of a dialogue, cut into what was said.

use alloc::vec::Vec;

use crate::telnet::Telnet;

/// The text of one side that has no line end yet, and how much of the side was read.
#[derive(Default, Debug)]
pub(crate) struct Side {
    // Never longer than LINE.
    open: Vec<u8>,
    telnet: Telnet,
    // The line's first LINE bytes were told; the rest of it is passed over.
    discarding: bool,
    pub(crate) read: usize,
}

impl Side {
    /// Takes bytes up to the end of a line; true if there was one (which then stands in [`Side::text`]).
    pub(crate) fn line(&mut self, bytes: &mut &[u8]) -> bool {
        while let Some((&byte, rest)) = bytes.split_first() {
            // The most of what is said is plain text in the middle of a line.
            let plain = if self.telnet == Telnet::Text && !self.discarding { plain(bytes) } else { 0 };
            let room = LINE - 1 - self.open.len().min(LINE - 1);
            if let Some((text, rest)) = bytes.split_at_checked(plain.min(room)).filter(|(text, _)| !text.is_empty()) {
                self.open.extend_from_slice(text);
                self.read += text.len();
                *bytes = rest;
                continue;
            }
            *bytes = rest;
            if self.take(byte) {
                return true;
            }
        }
        false
    }

    /// Takes one byte; true if it ended a line.
    fn take(&mut self, byte: u8) -> bool {
        self.read += 1;
        match self.telnet.strip(byte) {
            Some(b'\n' | b'\r') => !core::mem::take(&mut self.discarding) && !self.open.is_empty(),
            Some(0) | None => false,
            Some(_) if self.discarding => false,
            Some(text) => {
                self.open.push(text);
                self.discarding = self.open.len() >= LINE;
                self.discarding
            }
        }
    }

    /// What was said since the last line end.
    pub(crate) fn text(&self) -> &[u8] {
        &self.open
    }

    /// Bytes of memory in it.
    pub(crate) const fn held(&self) -> usize {
        self.open.capacity()
    }

    /// It was told; forget it.
    pub(crate) fn told(&mut self) {
        self.open.clear();
    }

    /// Bytes were lost: what stands open is no whole line any more.
    pub(crate) fn gap(&mut self) {
        self.open.clear();
        self.telnet = Telnet::Text;
        self.discarding = true;
    }
}

// How many bytes of text stand in front, with nothing among them that ends a line or begins a command.
fn plain(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| matches!(byte, 0 | b'\n' | b'\r' | 255)).unwrap_or(bytes.len())
}

const LINE: usize = 512;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn lines(bytes: &[u8], step: usize) -> (Vec<Vec<u8>>, usize) {
        let (mut side, mut seen) = (Side::default(), Vec::new());
        for mut chunk in bytes.chunks(step) {
            while side.line(&mut chunk) {
                seen.push(side.text().to_vec());
                side.told();
            }
        }
        (seen, side.read)
    }

    #[test]
    fn a_long_line_is_told_up_to_its_bound_and_its_rest_passed_over() {
        let bytes = [&[b'x'; 1300][..], b"\nshort\n"].concat();
        for step in [1, 511, 512, 513, 5000] {
            assert_eq!(lines(&bytes, step), (alloc::vec![alloc::vec![b'x'; LINE], b"short".to_vec()], bytes.len()));
        }
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_cuts(
            bytes in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'\n'), Just(0), 240u8..=255], 0..300),
            step in 1usize..20,
        ) {
            prop_assert_eq!(lines(&bytes, step), lines(&bytes, 1000));
        }
    }
}
