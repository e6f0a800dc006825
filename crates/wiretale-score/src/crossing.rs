//! A file on its way, as much of it as detectors look at.

use wiretale_protocol::Direction;

use crate::SeenFile;

/// A file on its way.
#[derive(Debug)]
pub(crate) struct Crossing {
    name: Option<Box<[u8]>>,
    head: Vec<u8>,
    bytes: u64,
    pub(crate) missed: u64,
    sender: Direction,
    carrier: &'static str,
    unannounced: bool,
}

impl Crossing {
    pub(crate) fn new(carrier: &'static str, name: Option<&[u8]>, sender: Direction) -> Self {
        let name: Option<Box<[u8]>> = name.map(Into::into);
        let unannounced = carrier == "dcc" && name.is_none();
        Self { name, head: Vec::new(), bytes: 0, missed: 0, sender, carrier, unannounced }
    }

    pub(crate) fn take(&mut self, bytes: &[u8], sender: Direction) {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.bytes += bytes.len() as u64;
        self.sender = sender;
    }

    pub(crate) fn seen(&self) -> SeenFile<'_> {
        SeenFile {
            carrier: self.carrier,
            name: self.name.as_deref(),
            head: &self.head,
            bytes: self.bytes,
            missed: self.missed,
            sender: self.sender,
            unannounced: self.unannounced,
        }
    }

    /// Bytes that it takes, on the heap.
    pub(crate) const fn weight(&self) -> usize {
        size_of::<Self>() + self.head.capacity()
    }
}

/// Bytes of its beginning that are kept.
const HEAD: usize = 512;
