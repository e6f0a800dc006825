//! `stats.log`: what was read, and what a limit cost.

use wiretale::Stats;
use wiretale::protocol::Timestamp;

use crate::row::Row;
use crate::table::{Table, columns};

/// One row for the whole run.
pub const TABLE: Table = Table {
    name: "stats",
    columns: columns! {
        "ts": Time, "frames": Count, "bytes": Count, "packets": Count, "skipped": Count, "bad_checksums": Count,
        "offloaded_checksums": Count, "fragments": Count, "flows": Count, "flows_peak": Count,
        "evicted_half_open": Count, "evicted": Count, "identified": Count, "expected": Count, "expectations": Count,
        "expectations_lapsed": Count, "expectations_dropped": Count, "weirds": Count, "weirds_left_out": Count,
        "dcc_offers_dropped": Count,
    },
};

/// What the logs left out, beside what the engine counted.
pub(crate) struct LeftOut {
    pub(crate) weirds: u64,
    pub(crate) weirds_left_out: u64,
    pub(crate) offers: u64,
}

/// The row, at the time of the last packet.
pub(crate) fn row<'r>(row: Row<'r>, at: Timestamp, stats: &Stats, left_out: &LeftOut) -> Row<'r> {
    [
        stats.frames,
        stats.bytes,
        stats.packets,
        stats.skipped,
        stats.corrupt,
        stats.offloaded,
        stats.fragments,
        stats.flows_opened,
        stats.flows_peak,
        stats.evicted_half_open,
        stats.evicted,
        stats.identified,
        stats.expected,
        stats.expectations,
        stats.expectations_lapsed,
        stats.expectations_dropped,
        left_out.weirds,
        left_out.weirds_left_out + stats.weirds_suppressed,
        left_out.offers,
    ]
    .into_iter()
    .fold(row.time(at), Row::count)
}
