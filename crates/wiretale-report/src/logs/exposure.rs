//! `exposure.log`: secrets that crossed the wire in clear. Whose, of what kind and with what outcome; never what.

use wiretale::protocol::{Exposure, Flow, Outcome};

use crate::row::Row;
use crate::table::{Table, columns};

/// A row for each secret. Equal tags are equal secrets, within one run.
pub const TABLE: Table = Table {
    name: "exposure",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "protocol": Text, "kind": Text, "account": Text, "scope": Text, "outcome": Enum, "tag": Text,
    },
};

/// The row of one exposure; `number` tells its tag by first appearance.
pub(crate) fn row<'r>(
    row: Row<'r>,
    flow: &Flow,
    protocol: Option<&str>,
    exposure: &Exposure<'_>,
    number: usize,
) -> Row<'r> {
    let row = row.time(exposure.crossed).flow(flow);
    let row = row.word(protocol).word(exposure.kind);
    let row = row.text(named(exposure.account)).text(named(exposure.scope));
    row.word(outcome(exposure.outcome)).word(&*format!("s{number}"))
}

/// The outcome in a word.
pub(crate) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Refused => "refused",
        Outcome::Unknown => "unknown",
    }
}

fn named(text: &[u8]) -> Option<&[u8]> {
    (!text.is_empty()).then_some(text)
}
