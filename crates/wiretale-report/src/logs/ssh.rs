//! `ssh.log`: SSH sessions.

use crate::table::{Table, columns};

/// Zeek's 18 columns, then what the client and the server are known by.
pub const TABLE: Table = Table {
    name: "ssh",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "version": Count, "auth_success": Bool, "auth_attempts": Count, "direction": Enum, "client": Text,
        "server": Text, "cipher_alg": Text, "mac_alg": Text, "compression_alg": Text, "kex_alg": Text,
        "host_key_alg": Text, "host_key_fingerprint": Text, "hassh": Text, "hassh_server": Text,
    },
};
