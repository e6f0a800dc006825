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
