//! `software.log`: programs that named themselves.

use crate::table::{Table, columns};

/// Zeek's 11 columns.
pub const TABLE: Table = Table {
    name: "software",
    columns: columns! {
        "ts": Time, "host": Addr, "host_p": Port, "software_type": Enum, "name": Text, "version.major": Count,
        "version.minor": Count, "version.minor2": Count, "version.minor3": Count, "version.addl": Text,
        "unparsed_version": Text,
    },
};
