use super::*;
use crate::testing::{Client, HOST, Play, Server, say};
use wiretale_irc::{Event, Source, Wire};
use wiretale_packet::Flags;
use wiretale_protocol::{State, Transport};

#[test]
fn a_report_tells_without_the_password() {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "[XP]7731", "xp");
    play.heard(flow, 10.0, "CrAcKeR", "[XP]7731", ".login r00tb0t");
    play.said(flow, 10.4, "CrAcKeR", "[MAIN]: Password accepted.");
    assert_eq!(play.rows(), ["D19.reply"]);
    let text = &play.evidence()[0].text;
    assert!(text.contains("CrAcKeR") && text.contains(".login <hidden>") && !text.contains("r00tb0t"), "{text}");
}

#[test]
fn where_nobody_knows_who_set_a_topic_it_is_the_topic_that_is_answered() {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "[XP]7731", "xp");
    let [channel, text] = ["#x", ".advscan lsass 40 5 0"].map(|text| Wire(text.as_bytes()));
    play.irc(flow, 10.0, Server, Event::Topic { channel, text, setter: Wire(b""), time: None, changed: false });
    play.said(flow, 10.4, "#x", "[SCAN]: scanning 198.18.0.0/16, port 445");
    let text = &play.evidence()[0].text;
    assert!(text.starts_with("10.0.0.7 answered the topic's \".advscan lsass"), "{text}");
}

#[test]
fn a_scan_after_the_order_tells_and_browsing_does_not() {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "b", "b");
    for n in 0..3 {
        play.open(5.0, HOST, [198, 51, 100, n], 80);
    }
    play.heard(flow, 10.0, "h", "#x", ".advscan lsass 40 5 0");
    for n in 0..4 {
        play.open(11.0, HOST, [192, 0, 2, n], 445);
    }
    assert!(play.rows().is_empty());
    for n in 4..20 {
        play.open(12.0, HOST, [192, 0, 2, n], 445);
    }
    assert_eq!(play.rows(), ["D19.action"]);
}

// Ten seconds in, an order names a target, to which the host turns with so many packets; it may have been there.
fn turned_to_the_target(order: &str, been: bool, at: f64, packets: u64) -> usize {
    const TARGET: [u8; 4] = [203, 0, 113, 200];
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "b", "b");
    if been {
        play.open(1.0, HOST, TARGET, 53);
    }
    play.heard(flow, 10.0, "h", "#x", order);
    let flow = play.open_as(at, HOST, TARGET, 53, |flow| flow.transport = Transport::Udp);
    play.open(100.0, HOST, [198, 51, 100, 9], 80);
    play.close_as(flow, 200.0, State::S0, [packets, 0], |summary| summary.client.bytes = Some(packets));
    play.rows().len()
}

#[test]
fn the_named_target_tells_at_once_where_it_is_new() {
    let relay = |been| turned_to_the_target("!redirect 8080 203.0.113.200 53", been, 12.0, 1);
    assert_eq!((relay(false), relay(true)), (1, 0));
}

#[test]
fn an_order_to_flood_waits_for_the_flood() {
    let flood = |been, packets| turned_to_the_target("!udp 203.0.113.200 1000 64 10", been, 12.0, packets);
    assert_eq!((flood(false, 1000), flood(true, 1000), flood(false, 5)), (1, 1, 0));
}

#[test]
fn what_began_before_the_order_and_is_told_of_behind_it_is_no_answer() {
    assert_eq!(turned_to_the_target("!udp 203.0.113.200 1000 64 10", false, 9.0, 1000), 0);
    assert_eq!(turned_to_the_target("!redirect 8080 203.0.113.200 53", false, 9.0, 1), 0);
}

#[test]
fn a_weather_bot_is_no_bot() {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "wxbot", "wxbot");
    for n in 0..5 {
        let at = f64::from(n) * 60.0;
        play.heard(flow, at, "carol", "#gardening", "!weather Oslo");
        play.said(flow, at + 0.8, "#gardening", "carol: weather for Oslo: 12C, light rain");
    }
    assert!(play.rows().is_empty());
}

// Orders of no bot's language, a minute apart, and what the host says after these delays.
fn answers(delays: &[f64], place: &str, words: &str) -> Vec<String> {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "b", "b");
    for (n, delay) in (1..).map(f64::from).zip(delays) {
        play.heard(flow, n * 60.0, "h", "#X", ".advscan lsass 40 5 0");
        play.said(flow, n * 60.0 + delay, place, words);
    }
    play.rows().into_iter().map(str::to_owned).collect()
}

