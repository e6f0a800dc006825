//! What Zeek's analyzer gets wrong or leaves out, each on bytes made for it. Every conversation is judged as made and
//! cut anew 25 times.

mod support;

use support::made::{CHACHA, CIPHERS, CLIENT, CTR, Made, SERVER, host_key, kexinit, packet, string};
use support::{Piece, Said, decode};
use wiretale_ssh::{Confidence, KexInit, Login};

#[test]
fn coalesced_and_split_segments_do_not_change_the_judgement() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "OpenSSH_9.9");
        made.asks(4, None).refuses().asks(4, Some(60)).refuses().asks(4, Some(60)).lets_in();
        made.client(&[300]).server(&[9, 5]).client(&[10]).server(&[40]);
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts, login.refused), (Some(true), 2, 1), "{}", cipher.name);
        assert!(login.confidence >= Confidence(80), "{}", cipher.name);
    }
}

#[test]
fn a_short_banner_before_the_first_refusal_is_no_refusal_of_its_own() {
    for cipher in CIPHERS {
        for banner in [40, 150, 900] {
            let mut made = Made::opened(cipher, "OpenSSH_9.9");
            made.asks(4, None).server(&[banner, 24]).asks(4, Some(60)).refuses().asks(4, Some(60)).refuses();
            let login = login(&mut made);
            let expected = (Some(false), 2);
            assert_eq!((login.accepted, login.attempts), expected, "{} {banner}", cipher.name);
        }
    }
}

#[test]
fn one_guess_without_asking_for_the_methods_first_is_an_attempt() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "paramiko_3.4.0");
        made.asks(4, Some(9)).refuses();
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts), (Some(false), 1), "{}", cipher.name);
    }
}

#[test]
fn every_guess_of_one_connection_counts() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "paramiko_3.4.0");
        for guess in 0..6 {
            made.asks(4, Some(6 + guess)).refuses();
        }
        let said = made.said();
        let refused = said.events.iter().filter(|event| event.contains("Attempt { accepted: false }")).count();
        assert_eq!(refused, 6, "{}", cipher.name);
        assert_eq!(said.session.unwrap().login.attempts, 6);
    }
}

#[test]
fn the_guess_answered_with_a_disconnect_counts() {
    let mut made = Made::opened(CHACHA, "libssh_0.10.6");
    made.asks(2, None).refuses();
    for _ in 0..5 {
        made.asks(2, Some(9)).refuses();
    }
    made.asks(2, Some(9)).server(&[45]);
    assert_eq!(login(&mut made).attempts, 6);
}

#[test]
fn forty_guesses_and_then_the_right_one() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "libssh_0.10.6");
        made.asks(4, None).refuses();
        for guess in 0..40 {
            made.asks(4, Some(6 + guess % 7)).refuses();
        }
        made.asks(4, Some(8)).lets_in();
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts, login.refused), (Some(true), 41, 40), "{}", cipher.name);
    }
}

#[test]
fn more_guesses_than_are_remembered_still_count() {
    let mut made = Made::opened(CHACHA, "libssh_0.10.6");
    made.asks(4, None).refuses();
    for _ in 0..200 {
        made.asks(4, Some(8)).refuses();
    }
    assert_eq!(login(&mut made).attempts, 200);
}

#[test]
fn asking_whether_a_key_would_do_is_no_attempt() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "OpenSSH_9.9");
        made.asks(4, None).refuses().key(4, false).server(&[71]).key(4, true).lets_in();
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts, login.none), (Some(true), 1, false), "{}", cipher.name);
    }
}

#[test]
fn keyboard_interactive_questions_are_no_refusals() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "OpenSSH_9.9");
        made.asks(4, None).refuses();
        for _ in 0..2 {
            made.client(&[59]).server(&[37]).client(&[120]).refuses();
        }
        made.client(&[59]).server(&[37]).client(&[120]).lets_in();
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts), (Some(true), 3), "{}", cipher.name);
    }
}

#[test]
fn a_partial_success_is_neither_refusal_nor_success() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "OpenSSH_9.9");
        made.asks(4, None).server(&[48]).key(4, false).server(&[71]).key(4, true).server(&[14]);
        made.asks(4, Some(60)).lets_in();
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts, login.refused), (Some(true), 1, 0), "{}", cipher.name);
    }
}

#[test]
fn the_method_none_may_be_enough() {
    for cipher in CIPHERS {
        let mut made = Made::opened(cipher, "OpenSSH_9.9");
        made.asks(4, None).lets_in();
        let login = login(&mut made);
        assert_eq!((login.accepted, login.attempts, login.none), (Some(true), 1, true), "{}", cipher.name);
    }
}

