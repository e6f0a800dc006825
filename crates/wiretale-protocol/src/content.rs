//! What transfers carry.

/// One step of a transferred file, whichever protocol moves it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content<'a> {
    /// It begins.
    Begin {
        /// Its name as the wire has it. Chosen by a stranger: never a path.
        name: Option<&'a [u8]>,
        /// Its size as announced.
        size: Option<u64>,
        /// Where in the file this transfer starts (a resumed transfer).
        start: u64,
    },
    /// Its next bytes.
    Data(&'a [u8]),
    /// So many of its bytes were not captured.
    Gap(u64),
    /// It is over, in full or not: the count of bytes tells.
    End,
}
