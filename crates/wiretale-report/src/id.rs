//! Names for flows and files.

use std::fmt;

use wiretale::protocol::FlowId;

use crate::number;

/// A flow's name in logs: `C` and the flow's number in base 62. The same capture gives the same names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid {
    // `C` or `F`, then at most 12 digits, then zeros.
    bytes: [u8; 16],
    len: u8,
}

impl Uid {
    /// The name of a flow.
    #[must_use]
    pub fn flow(flow: FlowId) -> Self {
        Self::new(b'C', flow, None)
    }

    /// The name of the file that a flow carried as its `nth` (from 0).
    #[must_use]
    pub fn file(flow: FlowId, nth: u32) -> Self {
        let [.., last] = FlowId(u64::from(nth % 62)).digits();
        Self::new(b'F', flow, Some(last))
    }

    /// The name as bytes: letters and digits only.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Appends it.
    #[inline]
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        number::put(out, &self.bytes, usize::from(self.len));
    }

    // The flow's digits, and one more behind them where there is one.
    #[inline]
    fn new(letter: u8, flow: FlowId, last: Option<u8>) -> Self {
        let digits = flow.digits();
        // One digit is left in any case.
        let most = if last.is_some() { digits.len() } else { digits.len() - 1 };
        let zeros = digits[..most].iter().take_while(|digit| **digit == b'0').count();
        let mut bytes = [0; 16];
        bytes[..digits.len()].copy_from_slice(&digits);
        // What comes first stands in the lowest byte.
        let text = u128::from_le_bytes(bytes) >> (8 * zeros) << 8 | u128::from(letter);
        let (mut bytes, mut len) = (text.to_le_bytes(), 1 + digits.len() - zeros);
        if let Some(last) = last {
            bytes[len] = last;
            len += 1;
        }
        Self { bytes, len: len as u8 }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_greatest_number_still_fits() {
        assert_eq!(Uid::flow(FlowId(0)).to_string(), "C0");
        assert_eq!(Uid::flow(FlowId(62)).to_string(), "C10");
        assert_eq!(Uid::flow(FlowId(u64::MAX)).to_string(), "CLygHa16AHYF");
        assert_eq!(Uid::file(FlowId(u64::MAX), 61).to_string(), "FLygHa16AHYFz");
        assert_eq!([Uid::file(FlowId(0), 0), Uid::file(FlowId(1), 62)].map(|uid| uid.to_string()), ["F0", "F10"]);
    }

    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    proptest! {
        #[test]
        fn digits_are_those_of_a_number_in_base_62(n: u64, less in 0u32..64, nth in 0u32..62) {
            let n = n >> less;
            let mut digits = vec![];
            let mut left = n;
            while left > 0 {
                digits.insert(0, char::from(DIGITS[(left % 62) as usize]));
                left /= 62;
            }
            let (digits, last) = (String::from_iter(digits), char::from(DIGITS[nth as usize]));
            let shown = if n == 0 { "0" } else { &digits };
            prop_assert_eq!(Uid::flow(FlowId(n)).to_string(), format!("C{shown}"));
            prop_assert_eq!(FlowId(n).to_string(), format!("C{shown}"));
            prop_assert_eq!(Uid::file(FlowId(n), nth).to_string(), format!("F{digits}{last}"));
        }
    }
}
