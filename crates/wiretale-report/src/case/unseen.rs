//! What could not be seen of a host's traffic.

use std::net::IpAddr;

use wiretale::protocol::Summary;
use wiretale::score::size;

use super::Dossier;
use super::moment::utc;
use crate::digest::plural;

/// What could not be seen of a host's traffic, a sentence each.
pub(super) fn unseen(dossier: &Dossier<'_>, host: IpAddr) -> Vec<String> {
    let Some((began, _)) = dossier.chronicle.span() else {
        return vec!["Evidence alone was read, without the capture: what was not visible is not known here.".into()];
    };
    let sum = dossier.chronicle.sum(host);
    let mut sentences = Vec::new();
    if sum.sealed > 0 {
        let what = plural(sum.sealed, "connection was encrypted", "connections were encrypted");
        let bytes = size(sum.sealed_bytes);
        sentences.push(format!("{what} ({bytes}): only times and sizes of what was said are known."));
    }
    if sum.midstream > 0 {
        let what = plural(sum.midstream, "connection was", "connections were");
        let began = if sum.midstream == 1 { "it" } else { "they" };
        sentences.push(format!("{what} under way when first seen; how {began} began is not known."));
    }
    if sum.one_sided > 0 {
        let what = plural(sum.one_sided, "connection", "connections");
        sentences.push(format!("Of {what} only one side was captured: what the other said is not known."));
    }
    if sum.lossy > 0 {
        let what = plural(sum.lossy, "connection", "connections");
        sentences.push(format!("In {what}, the capture lacks {} that crossed.", size(sum.missed)));
    }
    sentences.extend(dossier.lacks.iter().cloned());
    // More hosts spoke than there was room for, and this may be one of them.
    if sum.talks == 0 && dossier.chronicle.left_out() > 0 {
        let what = plural(dossier.chronicle.left_out(), "connection", "connections");
        sentences
            .push(format!("There was no room to note {what} of all hosts together, this one's among them perhaps."));
    }
    sentences.push(format!("Nothing is known of the time before {} UTC, when the capture begins.", utc(began.nanos())));
    sentences
}

/// Was nothing captured of one side, though the other went on as with one that answers?
pub(crate) fn is_one_sided(summary: &Summary<'_>) -> bool {
    let went_on = || summary.history.iter().any(|letter| letter.eq_ignore_ascii_case(&b'a'));
    (summary.client.packets == 0 || summary.server.packets == 0) && went_on()
}
