//! `files.log`: what transfers carried.

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
