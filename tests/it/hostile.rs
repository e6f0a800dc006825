//! What has blinded, filled or felled analyzers before, done to this one.

use std::fmt::Write as _;
use std::time::Duration;

use wiretale::dcc::{Dcc, DccChat};
use wiretale::dns::Dns;
use wiretale::ftp::{Ftp, FtpData};
use wiretale::irc::Irc;
use wiretale::packet::{Address, Checks, Direction, Endpoint, Flags, Frame, LinkType, Timestamp, dissect};
use wiretale::protocol::{Chunk, Demand, Protocol};
use wiretale::ssh::Ssh;
use wiretale::terminal::Terminal;
use wiretale::{Analyzer, Limits, Settings, Standard};
use wiretale_testkit::build::{TcpHeader, ethernet, ip_packet, tcp_frame, udp_frame};
use wiretale_testkit::{Solo, Talk, Weather, Wire, lend};

use crate::hearing::{Flow, Hearing, hear, hear_with};
use crate::laws::{Frames, scene};
use crate::wrapping::{WRAPPINGS, fragments};

const CLIENT: Endpoint = Endpoint::new(Address::v4([10, 20, 0, 2]), 40_000);

fn server(port: u16) -> Endpoint {
    Endpoint::new(Address::v4([203, 0, 113, 5]), port)
}

fn at(millis: u64) -> Timestamp {
    Timestamp::from_parts(1_000_000_000, 0) + Duration::from_millis(millis)
}

