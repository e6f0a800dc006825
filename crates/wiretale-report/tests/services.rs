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
