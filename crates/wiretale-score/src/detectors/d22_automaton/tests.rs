use super::*;
use std::time::Duration;

use crate::testing::{Client, HOST, IRCD, Play, Server, time};
use wiretale_irc::{Source, Wire};
use wiretale_packet::Flags;
use wiretale_protocol::{Observer, State};

// Pauses of a person: drawn from a wide, skewed distribution by a fixed generator.
fn pauses(count: usize) -> Vec<f64> {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    (0..count).map(|_| (-next().max(1e-9).ln()) * 40.0 + 1.0).collect()
}

#[test]
fn timers_are_even_and_people_are_not() {
    let evenness = |pauses: &[f64]| evenness(pauses, &mut Automaton::default().counts);
    assert_eq!(evenness(&[60.0; 60]), 0.0);
    let cycle: Vec<f64> = (0..100).map(|n| [5.0, 60.0, 5.0, 120.0, 300.0][n % 5]).collect();
    assert!(evenness(&cycle) < 0.3, "{}", evenness(&cycle));
    assert!(evenness(&pauses(200)) > 0.8, "{}", evenness(&pauses(200)));
}

#[test]
fn a_talker_by_timer_is_an_automaton_and_a_person_speaks_for_himself() {
    let mut play = Play::of(Automaton::default());
    let flow = play.session(0.0, HOST, 6667, "b", "b");
    for n in 0..60 {
        play.said(flow, f64::from(n) * 60.0, "#x", "[MAIN]: alive");
    }
    play.close(flow, 4000.0, State::Sf, [1, 1]);
    assert_eq!((play.rows(), play.evidence()[0].strength), (vec!["D22.automaton"], 1.0));

    let mut play = Play::of(Automaton::default());
    let flow = play.session(0.0, HOST, 6667, "a", "a");
    let mut at = 0.0;
    for (n, pause) in pauses(200).iter().enumerate() {
        at += pause;
        play.said(flow, at, "#x", if n % 9 == 0 { "works for me :)" } else { "then wait until february" });
    }
    play.close(flow, at, State::Sf, [1, 1]);
    assert!(play.evidence()[0].strength < 0.0);
}

#[test]
fn no_trace_is_longer_than_is_looked_for() {
    assert_eq!(TRACES.iter().map(|trace| 8 - trace.leading_zeros() as usize / 8).max(), Some(LONGEST));
    for trace in TRACES {
        let bytes = trace.to_be_bytes();
        let trace = &bytes[trace.leading_zeros() as usize / 8..];
        for trace in [trace, &trace.to_ascii_uppercase()] {
            assert!(may_be_trace(trace) && is_trace(trace), "{}", trace.escape_ascii());
        }
    }
    assert!(![&b"morning"[..], b"", b"\xe9t\xe9"].iter().any(|word| may_be_trace(word)));
}

#[test]
fn who_acts_is_not_silent() {
    let mut play = Play::of(Automaton::default());
    let flow = play.session(0.0, HOST, 6667, "a", "a");
    play.join(flow, 1.0, "#x");
    let (target, verb, args) = (Wire(b"#x"), Wire(b"ACTION"), Wire(b"waves"));
    play.irc(flow, 10.0, Client, Event::Ctcp { from: Source::default(), target, reply: false, verb, args });
    play.close(flow, 9000.0, State::Sf, [1, 1]);
    assert!(play.rows().is_empty());
}

#[test]
fn who_says_no_word_is_one_whose_words_would_be_seen() {
    let mut play = Play::of(Automaton::default());
    let flow = play.met_as(0.0, HOST, IRCD, 6667, |_| {});
    (0..20).for_each(|_| play.passes(flow, 0.0, Server, Flags::ACK));
    play.registered(flow, 1.0, "a", "a");
    play.join(flow, 2.0, "#x");
    play.close(flow, 9000.0, State::Shr, [0, 20]);
    assert!(play.rows().is_empty(), "what it said was not captured");
    let mut play = Play::of(Automaton::default());
    let flow = play.alone(0.0, HOST, "#x");
    play.close(flow, 9000.0, State::Sh, [20, 0]);
    let text = &play.evidence()[0].text;
    assert!(text.ends_with("said no word; what the server said was not captured"), "{text}");
}

#[test]
fn few_words_say_nothing() {
    let mut play = Play::of(Automaton::default());
    let flow = play.session(0.0, HOST, 6667, "a", "a");
    play.join(flow, 1.0, "#x");
    play.said(flow, 2.0, "#x", "hi");
    play.close(flow, 9000.0, State::Sf, [1, 1]);
    assert!(play.rows().is_empty());
}

#[test]
fn an_hour_in_a_channel_without_a_word_is_noted() {
    for (stays, joins, rows) in [(3601.0, true, 1), (3600.0, true, 0), (9000.0, false, 0)] {
        let mut play = Play::of(Automaton::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        if joins {
            play.join(flow, 1.0, "#x");
            play.join(flow, 1800.0, "#y");
        }
        play.close(flow, 1.0 + stays, State::Sf, [1, 1]);
        assert_eq!(play.rows(), vec!["D22.automaton"; rows], "{stays}");
        assert!(play.evidence().iter().all(|row| row.strength == 0.25));
    }
}

#[test]
fn a_leap_of_the_clock_is_no_silence() {
    for (leaps, rows) in [(true, 0), (false, 1)] {
        let mut play = Play::of(Automaton::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        play.join(flow, 1.0, "#x");
        let ticks: &[f64] = if leaps { &[0.0, 60.0, 8000.0] } else { &[0.0, 60.0, 3000.0, 6000.0, 8000.0] };
        ticks.iter().for_each(|at| play.scorer().tick(time(*at)));
        play.close(flow, 8001.0, State::Sf, [1, 1]);
        assert_eq!(play.rows().len(), rows, "{leaps}");
    }
}

#[test]
fn nobody_stays_for_the_time_in_which_a_dead_connection_is_waited_for() {
    let mut play = Play::of(Automaton::default());
    let flow = play.session(0.0, HOST, 6667, "a", "a");
    play.join(flow, 1.0, "#x");
    play.close_as(flow, 3700.0, State::S1, [9, 9], |summary| summary.duration = Some(Duration::from_secs(100)));
    assert!(play.rows().is_empty());
}

#[test]
fn a_timer_convicts_and_a_person_s_words_speak_against_it() {
    for (even, human, db) in
        [(0.5, 0.0, 8.0), (0.5, 0.02, 4.0), (0.6, 0.0, 0.0), (0.6, 0.05, -2.0), (0.8, 0.04, -2.0), (0.8, 0.05, -4.0)]
    {
        assert_eq!(points(even, human), db, "{even} {human}");
    }
}

#[test]
fn people_laugh_ask_and_put_right_what_they_said() {
    let human = |text: &str| is_human(text.as_bytes(), sorts(text.as_bytes()));
    for text in ["works for me :)", "s/teh/the/", "*the", "who is there?", "LOL"] {
        assert!(human(text), "{text}");
    }
    for text in ["then wait until february", "s/one", "src/a/b", "a * b", "[MAIN]: alive"] {
        assert!(!human(text), "{text}");
    }
}
