//! Why a capture cannot be read, or not to its end.

use std::io;

use crate::record::Fault;

/// Why a capture cannot be read, or not to its end. `offset` counts the bytes of the capture, decompressed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened.
    #[error("{file}: cannot open it: {source}")]
    Open {
        /// Its name.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// It is a folder.
    #[error("{file}: it is a folder: name the captures in it")]
    Folder {
        /// Its name.
        file: String,
    },
    /// Reading failed; every packet before it was delivered.
    #[error("{file}: byte {offset}: cannot read on: {source}")]
    Read {
        /// Its name.
        file: String,
        /// Where the record begins that could not be read.
        offset: u64,
        /// What the system, or the decompressor, says.
        source: io::Error,
    },
    /// The capture ends in the middle of a record; every packet before it was delivered.
    #[error("{file}: byte {offset}: cut off: a record of at least {needed} bytes begins here, and {found} are there")]
    Cut {
        /// Its name.
        file: String,
        /// Where the record begins that is not whole.
        offset: u64,
        /// How many bytes it needs, as far as can be told.
        needed: u64,
        /// How many there are.
        found: u64,
    },
    /// It is no capture that we know.
    #[error("{file}: byte 0: neither pcap nor pcapng, plain or compressed (it begins with {begins})")]
    Unknown {
        /// Its name.
        file: String,
        /// Its first bytes, in hexadecimal.
        begins: String,
    },
    /// There is nothing in it, not so much as a header: nothing was captured yet, or nothing was written down.
    #[error("{file}: empty, not so much as a header")]
    Empty {
        /// Its name.
        file: String,
    },
    /// All its frames are of a link type that nobody here can read.
    #[error("{file}: byte 20: unknown link type {link}")]
    Link {
        /// Its name.
        file: String,
        /// The link type's number.
        link: u32,
    },
    /// A record contradicts itself, so that the next one cannot be found; every packet before it was delivered.
    #[error("{file}: byte {offset}: {reason}")]
    Broken {
        /// Its name.
        file: String,
        /// Where the record begins.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Error {
    /// Does the capture merely end too early? Then what was read of it stands.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        matches!(self, Self::Cut { .. })
    }

    /// Does the capture lack nothing but all of its frames? Then there was nothing to read in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty { .. })
    }

    /// The name of the capture it is about.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Open { file, .. }
            | Self::Folder { file }
            | Self::Read { file, .. }
            | Self::Cut { file, .. }
            | Self::Unknown { file, .. }
            | Self::Empty { file }
            | Self::Link { file, .. }
            | Self::Broken { file, .. } => file,
        }
    }

    /// At which byte of the capture.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        match self {
            Self::Open { .. } | Self::Folder { .. } | Self::Unknown { .. } | Self::Empty { .. } => 0,
            Self::Link { .. } => 20,
            Self::Read { offset, .. } | Self::Cut { offset, .. } | Self::Broken { offset, .. } => *offset,
        }
    }

    pub(crate) fn at(file: &str, offset: u64, fault: Fault) -> Self {
        let file = file.to_owned();
        match fault {
            Fault::Broken(reason) => Self::Broken { file, offset, reason },
            Fault::Link(link) => Self::Link { file, link },
            Fault::Unknown(begins) if begins.is_empty() => Self::Empty { file },
            Fault::Unknown(begins) => {
                let other = OTHERS.iter().find(|(magic, _)| begins.starts_with(magic));
                let begins = begins.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
                let mut begins = begins.join(" ");
                if let Some((_, name)) = other {
                    begins += &format!(", as files of {name} do");
                }
                Self::Unknown { file, begins }
            }
        }
    }
}

// What captures come in that other programs make pcap of.
const OTHERS: &[(&[u8], &str)] = &[
    (b"\xfd7zX", "xz"),
    (b"\x04\"M\x18", "lz4"),
    (b"BZh", "bzip2"),
    (b"PK", "zip"),
    (b"snoo", "snoop"),
    (b"GMBU", "Network Monitor"),
];
