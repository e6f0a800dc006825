//! Transfers and chats.

mod common;

use common::{Said, Session, Tape, Wire, counts, data, weirds};
use proptest::prelude::*;
use wiretale_dcc::{Dcc, DccChat, Outcome};
use wiretale_protocol::Direction::{self, Client, Server};
use wiretale_protocol::{Chunk, Demand, Observe, Opening, Probe, Protocol};
use wiretale_testkit::cut;

fn wire<P: Protocol>(offer: &str) -> Wire<P>
where
    Tape: Observe<P>,
{
    let mut session = Session::new();
    session.server("bob!b@198.51.100.201", "alice", offer);
    Wire::announced(session.expected().remove(0))
}

fn finished(said: &[Said]) -> (u64, u64, Outcome) {
    match said.iter().find(|said| matches!(said, Said::Finished { .. })) {
        Some(Said::Finished { bytes, start, outcome }) => (*bytes, *start, *outcome),
        _ => panic!("not finished: {said:?}"),
    }
}

fn probe(client: &[u8], server: &[u8], last: bool) -> Probe {
    let flow = common::flow([10, 0, 0, 1], [10, 0, 0, 2]);
    Dcc::probe(&Opening { client, server, flow: &flow, last })
}

#[test]
fn a_transfer_from_offer_to_outcome() {
    let mut wire = wire::<Dcc>("SEND a.txt 3325256905 5000 10");
    wire.server("hello").client(5u32.to_be_bytes()).server("world").client(10u32.to_be_bytes());
    let said = wire.end();
    assert_eq!(
        said,
        [
            Said::Opened { name: Some(b"a.txt".to_vec()), sender: Server },
            Said::Begin { size: Some(10), start: 0 },
            Said::Data(b"hello".to_vec()),
            Said::Acknowledged(5),
            Said::Data(b"world".to_vec()),
            Said::Acknowledged(10),
            Said::End,
            Said::Finished { bytes: 10, start: 0, outcome: Outcome::Complete },
        ]
    );
    assert_eq!(wire.shared.confirmed, ["irc-dcc-data"]);
}

#[test]
fn the_words_before_the_file_of_an_xmit_are_none_of_it() {
    let begins = |start| Said::Begin { size: Some(9), start };
    for step in [1, 3, 100] {
        let mut wire = wire::<Dcc>("XMIT clear 198.51.100.201 5000 a 9");
        let stamp = 1_700_000_000u32.to_be_bytes();
        stamp.chunks(step).for_each(|piece| _ = wire.server(piece));
        4u32.to_be_bytes().chunks(step).for_each(|piece| _ = wire.client(piece));
        b"world".chunks(step).for_each(|piece| _ = wire.server(piece));
        let said = wire.end();
        assert_eq!((data(&said), &said[1]), (b"world".to_vec(), &begins(4)), "{step}");
        assert_eq!(finished(&said), (5, 4, Outcome::Complete));
    }
    // A sender who does not wait has no header.
    let mut plain = wire::<Dcc>("XMIT clear 198.51.100.201 5000 a 9");
    let said = plain.server("012").server("345").server("678").end();
    assert_eq!((data(&said), &said[1]), (b"012345678".to_vec(), &begins(0)));
    // Nor has one who sends three bytes and ends.
    let mut short = wire::<Dcc>("XMIT clear 198.51.100.201 5000 a 3");
    assert_eq!(finished(&short.server("abc").end()), (3, 0, Outcome::Complete));
    // Nothing to send: the receiver has it all.
    let mut nothing = wire::<Dcc>("XMIT clear 198.51.100.201 5000 a 9");
    let said = nothing.server([0, 0, 0, 1]).client([0, 0, 0, 9]).end();
    assert_eq!((data(&said), finished(&said)), (Vec::new(), (0, 9, Outcome::Complete)));
    // A position beyond the file is none.
    let mut beyond = wire::<Dcc>("XMIT clear 198.51.100.201 5000 a 9");
    assert_eq!(data(&beyond.server([1, 2, 3, 4]).client([9; 4]).server("56789").end()), b"\x01\x02\x03\x0456789");
}

#[test]
fn outcomes_are_counted_against_the_size() {
    for (offer, sent, outcome) in [
        ("SEND a 3325256905 5000 10", "0123456", Outcome::Short(3)),
        ("SEND a 3325256905 5000 4", "0123456", Outcome::Over(3)),
        ("SEND a 3325256905 5000", "0123456", Outcome::Unknown),
    ] {
        assert_eq!(finished(&wire::<Dcc>(offer).server(sent).end()).2, outcome);
    }
    assert_eq!(finished(&wire::<Dcc>("SEND a 3325256905 5000 9").end()), (0, 0, Outcome::Short(9)));
}

#[test]
fn lost_bytes_count_as_sent() {
    let mut wire = wire::<Dcc>("SEND a 3325256905 5000 10");
    wire.server("abc").chunk(Server, Chunk::Gap(4)).server("hij").client(10u32.to_be_bytes());
    let said = wire.end();
    assert_eq!(finished(&said), (10, 0, Outcome::Complete));
    assert!(said.contains(&Said::Gap(4)) && counts(&said) == [10]);
}

