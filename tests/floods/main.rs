//! Peak memory under floods: each in a process of its own, through the engine alone, through everything that listens,
//! and through the program.
//!
//! `cargo build --release -p wiretale-cli && cargo test --release -p wiretale-tests --test floods -- --ignored --nocapture
//! memory` prints the table. `ONLY=SYNs` runs the floods with that in their name, `SHARE=10` a tenth.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use wiretale::capture::write::Pcap;
use wiretale::packet::{Address, Endpoint, Flags, Frame, LinkType, Timestamp};
use wiretale::protocol::Observer;
use wiretale::score::{Home, Inventory, Scorer, Weights};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::case::Chronicle;
use wiretale_report::{Logs, Options, Output, WriteError};
use wiretale_testkit::Deaf;
use wiretale_testkit::build::{TcpHeader, ethernet, ip_packet, tcp_frame};

#[test]
#[ignore = "takes minutes; prints figures"]
fn memory_under_floods_stays_below_its_ceiling() {
    let share: u64 = std::env::var("SHARE").ok().and_then(|share| share.parse().ok()).unwrap_or(1);
    let only = std::env::var("ONLY").unwrap_or_default();
    let floods = FLOODS.iter().filter(|(name, _)| name.contains(&only));
    println!(
        "MiB at the peak: engine, all that listens, program; bytes of an open flow; bytes accounted for at the end"
    );
    let mut wrong = Vec::new();
    for (name, count) in floods {
        let count = count / share;
        let [engine, line] = [false, true].map(|all| in_process(name, count, all));
        let program = program(name, count);
        let shown = program.map_or_else(|| "-".to_owned(), mib);
        println!(
            "{name:32} {:>9} {:>6} {:>6} {shown:>6} {:>6} {:>4}",
            count,
            mib(engine.peak),
            mib(line.peak),
            engine.each,
            engine.left
        );
        let peaks = [Some(engine.peak), Some(line.peak), program];
        if peaks.iter().flatten().any(|peak| *peak > CEILING) || engine.left > 0 || line.left > 0 {
            wrong.push(*name);
        }
    }
    assert!(wrong.is_empty(), "above the ceiling, or not back at the beginning: {wrong:?}");
}

fn mib(kib: u64) -> String {
    format!("{:.1}", kib as f64 / 1024.0)
}

/// The ceiling that is set, and a tenth, in KiB.
const CEILING: u64 = 256 * 1024 * 11 / 10;

/// What a process said of itself: KiB at its peak, resident bytes of an open flow, bytes accounted for afterwards.
#[derive(Default)]
struct Told {
    peak: u64,
    each: u64,
    left: u64,
}

fn in_process(name: &str, count: u64, all: bool) -> Told {
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--ignored", "--exact", "one_flood", "--nocapture", "--test-threads=1"])
        .env("FLOOD", name)
        .env("COUNT", count.to_string())
        .env("LISTENERS", if all { "all" } else { "none" })
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.split_once("flood: ")).map_or("", |(_, line)| line);
    let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[peak, each, left] = numbers.as_slice() else { panic!("{name} failed: {text}") };
    Told { peak, each, left }
}

