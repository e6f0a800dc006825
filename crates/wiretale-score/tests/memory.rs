//! What a scorer says to hold is what the allocator gave for it, no less and not much more, and strangers do not make it
//! hold more than a part of the ceiling.

use allocation_counter::measure;
use wiretale_protocol::Timestamp;
use wiretale_protocol::{
    Address, Direction, Endpoint, Flow, FlowId, Moment, Observer, Side, State, Summary, Transport,
};
use wiretale_score::{Home, Inventory, Scored, Scorer, Weights};

/// A connection that nothing answers.
fn attempt(scorer: &mut Scorer, n: u64, source: u16, target: u32) {
    let [high, low] = source.to_be_bytes();
    let [_, a, b, c] = target.to_be_bytes();
    let at = Timestamp::from_nanos(1_795_316_840_000_000_000 + i64::try_from(n * 50_000).unwrap());
    let flow = Flow {
        id: FlowId(n),
        client: Endpoint::new(Address::v4([10, 0, high, low]), 40_000),
        server: Endpoint::new(Address::v4([198, a, b, c]), 445),
        transport: Transport::Tcp,
        opened: at,
        midstream: false,
        tunneled: false,
    };
    let side = |packets| Side { bytes: None, packets, ip_bytes: 40 * packets };
    let summary = Summary {
        started: at,
        duration: None,
        client: side(1),
        server: side(0),
        state: State::S0,
        history: b"S",
        missed: 0,
        services: &[],
        ip_protocol: 6,
        first_frame: n,
        last_frame: n,
    };
    let moment = Moment { at, frame: n, direction: Direction::Client, flow: &flow };
    let mut scored = Scored::default();
    scorer.opened(&mut scored, &moment);
    scorer.closed(&mut scored, &moment, &summary);
}

/// Holds what a scorer says against what the allocator gave for it, after so many rounds of attempts by `numbered`.
fn is_told(rounds: u64, most: i64, numbered: impl Fn(u64) -> (u16, u32)) {
    const ROUND: u64 = 16_384;
    let mut scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    let mut taken = 0;
    for round in 0..rounds {
        let attempts = || {
            for n in round * ROUND..(round + 1) * ROUND {
                let (source, target) = numbered(n);
                attempt(&mut scorer, n, source, target);
            }
        };
        taken += measure(attempts).bytes_current;
        let told = i64::try_from(scorer.memory()).unwrap();
        let within = |one: i64, other: i64| one < other + other / 8 + (1 << 20);
        assert!(within(taken, told) && within(told, taken), "{taken} bytes are taken, {told} told, after {round}");
        assert!(taken < most, "{taken}");
    }
}

#[test]
fn what_forged_senders_make_grow_is_counted_and_bounded() {
    is_told(30, 128 << 20, |n| ((n % 16_384) as u16, (n / 16_384 * 65_536 + n % 16_384) as u32));
}

#[test]
fn what_calls_again_and_again_make_grow_is_counted_and_bounded() {
    // A hundred hosts call fifty others each, by no clock.
    let any = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    is_told(60, 64 << 20, |n| ((any(n) % 100) as u16, (any(n) / 100 % 50) as u32));
}
