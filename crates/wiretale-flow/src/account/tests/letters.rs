//! What a history, the counts and the weirds make of single segments: Zeek's `conn.log`.

use wiretale_packet::{Flags, Segment};
use wiretale_protocol::Direction::{Client, Server};

use super::talk::{ACK, FIN, RST, SYN, SYN_ACK, Talk, segment};
use crate::history::History;
use crate::party::Phase;

#[test]
fn what_happens_often_is_written_at_the_first_and_the_tenth_time() {
    let mut talk = Talk::open();
    talk.client(ACK, 100, 1000, 10);
    let (mut account, mut history) = (super::Account::default(), History::default());
    for n in 1..=20 {
        talk.send(Server, &Segment { window: 0, ..segment(ACK, 1000, 110, 0) });
        talk.client(ACK, 100, 1000, 10);
        account.corrupt(Client, &mut history);
        let written = if n < 10 { 1 } else { 2 };
        assert_eq!((talk.count('w'), talk.count('T'), history.len()), (written, written, written), "{n}");
    }
}

#[test]
fn a_closed_window_is_no_news_of_one_who_is_done() {
    let shut = |flags| Segment { window: 0, ..segment(flags, 1000, 100, 0) };
    let mut talk = Talk::open();
    talk.send(Server, &shut(RST));
    talk.send(Server, &shut(ACK));
    assert_eq!((talk.count('w'), talk.phases()), (0, [Phase::Established, Phase::Reset]));
    // Nobody waits for room any more.
    let mut talk = Talk::open();
    talk.client(FIN, 100, 1000, 0);
    talk.send(Server, &shut(ACK));
    assert_eq!((talk.count('w'), talk.phases()), (0, [Phase::Closed, Phase::Established]));
}

#[test]
fn what_comes_again_after_a_reset_is_no_retransmission() {
    for (flags, letters) in [(ACK, "ShADT"), (RST, "ShADR")] {
        let mut talk = Talk::open();
        talk.client(ACK, 100, 1000, 10);
        talk.client(flags, 110, 1000, 0);
        talk.client(ACK, 100, 1000, 10);
        assert_eq!(talk.letters(), letters);
    }
}

/// A RST or SYN that far off is more likely forged.
#[test]
fn what_a_reset_far_behind_carries_comes_again_for_nobody() {
    for (flags, behind, again) in [(RST, 1 << 20, 1), (RST, (1 << 20) + 1, 0), (ACK, (1 << 20) + 1, 1)] {
        let mut talk = Talk::open();
        talk.client(flags, 100u32.wrapping_sub(behind) - if flags == ACK { 5 } else { 0 }, 1000, 5);
        assert_eq!(talk.count('T'), again, "{flags:?} {behind}");
    }
}

#[test]
fn each_kind_of_segment_has_a_letter_of_its_own() {
    let (fin, urg) = (Flags::FIN, Flags::URG);
    for (flags, letters, weird) in [
        (SYN.with(RST), "ShAQ", Some("TCP_christmas")),
        (SYN.with(fin), "ShAQ", None),
        (SYN.with(fin).with(RST), "ShAI", Some("TCP_christmas")),
        (fin.with(RST), "ShAI", None),
        (SYN.with(urg), "ShA", Some("baroque_SYN")),
        (ACK.with(urg), "ShA", None),
        (Flags::default(), "ShA", None),
        (FIN, "ShAF", None),
        (RST, "ShAR", None),
    ] {
        let mut talk = Talk::open();
        let seq = if flags.has(SYN) && !flags.has(fin) && !flags.has(RST) { 99 } else { 100 };
        talk.client(flags, seq, 1000, 0);
        talk.client(flags, seq, 1000, 0);
        let said = talk.weirds.iter().find(|name| ["TCP_christmas", "baroque_SYN"].contains(name)).copied();
        assert_eq!((talk.letters(), said), (letters, weird), "{flags:?}");
    }
    // One who said nothing yet with none of them.
    let mut talk = Talk::default();
    talk.server(Flags::default(), 1000, 0, 0);
    assert_eq!(talk.letters(), "");
}

