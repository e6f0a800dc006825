//! What a transfer carried: size, hashes, MIME by magic, entropy, extraction under safe names.
//!
//! [`Carried`] folds the steps of one file ([`wiretale_protocol::Content`]) into a [`FileRecord`], hashing each byte
//! once. [`Extract`] writes files into one directory.
//!
//! It refuses to use a name from the wire as a path, to write outside its directory, to hold more of a file than its
//! first 4 KiB, and to give hashes of a file with holes.
//!
//! ```
//! use wiretale_files::Carried;
//!
//! let mut carried = Carried::begin(Some(b"cracklib.tar.gz"), Some(12), 0);
//! carried.data(b"\x1f\x8b\x08\x00");
//! carried.data(b"\0\0\0\0\0\0\0\0");
//! let record = carried.finish();
//! assert_eq!(record.mime, Some("application/x-gzip"));
//! assert_eq!((record.seen, record.missing), (12, 0));
//! assert!(record.sha256.is_some());
//! ```
#![forbid(unsafe_code)]

mod carried;
mod digest;
mod entropy;
mod extract;
mod mime;

pub use carried::{Carried, FileRecord};
pub use digest::Digest;
pub use entropy::Histogram;
pub use extract::{Extract, ExtractError, Extracted};
pub use mime::mime;
