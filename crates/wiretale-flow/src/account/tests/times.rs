//! How long a connection is kept after its last packet.

use std::time::Duration;

use wiretale_protocol::{Direction, Timestamp};

use super::super::Account;
use super::talk::{ACK, FIN, RST, SYN, SYN_ACK, Talk};
use crate::settings::Timeouts;

#[test]
fn a_syn_without_an_answer_is_over_five_seconds_after_the_first_one() {
    for flags in [SYN, SYN_ACK] {
        let mut talk = Talk::default();
        talk.client(flags, 99, 0, 0);
        assert_eq!(talk.patience(), 5.0);
        talk.client(flags, 99, 0, 0);
        assert_eq!(talk.patience(), 4.999);
        // A challenge to a SYN is no answer to it (RFC 5961 section 4).
        talk.server(ACK, 5000, 77, 0);
        assert_eq!(talk.patience(), if flags == SYN { 4.998 } else { 300.0 });
    }
}

#[test]
fn what_is_open_is_kept_five_minutes_or_an_hour_and_what_is_not_one() {
    let mut joined = Talk::default();
    joined.client(ACK, 100, 1000, 5);
    for open in [joined, Talk::open()] {
        assert_eq!(open.patience(), 300.0);
        let patient = open.account.deadline(open.now, Timestamp::default(), &Timeouts::default(), true);
        assert_eq!(patient.since(open.now).as_secs_f64(), 3600.0);
    }
    // Where attempts may take longer than that.
    let mut talk = Talk::default();
    talk.client(SYN, 99, 0, 0);
    let times = Timeouts { tcp_attempt: Duration::from_secs(1000), ..Timeouts::default() };
    let deadline = talk.account.deadline(talk.now, Timestamp::default(), &times, false);
    assert_eq!(deadline.since(talk.now).as_secs_f64(), 60.0);
}

/// Each with a wrong checksum.
#[test]
fn packets_that_count_for_nothing_keep_nothing_longer_than_an_attempt() {
    let (opened, last) = (Timestamp::from_parts(100, 0), Timestamp::from_parts(104, 0));
    let deadline = |account: &Account| account.deadline(last, opened, &Timeouts::default(), false);
    assert_eq!(deadline(&Account::default()), Timestamp::from_parts(105, 0));
    for from in Direction::BOTH {
        let mut talk = Talk::default();
        talk.send(from, &super::talk::segment(ACK, 100, 1000, 5));
        assert_eq!(deadline(&talk.account), Timestamp::from_parts(404, 0), "{from:?} was heard");
    }
}

#[test]
fn what_is_over_is_kept_five_seconds_for_its_stragglers() {
    let mut talk = Talk::open();
    talk.client(FIN, 100, 1000, 0);
    assert_eq!(talk.patience(), 300.0, "half closed");
    talk.server(FIN, 1000, 101, 0);
    assert_eq!(talk.patience(), 5.0);
    talk.client(ACK, 101, 1001, 0);
    assert_eq!(talk.patience(), 4.999, "from its end on");
}

#[test]
fn a_side_that_resets_what_it_had_closed_leaves_it_six_seconds() {
    for of in Direction::BOTH {
        let (own, peer) = if of == Direction::Client { (100, 1000) } else { (1000, 100) };
        let mut talk = Talk::open();
        let mut say = |flags, seq| {
            talk.send(of, &super::talk::segment(flags, seq, peer, 0));
            talk.patience()
        };
        assert_eq!(say(FIN, own), 300.0);
        assert_eq!(say(RST, own + 1), 6.0, "{of:?}");
        assert_eq!(say(RST, own + 1), 6.0, "as long as it goes on");
    }
}

/// Bytes before its number may yet come.
#[test]
fn a_reset_beyond_a_hole_leaves_time_to_fill_it() {
    let mut talk = Talk::open();
    talk.client(FIN, 100, 1000, 0);
    talk.server(RST, 1050, 0, 0);
    assert_eq!(talk.patience(), 300.0);
    talk.server(ACK, 1000, 101, 50);
    assert_eq!(talk.patience(), 5.0);
}

#[test]
fn a_fin_beyond_a_hole_closes_its_side_when_that_is_filled() {
    let mut talk = Talk::open();
    talk.server(FIN, 1000, 100, 0);
    talk.client(FIN, 150, 1001, 0);
    assert_eq!((talk.patience(), talk.account.is_open()), (300.0, true));
    talk.client(ACK, 100, 1001, 30);
    assert_eq!((talk.patience(), talk.account.is_open()), (300.0, true));
    talk.client(ACK, 130, 1001, 20);
    assert_eq!((talk.patience(), talk.account.is_open()), (5.0, false));
}

#[test]
fn a_fin_to_one_who_was_never_heard_is_the_end() {
    let mut talk = Talk::default();
    talk.client(SYN, 99, 0, 0);
    talk.client(FIN, 100, 1000, 0);
    assert_eq!(talk.patience(), 5.0);
    talk.client(FIN, 100, 1000, 0);
    assert_eq!(talk.patience(), 4.999, "once only");
}

/// Whoever asks only then when it ends must not miss that.
#[test]
fn what_may_end_a_connection_is_known_beforehand() {
    let mut talk = Talk::open();
    let ending = |talk: &Talk, flags| talk.account.is_ending(&super::talk::segment(flags, 100, 1000, 0));
    assert_eq!([ACK, SYN, FIN, RST].map(|flags| ending(&talk, flags)), [false, true, true, true]);
    talk.client(FIN, 150, 1000, 0);
    assert!(ending(&talk, ACK), "its bytes may come");
    talk.client(ACK, 100, 1000, 50);
    assert!(ending(&talk, ACK), "one side has closed");
}
