//! Where the numbers of each side begin and end: how many bytes each sent, and what its end waits for.

use wiretale_packet::Segment;
use wiretale_protocol::Direction::{Client, Server};

use super::talk::{ACK, FIN, RST, SYN, SYN_ACK, Talk, segment};

/// Jumps beyond this are not believed of SYN and RST.
const FAR: u32 = 1 << 20;

fn sent(talk: &mut Talk) -> Option<u64> {
    talk.told().0
}

#[test]
fn numbers_begin_with_the_last_syn_before_there_is_an_answer() {
    let mut talk = Talk::default();
    talk.client(SYN, 99, 0, 0);
    talk.client(SYN, 599, 0, 0);
    talk.server(SYN_ACK, 999, 600, 0);
    talk.client(ACK, 600, 1000, 5);
    assert_eq!(sent(&mut talk), Some(5));
    // Without one, they go on from it.
    let mut talk = Talk::default();
    talk.client(SYN, 99, 0, 0);
    talk.client(ACK, 100, 1000, 5);
    assert_eq!(sent(&mut talk), Some(5));
}

/// RFC 7413 section 4.1.3: where its data may be what kept a SYN from being answered, it comes without.
#[test]
fn a_syn_that_comes_again_without_its_data_takes_nothing_back() {
    let mut talk = Talk::default();
    talk.client(SYN, 99, 0, 10);
    talk.client(SYN, 99, 0, 0);
    assert_eq!(sent(&mut talk), Some(10));
}

#[test]
fn numbers_begin_with_a_syn_where_only_others_were_seen_before_it() {
    let mut talk = Talk::default();
    talk.client(ACK, 5000, 1000, 5);
    talk.client(SYN, 99, 0, 10);
    assert_eq!(sent(&mut talk), Some(10));
    // The numbers of a RST may have been forged.
    let mut talk = Talk::default();
    talk.client(RST, 7777, 0, 0);
    talk.client(SYN, 99, 0, 0);
    talk.server(ACK, 1000, 150, 0);
    assert_eq!(sent(&mut talk), Some(50));
}

#[test]
fn after_a_reset_numbers_stay_where_they_were() {
    for (flags, seq) in [(ACK, 110), (ACK, 5000), (SYN, 5000)] {
        let mut talk = Talk::open();
        talk.client(ACK, 100, 1000, 10);
        talk.client(RST, 110, 0, 0);
        talk.client(flags, seq, 1000, 10);
        assert_eq!(sent(&mut talk), Some(10), "{flags:?} {seq}");
    }
}

#[test]
fn what_was_acknowledged_was_sent_but_for_a_zero_far_ahead() {
    let acknowledged = |first: u32, ack: u32| {
        let mut talk = Talk::default();
        talk.client(SYN, first.wrapping_sub(1), 0, 0);
        talk.server(SYN_ACK, 999, first, 0);
        talk.server(ACK, 1000, ack, 0);
        talk.server(ACK, 1000, ack.wrapping_sub(20), 0);
        sent(&mut talk)
    };
    assert_eq!(acknowledged(100, 500), Some(400), "the one after it is older");
    for (len, believed) in [(FAR, true), (FAR + 1, false)] {
        let begin = 0u32.wrapping_sub(len);
        assert_eq!(acknowledged(begin, 0), Some(if believed { u64::from(len) } else { u64::from(len) - 20 }));
        assert_eq!(acknowledged(begin, 1), Some(u64::from(len) + 1));
    }
}

#[test]
fn a_reset_far_ahead_moves_nothing() {
    for (flags, ahead, count) in [(RST, FAR, FAR), (RST, FAR + 1, 0), (ACK, FAR + 1, FAR + 1)] {
        let mut talk = Talk::open();
        talk.client(flags, 100 + ahead, 1000, 0);
        assert_eq!(sent(&mut talk), Some(u64::from(count)), "{flags:?}");
    }
}

/// So far ahead that it seems to lie behind.
#[test]
fn of_gigabytes_only_syn_and_fin_may_have_been_captured() {
    const MUCH: u32 = 3_000_000_000;
    for (flags, count) in [(FIN, u64::from(MUCH)), (ACK, 0)] {
        let mut talk = Talk::open();
        talk.client(flags, 100 + MUCH, 1000, 0);
        assert_eq!(sent(&mut talk), Some(count), "{flags:?}");
    }
    let mut talk = Talk::open();
    talk.client(ACK, 100, 1000, 10);
    talk.client(FIN, 100 + MUCH, 1000, 0);
    assert!(sent(&mut talk) < Some(11), "where bytes were, it is a stray");
}

