//! `irc.log`: what clients asked for, in Zeek's words.

use crate::table::{Table, columns};

/// Zeek's 15 columns: a row for each NICK, USER, JOIN and each file that DCC moved.
pub const TABLE: Table = Table {
    name: "irc",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "nick": Text, "user": Text, "command": Text, "value": Text, "addl": Text,
        "dcc_file_name": Text, "dcc_file_size": Count, "dcc_mime_type": Text, "fuid": Text,
    },
};
