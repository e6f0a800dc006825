//! Connections that are refused: by the short way, and by the long one.

use std::time::Duration;

use wiretale_packet::{Endpoint, Flags};
use wiretale_testkit::build::{TcpHeader, tcp_frame};

use super::script::{Heard, Script, end};
use crate::{Analyzer, Settings};

const SYN: Flags = Flags::SYN;
const REFUSAL: Flags = Flags::RST.with(Flags::ACK);
const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);

/// What follows a SYN with number 7.
#[derive(Clone, Copy)]
struct Answer {
    flags: Flags,
    ack: u32,
    window: u16,
    options: &'static [u8],
    payload: &'static [u8],
    by_client: bool,
    corrupt: bool,
    pause: Duration,
}

const PLAIN: Answer = Answer {
    flags: REFUSAL,
    ack: 8,
    window: 0,
    options: &[],
    payload: b"",
    by_client: false,
    corrupt: false,
    pause: Duration::from_millis(3),
};

fn put(script: &mut Script, from: Endpoint, to: Endpoint, answer: Answer, seq: u32) {
    script.now = script.now + answer.pause;
    let Answer { flags, ack, window, options, payload, .. } = answer;
    let header = TcpHeader { seq, ack, flags, window, options: options.to_vec() };
    script.frames.push((script.now, tcp_frame(from, to, 64, &header, payload)));
}

fn play(script: &Script) -> [(Heard, crate::Stats); 2] {
    [false, true].map(|long_way| {
        let analyzer = Analyzer::<(), _>::new(Heard::default(), Settings::default());
        let (mut heard, stats) = script.play_to(Analyzer { long_way, ..analyzer });
        // Told of at its end, its packets come behind those of others.
        heard.packets.sort_by_key(|(flow, ..)| *flow);
        (heard, stats)
    })
}

#[test]
fn whatever_answers_a_syn_comes_out_where_the_long_way_does() {
    let (client, server) = (end(1, 5000), end(2, 7000));
    let answers = [
        PLAIN,
        Answer { pause: Duration::ZERO, ..PLAIN },
        Answer { flags: Flags::RST, ..PLAIN },
        Answer { flags: SYN_ACK, window: 1000, ..PLAIN },
        Answer { flags: REFUSAL.with(Flags::PSH), ..PLAIN },
        Answer { ack: 7, ..PLAIN },
        Answer { ack: 9, ..PLAIN },
        Answer { window: 500, ..PLAIN },
        Answer { options: &[8, 10, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1], ..PLAIN },
        Answer { options: &[19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], ..PLAIN },
        Answer { payload: b"why", ..PLAIN },
        Answer { by_client: true, ..PLAIN },
        Answer { corrupt: true, ..PLAIN },
    ];
    for (n, answer) in answers.into_iter().enumerate() {
        for (window, options) in [(1024, &[][..]), (0, &[]), (1024, &[3, 3, 15, 0])] {
            let mut script = Script::new();
            let syn = Answer { flags: SYN, ack: 0, window, options, ..PLAIN };
            put(&mut script, client, server, syn, 7);
            let (from, to) = if answer.by_client { (client, server) } else { (server, client) };
            put(&mut script, from, to, answer, 500);
            if answer.corrupt {
                script = script.corrupted();
            }
            // One who sends right checksums is not one who leaves them to his card.
            put(&mut script, server, end(1, 5001), Answer { flags: SYN_ACK, window: 9, ..PLAIN }, 900);
            let script = script.corrupted();
            let [short, long] = play(&script);
            assert_eq!(short, long, "{n} {window} {options:?}");
        }
    }
}

#[test]
fn a_plain_refusal_needs_no_record() {
    let mut script = Script::new();
    put(&mut script, end(1, 5000), end(2, 7000), Answer { flags: SYN, ack: 0, window: 9, ..PLAIN }, 7);
    put(&mut script, end(2, 7000), end(1, 5000), PLAIN, 500);
    let mut analyzer = Analyzer::<(), _>::new(Heard::default(), Settings::default());
    for frame in &script.frames {
        analyzer.packet(wiretale_testkit::lend(frame), 1);
    }
    assert_eq!((analyzer.open_flows(), analyzer.observer().opened), (1, 0), "it is told at its end");
    assert_eq!(analyzer.finish().closed, ["10.0.0.1:5000 > 10.0.0.2:7000 REJ Sr 0.0 0/0 1/1"]);
}
