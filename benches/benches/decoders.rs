//! Each decoder alone: bytes and messages a second.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wiretale::irc::{Irc, parse};
use wiretale::packet::Direction;
use wiretale::protocol::{Chunk, Lines, Moment, Observe, Observer, Protocol};
use wiretale::{dcc::Dcc, dns::Dns, ftp::Ftp, ssh::Ssh, terminal::Terminal};
use wiretale_benches::{dcc_transfer, dns_session, ftp_session, irc_lines, ssh_session};
use wiretale_testkit::{Solo, plain};

/// Counts events and looks at none.
struct Count(u64);

impl Observer for Count {
    type Flow = ();
}

impl<P: Protocol> Observe<P> for Count {
    fn observe(&mut self, (): &mut (), _: &Moment<'_>, event: &P::Event<'_>) {
        black_box(event);
        self.0 += 1;
    }
}

fn run<P: Protocol>(turns: &[(Direction, Vec<u8>)], segment: usize) -> u64 {
    let mut solo = Solo::<P, _>::heard_by(plain::<P>(), Count(0));
    for (direction, bytes) in turns {
        for piece in bytes.chunks(segment) {
            solo.chunk(*direction, Chunk::Data(piece));
        }
    }
    solo.heard.0
}

fn irc(c: &mut Criterion) {
    let lines = irc_lines(1 << 20);
    let mut group = c.benchmark_group("irc");
    group.throughput(Throughput::Bytes(lines.len() as u64));
    group.bench_function("cut into lines", |b| {
        b.iter(|| {
            let (mut framer, mut input, mut seen) = (Lines::new(8705), &lines[..], 0);
            while let Some(line) = framer.next(&mut input) {
                seen += line.bytes.len();
            }
            black_box(seen)
        });
    });
    group.bench_function("cut and parsed", |b| {
        b.iter(|| {
            let (mut framer, mut input, mut seen) = (Lines::new(8705), &lines[..], 0);
            while let Some(line) = framer.next(&mut input) {
                seen += usize::from(black_box(parse(line.bytes)).is_ok());
            }
            black_box(seen)
        });
    });
    group.bench_function("irc-proto, the same lines", |b| {
        let text = str::from_utf8(&lines).expect("made lines are ASCII");
        b.iter(|| {
            text.split_inclusive('\n').filter(|line| black_box(line.parse::<irc_proto::Message>()).is_ok()).count()
        });
    });
    let turns = [(Direction::Server, lines.clone())];
    group.bench_function("decoded, 1448-byte segments", |b| b.iter(|| black_box(run::<Irc>(&turns, 1448))));
    group.finish();
}

fn ftp(c: &mut Criterion) {
    let turns = ftp_session(5000);
    let mut group = c.benchmark_group("ftp");
    group.throughput(Throughput::Elements(10_005));
    group.bench_function("lines decoded", |b| b.iter(|| black_box(run::<Ftp>(&turns, 1448))));
    group.finish();
}

fn terminal(c: &mut Criterion) {
    let text: Vec<u8> = b"total 8\r\ndrwxr-xr-x 2 root root 4096 .\r\n".repeat(4000);
    let turns = [(Direction::Server, text)];
    let mut group = c.benchmark_group("terminal");
    group.throughput(Throughput::Bytes(turns[0].1.len() as u64));
    group.bench_function("lines decoded", |b| b.iter(|| black_box(run::<Terminal>(&turns, 1448))));
    group.finish();
}

fn ssh(c: &mut Criterion) {
    let turns = ssh_session(20_000);
    let mut group = c.benchmark_group("ssh");
    group.throughput(Throughput::Elements(turns.len() as u64));
    group.bench_function("key exchange and sealed turns", |b| b.iter(|| black_box(run::<Ssh>(&turns, 1448))));
    group.finish();
}

fn dns(c: &mut Criterion) {
    let turns = dns_session(5000);
    let mut group = c.benchmark_group("dns");
    group.throughput(Throughput::Elements(turns.len() as u64));
    group.bench_function("questions and answers", |b| b.iter(|| black_box(run::<Dns>(&turns, 1448))));
    group.finish();
}

fn dcc(c: &mut Criterion) {
    let turns = dcc_transfer(4 << 20);
    let mut group = c.benchmark_group("dcc");
    group.throughput(Throughput::Bytes(4 << 20));
    group.bench_function("a transfer with acknowledgements", |b| b.iter(|| black_box(run::<Dcc>(&turns, 1448))));
    group.finish();
}

criterion_group!(benches, irc, ftp, terminal, ssh, dns, dcc);
criterion_main!(benches);
