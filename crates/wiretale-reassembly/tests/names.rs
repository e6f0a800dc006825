//! What policies, bounds and oddities are called, and which oddities leave two readings.

use wiretale_reassembly::{Anomaly, Bound, Conflict, FragmentPolicy, Overlap, Winner};

#[test]
fn policies_go_by_the_names_of_hosts() {
    for (name, mask) in [
        ("first", 0b000_000_000),
        ("windows", 0b000_000_000),
        ("vista", 0b000_000_000),
        ("last", 0b111_111_111),
        ("bsd", 0b000_000_111),
        ("macos", 0b000_000_111),
        ("linux", 0b000_100_111),
        ("old-linux", 0b000_110_111),
        ("solaris", 0b100_110_110),
    ] {
        assert_eq!(Overlap::named(name), Some(Overlap::from_mask(mask)), "{name}");
    }
    assert_eq!((Overlap::named("drop"), Overlap::named("First")), (None, None));
    assert_eq!(Overlap::from_mask(0xffff), Overlap::LAST, "nine bits count");
}

/// Hosts treat fragments otherwise than segments.
#[test]
fn so_do_policies_for_fragments() {
    for (name, mask) in [
        ("first", 0b000_000_000),
        ("last", 0b111_111_111),
        ("bsd", 0b000_000_111),
        ("macos", 0b000_000_111),
        ("linux", 0b000_111_111),
        ("old-linux", 0b000_111_111),
        ("windows", 0b000_000_100),
        ("vista", 0b000_000_100),
        ("solaris", 0b000_000_110),
        ("bsd-right", 0b100_110_110),
    ] {
        let policy = FragmentPolicy::Overlap(Overlap::from_mask(mask));
        assert_eq!(FragmentPolicy::named(name), Some(policy), "{name}");
    }
    assert_eq!((FragmentPolicy::named("drop"), FragmentPolicy::named("")), (Some(FragmentPolicy::Drop), None));
}

#[test]
fn an_ambiguity_is_what_a_host_may_have_read_otherwise() {
    let (old_ttl, new_ttl) = (64, 3);
    let conflict = Conflict { offset: 7, old: b"a", new: b"b", winner: Winner::Old, old_ttl, new_ttl, delivered: true };
    for anomaly in [
        Anomaly::Conflict(conflict),
        Anomaly::Reopened,
        Anomaly::FinVoid,
        Anomaly::DataAfterFin,
        Anomaly::UrgentData { offset: 0 },
        Anomaly::AckUnseen { accepted: true },
        Anomaly::OutOfWindow { accepted: true },
    ] {
        assert!(anomaly.is_ambiguity(), "{anomaly:?}");
    }
    for anomaly in [
        Anomaly::AckUnseen { accepted: false },
        Anomaly::OutOfWindow { accepted: false },
        Anomaly::Gap { offset: 0, len: 1 },
        Anomaly::Retransmission(1),
        Anomaly::LimitReached(Bound::HeldBytes),
        Anomaly::RstOutOfSequence,
        Anomaly::Midstream,
    ] {
        assert!(!anomaly.is_ambiguity(), "{anomaly:?}");
    }
}