#[test]
fn three_answers_after_one_delay_are_no_person_s() {
    assert_eq!(answers(&[2.0, 2.0, 2.1], "#x", "ok"), ["D19.reply"]);
    assert!(answers(&[2.0, 2.0], "#x", "ok").is_empty());
    assert!(answers(&[1.0, 9.0, 4.0], "#x", "ok").is_empty());
    assert!(answers(&[2.0, 2.0, 2.0], "#y", "ok").is_empty());
}

#[test]
fn a_report_comes_within_ten_seconds_and_where_the_order_came_from() {
    const REPORT: &str = "[MAIN]: Password accepted.";
    assert_eq!(answers(&[10.0], "#x", REPORT), ["D19.reply"]);
    assert!(answers(&[10.5], "#x", REPORT).is_empty());
    assert!(answers(&[1.0], "#y", REPORT).is_empty());
}

// What a host does at these times after and before an order to scan or to flood another host.
fn contacts(order: &str, before: &[f64], after: &[f64]) -> Vec<String> {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "b", "b");
    let mut last = 0;
    let mut go = |play: &mut Play, at| {
        last += 1;
        play.open(at, HOST, [192, 0, 2, last], 445);
    };
    before.iter().for_each(|at| go(&mut play, *at));
    play.heard(flow, 100.0, "h", "#x", order);
    after.iter().for_each(|at| go(&mut play, *at));
    play.rows().into_iter().map(str::to_owned).collect()
}

#[test]
fn what_was_before_the_last_minute_does_not_count_nor_what_is_after_the_next() {
    const SCAN: &str = ".advscan lsass 40 5 0";
    assert_eq!(contacts(SCAN, &[], &[160.0; 7]), ["D19.action"]);
    assert!(contacts(SCAN, &[], &[161.0; 7]).is_empty());
    assert!(contacts(SCAN, &[50.0; 9], &[101.0; 7]).is_empty());
    assert_eq!(contacts(SCAN, &[30.0; 9], &[101.0; 7]), ["D19.action"]);
    // A flood goes to who was named, and many others tell nothing of it.
    assert!(contacts("!udp 203.0.113.200 1000 64 10", &[], &[101.0; 20]).is_empty());
}

#[test]
fn where_a_host_was_before_is_no_new_destination() {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "b", "b");
    let go = |play: &mut Play, at| (0..9).for_each(|last| _ = play.open(at, HOST, [192, 0, 2, last], 445));
    go(&mut play, 90.0);
    play.heard(flow, 100.0, "h", "#x", ".advscan lsass 40 5 0");
    (0..9).for_each(|n| go(&mut play, 101.0 + f64::from(n)));
    assert!(play.rows().is_empty());
}

const ORDER: &str = ".advscan lsass 40 5 0";
type Asker = ([u8; 4], u32, u32);
const ASKS: Option<Asker> = Some((HOST, 4, 4));

// A scan's order in private, after which the host turns to these; who is seen to ask for names, and what is answered.
fn after_a_private_order(named: bool, dns: Option<Asker>, contacts: impl Iterator<Item = ([u8; 4], u16)>) -> usize {
    let mut play = Play::of(Obedience::default());
    let flow = play.session(0.0, HOST, 6667, "anna", "anna");
    play.heard(flow, 100.0, "tr0ll", "anna", ORDER);
    if let Some((asker, asked, answered)) = dns {
        play.scorer().names_mut().asked(Address::v4(asker), asked, answered);
    }
    for (address, port) in contacts {
        if named {
            play.scorer().names_mut().learn(Address::v4(address), b"cdn.example.net");
        }
        play.open(101.0, HOST, address, port);
    }
    play.rows().len()
}

