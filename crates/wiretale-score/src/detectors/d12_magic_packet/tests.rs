use super::*;
use crate::testing::{Client, HOST, Play, Server};
use wiretale_protocol::{Address, Observer, State};

const SENDER: [u8; 4] = [198, 51, 100, 9];

// A packet from the sender that begins a flow, and the flow.
fn from_outside(play: &mut Play, at: f64, port: u16, flags: Flags) -> usize {
    let flow = play.open_as(at, SENDER, HOST, 50_000, |flow| {
        (flow.client.port, flow.midstream) = (port, !flags.has(Flags::SYN));
    });
    pass(play, flow, at, Client, flags);
    flow
}

fn pass(play: &mut Play, flow: usize, at: f64, direction: Direction, flags: Flags) {
    let (seq, ack, window, payload, fresh) = (1_000_000, 2_000_000, 500, 0, 0);
    let passed = Passed { flags, seq, ack, window, payload, fresh, ip_len: 40, ttl: 60 };
    play.at(flow, at, direction, |scorer, scored, moment| scorer.passed(scored, moment, &passed));
}

fn call(play: &mut Play, at: f64, midstream: bool) {
    let flow = play.open_as(at, HOST, SENDER, 8443, |flow| flow.midstream = midstream);
    pass(play, flow, at, Client, if midstream { Flags::ACK } else { Flags::SYN });
}

#[test]
fn a_lone_packet_of_any_kind_is_a_stray() {
    for flags in [Flags::SYN, Flags::ACK, Flags::PSH, Flags::FIN] {
        let mut play = Play::of(MagicPacket::default());
        let flow = from_outside(&mut play, 0.0, 6000, flags);
        call(&mut play, 30.0, false);
        play.close_as(flow, 60.0, State::Oth, [1, 1], |summary| summary.history = b"Ar");
        assert_eq!(play.rows(), ["D12.callback"], "{flags:?}");
    }
}

#[test]
fn a_connection_met_in_the_middle_is_none() {
    let mut play = Play::of(MagicPacket::default());
    let flow = from_outside(&mut play, 0.0, 6000, Flags::ACK);
    call(&mut play, 30.0, false);
    assert!(play.rows().is_empty());
    play.close_as(flow, 60.0, State::Oth, [2, 2], |summary| summary.history = b"DadA");
    assert!(play.rows().is_empty());
}

#[test]
fn what_an_older_connection_left_is_none() {
    let mut play = Play::of(MagicPacket::default());
    let flow = from_outside(&mut play, 0.0, 8443, Flags::FIN);
    play.close_as(flow, 6.0, State::Oth, [1, 1], |summary| summary.history = b"Fr");
    call(&mut play, 30.0, false);
    assert!(play.rows().is_empty());
}

#[test]
fn a_way_to_a_name_weighs_a_third_of_a_call_to_an_address() {
    let strength = |named: bool| {
        let mut play = Play::of(MagicPacket::default());
        if named {
            play.scorer().names_mut().learn(Address::v4(SENDER), b"www.example.org");
        }
        from_outside(&mut play, 0.0, 6000, Flags::SYN);
        call(&mut play, 30.0, false);
        play.evidence()[0].strength
    };
    assert_eq!([false, true].map(strength), [1.0, NAMED]);
}

#[test]
fn a_connection_that_was_there_is_no_call() {
    let mut play = Play::of(MagicPacket::default());
    from_outside(&mut play, 0.0, 6000, Flags::SYN);
    call(&mut play, 30.0, true);
    assert!(play.rows().is_empty());
    call(&mut play, 40.0, false);
    assert_eq!(play.rows(), ["D12.callback"]);
}

#[test]
fn a_syn_that_is_answered_is_none() {
    let mut play = Play::of(MagicPacket::default());
    let flow = from_outside(&mut play, 0.0, 6000, Flags::SYN);
    pass(&mut play, flow, 0.1, Server, Flags::SYN);
    call(&mut play, 30.0, false);
    assert!(play.rows().is_empty());
}

