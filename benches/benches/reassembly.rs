//! Segments into streams, beside two baselines, plain slicing and a reassembler that copies everything, and protolens.

use std::cell::Cell;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

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
    let lent: &'static [u8] = bytes.clone().leak();
    group.bench_function("protolens, in order", |b| {
        b.iter_batched(
            || (0..SEGMENTS).map(|n| Lent::of(lent, n)).collect::<Vec<_>>(),
            |segments| assert_eq!(protolens(segments), lent.len()),
            BatchSize::SmallInput,
        );
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

/// A segment as protolens takes it.
#[derive(Clone)]
struct Lent {
    seq: u32,
    payload: &'static [u8],
}

impl Lent {
    fn of(bytes: &'static [u8], n: usize) -> Self {
        Self { seq: 1 + (n * SEGMENT) as u32, payload: &bytes[n * SEGMENT..(n + 1) * SEGMENT] }
    }
}

impl protolens::Packet for Lent {
    fn trans_proto(&self) -> protolens::TransProto {
        protolens::TransProto::Tcp
    }

    fn sip(&self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))
    }

    fn dip(&self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2))
    }

    fn tu_sport(&self) -> u16 {
        4000
    }

    fn tu_dport(&self) -> u16 {
        7000
    }

    fn seq(&self) -> u32 {
        self.seq
    }

    fn syn(&self) -> bool {
        false
    }

    fn fin(&self) -> bool {
        false
    }

    fn payload_len(&self) -> usize {
        self.payload.len()
    }

    fn payload(&self) -> &[u8] {
        self.payload
    }
}

/// How many bytes it hands on, in order.
fn protolens(segments: Vec<Lent>) -> usize {
    let total = Rc::new(Cell::new(0));
    let mut lens = protolens::Prolens::<Lent>::default();
    let sum = Rc::clone(&total);
    lens.set_cb_ord_pkt(move |segment: Lent, _, _| sum.set(sum.get() + black_box(segment.payload).len()));
    let mut task = lens.new_task(protolens::TransProto::Tcp);
    lens.set_task_parser(&mut task, protolens::L7Proto::OrdPacket);
    for segment in segments {
        lens.run_task(&mut task, segment);
    }
    total.get()
}

criterion_group!(benches, reassembly);
criterion_main!(benches);
