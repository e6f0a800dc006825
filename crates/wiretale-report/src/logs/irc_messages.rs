//! `irc_messages.log`: every IRC message both ways. People's talk: written only when asked for.

use crate::table::{Table, columns};

/// A row for each message.
pub const TABLE: Table = Table {
    name: "irc_messages",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "is_orig": Bool, "tags": Text, "source": Text, "command": Text, "params": Text,
    },
};