#[test]
fn delayed_compression_does_not_hide_the_login() {
    let mut made = Made::new(CTR);
    made.keyed("OpenSSH_9.9", "OpenSSH_9.9", "diffie-hellman-group14-sha256", "zlib@openssh.com");
    made.client(&[17]).server(&[17]).asks(4, None).refuses().asks(4, Some(60)).refuses();
    assert_eq!(login(&mut made).accepted, Some(false));
}

#[test]
fn compression_from_the_start_is_not_guessed_at() {
    let mut made = Made::new(CTR);
    made.keyed("OpenSSH_3.6", "OpenSSH_3.1", "diffie-hellman-group14-sha256", "zlib");
    made.client(&[17]).server(&[17]).asks(4, None).refuses().asks(4, Some(60)).refuses();
    assert_eq!(login(&mut made), Login::default());
}

#[test]
fn every_key_exchange_method_leads_to_the_host_key() {
    for kex in [
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "ecdh-sha2-nistp256",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "sntrup761x25519-sha512",
        "mlkem768x25519-sha256",
    ] {
        let said = made_with(kex);
        assert_eq!((said.fingerprints.len(), said.confirmed(), said.weirds.len()), (1, true, 0), "{kex}");
        assert_eq!(said.session.unwrap().login.accepted, Some(true), "{kex}");
    }
}

#[test]
fn a_key_exchange_method_of_tomorrow_breaks_nothing() {
    let said = made_with("hqc9000x25519-sha1024");
    assert_eq!(said.weirds, ["ssh_unknown_kex_algorithm hqc9000x25519-sha1024"]);
    assert_eq!(said.fingerprints.len(), 1);
    assert_eq!(said.session.unwrap().login.accepted, Some(true));
}

#[test]
fn group_exchange_gss_and_rsa_have_their_host_key_elsewhere() {
    for (kex, steps) in [
        ("diffie-hellman-group-exchange-sha256", &[(CLIENT, 34u8), (SERVER, 31), (CLIENT, 32), (SERVER, 33)][..]),
        ("gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==", &[(CLIENT, 30), (SERVER, 33), (SERVER, 32)]),
        ("rsa2048-sha256", &[(SERVER, 30), (CLIENT, 31), (SERVER, 32)]),
    ] {
        let mut made = Made::new(CTR);
        made.clear(CLIENT, b"SSH-2.0-a\r\n").clear(SERVER, b"SSH-2.0-b\r\n");
        let offer = kexinit(kex, CTR.name, CTR.mac, "none");
        made.clear(CLIENT, &offer).clear(SERVER, &offer);
        for &(direction, number) in steps {
            made.clear(direction, &packet(number, &string(&host_key())));
        }
        made.clear(SERVER, &packet(21, &[])).clear(CLIENT, &packet(21, &[]));
        let said = made.said();
        assert_eq!(said.fingerprints.len(), 1, "{kex}: {:?}", said.events);
        assert!(said.events.iter().any(|event| event == "Client KexInitiated"), "{kex}");
    }
}

#[test]
fn one_side_alone_is_decoded_as_far_as_it_goes() {
    let mut made = Made::opened(CHACHA, "OpenSSH_9.9");
    made.asks(4, None).refuses().end();
    for side in [CLIENT, SERVER] {
        made.recorded.pieces.retain(|(_, direction, piece)| *direction == side || matches!(piece, Piece::End(_)));
        let said = decode(&made.recorded).expect("SSH");
        assert!(said.idents[side.index()].is_some() && said.weirds.is_empty(), "{:?}", said.weirds);
        // A server goes through the key exchange with none but a client.
        assert_eq!(said.confirmed(), side == SERVER);
        assert_eq!(said.session.unwrap().login.accepted, None);
        made = Made::opened(CHACHA, "OpenSSH_9.9");
        made.end();
    }
}

