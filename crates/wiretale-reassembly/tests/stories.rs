//! What connections yield when everything happens at once: conversations drawn at random, and what came of each, written
//! down in `stories.txt`. A change of that file is a change of what hosts are taken to have read, and is to be looked at
//! as such; `BLESS=1` writes it anew.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use support::{Wire, segment};
use wiretale_packet::{Direction, Flags, Segment, Timestamp};
use wiretale_reassembly::{Delivery, Demand, Host, Limits, Overlap, Policy, Urgent};

/// A small generator, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len() as u64) as usize]
    }
}

/// One side as it believes itself to stand.
#[derive(Clone, Copy)]
struct Side {
    first: u32,
    next: u32,
}

fn story(number: u64) -> String {
    let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..8 {
        dice.roll(2);
    }
    let mut wire = Wire::new(Policy { client: host(&mut dice), server: host(&mut dice) });
    wire.limits = limits(&mut dice);
    wire.out.capture = (dice.roll(2) == 0).then(Vec::new);
    let firsts = [dice.of(&[1, 100, u32::MAX - 30, 1 << 31]), dice.of(&[1, 1000, u32::MAX - 9])];
    let mut sides = firsts.map(|first| Side { first, next: first });
    opening(&mut dice, &mut wire, &sides);
    let mut told = String::new();
    for _ in 0..30 + dice.roll(40) {
        step(&mut dice, &mut wire, &mut sides, &mut told);
    }
    wire.close();
    end(&wire, &told)
}

fn host(dice: &mut Dice) -> Host {
    Host {
        overlap: dice.of(&[Overlap::FIRST, Overlap::LAST, Overlap::BSD, Overlap::LINUX, Overlap::SOLARIS]),
        urgent: dice.of(&[Urgent::Inline, Urgent::Skip]),
        delivery: dice.of(&[Delivery::default(), Delivery::default(), Delivery::OnAck]),
    }
}

fn limits(dice: &mut Dice) -> Limits {
    let usual = Limits::default();
    Limits {
        held: dice.of(&[usual.held, 60, 20]),
        pieces: dice.of(&[usual.pieces, 3]),
        grace_packets: dice.of(&[usual.grace_packets, 1, 3]),
        grace: dice.of(&[usual.grace, Duration::from_millis(3)]),
        hole_age: dice.of(&[usual.hole_age, Duration::from_millis(40)]),
        doubts: dice.of(&[usual.doubts, 2]),
        recent: dice.of(&[usual.recent, 2]),
        history: dice.of(&[0, 0, 32]),
    }
}

fn opening(dice: &mut Dice, wire: &mut Wire, sides: &[Side; 2]) {
    let [client, server] = sides.map(|side| side.first);
    let (syn, ack) = (Flags::SYN, Flags::ACK);
    let before = |first: u32| first.wrapping_sub(1);
    let stamped: &[u8] = if dice.roll(3) == 0 { &[1, 1, 8, 10, 0, 0, 0, 50, 0, 0, 0, 0] } else { &[] };
    let with = |segment: Segment<'static>| Segment { options: if stamped.is_empty() { &[] } else { STAMP }, ..segment };
    match dice.roll(8) {
        // Its beginning was not captured.
        0 => {}
        // Both open at once.
        1 => {
            wire.send(Direction::Client, segment(before(client), 0, syn, b""));
            wire.send(Direction::Server, segment(before(server), 0, syn, b""));
            wire.send(Direction::Client, segment(before(client), server, syn.with(ack), b""));
            wire.send(Direction::Server, segment(before(server), client, syn.with(ack), b""));
        }
        // Data on the SYN, of which some is taken.
        2 => {
            wire.send(Direction::Client, segment(before(client), 0, syn, b"abcdef"));
            let taken = client.wrapping_add(dice.of(&[0, 3, 6]));
            wire.send(Direction::Server, segment(before(server), taken, syn.with(ack), b""));
        }
        // Several SYNs and answers.
        3 => {
            wire.send(Direction::Client, segment(before(client), 0, syn, b""));
            wire.send(Direction::Client, segment(client.wrapping_add(500), 0, syn, b""));
            wire.send(Direction::Server, segment(server.wrapping_add(77), client, syn.with(ack), b""));
            wire.send(Direction::Server, segment(before(server), client, syn.with(ack), b""));
            wire.send(Direction::Client, segment(client, server, ack, b""));
        }
        _ => {
            wire.send(Direction::Client, with(segment(before(client), 0, syn, b"")));
            wire.send(Direction::Server, with(segment(before(server), client, syn.with(ack), b"")));
            wire.send(Direction::Client, with(segment(client, server, ack, b"")));
        }
    }
}

const STAMP: &[u8] = &[1, 1, 8, 10, 0, 0, 0, 50, 0, 0, 0, 0];

