//! What comes behind a first exchange is found, however the bytes are cut, and however often that was exchanged.

use proptest::collection::vec;
use proptest::prelude::*;
use wiretale::protocol::Direction::{self, Client, Server};
use wiretale_testkit::cut;

use crate::disguises::{EXCHANGES, FTP, HTTP, IRC, SSH, Turns};
use crate::websockets::{services, services_on};

fn steps(turns: &[Turns<'_>]) -> Vec<(Direction, Vec<u8>)> {
    turns.iter().copied().flatten().map(|(from, text)| (*from, text.to_vec())).collect()
}

#[test]
fn what_is_said_byte_by_byte_hides_nothing_that_follows() {
    for (name, exchange) in EXCHANGES {
        let named = || Some(*name).into_iter().filter(|name| !name.is_empty());
        for (service, rest) in [("irc", IRC), ("ftp", FTP), ("ssh", SSH)] {
            let wanted: Vec<_> = named().chain([service]).collect();
            for segment in [1, 3] {
                let found = services(&steps(&[exchange, rest]), segment);
                assert_eq!(found, wanted, "{} {segment}", exchange[0].1.escape_ascii());
            }
        }
    }
}

#[test]
fn dozens_of_requests_hide_nothing_that_follows() {
    for (name, exchange) in EXCHANGES {
        // Those of no text count more.
        let text = exchange.iter().all(|(_, said)| !matches!(said, [0..=8 | 14..=31 | 128.., ..]));
        let many = vec![*exchange; if text { 60 } else { 15 }];
        for (service, rest) in [("irc", IRC), ("ftp", FTP), ("ssh", SSH)] {
            let wanted: Vec<_> = Some(*name).into_iter().filter(|name| !name.is_empty()).chain([service]).collect();
            for segment in [5, 1000] {
                let found = services(&[steps(&many), steps(&[rest])].concat(), segment);
                assert_eq!(found, wanted, "{} {segment}", exchange[0].1.escape_ascii());
            }
        }
    }
    // There is a bound.
    assert_eq!(services(&steps(&[&vec![HTTP; 250][..], &[IRC]].concat()), 1000), ["http"]);
}

// Behind a query, a whole one on port 53 or not.
const QUERY: &[u8] = b"\0\x21\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03irc\x07example\x03edu\0\0\x01\0\x01";

#[test]
fn a_query_or_what_looks_like_a_packet_hides_nothing_that_follows() {
    for (first, rest) in [
        (&[(Client, QUERY)][..], IRC),
        (&[(Client, QUERY)], &[(Server, &b":irc.example NOTICE * :hi\r\n"[..]), IRC[0], IRC[1], IRC[2]]),
        (&[(Client, QUERY), (Client, b"\x40\0")], IRC),
        (&[(Client, QUERY)], FTP),
        (&[(Client, b"SSH-2.0-x\r\n")], IRC),
        (&[(Client, b"SSH-2.0-x\r\n\0\0\x40\0")], IRC),
        (&[(Client, b"SSH-2.0-x\r\n\0\0\x40\0\x04\x14")], IRC),
        (&[(Client, b"SSH-2.0-x\r\n\0\0\x40\0")], FTP),
    ] {
        let service = if rest == FTP { "ftp" } else { "irc" };
        for segment in [1, 2, 5, 1000] {
            let found = services(&taken(&[first, rest]), segment);
            assert_eq!(found.last(), Some(&service), "{} {segment} {found:?}", first[0].1.escape_ascii());
        }
    }
}

// Both sides' names and offers, as SSH begins.
fn offers() -> Vec<(Direction, Vec<u8>)> {
    let mut offer = [&[0; 4][..], &[6, 20], &[7; 16]].concat();
    for list in ["curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha1", "hmac-sha1"] {
        offer.extend(string(list));
    }
    offer.extend(["none", "none", "", ""].map(string).concat());
    offer.extend([0; 5 + 6]);
    let length = u32::try_from(offer.len() - 4).expect("short");
    offer[..4].copy_from_slice(&length.to_be_bytes());
    let (server, client) = (b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), b"SSH-2.0-PuTTY\r\n".to_vec());
    vec![(Server, server), (Client, client), (Client, offer.clone()), (Server, offer)]
}

