//! Bytes that come again: while they wait, and after they were delivered.

mod support;

use support::{Wire, data, segment};
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::Flags;
use wiretale_reassembly::Policy;

/// The client's first byte has number 100.
fn open() -> Wire {
    Wire::open(Policy::default(), 100, 1000)
}

/// Three pieces wait, and four hundred ranges of the first of them come again.
fn repetitive(pieces: usize) -> Wire {
    let mut wire = open();
    wire.limits.pieces = pieces;
    for start in [110, 210, 310] {
        wire.send(Client, data(start, 1000, &[b'x'; 50]));
    }
    for n in 0..400 {
        wire.send(Client, data(110 + n / 20, 1000, &vec![b'x'; n as usize % 20 + 1]));
    }
    wire
}

/// Two for each piece that waits, and 256 more.
#[test]
fn ranges_that_bring_nothing_new_are_not_remembered_without_end() {
    for (pieces, reached) in [(261, true), (262, false)] {
        assert_eq!(repetitive(pieces).out.has("reassembly_limit"), reached, "{pieces}");
    }
}

#[test]
fn those_that_bring_bytes_are_remembered_still() {
    let mut wire = repetitive(2048);
    // It makes one piece of three.
    wire.send(Client, data(110, 1000, &[b'x'; 250]));
    wire.send(Client, data(170, 1000, b"FRESH"));
    assert_eq!(wire.out.conflicts, [(70, b"xxxxx".to_vec(), b"FRESH".to_vec())]);
    wire.close();
    assert_eq!(wire.out.bytes(Client), [b'x'; 250], "the first copy won");
}

/// Thirty-two pairs are told one by one.
#[test]
fn a_copy_of_very_many_segments_is_one_conflict() {
    for (segments, conflicts) in [(31, 31), (32, 32), (33, 1), (60, 1)] {
        let mut wire = open();
        for n in 0..segments {
            wire.send(Client, data(101 + n, 1000, b"x"));
        }
        wire.send(Client, data(101, 1000, &vec![b'Y'; segments as usize]));
        assert_eq!(wire.out.conflicts.len(), conflicts, "{segments}");
        wire.send(Client, data(100, 1000, b"x"));
        assert_eq!(wire.out.bytes(Client), vec![b'x'; segments as usize + 1]);
    }
}

#[test]
fn a_longer_copy_of_what_waits_is_handed_on_in_one_piece() {
    let mut wire = open();
    wire.send(Client, data(101, 1000, b"b"));
    wire.send(Client, data(101, 1000, b"bcdef"));
    wire.send(Client, data(100, 1000, b"a"));
    assert_eq!((wire.out.bytes(Client), wire.out.chunks), (b"abcdef".to_vec(), 2));
}

/// Sixty-four segments, or eight where all is acknowledged, can be looked up in the capture.
#[test]
fn delivered_segments_are_remembered_until_acknowledged_or_too_many() {
    for (segments, acknowledged, conflicts) in
        [(10, false, 1), (64, false, 1), (65, false, 0), (8, true, 1), (9, true, 0)]
    {
        let mut wire = open();
        wire.out.capture = Some(Vec::new());
        for n in 0..segments {
            wire.send(Client, data(100 + 4 * n, 1000, b"text"));
            if acknowledged {
                wire.send(Server, segment(1000, 104 + 4 * n, Flags::ACK, b""));
            }
        }
        wire.send(Client, data(100, 1000, b"TEXT"));
        assert_eq!(wire.out.conflicts.len(), conflicts, "{segments} {acknowledged}");
    }
}
