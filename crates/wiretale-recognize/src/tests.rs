extern crate std;

use std::vec::Vec;

use proptest::prelude::*;
use wiretale_protocol::Transport::{Tcp, Udp};
use wiretale_protocol::{Chunk, Demand, Direction, FlowId, Opening, Probe, Protocol};
use wiretale_testkit::Solo;

use crate::{Decoder, Named, is_zeeks, recognize};

fn probe(client: &[u8], server: &[u8], last: bool) -> Probe {
    let flow = Solo::<Named>::new().flow;
    Named::probe(&Opening { client, server, flow: &flow, last })
}

#[test]
fn common_protocols_have_their_names() {
    for (name, client, server) in [
        ("http", &b"GET / HTTP/1.1\r\nHost: x\r\n"[..], &b""[..]),
        ("http", b"", b"HTTP/1.0 200 OK\r\n"),
        ("http", b"GET /index.html\r\n", b"<html>"),
        ("ssl", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b""),
        ("ssl", b"\x80\x2e\x01\x03\x01\x00\x15", b""),
        ("smtp", b"", b"220 mail.example.com ESMTP Postfix\r\n"),
        ("smtp", b"EHLO me\r\n", b"220 mail.example.com ready\r\n"),
        ("pop3", b"", b"+OK POP3 ready\r\n"),
        ("imap", b"", b"* OK [CAPABILITY IMAP4rev1] ready\r\n"),
        ("rfb", b"", b"RFB 003.008\n"),
        ("xmpp", b"<?xml version='1.0'?><stream:stream to='x'>", b""),
        ("rtsp", b"OPTIONS rtsp://x/ RTSP/1.0\r\n", b""),
        ("sip", b"OPTIONS sip:x SIP/2.0\r\n", b""),
        ("git", b"0032git-upload-pack /project.git\0host=x\0", b""),
        ("rsync", b"", b"@RSYNCD: 31.0\n"),
        ("redis", b"*1\r\n$4\r\nPING\r\n", b""),
        ("smb", b"\0\0\0\x90\xffSMBr", b""),
        ("rdp", b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01", b""),
        ("mysql", b"", b"\x4a\0\0\0\x0a8.0.35\0"),
        ("postgresql", b"\0\0\0\x08\x04\xd2\x16\x2f", b""),
        ("socks", b"\x05\x01\x00", b"\x05\x00"),
        ("bittorrent", b"\x13BitTorrent protocol\0\0", b""),
        ("mqtt", b"\x10\x0c\0\x04MQTT\x04\x02", b""),
        ("ldap_tcp", b"\x30\x0c\x02\x01\x01\x60\x07", b""),
        ("x11", b"l\0\x0b\0\0\0\0\0", b""),
        ("dce_rpc", b"\x05\0\x0b\x03\x10\0\0\0", b""),
    ] {
        assert_eq!(recognize(Tcp, client, server), Some(name));
    }
}

#[test]
fn common_datagrams_have_their_names() {
    let mut dhcp = [0; 240];
    dhcp[..3].copy_from_slice(&[1, 1, 6]);
    dhcp[236..].copy_from_slice(&[0x63, 0x82, 0x53, 0x63]);
    assert_eq!(recognize(Udp, &dhcp, b""), Some("dhcp"));
    assert_eq!(recognize(Udp, b"\x30\x26\x02\x01\x01\x04\x06public\xa0\x19", b""), Some("snmp"));
    assert_eq!(recognize(Udp, b"OPTIONS sip:x SIP/2.0\r\n", b""), Some("sip"));
    assert_eq!(recognize(Udp, b"d1:ad2:id20:abcdefghij", b""), Some("bittorrent"));
    assert_eq!(recognize(Udp, b"just anything", b""), None);
}

#[test]
fn what_others_own_is_refused_at_once() {
    for (client, server) in [
        (&b"NICK alice\r\nUSER a 0 * :A\r\n"[..], &b""[..]),
        (b"CAP LS 302\r\n", b""),
        (b"", b":irc.example.edu NOTICE * :*** Looking up\r\n"),
        (b"SSH-2.0-OpenSSH_10.0\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"),
        (b"USER anonymous\r\n", b"220 FTP server ready\r\n"),
        (b"AUTH TLS\r\n", b"220 ready\r\n"),
    ] {
        assert_eq!(probe(client, server, false), Probe::No, "{client:?}");
    }
    // FTP or SMTP: the client will tell.
    assert_eq!(probe(b"", b"220 ready\r\n", false), Probe::Unsure);
    assert_eq!(probe(b"", b"220 ready\r\n", true), Probe::No);
}

#[test]
fn whoever_said_no_does_not_come_back_on_it() {
    let long = [&b"<?xml "[..], &[b' '; 600], b"<stream:stream"].concat();
    let path = [&b"GET /"[..], &[b'x'; 1200], b"\n"].concat();
    for (client, server) in [
        (&b"EHL/eadyx\r\n"[..], &b"220 mait\r\n220 mail ESMTP\n"[..]),
        (b"EHLO mail.example.edu\r\n", b"554 no, thank you\r\n"),
        (b"POST\r\n12345", b"200 ready\r\n200 NNTP\r\n"),
        (b"GET /index.html\n", b"<html><body>"),
        (b"GET /index.html HTTP/1.1\r\n", b"<html><body>"),
        (&path, b"<html><body>"),
        (b"*1234567890\r\n$4\r\n", b""),
        (&long, b""),
    ] {
        let mut refused = false;
        for shown in 0..=client.len().max(server.len()) {
            let [client, server] = [client, server].map(|side| &side[..shown.min(side.len())]);
            match probe(client, server, false) {
                Probe::Yes => {
                    assert!(!refused, "{:?} {:?}", client.escape_ascii(), server.escape_ascii());
                    break;
                }
                verdict => refused |= verdict == Probe::No,
            }
        }
    }
}

#[test]
fn a_name_is_all_it_wants() {
    let flow = Solo::<Named>::new().flow;
    let bytes = b"GET / HTTP/1.1\r\n\r\n";
    let decoder: Decoder = Named::start(&Opening { client: bytes, server: b"", flow: &flow, last: false });
    assert_eq!((Named::service(&decoder), flow.id), ("http", FlowId(1)));
    let mut solo = Solo::<Named>::with(decoder);
    assert_eq!(solo.chunk(Direction::Client, Chunk::Data(bytes)), Demand::Lengths);
    assert_eq!(solo.shared.confirmed, ["http"]);
}

#[test]
fn a_server_serves_what_it_speaks_itself() {
    let request = b"GET / HTTP/1.1\r\n\r\n";
    let served = |client: &[u8], server: &[u8], cut: usize| {
        let flow = Solo::<Named>::new().flow;
        let mut solo = Solo::<Named>::with(Named::start(&Opening { client, server: b"", flow: &flow, last: false }));
        solo.client(client);
        for part in [&server[..cut], &server[cut..]] {
            if !part.is_empty()
                && matches!(
                    solo.chunk(Direction::Server, Chunk::Data(part)),
                    Demand::Nothing | Demand::Rest | Demand::Anew
                )
            {
                break;
            }
        }
        assert!(solo.shared.confirmed.len() == 1 && solo.shared.served.len() <= 1);
        solo.shared.served.first().copied()
    };
    for cut in 0..5 {
        assert_eq!(served(request, b"HTTP/1.1 200 OK\r\n", cut), Some("http"));
        assert_eq!(served(request, b"SSH-2.0-OpenSSH_9.6\r\n", cut), None);
        assert_eq!(served(b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n", cut), Some("redis"));
    }
    assert_eq!(served(request, b"", 0), None);
}

// What comes of a client's first words and the server's, byte by byte: `true` if it serves so, else what of the server is
// read anew; and whether the name is taken back.
fn answered(client: &[u8], server: &[u8]) -> (Result<bool, Vec<u8>>, bool) {
    let flow = Solo::<Named>::new().flow;
    let mut solo = Solo::<Named>::with(Named::start(&Opening { client, server: b"", flow: &flow, last: false }));
    solo.client(client);
    for (at, byte) in server.iter().enumerate() {
        match solo.chunk(Direction::Server, Chunk::Data(&[*byte])) {
            Demand::Stream => {}
            Demand::Rest => return (Ok(solo.shared.served.len() == 1), !solo.shared.retracted.is_empty()),
            Demand::Anew => {
                let kept = Named::before_anew(&solo.decoder).to_vec();
                assert_eq!(kept, server[..at]);
                return (Err([&kept[..], &server[at..]].concat()), !solo.shared.retracted.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
    (Ok(false), !solo.shared.retracted.is_empty())
}

const REQUESTS: [(&[u8], &[&[u8]]); 6] = [
    (
        b"*1\r\n$4\r\nPING\r\n",
        &[b"+PONG\r\n", b"-NOAUTH no\r\n", b":-12\r\n", b":1\r\n", b"$-1\r\n", b"*0\r\n", b"%1\r\n", b"_\r\n"],
    ),
    (b"0032git-upload-pack /project.git\0host=x\0", &[b"003fabc", b"000eversion 1\n", b"0000"]),
    (b"\x10\x0c\0\x04MQTT\x04\x02", &[b"\x20\x02\0\0", b"\x20\x09\0\0\x06"]),
    (
        b"\0\0\0\x08\x04\xd2\x16\x2f",
        &[b"S\x16\x03\x03", b"NR\0\0\0\x08", b"R\0\0\0\x08", b"E\0\0\0\x50", b"EFATAL:  no\n\0", b"N\0\0\0\x50"],
    ),
    (b"l\0\x0b\0\0\0\0\0\0\0\0\0", &[b"\x01\0\x0b\0", b"\0\x10\x0b\0", b"\x02\0"]),
    (b"GET / HTTP/1.0\r\n\r\n", &[b"HTTP/1.0 200 OK\r\n"]),
];

#[test]
fn a_request_alone_hides_nobody_whose_server_answers_otherwise() {
    let others: [&[u8]; 8] = [
        b":irc.example NOTICE * :hi\r\n",
        b":1HB 451 * :no\r\n",
        b"NOTICE AUTH :*** hi\r\n",
        b"ERROR :Closing Link\r\n",
        b"PING :x\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"220 Welcome\r\n",
        b"@time=x :irc.example NOTICE * :hi\r\n",
    ];
    for (client, answers) in REQUESTS {
        for answer in answers {
            assert_eq!(
                answered(client, answer),
                (Ok(true), false),
                "{} {}",
                client.escape_ascii(),
                answer.escape_ascii()
            );
        }
        for other in others {
            let taken_back = !client.starts_with(b"GET");
            let (found, seen) = (Err(other.to_vec()), (client.escape_ascii(), other.escape_ascii()));
            assert_eq!(answered(client, other), (found, taken_back), "{} {}", seen.0, seen.1);
        }
    }
}

#[test]
fn a_websocket_waits_for_what_is_said_in_it() {
    let request = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    let answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
    assert_eq!(probe(&request[..20], b"", false), Probe::Unsure);
    assert_eq!(probe(request, b"", false), Probe::Unsure);
    assert_eq!(probe(request, answer, false), Probe::Unsure);
    assert_eq!(probe(request, b"HTTP/1.1 404 Not Found\r\n\r\n", false), Probe::Yes);
    let said = [&request[..], b"\x81\x14{\"op\": 1, \"d\": null}"].concat();
    assert_eq!(probe(&said, answer, false), Probe::Yes);
    let flow = Solo::<Named>::new().flow;
    let start = |server: &[u8]| {
        let opening = Opening { client: request, server, flow: &flow, last: true };
        let mut solo = Solo::<Named>::with(Named::start(&opening));
        solo.client(request);
        solo.shared.confirmed
    };
    assert_eq!(start(answer), ["http", "websocket"]);
    assert_eq!(start(b""), ["http"]);
}

#[test]
fn names_that_zeek_lacks_are_known() {
    assert!(is_zeeks("http") && is_zeeks("ssl") && !is_zeeks("telnet"));
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(client in proptest::collection::vec(any::<u8>(), 0..300), server in proptest::collection::vec(any::<u8>(), 0..300)) {
        for transport in [Tcp, Udp] {
            let _ = recognize(transport, &client, &server);
        }
    }

    #[test]
    fn a_name_once_found_stays_and_no_stays_no(client in "(GET / HTTP/1.1\r\n|EHLO x\r\n|NICK a\r\n|\\*1\r\n\\$4|OPTIONS \\* RTSP/1.0\r\n|[ -~]{0,20}\r\n)", cut in 0usize..30) {
        let bytes = client.as_bytes();
        let head = &bytes[..cut.min(bytes.len())];
        match probe(head, b"", false) {
            Probe::Yes => prop_assert_eq!(recognize(Tcp, head, b""), recognize(Tcp, bytes, b"")),
            Probe::No => prop_assert_eq!(recognize(Tcp, bytes, b""), None),
            _ => {}
        }
    }
}
