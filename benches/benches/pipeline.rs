//! Everything, from frames to events: packets and bytes a second, on made conversations and on the capture that
//! `WIRETALE_PCAP` names.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wiretale::capture::Capture;
use wiretale::packet::Timestamp;
use wiretale::score::{Home, Inventory, Scorer, Weights};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_benches::{conversations, lend, own_capture};
use wiretale_testkit::Deaf;

fn analyze(frames: &[(Timestamp, Vec<u8>)]) {
    let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
    for (number, frame) in frames.iter().enumerate() {
        analyzer.packet(lend(frame), number as u64 + 1);
    }
    black_box(analyzer.finish());
}

fn made(c: &mut Criterion) {
    let frames = conversations(2000);
    let bytes: usize = frames.iter().map(|(_, data)| data.len()).sum();
    let mut group = c.benchmark_group("pipeline");
    for (unit, throughput) in
        [("packets", Throughput::Elements(frames.len() as u64)), ("bytes", Throughput::Bytes(bytes as u64))]
    {
        group.throughput(throughput);
        group.bench_function(format!("made conversations, in {unit}"), |b| b.iter(|| analyze(&frames)));
    }
    group.finish();
}

fn own(c: &mut Criterion) {
    let Some(path) = own_capture() else { return };
    let mut group = c.benchmark_group("pipeline");
    group.sample_size(10).throughput(Throughput::Bytes(std::fs::metadata(&path).expect("WIRETALE_PCAP").len()));
    group.bench_function("own capture", |b| {
        b.iter(|| {
            let mut capture = Capture::open(&path).expect("WIRETALE_PCAP");
            let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
            while let Some(Ok(())) = capture.advance() {
                let number = capture.number();
                if let Some(frame) = capture.frame() {
                    analyzer.packet(frame, number);
                }
            }
            black_box(analyzer.finish());
        });
    });
    group.finish();
}

fn scored(c: &mut Criterion) {
    let frames = conversations(2000);
    let mut group = c.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(frames.len() as u64));
    group.bench_function("made conversations with scoring, in packets", |b| {
        b.iter(|| {
            let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
            let mut analyzer = Analyzer::<Standard, Scorer>::new(scorer, Settings::default());
            for (number, frame) in frames.iter().enumerate() {
                analyzer.packet(lend(frame), number as u64 + 1);
            }
            black_box(analyzer.finish().evidence().len())
        });
    });
    group.finish();
}

criterion_group!(benches, made, scored, own);
criterion_main!(benches);
