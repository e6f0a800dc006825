//! Rows gathered into logs.

use wiretale::packet::Timestamp;

use crate::logs;
use crate::output::{Output, WriteError};
use crate::row::{Format, Row};
use crate::table::Table;
use crate::tsv;

/// Writes rows of many logs to one [`Output`]. After the first failure it drops what follows and keeps the error for
/// [`Writer::finish`].
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    format: Format,
    // Of the capture's first and last packet, for the headers' `#open` and `#close`.
    opened: Option<Timestamp>,
    closed: Timestamp,
    pending: Vec<Pending>,
    failed: Option<WriteError>,
}

/// One log's rows that are not written yet.
#[derive(Debug)]
struct Pending {
    table: &'static Table,
    bytes: Vec<u8>,
    rows: u64,
}

impl<W: Output> Writer<W> {
    /// Writes to `output`.
    pub fn new(output: W, format: Format) -> Self {
        let pending = logs::ALL.iter().map(|table| Pending { table, bytes: Vec::new(), rows: 0 }).collect();
        Self { output, format, opened: None, closed: Timestamp::default(), pending, failed: None }
    }

    /// Packet time has come this far.
    pub fn now(&mut self, at: Timestamp) {
        self.opened.get_or_insert(at);
        self.closed = self.closed.max(at);
    }

    /// Appends a row to `table`, which is one of [`logs::ALL`]; `fill` gives its cells in order.
    pub fn row(&mut self, table: &'static Table, fill: impl FnOnce(Row<'_>) -> Row<'_>) {
        let Some(pending) = self.pending.iter_mut().find(|pending| pending.table.is(table)) else { return };
        if self.failed.is_some() {
            return;
        }
        if pending.rows == 0 && self.format == Format::Tsv {
            tsv::header(&mut pending.bytes, table, self.opened.unwrap_or_default());
        }
        pending.rows += 1;
        fill(Row::new(&mut pending.bytes, table, self.format)).end();
        if pending.bytes.len() >= GROWN && pending.bytes.capacity() < FLUSH_AT {
            // Most logs have few rows; the others soon have a block of them.
            pending.bytes.reserve_exact(FLUSH_AT + GROWN - pending.bytes.len());
        }
        if pending.bytes.len() >= FLUSH_AT {
            self.failed = pending.flush(&mut self.output).err();
        }
    }

    /// How rows are written.
    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    /// How far packet time has come.
    #[must_use]
    pub const fn closed(&self) -> Timestamp {
        self.closed
    }

    /// Could something not be written? Nothing is written after that.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Notes a failure to write something beside the logs; the first counts.
    pub fn fail(&mut self, error: WriteError) {
        self.failed.get_or_insert(error);
    }

    /// Writes what is left, and the logs' last lines. After a failure the rows from before it are written where they can
    /// be, without a last line.
    ///
    /// # Errors
    /// The first failure of the run.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if let Some(error) = self.failed {
            for pending in &mut self.pending {
                // Told of is the first failure, not what follows from it.
                let _ = pending.flush(&mut self.output);
            }
            return Err(error);
        }
        for pending in self.pending.iter_mut().filter(|pending| pending.rows > 0) {
            if self.format == Format::Tsv {
                tsv::footer(&mut pending.bytes, self.closed);
            }
            if let Err(error) = pending.flush(&mut self.output) {
                self.failed.get_or_insert(error);
            }
        }
        self.failed.map_or(Ok(self.output), Err)
    }
}

impl Pending {
    fn flush(&mut self, output: &mut impl Output) -> Result<(), WriteError> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        output.write(self.table.name, &self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

const FLUSH_AT: usize = 64 * 1024;
// With so many bytes a log is given a whole block, and this much for the row that fills it.
const GROWN: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::{Format, Memory};

    // Has no room for one log.
    struct Full {
        memory: Memory,
        log: &'static str,
    }

    impl Output for Full {
        fn write(&mut self, log: &'static str, bytes: &[u8]) -> Result<(), WriteError> {
            if log == self.log {
                let source = io::Error::from(io::ErrorKind::StorageFull);
                return Err(WriteError { path: log.into(), source });
            }
            self.memory.write(log, bytes)
        }
    }

    #[test]
    fn rows_from_before_a_failure_are_written() {
        let mut full = Full { memory: Memory::default(), log: "dns" };
        let mut writer = Writer::new(&mut full, Format::Json);
        writer.row(&logs::conn::TABLE, |row| row.time(Timestamp::from_nanos(1)));
        writer.fail(WriteError { path: "file".into(), source: io::ErrorKind::StorageFull.into() });
        writer.row(&logs::conn::TABLE, |row| row.time(Timestamp::from_nanos(2)));
        assert_eq!(writer.finish().err().map(|error| error.path), Some("file".into()));
        let conn = String::from_utf8(full.memory.logs.remove("conn").unwrap()).unwrap();
        assert_eq!(conn.lines().count(), 1, "{conn}");
    }

    #[test]
    fn one_full_log_keeps_no_other_from_being_written() {
        let mut full = Full { memory: Memory::default(), log: "conn" };
        let mut writer = Writer::new(&mut full, Format::Json);
        writer.row(&logs::files::TABLE, |row| row.time(Timestamp::from_nanos(1)));
        while !writer.has_failed() {
            writer.row(&logs::conn::TABLE, |row| row.time(Timestamp::from_nanos(1)));
        }
        assert_eq!(writer.finish().err().map(|error| error.path), Some("conn".into()));
        assert!(full.memory.logs.contains_key("files"));
    }
}
