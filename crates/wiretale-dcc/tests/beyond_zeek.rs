//! What Zeek's IRC analyzer loses or gets wrong of DCC, one test for each.

mod common;

use common::{Said, Session, Wire, counts, data, weirds};
use wiretale_dcc::{
    Announced, Dcc, DccChat, Fate, Malformed, Message, Negotiation, Offers, Outcome, Provenance, parse,
};
use wiretale_protocol::Direction::{Client, Server};
use wiretale_protocol::{Address, Demand, Endpoint, FlowId, Opening, Protocol, Timestamp};

const BOB: &str = "bob!b@198.51.100.201";

fn wire<P: Protocol>(offer: &str) -> Wire<P>
where
    common::Tape: wiretale_protocol::Observe<P>,
{
    let mut session = Session::new();
    session.server(BOB, "alice", offer);
    Wire::announced(session.expected().remove(0))
}

fn address_of(text: &str) -> Result<Address, Malformed> {
    parse(text.as_bytes()).map(|message| match message {
        Message::Offer(offer) => offer.address,
        other => panic!("{other:?}"),
    })
}

#[test]
fn p27_lower_case_does_not_evade() {
    let mut session = Session::new();
    assert!(session.server(BOB, "alice", "send a.txt 3325256905 5000 9"));
    assert_eq!(session.announced().server.port, 5000);
}

#[test]
fn p28_a_quoted_name_with_spaces_and_numbers_does_not_choose_host_and_port() {
    let mut session = Session::new();
    session.server(BOB, "alice", "SEND \"x 167772161 22 y\" 3325256905 5000 9");
    let announced = session.announced();
    assert_eq!(&*announced.name, b"x 167772161 22 y");
    assert_eq!(announced.server.to_string(), "198.51.100.201:5000");
}

#[test]
fn p28_an_unquoted_name_with_spaces_is_read() {
    let mut session = Session::new();
    session.server(BOB, "alice", "SEND my holiday film.avi 3325256905 5000 9");
    assert_eq!(&*session.announced().name, b"my holiday film.avi");
}

#[test]
fn p29_a_chat_is_attached_and_its_lines_are_read() {
    let mut wire = wire::<DccChat>("CHAT chat 3325256905 5000");
    wire.client("hello there\n").server("hi back\n");
    let said = wire.end();
    assert_eq!(said[1], Said::Chat(Client, b"hello there".to_vec(), false));
    assert_eq!(said[2], Said::Chat(Server, b"hi back".to_vec(), false));
    assert_eq!(wire.shared.confirmed, ["irc-dcc-chat"]);
}

#[test]
fn p29_a_chat_whose_lines_come_in_pieces_is_one_and_a_prompt_is_none() {
    let flow = wiretale_testkit::flow();
    let may = |client, server| DccChat::may_be_text(&Opening { client, server, flow: &flow, last: true });
    assert!(may(b"hello, are", b"hi\n") && may(b"hello\n", b"hi"));
    assert!(!may(b"psychoid\n", b"Who are you? "));
}

#[test]
fn p29_resume_and_accept_are_no_addresses() {
    let mut session = Session::new();
    session.server(BOB, "alice", "SEND a.iso 3325256905 5000 250000");
    session.expected();
    session.client("alice", "bob", "RESUME a.iso 5000 70000");
    assert_eq!(session.announced().server.to_string(), "198.51.100.201:5000");
    session.server(BOB, "alice", "ACCEPT a.iso 5000 70000");
    assert_eq!(session.announced().start, 70000);
    assert_eq!(session.tape.0, []);
}

#[test]
fn p29_a_passive_send_is_matched_with_its_answer() {
    let mut session = Session::new();
    session.client("alice", "bob", "SEND a.txt 16843009 0 13556 20");
    session.server(BOB, "alice", "SEND a.txt 3325256905 5000 13556 20");
    let announced = session.announced();
    assert!(announced.reverse);
    assert_eq!((&*announced.from, announced.size), (&b"alice"[..], Some(13556)));
}

#[test]
fn p29_a_passive_chats_token_is_no_size() {
    let mut session = Session::new();
    session.client("alice", "bob", "CHAT chat 16843009 0 77");
    session.server(BOB, "alice", "CHAT chat 3325256905 5000 77");
    let expected = session.expected();
    assert_eq!((expected.len(), expected[0].tag), (1, DccChat::TAG));
    let announced = expected[0].note.peek::<Announced>().expect("an offer");
    assert_eq!((announced.size, &*announced.token), (None, &b"77"[..]));
}

