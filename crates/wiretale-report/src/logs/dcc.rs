//! `dcc.log`: every DCC offer, from offer to outcome.

use wiretale::dcc::{Announced, Fate, Kind, Outcome, Provenance, Record};
use wiretale::protocol::Flow;

use crate::id::Uid;
use crate::row::Row;
use crate::table::{Table, columns};

/// A row for each offer. `uid` and `id` are the IRC session's that carried it, `data_uid` its connection's. `host` and
/// `port` are where that was to be made to, as the offer says; `bounce` that they are not the offerer's own.
pub const TABLE: Table = Table {
    name: "dcc",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "kind": Enum, "from": Text, "to": Text, "file_name": Text, "file_size": Count, "host": Addr, "port": Port,
        "passive": Bool, "tls": Bool, "bounce": Bool, "data_uid": Text, "bytes": Count, "missing_bytes": Count,
        "resumed_at": Count, "chat_lines": Count, "outcome": Enum, "short_bytes": Count, "fuid": Text,
    },
};

/// The row of one offer, or of a transfer whose offer was not seen.
pub(crate) fn row<'r>(row: Row<'r>, record: &Record, made_in: Option<&Flow>, fuid: Option<Uid>) -> Row<'r> {
    let offer = record.announced.as_ref();
    let session = made_in.map(|flow| Uid::flow(flow.id));
    let row = row.time(record.at).text(session.as_ref().map(Uid::as_bytes));
    let row = row.endpoint(made_in.map(|flow| flow.client)).endpoint(made_in.map(|flow| flow.server));
    let row = row.word(offer.map_or("send", |offer| kind(offer.kind)));
    let text = |pick: fn(&Announced) -> &[u8]| offer.map(pick).filter(|text| !text.is_empty());
    let row = row.text(text(|offer| &offer.from)).text(text(|offer| &offer.to)).text(text(|offer| &offer.name));
    let row = row.count(offer.and_then(|offer| offer.size)).endpoint(offer.map(|offer| offer.server));
    let row = row.bool(offer.map(|offer| offer.reverse)).bool(offer.map(|offer| offer.tls));
    let row = row.bool(offer.map(|offer| matches!(offer.provenance, Provenance::Foreign { .. })));
    let data = record.flow.map(Uid::flow);
    let taken = record.flow.is_some();
    let row = row.text(data.as_ref().map(Uid::as_bytes)).count(taken.then_some(record.bytes));
    let row = row
        .count(taken.then_some(record.missed))
        .count(record.resumed.filter(|resumed| resumed.agreed).map(|resumed| resumed.at));
    let chat = offer.is_some_and(|offer| offer.kind == Kind::Chat);
    let row = row.count((taken && chat).then_some(record.lines));
    let row = row.word(outcome(record.fate)).count(short(record.fate));
    row.text(fuid.as_ref().map(Uid::as_bytes))
}

/// What an offer is of, in a word.
pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Send => "send",
        Kind::Xmit => "xmit",
        Kind::Chat => "chat",
    }
}

/// What became of it, in a word.
pub(crate) const fn outcome(fate: Fate) -> &'static str {
    match fate {
        Fate::NeverTaken => "never_taken",
        Fate::Refused => "refused",
        Fate::Open => "open",
        Fate::Over(Outcome::Complete) => "complete",
        Fate::Over(Outcome::Short(_)) => "cut_short",
        Fate::Over(Outcome::Over(_)) => "too_long",
        Fate::Over(Outcome::Unknown) => "over",
    }
}

const fn short(fate: Fate) -> Option<u64> {
    match fate {
        Fate::Over(Outcome::Short(bytes)) => Some(bytes),
        _ => None,
    }
}
