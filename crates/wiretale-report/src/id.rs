//! Names for flows and files.

use std::fmt;

use wiretale::protocol::FlowId;

/// A flow's name in logs: `C` and the flow's number in base 62. The same capture gives the same names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid {
    // `C` or `F`, then at most 12 digits.
    bytes: [u8; 13],
    len: u8,
}

impl Uid {
    /// The name of a flow.
    #[must_use]
    pub fn flow(flow: FlowId) -> Self {
        Self::new(b'C', u128::from(flow.0))
    }

    /// The name of the file that a flow carried as its `nth` (from 0).
    #[must_use]
    pub fn file(flow: FlowId, nth: u32) -> Self {
        Self::new(b'F', u128::from(flow.0) * 62 + u128::from(nth % 62))
    }

    /// The name as bytes: letters and digits only.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    fn new(letter: u8, mut n: u128) -> Self {
        let mut digits = [0; 12];
        let mut len = 0;
        while n > 0 || len == 0 {
            digits[len] = DIGITS[(n % 62) as usize];
            n /= 62;
            len += 1;
        }
        let mut bytes = [letter; 13];
        for (to, from) in bytes[1..=len].iter_mut().zip(digits[..len].iter().rev()) {
            *to = *from;
        }
        Self { bytes, len: len as u8 + 1 }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|&byte| fmt::Write::write_char(f, char::from(byte)))
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_number_still_fits() {
        assert_eq!(Uid::flow(FlowId(0)).to_string(), "C0");
        assert_eq!(Uid::flow(FlowId(62)).to_string(), "C10");
        assert_eq!(Uid::flow(FlowId(u64::MAX)).to_string(), "CLygHa16AHYF");
        assert_eq!(Uid::file(FlowId(u64::MAX), 61).to_string(), "FLygHa16AHYFz");
    }
}
