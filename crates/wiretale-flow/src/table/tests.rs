use wiretale_packet::{Address, Endpoint};

use super::pages::PAGE;
use super::wheel::BUCKETS;
use super::*;

fn key(n: u16) -> FlowKey {
    let end = |d, port| Endpoint::new(Address::v4([10, 0, 0, d]), port);
    FlowKey::new(end(1, n), end(2, 80), Transport::Tcp).0
}

fn insert(table: &mut Table<u16>, n: u16, second: i64) -> u32 {
    let hash = table.hash(&key(n));
    table.insert(hash, key(n), true, Box::new(Far::new(n)), second)
}

#[test]
fn a_half_open_flow_is_small() {
    assert_eq!(size_of::<Slot<u64>>(), 80);
}

#[test]
fn flows_come_out_when_the_wheel_has_passed_them() {
    let mut table = Table::new(7, 100);
    let mut out = Vec::new();
    table.turn(100, &mut out);
    let (a, b, c) = (insert(&mut table, 1, 105), insert(&mut table, 2, 103), insert(&mut table, 3, 99_999));
    table.turn(104, &mut out);
    assert_eq!(std::mem::take(&mut out), [b]);
    assert!(table.is_armed_after(a, 104) && !table.is_armed_after(a, 105));
    table.take(a);
    table.turn(104 + BUCKETS as i64, &mut out);
    assert_eq!(out, [c]);
}

#[test]
fn the_first_in_the_wheel_is_the_first_from_the_present_on() {
    let (mut table, mut out) = (Table::new(7, 100), Vec::new());
    // So that the wheel goes round its end before it reaches what is far.
    let now = BUCKETS as i64 * 3 + 4000;
    table.turn(now, &mut out);
    assert_eq!(table.first_armed(), None);
    let far = insert(&mut table, 1, now + 99_999);
    assert_eq!(table.first_armed(), Some(far));
    let later = insert(&mut table, 2, now + 200);
    let soon = insert(&mut table, 3, now + 5);
    for at in [soon, later, far] {
        assert_eq!(table.first_armed(), Some(at));
        table.take(at);
    }
    // What should have been looked at before is looked at next.
    let past = insert(&mut table, 4, now - 100);
    assert!(table.first_armed() == Some(past) && !table.is_armed_after(past, now));
}

#[test]
fn a_flow_stands_earlier_than_it_could_only_as_far_as_the_wheel_goes() {
    let (mut table, mut out) = (Table::new(7, 100), Vec::new());
    table.turn(100, &mut out);
    let farthest = 100 + BUCKETS as i64 - 1;
    for (second, stands) in [(105, 105), (farthest, farthest), (99_999, farthest), (50, 100)] {
        let at = insert(&mut table, 1, second);
        let before = |second| table.is_armed_before(at, second);
        assert!(!before(stands - 1) && !before(stands), "{second}");
        assert_eq!((before(stands + 1), before(99_999)), (stands < farthest, stands < farthest), "{second}");
        table.take(at);
    }
}

#[test]
fn another_page_is_made_where_one_is_full() {
    let mut table = Table::new(7, 100);
    assert_eq!(table.growth(), Pages::<u16>::BYTES);
    for n in 0..PAGE as u16 {
        insert(&mut table, n, 9);
        assert_eq!(table.growth(), if usize::from(n) + 1 < PAGE { 0 } else { Pages::<u16>::BYTES });
    }
}

#[test]
fn each_part_of_a_key_tells_in_its_hash() {
    let table = Table::<u16>::new(7, 100);
    let end = |d, port| Endpoint::new(Address::v4([10, 0, 0, d]), port);
    let hash = |low, high, transport| table.hash(&FlowKey::new(low, high, transport).0);
    let mut hashes = vec![
        hash(end(1, 1), end(3, 1), Transport::Tcp),
        hash(end(2, 1), end(3, 1), Transport::Tcp),
        hash(end(1, 1), end(4, 1), Transport::Tcp),
        hash(end(1, 2), end(3, 1), Transport::Tcp),
        hash(end(1, 1), end(3, 2), Transport::Tcp),
    ];
    let others = (0..=255).map(Transport::Other);
    let transports = [Transport::Udp, Transport::Icmp].into_iter().chain(others);
    hashes.extend(transports.map(|transport| hash(end(1, 1), end(3, 1), transport)));
    let all = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), all);
}

#[test]
fn a_bucket_of_any_size_is_emptied() {
    for size in 0..7 {
        let mut table = Table::new(7, 100);
        let mut out = Vec::new();
        table.turn(100, &mut out);
        let mut places: Vec<u32> = (0..size).map(|n| insert(&mut table, n, 105)).collect();
        table.turn(106, &mut out);
        places.sort_unstable();
        out.sort_unstable();
        assert_eq!(out, places, "{size} flows");
        // They stand in no bucket, and can be put into another one.
        places.iter().for_each(|at| table.arm(*at, 108));
        assert!(places.first().is_none_or(|at| table.take(*at).is_some()));
        table.turn(109, &mut out);
        assert_eq!(out.len(), places.len() + places.len().saturating_sub(1));
    }
}

#[test]
fn places_are_used_again() {
    let mut table = Table::new(7, 100);
    for round in 0..10 {
        let places: Vec<u32> = (0..600).map(|n| insert(&mut table, n, i64::from(n % 7))).collect();
        assert_eq!(table.len(), 600);
        for (n, at) in places.iter().enumerate() {
            let hash = table.hash(&key(n as u16));
            assert_eq!(table.find(hash, &key(n as u16)), Some(*at));
            table.take(*at);
        }
        assert_eq!(table.len(), 0, "round {round}");
    }
    assert_eq!(table.pages.made(), 600_usize.div_ceil(PAGE));
}

#[test]
fn pages_go_when_they_are_empty() {
    let mut table = Table::new(7, 100);
    let places: Vec<u32> = (0..60_000).map(|n| insert(&mut table, n, 9)).collect();
    let full = table.memory();
    assert!(full >= 60_000 * size_of::<Slot<u16>>());
    places[1..].iter().for_each(|at| drop(table.take(*at)));
    table.shrink();
    assert!(table.memory() <= 4 * PAGE * size_of::<Slot<u16>>() + 8192, "{} of {full}", table.memory());
    // Those that went come back in their place.
    let again: Vec<u32> = (1..3000).map(|n| insert(&mut table, n, 9)).collect();
    assert!(
        table.pages.made() <= 60_000 / PAGE + 4
            && (1..3000).all(|n| table.find(table.hash(&key(n)), &key(n)).is_some())
    );
    again.iter().chain(&places[..1]).for_each(|at| drop(table.take(*at)));
    table.shrink();
    assert_eq!((table.memory(), table.len()), (0, 0));
}