#[test]
fn p29_every_kind_of_offer_is_announced() {
    for (offer, tag) in [
        ("TSEND a 3325256905 5000 9", Dcc::TAG),
        ("XSEND a 3325256905 5000 9", Dcc::TAG),
        ("SSEND a 3325256905 5000 9", Dcc::TAG),
        ("XMIT clear 198.51.100.201 5000 a 9", Dcc::TAG),
        ("SCHAT chat 3325256905 5000", DccChat::TAG),
    ] {
        let mut session = Session::new();
        session.server(BOB, "alice", offer);
        let expected = session.expected();
        assert_eq!((expected.len(), expected[0].tag), (1, tag), "{offer}");
    }
}

#[test]
fn p29_a_refusal_by_notice_is_seen() {
    let mut session = Session::new();
    session.client("alice", "bob", "SEND a.txt 169083655 5000 9");
    assert!(session.server(BOB, "alice", "REJECT SEND a.txt"));
}

#[test]
fn p30_dotted_and_ipv6_addresses_are_themselves() {
    assert_eq!(address_of("SEND a 10.0.0.1 5000 9"), Ok(Address::v4([10, 0, 0, 1])));
    assert_eq!(address_of("SEND a 2001:db8::1 5000 9").map(|a| a.to_string()), Ok("2001:db8::1".into()));
    assert_eq!(address_of("SEND a fe80::1 5000 9").map(|a| a.to_string()), Ok("fe80::1".into()));
    assert_eq!(address_of("SEND a 10.0.0 5000 9"), Err(Malformed::Host));
}

#[test]
fn p31_sizes_beyond_31_bits_stay_and_negative_ones_are_none() {
    for (text, size) in [
        ("SEND a 3325256905 5000 2147483648", Some(1 << 31)),
        ("SEND a 3325256905 5000 18446744073709551615", Some(u64::MAX)),
        ("SEND a 3325256905 5000 -1", None),
    ] {
        let Ok(Message::Offer(offer)) = parse(text.as_bytes()) else { panic!("{text}") };
        assert_eq!(offer.size, size, "{text}");
    }
}

#[test]
fn p32_counts_split_over_segments_are_whole() {
    let mut wire = wire::<Dcc>("SEND a 3325256905 5000 100");
    wire.server([7; 100]).client([0]).client([0, 0]).client([50, 0, 0, 0]).client([100]);
    let said = wire.end();
    assert_eq!((counts(&said), weirds(&said).len()), (vec![50, 100], 0));
}

#[test]
fn p32_counts_of_64_bits_are_read() {
    let mut wire = wire::<Dcc>("SEND a 3325256905 5000 5368709120");
    let gib = 1u64 << 30;
    for sent in 1..=5 {
        wire.chunk(Server, wiretale_protocol::Chunk::Gap(gib)).client((sent * gib).to_be_bytes());
    }
    let said = wire.end();
    assert_eq!(counts(&said), [gib, 2 * gib, 3 * gib, 4 * gib, 5 * gib]);
    assert_eq!(weirds(&said).len(), 0);
}

#[test]
fn p32_counts_of_32_bits_wrap_at_4_gib() {
    let mut wire = wire::<Dcc>("SEND a 3325256905 5000 5368709120");
    let gib = 1u64 << 30;
    for sent in 1..=5u64 {
        wire.chunk(Server, wiretale_protocol::Chunk::Gap(gib)).client(((sent * gib) as u32).to_be_bytes());
    }
    let said = wire.end();
    // The fourth count is all zeros, of which no client can be sure what it says.
    let counts = counts(&said);
    assert_eq!((counts.first(), counts.last()), (Some(&gib), Some(&(5 * gib))));
}

#[test]
fn p32_a_reverse_transfer_flows_from_the_client() {
    let mut session = Session::new();
    session.client("alice", "bob", "SEND a.txt 16843009 0 5 20");
    session.server(BOB, "alice", "SEND a.txt 3325256905 5000 5 20");
    let mut wire = Wire::<Dcc>::announced(session.expected().remove(0));
    wire.client("hello").server(5u32.to_be_bytes());
    let said = wire.end();
    assert_eq!(said[0], Said::Opened { name: Some(b"a.txt".to_vec()), sender: Client });
    assert_eq!((data(&said), counts(&said)), (b"hello".to_vec(), vec![5]));
}

#[test]
fn p32_the_flow_shows_who_sends_whatever_the_offer_says() {
    let mut wire = wire::<Dcc>("SEND a 3325256905 5000 11");
    wire.client("hel").client("lo world").server(11u32.to_be_bytes());
    let said = wire.end();
    assert_eq!(said[0], Said::Opened { name: Some(b"a".to_vec()), sender: Client });
    assert_eq!((data(&said), counts(&said)), (b"hello world".to_vec(), vec![11]));
}

