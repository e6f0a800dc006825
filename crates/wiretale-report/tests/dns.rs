//! `dns.log`.

use std::time::Duration;

use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::{Format, Logs, Memory, Options};
use wiretale_testkit::build::udp_frame;
use wiretale_testkit::lend;

/// The rows that these datagrams make, a millisecond apart, those of the client first.
fn rows(port: u16, datagrams: &[(bool, Vec<u8>)]) -> Vec<serde_json::Value> {
    let [client, server] =
        [(1, 4000), (2, port)].map(|(host, port)| Endpoint::new(Address::v4([10, 0, 0, host]), port));
    let logs = Logs::new(Memory::default(), Options { format: Format::Json, ..Options::default() });
    let mut analyzer = Analyzer::<Standard, _>::new(logs, Settings::default());
    let mut at = Timestamp::from_parts(1_000_000_000, 0);
    for ((asks, bytes), number) in datagrams.iter().zip(1..) {
        let (src, dst) = if *asks { (client, server) } else { (server, client) };
        analyzer.packet(lend(&(at, udp_frame(src, dst, bytes))), number);
        at = at + Duration::from_millis(1);
    }
    let (logs, stats) = analyzer.finish_with_stats();
    let (memory, _) = logs.finish(&stats).unwrap();
    let lines = memory.logs.get("dns").cloned().unwrap_or_default();
    String::from_utf8(lines).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn message(flags: [u8; 2], question: &[u8], records: &[Vec<u8>]) -> Vec<u8> {
    let answers = u8::try_from(records.len()).unwrap();
    [&[0, 7, flags[0], flags[1], 0, 1, 0, answers, 0, 0, 0, 0], question, &records.concat()[..]].concat()
}

fn query(question: &[u8]) -> (bool, Vec<u8>) {
    (true, message([1, 0], question, &[]))
}

fn reply(question: &[u8], records: &[Vec<u8>]) -> (bool, Vec<u8>) {
    (false, message([0x81, 0x80], question, records))
}

/// A record of the name that was asked for.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&[0xc0, 12], &kind.to_be_bytes()[..], &[0, 1, 0, 0, 0, 60], &length.to_be_bytes(), data].concat()
}

const A: &[u8] = b"\x04host\0\0\x01\0\x01";
const AAAA: &[u8] = b"\x04host\0\0\x1c\0\x01";

#[test]
fn replies_that_cross_go_to_their_questions() {
    let four = reply(A, &[record(1, &[192, 0, 2, 1])]);
    let six = reply(AAAA, &[record(28, &[0x20; 16])]);
    let rows = rows(53, &[query(A), query(AAAA), six, four]);
    let told: Vec<_> =
        rows.iter().map(|row| format!("{} {} {}", row["qtype_name"], row["answers"][0], row["rtt"])).collect();
    assert_eq!(told, [r#""AAAA" "2020:2020:2020:2020:2020:2020:2020:2020" 0.001"#, r#""A" "192.0.2.1" 0.003"#]);
}

#[test]
fn what_answers_hold_is_written_as_zeek_writes_it() {
    for (kind, data, told) in [
        (46, &b"\0\x01\x08\x02aaaabbbbcccc\0\x05\x07example\0sig"[..], "RRSIG 1 example"),
        (46, b"\0\x30\x08\x02aaaabbbbcccc\0\x05\0sig", "RRSIG 48 <Root>"),
        (48, b"\x01\x01\x03\x08key", "DNSKEY 8"),
        (43, b"\0\x05\x08\x02digest", "DS 8 2"),
        (47, b"\x04next\0\0\x01\x40", "NSEC host next"),
        (50, b"\x01\0\0\x0a\0\0", "NSEC3"),
        (51, b"\x01\0\0\x0a\0", "NSEC3PARAM"),
        (44, b"\x01\x02\xab\x0c", "SSHFP: ab0c"),
        (29, b"\0\x12\x16\x13aaaabbbbcccc", "LOC:  18 22 19"),
        (65534, b"\x08\x12\x34\0\x01", "BIND9 signing signal"),
        (35, b"\0\x01\0\x02\x01u\x03sip\x01!\0", "NAPTR 1 2 u sip !"),
        (35, b"\0\x01\0\x02\x01u\x03sip\0\x01r\0", "NAPTR 1 2 u sip r"),
        (16, b"\x02hi\x03you", "TXT 2 hi TXT 3 you"),
        (99, b"\x02hi", "SPF 2 hi"),
        (39, b"\x04else\0", "else"),
        (10, b"tunnelled", "<unknown type=10>"),
        (52, b"\x03\x01\x01", "<unknown type=52>"),
    ] {
        let rows = rows(53, &[query(A), reply(A, &[record(kind, data)])]);
        assert_eq!(rows[0]["answers"], serde_json::json!([told]), "{kind}");
    }
    for (kind, data) in
        [(13, &b"\x03cpu\x02os"[..]), (65, b"\0\x01\0"), (257, b"\0\x05issueca"), (46, b"\0\x01"), (2, b"\0")]
    {
        let rows = rows(53, &[query(A), reply(A, &[record(kind, data)])]);
        assert_eq!(rows[0]["answers"], serde_json::Value::Null, "{kind}");
    }
}

#[test]
fn netbios_names_are_told_as_they_are() {
    let status = b"\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01";
    let name = b"\x20FIFDFEFCEFEBENFPEIFJCACACACACAAA\0\0\x20\0\x01";
    let told = |port| {
        let rows = rows(port, &[query(name), query(status)]);
        rows.iter()
            .map(|row| format!("{} {} {}", row["query"], row["qtype_name"], row["opcode_name"]))
            .collect::<Vec<_>>()
    };
    let star = format!("\"*{}\"", "\\u0000".repeat(14));
    assert_eq!(
        told(137),
        ["\"XSTREAM_HY\" \"NB\" \"netbios-query\"".to_owned(), format!("{star} \"NBSTAT\" \"netbios-query\"")]
    );
    assert_eq!(told(53)[0], "\"fifdfefcefebenfpeifjcacacacacaaa\" \"NB\" \"query\"");
}