#[test]
fn what_a_person_s_machine_does_anyway_is_no_scan() {
    let many = |port: fn(u8) -> u16| (0..40).map(move |last| ([192, 0, 2, last], port(last)));
    for (named, dns) in [(false, None), (false, ASKS), (true, ASKS)] {
        assert_eq!(after_a_private_order(named, dns, many(|_| 443)), 0, "{named} {dns:?}");
    }
    // Nobody's questions are seen, another's are, or hardly any answer to its own.
    for dns in [None, Some(([10, 0, 0, 8], 9, 9)), Some((HOST, 9, 0)), Some((HOST, 9, 2))] {
        assert_eq!(after_a_private_order(false, dns, many(|_| 80)), 0, "{dns:?}");
    }
    assert_eq!(after_a_private_order(true, ASKS, many(|_| 80)), 0);
    assert_eq!(after_a_private_order(true, ASKS, many(|_| 445)), 0);
    // What shares files.
    assert_eq!(after_a_private_order(false, ASKS, many(|last| 10000 + u16::from(last) * 7)), 0);
    assert_eq!(after_a_private_order(false, ASKS, many(|_| 80)), 1);
    assert_eq!(after_a_private_order(false, None, many(|_| 445)), 1);
}

#[test]
fn who_gives_orders_in_vain_must_wait_for_more() {
    let after = |orders: u32| {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "anna", "anna");
        (0..orders).for_each(|n| play.heard(flow, 1.0 + f64::from(n), "tr0ll", "anna", ORDER));
        (0..7).for_each(|last| _ = play.open(30.0, HOST, [192, 0, 2, last], 445));
        play.rows().len()
    };
    assert_eq!((after(1), after(10)), (1, 0));
}

#[test]
fn an_order_in_private_weighs_less_from_somebody_who_is_not_known() {
    for (speaks, strength) in [(false, 0.6), (true, 1.0)] {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        play.heard(flow, 1.0, "h", "b", ORDER);
        if speaks {
            play.irc(flow, 1.5, Client, say("", "H", b"scanning"));
        }
        (0..7).for_each(|last| _ = play.open(2.0, HOST, [192, 0, 2, last], 445));
        assert_eq!(play.evidence()[0].strength, strength);
    }
}

#[test]
fn where_a_name_or_a_browser_leads_tells_less() {
    const NAMED: [u8; 4] = [203, 0, 113, 200];
    let strength = |port, name| {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        play.heard(flow, 1.0, "h", "#x", "!redirect 8080 203.0.113.200 53");
        if name {
            play.scorer().names_mut().learn(Address::v4(NAMED), b"mail.example.net");
        }
        play.open(2.0, HOST, NAMED, port);
        play.evidence()[0].strength
    };
    assert_eq!([strength(53, false), strength(53, true), strength(80, false)], [1.0, 0.4, 0.4]);
}

#[test]
fn who_takes_an_offered_file_does_not_obey() {
    use wiretale_dcc::{Kind, Message, Offer};
    // An address alone, or another port of it, hides nothing.
    for (offers, rows) in [(Some(4000), 0), (None, 1), (Some(0), 1), (Some(4001), 1)] {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "anna", "anna");
        if let Some(port) = offers {
            let (name, address) = (&b"cat.jpg"[..], Address::v4([203, 0, 113, 200]));
            let (kind, size, token, tls, turbo) = (Kind::Send, Some(5), &b""[..], false, false);
            let message = Message::Offer(Offer { kind, name, address, port, size, token, tls, turbo });
            let from = Source { name: Wire(b"tr0ll"), ..Source::default() };
            play.irc(flow, 1.0, Server, Event::Dcc { from, target: Wire(b"anna"), message, step: None });
        }
        play.heard(flow, 2.0, "tr0ll", "anna", ".scan 203.0.113.200");
        play.open(3.0, HOST, [203, 0, 113, 200], 4000);
        assert_eq!(play.rows().len(), rows);
    }
}

// The host says this, to nobody who can be heard unless `answer`, and turns to so many hosts at this port `after` seconds.
fn says_and_does(words: &str, answer: bool, after: f64, to: &[[u8; 4]], port: u16) -> Vec<(String, String)> {
    let mut play = Play::of(Obedience::default());
    let flow = play.met_as(0.0, HOST, [203, 0, 113, 66], 5190, |_| {});
    play.passes(flow, 0.0, Client, Flags::SYN);
    if answer {
        play.passes(flow, 0.1, Server, Flags::SYN.with(Flags::ACK));
    }
    let [nick, user] = [&b"bot"[..], b"b"].map(Wire);
    play.irc(flow, 1.0, Client, Event::Presumed { nick, user, real_name: user });
    let turn = |play: &mut Play| to.iter().for_each(|to| _ = play.open(10.0 + after, HOST, *to, port));
    if after < 0.0 {
        turn(&mut play);
    }
    play.said(flow, 10.0, "#x", words);
    if after >= 0.0 {
        turn(&mut play);
    }
    play.evidence().iter().map(|row| (row.row.clone(), row.text.clone())).collect()
}