#[test]
fn p33_a_second_offer_does_not_rewrite_the_first() {
    let mut session = Session::new();
    session.server(BOB, "alice", "SEND first.txt 3325256905 5000 10");
    session.server(BOB, "alice", "SEND second.txt 3325256905 5001 20");
    let notes: Vec<Announced> =
        session.expected().into_iter().map(|expectation| expectation.note.take().expect("an offer")).collect();
    assert_eq!((&*notes[0].name, notes[0].size), (&b"first.txt"[..], Some(10)));
    assert_eq!((&*notes[1].name, notes[1].size), (&b"second.txt"[..], Some(20)));
}

#[test]
fn p33_an_offer_never_taken_still_has_its_record() {
    let (mut session, mut offers) = (Session::new(), Offers::new(9));
    session.say(Server, BOB, "alice", "SEND a.txt 3325256905 5000 10", |step| {
        offers.step(&step.expect("an offer"));
    });
    assert_eq!(offers.records()[0].fate, Fate::NeverTaken);
    let announced = session.announced();
    let opened = wiretale_dcc::Event::Opened { announced: Some(&announced), sender: Server };
    offers.event(FlowId(9), Timestamp::default(), &opened);
    assert_eq!(offers.records().len(), 1);
    assert_eq!((offers.records()[0].fate, offers.records()[0].flow), (Fate::Open, Some(FlowId(9))));
}

#[test]
fn p34_an_offer_of_a_victims_port_is_noted_and_its_flow_is_no_transfer() {
    let mut session = Session::new();
    session.client("mallory", "bob", "SEND a.txt 3325256716 22 1000");
    let expected = session.expected().remove(0);
    let announced = expected.note.peek::<Announced>().expect("an offer");
    assert!(matches!(announced.provenance, Provenance::Foreign { .. }));
    assert_eq!(weirds(&session.tape.0), ["irc_dcc_foreign_address", "irc_dcc_privileged_port"]);
    let mut wire = Wire::<Dcc>::announced(expected);
    wire.server("SSH-2.0-OpenSSH_10.0\r\n").client("SSH-2.0-OpenSSH_9.6\r\n");
    assert_eq!(wire.last, Demand::Nothing);
    assert_eq!(wire.shared.confirmed, [""; 0], "it is not confirmed as a transfer");
}

#[test]
fn an_offer_from_behind_an_address_translation_is_expected_on_both_sides_of_it() {
    let mut session = Session::new();
    session.client("alice", "bob", "SEND a.txt 3325256716 5000 1000");
    let expected = session.expected();
    let announced = expected[0].note.peek::<Announced>().expect("an offer");
    let Provenance::Foreign { sender } = announced.provenance else { panic!("the address is her own") };
    let servers: Vec<Endpoint> = expected.iter().map(|expected| expected.server).collect();
    assert_eq!(servers, [announced.server, Endpoint::new(sender, 5000)]);
    assert_ne!(sender, announced.server.address);
}

#[test]
fn p34_a_mask_with_an_address_tells_whose_it_is() {
    let mut session = Session::new();
    session.server("mallory!m@192.0.2.7", "alice", "SEND a.txt 3325256905 5000 9");
    let sender = Address::v4([192, 0, 2, 7]);
    assert_eq!(session.announced().provenance, Provenance::Foreign { sender });
    session.server(BOB, "alice", "SEND b.txt 3325256905 5000 9");
    assert_eq!(session.announced().provenance, Provenance::Own);
}

#[test]
fn p36_offers_are_bounded_and_the_first_drop_is_said() {
    let mut session = Session::new();
    for port in 1..=1000 {
        session.server(BOB, "alice", &format!("SEND f 3325256905 {port} {port}"));
    }
    assert_eq!(session.expected().len(), Negotiation::MOST);
    let exceeded = weirds(&session.tape.0).iter().filter(|name| name.contains("exceeded")).count();
    assert_eq!((exceeded, session.negotiation.dropped()), (1, 1000 - Negotiation::MOST as u64));
}

#[test]
fn a_transfer_cut_short_says_by_how_much() {
    let said = wire::<Dcc>("SEND a 3325256905 5000 100").server([1; 60]).end();
    let finished = said.iter().any(|said| matches!(said, Said::Finished { outcome: Outcome::Short(40), .. }));
    assert!(finished, "{said:?}");
}
