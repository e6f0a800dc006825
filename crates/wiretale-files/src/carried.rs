//! One file, folded.

use wiretale_protocol::Content;

use crate::digest::{Digest, Digests};
use crate::entropy::Histogram;
use crate::mime::mime;

/// A file on its way. Holds its first 4 KiB, three digests and a histogram: about 7 KiB.
pub struct Carried {
    name: Option<Box<[u8]>>,
    size: Option<u64>,
    start: u64,
    seen: u64,
    missing: u64,
    // The first bytes, up to the first gap.
    head: Vec<u8>,
    digests: Digests,
    histogram: Histogram,
}

/// What a transfer carried.
#[derive(Clone, PartialEq, Debug)]
pub struct FileRecord {
    /// The file's name as the wire had it. Chosen by a stranger: never a path.
    pub name: Option<Box<[u8]>>,
    /// Its size as announced.
    pub size: Option<u64>,
    /// Where in the file the transfer started; the rest of this record is of what was transferred.
    pub start: u64,
    /// Bytes seen.
    pub seen: u64,
    /// Bytes that crossed but were not captured.
    pub missing: u64,
    /// What its first bytes say it is, in Zeek's words; `None` of a transfer that started inside the file.
    pub mime: Option<&'static str>,
    /// MD5; like the others `None` where bytes are missing, none were seen or it was left out.
    pub md5: Option<Digest<16>>,
    /// SHA-1.
    pub sha1: Option<Digest<20>>,
    /// SHA-256.
    pub sha256: Option<Digest<32>>,
    /// Shannon's entropy of the bytes seen, in bits a byte; `None` of nothing.
    pub entropy: Option<f64>,
}

impl Carried {
    /// A file begins: its name and size as announced, and where in it the transfer starts.
    #[must_use]
    pub fn begin(name: Option<&[u8]>, size: Option<u64>, start: u64) -> Self {
        Self {
            name: name.map(Box::from),
            size,
            start,
            seen: 0,
            missing: 0,
            head: Vec::new(),
            digests: Digests::default(),
            histogram: Histogram::new(),
        }
    }

    /// Leaves MD5 and SHA-1 out: those two take most of the time a file takes. To be said before its first byte.
    #[must_use]
    pub fn with_sha256_alone(self) -> Self {
        Self { digests: Digests::sha256_alone(), ..self }
    }

    /// Its next bytes.
    pub fn data(&mut self, bytes: &[u8]) {
        if self.missing == 0 {
            let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..room]);
            self.digests.update(bytes);
        }
        self.histogram.count(bytes);
        self.seen += bytes.len() as u64;
    }

    /// So many of its bytes were not captured.
    pub const fn gap(&mut self, len: u64) {
        self.missing = self.missing.saturating_add(len);
    }

    /// One step of a file, whichever it is: the record at its end. `carried` is `None` between files. A file that
    /// begins before the one before it has ended ends that one.
    pub fn step(carried: &mut Option<Self>, content: &Content<'_>) -> Option<FileRecord> {
        match *content {
            Content::Begin { name, size, start } => carried.replace(Self::begin(name, size, start)).map(Self::finish),
            Content::Data(bytes) => {
                carried.get_or_insert_with(|| Self::begin(None, None, 0)).data(bytes);
                None
            }
            Content::Gap(len) => {
                carried.get_or_insert_with(|| Self::begin(None, None, 0)).gap(len);
                None
            }
            Content::End => carried.take().map(Self::finish),
        }
    }

    /// What its first bytes so far say it is.
    #[must_use]
    pub fn mime(&self) -> Option<&'static str> {
        if self.start == 0 { mime(&self.head) } else { None }
    }

    /// Bytes seen so far.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// It is over.
    #[must_use]
    pub fn finish(self) -> FileRecord {
        let mime = self.mime();
        let digests = (self.missing == 0 && self.seen != 0).then(|| self.digests.finish());
        FileRecord {
            name: self.name,
            size: self.size,
            start: self.start,
            seen: self.seen,
            missing: self.missing,
            mime,
            md5: digests.and_then(|(older, _)| older).map(|(md5, _)| md5),
            sha1: digests.and_then(|(older, _)| older).map(|(_, sha1)| sha1),
            sha256: digests.map(|(_, sha256)| sha256),
            entropy: self.histogram.entropy(),
        }
    }
}

impl std::fmt::Debug for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carried").field("seen", &self.seen).field("missing", &self.missing).finish_non_exhaustive()
    }
}

// As much as Zeek looks at.
const HEAD: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn carried(pieces: &[&[u8]]) -> FileRecord {
        let mut carried = Carried::begin(None, None, 0);
        pieces.iter().for_each(|piece| carried.data(piece));
        carried.finish()
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        let record = carried(&[b"ab", b"c"]);
        assert_eq!(record.md5.unwrap().to_string(), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(record.sha1.unwrap().to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            record.sha256.unwrap().to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_file_with_a_hole_has_no_digests() {
        let mut carried = Carried::begin(Some(b"x"), Some(100), 0);
        carried.data(b"PK\x03\x04 a zip");
        carried.gap(10);
        carried.data(b"more");
        let record = carried.finish();
        assert_eq!((record.seen, record.missing), (14, 10));
        assert_eq!((record.md5, record.sha1, record.sha256), (None, None, None));
        assert_eq!(record.mime, Some("application/zip"));
    }

    #[test]
    fn a_resumed_transfer_says_nothing_of_the_beginning() {
        let mut carried = Carried::begin(None, Some(100), 60);
        carried.data(b"MZ this is the middle of something");
        assert_eq!(carried.finish().mime, None);
    }

    #[test]
    fn steps_make_one_record_a_file() {
        let mut state = None;
        let begin = Content::Begin { name: Some(b"a"), size: None, start: 0 };
        assert_eq!(Carried::step(&mut state, &begin), None);
        assert_eq!(Carried::step(&mut state, &Content::Data(b"hello world")), None);
        let first = Carried::step(&mut state, &begin).unwrap();
        assert_eq!((first.seen, first.mime), (11, Some("text/plain")));
        let second = Carried::step(&mut state, &Content::End).unwrap();
        assert_eq!((second.seen, second.sha256, second.entropy), (0, None, None));
        assert_eq!(Carried::step(&mut state, &Content::End), None);
    }

    proptest! {
        #[test]
        fn the_record_does_not_depend_on_the_cuts(bytes in proptest::collection::vec(any::<u8>(), 1..9000), step in 1usize..3000) {
            let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
            prop_assert_eq!(carried(&[&bytes]), carried(&pieces));
        }
    }
}
