//! What a scorer says to hold is what the allocator gave for it, and forged senders do not make it hold more than a part of
//! the ceiling.
#![allow(unsafe_code, reason = "a counting allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use wiretale_protocol::Timestamp;
use wiretale_protocol::{
    Address, Direction, Endpoint, Flow, FlowId, Moment, Observer, Side, State, Summary, Transport,
};
use wiretale_score::{Home, Inventory, Scored, Scorer, Weights};

struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.with(|live| live.set(live.get().wrapping_add(layout.size())));
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.with(|live| live.set(live.get().wrapping_sub(layout.size())));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

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

#[test]
fn what_forged_senders_make_grow_is_counted_and_bounded() {
    let before = LIVE.with(Cell::get);
    let mut scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    let bare = LIVE.with(Cell::get) - before;
    let mut n = 0;
    let mut most = 0;
    for target in 0..30u32 {
        for source in 0..16_384u16 {
            attempt(&mut scorer, n, source, target * 65_536 + u32::from(source));
            n += 1;
        }
        let (taken, told) = (LIVE.with(Cell::get) - before - bare, scorer.memory());
        most = most.max(taken);
        assert!(taken < told + told / 4 + (1 << 20), "{taken} bytes are taken, {told} told, after {target}");
    }
    assert!(most < 128 << 20, "{most}");
}
