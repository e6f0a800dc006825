//! What is kept about one flow while it lasts.

use super::{dns, ftp, irc, ssh, transfer, weirds};
use crate::hearsay::Seen;
use crate::row::Named;

/// A flow's state: a few words until there is more to remember than what it is.
#[derive(Default)]
pub struct State {
    parts: Option<Box<Parts>>,
    // The first service found.
    pub(super) protocol: Option<&'static str>,
    // Its server spoke it.
    pub(super) served: bool,
    // Files it carried so far.
    pub(super) files: u32,
    pub(super) seen: Seen,
}

#[derive(Default)]
pub(super) struct Parts {
    pub(super) weirds: weirds::Seen,
    pub(super) irc: irc::Session,
    // As each row of `irc_messages.log` has it, where that is written.
    pub(super) named: Option<Named>,
    pub(super) ssh: ssh::Session,
    pub(super) dns: dns::Session,
    pub(super) held: Option<Box<ftp::Held>>,
    pub(super) source: Option<transfer::Source>,
    pub(super) transfer: Option<Box<transfer::Transfer>>,
}

impl State {
    /// Bytes on the heap, by and large, and without a look at them: one that carried a file has one on its way.
    #[inline]
    pub(super) fn weight(&self) -> usize {
        let transfer = if self.files > 0 { size_of::<transfer::Transfer>() + 256 } else { 0 };
        if self.is_bare() { 0 } else { size_of::<Parts>() + 64 + transfer }
    }

    pub(super) fn parts(&mut self) -> &mut Parts {
        self.parts.get_or_insert_default()
    }

    /// Nothing was ever kept about it, but for its service.
    #[inline]
    pub(super) fn is_bare(&self) -> bool {
        self.parts.is_none()
    }
}
