//! What could not be seen of a host's traffic.

use std::net::IpAddr;

use wiretale::protocol::Summary;
use wiretale::score::size;

use super::Dossier;
use super::moment::utc;
use crate::digest::{one_or, plural};

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
        let began = one_or(sum.midstream, "it", "they");
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
    has_one_side(summary) && went_on() && !is_stray(summary)
}

/// Was no more seen than a packet or a few of one side, and none of them a SYN? Anybody can send those to a host that
/// answers nothing: they show neither a connection nor what the capture lacks.
pub(crate) fn is_stray(summary: &Summary<'_>) -> bool {
    let opens = |letter: &u8| matches!(letter.to_ascii_lowercase(), b's' | b'h');
    has_one_side(summary)
        && summary.client.packets.max(summary.server.packets) <= STRAY
        && !summary.history.iter().any(opens)
}

const fn has_one_side(summary: &Summary<'_>) -> bool {
    summary.client.packets == 0 || summary.server.packets == 0
}

// A stray packet may be sent again.
const STRAY: u64 = 3;

#[cfg(test)]
mod tests {
    use wiretale::protocol::{Side, State, Timestamp};

    use super::*;

    fn one_sided([client, server]: [u64; 2], history: &str) -> bool {
        let side = |packets| Side { packets, ..Side::default() };
        is_one_sided(&Summary {
            started: Timestamp::default(),
            duration: None,
            client: side(client),
            server: side(server),
            state: State::Oth,
            history: history.as_bytes(),
            missed: 0,
            services: &[],
            ip_protocol: 6,
            first_frame: 1,
            last_frame: 1,
        })
    }

    #[test]
    fn a_stray_packet_is_no_side_of_a_connection() {
        assert!(one_sided([4, 0], "DA") && one_sided([3, 0], "SAD") && one_sided([0, 2], "^hA"));
        for (packets, history) in [([1, 0], "A"), ([3, 0], "DA"), ([1, 1], "Ar"), ([9, 9], "ShAD"), ([5, 0], "S")] {
            assert!(!one_sided(packets, history), "{history}");
        }
    }
}