/// One conversation with a server's port, as frames.
fn talk(port: u16, say: impl FnOnce(Talk<'_>) -> Talk<'_>) -> Frames {
    let mut wire = Wire::new(Weather::default(), 5);
    let _ = say(wire.tcp(at(0), CLIENT, server(port))).close(Direction::Client);
    wire.into_frames()
}

fn the_only(hearing: Hearing) -> Flow {
    assert_eq!(hearing.flows.len(), 1);
    hearing.flows.into_values().next().expect("one flow")
}

fn is(flow: &Flow, service: &str) -> bool {
    let line = format!("Client is {service}");
    flow.lines.contains(&line)
}

/// What a decoder said of pieces of one side, and its length in bytes.
fn said<P: Protocol>(direction: Direction, pieces: impl IntoIterator<Item = Vec<u8>>) -> (Vec<String>, usize) {
    let mut solo = Solo::<P>::new();
    for piece in pieces {
        if solo.chunk(direction, Chunk::Data(&piece)) != Demand::Stream {
            break;
        }
    }
    let said = solo.end().said();
    let len = said.iter().map(String::len).sum();
    (said, len)
}

fn count(said: &[String], what: &str) -> usize {
    said.iter().filter(|line| line.contains(what)).count()
}

#[test]
fn an_overlong_banner_is_capped() {
    let pieces = (0..1 << 18).map(|_| b"S".to_vec());
    let (said, len) = said::<Ssh>(Direction::Server, pieces.chain([b"\r\nSSH-2.0-late\r\n".to_vec()]));
    assert!(len < 4096 && said.len() < 8, "{said:?}");
}

#[test]
fn an_endless_line_holds_no_more_than_its_cap() {
    let endless = || (0..400).map(|_| vec![b'x'; 1448]);
    // A server that does not begin with a number is none of FTP's.
    let numbers = || (0..400).map(|_| vec![b'2'; 1448]);
    let then = |line: &str| [format!("\r\n{line}\r\n").into_bytes()];
    for direction in Direction::BOTH {
        let (irc, len) = said::<Irc>(direction, endless().chain(then("PRIVMSG #a :still here")));
        assert!(len < 20_000 && count(&irc, "Message(PRIVMSG") == 1, "{len} {irc:?}");
        let (ftp, len) = said::<Ftp>(direction, numbers().chain(then("220 still here")));
        assert!(len < 40_000, "{len}");
        assert!(direction == Direction::Client || count(&ftp, "Reply(220 still here)") == 1, "{ftp:?}");
        let (chat, len) = said::<DccChat>(direction, endless().chain(then("still here")));
        assert!(len < 150_000 && count(&chat, "Chat") == 2, "{len}");
        let (_, len) = said::<Terminal>(direction, endless());
        assert!(len < 20_000, "{len}");
    }
}

#[test]
fn pipelined_commands_without_a_reply_are_a_short_queue() {
    let (ftp, len) = said::<Ftp>(Direction::Client, (0..20_000).map(|n| format!("USER user{n}\r\n").into_bytes()));
    assert!(count(&ftp, "FTP_too_many_pending_commands") >= 1);
    assert!(len < 20_000 * 300, "{len}");
    let mut solo = Solo::<Ftp>::new();
    solo.client("USER bob\r\n".repeat(20_000)).said();
    // Replies belong to the commands that are still waited for, and the rest to none.
    solo.server("331 password\r\n".repeat(20_000)).client("PASS swordfish\r\n").server("230 in\r\n");
    assert!(!solo.end().said().iter().any(|line| line.contains("swordfish")));
}

#[test]
fn replies_without_a_command_are_borne() {
    let (ftp, _) = said::<Ftp>(Direction::Server, (0..20_000).map(|n| format!("{} x\r\n", n % 1000).into_bytes()));
    assert!(!ftp.is_empty());
    let lines = (0..20_000).map(|n| format!("230-line {n}\r\n").into_bytes());
    let (ftp, len) = said::<Ftp>(Direction::Server, lines.chain([b"230 in\r\n".to_vec()]));
    assert!(len < 1 << 20, "a reply of 20,000 lines is told in {len} bytes: {}", ftp.len());
}

#[test]
fn a_path_a_name_or_a_command_of_any_length_is_told_in_short() {
    let mut solo = Solo::<Ftp>::new();
    solo.server("220 x\r\n").client(format!("USER {}\r\n", "u".repeat(100_000))).server("331 x\r\n");
    solo.client(format!("PASS {}\r\n", "p".repeat(100_000))).server("230 x\r\n");
    for _ in 0..3000 {
        solo.client("CWD directory\r\n").server("250 x\r\n");
    }
    let longest = solo.said().iter().map(String::len).max().unwrap_or(0);
    assert!(longest < 40_000, "{longest}");
    solo.client(format!("RETR {}\r\n", "x".repeat(550_000))).server("150 x\r\n226 x\r\n");
    let longest = solo.end().said().iter().map(String::len).max().unwrap_or(0);
    assert!(longest < 100_000, "{longest}");
}

#[test]
fn irc_on_an_ftp_port_is_irc_and_http_on_an_irc_port_is_not() {
    let irc =
        talk(21, |talk| talk.client("NICK a\r\nUSER a 0 * :a\r\n").server(":s 001 a :hi\r\n").client("JOIN #x\r\n"));
    let flow = the_only(hear(irc.iter().map(lend)));
    assert!(is(&flow, "irc") && !is(&flow, "ftp"), "{flow:?}");
    let body = "PRIVMSG bob :\u{1}DCC SEND a 167772161 5000 3\u{1}\r\n".repeat(3);
    let post = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let http = talk(6667, |talk| talk.client(post).server("HTTP/1.1 200 OK\r\n\r\n"));
    let (hearing, stats) = hear_with(Settings::default(), Hearing::default(), http.iter().map(lend));
    let flow = the_only(hearing);
    assert!(!is(&flow, "irc") && stats.expectations == 0, "{flow:?}");
}

#[test]
fn one_side_alone_for_megabytes_leaves_nothing_behind() {
    fn alone<P: Protocol>(unit: &[u8], per_unit: usize) {
        for direction in Direction::BOTH {
            let times = (1 << 18) / unit.len();
            let (_, len) = said::<P>(direction, (0..times).map(|_| unit.to_vec()));
            assert!(len <= times * per_unit + 100_000, "{} {direction:?}: {len}", P::TAG);
        }
    }
    alone::<Irc>(b"PRIVMSG #a :some words that nobody answers\r\n", 400);
    alone::<Ftp>(b"SIZE a/file/of/some/kind\r\n", 800);
    alone::<Ftp>(b"213 400\r\n", 400);
    alone::<Ssh>(&[7; 1448], 10);
    alone::<Dcc>(&[0; 1448], 9000);
    alone::<DccChat>(b"hello there\n", 100);
    alone::<FtpData>(&[0; 1448], 9000);
    alone::<Terminal>(b"$ ls -la\r\n", 300);
    alone::<Dns>(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03irc\x07example\x03edu\x00\x00\x01\x00\x01", 400);
}

/// Segments at chosen places of an open connection.
fn scattered(places: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Frames {
    let mut frames = Frames::new();
    let mut put = |from: Direction, seq: u32, ack: u32, flags: Flags, payload: &[u8]| {
        let header = TcpHeader { seq, ack, flags, window: 65_535, options: vec![3, 3, 14] };
        let ends = [CLIENT, server(6667)];
        let (src, dst) = (ends[from.index()], ends[from.opposite().index()]);
        frames.push((at(frames.len() as u64 / 8), tcp_frame(src, dst, 64, &header, payload)));
    };
    put(Direction::Client, 0, 0, Flags::SYN, &[]);
    put(Direction::Server, 0, 1, Flags::SYN.with(Flags::ACK), &[]);
    put(Direction::Client, 1, 1, Flags::ACK, &[]);
    for (place, payload) in places {
        put(Direction::Client, place.wrapping_add(1), 1, Flags::ACK, &payload);
    }
    frames
}

#[test]
fn segments_far_apart_hold_no_more_than_their_bytes() {
    let places = (0..4000u32).map(|n| (n.wrapping_mul(0x0123_4567) % (1 << 30), vec![b'x'; 100]));
    let frames = scattered(places.chain((0..2000).map(|n| (n * 100, vec![b'y'; 100]))));
    let limits = Settings::default().limits;
    let mut analyzer = Analyzer::<Standard, Hearing>::new(Hearing::default(), Settings::default());
    for (number, frame) in frames.iter().enumerate() {
        analyzer.packet(lend(frame), number as u64 + 1);
        let stats = analyzer.stats();
        assert!(stats.held_bytes <= 2 * limits.reassembly.held as u64 + 10_000, "{stats:?}");
    }
    let (_, stats) = analyzer.finish_with_stats();
    assert_eq!(stats.held_bytes, 0);
}

#[test]
fn holes_of_half_the_sequence_space_overflow_nothing() {
    for hole in [(1 << 30) - 1, (1 << 31) - 1, 1 << 31, (1 << 31) + 1, u32::MAX - 1, u32::MAX] {
        let frames = scattered([(0, b"NICK a\r\n".to_vec()), (hole, b"far".to_vec()), (8, b"PING x\r\n".to_vec())]);
        let flow = the_only(hear(frames.iter().map(lend)));
        assert!(flow.streams[0].starts_with(b"NICK a\r\nPING x\r\n"), "{hole}: {:?}", flow.streams[0]);
    }
}

#[test]
fn tiny_segments_in_hostile_order_wait_within_their_bound() {
    type Place = fn(u32) -> u32;
    let orders: [(&str, Place); 3] = [
        ("descending", |n| 20_000 - n),
        ("alternating", |n| 2 * n + 1),
        ("scattered", |n| n.wrapping_mul(7919) % 60_000),
    ];
    for (name, place) in orders {
        let frames = scattered((0..6000).map(|n| (place(n), vec![b'x'])));
        let mut analyzer = Analyzer::<Standard, Hearing>::new(Hearing::default(), Settings::default());
        let pieces = Settings::default().limits.reassembly.pieces as u64;
        for (number, frame) in frames.iter().enumerate() {
            analyzer.packet(lend(frame), number as u64 + 1);
            // A byte, its places in two lists that may be twice as long as they need to be, what an allocator adds.
            assert!(analyzer.stats().held_bytes <= (pieces + 2) * 128 + 4096, "{name}");
        }
        assert_eq!(analyzer.finish_with_stats().1.held_bytes, 0, "{name}");
    }
}

#[test]
fn tunnels_of_any_depth_end() {
    let (_, inner) = &scene(false)[3];
    for (name, link, wrap) in WRAPPINGS.iter().filter(|(_, link, _)| *link == LinkType::ETHERNET) {
        let mut frame = inner.clone();
        while frame.len() < 4000 {
            frame = wrap(&frame);
        }
        let frame = Frame { at: at(0), link: *link, data: &frame, wire_len: frame.len() as u32 };
        assert!(dissect(frame, Checks::Verify).count() <= 24, "{name}");
        let (_, stats) = hear_with(Settings::default(), Hearing::default(), [frame; 20]);
        assert!(stats.flows_opened <= 12, "{name}: {stats:?}");
    }
}

#[test]
fn fragments_of_fragments_are_followed_only_so_far() {
    // A fragmented packet that, put together, is a fragment again, and so on.
    let (_, frame) = &scene(false)[3];
    let mut ip = frame[14..].to_vec();
    for id in 0..40u16 {
        let header = |offset: u16, body: &[u8]| {
            let mut part = ip_packet(Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]), 4, 64, body);
            part[4..6].copy_from_slice(&id.to_be_bytes());
            part[6..8].copy_from_slice(&offset.to_be_bytes());
            part[10..12].fill(0);
            part
        };
        ip = [header(0x2000, &ip[..8]), header(1, &ip[8..])].concat();
    }
    let frame = ethernet(&ip);
    let frames: Frames = (0..50).map(|n| (at(n), frame.clone())).collect();
    hear(frames.iter().map(lend));
}

#[test]
fn seventy_thousand_events_on_one_flow_are_all_told() {
    let mut solo = Solo::<Irc>::new();
    solo.client("NICK a\r\nUSER a 0 * :a\r\n").said();
    let mut told = 0;
    for _ in 0..70 {
        solo.client("PING x\r\n".repeat(1000));
        told += count(&solo.said(), "Message(PING");
    }
    assert_eq!(told, 70_000);
}

#[test]
fn a_snap_length_of_any_value_is_borne() {
    let frames = scene(false);
    for snap in (0..1600).step_by(13) {
        let cut = frames.iter().map(|(at, data)| Frame {
            at: *at,
            link: LinkType::ETHERNET,
            data: &data[..snap.min(data.len())],
            wire_len: data.len() as u32,
        });
        let (hearing, stats) = hear_with(Settings::default(), Hearing::default(), cut);
        assert_eq!(stats.flows_opened, stats.flows_closed);
        let got: usize = hearing.flows.values().map(|flow| flow.streams[0].len() + flow.streams[1].len()).sum();
        assert!(got <= frames.len() * snap);
    }
}

#[test]
fn a_cut_fragment_never_becomes_part_of_a_packet() {
    let frames = scene(false);
    let (time, whole) = frames.iter().find(|(_, data)| data.len() > 1000).expect("a long packet");
    let parts = fragments(whole, 7, &mut wiretale_testkit::Random::new(3));
    let cut = parts.iter().map(|part| Frame {
        at: *time,
        link: LinkType::ETHERNET,
        data: &part[..part.len() - 1],
        wire_len: part.len() as u32,
    });
    let hearing = hear(cut);
    assert!(hearing.flows.is_empty() && hearing.strays.contains(&"incompletely_captured_fragment"), "{hearing:?}");
}

#[test]
fn every_command_bears_any_number_of_parameters() {
    for command in COMMANDS.iter().map(|name| (*name).to_owned()).chain((0..1000).map(|n| format!("{n:03}"))) {
        let mut text = String::new();
        for params in 0..18 {
            let _ = write!(text, "{command}{}\r\n:a!b@c {command}{} :\r\n", " x".repeat(params), " #y".repeat(params));
        }
        for opened in ["NICK a\r\nUSER a 0 * :a\r\n", "PASS x TS 6 :1AA\r\nSERVER a 1 :a\r\n"] {
            let mut solo = Solo::<Irc>::new();
            solo.client(opened).client(&text).server(&text);
            solo.end();
        }
    }
}

#[test]
fn a_cr_beside_the_cap_leaves_the_next_line_whole() {
    for len in (500..520).chain(8180..8200) {
        for end in ["\r\n", "\n", "\r\r\n", "\0\r\n", "\r\0\r\n"] {
            let line = format!("PRIVMSG #a :{}{end}", "x".repeat(len));
            let (said, _) = said::<Irc>(Direction::Client, [line.into_bytes(), b"PING whole\r\n".to_vec()]);
            assert_eq!(count(&said, "Message(PING [\"whole\"])"), 1, "{len} {end:?}: {said:?}");
        }
    }
}

#[test]
fn dcc_addresses_and_ports_of_any_kind_announce_nothing_wrong() {
    let numbers =
        ["-1", "0", "4294967296", "99999999999999999999", "1e9", "", "x", "::1", "10.0.0.1", "::ffff:1.2.3.4"];
    for verb in
        ["SEND a", "SEND \"a b\"", "CHAT chat", "RESUME a", "ACCEPT a", "SEND startkeylogger", "XMIT", "SCHAT x"]
    {
        for host in numbers {
            for port in ["-1", "0", "1", "65535", "65536", "x"] {
                let line = format!("PRIVMSG bob :\u{1}DCC {verb} {host} {port} 0\u{1}\r\n");
                let mut solo = Solo::<Irc>::new();
                solo.client("NICK a\r\nUSER a 0 * :a\r\n").server(":s 001 a :x\r\n").client(&line);
                for expectation in solo.expected() {
                    assert!(["1", "65535"].contains(&port) && expectation.server.port != 0, "{line}");
                }
            }
        }
    }
}

#[test]
fn only_an_offer_in_a_ctcp_of_a_message_announces() {
    let offers = [
        ("PRIVMSG bob :\u{1}DCC SEND a 167772161 5000 3\u{1}", true),
        ("PRIVMSG bob :DCC SEND a 167772161 5000 3", false),
        ("PRIVMSG bob :see \"DCC SEND a 167772161 5000 3\"", false),
        ("TOPIC #x :\u{1}DCC SEND a 167772161 5000 3\u{1}", false),
        ("NICK \u{1}DCC SEND a 167772161 5000 3\u{1}", false),
        ("QUIT :\u{1}DCC SEND a 167772161 5000 3\u{1}", false),
    ];
    for (line, announces) in offers {
        let mut solo = Solo::<Irc>::new();
        solo.client("NICK a\r\nUSER a 0 * :a\r\n").server(":s 001 a :x\r\n").client(format!("{line}\r\n"));
        assert_eq!(!solo.expected().is_empty(), announces, "{line}");
    }
}

#[test]
fn dcc_offers_by_the_thousand_are_one_table() {
    let limits = Limits { expectations: 100, ..Limits::default() };
    let settings = Settings { limits, ..Settings::default() };
    let offers = |same: bool| -> String {
        let port = |n: u32| if same { 5000 } else { 1025 + n };
        (0..5000)
            .map(|n| format!("PRIVMSG b{} :\u{1}DCC SEND f{n} 167772161 {} 3\u{1}\r\n", n % 400, port(n)))
            .collect()
    };
    for same in [false, true] {
        let text = offers(same);
        let frames =
            talk(6667, |talk| talk.client("NICK a\r\nUSER a 0 * :a\r\n").server(":s 001 a :x\r\n").client(text));
        let (hearing, stats) = hear_with(settings.clone(), Hearing::default(), frames.iter().map(lend));
        let flow = the_only(hearing);
        assert!(stats.expectations >= 100, "{stats:?}");
        assert_eq!(same, stats.expectations_dropped == 0, "{stats:?}");
        let full = flow.weirds.iter().filter(|name| **name == "irc_max_dcc_expected_transfers_exceeded").count();
        assert!(full <= 5, "{full}");
    }
}

#[test]
fn ports_by_the_thousand_are_one_table() {
    let limits = Limits { expectations: 100, ..Limits::default() };
    let settings = Settings { limits, ..Settings::default() };
    let ports: String = (0..4000).map(|n| format!("PORT 10,20,0,2,{},{}\r\n", 8 + n / 250, n % 250)).collect();
    let frames = talk(21, |talk| {
        talk.server("220 x\r\n").client("USER a\r\n").server("230 x\r\n").client(ports).server("200 x\r\n".repeat(4000))
    });
    let (_, stats) = hear_with(settings, Hearing::default(), frames.iter().map(lend));
    assert!(stats.expectations > 0);
    assert_eq!(stats.expectations, stats.expectations_lapsed + stats.expected, "each is accounted for: {stats:?}");
}

#[test]
fn an_ftp_reply_inside_other_text_announces_nothing() {
    for banner in [
        "220-227 Entering Passive Mode (10,0,0,9,8,1)\r\n220 x\r\n",
        "220-x\r\n 227 (10,0,0,9,8,1)\r\n227-no (10,0,0,9,8,1)\r\n220 x\r\n",
    ] {
        let mut solo = Solo::<Ftp>::new();
        solo.server(banner)
            .client("USER a\r\n")
            .server("331 (10,0,0,9,8,1)\r\n")
            .client("PASS b\r\n")
            .server("230 x\r\n");
        assert!(solo.expected().is_empty(), "{banner}");
    }
    // A reply in two segments is one reply, and a third party's address is said to be one.
    let mut solo = Solo::<Ftp>::new();
    solo.server("220 x\r\n").client("USER a\r\n").server("230 x\r\n").client("PASV\r\n").server("227 (10,0,0,");
    assert!(solo.expected().is_empty());
    solo.server("9,8,1)\r\n").client("RETR x\r\n");
    assert!(!solo.expected().is_empty());
    assert!(solo.end().said().iter().any(|line| line.contains("10.0.0.9")));
}

#[test]
fn lengths_that_are_announced_reserve_nothing() {
    let before = resident();
    let mut ssh: Vec<Solo<Ssh>> = Vec::new();
    let mut irc: Vec<Solo<Irc>> = Vec::new();
    for _ in 0..1500 {
        let mut solo = Solo::<Ssh>::new();
        solo.client("SSH-2.0-a\r\n").server("SSH-2.0-b\r\n").client([0, 3, 0xff, 0xfc, 4, 20]);
        ssh.push(solo);
        let mut solo = Solo::<Irc>::new();
        solo.client("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        solo.server("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n");
        solo.client([0x81, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4, b'x']);
        irc.push(solo);
    }
    // Reserved, they would take 400 MB and more.
    let grown = resident().saturating_sub(before);
    assert!(grown < 200 << 20, "{grown} bytes");
    assert_eq!(ssh.len(), irc.len());
}

#[test]
fn nothing_is_told_after_a_decoder_gave_up() {
    let mut irc = Solo::<Irc>::new();
    irc.client("STARTTLS\r\n").server(":s 670 a :go\r\n").said();
    assert_eq!(irc.client(b"\x16\x03\x01\r\nPRIVMSG a :x\r\n").end().said().len(), 0);
    // Announced as TLS, what follows is not read as commands.
    let mut ftp = Solo::<Ftp>::new();
    ftp.client("AUTH TLS\r\n").server("234 go\r\n").said();
    ftp.client(b"\x16\x03\x01\x00\x19USER bob\r\nPASS swordfish\r\n").server(b"\x16\x03\x03\x00\x08230 in\r\n");
    let said = ftp.end().said();
    assert_eq!(count(&said, "swordfish") + count(&said, "Login") + count(&said, "bob"), 0, "{said:?}");
}

#[test]
fn a_thousand_extension_headers_end() {
    let (src, dst) = (Address::v6([0x20; 16]), Address::v6([0x30; 16]));
    for next in [0u8, 43, 60, 135, 140] {
        let mut headers: Vec<u8> = (0..1000).flat_map(|_| [next, 0, 1, 4, 0, 0, 0, 0]).collect();
        let last = headers.len() - 8;
        headers[last] = 59;
        let frame = ethernet(&ip_packet(src, dst, next, 64, &headers));
        hear((0..50).map(|n| Frame {
            at: at(n),
            link: LinkType::ETHERNET,
            data: &frame,
            wire_len: frame.len() as u32,
        }));
    }
    // A header that says it is 2 KiB long in a packet of 48 bytes.
    for len in 0..=255 {
        let frame = ethernet(&ip_packet(src, dst, 0, 64, &[58, len, 1, 4, 0, 0, 0, 0]));
        hear([Frame { at: at(0), link: LinkType::ETHERNET, data: &frame, wire_len: frame.len() as u32 }]);
    }
}

#[test]
fn udp_lengths_that_lie_yield_no_bytes_that_are_not_there() {
    for len in [0u16, 1, 7, 8, 9, 20, 1000, 65_535] {
        let mut frame = udp_frame(CLIENT, server(53), b"twelve bytes");
        frame[38..40].copy_from_slice(&len.to_be_bytes());
        frame[40..42].fill(0);
        let hearing = hear([Frame { at: at(0), link: LinkType::ETHERNET, data: &frame, wire_len: frame.len() as u32 }]);
        assert!(hearing.flows.len() <= 1);
    }
}

#[test]
fn packets_without_a_protocol_fill_no_buffer() {
    let limits = Settings::default().limits;
    let most = 2 * limits.probe_bytes as u64 + 1500;
    let mut analyzer = Analyzer::<Standard, Hearing>::new(Hearing::default(), Settings::default());
    let mut number = 0;
    for payload in [&b""[..], b"\x80", b"N", b"NI"] {
        for n in 0..5000 {
            number += 1;
            let frame =
                (at(number), udp_frame(Endpoint::new(CLIENT.address, 1000 + payload.len() as u16), server(9), payload));
            analyzer.packet(lend(&frame), number);
            assert!(analyzer.stats().probed_bytes <= 4 * most, "{n} of {payload:?}: {:?}", analyzer.stats());
        }
    }
    assert_eq!(analyzer.finish_with_stats().1.probed_bytes, 0);
}

#[test]
fn a_flood_of_oddities_is_told_in_short() {
    let places = (0..5000).map(|n| (0, if n % 2 == 0 { b"NICK a\r\n".to_vec() } else { b"NICK b\r\n".to_vec() }));
    let mut frames = scattered(places);
    // Resets inside the window are one oddity each.
    let header = TcpHeader { seq: 500, ack: 1, flags: Flags::RST, window: 0, options: Vec::new() };
    frames.extend((0..5000).map(|n| (at(10_000 + n), tcp_frame(CLIENT, server(6667), 64, &header, &[]))));
    let (hearing, stats) = hear_with(Settings::default(), Hearing::default(), frames.iter().map(lend));
    let flow = the_only(hearing);
    let limit = Settings::default().limits.weirds as usize;
    assert!(flow.weirds.len() < 20 * (limit + 1), "{} weirds", flow.weirds.len());
    assert!(stats.weirds_suppressed > 4000 && flow.weirds.contains(&"weirds_suppressed"));
}

#[test]
fn names_that_differ_in_case_alone_are_one() {
    let welcome = ":s 001 a[b] :x\r\n:s 005 a[b] CASEMAPPING=rfc1459 CHANTYPES=# :are supported\r\n";
    let mut solo = Solo::<Irc>::new();
    solo.client("NICK a[b]\r\nUSER a 0 * :a\r\n").server(welcome).client("JOIN #X{Y}\r\n");
    solo.server(":a[b]!u@h JOIN #x[y]\r\n:A{B}!u@h PART #X{Y}\r\n").server(":a{B}!u@h NICK :c\r\n");
    let session = solo.decoder.session();
    assert!(session.channels().is_empty(), "left under another name");
}

#[test]
fn every_capture_of_the_evasion_set_gives_the_hosts_bytes_or_an_event() {
    let folder = wiretale_tests::data().join("evasion");
    let table = std::fs::read_to_string(folder.join("expected.tsv")).expect("a table");
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [file, _, client, server, class, wanted] = cells[..] else { panic!("{row}") };
        let read = wiretale::analyze([folder.join(file)], Settings::default(), Hearing::default()).expect("a capture");
        let flows: Vec<&Flow> = read.observer.flows.values().collect();
        let odd = flows.iter().map(|flow| flow.weirds.len()).sum::<usize>() + read.observer.strays.len();
        let same = [client, server].iter().enumerate().all(|(side, want)| {
            let got = flows.iter().map(|flow| String::from_utf8_lossy(&flow.streams[side]).into_owned());
            let mut got: Vec<String> = got.filter(|text| !text.is_empty()).collect();
            let want: Vec<String> = want.split("<SESSION>").map(unescaped).filter(|text| !text.is_empty()).collect();
            got.sort_by_key(|text| want.iter().position(|other| other == text));
            got == want
        });
        let gap = flows.iter().any(|flow| flow.missing.iter().sum::<u64>() > 0);
        let right = match class {
            "AMBIG" => same || odd > 0,
            "GAP" => same && gap,
            _ => same && (odd > 0 || wanted == "-" || quiet(file)),
        };
        assert!(right, "{file} {class}: same {same} odd {odd} gap {gap}\n{flows:?}\n{:?}", read.observer.strays);
        rows += 1;
    }
    assert!(rows >= 48, "{rows} rows");
}

// What these demand is the absence of an event, or a counter.
fn quiet(file: &str) -> bool {
    ["03", "04", "44", "54", "61", "62", "80", "90", "92", "93", "96"].iter().any(|start| file.starts_with(start))
}

fn unescaped(text: &str) -> String {
    let mut text = text.replace("\\r", "\r").replace("\\n", "\n");
    while let Some((before, rest)) = text.split_once("<GAP ") {
        let after = rest.split_once('>').map_or("", |(_, after)| after);
        text = format!("{before}{after}");
    }
    text
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<usize>().ok()).unwrap_or(0) << 10
}