#[test]
fn counts_of_a_file_that_was_not_captured_are_no_file() {
    let counts_of = |file: &[u8]| {
        let mut wire = wire::<Dcc>("SEND a 3325256905 5000 4000");
        for count in [1000u32, 2400, 4000] {
            wire.client(count.to_be_bytes());
        }
        let said = wire.server(file).end();
        assert_eq!(said[0], Said::Opened { name: Some(b"a".to_vec()), sender: Server });
        assert_eq!(counts(&said), [1000, 2400, 4000]);
        assert_eq!(weirds(&said), [""; 0]);
        said
    };
    let said = counts_of(b"");
    assert_eq!(finished(&said), (4000, 0, Outcome::Complete));
    assert!(said.contains(&Said::Gap(4000)));
    // Some captures have what is counted behind the counts.
    assert_eq!(data(&counts_of(&[b'x'; 4000])), [b'x'; 4000]);
}

#[test]
fn behind_a_first_count_that_is_none_nothing_counts() {
    let bytes = [0u32, 0xff00, 255].map(u32::to_be_bytes).concat();
    for size in [1, 8, 12] {
        let mut wire = wire::<Dcc>("SEND a 3325256905 5000 300");
        for piece in bytes.chunks(size) {
            wire.client(piece);
        }
        let said = wire.end();
        assert_eq!(counts(&said), [0; 0], "{size}");
        assert_eq!(weirds(&said), ["irc_invalid_dcc_send_ack"], "{size}");
    }
}

#[test]
fn a_file_that_begins_with_a_small_number_is_one_all_the_same() {
    let film = *b"\x00\x00\x00\x18ftypmp42";
    for (file, size) in [(&film[..], 4000), (&film[..4], 4)] {
        let said = wire::<Dcc>(&format!("SEND a 3325256905 5000 {size}")).client(file).end();
        assert_eq!(said[0], Said::Opened { name: Some(b"a".to_vec()), sender: Client });
        assert_eq!(data(&said), file);
    }
}

#[test]
fn an_unseen_resume_shows_in_the_last_count() {
    let mut wire = wire::<Dcc>("SEND a 3325256905 5000 100");
    wire.server([1; 40]).client(80u32.to_be_bytes()).client(100u32.to_be_bytes());
    let said = wire.end();
    assert_eq!(finished(&said), (40, 60, Outcome::Complete));
    assert_eq!(weirds(&said), [""; 0]);
}

#[test]
fn a_transfer_is_known_by_its_counts_alone() {
    let file = [b'x'; 4000];
    let acks: Vec<u8> = [1000u32, 2000, 3000].iter().flat_map(|count| count.to_be_bytes()).collect();
    assert_eq!(probe(&acks, &file, false), Probe::Yes);
    assert_eq!(probe(&file, &acks, false), Probe::Yes);
    assert_eq!(probe(&acks[..8], &file, false), Probe::Unsure);
    assert_eq!(probe(&4000u32.to_be_bytes(), &file, true), Probe::Yes);
    let flow = common::flow([10, 0, 0, 1], [10, 0, 0, 2]);
    let decoder = Dcc::start(&Opening { client: &file, server: &acks, flow: &flow, last: false });
    let mut wire = Wire::<Dcc>::new(decoder);
    let said = wire.client(file).server(acks).end();
    assert_eq!(said[0], Said::Opened { name: None, sender: Client });
    assert_eq!((counts(&said), data(&said)), (vec![1000, 2000, 3000], file.to_vec()));
}

#[test]
fn other_protocols_are_no_transfer() {
    for (client, server) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], &b"HTTP/1.1 200 OK\r\n\r\n"[..]),
        (b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n"),
        (b"NICK a\r\n", b":irc 001 a :hi\r\n"),
        (b"\0\0\0\x01\0\0\0\x01\0\0\0\x01", b"xxxxxxxxxxxxxxxx"),
        (b"\0\0\0\x05\0\0\0\x03\0\0\0\x09", b"xxxxxxxxxxxxxxxx"),
    ] {
        assert_eq!(probe(client, server, false), Probe::No, "{client:?}");
    }
    assert_eq!(probe(b"", b"", true), Probe::No);
    assert_eq!(probe(b"", b"some banner", true), Probe::No);
}

#[test]
fn tls_is_noted_and_its_bytes_are_not_wanted() {
    let mut wire = wire::<Dcc>("SSEND a 3325256905 5000 100");
    wire.client(b"\x16\x03\x01\0\x05hello");
    assert_eq!(wire.last, Demand::Lengths);
    let said = wire.end();
    assert_eq!(said.len(), 2);
    assert_eq!(finished(&said).2, Outcome::Unknown);
}

