mod letters;
mod places;
mod states;
mod talk;
mod times;

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use wiretale_packet::SeqNumber;

/// Of the client, what is odd about it, its length, how far its numbers are off, whether it shuts the window.
type Step = (bool, u8, u16, i8, i8, u8);

/// Segments as two hosts send them, with something wrong now and then.
fn segments() -> impl Strategy<Value = (u32, Vec<Step>)> {
    let step = (any::<bool>(), 0u8..40, 0u16..1500, -3i8..3, -3i8..3, 0u8..30);
    (prop_oneof![Just(0u32), Just(u32::MAX - 2000), any::<u32>()], vec(step, 0..80))
}

proptest! {
    #[test]
    fn the_short_way_comes_out_where_the_long_one_does((start, steps) in segments()) {
        let (mut short, mut long) = (Account::default(), Account::default());
        let (mut histories, mut weirds) = ([History::default(), History::default()], [Vec::new(), Vec::new()]);
        let (mut next, mut last) = ([start, start ^ 0x5555], Timestamp::default());
        let open = [(Direction::Client, Flags::SYN), (Direction::Server, Flags::SYN.with(Flags::ACK))];
        let opening = open.into_iter().map(|(from, flags)| (from, flags, 0, 0, 0, false));
        let steps = steps.into_iter().map(|(client, odd, len, seq, ack, shut)| {
            let from = if client { Direction::Client } else { Direction::Server };
            let flags = match odd {
                0 => Flags::FIN.with(Flags::ACK),
                1 => Flags::RST,
                2 => Flags::SYN,
                3 => Flags::default(),
                4 => Flags::ACK.with(Flags::URG),
                _ => Flags::ACK,
            };
            // Most are where they belong.
            let jump = |by: i8| if odd % 3 == 0 { i32::from(by) * 700 } else { 0 };
            (from, flags, if len < 500 { 0 } else { len }, jump(seq), jump(ack), shut == 0)
        });
        for (n, (from, flags, len, seq, ack, shut)) in opening.chain(steps).enumerate() {
            let (own, peer) = (from.index(), from.opposite().index());
            let payload = vec![0; usize::from(len)];
            let segment = Segment {
                seq: SeqNumber(next[own].wrapping_add_signed(seq)),
                ack: SeqNumber(if flags.has(Flags::ACK) { next[peer].wrapping_add_signed(ack) } else { 0 }),
                flags,
                window: if shut { 0 } else { 1000 },
                urgent: 0,
                options: &[],
                payload: &payload,
                missing: 0,
            };
            next[own] = next[own].wrapping_add(segment.seq_len());
            let at = Timestamp::from_nanos(n as i64 * 10_000_000);
            let seen = Seen { from, at, segment: &segment, ip_len: 40 + u32::from(len), last };
            last = at;
            let [one, other] = &mut histories;
            let fresh = short.segment(seen, one, &mut |name| weirds[0].push(name));
            prop_assert_eq!(fresh, long.any_segment(seen, other, &mut |name| weirds[1].push(name)));
            prop_assert_eq!(format!("{short:?} {one:?}"), format!("{long:?} {other:?}"));
        }
        prop_assert_eq!(&weirds[0], &weirds[1]);
    }
}
