//! The frames of a capture that lies in memory as a whole.

use std::iter::FusedIterator;

use wiretale_packet::Frame;

use crate::Error;
use crate::format::Format;
use crate::record::Step;

/// The frames of a capture in memory, each borrowed for as long as the bytes are: for work that keeps frames, or hands
/// them to several threads.
#[derive(Clone, Debug)]
pub struct Frames<'m> {
    name: &'m str,
    bytes: &'m [u8],
    format: Format,
    offset: usize,
    ended: bool,
}

impl<'m> Frames<'m> {
    /// The frames of the uncompressed capture in `bytes`; `name` stands for it in errors.
    ///
    /// # Errors
    /// If they are no capture, or its link type is one that nobody here can read.
    pub fn new(name: &'m str, bytes: &'m [u8]) -> Result<Self, Error> {
        match Format::sniff(bytes) {
            Ok(Some((format, offset))) => Ok(Self::at(name, bytes, format, offset)),
            Ok(None) => {
                let (needed, found) = (Format::HEADER as u64, bytes.len() as u64);
                Err(Error::Cut { file: name.to_owned(), offset: 0, needed, found })
            }
            Err(fault) => Err(Error::at(name, 0, fault)),
        }
    }

    fn at(name: &'m str, bytes: &'m [u8], format: Format, offset: usize) -> Self {
        Self { name, bytes, format, offset, ended: false }
    }

    /// Where the next record begins, in bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset as u64
    }

    fn cut(&mut self, window: &[u8], needed: usize) -> Option<Error> {
        self.ended = true;
        let (offset, needed, found) = (self.offset as u64, needed as u64, window.len() as u64);
        (found > 0).then(|| Error::Cut { file: self.name.to_owned(), offset, needed, found })
    }
}

impl<'m> Iterator for Frames<'m> {
    type Item = Result<Frame<'m>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let window = self.bytes.get(self.offset..).unwrap_or_default();
            match self.format.step(window) {
                Ok(Step::Frame(record, len)) => {
                    self.offset += len;
                    return Some(Ok(record.frame(window)));
                }
                Ok(Step::Skip(len)) => self.offset += len,
                Ok(Step::Need(needed)) => return self.cut(window, needed).map(Err),
                Err(fault) => {
                    self.ended = true;
                    return Some(Err(Error::at(self.name, self.offset as u64, fault)));
                }
            }
        }
        None
    }
}

impl FusedIterator for Frames<'_> {}
