//! Laws: cuts do not matter, nothing panics, nothing grows, time is linear.

mod support;

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use support::made::{CHACHA, CIPHERS, CLIENT, Made, SERVER, kexinit, offer, packet, string};
use support::{Piece, decode_invariantly};
use wiretale_protocol::{Chunk, Demand, Direction, End, Protocol};
use wiretale_ssh::{KexInit, Ssh};
use wiretale_testkit::{Solo, cut};

fn conversation() -> impl Strategy<Value = Vec<(Direction, Vec<u8>)>> {
    let ident = prop_oneof![
        Just(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
        Just(b"SSH-1.99-x y\n".to_vec()),
        Just(b"SSH-1.5-x\r".to_vec()),
        Just([&b"SSH-2.0-"[..], &[b'y'; 400], b"\r\n"].concat()),
        Just(b"hello\r\n\nSSH-2.0-z\r\n".to_vec()),
    ];
    let body = prop_oneof![
        3 => Just(kexinit("curve25519-sha256,ext-info-c", "aes128-ctr", "hmac-sha1", "none")),
        1 => Just(kexinit("new", "aes256-gcm@openssh.com", "hmac-sha1", "zlib")),
        2 => Just(packet(31, &[string(&string(b"ssh-rsa")), string(b"q"), string(b"s")].concat())),
        2 => Just(packet(21, &[])),
        1 => (0u8..60, vec(any::<u8>(), 0..40)).prop_map(|(number, body)| packet(number, &body)),
        1 => vec(0u8..4, 0..30),
        1 => Just(b"NICK ann\r\nUSER a 0 * :Ann\r\n".to_vec()),
        1 => Just(b":irc.example 001 ann :Welcome\r\n".to_vec()),
        1 => Just([&packet(21, &[])[..], b"NICK ann\r\nUSER a"].concat()),
        1 => prop_oneof![Just(u32::MAX), Just(u32::MAX >> 1), Just(0), Just(1)].prop_map(|n| n.to_be_bytes().to_vec()),
    ];
    let turn =
        (prop_oneof![Just(CLIENT), Just(SERVER)], vec(body, 0..4)).prop_map(|(side, parts)| (side, parts.concat()));
    (ident.clone(), ident, vec(turn, 0..8))
        .prop_map(|(client, server, turns)| [vec![(SERVER, server), (CLIENT, client)], turns].concat())
}

// At least so many, or as many as are asked for.
fn cases() -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig { cases: asked.cases.max(400), ..asked }
}

// What is said of turns, each cut into pieces that come at the time of its first byte: turns are known by that.
fn said(turns: &[(Direction, Vec<u8>)], pieces: impl Fn(&[u8]) -> Vec<&[u8]>) -> Vec<String> {
    let mut solo = Solo::<Ssh>::new();
    for (side, bytes) in turns {
        let before = solo.now + Duration::from_millis(7);
        for piece in pieces(bytes) {
            solo.now = before;
            solo.chunk(*side, Chunk::Data(piece));
        }
    }
    solo.end().said()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_said_of_the_clear_part_does_not_depend_on_the_cuts(
        turns in conversation(), cuts in vec(0usize..600, 0..6)
    ) {
        let whole = said(&turns, |bytes| cut(bytes, &[]));
        prop_assert_eq!(&said(&turns, |bytes| cut(bytes, &cuts)), &whole, "{:?}", cuts);
        prop_assert_eq!(&said(&turns, |bytes| bytes.chunks(1).collect()), &whole, "one byte at a time");
    }

    #[test]
    fn no_bytes_panic(turns in vec((any::<bool>(), vec(any::<u8>(), 0..200), 0u64..50), 0..12), known in any::<bool>()) {
        let mut solo = Solo::<Ssh>::new();
        if known {
            solo.client(b"SSH-2.0-a\r\n").server(b"SSH-1.99-b\r\n");
        }
        for (client, bytes, lost) in turns {
            let side = if client { CLIENT } else { SERVER };
            solo.chunk(side, Chunk::Data(&bytes));
            if lost > 40 {
                solo.chunk(side, Chunk::Gap(lost));
            }
        }
        solo.end();
    }

    #[test]
    fn sealed_sizes_of_any_kind_are_judged_alike_however_cut(
        which in 0usize..5, turns in vec((any::<bool>(), vec(1usize..300, 1..4), 0u64..200), 0..40)
    ) {
        let mut made = Made::opened(CIPHERS[which], "OpenSSH_9.9");
        for (client, payloads, pause) in turns {
            made.wait(pause);
            if client { made.client(&payloads) } else { made.server(&payloads) };
        }
        made.end();
        decode_invariantly(&made.recorded, 4);
    }

    #[test]
    fn offers_of_any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let _ = KexInit::parse(&bytes);
    }
}

#[test]
fn hostile_lengths_cost_nothing() {
    for length in [0, 1, 2, u32::MAX >> 1, u32::MAX] {
        let mut solo = Solo::<Ssh>::new();
        solo.client(b"SSH-2.0-a\r\n").server(b"SSH-2.0-b\r\n");
        solo.client(u32::to_be_bytes(length)).client(vec![0; 100_000]).end();
        let weirds = solo.said().iter().filter(|line| line.contains(" weird ")).count();
        assert_eq!(weirds, 1, "{length}");
    }
}

