//! Rows of `notice.log`.

use std::time::Duration;

use wiretale::protocol::Timestamp;

use super::Dossier;
use crate::logs::notice::{self, Notice};
use crate::{Output, Writer};

/// A row for each finding of each case at or above `low`, in the order of time, into a writer of its own.
pub fn notices<W: Output>(writer: &mut Writer<W>, dossier: &Dossier<'_>) {
    let mut rows: Vec<_> = dossier.worth_telling().flat_map(|case| dossier.findings(case)).collect();
    rows.sort_by_key(|finding| finding.evidence.time_ns);
    if let Some((began, ended)) = dossier.chronicle.span() {
        writer.now(began);
        writer.now(ended);
    }
    for finding in rows {
        let evidence = finding.evidence;
        let (sub, text) = (finding.attack.join(","), finding.text());
        let row = Notice {
            at: Timestamp::from_nanos(evidence.time_ns),
            uid: evidence.uids.first().map(String::as_str),
            note: format!("Wiretale::{}", evidence.row.replace('.', "_")),
            msg: &text,
            sub: (!sub.is_empty()).then_some(&sub),
            src: evidence.host.into(),
            dst: evidence.peer.map(Into::into),
            port: evidence.port,
            suppress_for: Duration::from_secs(3600),
        };
        writer.row(&notice::TABLE, |cells| row.cells(cells));
    }
}
