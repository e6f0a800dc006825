//! What a direct connection has to say.

use wiretale_protocol::{Content, Direction};

use crate::Announced;

/// An event of [`crate::Dcc`] or [`crate::DccChat`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'a> {
    /// The connection carries what was offered, or what looks like a transfer nobody saw offered.
    Opened {
        /// The offer; `None` where it was not seen.
        announced: Option<&'a Announced>,
        /// Which side sends the file. Of a chat it means nothing and is the server.
        sender: Direction,
    },
    /// A step of the file.
    Content(Content<'a>),
    /// The receiver has so many bytes, by its own count: from the transfer's start or from the file's, as clients
    /// differ in that. Of 32-bit counts, the upper half is put back.
    Acknowledged(u64),
    /// A line of a chat, from the side that the moment's direction names.
    Chat {
        /// Its bytes, without the line end.
        line: &'a [u8],
        /// It was longer than [`crate::DccChat::LONGEST_LINE`], and this is its beginning.
        cut: bool,
    },
    /// It is over.
    Finished {
        /// Bytes of the file that crossed, lost ones included. Of a chat, those of both sides with their line ends; of an
        /// encrypted one, none; of one that turned out to be none, those of the lines before that.
        bytes: u64,
        /// Of them, bytes that were not captured.
        missed: u64,
        /// The file's size as announced.
        size: Option<u64>,
        /// Where in the file the transfer started: as agreed, or as its acknowledgements show.
        start: u64,
        /// The last count that the receiver sent.
        acknowledged: Option<u64>,
        /// How it came out.
        outcome: Outcome,
    },
}

/// How a transfer came out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// All of it crossed.
    Complete,
    /// So many bytes are missing at its end.
    Short(u64),
    /// So many bytes more than announced crossed.
    Over(u64),
    /// Nothing tells: no size was announced, TLS hides it, or it was a chat.
    Unknown,
}
