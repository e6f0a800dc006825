use super::*;
use crate::testing::{Client, Play, Server};
use wiretale_packet::Flags;

fn rounds(answers: impl Fn(usize, usize) -> Option<String>) -> Play {
    let mut play = Play::of(Crowd::default());
    let flows: Vec<usize> = (0..4).map(|n| play.session(0.0, [10, 0, 0, n], 6667, &format!("bot{n}"), "b")).collect();
    for round in 0..12 {
        let at = 10.0 + round as f64 * 20.0;
        for flow in &flows {
            play.heard(*flow, at, "boss", "#x", &format!(".status {round}"));
        }
        for (n, flow) in flows.iter().enumerate() {
            if let Some(answer) = answers(round, n) {
                play.said(*flow, at + 1.0, "#x", &answer);
                for other in flows.iter().filter(|other| *other != flow) {
                    play.heard(*other, at + 1.1, &format!("bot{n}"), "#x", &answer);
                }
            }
        }
    }
    play
}

#[test]
fn bots_answer_as_one() {
    let play = rounds(|round, n| Some(format!("[MAIN]: Uptime: {n}d {round}h 42m.")));
    assert_eq!(play.rows(), ["D20.crowd"; 4]);
    assert!(play.evidence().iter().all(|row| row.strength == 1.0));
}

#[test]
fn a_member_s_words_begin_no_round() {
    let mut play = Play::of(Crowd::default());
    let flows: Vec<usize> = (0..5).map(|n| play.session(0.0, [10, 0, 0, n], 6667, &format!("bot{n}"), "b")).collect();
    for round in 0..12 {
        let at = 10.0 + f64::from(round) * 20.0;
        play.said(flows[0], at, "#x", ".status");
        flows[1..].iter().for_each(|flow| play.heard(*flow, at, "BOT0", "#x", ".status"));
        flows[1..].iter().for_each(|flow| play.said(*flow, at + 1.0, "#x", "[MAIN]: Uptime: 1d"));
    }
    assert!(play.rows().is_empty());
}

#[test]
fn people_answer_one_by_one_and_each_in_his_own_words() {
    let alone = rounds(|round, n| (round % 4 == n).then(|| "yes, looks good".to_owned()));
    assert!(alone.rows().is_empty());
    const WORDS: [&str; 4] = ["morning all", "what's the error?", "i like the dark one", "10am, room 204"];
    let babel = rounds(|_, n| Some(WORDS[n].to_owned()));
    assert!(babel.rows().is_empty());
}

// Three home hosts that answer one word in like words, each in a channel of its own network.
fn apart(place: impl Fn(usize) -> (&'static str, &'static str)) -> Vec<String> {
    let mut play = Play::of(Crowd::default());
    let flows: Vec<usize> = (0..3)
        .map(|n| {
            let flow = play.session(0.0, [10, 0, 0, n as u8], 6667, &format!("bot{n}"), "b");
            play.irc(flow, 0.5, Server, Event::Network { name: Wire(place(n).0.as_bytes()), server: Wire(b"") });
            flow
        })
        .collect();
    for at in (1..12).map(|round| f64::from(round) * 20.0) {
        for (n, flow) in flows.iter().enumerate() {
            play.heard(*flow, at, "boss", place(n).1, ".status");
        }
        for (n, flow) in flows.iter().enumerate() {
            play.said(*flow, at + 1.0, place(n).1, "[MAIN]: Uptime: 1d");
        }
    }
    play.rows().into_iter().map(str::to_owned).collect()
}

#[test]
fn a_crowd_is_in_one_channel_of_one_network() {
    assert_eq!(apart(|n| ("Net", ["#x", "#X", "#x"][n])), ["D20.crowd"; 3]);
    assert!(apart(|n| ("Net", ["#x", "#y", "#z"][n])).is_empty());
    assert!(apart(|n| (["One", "Two", "Three"][n], "#x")).is_empty());
    // What is said to each in private is no channel, though all are told by one.
    assert!(apart(|_| ("Net", "boss")).is_empty());
}

// Four clients whose server is out of sight say this, in rounds; a server elsewhere may be seen to answer.
fn unheard(words: impl Fn(usize, usize) -> Option<String>, elsewhere: bool) -> Play {
    let mut play = Play::of(Crowd::default());
    if elsewhere {
        let flow = play.met_as(0.0, [10, 0, 0, 9], [198, 51, 100, 9], 443, |_| {});
        play.passes(flow, 0.0, Client, Flags::SYN);
        play.passes(flow, 0.0, Server, Flags::SYN.with(Flags::ACK));
    }
    let begin = |n: usize, play: &mut Play| {
        let flow = play.met_as(0.0, [10, 0, 0, n as u8], [203, 0, 113, 67], 6667, |_| {});
        play.passes(flow, 0.0, Client, Flags::SYN);
        let nick = format!("bot{n}");
        let [nick, user] = [nick.as_bytes(), b"b"].map(Wire);
        play.irc(flow, 1.0, Client, Event::Presumed { nick, user, real_name: user });
        flow
    };
    let flows: Vec<usize> = (1..5).map(|n| begin(n, &mut play)).collect();
    for round in 0..12 {
        for (n, flow) in flows.iter().enumerate() {
            if let Some(words) = words(round, n) {
                play.said(*flow, 10.0 + round as f64 * 20.0 + n as f64 / 4.0, "#x", &words);
            }
        }
    }
    play
}

#[test]
fn who_speaks_as_one_is_a_crowd_though_nobody_is_heard_to_ask() {
    let uptime = |round, n| Some(format!("[MAIN]: Uptime: {n}d {round}h 42m."));
    let play = unheard(uptime, false);
    assert_eq!(play.rows(), ["D20.crowd"; 4]);
    let told = &play.evidence()[0];
    assert!(told.quality < 1.0 && told.text.ends_with("; what the server said was not captured"), "{told:?}");
    let alone = unheard(|round, n| (round % 4 == n).then(|| "yes, looks good".to_owned()), false);
    assert!(alone.rows().is_empty());
    const WORDS: [&str; 4] = ["morning all", "what's the error?", "i like the dark one", "10am, room 204"];
    assert!(unheard(|_, n| Some(WORDS[n].to_owned()), false).rows().is_empty());
    // Where others are seen to answer, anybody may speak in the names of hosts to a server that does not.
    assert!(unheard(uptime, true).rows().is_empty());
}

#[test]
fn a_round_is_of_so_many_members_each_of_them_once() {
    let mut round = Round::default();
    for n in (0..200).chain(0..200) {
        round.reaches(Address::v4([10, 0, 0, n]));
    }
    assert_eq!(round.heard.len(), MEMBERS);
}
