//! The frames of a capture that lies in memory as a whole.

use std::hint::black_box;
use std::iter::FusedIterator;

use wiretale_packet::Frame;

use crate::Error;
use crate::format::{Format, Step};
use crate::map::Map;

/// The frames of a capture in memory, each borrowed for as long as the bytes are: for work that keeps frames, or hands
/// them to several threads.
#[derive(Clone, Debug)]
pub struct Frames<'m> {
    name: &'m str,
    bytes: &'m [u8],
    format: Format,
    offset: usize,
    /// Up to here the bytes were had near.
    near: usize,
    /// The file that is mapped, and up to where its pages were asked for.
    map: Option<(&'m Map, usize)>,
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

    pub(crate) fn resume(name: &'m str, map: &'m Map, format: Format, offset: u64) -> Self {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let ready = offset / PAGES * PAGES;
        Self { map: Some((map, ready)), ..Self::at(name, map.bytes(), format, offset) }
    }

    fn at(name: &'m str, bytes: &'m [u8], format: Format, offset: usize) -> Self {
        Self { name, bytes, format, offset, near: offset, map: None, ended: false }
    }

    /// Where the next record begins, in bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset as u64
    }

    /// Reads a byte of each line of the bytes that come next. Each record tells only where the next one begins: on the
    /// way from one to the other every step would wait for memory by itself. In a row the reads go out together.
    #[inline(never)]
    fn draw_near(&mut self) {
        let from = self.near.max(self.offset);
        if let Some((map, ready)) = &mut self.map {
            while *ready < from.saturating_add(PAGES).min(self.bytes.len()) {
                map.have_ready(*ready, PAGES);
                *ready += PAGES;
            }
        }
        self.near = from.saturating_add(STRIDE).min(self.bytes.len());
        let (lines, _) = self.bytes.get(from..self.near).unwrap_or_default().as_chunks::<LINE>();
        black_box(lines.iter().fold(0, |sum, [first, ..]| sum ^ first));
        if self.near == self.bytes.len() {
            self.near = usize::MAX;
        }
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
            if self.offset >= self.near {
                self.draw_near();
            }
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

/// Bytes read ahead at a time: they are to be in the cache still when their frames are looked at.
const STRIDE: usize = 32 << 10;

/// Bytes whose pages are mapped at a time, and so many ahead at least.
const PAGES: usize = 2 << 20;

/// Bytes that come together.
const LINE: usize = 64;
