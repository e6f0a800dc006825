//! `known_services.log`.

use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::protocol::Direction;
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::{Format, Logs, Memory, Options};
use wiretale_testkit::{Weather, Wire, lend};

/// What a home port is said to serve that answers so.
fn served(client: &str, server: &str) -> Vec<serde_json::Value> {
    let ends = [([198, 51, 100, 9], 40_000), ([10, 0, 0, 7], 9090)];
    let [from, to] = ends.map(|(address, port)| Endpoint::new(Address::v4(address), port));
    let mut wire = Wire::new(Weather::default(), 1);
    wire.tcp(Timestamp::from_parts(1_000_000_000, 0), from, to).client(client).server(server).close(Direction::Client);
    let logs = Logs::new(Memory::default(), Options { format: Format::Json, ..Options::default() });
    let mut analyzer = Analyzer::<Standard, _>::new(logs, Settings::default());
    for (frame, number) in wire.into_frames().iter().zip(1..) {
        analyzer.packet(lend(frame), number);
    }
    let (logs, stats) = analyzer.finish_with_stats();
    let (memory, _) = logs.finish(&stats).unwrap();
    let lines = String::from_utf8(memory.logs.get("known_services").cloned().unwrap_or_default()).unwrap();
    let row = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["service"].take();
    lines.lines().map(row).collect()
}

#[test]
fn a_server_offers_what_it_speaks_and_not_what_it_is_asked_for() {
    let refusal = "HTTP/1.1 400 Bad Request\r\n\r\n";
    let hello = "NICK a\r\nUSER a b c :d\r\n";
    assert_eq!(served(hello, ":irc.example 001 a :Welcome\r\n"), [serde_json::json!(["IRC"])]);
    // It spoke, and nobody knows what.
    assert_eq!(served(hello, refusal), [serde_json::json!([])]);
    assert_eq!(served("USER a\r\nPASS b\r\n", refusal), [serde_json::json!([])]);
    assert_eq!(served("GET / HTTP/1.1\r\n\r\n", refusal), [serde_json::json!(["HTTP"])]);
    assert!(served(hello, "").is_empty());
}

#[test]
fn who_was_not_heard_to_name_itself_an_ssh_server_is_none() {
    let [home, outside] = [[10, 0, 0, 7], [198, 51, 100, 9]];
    let end = |address, port| Endpoint::new(Address::v4(address), port);
    let at = |second: i64| Timestamp::from_parts(1_000_000_000 + second, 0);
    let mut wire = Wire::new(Weather::default(), 1);
    let talk = wire.tcp(at(0), end(outside, 40_000), end(home, 9090));
    // As far as new keys.
    let talk = talk.client("SSH-2.0-look_1\r\n").client("\0\0\0\x0c\n\x15\0\0\0\0\0\0\0\0\0\0");
    talk.server("?").close(Direction::Client);
    let mut frames = wire.into_frames();
    frames.retain(|(_, frame)| frame[26..30] == outside);
    let mut wire = Wire::new(Weather::default(), 2);
    let talk = wire.tcp(at(9), end(outside, 40_001), end(home, 9090));
    talk.client("\x01\x02\x03").server("\x04\x05\x06").close(Direction::Client);
    frames.extend(wire.into_frames());
    let mut analyzer =
        Analyzer::<Standard, _>::new(Logs::new(Memory::default(), Options::default()), Settings::default());
    frames.iter().zip(1..).for_each(|(frame, number)| analyzer.packet(lend(frame), number));
    let (logs, stats) = analyzer.finish_with_stats();
    let summary = logs.finish(&stats).unwrap().1.to_string();
    assert!(summary.contains("answers something unknown on 9090\n"), "{summary}");
    assert!(summary.contains("10.0.0.7:9090: its own words were not captured\n"), "{summary}");
}