/// As Zeek counts it.
#[test]
fn an_attempt_that_was_given_up_sent_nothing_if_it_was_acknowledged() {
    for (ack, count) in [(None, 10), (Some(100), 10), (Some(101), 0)] {
        let mut talk = Talk::default();
        talk.client(SYN, 99, 0, 10);
        if let Some(ack) = ack {
            talk.server(ACK, 1000, ack, 0);
        }
        talk.client(RST, 110, 0, 0);
        assert_eq!(sent(&mut talk), Some(count), "{ack:?}");
    }
    for (answer, end) in [(segment(ACK, 1000, 150, 0), FIN), (segment(ACK, 1000, 150, 5), RST)] {
        let mut talk = Talk::default();
        talk.client(SYN, 99, 0, 10);
        talk.send(Server, &answer);
        talk.client(end, 110, 0, 0);
        assert!(sent(&mut talk) >= Some(40), "a FIN gives nothing up, and bytes are an answer");
    }
    // Where the other side had answered, or this one did more than ask, it is counted.
    for script in ["cS sSA cPA cR", "cPA cR"] {
        assert_eq!(sent(&mut Talk::play(script)), Some(5), "{script}");
    }
}

fn is_closed(talk: &Talk) -> bool {
    talk.account.party(Client).closed
}

#[test]
fn an_end_waits_for_what_the_other_sent_and_was_not_acknowledged() {
    for (begin, lens, out_of_sight) in [
        (1000, &[10][..], false),
        (1000, &[4096, 4096, 4096, 4095], false),
        (1000, &[4096; 4], true),
        (1050, &[10], false),
    ] {
        let mut talk = Talk::open();
        let mut end = begin;
        for len in lens {
            talk.server(ACK, end, 100, *len);
            end += *len as u32;
        }
        talk.client(FIN, 100, 1000, 0);
        // The more came, the less likely it is that its acknowledgements are to be seen at all.
        assert_eq!(is_closed(&talk), out_of_sight, "{begin} {lens:?}");
        talk.client(ACK, 101, end, 0);
        assert!(is_closed(&talk));
    }
    let mut talk = Talk::open();
    for n in 0..5 {
        talk.server(ACK, 1000 + n * 4096, 100, 4096);
    }
    talk.client(FIN, 100, 1010, 0);
    assert!(!is_closed(&talk), "one acknowledgement was seen");
    let mut talk = Talk::open();
    talk.server(ACK, 1000, 100, 10);
    talk.client(RST, 100, 0, 0);
    assert!(is_closed(&talk), "a reset waits for nothing");
}

#[test]
fn an_end_below_what_was_acknowledged_waits_for_nothing() {
    let mut talk = Talk::open();
    talk.server(ACK, 1000, 150, 0);
    talk.client(FIN, 100, 1000, 0);
    assert!(is_closed(&talk));
}

/// RFC 9293 section 3.10.7.3: an answer acknowledges something between the first number and the last.
#[test]
fn an_answer_to_another_syn_is_that_of_another_connection() {
    for (len, ack, another) in
        [(0, 100, false), (0, 99, true), (0, 101, true), (10, 105, false), (10, 110, false), (10, 111, true)]
    {
        let mut talk = Talk::default();
        talk.client(SYN, 99, 0, len);
        assert_eq!(talk.account.is_reuse(Server, &segment(SYN_ACK, 999, ack, 0)), another, "{len} {ack}");
    }
}

#[test]
fn only_who_was_asked_and_has_said_nothing_answers_another_syn() {
    for (script, from) in [("cS", Client), ("cSA", Server), ("cS sPA", Server), ("cS sSA", Server)] {
        let talk = Talk::play(script);
        assert!(!talk.account.is_reuse(from, &segment(SYN_ACK, 999, 5555, 0)), "{script} {from:?}");
    }
}

/// What the client sends once both had said something, or had closed.
#[test]
fn a_syn_on_ports_in_use_is_another_connection_where_the_old_one_ended_or_never_was() {
    for (script, same, other) in [
        ("cS", false, true),
        ("cS sRA", true, true),
        ("cS sSA cA", false, false),
        ("cS sSA cA cR", false, true),
        ("cS sSA cA sR", false, true),
        ("cS sSA cA cFA sFA cA", true, true),
        ("sA", false, false),
        ("cS sPA", false, true),
        ("cPA", true, true),
    ] {
        let talk = Talk::play(script);
        let reuse = |seq| talk.account.is_reuse(Client, &segment(SYN, seq, 0, 0));
        assert_eq!((reuse(99), reuse(500)), (same, other), "{script}");
        assert!(!talk.account.is_reuse(Client, &segment(ACK, 500, 1000, 0)), "{script}");
    }
}

#[test]
fn a_server_begins_another_connection_where_the_client_was_never_heard() {
    for (script, flags, same, other) in [
        ("sSA", SYN, false, true),
        ("sSA", SYN_ACK, false, true),
        ("sSA cA", SYN, false, false),
        ("sSA cA", SYN_ACK, false, false),
        ("cS sSA cA", SYN, false, false),
        ("cS sSA cA", SYN_ACK, false, false),
    ] {
        let talk = Talk::play(script);
        let reuse = |seq| talk.account.is_reuse(Server, &segment(flags, seq, 100, 0));
        assert_eq!((reuse(999), reuse(5000)), (same, other), "{script} {flags:?}");
    }
}