#[test]
fn a_chat_says_its_lines() {
    let mut wire = wire::<DccChat>("CHAT chat 3325256905 5000");
    wire.server("Who are you?\r\n").client("\x01ACTION waves\x01\nlast words");
    let said = wire.end();
    assert_eq!(
        said[1..4],
        [
            Said::Chat(Server, b"Who are you?".to_vec(), false),
            Said::Chat(Client, b"\x01ACTION waves\x01".to_vec(), false),
            Said::Chat(Client, b"last words".to_vec(), false),
        ]
    );
    assert_eq!(wire.shared.confirmed, ["irc-dcc-chat"]);
    assert_eq!(finished(&said).0, 14 + 15 + 10, "line ends are bytes, too");
}

#[test]
fn bytes_of_a_chat_that_were_not_captured_crossed_all_the_same() {
    let mut wire = wire::<DccChat>("CHAT chat 3325256905 5000");
    wire.server("one\n");
    wire.chunk(Server, Chunk::Gap(100));
    assert_eq!(finished(&wire.end()).0, 104);
}

#[test]
fn what_no_one_types_is_no_chat() {
    for bytes in [&b"SSH-2.0-OpenSSH_10.0\r\n"[..], b"\0\x01\x02\n"] {
        let mut wire = wire::<DccChat>("CHAT chat 3325256905 22");
        wire.server(bytes);
        assert_eq!((wire.last, &*wire.shared.confirmed), (Demand::Nothing, &[][..]));
    }
}

type Turns = Vec<(Direction, Vec<u8>)>;

fn hear<P: Protocol>(offer: &str, turns: &Turns, pieces: impl Fn(&[u8]) -> Vec<&[u8]>) -> Vec<Said>
where
    Tape: Observe<P>,
{
    let mut wire = wire::<P>(offer);
    for (direction, bytes) in turns {
        for piece in pieces(bytes) {
            wire.chunk(*direction, Chunk::Data(piece));
        }
    }
    wire.end()
}

fn turns() -> impl Strategy<Value = Turns> {
    let direction = prop_oneof![Just(Client), Just(Server)];
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..40),
        proptest::collection::vec(0u32..60, 1..4)
            .prop_map(|counts| counts.iter().flat_map(|count| count.to_be_bytes()).collect()),
        "[ -~]{1,10}\r\n".prop_map(String::into_bytes),
    ];
    proptest::collection::vec((direction, bytes), 0..12)
}

proptest! {
    #[test]
    fn a_transfer_does_not_depend_on_the_cuts(
        turns in turns(), cuts in proptest::collection::vec(0usize..40, 0..6), size in 0u64..200, passive in any::<bool>(),
    ) {
        let token = if passive { " 7" } else { "" };
        let offer = format!("SEND a 3325256905 5000 {size}{token}");
        let whole = hear::<Dcc>(&offer, &turns, |bytes| vec![bytes]);
        prop_assert_eq!(&whole, &hear::<Dcc>(&offer, &turns, |bytes| cut(bytes, &cuts)));
        prop_assert_eq!(&whole, &hear::<Dcc>(&offer, &turns, |bytes| bytes.chunks(1).collect()));
    }

    #[test]
    fn a_chat_does_not_depend_on_the_cuts(turns in turns(), cuts in proptest::collection::vec(0usize..40, 0..6)) {
        let offer = "CHAT chat 3325256905 5000";
        let whole = hear::<DccChat>(offer, &turns, |bytes| vec![bytes]);
        prop_assert_eq!(&whole, &hear::<DccChat>(offer, &turns, |bytes| cut(bytes, &cuts)));
        prop_assert_eq!(&whole, &hear::<DccChat>(offer, &turns, |bytes| bytes.chunks(1).collect()));
    }

    #[test]
    fn every_byte_of_a_file_comes_out_once(file in proptest::collection::vec(any::<u8>(), 1..300), step in 1usize..50) {
        let mut wire = wire::<Dcc>(&format!("SEND a 3325256905 5000 {}", file.len()));
        let mut sent = 0;
        for piece in file.chunks(step) {
            sent += piece.len() as u32;
            wire.server(piece).client(sent.to_be_bytes());
        }
        let said = wire.end();
        prop_assert_eq!(data(&said), file.clone());
        prop_assert_eq!(counts(&said).last().copied(), Some(file.len() as u64));
        prop_assert_eq!(finished(&said), (file.len() as u64, 0, Outcome::Complete));
    }

    #[test]
    fn chunks_of_any_kind_are_taken(steps in proptest::collection::vec((any::<bool>(), 0u8..4, any::<u64>(), proptest::collection::vec(any::<u8>(), 1..20)), 0..30)) {
        let mut transfer = wire::<Dcc>("SEND a 3325256905 5000 100");
        let mut chat = wire::<DccChat>("CHAT a 3325256905 5000");
        for (client, kind, len, bytes) in &steps {
            let direction = if *client { Client } else { Server };
            let chunk = match kind {
                0 => Chunk::Gap((*len).max(1)),
                1 => Chunk::End(wiretale_protocol::End::Reset),
                _ => Chunk::Data(bytes),
            };
            transfer.chunk(direction, chunk);
            chat.chunk(direction, chunk);
        }
    }
}
