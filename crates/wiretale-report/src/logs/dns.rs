//! `dns.log`: questions and answers.

use std::fmt::Write as _;
use std::time::Duration;

use wiretale::dns::{
    Data, Flags, Query, Question, Record, Reply, class_name, is_netbios, is_readable, netbios_opcode_name,
    netbios_type_name, opcode_name, rcode_name, type_name,
};
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
    /// Its number in the flow; of a question known by its reply only, none.
    pub(crate) number: Option<u64>,
    at: Timestamp,
    id: u16,
    flags: Flags,
    name: Option<Box<[u8]>>,
    kind: u16,
    class: u16,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Replied {
    pub(crate) flags: Option<Flags>,
    pub(crate) rtt: Option<Duration>,
    pub(crate) answers: Vec<(Box<[u8]>, Duration)>,
}

impl Asked {
    /// A question that was seen.
    pub(crate) fn by_query(at: Timestamp, flow: &Flow, query: &Query<'_>) -> Self {
        Self { number: Some(query.number), ..Self::new(at, flow, query.id, query.flags, Some(&query.question)) }
    }

    /// A question of which nothing is known but what its reply repeats.
    pub(crate) fn by_reply(at: Timestamp, flow: &Flow, reply: &Reply<'_>) -> Self {
        Self::new(at, flow, reply.id, reply.flags, reply.question.as_ref())
    }

    fn new(at: Timestamp, flow: &Flow, id: u16, flags: Flags, question: Option<&Question<'_>>) -> Self {
        let netbios = is_netbios(flow);
        let name = question.map(|question| match question.name {
            name if name.is_root() => Box::from(&b"."[..]),
            name => name.to_netbios().filter(|_| netbios).unwrap_or_else(|| name.to_text()).into(),
        });
        let (kind, class) = question.map_or((0, 0), |question| (question.kind, question.class));
        Self { number: None, at, id, flags, name, kind, class }
    }
}

/// The row of a question and its reply, if one came.
pub(crate) fn row<'r>(row: Row<'r>, flow: &Flow, asked: &Asked, replied: &Replied) -> Row<'r> {
    let row = row.time(asked.at).flow(flow);
    let row = row.word(transport(flow.transport)).count(u64::from(asked.id)).interval(replied.rtt);
    let (type_name, opcode_name) = names(flow);
    let row = question(row, asked, type_name);
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
    // No such name is an answer; anything else that is not "no error" is none. Zeek takes any reply without a record.
    let opcode = asked.flags.opcode();
    row.bool(rcode.is_some_and(|rcode| rcode != 0 && rcode != 3)).count(u64::from(opcode)).word(opcode_name(opcode))
}

fn question<'r>(row: Row<'r>, asked: &Asked, type_name: Naming) -> Row<'r> {
    let Some(name) = &asked.name else { return row.unset().unset().unset().unset().unset() };
    let row = row.text(&**name).count(u64::from(asked.class)).word(class_name(asked.class));
    row.count(u64::from(asked.kind)).word(type_name(asked.kind))
}

/// How types and kinds of queries are called in a flow.
fn names(flow: &Flow) -> (Naming, Naming) {
    if is_netbios(flow) { (netbios_type_name, netbios_opcode_name) } else { (type_name, opcode_name) }
}

type Naming = fn(u16) -> Option<&'static str>;

/// What a record tells, in Zeek's words; `None` where Zeek has none, of the root's name for one.
pub(crate) fn answer(record: &Record<'_>) -> Option<Vec<u8>> {
    let words = match record.data {
        Data::Address(address) => address.to_string().into_bytes(),
        Data::Name(name) | Data::Exchange { name, .. } | Data::Service { target: name, .. } => name.to_text(),
        Data::Authority { primary, .. } => primary.to_text(),
        Data::Text(_) => strings(record),
        Data::Rewrite { order, preference, replacement, .. } => {
            let strings: Vec<&[u8]> = record.data.strings().collect();
            let mut text = format!("NAPTR {order} {preference} ").into_bytes();
            text.extend(strings.join(&b' '));
            if strings.last().is_some_and(|expression| !expression.is_empty()) && !replacement.is_root() {
                text.push(b' ');
            }
            text.extend(replacement.to_text());
            text
        }
        Data::Signature { covered, signer } if signer.is_root() => format!("RRSIG {covered} <Root>").into_bytes(),
        Data::Signature { covered, signer } => [format!("RRSIG {covered} ").into_bytes(), signer.to_text()].concat(),
        Data::Key { algorithm } => format!("DNSKEY {algorithm}").into_bytes(),
        Data::Delegation { algorithm, digest } => format!("DS {algorithm} {digest}").into_bytes(),
        Data::Next(next) => [b"NSEC".to_vec(), record.name.to_text(), next.to_text()].join(&b' '),
        Data::Fingerprint(bytes) => {
            let mut text = "SSHFP: ".to_owned();
            bytes.iter().for_each(|byte| _ = write!(text, "{byte:02x}"));
            text.into_bytes()
        }
        Data::Place { size, horizontal, vertical } => format!("LOC:  {size} {horizontal} {vertical}").into_bytes(),
        Data::Other(_) => unread(record.kind)?.into_bytes(),
    };
    Some(words).filter(|words| !words.is_empty())
}

/// `TXT 2 hi TXT 3 you`.
fn strings(record: &Record<'_>) -> Vec<u8> {
    let word = type_name(record.kind).unwrap_or("TXT");
    let string = |string: &[u8]| [format!("{word} {} ", string.len()).as_bytes(), string].concat();
    record.data.strings().map(string).collect::<Vec<_>>().join(&b' ')
}

/// What is told of a record by its type alone.
fn unread(kind: u16) -> Option<String> {
    match kind {
        NSEC3 | NSEC3PARAM => type_name(kind).map(str::to_owned),
        SIGNING => Some("BIND9 signing signal".to_owned()),
        kind if is_readable(kind) => None,
        kind => Some(format!("<unknown type={kind}>")),
    }
}

// Types of which Zeek tells no more than that they were there. The last one is BIND's own: how far it has signed a zone.
const NSEC3: u16 = 50;
const NSEC3PARAM: u16 = 51;
const SIGNING: u16 = 65534;
