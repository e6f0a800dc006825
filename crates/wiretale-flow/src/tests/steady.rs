//! Same packets in, same calls out.

use proptest::prelude::*;
use wiretale_packet::Direction;
use wiretale_protocol::Packets;

use super::probing::Greeting;
use super::script::{Heard, Script, end};
use crate::{Analyzer, Settings};

fn mixed() -> Script {
    let mut script = Script::new().ends(end(1, 1), end(2, 80)).handshake().tcp("C:PA", "HELO");
    for n in 2..60u8 {
        let second = u64::from(n % 9) * 40;
        let one = Script::new().ends(end(n, 1000 + u16::from(n)), end(200, 7000)).at(second);
        script = script.then(match n % 4 {
            0 => one.tcp("C:S", ""),
            1 => one.handshake().tcp("C:PA", "HELO").tcp("S:PA", "OK").farewell(),
            2 => one.udp(Direction::Client, b"HELO").udp(Direction::Server, b"OK"),
            _ => one.handshake().tcp("C:RA", ""),
        });
    }
    script
}

#[test]
fn the_seed_of_the_table_does_not_show() {
    let play = |seed| mixed().play::<(Greeting, ())>(Settings { seed, ..Settings::default() });
    let (one, other) = (play(1), play(0xdead_beef));
    assert_eq!(one.closed, other.closed);
    assert_eq!(one.said, other.said);
    assert_eq!(one.ids, other.ids);
    assert_eq!(one.closed.len(), 59);
}

#[test]
fn a_flows_number_does_not_depend_on_what_else_was_captured() {
    let alone = Script::new().ends(end(5, 1005), end(200, 7000)).at(200).handshake();
    let (alone, all) = (alone.play::<()>(Settings::default()), mixed().play::<()>(Settings::default()));
    assert!(all.ids.contains(&alone.ids[0]));
}

/// What one side sends: whether it is the client, what it is, and of what length.
type Step = (bool, u8, usize);

/// A conversation, and what goes wrong in it now and then.
fn conversation(refused: bool, steps: &[Step]) -> Script {
    let words = b"HELO and so on, and on, and on, and on, and on it goes";
    let opening = if refused { Script::new().tcp("C:S", "").tcp("S:RA", "") } else { Script::new().handshake() };
    steps.iter().enumerate().fold(opening, |script, (n, (client, what, len))| {
        let from = if *client { Direction::Client } else { Direction::Server };
        let who = if *client { "C" } else { "S" };
        let len = len.saturating_sub(20);
        let [own, peer] = [script.next[0], script.next[1]];
        match what {
            0 => script.tcp(&format!("{who}:FA"), &words[..len]),
            1 => script.tcp(&format!("{who}:R"), ""),
            2 => script.tcp(&format!("{who}:S"), ""),
            3 => script.lose(from, 5),
            4 => script
                .seq(own.wrapping_sub(7), peer.wrapping_sub(3))
                .tcp(&format!("{who}:A"), &words[..len])
                .seq(own, peer),
            5 => script.tcp(&format!("{who}:A"), &words[..len]).corrupted(),
            6 => script.wait(std::time::Duration::from_secs(n as u64 * 7)),
            _ => script.tcp(&format!("{who}:PA"), &words[..len]),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_short_way_comes_out_where_the_long_one_does(
        refused in prop::bool::weighted(0.3),
        steps in prop::collection::vec((any::<bool>(), 0u8..60, 0usize..50), 0..60),
        few in 0usize..5,
    ) {
        let steps = if refused { &steps[..few.min(steps.len())] } else { &steps };
        let script = conversation(refused, steps);
        let analyzer = || Analyzer::<(Greeting, ()), _>::new(Heard::default(), Settings::default());
        let long = script.play_to(Analyzer { long_way: true, ..analyzer() });
        prop_assert_eq!(&script.play_to(analyzer()), &long);
        prop_assert_eq!(&script.play_ahead(analyzer()), &long);
    }

    #[test]
    fn of_packets_it_is_told_what_the_observer_wants(
        refused in prop::bool::weighted(0.3),
        steps in prop::collection::vec((any::<bool>(), 0u8..60, 0usize..50), 0..30),
        first in 0u8..6,
        fresh in [0u8..3, 0..3],
    ) {
        let script = conversation(refused, &steps);
        let wish = Packets { first, fresh, all: false };
        let play = |wish, long_way| {
            let heard = Heard { wish, ..Heard::default() };
            let analyzer = Analyzer::<(Greeting, ()), _>::new(heard, Settings::default());
            script.play_to(Analyzer { long_way, ..analyzer }).0
        };
        let mut left = std::collections::HashMap::new();
        let mut wanted = play(None, true).packets;
        wanted.retain(|(flow, from, fresh)| left.entry(*flow).or_insert(wish).take(*from, *fresh));
        prop_assert_eq!(&play(Some(wish), true).packets, &wanted);
        prop_assert_eq!(&play(Some(wish), false).packets, &wanted);
    }
}

proptest! {
    /// Frames of any bytes, whatever their link type, and settings at their narrowest.
    #[test]
    fn nothing_panics(frames in prop::collection::vec((0u64..400, prop::collection::vec(any::<u8>(), 0..120)), 0..40)) {
        let mut script = Script::new();
        for (second, bytes) in frames {
            let at = super::script::start() + std::time::Duration::from_secs(second);
            script.frames.push((at, bytes));
        }
        let heard = script.play::<(Greeting, ())>(Settings::default());
        prop_assert_eq!(heard.opened, heard.closed.len());
    }

    /// Segments of one connection in any order, cut, repeated, with any flags.
    #[test]
    fn any_segments_are_taken(segments in prop::collection::vec((any::<bool>(), 0u8..64, 0u32..40, 0usize..30, 0u64..3000), 0..60)) {
        let mut script = Script::new();
        for (client, flags, seq, len, millis) in segments {
            let letters: String = "FSRPA".chars().enumerate().filter(|(n, _)| flags >> n & 1 == 1).map(|(_, c)| c).collect();
            script = script.seq(1000 + seq, 9000 + seq).wait(std::time::Duration::from_millis(millis));
            script = script.tcp(&format!("{}:{letters}", if client { "C" } else { "S" }), vec![b'x'; len]);
        }
        let heard = script.play::<(Greeting, ())>(Settings::default());
        prop_assert_eq!(heard.opened, heard.closed.len());
    }
}
