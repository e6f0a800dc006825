//! What is worth knowing of a Secure Shell flow.

use wiretale_protocol::Escaped;

use crate::{Algorithms, HostKey, Ident, KexInit, Session};

/// One thing learnt of a flow. The direction is in the moment it comes with.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A line that a server sent before its identification string (RFC 4253 §4.2). Cut at 255 bytes.
    PreBanner(Text<'a>),
    /// An identification string.
    Version(Ident<'a>),
    /// Both sides have identified themselves and speak this major version from here on: 1 or 2.
    Agreed(u8),
    /// One side's `SSH_MSG_KEXINIT`: what it can do, in the order it likes it.
    Offer(KexInit<'a>),
    /// What two offers come to.
    Negotiated(Algorithms<'a>),
    /// The side that spoke began the key exchange, as a client does. From the server of the TCP connection this is a
    /// reverse connection: the SSH client is behind the listening side.
    KexInitiated,
    /// The group a server chose in a group exchange (RFC 4419): its prime's length in bits.
    Group(u32),
    /// The server's host key.
    HostKey(HostKey<'a>),
    /// The side that spoke encrypts from here on: `SSH_MSG_NEWKEYS`, or SSH1's session key.
    NewKeys,
    /// The side that spoke offered keys anew in the clear, before it had taken the old ones into use.
    Rekey,
    /// An attempt at authentication was answered. An inference from lengths, told when the other side next speaks; the
    /// session's record, which knows more, has the last word.
    Attempt {
        /// It was accepted.
        accepted: bool,
    },
    /// The client is in. An inference from lengths; comes once.
    LoggedIn {
        /// Attempts it took, this one included and the opening query for methods (`none`) not.
        attempts: u32,
        /// The method `none` was enough: nothing was asked for.
        none: bool,
    },
    /// Both directions are over, and at least one had come to be encrypted: what that part was, as far as lengths and
    /// times tell. The last event of a flow.
    Session(Session),
}

/// Text from the wire, printed escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<'a>(pub &'a [u8]);

impl core::fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(&Escaped(self.0), f)
    }
}

impl core::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&Escaped(self.0), f)
    }
}
