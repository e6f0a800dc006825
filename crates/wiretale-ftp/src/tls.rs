//! Past what is encrypted, to where a connection is in clear again.

/// Passes over TLS records by their lengths alone (RFC 8446 section 5.1).
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Tls {
    // A record's head, `at` bytes of it.
    head: [u8; 5],
    at: usize,
    skip: u64,
    lost: bool,
    begun: bool,
    // Its first record was told of.
    told: bool,
}

impl Tls {
    /// Passes over records in `input`. True when clear text begins, at the start of what is left of `input`.
    pub(crate) fn pass(&mut self, input: &mut &[u8]) -> bool {
        while let Some(&first) = input.first() {
            if self.lost {
                *input = &[];
            } else if self.skip > 0 {
                let n = usize::try_from(self.skip).unwrap_or(usize::MAX).min(input.len());
                self.skip -= n as u64;
                *input = input.get(n..).unwrap_or_default();
            } else if self.at == 0 && matches!(first, b'\r' | b'\n') {
                // The end of the line before, or an empty one.
                *input = input.get(1..).unwrap_or_default();
            } else if self.at == 0 && (first.is_ascii_alphanumeric() || first == 0xff) {
                return true;
            } else {
                self.read_head(first);
                *input = input.get(1..).unwrap_or_default();
            }
        }
        false
    }

    /// True once, when the head of the first record has been read.
    pub(crate) fn begins(&mut self) -> bool {
        self.begun && !core::mem::replace(&mut self.told, true)
    }

    /// Bytes were lost: inside a record that does no harm.
    pub(crate) fn gap(&mut self, len: u64) {
        self.lost |= len > self.skip;
        self.skip = self.skip.saturating_sub(len);
    }

    fn read_head(&mut self, byte: u8) {
        if let Some(slot) = self.head.get_mut(self.at) {
            *slot = byte;
        }
        self.at += 1;
        if self.at == self.head.len() {
            let [kind, major, _, high, low] = self.head;
            self.lost = !(20..=24).contains(&kind) || major != 3;
            self.begun |= !self.lost;
            self.skip = u64::from(u16::from_be_bytes([high, low]));
            self.at = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_passed_over_up_to_clear_text() {
        let bytes = b"\x16\x03\x01\x00\x03abc\x15\x03\x03\x00\x02\x01\x00PWD\r\n";
        let mut tls = Tls::default();
        let mut input = &bytes[..];
        assert!(tls.pass(&mut input));
        assert_eq!(input, b"PWD\r\n");
        let mut tls = Tls::default();
        let clear = bytes.iter().position(|byte| tls.pass(&mut core::slice::from_ref(byte)));
        assert_eq!(clear, Some(bytes.len() - 5));
    }

    #[test]
    fn what_is_no_record_is_no_clear_text_either() {
        let mut tls = Tls::default();
        assert!(!tls.pass(&mut &b"\x01\x02\x03\x04\x05PWD\r\n"[..]));
    }
}
