//! `notice.log`: what was found against home hosts.

use std::time::Duration;

use wiretale::packet::{Address, Timestamp};

use crate::row::Row;
use crate::table::{Table, columns};

/// Zeek's 26 columns.
pub const TABLE: Table = Table {
    name: "notice",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "fuid": Text, "file_mime_type": Text, "file_desc": Text, "proto": Enum, "note": Enum, "msg": Text, "sub": Text,
        "src": Addr, "dst": Addr, "p": Port, "n": Count, "peer_descr": Text, "actions": Set, "email_dest": Set,
        "suppress_for": Interval, "remote_location.country_code": Text, "remote_location.region": Text,
        "remote_location.city": Text, "remote_location.latitude": Double, "remote_location.longitude": Double,
    },
};

/// A finding.
pub(crate) struct Notice<'n> {
    pub(crate) at: Timestamp,
    pub(crate) uid: Option<&'n str>,
    pub(crate) note: String,
    pub(crate) msg: &'n str,
    pub(crate) sub: Option<&'n str>,
    pub(crate) src: Address,
    pub(crate) dst: Option<Address>,
    pub(crate) port: Option<u16>,
    pub(crate) suppress_for: Duration,
}

impl Notice<'_> {
    /// Its row. Who opened the connection is not told by a finding, so the four cells of its identity stay unset, as
    /// Zeek leaves them for notices about hosts.
    pub(crate) fn cells<'r>(&self, row: Row<'r>) -> Row<'r> {
        let row = row.time(self.at).word(self.uid).unset().unset().unset().unset().unset().unset().unset().unset();
        let row = row.word(&*self.note).word(self.msg).word(self.sub);
        let row = row.addr(self.src).addr(self.dst).port(self.port).unset().word("wiretale");
        row.set([&b"Notice::ACTION_LOG"[..]]).set([]).interval(self.suppress_for)
    }
}
