//! `files.log`: what transfers carried.

use wiretale::files::{Extracted, FileRecord};
use wiretale::protocol::{Direction, Flow, Timestamp};

use crate::Home;
use crate::id::Uid;
use crate::row::Row;
use crate::table::{Table, columns};

/// Zeek's 27 columns, then the entropy in bits a byte.
pub const TABLE: Table = Table {
    name: "files",
    columns: columns! {
        "ts": Time, "fuid": Text, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr,
        "id.resp_p": Port, "source": Text, "depth": Count, "analyzers": Set, "mime_type": Text, "filename": Text,
        "duration": Interval, "local_orig": Bool, "is_orig": Bool, "seen_bytes": Count, "total_bytes": Count,
        "missing_bytes": Count, "overflow_bytes": Count, "timedout": Bool, "parent_fuid": Text, "md5": Text,
        "sha1": Text, "sha256": Text, "extracted": Text, "extracted_cutoff": Bool, "extracted_size": Count,
        "entropy": Double,
    },
};

/// A file that is over.
pub(crate) struct File<'f> {
    pub(crate) fuid: Uid,
    pub(crate) flow: &'f Flow,
    pub(crate) source: &'static str,
    pub(crate) began: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) sender: Direction,
    pub(crate) record: &'f FileRecord,
    pub(crate) hashes: bool,
    pub(crate) extracted: Option<&'f Extracted>,
}

impl File<'_> {
    /// Its row. As in Zeek, what FTP moved has no name here: the row of `ftp.log` with this `fuid` has it.
    pub(crate) fn cells<'r>(&self, row: Row<'r>, home: &Home) -> Row<'r> {
        let Self { flow, record, .. } = self;
        let row = row.time(self.began).text(self.fuid.as_bytes()).uid(Uid::flow(flow.id));
        let row = row.endpoint(flow.client).endpoint(flow.server).word(self.source).count(0);
        let row = row.set(self.analyzers()).word(record.mime);
        let row = row.text(record.name.as_deref().filter(|name| self.source == "IRC_DATA" && !name.is_empty()));
        let row = row.interval(self.last.since(self.began)).bool(home.is_local(flow.speaker(self.sender).address));
        let row = row.bool(self.sender == Direction::Client).count(record.seen).unset();
        let row = row.count(record.missing).count(0).bool(false).unset();
        let row = self.extraction(self.digests(row));
        row.double(record.entropy)
    }

    fn analyzers(&self) -> impl Iterator<Item = &'static [u8]> {
        let hashes: &[&[u8]] = if self.hashes { &[b"MD5", b"SHA1", b"SHA256"] } else { &[] };
        self.extracted.map(|_| &b"EXTRACT"[..]).into_iter().chain(hashes.iter().copied())
    }

    fn digests<'r>(&self, row: Row<'r>) -> Row<'r> {
        if !self.hashes {
            return row.unset().unset().unset();
        }
        let FileRecord { md5, sha1, sha256, .. } = self.record;
        let row = row.word(md5.map(|digest| digest.to_string()).as_deref());
        let row = row.word(sha1.map(|digest| digest.to_string()).as_deref());
        row.word(sha256.map(|digest| digest.to_string()).as_deref())
    }

    fn extraction<'r>(&self, row: Row<'r>) -> Row<'r> {
        let Some(file) = self.extracted else { return row.unset().unset().unset() };
        row.word(file.name()).bool(file.is_cut()).count(file.is_cut().then(|| file.len()))
    }
}
