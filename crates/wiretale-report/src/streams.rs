//! The bytes of TCP streams, a file for each direction.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use wiretale::protocol::{Chunk, Direction, Flow, FlowId, Moment};

use crate::id::Uid;
use crate::output::WriteError;

/// Writes `UID.client` and `UID.server` into a directory. What was not captured is left out and listed in `UID.gaps`, a
/// line for each gap: the direction, the offset in the stream and the length.
///
/// Only so many files are open at a time; the others are opened again when they go on.
#[derive(Debug)]
pub struct Streams {
    directory: PathBuf,
    // Used last is last.
    open: VecDeque<(Key, File)>,
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
        Ok(Self { directory, open: VecDeque::new() })
    }

    pub(crate) fn write(&mut self, moment: &Moment<'_>, offset: u64, chunk: Chunk<'_>) -> Result<(), WriteError> {
        let flow = moment.flow.id;
        match (chunk, moment.direction) {
            (Chunk::Data(bytes), Direction::Client) => self.append((flow, Kind::Client), bytes, offset == 0),
            (Chunk::Data(bytes), Direction::Server) => self.append((flow, Kind::Server), bytes, offset == 0),
            (Chunk::Gap(length), direction) => {
                let who = if direction == Direction::Client { "client" } else { "server" };
                self.append((flow, Kind::Gaps), format!("{who} {offset} {length}\n").as_bytes(), false)
            }
            (Chunk::End(_), _) => Ok(()),
        }
    }

    pub(crate) fn close(&mut self, flow: &Flow) {
        self.open.retain(|((id, _), _)| *id != flow.id);
    }

    fn append(&mut self, key: Key, bytes: &[u8], fresh: bool) -> Result<(), WriteError> {
        let path = self.path(key);
        let at = self.open.iter().position(|(open, _)| *open == key);
        let mut file = match at.and_then(|at| self.open.remove(at)) {
            Some((_, file)) => file,
            None => {
                let mut options = OpenOptions::new();
                // The first bytes replace what an earlier run left.
                let options = if fresh { options.write(true).truncate(true) } else { options.append(true) };
                options.create(true).open(&path).map_err(WriteError::at(&path))?
            }
        };
        file.write_all(bytes).map_err(WriteError::at(&path))?;
        if self.open.len() >= MOST_OPEN {
            self.open.pop_front();
        }
        self.open.push_back((key, file));
        Ok(())
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
