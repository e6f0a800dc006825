//! gzip and zstd, known by their first bytes.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// How far a reader has come, counted before decompression.
#[derive(Clone, Default, Debug)]
pub(crate) struct Progress {
    bytes: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl Progress {
    /// Bytes read from the file so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Was the end of the file seen?
    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

/// `reader` with its bytes counted and, where it is compressed, decompressed; true beside it in that case.
pub(crate) fn sniff(reader: Box<dyn Read + Send>, progress: &Progress) -> io::Result<(Box<dyn Read + Send>, bool)> {
    let mut reader = Counted { reader, progress: progress.clone() };
    let mut magic = [0; 4];
    let found = read_full(&mut reader, &mut magic)?;
    let whole = Cursor::new(magic).take(found as u64).chain(reader);
    Ok(match magic {
        [0x1f, 0x8b, ..] if found >= 2 => (Box::new(MultiGzDecoder::new(buffered(whole))), true),
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] if found == 4 => {
            (Box::new(Zstd::new(whole, progress)), true)
        }
        _ => (Box::new(whole), false),
    })
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(128 << 10, reader)
}

/// Reads until `buffer` is full or the reader ends.
fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut found = 0;
    while found < buffer.len() {
        match reader.read(&mut buffer[found..]) {
            Ok(0) => break,
            Ok(n) => found += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

struct Counted {
    reader: Box<dyn Read + Send>,
    progress: Progress,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.progress.bytes.fetch_add(n as u64, Ordering::Relaxed);
        self.progress.ended.fetch_or(n == 0 && !buffer.is_empty(), Ordering::Relaxed);
        Ok(n)
    }
}

/// Any number of zstd frames, and skippable ones, one after the other (RFC 8878 section 3).
struct Zstd<R> {
    reader: BufReader<R>,
    progress: Progress,
    decoder: FrameDecoder,
    /// Is a frame begun and not yet wholly handed out?
    within: bool,
    /// What went wrong; said once what was decoded before it is handed out, and then again for ever.
    failed: Option<String>,
}

impl<R: Read> Zstd<R> {
    fn new(reader: R, progress: &Progress) -> Self {
        let (reader, decoder) = (buffered(reader), FrameDecoder::new());
        Self { reader, progress: progress.clone(), decoder, within: false, failed: None }
    }

    /// Begins the next frame; false at the end of the stream.
    fn begin(&mut self) -> io::Result<bool> {
        if let Some(failed) = &self.failed {
            return Err(io::Error::other(failed.clone()));
        }
        if self.reader.fill_buf()?.is_empty() {
            return Ok(false);
        }
        match self.decoder.init(&mut self.reader) {
            Ok(()) => self.within = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                io::copy(&mut (&mut self.reader).take(u64::from(length)), &mut io::sink())?;
            }
            Err(error) => self.failed = Some(error.to_string()),
        }
        Ok(true)
    }

    /// Decodes one block more. Where the stream is cut, the decoder still holds back a window's worth of good bytes,
    /// which an empty last block sets free.
    fn block(&mut self) {
        if let Err(error) = self.decoder.decode_blocks(&mut self.reader, BlockDecodingStrategy::UptoBlocks(1)) {
            self.failed = Some(error.to_string());
            let freed = self.progress.ended()
                && self.decoder.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1)).is_ok();
            self.within = freed;
        }
    }

    fn finish(&mut self) {
        self.within = false;
        let sums = (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
        if self.failed.is_none() && matches!(sums, (Some(said), Some(computed)) if said != computed) {
            self.failed = Some("the checksum of a zstd frame is wrong".to_owned());
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within {
                if buffer.is_empty() || !self.begin()? {
                    return Ok(0);
                }
            } else if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            } else if self.decoder.is_finished() {
                self.finish();
            } else {
                self.block();
            }
        }
    }
}

/// An empty raw block, marked as the last one, and a checksum's worth of zeros.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
