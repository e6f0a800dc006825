//! What is said of an anomaly that reassembly found.

use wiretale_reassembly::Anomaly;

/// What to add to an anomaly's name; nothing where it is none worth a word.
pub(crate) fn told(anomaly: &Anomaly<'_>) -> Option<String> {
    Some(match anomaly {
        Anomaly::Retransmission(_) | Anomaly::OneSided => return None,
        Anomaly::Conflict(conflict) => format!("offset {} length {}", conflict.offset, conflict.new.len()),
        Anomaly::Gap { offset, len } => format!("offset {offset} length {len}"),
        Anomaly::LimitReached(bound) => bound.name().to_owned(),
        Anomaly::TtlChanged { usual, seen } => format!("{usual} {seen}"),
        Anomaly::UrgentData { offset } => format!("offset {offset}"),
        Anomaly::SynDataJudged { accepted, refused } => format!("accepted {accepted} refused {refused}"),
        Anomaly::RstWithData(len) | Anomaly::SynWithData(len) => format!("{len} bytes"),
        Anomaly::WindowScale(scale) => scale.to_string(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use wiretale_reassembly::{Bound, Conflict, Winner};

    use super::*;

    #[test]
    fn an_anomaly_is_told_with_what_there_is_to_say_of_it() {
        let (old, new) = (&b"old"[..], &b"new"[..]);
        let (winner, old_ttl, new_ttl, delivered) = (Winner::Old, 64, 65, true);
        let conflict = Conflict { offset: 7, old, new, winner, old_ttl, new_ttl, delivered };
        for (anomaly, text) in [
            (Anomaly::Retransmission(5), None),
            (Anomaly::OneSided, None),
            (Anomaly::Conflict(conflict), Some("offset 7 length 3")),
            (Anomaly::Gap { offset: 5, len: 9 }, Some("offset 5 length 9")),
            (Anomaly::LimitReached(Bound::HoleAge), Some("hole_age")),
            (Anomaly::TtlChanged { usual: 64, seen: 200 }, Some("64 200")),
            (Anomaly::UrgentData { offset: 3 }, Some("offset 3")),
            (Anomaly::SynDataJudged { accepted: 3, refused: 4 }, Some("accepted 3 refused 4")),
            (Anomaly::RstWithData(6), Some("6 bytes")),
            (Anomaly::SynWithData(8), Some("8 bytes")),
            (Anomaly::WindowScale(15), Some("15")),
            (Anomaly::FinVoid, Some("")),
        ] {
            assert_eq!(told(&anomaly).as_deref(), text, "{anomaly:?}");
        }
    }
}
