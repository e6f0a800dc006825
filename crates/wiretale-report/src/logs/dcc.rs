//! `dcc.log`: every DCC offer, from offer to outcome.

use crate::table::{Table, columns};

/// A row for each offer.
pub const TABLE: Table = Table {
    name: "dcc",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "verb": Text, "from": Text, "to": Text, "file_name": Text, "host": Addr, "port": Port, "file_size": Count,
        "token": Text, "data_uid": Text, "bytes": Count, "resumed_at": Count, "outcome": Text, "fuid": Text,
    },
};