#[test]
fn http_to_an_ssh_server_is_not_ssh() {
    let mut made = Made::new(CHACHA);
    made.clear(CLIENT, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").clear(SERVER, b"SSH-2.0-OpenSSH_8.7\r\n").end();
    assert!(decode(&made.recorded).is_none());
    let mut made = Made::new(CHACHA);
    made.clear(SERVER, b"SSH-2.0-OpenSSH_8.7\r\n").clear(CLIENT, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").end();
    let said = decode(&made.recorded).expect("so far it was");
    assert_eq!((said.weirds.len(), said.confirmed()), (1, false));
}

#[test]
fn odd_banners_are_read() {
    let mut made = Made::new(CHACHA);
    made.clear(SERVER, b"Welcome\r\n\r\nto nowhere\nssh-1.99-Cisco 1.25 \0\0\n");
    made.clear(CLIENT, b"SSH-2.0-x\n");
    let said = made.said();
    assert_eq!(said.version, Some(2));
    assert_eq!(said.idents[1].as_deref(), Some("ssh-1.99-Cisco 1.25 \\x00\\x00"));
    assert_eq!(said.events.iter().filter(|event| event.contains("PreBanner")).count(), 2);
}

#[test]
fn a_gap_within_a_packet_ends_nothing() {
    let mut made = Made::new(CTR);
    made.keyed("OpenSSH_9.9", "OpenSSH_9.9", "curve25519-sha256", "none");
    made.client(&[17]).server(&[17]).asks(4, None).refuses().asks(4, Some(60)).refuses().asks(4, Some(60)).lets_in();
    made.end();
    // The middle of the server's key exchange reply, and a refusal, were not captured.
    lose(&mut made, |bytes| bytes.len() > 200 && bytes[5] == 31, 20..120);
    let refusal = CTR.packet(24).len();
    lose(&mut made, |bytes| bytes.len() == refusal && bytes[0] == 0xee, 0..refusal);
    let said = decode(&made.recorded).unwrap();
    assert!(said.confirmed());
    let login = said.session.unwrap().login;
    assert_eq!((login.accepted, login.attempts), (Some(true), 2));
}

// A login, and so many keystrokes. The yes was not captured, which is known only behind what the client said next.
fn typed_behind_a_lost_yes(keystrokes: u64) -> Made {
    let mut made = Made::opened(CTR, "OpenSSH_9.9");
    made.asks(4, None).refuses().asks(4, Some(60)).client(&[10]);
    let (at, ..) = made.recorded.pieces[made.recorded.pieces.len() - 1];
    made.recorded.pieces.push((at, SERVER, Piece::Gap(CTR.packet(1).len() as u64)));
    made.server(&[10]);
    (0..keystrokes).for_each(|_| {
        made.wait(150).client(&[10]).wait(20).server(&[10]);
    });
    made.end();
    made
}

#[test]
fn keystrokes_behind_a_lost_yes_are_no_refusals() {
    let login = decode(&typed_behind_a_lost_yes(40).recorded).unwrap().session.unwrap().login;
    assert_eq!((login.accepted, login.refused), (Some(true), 0));
    let login = decode(&typed_behind_a_lost_yes(4).recorded).unwrap().session.unwrap().login;
    assert_eq!((login.accepted, login.refused), (None, 0));
}

#[test]
fn answers_as_long_as_a_refusal_are_none_behind_a_lost_yes() {
    let mut made = typed_behind_a_lost_yes(0);
    made.recorded.pieces.truncate(made.recorded.pieces.len() - 2);
    // A tunnel, in which each word is as long as `publickey,password` with what stands around it.
    (0..40).for_each(|_| {
        made.wait(150).client(&[60]).wait(20).server(&[24]);
    });
    let login = decode(&made.end().recorded).unwrap().session.unwrap().login;
    assert_eq!((login.accepted, login.refused), (None, 0));
}

#[test]
fn keystrokes_of_which_half_were_lost_are_no_refusals() {
    let mut made = Made::new(CHACHA);
    made.keyed("OpenSSH_9.9", "OpenSSH_9.9", "curve25519-sha256", "none");
    (0..80).for_each(|_| {
        made.wait(150).client(&[10]).wait(20).server(&[10]);
    });
    made.end();
    // With its offer to exchange keys the client's algorithms are lost.
    lose(&mut made, |bytes| bytes.len() > 100 && bytes[5] == 20, 0..50);
    let login = decode(&made.recorded).unwrap().session.unwrap().login;
    assert_eq!((login.accepted, login.refused), (None, 0));
}

#[test]
fn new_keys_are_found_behind_a_gap() {
    let mut made = Made::new(CHACHA);
    made.keyed("OpenSSH_9.9", "OpenSSH_9.9", "curve25519-sha256", "none");
    made.client(&[17]).server(&[17]).asks(4, None).refuses().asks(4, Some(60)).lets_in().end();
    lose(&mut made, |bytes| bytes.len() > 200 && bytes[5] == 31, 0..50);
    let said = decode(&made.recorded).unwrap();
    assert_eq!(said.session.unwrap().login.accepted, Some(true));
}

#[test]
fn hassh_of_both_sides() {
    let mut made = Made::opened(CHACHA, "OpenSSH_9.9");
    let said = made.said();
    // md5 of "curve25519-sha256;chacha20-poly1305@openssh.com;hmac-sha2-256;none"
    assert_eq!(said.hassh, [HASSH, HASSH]);
}

#[test]
fn strict_kex_and_ext_info_are_noted() {
    let mut made = Made::new(CHACHA);
    made.clear(CLIENT, b"SSH-2.0-a\r\n").clear(SERVER, b"SSH-2.0-b\r\n");
    let client = "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com";
    let server = "curve25519-sha256,ext-info-s,kex-strict-s-v00@openssh.com";
    made.clear(CLIENT, &kexinit(client, CHACHA.name, CHACHA.mac, "none"));
    made.clear(SERVER, &kexinit(server, CHACHA.name, CHACHA.mac, "none"));
    let said = made.said();
    let negotiated = said.events.iter().find(|event| event.contains("Negotiated")).unwrap();
    assert!(negotiated.contains("strict: true"));
    let marks = |kex: &str| {
        let packet = kexinit(kex, CHACHA.name, CHACHA.mac, "none");
        KexInit::parse(&packet[6..]).map(|offer| (offer.strict(), offer.ext_info()))
    };
    assert_eq!([marks(client), marks(server)], [Some((true, true)); 2]);
    assert_eq!(marks("curve25519-sha256"), Some((false, false)));
}

#[test]
fn keys_offered_anew_in_the_clear_are_a_rekey() {
    let mut made = Made::new(CHACHA);
    made.clear(CLIENT, b"SSH-2.0-a\r\n").clear(SERVER, b"SSH-2.0-b\r\n");
    let offer = kexinit("curve25519-sha256", CHACHA.name, CHACHA.mac, "none");
    made.clear(CLIENT, &offer).clear(SERVER, &offer).clear(CLIENT, &offer);
    assert!(made.said().events.contains(&"Client Rekey".to_owned()));
}

#[test]
fn an_ssh_client_behind_the_listening_side_is_noticed() {
    for cipher in CIPHERS {
        let mut made = Made::new(cipher);
        made.clear(CLIENT, b"SSH-2.0-Server\r\n").clear(SERVER, b"SSH-2.0-OpenSSH_9.9\r\n");
        let offer = |kex| kexinit(kex, cipher.name, cipher.mac, "none");
        made.clear(CLIENT, &offer("curve25519-sha256")).clear(SERVER, &offer("curve25519-sha256,ext-info-c"));
        made.clear(SERVER, &packet(30, &string(&[9; 32])));
        made.clear(CLIENT, &[packet(31, &string(&host_key())), packet(21, &[])].concat());
        made.clear(SERVER, &packet(21, &[]));
        made.server(&[17]).client(&[17]).server(&[35]).client(&[24]).server(&[104]).client(&[1]).server(&[24, 34]);
        let said = made.said();
        assert!(said.events.contains(&"Server KexInitiated".to_owned()));
        let session = said.session.unwrap();
        assert!(session.client_listens);
        assert_eq!((session.login.accepted, session.login.attempts), (Some(true), 1), "{}", cipher.name);
    }
}

#[test]
fn typing_is_told_from_a_script() {
    for (pause, human) in [(170, true), (3, false)] {
        let mut made = inside();
        for key in 0..30 {
            made.wait(pause + key % 3 * 20 * u64::from(human)).client(&[10]).server(&[10]);
        }
        let typing = made.said().session.unwrap().typing;
        assert_eq!(typing.confidence > Confidence(0), human, "{typing:?}");
    }
}

#[test]
fn keystrokes_hidden_in_an_even_train_are_noticed() {
    let mut made = inside();
    for packet in 0..60 {
        made.wait(17 + packet % 3).client(&[10]).server(&[10]);
    }
    let session = made.said().session.unwrap();
    assert!(session.obfuscated.confidence >= Confidence(80), "{session:?}");
}

#[test]
fn typing_from_the_server_side_is_a_reverse_tunnel() {
    let mut made = inside();
    for key in 0..30 {
        made.wait(150 + key % 5 * 30).server(&[45]).client(&[45]);
    }
    let session = made.said().session.unwrap();
    assert!(session.reverse_typing.confidence >= Confidence(80) && session.reverse_tunnel >= Confidence(70));
    assert_eq!(session.typing.confidence, Confidence(0));
}

#[test]
fn copies_up_and_down_are_weighed() {
    let mut made = inside();
    for _ in 0..4 {
        made.client(&[32_000, 32_000]).server(&[9]);
    }
    made.server(&[32_000; 5]).client(&[9]);
    let session = made.said().session.unwrap();
    assert!(session.upload.bytes > 256_000 && session.upload.confidence == Confidence(90));
    assert!(session.download.bytes > 160_000 && session.download.confidence == Confidence(90));
}

#[test]
fn a_forwarding_without_a_session_is_noticed() {
    let mut made = Made::opened(CHACHA, "OpenSSH_9.9");
    made.asks(4, None).refuses().asks(4, Some(60)).server(&[1]).client(&[34]).server(&[400]);
    for _ in 0..3 {
        made.wait(500).client(&[66]).server(&[17]).client(&[90]).server(&[14_000]).client(&[5]).server(&[5, 5]);
    }
    let session = made.said().session.unwrap();
    assert!(session.local_forward >= Confidence(85), "{session:?}");
}

#[test]
fn ssh1_has_a_host_key_and_a_login() {
    let mut made = Made::new(CHACHA);
    made.clear(SERVER, b"SSH-1.99-OpenSSH_6.6\n").clear(CLIENT, b"SSH-1.5-OpenSSH_6.2\n");
    let key =
        |bits: u16| [&[0, 0, 4, 0, 0, 6, 35][..], &bits.to_be_bytes(), &vec![0xab; usize::from(bits) / 8]].concat();
    let data = [&[1; 8][..], &key(768), &key(1024), &[0; 12]].concat();
    made.clear(SERVER, &packet_one(2, &data)).clear(CLIENT, &packet_one(3, &[4; 140]));
    // The answer to the session key, to the user name, to a wrong and a right password and to the request for a
    // terminal; then a shell.
    made.clear(SERVER, &packet_one(14, &[]));
    for request in [8, 40, 40, 140] {
        made.clear(CLIENT, &packet_one(4, &vec![0; request])).clear(SERVER, &packet_one(15, &[]));
    }
    made.clear(CLIENT, &packet_one(12, &[])).clear(SERVER, &packet_one(17, &[0; 200]));
    let said = made.said();
    assert_eq!((said.version, said.confirmed(), said.fingerprints.len()), (Some(1), true, 1));
    let login = said.session.unwrap().login;
    assert_eq!((login.accepted, login.attempts, login.refused), (Some(true), 2, 1));
}

fn inside() -> Made {
    let mut made = Made::opened(CHACHA, "OpenSSH_9.9");
    made.asks(4, None).refuses().asks(4, Some(60)).lets_in().client(&[300]).server(&[9, 5, 90]);
    made
}

fn login(made: &mut Made) -> Login {
    made.said().session.expect("a session").login
}

fn made_with(kex: &str) -> Said {
    let mut made = Made::new(CHACHA);
    made.keyed("OpenSSH_9.9", "OpenSSH_9.9", kex, "none");
    made.client(&[17]).server(&[17]).asks(4, None).refuses().asks(4, Some(60)).lets_in();
    made.said()
}

fn lose(made: &mut Made, which: impl Fn(&[u8]) -> bool, range: std::ops::Range<usize>) {
    let at = made.recorded.pieces.iter().position(|(_, _, piece)| matches!(piece, Piece::Data(bytes) if which(bytes)));
    let (time, direction, piece) = made.recorded.pieces.remove(at.expect("such a piece"));
    let Piece::Data(bytes) = piece else { return };
    let parts = [
        Piece::Data(bytes[..range.start].to_vec()),
        Piece::Gap(range.len() as u64),
        Piece::Data(bytes[range.end..].to_vec()),
    ];
    let parts = parts.into_iter().filter(|part| *part != Piece::Data(Vec::new()));
    made.recorded.pieces.splice(at.unwrap()..at.unwrap(), parts.map(|part| (time, direction, part)));
}

fn packet_one(kind: u8, data: &[u8]) -> Vec<u8> {
    let length = 1 + data.len() + 4;
    let mut packet = Vec::from(u32::try_from(length).unwrap().to_be_bytes());
    packet.resize(4 + 8 - length % 8, 0);
    packet.push(kind);
    packet.extend_from_slice(data);
    packet.extend([0; 4]);
    packet
}

const HASSH: &str = "5ba011fd9c6ce284eacc0176444acca2";
