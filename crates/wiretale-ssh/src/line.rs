//! The lines before the packets.

use alloc::vec::Vec;

use memchr::memchr2;

/// Gathers one line at a time and stops right behind its end, where binary packets may begin.
///
/// A line ends with LF, CRLF or a lone CR. Empty lines are passed over.
#[derive(Debug, Default)]
pub(crate) struct Line {
    // Never longer than `LIMIT`.
    text: Vec<u8>,
    over: bool,
    complete: bool,
    after_cr: bool,
}

impl Line {
    /// RFC 4253 §4.2 allows 255 bytes, CR and LF included.
    pub(crate) const LIMIT: usize = 255;

    /// Takes bytes up to the end of a line; says whether it found one.
    pub(crate) fn take(&mut self, input: &mut &[u8]) -> bool {
        if core::mem::take(&mut self.complete) {
            self.text.clear();
            self.over = false;
        }
        while !input.is_empty() {
            self.skip_lf(input);
            let end = memchr2(b'\r', b'\n', input);
            let (head, tail) = input.split_at_checked(end.unwrap_or(input.len())).unwrap_or((input, &[]));
            self.keep(head);
            let Some((&mark, rest)) = tail.split_first() else {
                *input = tail;
                break;
            };
            *input = rest;
            self.after_cr = mark == b'\r';
            if !self.text.is_empty() {
                self.complete = true;
                return true;
            }
        }
        false
    }

    /// The line last found, or what there is of an unfinished one.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The line was longer than the limit, and its end is missing.
    pub(crate) const fn over(&self) -> bool {
        self.over
    }

    /// Drops the LF of a CRLF whose CR ended the line before.
    pub(crate) fn skip_lf(&mut self, input: &mut &[u8]) {
        if let Some((&first, rest)) = input.split_first()
            && core::mem::take(&mut self.after_cr)
            && first == b'\n'
        {
            *input = rest;
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = Self::LIMIT.saturating_sub(self.text.len());
        self.over |= bytes.len() > room;
        self.text.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> (Vec<Vec<u8>>, Vec<u8>) {
        let (mut line, mut seen, mut rest) = (Line::default(), Vec::new(), Vec::new());
        for &chunk in chunks {
            let mut input = chunk;
            while seen.len() < 2 && line.take(&mut input) {
                seen.push(line.text().to_vec());
            }
            line.skip_lf(&mut input);
            rest.extend_from_slice(input);
        }
        (seen, rest)
    }

    #[test]
    fn stops_right_behind_the_line_end() {
        for bytes in [&b"\r\n\na\r\nb\r\n\0\0\n"[..], b"a\nb\n\0\0\n", b"a\rb\r\0\0\n"] {
            let singles: Vec<&[u8]> = bytes.chunks(1).collect();
            for chunks in [&[bytes][..], &singles] {
                assert_eq!(lines(chunks), (std::vec![b"a".to_vec(), b"b".to_vec()], b"\0\0\n".to_vec()));
            }
        }
    }
}
