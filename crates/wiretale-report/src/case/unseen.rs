//! What could not be seen of a host's traffic.

use std::net::IpAddr;

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
        sentences.push(format!("{what} under way before the capture began; how they began is not known."));
    }
    if sum.lossy > 0 {
        let what = plural(sum.lossy, "connection", "connections");
        sentences.push(format!("In {what}, the capture lacks {} that crossed.", size(sum.missed)));
    }
    // More hosts spoke than there was room for, and this may be one of them.
    if sum.talks == 0 && dossier.chronicle.left_out() > 0 {
        let what = plural(dossier.chronicle.left_out(), "connection", "connections");
        sentences
            .push(format!("There was no room to note {what} of all hosts together, this one's among them perhaps."));
    }
    sentences.push(format!("Nothing is known of the time before {} UTC, when the capture begins.", utc(began.nanos())));
    sentences
}