#[test]
fn a_syn_a_fin_and_a_reset_are_written_again_where_they_move() {
    let mut talk = Talk::default();
    for (seq, letters) in [(99, "S"), (99, "S"), (500, "S"), (500, "S")] {
        talk.client(SYN, seq, 0, 0);
        assert_eq!(talk.letters(), letters, "it begins anew");
    }
    for (flags, letter) in [(FIN, 'F'), (RST, 'R')] {
        let mut talk = Talk::open();
        // The place of a FIN is its end, whatever it carries.
        for (seq, len, times) in [(100, 0, 1), (100, 0, 1), (110, 0, 2), (110, 0, 2)] {
            talk.client(flags, seq, 1000, len);
            assert_eq!(talk.count(letter), times, "{flags:?}");
        }
        talk.client(flags, 100, 1000, 10);
        assert_eq!(talk.count(letter), if flags == FIN { 2 } else { 3 }, "{flags:?}");
    }
}

#[test]
fn a_history_is_no_longer_than_anybody_reads() {
    let mut talk = Talk::open();
    talk.server(ACK, 1000, 150, 0);
    for n in 0..200 {
        talk.client(RST, 200 + n, 1000, 0);
    }
    assert_eq!((talk.letters().len(), talk.told().2), (128, 50));
    assert_eq!((talk.letters().len(), talk.count('G')), (128, 0), "nor is a gap put into it");
}

#[test]
fn a_gap_of_the_server_is_written_in_lower_case_where_it_showed() {
    let mut talk = Talk::open();
    talk.client(ACK, 100, 1050, 0);
    talk.client(ACK, 100, 1050, 10);
    assert_eq!((talk.told(), talk.letters()), ((Some(10), Some(50), 50), "ShAgD"));
}

/// RFC 9293 section 3.10.7: what a RST carries is a reason, if anything, and takes no numbers.
#[test]
fn what_a_reset_carries_is_no_data() {
    let mut talk = Talk::open();
    assert_eq!(talk.server(RST, 1000, 0, 10), 0);
    assert_eq!(talk.told(), (Some(0), Some(0), 0));
}

#[test]
fn a_storm_is_a_thousand_without_a_pause() {
    for (flags, name) in [(FIN, "FIN_storm"), (RST, "RST_storm")] {
        for (pause, storms) in [(999_999_999, 1), (1_000_000_000, 0)] {
            let mut talk = Talk::open();
            for _ in 1..1000 {
                talk.client(flags, 100, 1000, 0);
            }
            assert!(!talk.weirds.contains(&name), "{name}");
            talk.send_after(pause, Client, &segment(flags, 100, 1000, 0));
            assert_eq!(talk.weirds.iter().filter(|weird| **weird == name).count(), storms, "{name} {pause}");
        }
    }
}

#[test]
fn what_was_cut_off_or_lies_before_the_start_was_not_seen() {
    let mut talk = Talk::open();
    talk.send(Client, &Segment { missing: 10, ..segment(ACK, 100, 1000, 10) });
    talk.server(ACK, 1000, 120, 0);
    assert_eq!(talk.told(), (Some(20), Some(0), 20));
    let mut talk = Talk::open();
    talk.client(ACK, 50, 1000, 80);
    talk.server(ACK, 1000, 150, 0);
    assert_eq!(talk.told(), (Some(50), Some(0), 50));
    assert_eq!(talk.letters(), "ShADaG");
}

/// RFC 7413 section 3.1: the first byte on a SYN stands behind its number.
#[test]
fn data_on_a_syn_is_seen() {
    let mut talk = Talk::default();
    talk.client(SYN, 99, 0, 10);
    talk.server(SYN_ACK, 999, 110, 0);
    talk.client(ACK, 110, 1000, 5);
    talk.server(ACK, 1000, 115, 0);
    assert_eq!(talk.told(), (Some(15), Some(0), 0));
}

/// The capture may see one direction only.
#[test]
fn who_acknowledges_one_who_was_not_seen_is_routed_another_way() {
    let split = |first, flags| {
        let mut talk = Talk::default();
        talk.client(first, 99, 1000, 0);
        talk.client(flags, 100, 1000, 0);
        talk.weirds.iter().filter(|name| **name == "possible_split_routing").count()
    };
    assert_eq!([ACK, FIN, RST.with(ACK), SYN_ACK].map(|flags| split(SYN, flags)), [1, 0, 0, 0]);
    assert_eq!((split(SYN_ACK, ACK), split(ACK, ACK)), (1, 0));
}

#[test]
fn what_a_reset_acknowledges_was_not_sent_for_that() {
    for (flags, sent) in [(ACK, 400), (RST.with(ACK), 0)] {
        let mut talk = Talk::open();
        talk.server(flags, 1000, 500, 0);
        assert_eq!(talk.told().0, Some(sent), "{flags:?}");
    }
}