/// The child of the above.
#[test]
#[ignore = "run by another test"]
fn one_flood() {
    let Ok(name) = std::env::var("FLOOD") else { return };
    let count = std::env::var("COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let settings = Settings { seed: 7, ..Settings::default() };
    if std::env::var("LISTENERS").is_ok_and(|who| who == "all") {
        let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
        let listeners = (Logs::new(Nowhere, Options::default()), (scorer, Chronicle::new(Home::default())));
        measure(Analyzer::<Standard, _>::new(listeners, settings), &name, count);
    } else {
        measure(Analyzer::<Standard, _>::new(Deaf, settings), &name, count);
    }
}

fn measure<O>(mut analyzer: Analyzer<Standard, O>, name: &str, count: u64)
where
    O: Observer,
    Standard: wiretale::protocol::Services<O>,
{
    let before = status("self", "VmRSS:");
    Flood::new(&mut |frame, number| analyzer.packet(frame, number)).run(name, count);
    let flows = analyzer.open_flows() as u64;
    let each = ((status("self", "VmRSS:") - before) << 10) / flows.max(1);
    let (full, beside) = (analyzer.memory(), analyzer.memory_beside_flows());
    for second in 0..5 {
        let at = Timestamp::from_parts(2_000_000_000 + second, 0);
        let data = &ARP;
        analyzer.packet(Frame { at, link: LinkType::ETHERNET, data, wire_len: data.len() as u32 }, u64::MAX);
    }
    let left = analyzer.memory() - analyzer.memory_beside_flows();
    let resident = status("self", "VmRSS:");
    let stats = analyzer.stats();
    let _ = analyzer.finish();
    println!(
        "note: {full} accounted for in {flows} flows, of which {beside} beside them, {resident} KiB resident afterwards; {stats:?}"
    );
    println!("flood: {} {each} {left}", status("self", "VmHWM:"));
}

/// The peak of the program in KiB, where it was built beside these tests.
fn program(name: &str, count: u64) -> Option<u64> {
    let here = std::env::current_exe().ok()?;
    let path: PathBuf = here.parent()?.parent()?.join("wiretale");
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(path)
        .args(["analyze", "-", "--out"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdin = child.stdin.take().expect("a pipe");
    let mut pcap = Pcap::nanos(BufWriter::with_capacity(1 << 16, stdin), LinkType::ETHERNET).expect("a pipe");
    Flood::new(&mut |frame, _| pcap.frame(&frame).expect("a pipe")).run(name, count);
    let mut pipe = pcap.into_inner();
    pipe.flush().expect("a pipe");
    drop(pipe);
    Some(watch(&mut child))
}

/// The high-water mark of a process, read until it ends.
fn watch(child: &mut Child) -> u64 {
    let (id, mut peak) = (child.id().to_string(), 0);
    while child.try_wait().expect("a child").is_none() {
        peak = peak.max(status(&id, "VmHWM:"));
        std::thread::sleep(Duration::from_millis(10));
    }
    peak
}

/// A line of a process's account, in KiB.
fn status(process: &str, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

struct Nowhere;

impl Output for Nowhere {
    fn write(&mut self, _: &'static str, _: &[u8]) -> Result<(), WriteError> {
        Ok(())
    }
}

const FLOODS: &[(&str, u64)] = &[
    ("idle SYNs", 1_000_000),
    ("SYNs from all over", 10_000_000),
    ("half-open with three holes", 1_000_000),
    ("incomplete fragments", 1_000_000),
    ("DCC offers", 1_000_000),
    ("PORT offers", 1_000_000),
    ("channels", 1_000_000),
    ("nicks", 1_000_000),
    ("channels of 500 connections", 1_000_000),
    ("nicks of 100 connections", 1_000_000),
    ("endless lines", 100_000),
    ("datagrams from all over", 2_000_000),
    ("short connections", 1_000_000),
];

/// Frames one after the other, none of them kept.
struct Flood<'f> {
    send: &'f mut dyn FnMut(Frame<'_>, u64),
    number: u64,
}

impl<'f> Flood<'f> {
    fn new(send: &'f mut dyn FnMut(Frame<'_>, u64)) -> Self {
        Self { send, number: 0 }
    }

    fn run(&mut self, name: &str, count: u64) {
        match name {
            "idle SYNs" | "SYNs from all over" => {
                (0..count).for_each(|n| self.frame(n / 4_000_000, &syn(n as u32, Flags::SYN)));
            }
            "half-open with three holes" => (0..count).for_each(|n| {
                self.frame(0, &syn(n as u32, Flags::SYN));
                for hole in 1..4 {
                    self.data(0, n as u32, 80, hole * 100, &[b'x'; 32]);
                }
            }),
            "incomplete fragments" => (0..count).for_each(|n| self.frame(0, &lone_fragment(n as u32))),
            "DCC offers" => self.lines(1, 6667, HELLO, count, |n| {
                format!("PRIVMSG b{n} :\u{1}DCC SEND f{n} 16777{} {} 3\u{1}\r\n", 2161 + n / 60_000, 1025 + n % 60_000)
            }),
            "PORT offers" => self.lines(1, 21, "USER a\r\n", count, |n| {
                format!("PORT 10,{},{},1,{},{}\r\n", n >> 16 & 255, n >> 24, (n >> 8 & 255).max(8), n & 255)
            }),
            "channels" => self.joins(1, count, channel),
            "nicks" => self.joins(1, count, nick),
            "channels of 500 connections" => (10..510).for_each(|n| self.joins(n, count / 500, channel)),
            "nicks of 100 connections" => (10..110).for_each(|n| self.joins(n, count / 100, nick)),
            "endless lines" => self.endless(count as u32),
            "datagrams from all over" => (0..count).for_each(|n| {
                let ends = [host(n as u32, 1000), host(2, 9)];
                self.frame(0, &wiretale_testkit::build::udp_frame(ends[0], ends[1], b"what is this"));
            }),
            "short connections" => (0..count as u32).for_each(|n| {
                self.open(u64::from(n) / 100_000, n, 80);
                self.data(u64::from(n) / 100_000, n, 80, 1, b"GET / HTTP/1.0\r\n\r\n");
                self.frame(u64::from(n) / 100_000, &syn(n, Flags::RST));
            }),
            _ => panic!("{name}"),
        }
    }

    /// Every client in turn, a segment at a time, so that all their lines wait at once.
    fn endless(&mut self, clients: u32) {
        for step in 0..12 {
            for n in 0..clients {
                if step == 0 {
                    self.open(0, n, 6667);
                    self.data(0, n, 6667, 1, b"NICK a\r\nUSER a 0 * :a\r\nPING ");
                } else {
                    self.data(0, n, 6667, 28 + (step - 1) * 1400, &[b'x'; 1400]);
                }
            }
        }
    }

    /// Lines of an IRC server to a client that has said hello.
    fn joins(&mut self, n: u32, count: u64, line: impl Fn(u64) -> String) {
        self.open(0, n, 6667);
        self.data(0, n, 6667, 1, HELLO.as_bytes());
        let (mut next, mut text) = (0, ":irc.example.edu 001 a :Welcome\r\n".to_owned());
        for done in 0..count {
            text += &line(done);
            if text.len() > 1200 || done + 1 == count {
                let (seq, flags) = (next + 1, Flags::ACK.with(Flags::PSH));
                let header = TcpHeader { seq, ack: 2 + HELLO.len() as u32, flags, window: 65_535, options: Vec::new() };
                let frame = tcp_frame(host(2, 6667), host(n, 40_000), 64, &header, text.as_bytes());
                self.frame(done / 50_000, &frame);
                next = next.wrapping_add(text.len() as u32);
                text.clear();
            }
        }
    }

    fn lines(&mut self, n: u32, port: u16, opening: &str, count: u64, line: impl Fn(u64) -> String) {
        self.open(0, n, port);
        let (mut next, mut text) = (1, opening.to_owned());
        for done in 0..count {
            text += &line(done);
            if text.len() > 1200 || done + 1 == count {
                self.data(done / 50_000, n, port, next, text.as_bytes());
                next = next.wrapping_add(text.len() as u32);
                text.clear();
            }
        }
    }

    /// A handshake; the server's next number is 1.
    fn open(&mut self, second: u64, n: u32, port: u16) {
        let (client, server) = (host(n, 40_000), host(2, port));
        let header = |seq, ack, flags| TcpHeader { seq, ack, flags, window: 65_535, options: vec![3, 3, 14] };
        self.frame(second, &tcp_frame(client, server, 64, &header(1, 0, Flags::SYN), &[]));
        self.frame(second, &tcp_frame(server, client, 64, &header(0, 2, Flags::SYN.with(Flags::ACK)), &[]));
    }

    /// Bytes of a client; the first has place 1.
    fn data(&mut self, second: u64, n: u32, port: u16, place: u32, payload: &[u8]) {
        let (seq, flags) = (place.wrapping_add(1), Flags::ACK);
        let header = TcpHeader { seq, ack: 1, flags, window: 65_535, options: Vec::new() };
        self.frame(second, &tcp_frame(host(n, 40_000), host(2, port), 64, &header, payload));
    }

    fn frame(&mut self, second: u64, frame: &[u8]) {
        self.number += 1;
        let at = Timestamp::from_nanos((1_000_000_000 + second as i64) * 1_000_000_000 + (self.number % 1000) as i64);
        let frame = Frame { at, link: LinkType::ETHERNET, data: frame, wire_len: frame.len() as u32 };
        (self.send)(frame, self.number);
    }
}

fn channel(n: u64) -> String {
    format!(":a!u@h JOIN #channel{n}\r\n")
}

fn nick(n: u64) -> String {
    format!(":nick{n}!u@h JOIN #x\r\n")
}

fn host(n: u32, port: u16) -> Endpoint {
    let [a, b, c, d] = (0x0a00_0000 + n).to_be_bytes();
    Endpoint::new(Address::v4([a, b, c, d]), port)
}

fn syn(n: u32, flags: Flags) -> Vec<u8> {
    let header = TcpHeader { seq: 1, ack: 0, flags, window: 1024, options: Vec::new() };
    tcp_frame(host(n, 40_000), host(2, 80), 64, &header, &[])
}

/// One fragment of a packet of which no other comes; neither its first nor its last.
fn lone_fragment(n: u32) -> Vec<u8> {
    let hosts = [host(n / 65_536, 0).address, host(2, 0).address];
    let mut ip = ip_packet(hosts[0], hosts[1], 17, 64, &[0; 8]);
    ip[4..6].copy_from_slice(&(n as u16).to_be_bytes());
    ip[6..8].copy_from_slice(&(0x2000 | (1000 - 2 * (n % 300) as u16)).to_be_bytes());
    ip[10..12].fill(0);
    let sum: u32 = ip[..20].chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    ip[10..12].copy_from_slice(&(!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes());
    ethernet(&ip)
}

const HELLO: &str = "NICK a\r\nUSER a 0 * :a\r\n";

/// A frame of no flow, so that time passes.
const ARP: [u8; 14] = [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6];