fn string(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).expect("short").to_be_bytes(), text.as_bytes()].concat()
}

// Each of these hides what follows from no port.
fn assert_hides_nothing(firsts: &[Vec<(Direction, Vec<u8>)>], rests: &[(&str, Turns<'_>)]) {
    for first in firsts {
        for ((service, rest), segment) in rests.iter().flat_map(|rest| [1, 5, 1000].map(|segment| (rest, segment))) {
            for port in [8888, 53] {
                let found = services_on(port, &joined([first.clone(), steps(&[rest])].concat()), segment);
                let last = first.last().map(|(_, text)| text.escape_ascii());
                assert!(found.contains(service), "{service} on {port} by {segment} behind {last:?}: {found:?}");
            }
        }
    }
}

fn followed(first: &[(Direction, Vec<u8>)], more: Turns<'_>) -> Vec<(Direction, Vec<u8>)> {
    [first.to_vec(), steps(&[more])].concat()
}

#[test]
fn a_goodbye_hides_nothing_that_follows_nor_does_a_login() {
    let login = steps(&[&[(Server, b"220 Welcome\r\n")], FTP]);
    let quit = followed(&login, &[(Client, b"QUIT\r\n"), (Server, b"221 Goodbye.\r\n")]);
    assert_hides_nothing(&[quit], &[("irc", IRC), ("ssh", SSH)]);
    // Nor does a reply without an end.
    let endless = followed(&steps(&[&[(Server, b"220 Welcome\r\n")], &FTP[..3]]), &[(Server, b"230-in\r\n")]);
    assert_hides_nothing(&[login, endless], &[("irc", IRC)]);
}

const NEWKEYS: &[u8] = b"\0\0\0\x0c\x0a\x15\0\0\0\0\0\0\0\0\0\0";

#[test]
fn an_exchange_as_ssh_has_it_or_a_part_of_one_hides_nothing_that_follows() {
    let whole = offers();
    let (name, names) = (&whole[1..2], &whole[..2]);
    let (ignored, large): (&[u8], &[u8]) =
        (b"\0\0\0\x0c\x04\x02\0\0\0\x02ab\0\0\0\0", b"\0\0\x40\0\x04\x02\0\0\x3f\xf0");
    let mut firsts = vec![whole.clone(), followed(&whole, &[(Server, NEWKEYS)])];
    firsts.push(followed(&whole, &[(Server, NEWKEYS), (Client, NEWKEYS)]));
    firsts.push(followed(name, &[(Client, b"\0\0\x40\0\x04\x140123456789abcdef\0\0\x3f\0")]));
    for packet in [ignored, large, b"\xff\xff\xff\xff", b"\xff\xff\xff\xff\x01"] {
        firsts.extend([name, names, &whole].map(|first| followed(first, &[(Client, packet)])));
    }
    assert_hides_nothing(&firsts, &[("irc", IRC), ("ftp", &LOGIN), ("ssh", SSH)]);
}

// What tells for FTP where its greeting was not heard.
const LOGIN: [(Direction, &[u8]); 6] =
    [FTP[0], FTP[1], FTP[2], FTP[3], (Client, b"PASV\r\n"), (Server, b"227 Entering Passive Mode (10,0,0,2,9,9)\r\n")];

#[test]
fn what_looks_like_the_head_of_a_long_message_hides_nothing_that_follows() {
    let head: Turns<'_> = &[(Client, b"\x7f\0\x12\x34\x01\0\0\x01\0\0\0\0\0\0")];
    let behind = followed(&steps(&[&[(Client, QUERY)]]), head);
    assert_hides_nothing(&[steps(&[head]), behind], &[("irc", IRC), ("ftp", &LOGIN), ("ssh", SSH)]);
}

#[test]
fn however_much_a_server_says_first_hides_nothing_that_its_client_begins() {
    let much = [b"welcome to this quiet place\n".repeat(100), vec![7; 3000]];
    for (first, rest) in much.iter().flat_map(|first| [(first, IRC), (first, FTP)]) {
        let service = if rest == FTP { "ftp" } else { "irc" };
        for said in [&b""[..], b"hello\r\n"] {
            for segment in [1, 5, 1000] {
                let found = services(&taken(&[&[(Server, first), (Client, said)], rest]), segment);
                assert_eq!(found.last(), Some(&service), "{} {segment} {found:?}", said.escape_ascii());
            }
        }
    }
}

// What a side may say, whole, half or not in its place.
const WORDS: [(Direction, &[u8]); 24] = [
    (Client, b"NICK ann\r\nUSER a 0 * :Ann\r\n"),
    (Client, b"NICK ann\r\n"),
    (Client, b"PASS x\r\n"),
    (Client, b"NO"),
    (Client, b"JOIN #c\r\n"),
    (Client, b"USER joe\r\n"),
    (Client, b"AUTH TLS\r\n"),
    (Client, b"SSH-2.0-x\r\n"),
    (Client, b"GET / HTTP/1.1\r\n\r\n"),
    (Client, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
    (Client, b"hello\r\n"),
    (Client, b"*1\r\n$4\r\nPING\r\n"),
    (Server, b":irc.example 001 ann :Welcome\r\n"),
    (Server, b":irc.example NOTICE * :hi\r\n"),
    (Server, b"HTTP/1.1 200 OK\r\n\r\n"),
    (Server, b"HTTP/1.1 101 Yes\r\n\r\n"),
    (Server, b"220 mail ESMTP\r\n"),
    (Server, b"220 Welcome\r\n"),
    (Server, b"331 password, please\r\n"),
    (Server, b"SSH-2.0-y\r\n"),
    (Server, b"hi there\r\n"),
    (Server, b"hi"),
    (Server, b"+PONG\r\n"),
    (Server, b"\0\0\0\x0c\x0a\x15\0\0\0\0\0\0\0\0\0\0"),
];

// As the sides take turns.
fn taken(turns: &[Turns<'_>]) -> Vec<(Direction, Vec<u8>)> {
    joined(steps(turns))
}

fn joined(steps: Vec<(Direction, Vec<u8>)>) -> Vec<(Direction, Vec<u8>)> {
    steps.into_iter().fold(Vec::new(), |mut taken: Vec<(Direction, Vec<u8>)>, (from, text)| {
        match taken.last_mut() {
            Some((before, said)) if *before == from => said.extend(text),
            _ => taken.push((from, text)),
        }
        taken
    })
}

proptest! {
    #[test]
    fn where_a_conversation_is_cut_makes_no_difference(
        first in 0..EXCHANGES.len(),
        words in vec(0..WORDS.len(), 0..8),
        cuts in vec(any::<usize>(), 0..6),
    ) {
        let exchange = EXCHANGES[first].1;
        let last = exchange[exchange.len() - 1].0;
        let words = words.iter().map(|at| WORDS[*at]).skip_while(|(from, _)| *from == last).collect::<Vec<_>>();
        let whole = taken(&[exchange, &words]);
        let pieces: Vec<_> = whole
            .iter()
            .flat_map(|(from, text)| cut(text, &cuts).into_iter().map(|piece| (*from, piece.to_vec())))
            .collect();
        // What was taken back may be said once more.
        let named = |steps: &[(Direction, Vec<u8>)], segment| {
            let mut found = services(steps, segment);
            found.dedup();
            found
        };
        let found = named(&whole, 1000);
        let shown = || whole.iter().map(|(from, text)| format!("{from:?} {}", text.escape_ascii())).collect::<Vec<_>>();
        prop_assert_eq!(&named(&pieces, 1000), &found, "{:?}", shown());
        prop_assert_eq!(&named(&whole, 1), &found, "{:?}", shown());
    }
}
