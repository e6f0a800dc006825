//! Whether a sender signs his segments (RFC 2385, RFC 5925), where his SYN said both.

use crate::half::{Bits, Half};

impl Half {
    /// The same SYN came again.
    pub(crate) fn sign_again(&mut self, signed: bool) {
        if self.has(Bits::SIGNED) != signed {
            self.bits.set(Bits::TWICE);
        }
    }

    /// Both sides sign or neither does (RFC 2385, RFC 5925): what either says of it after the SYNs counts.
    pub(crate) fn settle_signature(&mut self, signed: bool) {
        if self.has(Bits::TWICE) {
            self.bits.clear(Bits::TWICE);
            self.set_signed(signed);
        }
    }

    pub(crate) fn set_signed(&mut self, signed: bool) {
        if signed {
            self.bits.set(Bits::SIGNED);
        } else {
            self.bits.clear(Bits::SIGNED);
        }
    }

    /// Has a segment a signature where there should be none, or none where there should be one?
    pub(crate) fn contradicts(&self, signed: bool) -> bool {
        signed != self.has(Bits::SIGNED) && !self.has(Bits::TWICE)
    }
}
