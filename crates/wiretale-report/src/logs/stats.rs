//! `stats.log`: what was read, and what could not be.

use crate::table::{Table, columns};

/// One row for the whole run.
pub const TABLE: Table = Table {
    name: "stats",
    columns: columns! {
        "ts": Time, "packets": Count, "bytes": Count, "flows": Count, "weirds": Count, "weirds_left_out": Count,
        "files": Count, "exposures": Count,
    },
};
