use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;
use wiretale_protocol::Direction::{self, Client, Server};
use wiretale_protocol::{Address, Timestamp, Transport};
use wiretale_testkit::{Solo, assert_split_law};

use super::*;
use crate::{Data, Name, Names, type_name};

const QUERY: &[u8] = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03IRC\x07example\x03edu\0\0\x01\0\x01";

fn reply() -> Vec<u8> {
    let mut bytes = b"\x12\x34\x81\x80\0\x01\0\x03\0\0\0\0\x03irc\x07example\x03edu\0\0\x01\0\x01".to_vec();
    // An alias, then two addresses of it.
    bytes.extend(b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03hub\xc0\x10");
    bytes.extend(b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc6\x33\x64\x05");
    bytes.extend(b"\xc0\x2d\0\x1c\0\x01\0\0\0\x3c\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05");
    bytes
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    [&length.to_be_bytes(), message].concat()
}

fn udp() -> Solo<Dns> {
    let mut solo = Solo::<Dns>::new();
    solo.flow.transport = Transport::Udp;
    solo.flow.server.port = 53;
    solo
}

fn probe(solo: &Solo<Dns>, client: &[u8], server: &[u8], last: bool) -> Probe {
    Dns::probe(&Opening { client, server, flow: &solo.flow, last })
}

#[test]
fn a_question_and_its_answers_are_paired() {
    let mut solo = udp();
    solo.client(QUERY).server(reply());
    let said = solo.said();
    assert_eq!(said.len(), 5, "{said:#?}");
    assert!(said[0].contains("Query") && said[0].contains("irc.example.edu"));
    assert!(said[1].contains("hub.example.edu"));
    assert!(said[2].contains("198.51.100.5") && said[3].contains("2001:db8::5"));
    assert!(said[4].contains("asked: Some") && said[4].contains("1ms") && said[4].contains("unreadable: false"));
    assert_eq!(solo.shared.confirmed, ["dns"]);
}

#[test]
fn replies_that_cross_are_paired_by_their_questions() {
    let message = |flags: &[u8; 2], name: &[u8], kind: u8| {
        [b"\0\x07", &flags[..], b"\0\x01\0\0\0\0\0\0", name, b"\0\0", &[kind], b"\0\x01"].concat()
    };
    let paired = |replies: &[Vec<u8>]| {
        let mut solo = udp();
        for (name, kind) in [(&b"\x01a"[..], 1), (b"\x01a", 28), (b"\x01b", 1)] {
            solo.client(message(b"\x01\0", name, kind));
        }
        replies.iter().for_each(|reply| _ = solo.server(reply));
        let said = solo.said();
        let numbers = said.iter().filter(|line| line.contains("Reply"));
        let number =
            |line: &String| line.split("Asked { number: ").nth(1).and_then(|rest| rest[..1].parse::<u8>().ok());
        numbers.map(number).collect::<Vec<_>>()
    };
    let reply = |name: &[u8], kind| message(b"\x81\x80", name, kind);
    assert_eq!(paired(&[reply(b"\x01B", 1), reply(b"\x01a", 28), reply(b"\x01a", 1)]), [Some(2), Some(1), Some(0)]);
    // What repeats none of them answers the oldest.
    let bare = b"\0\x07\x81\x80\0\0\0\0\0\0\0\0".to_vec();
    assert_eq!(paired(&[reply(b"\x01c", 1), bare, reply(b"\x01b", 1)]), [Some(0), Some(1), Some(2)]);
    assert_eq!(paired(&[b"\0\x08\x81\x80\0\0\0\0\0\0\0\0".to_vec()]), [None]);
}

#[test]
fn an_answer_cut_off_yields_what_came_before() {
    let whole = reply();
    let mut solo = udp();
    solo.server(&whole[..whole.len() - 3]);
    let said = solo.said();
    assert_eq!(said.iter().filter(|line| line.contains("Answer(")).count(), 2);
    assert!(said[2].contains("weird DNS_truncated_ans_too_short"), "{said:#?}");
    assert!(said[3].contains("unreadable: true") && said[3].contains("answers: 3"));
}

#[test]
fn every_cut_of_a_message_is_taken() {
    let whole = reply();
    for end in 0..whole.len() {
        udp().server(&whole[..end]);
        udp().client(&QUERY[..end.min(QUERY.len())]);
    }
}

#[test]
fn over_tcp_messages_are_found_by_their_lengths() {
    let mut solo = Solo::<Dns>::new();
    solo.client([framed(QUERY), framed(QUERY)].concat()).server(framed(&reply()));
    assert_eq!(solo.said().len(), 2 + 4);
    let gap = solo.chunk(Server, Chunk::Gap(9));
    assert_eq!(gap, Demand::Lengths);
}

#[test]
fn names_do_not_run_in_circles() {
    // Names that point at themselves, at each other, forward.
    for name in [&b"\xc0\x0c"[..], b"\x01a\xc0\x0c", b"\xc0\x20", b"\x40", b"\xff\xff"] {
        let mut bytes = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0".to_vec();
        bytes.extend(name);
        bytes.extend(b"\0\x01\0\x01");
        let message = Message::parse(&bytes).unwrap();
        if let Some(Ok(question)) = message.questions().next() {
            assert!(question.name.to_text().len() < 256);
        }
        udp().client(&bytes);
    }
}

#[test]
fn a_name_is_no_longer_than_255_bytes() {
    let mut bytes = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0".to_vec();
    for _ in 0..10 {
        bytes.push(63);
        bytes.extend([b'a'; 63]);
    }
    bytes.extend(b"\0\0\x01\0\x01");
    let mut solo = udp();
    solo.client(&bytes);
    assert!(solo.said()[0].contains("weird DNS_NAME_too_long"));
}

#[test]
fn records_say_what_their_types_say() {
    let read = |kind: u16, data: &[u8]| {
        let mut bytes = b"\0\x01\x80\0\0\0\0\x01\0\0\0\0\0".to_vec();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(b"\0\x01\0\0\0\0");
        bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(data);
        let message = Message::parse(&bytes).unwrap();
        let (_, record) = message.records().next().unwrap().unwrap();
        alloc::format!("{} {:?}", type_name(kind).unwrap(), record.data)
    };
    assert_eq!(read(15, b"\0\x0a\x02mx\0"), "MX 10 mx");
    assert_eq!(read(33, b"\0\x01\0\x02\x1a\x0b\x03irc\0"), "SRV 1 2 6667 irc");
    assert_eq!(read(6, b"\x02ns\0\x01x\0aaaabbbbccccddddeeee"), "SOA ns x");
    assert_eq!(read(16, b"\x02hi\x03you"), "TXT \"\\x02hi\\x03you\"");
    assert_eq!(read(46, b"\0\x01\x08\x02aaaabbbbcccc\0\x05\x07example\0sig"), "RRSIG 1 example");
    assert_eq!(read(48, b"\x01\x01\x03\x08key"), "DNSKEY 8");
    assert_eq!(read(43, b"\0\x05\x08\x02digest"), "DS 8 2");
    assert_eq!(read(47, b"\x01n\0\0\x01\x40"), "NSEC n");
    assert_eq!(read(44, b"\x01\x02\xab\xcd"), "SSHFP \"\\xab\\xcd\"");
    assert_eq!(read(29, b"\0\x12\x16\x13aaaabbbbcccc"), "LOC 18 22 19");
    assert_eq!(read(35, b"\0\x01\0\x02\x01u\x03sip\x01!\x01r\0"), "NAPTR 1 2 \"u\" \"sip\" \"!\" r");
    assert_eq!(read(38, &[&[0], &[1; 16][..]].concat()), "A6 101:101:101:101:101:101:101:101");
    assert_eq!(read(46, b"\0\x01\x08"), "RRSIG \"\\0\\x01\\x08\"".replace("\\0", "\\x00"), "too short");
    assert_eq!(read(1, b"\x01\x02"), "A \"\\x01\\x02\"", "an address of two bytes is none");
    let text = Data::Text(b"\x02hi\x09cut");
    assert_eq!(text.strings().collect::<Vec<_>>(), [&b"hi"[..], b"cut"]);
}

#[test]
fn netbios_names_are_read_and_its_status_is_no_service() {
    let status =
        b"\0\x07\x84\0\0\0\0\x01\0\0\0\0\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01\0\0\0\0\0\x07\x01XSTRE\0";
    let service = |port: u16| {
        let mut solo = udp();
        solo.flow.server.port = port;
        solo.server(status);
        solo.said()[0].contains("data: 344 ")
    };
    assert!(service(53) && !service(137));
    let name = |label: &[u8]| {
        let bytes = [&[u8::try_from(label.len()).unwrap()], label, &b"\x05scope\0"[..]].concat();
        Name::parse(&bytes, 0).unwrap().0.to_netbios()
    };
    assert_eq!(name(b"FIFDFEFCEFEBENFPEIFJCACACACACAAA").unwrap(), b"XSTREAM_HY");
    assert_eq!(name(b"fifdfefcefebenfpeifjcacacacacaaa").unwrap(), b"XSTREAM_HY");
    assert_eq!(name(b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap(), [&b"*"[..], &[0; 14]].concat());
    assert_eq!((name(b"QIFDFEFCEFEBENFPEIFJCACACACACAAA"), name(b"wpad")), (None, None));
}

#[test]
fn it_is_known_by_its_structure_on_any_port() {
    let mut solo = udp();
    assert_eq!(probe(&solo, QUERY, b"", false), Probe::Yes);
    assert_eq!(probe(&solo, b"", &reply(), false), Probe::Yes);
    assert_eq!(probe(&solo, b"not dns at all", b"", false), Probe::No);
    solo.flow.server.port = 4444;
    assert_eq!(probe(&solo, QUERY, b"", false), Probe::Yes);
    assert_eq!(probe(&solo, &[QUERY, b"x"].concat(), b"", false), Probe::No);
    solo.flow.transport = Transport::Tcp;
    assert_eq!(probe(&solo, &framed(QUERY), b"", false), Probe::Yes);
    assert_eq!(probe(&solo, &framed(QUERY)[..20], b"", false), Probe::Unsure);
    assert_eq!(probe(&solo, &framed(QUERY)[..20], b"", true), Probe::No);
    for other in [
        &b"SSH-2.0-x\r\n"[..],
        b"NICK a\r\nUSER a 0 * :a\r\n",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\0\xff\x01\0\0\xfb\x03\x03",
    ] {
        assert_eq!(probe(&solo, other, b"", false), Probe::No, "{other:?}");
    }
}

#[test]
fn too_many_queries_are_said_once() {
    let mut solo = udp();
    for _ in 0..Decoder::MOST_PENDING + 10 {
        solo.client(QUERY);
    }
    let weirds = solo.said().iter().filter(|line| line.contains("dns_too_many_pending_queries")).count();
    assert_eq!((weirds, solo.decoder.dropped()), (1, 10));
}

#[test]
fn addresses_are_called_by_the_names_asked_for() {
    let bytes = reply();
    let message = Message::parse(&bytes).unwrap();
    let mut names = Names::new(1);
    for (section, record) in message.records().flatten() {
        let asked = message.questions().next().unwrap().unwrap().name.to_text();
        names.answer(Timestamp::default(), &Answer { id: 1, section, record }, Some(&asked));
    }
    assert_eq!(names.of(Address::v4([198, 51, 100, 5])), None, "made room");
    let six = Address::v6([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    assert_eq!(names.of(six).map(|(name, _)| name), Some(&b"irc.example.edu"[..]));
    assert_eq!(names.dropped(), 1);
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    let flipped = (any::<proptest::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| {
        let mut bytes = reply();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    let noise = proptest::collection::vec(prop_oneof![Just(0u8), Just(0xc0), Just(0x0c), Just(1), any::<u8>()], 12..80);
    prop_oneof![Just(QUERY.to_vec()), Just(reply()), flipped, noise]
}

#[test]
fn unfinished_messages_and_queries_without_a_reply_take_memory() {
    let mut solo = Solo::<Dns>::new();
    assert_eq!(Dns::memory(&solo.decoder), 0);
    solo.client(framed(QUERY));
    let asked = Dns::memory(&solo.decoder);
    assert!(asked > 0);
    let long = [&u16::MAX.to_be_bytes()[..], &[0; 60_000]].concat();
    for piece in long.chunks(1460) {
        solo.client(piece);
    }
    assert!(Dns::memory(&solo.decoder) >= asked + 60_000);
}

proptest! {
    #[test]
    fn events_do_not_depend_on_the_cuts(
        messages in proptest::collection::vec((any::<bool>(), message()), 0..6), cuts in proptest::collection::vec(0usize..100, 0..6),
    ) {
        let turns: Vec<(Direction, Vec<u8>)> = messages
            .into_iter()
            .map(|(client, message)| (if client { Client } else { Server }, framed(&message)))
            .collect();
        // How long a reply took is a matter of packets: queries and replies are cut apart from each other.
        for replies in [false, true] {
            let of_one_kind = |bytes: &Vec<u8>| (bytes[4] & 0x80 != 0) == replies;
            let turns: Vec<_> = turns.iter().filter(|(_, bytes)| of_one_kind(bytes)).cloned().collect();
            assert_split_law::<Dns>(&turns, &cuts);
        }
    }

    #[test]
    fn no_datagram_is_too_odd(bytes in message(), more in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut solo = udp();
        probe(&solo, &bytes, &more, false);
        solo.client(&bytes).server(&more).client([&bytes[..], &more[..]].concat()).end();
    }
}

#[test]
fn words_in_place_of_a_message_are_read_anew_from_their_first_byte_on_however_they_are_cut() {
    let text = b"NICK ann\r\nUSER a 0 * :Ann\r\n";
    for before in [&b""[..], &framed(QUERY), b"\x40\0", &[&framed(QUERY)[..], b"\x40\0"].concat()] {
        for direction in [Client, Server] {
            let said = [before, text].concat();
            for piece in [1, 2, 3, 7, 1000] {
                let mut solo = Solo::<Dns>::new();
                let left = said.chunks(piece).find_map(|bytes| {
                    let anew = solo.chunk(direction, Chunk::Data(bytes)) == Demand::Anew;
                    let passed = Dns::passed_before_anew(&solo.decoder);
                    anew.then(|| [Dns::before_anew(&solo.decoder), &bytes[passed..]].concat())
                });
                let left = left.unwrap_or_else(|| panic!("{} {piece}", before.escape_ascii()));
                assert!(left.len() >= 6 && text.starts_with(&left), "{} {piece}", left.escape_ascii());
            }
        }
    }
}

#[test]
fn words_behind_a_length_that_is_none_are_read_anew_from_the_same_byte_on_however_they_are_cut() {
    let text = b"NICK ann\r\nUSER a 0 * :Ann\r\n";
    for length in [0, 1, 3, 5, 6, 0x4000_u16] {
        let said = [&length.to_be_bytes()[..], text].concat();
        let told = [1, 2, 3, 5, 7, 1000].map(|piece| {
            let mut solo = Solo::<Dns>::new();
            let begins = said.chunks(piece).enumerate().find_map(|(n, bytes)| {
                let anew = solo.chunk(Client, Chunk::Data(bytes)) == Demand::Anew;
                anew.then(|| n * piece + Dns::passed_before_anew(&solo.decoder) - Dns::before_anew(&solo.decoder).len())
            });
            (begins, solo.said())
        });
        assert_eq!(told[0].0, Some(2), "{length}");
        assert!(told.iter().all(|other| *other == told[0]), "{length} {told:?}");
    }
}
