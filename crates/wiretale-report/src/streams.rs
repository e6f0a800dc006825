//! The bytes of TCP streams, a file for each direction.

use std::collections::{HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use foldhash::fast::RandomState;
use wiretale::protocol::{Chunk, Direction, Flow, FlowId, Moment};

use crate::id::Uid;
use crate::output::{WriteError, remove};

/// Writes `UID.client` and `UID.server` into a directory. What was not captured is left out and listed in `UID.gaps`, a
/// line for each gap: the direction, the offset in the stream and the length.
///
/// Only so many files are open at a time; the others are opened again when they go on. What an earlier run left of a flow
/// gives way to what this one writes.
#[derive(Debug)]
pub struct Streams {
    directory: PathBuf,
    // Used last is last.
    open: VecDeque<(Key, File)>,
    // Flows under way of which something was written: files of theirs are of this run.
    begun: HashSet<FlowId, RandomState>,
}

type Key = (FlowId, Kind);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Client,
    Server,
    Gaps,
}

impl Streams {
    /// Into `directory`, which is made where it is missing.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(directory: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let directory = directory.into();
        fs::create_dir_all(&directory).map_err(WriteError::at(&directory))?;
        Ok(Self { directory, open: VecDeque::new(), begun: HashSet::default() })
    }

    pub(crate) fn write(&mut self, moment: &Moment<'_>, offset: u64, chunk: Chunk<'_>) -> Result<(), WriteError> {
        let flow = moment.flow.id;
        match (chunk, moment.direction) {
            (Chunk::Data(bytes), Direction::Client) => self.append((flow, Kind::Client), bytes),
            (Chunk::Data(bytes), Direction::Server) => self.append((flow, Kind::Server), bytes),
            (Chunk::Gap(length), direction) => {
                let who = if direction == Direction::Client { "client" } else { "server" };
                self.append((flow, Kind::Gaps), format!("{who} {offset} {length}\n").as_bytes())
            }
            (Chunk::End(_), _) => Ok(()),
        }
    }

    pub(crate) fn close(&mut self, flow: &Flow) {
        self.open.retain(|((id, _), _)| *id != flow.id);
        self.begun.remove(&flow.id);
    }

    /// Bytes on the heap, by and large.
    pub(crate) fn memory(&self) -> usize {
        self.begun.capacity() * (size_of::<FlowId>() + 1)
    }

    fn append(&mut self, key: Key, bytes: &[u8]) -> Result<(), WriteError> {
        let path = self.path(key);
        let at = self.open.iter().position(|(open, _)| *open == key);
        let mut file = match at.and_then(|at| self.open.remove(at)) {
            Some((_, file)) => file,
            None => {
                self.begin(key.0)?;
                OpenOptions::new().append(true).create(true).open(&path).map_err(WriteError::at(&path))?
            }
        };
        file.write_all(bytes).map_err(WriteError::at(&path))?;
        if self.open.len() >= MOST_OPEN {
            self.open.pop_front();
        }
        self.open.push_back((key, file));
        Ok(())
    }

    /// Removes what an earlier run left of a flow, before this one writes the first of it.
    fn begin(&mut self, flow: FlowId) -> Result<(), WriteError> {
        if !self.begun.insert(flow) {
            return Ok(());
        }
        [Kind::Client, Kind::Server, Kind::Gaps].into_iter().try_for_each(|kind| remove(&self.path((flow, kind))))
    }

    fn path(&self, (flow, kind): Key) -> PathBuf {
        let extension = match kind {
            Kind::Client => "client",
            Kind::Server => "server",
            Kind::Gaps => "gaps",
        };
        self.directory.join(format!("{}.{extension}", Uid::flow(flow)))
    }
}

const MOST_OPEN: usize = 64;
