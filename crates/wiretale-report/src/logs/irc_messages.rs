//! `irc_messages.log`: every IRC message both ways. People's talk: written only when asked for.

use wiretale::irc::Message;
use wiretale::protocol::{Direction, Moment};

use crate::row::{Named, Row};
use crate::table::{Table, columns};

/// A row for each message, secrets masked. `params` is what follows the command on the line.
pub const TABLE: Table = Table {
    name: "irc_messages",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "is_orig": Bool, "tags": Text, "source": Text, "command": Text, "params": Text,
    },
};

/// The row of one message in a flow of this name.
pub(crate) fn row<'r>(row: Row<'r>, moment: &Moment<'_>, named: &Named, message: &Message<'_>) -> Row<'r> {
    let row = row.time(moment.at).named(named);
    let row = row.bool(moment.direction == Direction::Client);
    let row = row.text((!message.tags.is_empty()).then_some(message.tags.as_wire()));
    let row = row.text(message.prefix.map(|prefix| prefix.0));
    let row = match message.command.name() {
        Some(name) => row.plain(name.as_bytes()),
        None => row.word(&*message.command.to_string()),
    };
    row.text(message.params.as_wire().trim_ascii_start())
}
