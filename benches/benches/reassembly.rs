//! Segments into streams, beside two baselines: plain slicing, and a reassembler that copies everything.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wiretale::packet::{Direction, Flags, Segment, SeqNumber, Timestamp};
use wiretale::reassembly::{Anomaly, Arrival, Chunk, Connection, Limits, Policy, Sink};
use wiretale_testkit::Random;

const SEGMENT: usize = 1460;
const SEGMENTS: usize = 2000;

#[derive(Default)]
struct Total(u64);

impl Sink for Total {
    fn chunk(&mut self, _: Direction, _: u64, chunk: Chunk<'_>) {
        if let Chunk::Data(bytes) = chunk {
            self.0 += black_box(bytes).len() as u64;
        }
    }

    fn anomaly(&mut self, _: Direction, _: Anomaly<'_>) {}
}

fn arrival(seq: u32, flags: Flags, payload: &[u8]) -> Arrival<'_> {
    let segment = Segment {
        seq: SeqNumber(seq),
        ack: SeqNumber(1),
        flags,
        window: 65_535,
        urgent: 0,
        options: &[],
        payload,
        missing: 0,
    };
    Arrival { at: Timestamp::from_parts(1, 0), segment, ttl: 64, origin: None }
}

fn established() -> Connection {
    let (mut connection, mut total, limits) = (Connection::new(Policy::default()), Total::default(), Limits::default());
    connection.segment(Direction::Client, &arrival(0, Flags::SYN, &[]), &limits, &mut total);
    connection.segment(Direction::Server, &arrival(0, Flags::SYN.with(Flags::ACK), &[]), &limits, &mut total);
    connection.segment(Direction::Client, &arrival(1, Flags::ACK, &[]), &limits, &mut total);
    connection
}

// Orders in which segments arrive, as indices of them.
fn orders() -> [(&'static str, Vec<usize>); 4] {
    let in_order: Vec<usize> = (0..SEGMENTS).collect();
    let mut random = Random::new(5);
    let mut swapped = in_order.clone();
    for n in 1..SEGMENTS {
        if random.chance(0.1) {
            swapped.swap(n - 1, n);
        }
    }
    let windows = in_order.chunks(8).flat_map(|window| window.iter().rev().copied()).collect();
    let resent = in_order.iter().flat_map(|&n| if n % 10 == 9 { vec![n, n - 3] } else { vec![n] }).collect();
    [("in order", in_order), ("one swap in ten", swapped), ("reversed windows", windows), ("retransmissions", resent)]
}

fn reassembly(c: &mut Criterion) {
    let bytes = Random::new(1).bytes(SEGMENT * SEGMENTS);
    let mut group = c.benchmark_group("reassembly");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("baseline: plain slicing", |b| {
        b.iter(|| {
            let mut total = Total::default();
            for piece in bytes.chunks(SEGMENT) {
                total.chunk(Direction::Client, 0, Chunk::Data(piece));
            }
            black_box(total.0)
        });
    });
    group.bench_function("baseline: copying everything", |b| {
        b.iter(|| {
            let mut buffer = Vec::new();
            for piece in bytes.chunks(SEGMENT) {
                buffer.extend_from_slice(piece);
                if buffer.len() > 64 * 1024 {
                    black_box(&buffer);
                    buffer.clear();
                }
            }
            black_box(buffer.len())
        });
    });
    for (name, order) in orders() {
        group.bench_function(name, |b| {
            b.iter_batched(
                established,
                |mut connection| {
                    let (mut total, limits) = (Total::default(), Limits::default());
                    for &n in &order {
                        let piece = &bytes[n * SEGMENT..(n + 1) * SEGMENT];
                        let seq = 1 + (n * SEGMENT) as u32;
                        connection.segment(Direction::Client, &arrival(seq, Flags::ACK, piece), &limits, &mut total);
                    }
                    assert_eq!(total.0, bytes.len() as u64);
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, reassembly);
criterion_main!(benches);