fn step(dice: &mut Dice, wire: &mut Wire, sides: &mut [Side; 2], told: &mut String) {
    let from = dice.of(&Direction::BOTH);
    let (me, peer) = (sides[from.index()], sides[from.opposite().index()]);
    match dice.roll(40) {
        0 => {
            wire.now += dice.of(&[5_000_000, 50_000_000, 2_500_000_000, 70_000_000_000]);
            let now = Timestamp::from_nanos(wire.now);
            return wire.connection.expire(now, &wire.limits, &mut wire.out);
        }
        1 => return wire.connection.demand(from, dice.of(&[Demand::Lengths, Demand::Stream])),
        _ => {}
    }
    let len = dice.of(&[0, 0, 1, 3, 5, 8, 13]);
    let seq = match dice.roll(12) {
        0..=5 => me.next,
        6 | 7 => me.next.wrapping_add(dice.roll(12) as u32),
        8 | 9 => me.next.wrapping_sub(dice.roll(12) as u32),
        10 => me.first.wrapping_sub(dice.roll(3) as u32),
        _ => me.next.wrapping_add(dice.of(&[2000, 66_000, 1 << 31, u32::MAX - 70_000])),
    };
    let ack = match dice.roll(10) {
        0 => peer.next.wrapping_add(dice.roll(20) as u32),
        1 => peer.next.wrapping_sub(dice.roll(20) as u32),
        2 => peer.next.wrapping_add(dice.of(&[70_000, 1 << 31])),
        _ => peer.next,
    };
    let flags = match dice.roll(30) {
        0 => Flags::RST,
        1 => Flags::RST.with(Flags::ACK),
        2 | 3 => Flags::FIN.with(Flags::ACK),
        4 => Flags::SYN,
        5 => Flags::SYN.with(Flags::ACK),
        6 => Flags::default(),
        7 | 8 => Flags::ACK.with(Flags::URG),
        9 => Flags::FIN,
        _ => Flags::ACK,
    };
    // Mostly what belongs there; now and then something else.
    let other = u32::from(dice.roll(9) == 0);
    let payload: Vec<u8> =
        (0..len).map(|n| b'a' + (seq.wrapping_sub(me.first).wrapping_add(n).wrapping_add(other) % 23) as u8).collect();
    let stamp = [1, 1, 8, 10, 0, 0, 0, dice.of(&[10, 49, 50, 51, 60]), 0, 0, 0, 0];
    let options: &[u8] = match dice.roll(12) {
        0..=2 => &stamp,
        3 => &[19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        4 => &[3, 3, 15],
        _ => &[],
    };
    let window = dice.of(&[65_535, 65_535, 1000, 12, 1, 0]);
    let (urgent, missing) = (dice.roll(6) as u16, dice.of(&[0, 0, 0, 0, 0, 0, 0, 4]));
    let sent = Segment { window, urgent, options, missing, ..segment(seq, ack, flags, &payload) };
    let verdict = wire.send_ttl(from, sent, dice.of(&[64, 64, 64, 64, 56, 55, 72, 73, 3]));
    write!(told, "{verdict:?} {} ", wire.connection.held_bytes()).unwrap();
    if seq == me.next && flags.has(Flags::ACK) && !flags.has(Flags::SYN) {
        sides[from.index()].next = seq.wrapping_add(len).wrapping_add(u32::from(flags.has(Flags::FIN)));
    }
}

/// A line: both streams as far as they are short, the ends, how often what was said, and a number for all of it.
fn end(wire: &Wire, told: &str) -> String {
    let mut names = BTreeMap::new();
    for name in &wire.out.names {
        *names.entry(*name).or_insert(0) += 1;
    }
    let mut all = format!("{told}{:?}{:?}{:?}", wire.out.conflicts, wire.out.names, wire.out.chunks);
    let mut line = String::new();
    for from in Direction::BOTH {
        let ledger = wire.connection.ledger(from);
        let (length, bytes) = (wire.out.streams[from.index()].len(), wire.out.bytes(from));
        write!(all, "{ledger:?}{length}{bytes:?}").unwrap();
        let shown = if length > 48 { format!("{length} bytes") } else { wire.out.dotted(from) };
        let end = wire.out.ends[from.index()].map_or_else(|| "?".to_owned(), |end| format!("{end:?}"));
        write!(line, "{shown} ({end}); ").unwrap();
    }
    let digest = all
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    names.iter().for_each(|(name, times)| write!(line, "{name} {times}, ").unwrap());
    line + &format!("[{digest:016x}]")
}

#[test]
fn conversations_yield_what_they_did() {
    let lines: Vec<String> = (1..=400).map(|number| format!("{number}: {}", story(number))).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap();
    for (now, before) in lines.iter().zip(known.lines()) {
        assert_eq!(now, before);
    }
    assert_eq!(lines.len(), known.lines().count());
}

#[test]
fn names_are_told_apart() {
    use wiretale_reassembly::{Bound, Ledger, Reason};
    let bounds = [Bound::HeldBytes, Bound::HeldPieces, Bound::HoleAge, Bound::Doubts];
    assert_eq!(bounds.map(Bound::name), ["held_bytes", "held_pieces", "hole_age", "doubts"]);
    assert_eq!((Reason::Refused.name(), Reason::Abandoned.name()), ("refused", "abandoned"));
    let account = |received, delivered, held, gap| {
        let mut account = Ledger::default();
        (account.received, account.delivered, account.held, account.gap) = (received, delivered, held, gap);
        (account.duplicate, account.conflict_lost) = (1, 1);
        account.balanced()
    };
    assert!(account(5, 3, 0, 0) && account(5, 3, 0, 9) && account(6, 3, 1, 0));
    assert!(!account(6, 3, 0, 0) && !account(5, 3, 1, 0) && !account(5, u64::MAX, 0, 0));
}
