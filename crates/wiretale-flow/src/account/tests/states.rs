//! Zeek's states: how far each side is, what `conn.log` calls that, and what is odd on the way.

use super::talk::Talk;

/// What was said, where that leads to, and the weirds of it.
fn check(cases: &[(&str, &str, &[&str])]) {
    for (script, leads_to, weirds) in cases {
        let talk = Talk::play(script);
        let ([client, server], state) = (talk.phases(), talk.account.state(talk.history.as_bytes()));
        assert_eq!(format!("{client:?} {server:?} {}", state.as_str()), *leads_to, "{script}");
        assert_eq!(talk.weirds, *weirds, "{script}");
    }
}

#[test]
fn attempts() {
    check(&[
        ("cS", "SynSent Inactive S0", &[]),
        ("cS cA", "SynSent Inactive S0", &["possible_split_routing"]),
        ("cS cSA", "SynSent Inactive S0", &["repeated_SYN_with_ack"]),
        ("cS cR", "Reset Inactive RSTOS0", &[]),
        ("cS cA cR", "Reset Inactive OTH", &["possible_split_routing"]),
        ("cS cFA", "Closed Inactive SH", &["inappropriate_FIN"]),
        ("cS cFA sRA", "Closed Reset RSTR", &["inappropriate_FIN"]),
        ("cS sRA", "SynSent Reset REJ", &[]),
        ("cS sFRA", "SynSent Reset REJ", &["spontaneous_FIN"]),
        ("cS sFA", "SynSent Closed S3", &["spontaneous_FIN"]),
        // A challenge (RFC 5961 section 4) is no answer, bytes are something.
        ("cS sA", "SynSent Inactive S0", &[]),
        ("cS sPA", "SynSent Partial OTH", &[]),
        ("cS sPA cFA", "Closed Partial SH", &[]),
        ("cS cSFA", "Closed Inactive SH", &["inappropriate_FIN"]),
        ("cSA", "SynAckSent Inactive OTH", &["connection_originator_SYN_ack"]),
        ("cSA sA", "SynAckSent Partial OTH", &["connection_originator_SYN_ack"]),
        ("cSA cSA", "SynAckSent Inactive OTH", &["connection_originator_SYN_ack"]),
        ("cSA sSA", "SynAckSent Established OTH", &["connection_originator_SYN_ack"]),
    ]);
}

#[test]
fn connections() {
    check(&[
        ("cS sSA", "Established Established S1", &[]),
        ("cS sS", "Established Established S1", &[]),
        ("cS sSA cFA", "Closed Established S2", &[]),
        ("cS sSA cA sFA", "Established Closed S3", &[]),
        ("cS sSA cA cFA sFA", "Closed Closed SF", &[]),
        ("cS sSA cA cFA sFA cR", "Closed Closed SF", &[]),
        ("cS sSA cA cR", "Reset Established RSTO", &[]),
        ("cS sSA cA sR", "Established Reset RSTR", &[]),
        ("cS sSA cA cFRA", "Reset Established RSTO", &[]),
        ("cS sSA cA cFA cR", "Reset Established RSTO", &[]),
        ("cS sSA cA cFA sR", "Closed Reset RSTR", &[]),
        ("cS sSA cA sFA cR", "Reset Closed RSTO", &[]),
        // A FIN and then a RST are a normal end, if the other side closes, too.
        ("cS sSA cA cFA cR sFA", "Closed Closed SF", &[]),
        ("cS sSA cA cR sFA", "Reset Closed RSTO", &[]),
        ("cS sSA cA cFRA sFA", "Reset Closed RSTO", &[]),
        // Where both reset and nothing was said it was as good as refused.
        ("cS sSA cA cR sR", "Reset Reset REJ", &[]),
        ("cS sSA cA cPA cR sR", "Reset Reset RSTR", &[]),
        ("cS sSA cA sPA cR sR", "Reset Reset RSTR", &[]),
        ("cS sSA cA cR cS", "Reset Established RSTO", &["SYN_after_reset"]),
        ("cS sSA cA cR cFA", "Reset Established RSTO", &["FIN_after_reset"]),
    ]);
}

#[test]
fn beginnings_that_were_not_seen() {
    check(&[
        ("sSA", "Inactive Established OTH", &[]),
        ("sSA cA", "Established Established S1", &[]),
        ("sSA cS", "SynSent Established OTH", &[]),
        ("sSA cP", "Partial Established OTH", &[]),
        ("sSA cR", "Reset Established RSTO", &[]),
        ("sSA sR", "Inactive Reset RSTRH", &[]),
        ("sSA sFA", "Inactive Closed SHR", &[]),
        ("cPA", "Partial Inactive OTH", &[]),
        ("cPA sA", "Partial Partial OTH", &[]),
        ("cPA sPA cS", "Partial Partial OTH", &[]),
        ("sPA sS sSA", "Inactive SynSent OTH", &["SYN_after_partial"]),
        ("sPA sS cA", "Partial SynSent OTH", &["SYN_after_partial"]),
        ("cPA cS", "SynSent Inactive S0", &["SYN_after_partial"]),
        ("cPA cFA", "Closed Inactive SH", &[]),
        ("cPA sFA", "Partial Closed SHR", &[]),
        ("cPA cR", "Reset Inactive OTH", &[]),
        ("cPA sR", "Partial Reset RSTRH", &[]),
        ("cPA sPA cR sR", "Reset Reset RSTR", &[]),
    ]);
}

#[test]
fn ends_of_what_was_not_seen() {
    check(&[
        ("cFA", "Closed Inactive SH", &["spontaneous_FIN"]),
        ("sFA", "Inactive Closed SHR", &["spontaneous_FIN"]),
        ("cFA sFA", "Closed Closed SF", &["spontaneous_FIN"; 2]),
        ("cR", "Reset Inactive OTH", &["spontaneous_RST"]),
        ("sR", "Inactive Reset RSTRH", &["spontaneous_RST"]),
        ("cR sR", "Reset Reset REJ", &["spontaneous_RST"]),
        ("cR cS", "Reset Inactive OTH", &["spontaneous_RST", "SYN_after_reset"]),
        ("cFRA", "Reset Inactive OTH", &["spontaneous_FIN", "spontaneous_RST"]),
        ("cSFA", "Closed Inactive SH", &["connection_originator_SYN_ack"]),
        ("cSRA", "Reset Inactive OTH", &["TCP_christmas", "connection_originator_SYN_ack", "spontaneous_RST"]),
    ]);
}

#[test]
fn it_was_open_once_either_side_was_past_its_first_word() {
    for (script, established) in [
        ("cS", false),
        ("cS cA", false),
        ("cSA", false),
        ("cS sA", false),
        ("cS sSA", true),
        ("cPA", true),
        ("sSA", true),
    ] {
        assert_eq!(Talk::play(script).account.is_established(), established, "{script}");
    }
}

/// What came before the RST is not told apart by its order alone.
#[test]
fn an_attempt_is_given_up_by_a_reset_with_nothing_but_repetitions_before_it() {
    for (history, given_up) in [
        ("SR", true),
        ("^SR", true),
        ("STTR", true),
        ("SRA", true),
        ("S", false),
        ("R", false),
        ("SHR", false),
        ("SAR", false),
        ("SFR", false),
        ("SGR", false),
        ("SIR", false),
        ("SQR", false),
    ] {
        let state = Talk::play("cS cR").account.state(history.as_bytes());
        assert_eq!(state.as_str() == "RSTOS0", given_up, "{history}");
    }
}