#[test]
fn a_string_longer_than_its_packet_is_a_weird() {
    let mut body = vec![0; 16];
    body.extend(u32::MAX.to_be_bytes());
    let mut solo = Solo::<Ssh>::new();
    solo.client(b"SSH-2.0-a\r\n").server(b"SSH-2.0-b\r\n").client(packet(20, &body));
    assert!(solo.said().iter().any(|line| line.contains("SSH_bad_kexinit")));
}

#[test]
fn lists_of_too_many_names_are_named_as_zeek_names_them() {
    let names = vec!["x"; 1000].join(",");
    let names = names.as_str();
    let mut solo = Solo::<Ssh>::new();
    solo.client(b"SSH-2.0-a\r\n").server(b"SSH-2.0-b\r\n").client(offer(&[names; 10]));
    let said = solo.said();
    let weirds: Vec<&String> = said.iter().filter(|line| line.contains(" weird ")).collect();
    assert_eq!(weirds.len(), 10);
    assert!(weirds[0].ends_with("SSH_max_kexinit_kex_algorithms_exceeded 1000 > 100"), "{}", weirds[0]);
}

#[test]
fn text_behind_newkeys_on_both_sides_is_read_anew_from_its_first_byte_on_however_it_is_cut() {
    let keys = packet(21, &[]);
    let [said, told] = [&b"NICK ann\r\nUSER a 0 * :Ann\r\n"[..], b":irc.example 001 ann :hi\r\n"];
    for piece in [1, 2, 3, 7, 16, 1000] {
        let mut solo = Solo::<Ssh>::new();
        solo.client(b"SSH-2.0-a\r\n").server(b"SSH-2.0-b\r\n");
        for bytes in [&keys, said].concat().chunks(piece) {
            assert_eq!(solo.chunk(CLIENT, Chunk::Data(bytes)), Demand::Stream);
        }
        let whole = [&keys, told].concat();
        let begins = whole.chunks(piece).enumerate().find_map(|(n, bytes)| {
            let anew = solo.chunk(SERVER, Chunk::Data(bytes)) == Demand::Anew;
            let begins = n * piece + Ssh::passed_before_anew(&solo.decoder);
            anew.then(|| begins - Ssh::before_anew(&solo.decoder).len())
        });
        assert_eq!(begins, Some(keys.len()), "{piece}");
        // One byte that is none of text is enough to be taken for encrypted.
        let mut solo = Solo::<Ssh>::new();
        solo.client(b"SSH-2.0-a\r\n").server(b"SSH-2.0-b\r\n").client([&keys, said].concat());
        let sealed = [&keys[..], &told[..15], b"\x80", told].concat();
        assert!(sealed.chunks(piece).all(|bytes| solo.chunk(SERVER, Chunk::Data(bytes)) == Demand::Stream), "{piece}");
    }
}

#[test]
fn of_long_lists_only_the_first_hundred_names_are_compared() {
    let agreed = |before: usize| {
        let list = [vec!["x"; before].join(","), ",both".to_owned()].concat();
        let list = list.trim_start_matches(',');
        let mut solo = Solo::<Ssh>::new();
        solo.client(b"SSH-2.0-a\r\n").server(b"SSH-2.0-b\r\n").client(offer(&[list; 10])).server(offer(&["both"; 10]));
        solo.said().iter().filter(|line| line.contains("Negotiated")).any(|line| line.contains("kex: both"))
    };
    assert!([0, 1, 99].into_iter().all(agreed));
    assert!(![100, 101, 2400].into_iter().any(agreed));
}

#[test]
fn an_endless_banner_is_capped() {
    let mut solo = Solo::<Ssh>::new();
    for _ in 0..1 << 20 {
        solo.server(b"S");
    }
    assert!(solo.said().is_empty());
    solo.server(b"\n");
    let said = solo.said();
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|line| line.len() < 400));
}

#[test]
fn endless_lines_before_the_identification_end_the_decoding() {
    let mut solo = Solo::<Ssh>::new();
    solo.server(b"x\n".repeat(5000));
    assert_eq!(solo.said().len(), 1025);
}

#[test]
fn an_end_of_any_kind_ends_it() {
    for end in [End::Finished, End::Reset, End::Abandoned] {
        let mut made = Made::opened(CHACHA, "OpenSSH_9.9");
        made.asks(4, None).refuses().asks(4, Some(9)).refuses().end();
        for (_, _, piece) in &mut made.recorded.pieces {
            if let Piece::End(kind) = piece {
                *kind = end;
            }
        }
        let login = decode_invariantly(&made.recorded, 2).unwrap().session.unwrap().login;
        assert_eq!((login.accepted, login.attempts), (Some(false), 1));
    }
}

#[test]
fn what_a_server_says_first_is_no_other_protocol_s_while_an_offer_comes_in_pieces() {
    let offer = offer(&["curve25519-sha256"; 10]);
    let told = |client: &[u8]| {
        let mut solo = Solo::<Ssh>::new();
        solo.client([b"SSH-2.0-dropbear\r\n", client].concat());
        solo.chunk(SERVER, Chunk::Data(b"Welcome\r\nSSH-2.0-OpenSSH_9.9\r\n"))
    };
    assert!((6..=offer.len()).all(|len| told(&offer[..len]) == Demand::Stream));
    // But where it says words in it.
    let words = [&offer[..22], &[0, 0, 1, 0], b"NICK ann\r\n"].concat();
    assert_eq!(told(&words), Demand::Anew);
}
