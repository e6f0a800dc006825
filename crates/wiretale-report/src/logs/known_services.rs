//! `known_services.log`: which local hosts answer on which ports, and with what.

use crate::table::{Table, columns};

/// Zeek's 5 columns.
pub const TABLE: Table = Table {
    name: "known_services",
    columns: columns! { "ts": Time, "host": Addr, "port_num": Port, "port_proto": Enum, "service": Set },
};
