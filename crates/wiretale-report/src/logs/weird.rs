//! `weird.log`: what was not as it should be.

use crate::table::{Table, columns};

/// Zeek's 11 columns.
pub const TABLE: Table = Table {
    name: "weird",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "name": Text, "addl": Text, "notice": Bool, "peer": Text, "source": Text,
    },
};
