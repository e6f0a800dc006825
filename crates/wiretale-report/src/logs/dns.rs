//! `dns.log`: questions and answers.

use crate::table::{Table, columns};

/// Zeek's columns.
pub const TABLE: Table = Table {
    name: "dns",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "proto": Enum, "trans_id": Count, "rtt": Interval, "query": Text, "qclass": Count, "qclass_name": Text,
        "qtype": Count, "qtype_name": Text, "rcode": Count, "rcode_name": Text, "AA": Bool, "TC": Bool, "RD": Bool,
        "RA": Bool, "Z": Count, "answers": Texts, "TTLs": Intervals, "rejected": Bool,
    },
};