#[test]
fn who_does_what_it_says_in_a_bot_s_words_is_one_though_its_orders_are_not_seen() {
    let many: Vec<[u8; 4]> = (1..20).map(|n| [192, 0, 2, n]).collect();
    for words in [
        "[SCAN]: Random Port Scan started on 192.0.x.x:445",
        "Scanning 192.0.*.* for port 445",
        "Portscanner startip: 192.0.2.1 port: 445 delay: 100ms started",
    ] {
        let told = says_and_does(words, false, 2.0, &many, 445);
        assert!(told.len() == 1 && told[0].0 == "D19.action", "{words} {told:?}");
        assert!(told[0].1.ends_with("; the words are its own, and what it was told was not captured"), "{told:?}");
        assert!(says_and_does(words, true, 2.0, &many, 445).is_empty(), "nobody ordered it");
        assert!(says_and_does(words, false, 70.0, &many, 445).is_empty(), "much later");
    }
    for words in ["scanning my photos now", "is 192.0.2.1 up?", "[NEWS]: nothing new"] {
        assert!(says_and_does(words, false, 2.0, &many, 445).is_empty(), "{words}");
    }
}

#[test]
fn who_says_that_it_fetches_a_program_was_there_or_goes_there() {
    let there = [[198, 51, 100, 140]];
    for words in [
        "[DOWNLOAD]: Downloading URL: http://198.51.100.140/upd.exe",
        "[d=\"http://198.51.100.140/upd.exe\" s=\"20028 bytes\"] Updated bot file",
    ] {
        for after in [-3.0, 3.0] {
            let told = says_and_does(words, false, after, &there, 80);
            assert!(told.len() == 1 && told[0].0 == "D19.fetched", "{words} {after} {told:?}");
            assert!(told[0].1.contains("was not captured"), "{told:?}");
            assert!(says_and_does(words, true, after, &there, 80).is_empty(), "others can be heard");
            assert!(says_and_does(words, false, after, &[[198, 51, 100, 141]], 80).is_empty());
        }
    }
    assert!(says_and_does("look at http://198.51.100.140/cat.jpg", false, 3.0, &there, 80).is_empty());
}

#[test]
fn where_the_host_was_before_and_where_others_are_seen_to_answer_its_words_are_no_deed() {
    let fetched = |before: bool, elsewhere: bool| {
        let (there, words) = ([198, 51, 100, 140], "[DOWNLOAD]: Downloading URL: http://198.51.100.140/upd.exe");
        let mut play = Play::of(Obedience::default());
        if before {
            play.open(1.0, HOST, there, 80);
        }
        if elsewhere {
            let flow = play.met_as(1.0, [10, 0, 0, 9], [198, 51, 100, 9], 443, |_| {});
            play.passes(flow, 1.0, Client, Flags::SYN);
            play.passes(flow, 1.0, Server, Flags::SYN.with(Flags::ACK));
        }
        let flow = play.met_as(100.0, HOST, [203, 0, 113, 66], 5190, |_| {});
        play.passes(flow, 100.0, Client, Flags::SYN);
        play.open(107.0, HOST, there, 80);
        play.said(flow, 110.0, "#x", words);
        play.rows().len()
    };
    assert_eq!([(false, false), (true, false), (false, true)].map(|(a, b)| fetched(a, b)), [1, 0, 0]);
}

#[test]
fn of_one_who_is_out_of_sight_it_is_said_that_nothing_of_his_was_seen() {
    let text = |seen: bool| {
        let mut play = Play::of(Obedience::default());
        let flow = play.met(0.0, HOST, [203, 0, 113, 66], 5190);
        (0..20).for_each(|_| play.passes(flow, 0.0, Server, Flags::ACK));
        if seen {
            play.passes(flow, 0.1, Client, Flags::ACK);
        }
        play.heard(flow, 10.0, "h", "#x", ".advscan lsass 40 5 0");
        (1..20).for_each(|n| _ = play.met(12.0, HOST, [192, 0, 2, n], 445));
        play.evidence()[0].text.ends_with("; what it sent was not captured")
    };
    assert!(text(false) && !text(true));
}
