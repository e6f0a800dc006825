//! Lines as servers see them.

use memchr::memchr2;

/// The whole lines, but blank ones; what is left has no end yet.
pub(super) struct Lines<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for &mut Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let (line, rest) = self.0.split_at_checked(memchr2(b'\r', b'\n', self.0)?)?;
            self.0 = rest.get(1..).unwrap_or_default();
            if !line.iter().all(|byte| BLANKS.contains(byte)) {
                return Some(line);
            }
        }
    }
}

/// What may stand before a line.
pub(super) const BLANKS: [u8; 3] = [b' ', b'\t', 0];
