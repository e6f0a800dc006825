//! `ftp.log`: what was asked of FTP servers, and what they answered.

use crate::table::{Table, columns};

/// Zeek's 19 columns, then the file's size as the server said it so that it can be believed: Zeek's `file_size` is the
/// last number in the text of a reply, 8 for "(48.8 kbytes)".
pub const TABLE: Table = Table {
    name: "ftp",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "user": Text, "password": Text, "command": Text, "arg": Text, "mime_type": Text, "file_size": Count,
        "reply_code": Count, "reply_msg": Text, "data_channel.passive": Bool, "data_channel.orig_h": Addr,
        "data_channel.resp_h": Addr, "data_channel.resp_p": Port, "fuid": Text, "announced_size": Count,
    },
};