const COMMANDS: &[&str] = &[
    "PASS",
    "NICK",
    "USER",
    "OPER",
    "MODE",
    "SERVICE",
    "QUIT",
    "SQUIT",
    "JOIN",
    "PART",
    "TOPIC",
    "NAMES",
    "LIST",
    "INVITE",
    "KICK",
    "PRIVMSG",
    "NOTICE",
    "MOTD",
    "LUSERS",
    "VERSION",
    "STATS",
    "LINKS",
    "TIME",
    "CONNECT",
    "TRACE",
    "ADMIN",
    "INFO",
    "SERVLIST",
    "SQUERY",
    "WHO",
    "WHOIS",
    "WHOWAS",
    "KILL",
    "PING",
    "PONG",
    "ERROR",
    "AWAY",
    "REHASH",
    "DIE",
    "RESTART",
    "SUMMON",
    "USERS",
    "WALLOPS",
    "USERHOST",
    "ISON",
    "CAP",
    "AUTHENTICATE",
    "ACCOUNT",
    "BATCH",
    "CHGHOST",
    "SETNAME",
    "TAGMSG",
    "MONITOR",
    "METADATA",
    "STARTTLS",
    "WEBIRC",
    "FAIL",
    "WARN",
    "NOTE",
    "SERVER",
    "UID",
    "EUID",
    "SID",
    "SJOIN",
    "TMODE",
    "BMASK",
    "ENCAP",
    "SVINFO",
    "CAPAB",
    "BURST",
    "ENDBURST",
    "FJOIN",
    "FMODE",
    "EOS",
    "EOB",
    "SASL",
    "MD",
    "TB",
    "ETB",
    "SAVE",
    "SVSNICK",
    "SVSMODE",
    "ZIP",
    "REGISTER",
    "VERIFY",
    "REDACT",
    "MARKREAD",
];
