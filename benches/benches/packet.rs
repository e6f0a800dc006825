//! From frames to segments: packets and bytes a second, with and without checksums.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use etherparse::{LaxSlicedPacket, TransportSlice};
use wiretale::packet::{Body, Checks, dissect};
use wiretale_benches::{conversations, lend};

fn packets(c: &mut Criterion) {
    let frames = conversations(400);
    let mut group = c.benchmark_group("packet");
    group.throughput(Throughput::Elements(frames.len() as u64));
    for (name, checks) in [("dissect", Checks::Ignore), ("dissect, checksums verified", Checks::Verify)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut payload = 0;
                for packet in frames.iter().flat_map(|frame| dissect(lend(frame), checks)).flatten() {
                    if let Body::Tcp { segment, .. } = packet.body {
                        payload += segment.payload.len();
                    }
                }
                black_box(payload)
            });
        });
    }
    group.bench_function("etherparse, the same frames", |b| {
        b.iter(|| {
            let payload = |frame| match LaxSlicedPacket::from_ethernet(lend(frame).data).ok()?.transport? {
                TransportSlice::Tcp(segment) => Some(segment.payload().len()),
                _ => None,
            };
            black_box(frames.iter().filter_map(payload).sum::<usize>())
        });
    });
    group.finish();
}

criterion_group!(benches, packets);
criterion_main!(benches);
