//! One capture, read from its first frame to its last.

mod batch;
mod several;

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use wiretale_packet::Frame;

use crate::Error;
use crate::compressed::{self, Progress};
use crate::format::Format;
use crate::plain::PlainFile;
use crate::record::{Fault, Record, Step};
use crate::source::Source;

pub use batch::Batch;
pub use several::Several;

/// A capture that lends its frames one at a time, or many.
///
/// Each call of [`Capture::next`] either moves forward or ends: after an error nothing more comes.
pub struct Capture {
    name: String,
    source: Source,
    format: Format,
    /// The record lent last, where it was one by itself; its bytes are still in the window.
    record: Option<Record>,
    /// How many bytes of the window that record covers, or all that were lent together.
    lent: usize,
    offset: u64,
    number: u64,
    ended: bool,
    compressed: bool,
    progress: Progress,
    total: Option<u64>,
    plain: Option<PlainFile>,
}

impl Capture {
    /// Opens the capture at `path`, or standard input for `-`, and reads its header.
    ///
    /// Files are read in chunks into one buffer that is used again and again.
    ///
    /// # Errors
    /// If it cannot be opened or is no capture, or its link type is one that nobody here can read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if path == Path::new("-") {
            return Self::from_reader(Box::new(io::stdin()), "standard input");
        }
        let (file, name) = open(path)?;
        let total = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len());
        let plain = total.and_then(|_| PlainFile::of(&file));
        let capture = Self::from_reader(Box::new(file), &name)?;
        let plain = plain.filter(|_| !capture.compressed);
        Ok(Self { total, plain, ..capture })
    }

    /// Reads the capture that `reader` gives, compressed or not; `name` stands for it in errors.
    ///
    /// # Errors
    /// As [`Capture::open`].
    pub fn from_reader(reader: Box<dyn Read + Send>, name: &str) -> Result<Self, Error> {
        let progress = Progress::default();
        let (reader, compressed) = compressed::sniff(reader, &progress).map_err(|source| Error::Read {
            file: name.to_owned(),
            offset: 0,
            source,
        })?;
        Self::begin(Source::new(reader), name, compressed, progress)
    }

    /// Reads the capture in `bytes`.
    ///
    /// # Errors
    /// As [`Capture::open`].
    pub fn from_bytes(bytes: impl Into<Vec<u8>>, name: &str) -> Result<Self, Error> {
        let bytes = bytes.into();
        let total = Some(bytes.len() as u64);
        Ok(Self { total, ..Self::from_reader(Box::new(Cursor::new(bytes)), name)? })
    }

    fn begin(mut source: Source, name: &str, compressed: bool, progress: Progress) -> Result<Self, Error> {
        let found = match source.fill(Format::HEADER) {
            Ok(_) => Format::sniff(source.window()),
            Err(error) => return Err(failed(name, 0, &source, Format::HEADER, error, &progress)),
        };
        let (format, len) = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Err(cut(name, 0, &source, Format::HEADER)),
            Err(fault) => return Err(Error::at(name, 0, fault)),
        };
        source.consume(len);
        Ok(Self {
            name: name.to_owned(),
            source,
            format,
            record: None,
            lent: 0,
            offset: len as u64,
            number: 0,
            ended: false,
            compressed,
            progress,
            total: None,
            plain: None,
        })
    }

    /// The next frame; nothing at the end.
    ///
    /// # Errors
    /// If the capture is cut off, broken, or cannot be read on. Nothing follows an error.
    #[allow(clippy::should_implement_trait, reason = "what it lends lives until the next call")]
    #[inline]
    pub fn next(&mut self) -> Option<Result<Frame<'_>, Error>> {
        match self.advance()? {
            Ok(()) => self.frame().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// Moves to the next frame, which [`Capture::frame`] then lends; nothing at the end.
    ///
    /// # Errors
    /// As [`Capture::next`].
    #[inline]
    pub fn advance(&mut self) -> Option<Result<(), Error>> {
        self.release();
        while !self.ended {
            match self.format.step(self.source.window()) {
                Ok(Step::Frame(record, len)) => {
                    self.lent = len;
                    self.number += 1;
                    self.record = Some(record);
                    return Some(Ok(()));
                }
                Ok(Step::Skip(len)) => {
                    self.lent = len;
                    self.release();
                }
                Ok(Step::Need(need)) => {
                    if let Some(error) = self.fill(need) {
                        return Some(Err(error));
                    }
                }
                Err(fault) => return Some(Err(self.fault(fault))),
            }
        }
        None
    }

    /// The frame that the last call of [`Capture::next`] or [`Capture::advance`] came to.
    #[inline]
    #[must_use]
    pub fn frame(&self) -> Option<Frame<'_>> {
        self.record.as_ref().map(|record| record.frame(self.source.window()))
    }

    /// The number of the frame lent last, from 1; also how many were lent.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its name, as errors have it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Is it compressed?
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// How many bytes of the file were read; of a compressed one, compressed bytes.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.progress.bytes()
    }

    /// How many bytes the file had when it was opened, if it is a plain one.
    #[must_use]
    pub fn bytes_total(&self) -> Option<u64> {
        self.total
    }

    /// The file itself, if it is one that is not compressed: what was lent can be read there again.
    #[must_use]
    pub fn plain(&self) -> Option<&PlainFile> {
        self.plain.as_ref()
    }

    #[inline]
    fn release(&mut self) {
        self.record = None;
        self.source.consume(self.lent);
        self.offset = self.offset.saturating_add(self.lent as u64);
        self.lent = 0;
    }

    /// Widens the window to `need` bytes, or ends; an error unless it ends between two records.
    #[cold]
    fn fill(&mut self, need: usize) -> Option<Error> {
        match self.source.fill(need) {
            Ok(true) => None,
            Ok(false) => {
                self.ended = true;
                let whole = self.source.window().is_empty();
                (!whole).then(|| cut(&self.name, self.offset, &self.source, need))
            }
            Err(error) => {
                self.ended = true;
                Some(failed(&self.name, self.offset, &self.source, need, error, &self.progress))
            }
        }
    }

    #[cold]
    fn fault(&mut self, fault: Fault) -> Error {
        self.ended = true;
        Error::at(&self.name, self.offset, fault)
    }
}

impl std::fmt::Debug for Capture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut fields = f.debug_struct("Capture");
        fields.field("name", &self.name).field("offset", &self.offset).field("number", &self.number);
        fields.finish_non_exhaustive()
    }
}

fn open(path: &Path) -> Result<(File, String), Error> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|meta| meta.is_dir()) => Err(Error::Folder { file: name }),
        Ok(file) => Ok((file, name)),
        Err(source) => Err(Error::Open { file: name, source }),
    }
}

fn cut(name: &str, offset: u64, source: &Source, needed: usize) -> Error {
    let found = source.window().len() as u64;
    Error::Cut { file: name.to_owned(), offset, needed: needed as u64, found }
}

/// A compressed capture whose compressed bytes end too early is cut off, like a plain one.
fn failed(name: &str, offset: u64, source: &Source, needed: usize, error: io::Error, progress: &Progress) -> Error {
    if progress.ended() {
        return cut(name, offset, source, needed);
    }
    Error::Read { file: name.to_owned(), offset, source: error }
}