#[test]
fn the_call_follows_the_stray_within_two_minutes() {
    for (at, rows) in [(120.0, 1), (121.0, 0)] {
        let mut play = Play::of(MagicPacket::default());
        from_outside(&mut play, 0.0, 6000, Flags::SYN);
        call(&mut play, at, false);
        assert_eq!(play.rows(), vec!["D12.callback"; rows], "{at}");
    }
    // What comes after the call asked for nothing.
    let mut play = Play::of(MagicPacket::default());
    call(&mut play, 0.0, false);
    from_outside(&mut play, 1.0, 6000, Flags::SYN);
    assert!(play.rows().is_empty());
}

#[test]
fn who_asks_for_the_ident_port_and_what_mail_calls_back_is_none() {
    for (asked, called) in [(113, 8443), (22, 113), (22, 25), (22, 20)] {
        let mut play = Play::of(MagicPacket::default());
        for (at, client, server, port) in [(0.0, SENDER, HOST, asked), (5.0, HOST, SENDER, called)] {
            let flow = play.open(at, client, server, port);
            pass(&mut play, flow, at, Client, Flags::SYN);
        }
        assert!(play.rows().is_empty(), "{asked} {called}");
    }
}

#[test]
fn datagrams_are_none() {
    let mut play = Play::of(MagicPacket::default());
    for (at, client, server) in [(0.0, SENDER, HOST), (5.0, HOST, SENDER)] {
        let flow = play.open_as(at, client, server, 8443, |flow| flow.transport = Transport::Udp);
        pass(&mut play, flow, at, Client, Flags::SYN);
    }
    assert!(play.rows().is_empty());
}

#[test]
fn a_connection_of_which_one_side_was_captured_is_none() {
    let rows = |goes_on: bool| {
        let mut play = Play::of(MagicPacket::default());
        let flow = play.met_as(0.0, SENDER, HOST, 21, |flow| flow.client.port = 6000);
        pass(&mut play, flow, 0.0, Client, Flags::SYN);
        if goes_on {
            pass(&mut play, flow, 0.1, Client, Flags::ACK);
        }
        call(&mut play, 30.0, false);
        play.rows().len()
    };
    assert_eq!([true, false].map(rows), [0, 1]);
}

#[test]
fn a_word_behind_the_syn_makes_no_connection_with_a_silent_host() {
    let rows = |answer: Option<Flags>| {
        let mut play = Play::of(MagicPacket::default());
        // The capture shows what home hosts say.
        let other = play.met_as(0.0, [10, 0, 0, 8], [198, 51, 100, 77], 443, |_| {});
        pass(&mut play, other, 0.0, Client, Flags::SYN);
        let flow = play.met_as(1.0, SENDER, HOST, 21, |flow| flow.client.port = 6000);
        pass(&mut play, flow, 1.0, Client, Flags::SYN);
        pass(&mut play, flow, 1.1, Client, Flags::ACK);
        // The SYN-ACK may have been lost.
        answer.into_iter().for_each(|flags| pass(&mut play, flow, 1.2, Server, flags));
        call(&mut play, 30.0, false);
        play.rows().len()
    };
    assert_eq!([None, Some(Flags::RST), Some(Flags::ACK)].map(rows), [1, 1, 0]);
}

#[test]
fn a_connection_whose_packets_were_captured_twice_is_none() {
    let mut play = Play::of(MagicPacket::default());
    let flow = from_outside(&mut play, 0.0, 6000, Flags::SYN);
    pass(&mut play, flow, 0.0, Client, Flags::SYN);
    pass(&mut play, flow, 0.1, Server, Flags::SYN);
    call(&mut play, 30.0, false);
    assert!(play.rows().is_empty());
}

#[test]
fn the_same_packet_much_later_is_another() {
    let mut play = Play::of(MagicPacket::default());
    from_outside(&mut play, 0.0, 6000, Flags::SYN);
    from_outside(&mut play, 1000.0, 6000, Flags::SYN);
    call(&mut play, 1030.0, false);
    assert_eq!(play.rows(), ["D12.callback"]);
}

// An answer from within without a SYN is no handshake.
#[test]
fn a_stray_that_is_refused_is_still_one() {
    let mut play = Play::of(MagicPacket::default());
    let flow = from_outside(&mut play, 0.0, 6000, Flags::SYN);
    pass(&mut play, flow, 0.0, Server, Flags::RST);
    call(&mut play, 30.0, false);
    assert_eq!(play.rows(), ["D12.callback"]);
}