#[test]
fn a_syn_inside_a_connection_is_foreign_by_its_number() {
    let talk = Talk::open();
    let foreign = |talk: &Talk, flags, seq| talk.account.is_foreign(&segment(flags, seq, 0, 0));
    assert!(foreign(&talk, SYN, 500));
    assert!(!foreign(&talk, SYN, 99) && !foreign(&talk, SYN_ACK, 500) && !foreign(&talk, ACK, 500));
    for script in ["cS", "cS sSA cA cFA", "cS sSA cA sFA"] {
        assert!(!foreign(&Talk::play(script), SYN, 500), "{script}");
    }
}

#[test]
fn what_was_reused_has_a_name_unless_it_was_over_for_some_time() {
    use std::time::Duration;
    let (soon, later) = (Duration::from_nanos(4_999_999_999), Duration::from_secs(5));
    for (script, flags, names) in [
        ("cS", SYN_ACK, [Some("bad_SYN_ack"); 2]),
        ("cS", SYN, [Some("SYN_seq_jump"); 2]),
        ("cS sSA cA", SYN, [Some("active_connection_reuse"); 2]),
        ("cS sSA cA cFA sFA cA", SYN, [Some("premature_connection_reuse"), None]),
        ("cS sSA cA sFA cR", SYN, [None, None]),
        ("cS sSA cA cFA sR", SYN, [None, None]),
    ] {
        let talk = Talk::play(script);
        let reuse = |pause| talk.account.reuse(&segment(flags, 500, 0, 0), pause);
        assert_eq!([reuse(soon), reuse(later)], names, "{script}");
    }
}

/// The capture may show an acknowledgement before the bytes it is for.
#[test]
fn bytes_that_come_a_little_after_their_acknowledgement_were_not_missed() {
    let late = |after: i64, seq: u32, len: usize| {
        let mut talk = Talk::open();
        talk.server(ACK, 1000, 150, 0);
        talk.send_after(after, Client, &segment(ACK, seq, 1000, len));
        talk.told().2
    };
    let grace = 250_000_000;
    assert_eq!([late(grace, 100, 50), late(grace + 1, 100, 50)], [0, 50]);
    assert_eq!([late(grace, 100, 20), late(grace, 130, 20), late(grace, 120, 10)], [30, 30, 40], "a part of them");
    assert_eq!([late(grace, 150, 20), late(grace, 149, 20)], [50, 49], "what lies behind fills nothing");
    // Nor do those of the other side.
    let mut talk = Talk::open();
    talk.server(ACK, 1000, 150, 0);
    talk.send(Server, &Segment { ..segment(ACK, 1000, 150, 50) });
    assert_eq!(talk.told().2, 50);
}

#[test]
fn holes_count_where_both_sides_were_well_established() {
    for (script, missed) in
        [("cS sSA cA", 50), ("cS sSA cA cFA", 0), ("cS sSA cA sFA", 50), ("cA", 0), ("cS sSA cA sR", 0)]
    {
        let mut talk = Talk::play(script);
        talk.server(ACK, 1000 + u32::from(script.ends_with("sFA")), 150, 0);
        // Behind a FIN there is nothing to miss.
        assert_eq!(talk.told().2, missed, "{script}");
    }
}

#[test]
fn no_hole_counts_where_one_side_closed_before_it_was_open() {
    let mut talk = Talk::play("sSA cFA");
    talk.client(ACK, 100, 1050, 0);
    assert_eq!(talk.told().2, 0);
}

#[test]
fn of_many_holes_the_first_and_the_tenth_are_written_and_all_are_counted() {
    let mut talk = Talk::open();
    for n in 1..=64 {
        talk.server(ACK, 1000, 100 + 10 * n, 0);
    }
    assert_eq!(talk.account.missed, 0, "they may yet be filled");
    talk.server(ACK, 1000, 750, 0);
    assert_eq!((talk.account.missed, talk.count('G')), (650, 2), "as long as there is room for them");
    assert_eq!(talk.told().2, 650);
}

#[test]
fn a_syn_that_moved_nothing_is_taken_back_with_its_length() {
    let mut talk = Talk::open();
    let before = talk.account.side(Client, true);
    talk.account.aside(Client, 60);
    let with = talk.account.side(Client, true);
    assert_eq!((with.packets, with.ip_bytes), (before.packets + 1, before.ip_bytes + 60));
    assert_eq!(talk.account.take_back(Client, 40), 60);
    assert_eq!(talk.account.side(Client, true), before);
    assert_eq!(talk.account.take_back(Client, 40), 40, "it was taken back");
}
