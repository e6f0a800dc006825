//! The ways to open a capture.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::{Capture, cut, failed};
use crate::Error;
use crate::compressed::{self, Progress};
use crate::format::Format;
use crate::plain::PlainFile;
use crate::source::Source;

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
}

fn open(path: &Path) -> Result<(File, String), Error> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|meta| meta.is_dir()) => Err(Error::Folder { file: name }),
        Ok(file) => Ok((file, name)),
        Err(source) => Err(Error::Open { file: name, source }),
    }
}
