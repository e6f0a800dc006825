//! `dns.log`: questions and answers.

use std::time::Duration;

use wiretale::dns::{Data, Flags, Question, class_name, rcode_name, type_name};
use wiretale::protocol::{Flow, Timestamp};

use super::conn::transport;
use crate::row::Row;
use crate::table::{Table, columns};

/// Zeek's columns.
pub const TABLE: Table = Table {
    name: "dns",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "proto": Enum, "trans_id": Count, "rtt": Interval, "query": Text, "qclass": Count, "qclass_name": Text,
        "qtype": Count, "qtype_name": Text, "rcode": Count, "rcode_name": Text, "AA": Bool, "TC": Bool, "RD": Bool,
        "RA": Bool, "Z": Count, "answers": Texts, "TTLs": Intervals, "rejected": Bool, "opcode": Count,
        "opcode_name": Text,
    },
};

/// A question, kept until its reply comes.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Timestamp,
    pub(crate) id: u16,
    pub(crate) flags: Flags,
    pub(crate) name: Option<Box<[u8]>>,
    pub(crate) kind: u16,
    pub(crate) class: u16,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Replied {
    pub(crate) flags: Option<Flags>,
    pub(crate) rtt: Option<Duration>,
    pub(crate) answers: Vec<(Box<[u8]>, Duration)>,
}

impl Asked {
    /// A question as a query or a reply has it.
    pub(crate) fn new(at: Timestamp, id: u16, flags: Flags, question: Option<&Question<'_>>) -> Self {
        let name =
            question.map(
                |question| if question.name.is_root() { Box::from(&b"."[..]) } else { question.name.to_text().into() },
            );
        let (kind, class) = question.map_or((0, 0), |question| (question.kind, question.class));
        Self { at, id, flags, name, kind, class }
    }
}

/// The row of a question and its reply, if one came.
pub(crate) fn row<'r>(row: Row<'r>, flow: &Flow, asked: &Asked, replied: &Replied) -> Row<'r> {
    let row = row.time(asked.at).flow(flow);
    let row = row.word(transport(flow.transport)).count(u64::from(asked.id)).interval(replied.rtt);
    let row = question(row, asked);
    let flags = replied.flags;
    let rcode = flags.map(Flags::rcode);
    let row = row.count(rcode.map(u64::from)).word(rcode.and_then(rcode_name));
    let row = row.bool(flags.is_some_and(Flags::authoritative)).bool(flags.is_some_and(Flags::truncated));
    let row = row.bool(asked.flags.recursion_desired()).bool(flags.is_some_and(Flags::recursion_available));
    let row = row.count(u64::from(flags.unwrap_or(asked.flags).z()));
    let row = if replied.answers.is_empty() {
        row.unset().unset()
    } else {
        row.set(replied.answers.iter().map(|(answer, _)| &**answer))
            .intervals(replied.answers.iter().map(|(_, ttl)| *ttl))
    };
    // No such name is an answer; anything else that is not "no error" is none.
    let opcode = asked.flags.opcode();
    row.bool(rcode.is_some_and(|rcode| rcode != 0 && rcode != 3)).count(u64::from(opcode)).word(opcode_name(opcode))
}

fn question<'r>(row: Row<'r>, asked: &Asked) -> Row<'r> {
    let Some(name) = &asked.name else { return row.unset().unset().unset().unset().unset() };
    let row = row.text(&**name).count(u64::from(asked.class)).word(class_name(asked.class));
    row.count(u64::from(asked.kind)).word(type_name(asked.kind))
}

/// A record's data as a word; `None` where Zeek has none.
pub(crate) fn answer(data: &Data<'_>) -> Option<Vec<u8>> {
    match data {
        Data::Address(address) => Some(address.to_string().into_bytes()),
        Data::Name(name) | Data::Exchange { name, .. } | Data::Service { target: name, .. } => Some(name.to_text()),
        Data::Authority { primary, .. } => Some(primary.to_text()),
        Data::Text(_) => {
            let mut text = Vec::new();
            for string in data.strings() {
                if !text.is_empty() {
                    text.push(b' ');
                }
                text.extend_from_slice(format!("TXT {} ", string.len()).as_bytes());
                text.extend_from_slice(string);
            }
            Some(text)
        }
        Data::Other(_) => None,
    }
}

const fn opcode_name(opcode: u16) -> Option<&'static str> {
    match opcode {
        0 => Some("query"),
        1 => Some("iquery"),
        2 => Some("status"),
        4 => Some("notify"),
        5 => Some("update"),
        6 => Some("dso"),
        _ => None,
    }
}
