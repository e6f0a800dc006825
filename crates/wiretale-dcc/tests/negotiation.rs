//! What becomes of offers.

mod common;

use std::time::Duration;

use common::{Said, Session, weirds};
use wiretale_dcc::{Change, Dcc, DccChat, Kind, Negotiation, Provenance};
use wiretale_protocol::{Address, Direction, Endpoint, Protocol};

const CRACKER: &str = "CrAcKeR!~crk@198.51.100.201";

#[test]
fn an_offer_announces_its_connection() {
    let mut session = Session::new();
    assert!(session.server(CRACKER, "sh4d0w", "SEND cracklib.tar.gz 3325256905 33000 150245"));
    let expected = session.expected();
    assert_eq!((expected.len(), expected[0].tag, expected[0].client), (1, Dcc::TAG, None));
    assert_eq!(expected[0].server, Endpoint::new(Address::v4([198, 51, 100, 201]), 33000));
    let announced = expected[0].note.peek::<wiretale_dcc::Announced>().expect("an offer");
    assert_eq!((&*announced.from, &*announced.to), (&b"CrAcKeR"[..], &b"sh4d0w"[..]));
    assert_eq!((&*announced.name, announced.size, announced.start), (&b"cracklib.tar.gz"[..], Some(150_245), 0));
    assert_eq!((announced.reverse, announced.provenance), (false, Provenance::Own));
    assert!(session.server(CRACKER, "sh4d0w", "CHAT CHAT 3325256905 33001"));
    assert_eq!(session.expected()[0].tag, DccChat::TAG);
}

#[test]
fn a_passive_offer_waits_for_its_answer() {
    let mut session = Session::new();
    assert!(session.client("sh4d0w", "CrAcKeR", "SEND warez-list.txt 16843009 0 13556 20"));
    assert!(session.expected().is_empty(), "nowhere to connect to yet");
    let answer = "SEND warez-list.txt 3325256905 33000 13556 20";
    let change = session.say(Direction::Server, CRACKER, "sh4d0w", answer, |step| {
        step.map(|step| (step.change, step.announced.offer.number))
    });
    assert_eq!(change, Some((Change::Answered, 1)));
    let announced = session.announced();
    assert_eq!(announced.server.port, 33000);
    assert!(announced.reverse, "the offerer connects and sends");
    assert_eq!((&*announced.from, &*announced.to), (&b"sh4d0w"[..], &b"CrAcKeR"[..]));
}

#[test]
fn an_answer_to_an_unseen_passive_offer_is_known_by_its_token() {
    let mut session = Session::new();
    session.server(CRACKER, "sh4d0w", "SEND warez-list.txt 3325256905 33000 13556 20");
    let announced = session.announced();
    assert!(announced.reverse);
    assert_eq!((&*announced.from, &*announced.to), (&b"sh4d0w"[..], &b"CrAcKeR"[..]));
}

#[test]
fn resume_and_accept_announce_the_same_connection_with_its_start() {
    let mut session = Session::new();
    session.server(CRACKER, "sh4d0w", "SEND appz-01.iso 3325256905 33000 250000");
    assert_eq!(session.announced().start, 0);
    session.client("sh4d0w", "CrAcKeR", "RESUME appz-01.iso 33000 60000");
    assert_eq!(session.announced().start, 60000);
    session.server(CRACKER, "sh4d0w", "ACCEPT file.ext 33000 60000");
    let announced = session.announced();
    assert_eq!((announced.start, announced.server.port, announced.offer.number), (60000, 33000, 1));
    assert!(!session.server(CRACKER, "sh4d0w", "ACCEPT other 33333 1"), "no such offer");
}

#[test]
fn a_passive_transfer_may_be_resumed() {
    let mut session = Session::new();
    session.client("sh4d0w", "CrAcKeR", "SEND a.txt 0 0 100 7");
    session.server(CRACKER, "sh4d0w", "RESUME a.txt 0 40 7");
    session.client("sh4d0w", "CrAcKeR", "ACCEPT a.txt 0 40 7");
    assert!(session.expected().is_empty());
    session.server(CRACKER, "sh4d0w", "SEND a.txt 3325256905 33000 100 7");
    let announced = session.announced();
    assert_eq!((announced.start, announced.reverse), (40, true));
}

#[test]
fn a_refusal_finds_its_offer() {
    let mut session = Session::new();
    session.client("alice", "bob", "SEND a.txt 169083655 5000 100");
    session.client("alice", "bob", "CHAT chat 169083655 5001");
    let refused = |text: &str, session: &mut Session| {
        session.say(Direction::Server, "Bob!b@x", "alice", text, |step| {
            step.map(|step| (step.change, step.announced.kind, step.announced.offer.number))
        })
    };
    assert_eq!(refused("REJECT SEND a.txt", &mut session), Some((Change::Refused, Kind::Send, 1)));
    assert_eq!(refused("REJECT CHAT chat", &mut session), Some((Change::Refused, Kind::Chat, 2)));
    assert_eq!(refused("REJECT SEND b.txt", &mut session), None);
}

#[test]
fn an_echo_is_no_second_offer_but_a_repetition_later_is() {
    let mut session = Session::new();
    assert!(session.client("alice", "bob", "SEND a.txt 169083655 5000 100"));
    assert!(!session.server("alice!a@home", "bob", "SEND a.txt 169083655 5000 100"));
    session.now = session.now + Duration::from_secs(60);
    assert!(session.client("alice", "bob", "SEND a.txt 169083655 5000 100"));
    let numbers: Vec<u32> =
        session.expected().iter().map(|e| e.note.peek::<wiretale_dcc::Announced>().unwrap().offer.number).collect();
    assert_eq!(numbers, [1, 1, 2]);
}

#[test]
fn a_flood_of_offers_is_bounded_and_said_once() {
    let mut session = Session::new();
    for port in 0..2000u32 {
        session.server(CRACKER, "sh4d0w", &format!("SEND f{port} 3325256905 {} 1", 10_000 + port));
    }
    let most = Negotiation::MOST as u64;
    assert_eq!(session.expected().len() as u64, most);
    assert_eq!(session.negotiation.dropped(), 2000 - most);
    assert_eq!(weirds(&session.tape.0), ["irc_max_dcc_expected_transfers_exceeded"]);
    session.now = session.now + Negotiation::LIFETIME;
    assert!(session.server(CRACKER, "sh4d0w", "SEND late 3325256905 5000 1"), "old offers make room");
}

#[test]
fn nothing_to_connect_to_is_no_connection() {
    let mut session = Session::new();
    session.server(CRACKER, "sh4d0w", "SEND startkeylogger 0 0 0");
    session.server(CRACKER, "sh4d0w", "SEND x 0.0.0.0 5000 1");
    assert!(session.expected().is_empty());
}

#[test]
fn a_link_between_servers_knows_no_senders_address() {
    let mut session = Session::new();
    session.negotiation.set_relayed(true);
    session.client("alice", "bob", "SEND a.txt 3325256905 5000 100");
    let announced = session.announced();
    assert_eq!((announced.provenance, announced.private), (Provenance::Unknown, false));
    assert_eq!(session.tape.0, Vec::<Said>::new());
}

#[test]
fn private_addresses_are_marked() {
    let mut session = Session::new();
    session.client("alice", "bob", "SEND a.txt 169083655 5000 100");
    assert!(session.announced().private);
    session.client("alice", "bob", "SEND b.txt fd00::1 5000 100");
    assert!(session.announced().private);
}
