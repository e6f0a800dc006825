//! What the inventory knows makes no evidence, whichever detector looks; the same of anybody else does.

use wiretale_packet::Flags;
use wiretale_protocol::{Address, Observer, Passed, State};
use wiretale_ssh::{Confidence, Event as Ssh, Session, Transfer, Typing};

use super::*;
use crate::Inventory;
use crate::testing::{Client, HOST, Play, Server};

const PEER: [u8; 4] = [198, 51, 100, 9];
const ELSEWHERE: [u8; 4] = [192, 0, 2, 5];
const APPROVED: &str = "approved_sources = [\"198.51.100.0/24\"]";
const APPROVED_HOST: &str = "approved_sources = [\"10.0.0.7/32\"]";
// Another network, another host, and another port of this one.
const OTHERS: &str = "approved_sources = [\"198.51.101.0/24\"]\n[[host]]\naddresses = [\"10.0.0.8\"]\n\
    services = [22, 31337]\n[[host]]\naddresses = [\"10.0.0.7\"]\nservices = [5]";
const SERVES: &str = "[[host]]\naddresses = [\"10.0.0.7\"]\nservices = [22, 31337]";

// The deed makes these rows, unless one of these inventories is known.
fn silent(known: &[&str], detector: fn() -> Box<dyn Detector>, rows: &[&str], deed: impl Fn(&mut Play)) {
    let told = |inventory| {
        let mut play = Play::knowing(detector(), Inventory::parse(inventory).unwrap());
        deed(&mut play);
        play.rows().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(told(""), rows);
    assert_eq!(told(OTHERS), rows, "others are known");
    for known in known {
        assert_eq!(told(known), [""; 0], "{known}");
    }
}

fn typing() -> Session {
    let typing = Typing { keystrokes: 40, confidence: Confidence(80) };
    Session { typing, ..Session::default() }
}

fn greet(play: &mut Play, text: &str) {
    let flow = play.open(0.0, PEER, HOST, 31337);
    play.greeting(flow, 0.1, Server, text);
    play.close(flow, 1.0, State::Sf, [3, 3]);
}

#[test]
fn a_listener() {
    silent(
        &[SERVES],
        || Box::new(d01_foreign_port::ForeignPort),
        &["D01.ssh"],
        |play| {
            let flow = play.open(0.0, PEER, HOST, 31337);
            play.served(flow, 0.1, "ssh");
        },
    );
    silent(
        &[SERVES],
        || Box::new(d02_new_listener::NewListener::default()),
        &["D02.listener"],
        |play| {
            let flow = play.open(0.0, PEER, HOST, 31337);
            play.close(flow, 1.0, State::Sf, [3, 3]);
        },
    );
    silent(
        &[SERVES],
        || Box::new(d17_irc_server::IrcServer::default()),
        &["D17.server"],
        |play| {
            let flow = play.open(0.0, PEER, HOST, 31337);
            play.join(flow, 0.2, "#x");
        },
    );
    silent(
        &[SERVES],
        || Box::new(d26_bouncer::Bouncer::default()),
        &["D26.psybnc"],
        |play| {
            let flow = play.open(0.0, PEER, HOST, 31337);
            let software = wiretale_irc::Wire(b"psyBNC");
            play.irc(flow, 1.0, Server, wiretale_irc::Event::Bouncer { software });
        },
    );
}

#[test]
fn a_prompt_and_a_shell() {
    let prompt = || Box::new(d03_unknown_prompt::UnknownPrompt::default()) as Box<dyn Detector>;
    silent(&[SERVES], prompt, &["D03.prompt"], |play| greet(play, "Who are you? "));
    let known = [SERVES, APPROVED];
    silent(&known, || Box::<d04_shell::Shell>::default(), &["D04.prompt"], |play| greet(play, "# "));
    let typed = || Box::new(d06_interactive::Interactive::default()) as Box<dyn Detector>;
    silent(&known, typed, &["D06.interactive", "D06.odd"], |play| {
        let flow = play.open(0.0, PEER, HOST, 31337);
        (1..=4).for_each(|n| play.line(flow, f64::from(n), Client, "ls"));
    });
    silent(&known, typed, &["D06.interactive", "D06.odd"], |play| {
        let flow = play.open(0.0, PEER, HOST, 31337);
        play.ssh(flow, 9.0, Client, Ssh::Session(typing()));
    });
}

#[test]
fn a_login() {
    let guessing = || Box::new(d07_guessing::Guessing::default()) as Box<dyn Detector>;
    silent(&[APPROVED], guessing, &["D07.guessing", "D07.success"], |play| {
        let flow = play.open(0.0, PEER, HOST, 22);
        for n in 0..=10 {
            play.ssh(flow, f64::from(n), Client, Ssh::Attempt { accepted: n == 10 });
        }
    });
    let login = || Box::new(d08_login_from_outside::LoginFromOutside::default()) as Box<dyn Detector>;
    for (port, row) in [(22, "D08.login"), (31337, "D08.backdoor")] {
        silent(&[APPROVED, SERVES], login, &[row], |play| {
            let flow = play.open(0.0, PEER, HOST, port);
            play.ssh(flow, 1.0, Client, Ssh::LoggedIn { attempts: 1, none: false });
        });
    }
}

#[test]
fn a_tunnel_and_a_way_through() {
    for reverse_typing in [true, false] {
        let row = if reverse_typing { "D09.keystrokes" } else { "D09.setup" };
        silent(
            &[APPROVED],
            || Box::new(d09_reverse_tunnel::ReverseTunnel),
            &[row],
            |play| {
                let (flow, typed, none) = (play.open(0.0, HOST, PEER, 22), typing().typing, Session::default());
                let session = if reverse_typing {
                    Session { reverse_typing: typed, ..none }
                } else {
                    Session { reverse_tunnel: typed.confidence, ..none }
                };
                play.ssh(flow, 9.0, Client, Ssh::Session(session));
            },
        );
    }
    let stone = || Box::new(d11_stepping_stone::SteppingStone::default()) as Box<dyn Detector>;
    for (from, to) in [(PEER, ELSEWHERE), (ELSEWHERE, PEER)] {
        silent(&[APPROVED], stone, &["D11.timing"], |play| {
            let (inbound, outbound) = (play.open(0.0, from, HOST, 22), play.open(5.0, HOST, to, 22));
            play.ssh(outbound, 50.0, Client, Ssh::Session(typing()));
            play.ssh(inbound, 60.0, Client, Ssh::Session(typing()));
        });
    }
}

#[test]
fn a_knock() {
    silent(
        &[APPROVED],
        || Box::new(d12_magic_packet::MagicPacket::default()),
        &["D12.callback"],
        |play| {
            let (flags, seq, ack, window, payload, fresh) = (Flags::SYN, 1_000_000, 2_000_000, 500, 0, 0);
            let passed = Passed { flags, seq, ack, window, payload, fresh, ip_len: 40, ttl: 60 };
            for (at, client, server, port) in [(0.0, PEER, HOST, 9000), (30.0, HOST, PEER, 8443)] {
                let flow = play.open(at, client, server, port);
                play.at(flow, at, Client, |scorer, scored, moment| scorer.passed(scored, moment, &passed));
            }
        },
    );
    silent(
        &[APPROVED],
        || Box::new(d13_port_knock::PortKnock::default()),
        &["D13.knock"],
        |play| {
            for (at, port) in [(0.0, 9000), (1.0, 7001), (2.0, 7002), (3.0, 7003), (9.0, 9000)] {
                let flow = play.open(at, PEER, HOST, port);
                play.close(flow, at + 0.5, if at < 9.0 { State::Rej } else { State::Sf }, [1, 1]);
            }
        },
    );
}

#[test]
fn a_tool() {
    let tools = || Box::new(d29_tools::Tools::default()) as Box<dyn Detector>;
    silent(&[APPROVED], tools, &["D29.hot_name"], |play| {
        let flow = play.open(0.0, HOST, PEER, 40013);
        play.file(flow, 1.0, "ftp", Server, Some("psy.tgz"), b"\x1f\x8b\x08\0");
    });
    silent(&[APPROVED], tools, &["D29.upload"], |play| {
        let upload = Transfer { bytes: 1 << 20, confidence: Confidence(90) };
        let flow = play.open(0.0, PEER, HOST, 22);
        play.ssh(flow, 9.0, Client, Ssh::Session(Session { upload, ..Session::default() }));
    });
}

#[test]
fn a_scan_and_a_guess() {
    silent(
        &[APPROVED_HOST],
        || Box::new(d32_scan::Scan::default()),
        &["D32.scan"],
        |play| {
            for last in 1..=8 {
                let flow = play.open(f64::from(last), HOST, [198, 51, 100, last], 80);
                play.close(flow, f64::from(last) + 1.0, State::S0, [1, 0]);
            }
        },
    );
    silent(
        &[APPROVED_HOST],
        || Box::new(d34_guessing_out::GuessingOut::default()),
        &["D34.guessing"],
        |play| {
            let flow = play.open(0.0, HOST, PEER, 22);
            (0..20).for_each(|n| play.ssh(flow, f64::from(n), Client, Ssh::Attempt { accepted: false }));
        },
    );
}

#[test]
fn a_peer_without_a_name() {
    silent(
        &[APPROVED],
        || Box::new(d39_peer_context::PeerContext),
        &["D39.no_name"],
        |play| {
            play.scorer().names_mut().asked(Address::v4(HOST), 9, 9);
            let flow = play.open(0.0, PEER, HOST, 22);
            play.recognized(flow, 0.5, "ssh");
            play.close(flow, 9.0, State::Sf, [9, 9]);
        },
    );
}

#[test]
fn what_is_meant_speaks_for_the_host() {
    for (known, row) in [("", None), (OTHERS, None), (APPROVED, Some("D40.approved")), (SERVES, Some("D40.listener"))] {
        let mut play = Play::knowing(Box::new(d40_benign::Benign::default()), Inventory::parse(known).unwrap());
        let (to, from) = (play.open(0.0, PEER, HOST, 22), play.open(0.0, HOST, PEER, 22));
        play.recognized(to, 0.5, "http");
        play.recognized(from, 0.5, "http");
        assert_eq!(play.rows(), row.into_iter().collect::<Vec<_>>(), "{known}");
    }
}
