//! Captures made for the tests, and readers with faults.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use wiretale_capture::write::{Order, Pcap, Pcapng};
use wiretale_capture::{Batch, Batches, Capture, Error, Frame};
use wiretale_packet::{LinkType, Timestamp};

/// A frame that owns its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    pub at: Timestamp,
    pub link: LinkType,
    pub data: Vec<u8>,
    pub wire_len: u32,
}

impl Owned {
    pub fn of(frame: Frame<'_>) -> Self {
        Self { at: frame.at, link: frame.link, data: frame.data.to_vec(), wire_len: frame.wire_len }
    }

    pub fn frame(&self) -> Frame<'_> {
        Frame { at: self.at, link: self.link, data: &self.data, wire_len: self.wire_len }
    }
}

/// Frames of all lengths, in whole microseconds, some of them cut.
pub fn frames(count: u32) -> Vec<Owned> {
    let frame = |n: u32| {
        let len = usize::try_from(n * 37 % 1500).unwrap();
        Owned {
            at: Timestamp::from_nanos(i64::from(n) * 1_234_567_000),
            link: LinkType::ETHERNET,
            data: (0..len).map(|byte| u8::try_from((byte + len) % 251).unwrap()).collect(),
            wire_len: u32::try_from(len).unwrap() + n % 3,
        }
    };
    (0..count).map(frame).collect()
}

pub fn pcap(frames: &[Owned], order: Order, nanos: bool) -> Vec<u8> {
    let mut file = Pcap::new(Vec::new(), LinkType::ETHERNET, order, nanos).unwrap();
    frames.iter().for_each(|frame| file.frame(&frame.frame()).unwrap());
    file.into_inner()
}

pub fn pcapng(frames: &[Owned], order: Order, resolution: u8) -> Vec<u8> {
    let mut file = Pcapng::new(Vec::new(), order).unwrap();
    file.interface(LinkType::ETHERNET, resolution).unwrap();
    for frame in frames {
        let nanos = u64::try_from(frame.at.nanos()).unwrap();
        let ticks = if resolution == 9 { nanos } else { nanos / 1000 };
        file.frame(0, ticks, &frame.frame()).unwrap();
    }
    file.into_inner()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    file.write_all(bytes).unwrap();
    file.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// All frames, each batch's number of them, and what ended the captures.
pub fn in_batches(captures: Vec<Capture>) -> (Vec<Owned>, Vec<usize>, Vec<String>) {
    let (mut batches, mut batch) = (Batches::of(captures), Batch::default());
    let (mut frames, mut borders, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(next) = batches.next(&mut batch) {
        match next {
            Ok(()) => {
                assert!(batch.first() == frames.len() as u64 + 1 && !batch.is_empty());
                frames.extend(batch.frames(0..batch.len()).map(Owned::of));
                borders.push(batch.len());
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    assert!(batches.next(&mut batch).is_none(), "nothing follows the end");
    (frames, borders, errors)
}

/// All frames as they come many at a time, and what ended the capture.
pub fn many_at_a_time(mut capture: Capture, most: usize) -> (Vec<Owned>, Option<String>) {
    let mut frames = Vec::new();
    while let Some(several) = capture.next_many(most) {
        match several {
            Ok(several) => frames.extend(several.frames.iter().map(|frame| Owned::of(*frame))),
            Err(error) => {
                assert!(capture.next_many(most).is_none(), "nothing follows an error");
                return (frames, Some(error.to_string()));
            }
        }
    }
    assert_eq!(capture.number(), frames.len() as u64);
    (frames, None)
}

/// All frames, and what ended the capture.
pub fn all(mut capture: Capture) -> (Vec<Owned>, Option<Error>) {
    let mut frames = Vec::new();
    while let Some(frame) = capture.next() {
        match frame {
            Ok(frame) => frames.push(Owned::of(frame)),
            Err(error) => {
                assert!(capture.next().is_none(), "nothing follows an error");
                return (frames, Some(error));
            }
        }
    }
    assert!(capture.next().is_none(), "nothing follows the end");
    assert_eq!(capture.number(), frames.len() as u64);
    (frames, None)
}

pub fn read(bytes: &[u8]) -> (Vec<Owned>, Option<Error>) {
    match Capture::from_bytes(bytes, "made") {
        Ok(capture) => {
            let (frames, error) = all(capture);
            for most in [1, 3, 256] {
                let (several, end) = many_at_a_time(Capture::from_bytes(bytes, "made").unwrap(), most);
                assert_eq!(several, frames, "{most} at a time");
                assert_eq!(end, error.as_ref().map(ToString::to_string), "{most} at a time");
            }
            let (batched, _, errors) = in_batches(vec![Capture::from_bytes(bytes, "made").unwrap()]);
            assert_eq!(batched, frames, "in batches");
            assert_eq!(errors, Vec::from_iter(error.as_ref().map(ToString::to_string)), "in batches");
            (frames, error)
        }
        Err(error) => (Vec::new(), Some(error)),
    }
}

/// A reader that gives one byte at a time, and is interrupted before each.
pub struct Faulty {
    pub bytes: Vec<u8>,
    pub at: usize,
    pub ready: bool,
    /// Where reading fails for good.
    pub fails: Option<usize>,
}

impl Read for Faulty {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.ready = !self.ready;
        if !self.ready {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if Some(self.at) == self.fails {
            return Err(io::Error::other("the disk is gone"));
        }
        match (self.bytes.get(self.at), buffer.first_mut()) {
            (Some(byte), Some(to)) => {
                *to = *byte;
                self.at += 1;
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}
