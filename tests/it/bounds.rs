//! Bounds of time, stack and memory, and captures damaged at every place.

use std::path::{Path, PathBuf};
use std::process::Command;

use wiretale::capture::Capture;
use wiretale::packet::{Address, Direction, Endpoint, Flags, Frame, LinkType, Timestamp};
use wiretale::protocol::{Observe, Observer, Protocol};
use wiretale::{Analyzer, Settings, Standard, analyze_captures};
use wiretale_testkit::build::{TcpHeader, ethernet, ip_packet, tcp_frame, udp_frame};
use wiretale_testkit::{Random, lend};

use crate::hearing::hear;
use crate::laws::{Frames, scene};

struct Deaf;

impl Observer for Deaf {
    type Flow = ();
}

impl<P: Protocol> Observe<P> for Deaf {}

/// Small captures: the project's own, and those beside it where they are.
fn small_captures(most: u64) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![wiretale_tests::data()];
    folders.extend(["zeek", "tcpdump", "suricata-verify"].into_iter().filter_map(wiretale_tests::shared));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("readable").path()) {
            let capture =
                ["pcap", "pcapng", "cap", "trace"].iter().any(|end| entry.extension().is_some_and(|e| e == *end));
            if entry.is_dir() {
                folders.push(entry);
            } else if capture && entry.metadata().is_ok_and(|meta| meta.len() <= most) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

fn run(bytes: &[u8]) -> u64 {
    let Ok(capture) = Capture::from_bytes(bytes, "made") else { return 0 };
    let read = analyze_captures::<Standard, _>(vec![capture], Settings::default(), Deaf);
    assert_eq!(read.stats.flows_opened, read.stats.flows_closed);
    assert_eq!((read.stats.held_bytes, read.stats.probed_bytes, read.stats.decoder_bytes), (0, 0, 0));
    read.stats.frames
}

#[test]
fn small_captures_cut_at_every_byte_are_borne() {
    let captures = small_captures(2048);
    assert!(captures.len() >= 40, "{}", captures.len());
    for path in captures.iter().filter(|path| path.starts_with(wiretale_tests::data())) {
        every_prefix(path, 1);
    }
}

/// Takes minutes: `cargo test --release -p wiretale-tests --test it -- --ignored every_prefix`.
#[test]
#[ignore = "takes minutes"]
fn every_prefix_of_every_small_capture_is_borne() {
    let captures = small_captures(65_536);
    for path in &captures {
        let len = path.metadata().map_or(0, |meta| meta.len());
        // Every byte of the small ones; of the others, places all over.
        every_prefix(path, if len <= 8192 { 1 } else { 97 });
    }
    println!("{} captures", captures.len());
}

fn every_prefix(path: &Path, step: usize) {
    let bytes = std::fs::read(path).expect("readable");
    let mut frames = 0;
    for cut in (0..=bytes.len()).step_by(step) {
        let now = run(&bytes[..cut]);
        assert!(now >= frames, "{} cut at {cut} has {now} frames after {frames}", path.display());
        frames = now;
    }
}

#[test]
fn flipped_bits_in_packet_headers_are_borne() {
    let mut random = Random::new(9);
    for path in small_captures(8192) {
        let bytes = std::fs::read(&path).expect("readable");
        let own = path.starts_with(wiretale_tests::data());
        for _ in 0..if own { 40 } else { 2 } {
            let mut damaged = bytes.clone();
            for _ in 0..random.between(1, 4) {
                let at = random.between(24.min(bytes.len() as u64 - 1), bytes.len() as u64) as usize;
                damaged[at] ^= 1 << random.between(0, 8);
            }
            run(&damaged);
        }
    }
    let frames = scene(false);
    for n in 0..frames.len() {
        for _ in 0..8 {
            let mut damaged = frames.clone();
            let byte = random.between(12, damaged[n].1.len().min(80) as u64) as usize;
            damaged[n].1[byte] ^= 1 << random.between(0, 8);
            let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
            for (number, frame) in damaged.iter().enumerate() {
                analyzer.packet(lend(frame), number as u64 + 1);
            }
            let _ = analyzer.finish();
        }
    }
}

#[test]
fn a_small_stack_is_enough() {
    let run = || {
        hear(scene(false).iter().map(lend));
        for kind in KINDS {
            feed(&adversary(kind, 300));
        }
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run).expect("a thread");
    thread.join().expect("no overflow");
}

/// A capture that shrinks or grows while it is read ends with what was there.
#[test]
fn a_growing_file_is_read_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("growing.pcap");
    let frames = scene(false);
    let mut pcap = wiretale::capture::write::Pcap::nanos(Vec::new(), LinkType::ETHERNET).expect("memory");
    frames.iter().for_each(|frame| pcap.frame(&lend(frame)).expect("memory"));
    let bytes = pcap.into_inner();
    for cut in [24, 100, 4000, bytes.len() - 3] {
        std::fs::write(&path, &bytes[..cut]).expect("writable");
        let mut capture = Capture::read(&path).expect("a header");
        let mut read = usize::from(matches!(capture.next(), Some(Ok(_))));
        std::fs::write(&path, &bytes).expect("writable");
        while let Some(Ok(_)) = capture.next() {
            read += 1;
        }
        assert!(read <= frames.len() && capture.next().is_none());
    }
}

/// Instruction counts of twice the work, by callgrind: at most 2.3 times as many.
/// `cargo test --release -p wiretale-tests --test it -- --ignored --nocapture twice_the_work`.
#[test]
#[ignore = "needs valgrind and minutes"]
fn twice_the_work_takes_twice_the_instructions() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not here");
        return;
    }
    let mut wrong = Vec::new();
    for kind in KINDS {
        let base = instructions(kind, 0);
        let [one, two] = [2000, 4000].map(|size| instructions(kind, size).saturating_sub(base));
        let growth = two as f64 / one.max(1) as f64;
        println!("{kind:24} {one:12} {two:12} {growth:.2}");
        if growth > 2.3 {
            wrong.push(format!("{kind}: {growth:.2}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The child of the test above.
#[test]
#[ignore = "run by another test"]
fn one_adversary() {
    let Ok(kind) = std::env::var("ADVERSARY") else { return };
    let size = std::env::var("SIZE").ok().and_then(|size| size.parse().ok()).unwrap_or(0);
    feed(&adversary(&kind, size));
}

fn instructions(kind: &str, size: u32) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("this binary"))
        .args(["--ignored", "--exact", "bounds::one_adversary", "--test-threads=1"])
        .env("ADVERSARY", kind)
        .env("SIZE", size.to_string())
        .output()
        .expect("valgrind runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = text.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim().to_owned());
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("no count: {text}"))
}

fn feed(frames: &Frames) {
    let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
    for (number, frame) in frames.iter().enumerate() {
        analyzer.packet(lend(frame), number as u64 + 1);
    }
    let _ = analyzer.finish();
}

const KINDS: &[&str] = &[
    "descending bytes",
    "alternating holes",
    "staircase",
    "each covers all before",
    "tiny fragments",
    "endless line",
    "one-byte words",
    "SSH names",
    "continuation lines",
    "nested tunnels",
    "extension headers",
    "timers at one instant",
    "flows closing at once",
    "pipelined commands",
    "DCC offers",
    "JOIN of many",
];

/// `n` units of one adversary's work, as frames.
fn adversary(kind: &str, n: u32) -> Frames {
    let text = |port: u16, opening: &[&str], unit: &dyn Fn(u32) -> String| {
        let mut stream: Vec<u8> = opening.concat().into_bytes();
        (0..n).for_each(|n| stream.extend(unit(n).bytes()));
        segments(
            port,
            stream
                .chunks(1000)
                .scan(0, |at, piece| Some((std::mem::replace(at, *at + piece.len() as u32), piece.to_vec()))),
        )
    };
    let hello = ["NICK a\r\nUSER a 0 * :a\r\n"];
    match kind {
        "descending bytes" => segments(6667, (0..n).rev().map(|n| (n, vec![b'x']))),
        "alternating holes" => segments(6667, (0..n).map(|n| (2 * n + 1, vec![b'x']))),
        "staircase" => segments(6667, (0..n).map(|n| (n + 1, vec![b'x'; 1400]))),
        "each covers all before" => segments(6667, (0..n).rev().map(|n| (n + 1, vec![b'x'; 1400]))),
        "tiny fragments" => (0..n).flat_map(|n| tiny_fragment(n / 200, n % 200)).collect(),
        "endless line" => segments(6667, (0..n).map(|n| (n, vec![b'x']))),
        "one-byte words" => text(6667, &hello, &|n| if n % 200 == 199 { "\r\n".into() } else { "x ".into() }),
        "SSH names" => {
            text(22, &["SSH-2.0-a\r\n\0\u{1}\0\0\u{4}\u{14}0123456789abcdef\0\0\u{7f}\u{7f}"], &|_| "x,".into())
        }
        "continuation lines" => text(21, &["220-x\r\n"], &|_| "220-x\r\n".into()),
        "nested tunnels" => (0..n / 20).map(|n| (at(n), nested(20))).collect(),
        "extension headers" => (0..n / 100).map(|n| (at(n), extended(100))).collect(),
        "timers at one instant" => (0..n).map(|n| (at(0), udp(n))).chain([(at(600_000), udp(0))]).collect(),
        "flows closing at once" => {
            (0..n).flat_map(|n| [(at(0), syn(n, Flags::SYN)), (at(1), syn(n, Flags::RST))]).collect()
        }
        "pipelined commands" => text(21, &["USER a\r\n"], &|_| "SIZE a\r\n".into()),
        "DCC offers" => {
            text(6667, &hello, &|n| format!("PRIVMSG b :\u{1}DCC SEND f{n} 167772161 {} 3\u{1}\r\n", 1025 + n % 60_000))
        }
        "JOIN of many" => text(6667, &hello, &|n| format!(":n{n}!u@h JOIN #x\r\n")),
        _ => panic!("{kind}"),
    }
}

fn at(millis: u32) -> Timestamp {
    Timestamp::from_parts(1_000_000_000, 0) + std::time::Duration::from_millis(millis.into())
}

fn host(n: u32, port: u16) -> Endpoint {
    let [a, b, c, d] = (0x0a00_0000 + n).to_be_bytes();
    Endpoint::new(Address::v4([a, b, c, d]), port)
}

/// Segments of a client at these offsets, between a handshake and nothing.
fn segments(port: u16, places: impl Iterator<Item = (u32, Vec<u8>)>) -> Frames {
    let mut frames = Frames::new();
    let mut put = |from: Direction, seq: u32, flags: Flags, payload: &[u8]| {
        let ends = [host(1, 40_000), host(2, port)];
        let ack = u32::from(flags.has(Flags::ACK));
        let header = TcpHeader { seq, ack, flags, window: 65_535, options: vec![3, 3, 14] };
        let (src, dst) = (ends[from.index()], ends[from.opposite().index()]);
        frames.push((at(frames.len() as u32 / 100), tcp_frame(src, dst, 64, &header, payload)));
    };
    put(Direction::Client, 0, Flags::SYN, &[]);
    put(Direction::Server, 0, Flags::SYN.with(Flags::ACK), &[]);
    for (place, payload) in places {
        put(Direction::Client, place + 1, Flags::ACK, &payload);
    }
    frames
}

fn tiny_fragment(id: u32, place: u32) -> Option<(Timestamp, Vec<u8>)> {
    let mut ip = ip_packet(host(1, 0).address, host(2, 0).address, 17, 64, &[0; 8]);
    ip[4..6].copy_from_slice(&(id as u16).to_be_bytes());
    // Descending, and with holes.
    ip[6..8].copy_from_slice(&(0x2000 | (1000 - 2 * place as u16)).to_be_bytes());
    ip[10..12].fill(0);
    let sum: u32 = ip[..20].chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    ip[10..12].copy_from_slice(&(!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes());
    Some((at(0), ethernet(&ip)))
}

fn nested(depth: u32) -> Vec<u8> {
    let inner = udp_frame(host(1, 1000), host(2, 9), b"x");
    let ip = (0..depth)
        .fold(inner[14..].to_vec(), |ip, n| ip_packet(host(n, 0).address, host(n + 1, 0).address, 4, 64, &ip));
    ethernet(&ip)
}

fn extended(count: usize) -> Vec<u8> {
    let mut headers: Vec<u8> = (0..count).flat_map(|_| [60, 0, 1, 4, 0, 0, 0, 0]).collect();
    headers[count * 8 - 8] = 59;
    ethernet(&ip_packet(Address::v6([0x20; 16]), Address::v6([0x30; 16]), 60, 64, &headers))
}

fn udp(n: u32) -> Vec<u8> {
    udp_frame(host(n, 1000), host(2, 9), b"x")
}

fn syn(n: u32, flags: Flags) -> Vec<u8> {
    let header = TcpHeader { seq: 1, ack: 0, flags, window: 1024, options: Vec::new() };
    tcp_frame(host(n, 40_000), host(2, 80), 64, &header, &[])
}

/// Peak memory under floods, each in a process of its own.
/// `cargo test --release -p wiretale-tests --test it -- --ignored --nocapture memory`.
#[test]
#[ignore = "takes minutes; prints figures"]
fn memory_under_floods_stays_below_its_ceiling() {
    let share: u64 = std::env::var("SHARE").ok().and_then(|share| share.parse().ok()).unwrap_or(1);
    let mut wrong = Vec::new();
    for (name, count) in FLOODS {
        let output = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--ignored", "--exact", "bounds::one_flood", "--nocapture", "--test-threads=1"])
            .env("FLOOD", name)
            .env("COUNT", (count / share).to_string())
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find_map(|line| line.split_once("flood: ")).map_or("it failed", |(_, line)| line);
        println!("{name:24} {line}");
        let peak = line.split(' ').next().and_then(|peak| peak.parse::<u64>().ok());
        if peak.is_none_or(|peak| peak > 256 * 1024 * 11 / 10) {
            wrong.push(*name);
        }
    }
    assert!(wrong.is_empty(), "above the ceiling: {wrong:?}");
}

/// The child of the test above.
#[test]
#[ignore = "run by another test"]
fn one_flood() {
    let Ok(name) = std::env::var("FLOOD") else { return };
    let count = std::env::var("COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let mut flood = Flood { analyzer: Analyzer::new(Deaf, Settings::default()), number: 0 };
    let before = status("VmRSS:");
    flood.run(&name, count);
    let (memory, flows) = (flood.analyzer.memory(), flood.analyzer.open_flows());
    let peak = status("VmHWM:");
    let grown = (status("VmRSS:") - before) << 10;
    let later = Timestamp::from_parts(2_000_000_000, 0);
    for second in 0..5 {
        let frame = (later + std::time::Duration::from_secs(second), crate::laws::ARP.to_vec());
        flood.analyzer.packet(lend(&frame), u64::MAX);
    }
    println!(
        "flood: {} KiB peak, {peak} before the end; {memory} bytes accounted in {flows} flows, {} resident per flow; \
         {} afterwards; identified {}, announced {}",
        status("VmHWM:"),
        grown / (flows as u64).max(1),
        flood.analyzer.memory(),
        flood.analyzer.stats().identified,
        flood.analyzer.stats().expectations,
    );
}

const FLOODS: &[(&str, u64)] = &[
    ("idle SYNs", 1_000_000),
    ("SYNs", 10_000_000),
    ("half-open with holes", 1_000_000),
    ("incomplete fragments", 1_000_000),
    ("DCC offers", 1_000_000),
    ("PORT offers", 1_000_000),
    ("channels", 1_000_000),
    ("nicks", 1_000_000),
    ("endless lines", 100_000),
];

struct Flood {
    analyzer: Analyzer<Standard, Deaf>,
    number: u64,
}

impl Flood {
    fn run(&mut self, name: &str, count: u64) {
        match name {
            "idle SYNs" | "SYNs" => (0..count).for_each(|n| self.frame(n / 4_000_000, &syn(n as u32, Flags::SYN))),
            "half-open with holes" => (0..count).for_each(|n| {
                self.frame(0, &syn(n as u32, Flags::SYN));
                for hole in 1..4 {
                    self.data(0, n as u32, 80, hole * 100, &[b'x'; 32]);
                }
            }),
            "incomplete fragments" => (0..count).for_each(|n| {
                if let Some((_, mut frame)) = tiny_fragment(n as u32, (n % 300) as u32) {
                    let hosts = (n as u32 / 65_536).to_be_bytes();
                    frame[30..34].copy_from_slice(&hosts);
                    frame[24..26].fill(0);
                    let sum: u32 =
                        frame[14..34].chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
                    let sum = (sum & 0xffff) + (sum >> 16);
                    frame[24..26].copy_from_slice(&(!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes());
                    self.frame(0, &frame);
                }
            }),
            "DCC offers" => self.lines(6667, "NICK a\r\nUSER a 0 * :a\r\n", count, |n| {
                format!("PRIVMSG b{n} :\u{1}DCC SEND f{n} 16777{} {} 3\u{1}\r\n", 2161 + n / 60_000, 1025 + n % 60_000)
            }),
            "PORT offers" => self.lines(21, "USER a\r\n", count, |n| {
                format!("PORT 10,{},{},1,{},{}\r\n", n >> 16 & 255, n >> 24, (n >> 8 & 255).max(8), n & 255)
            }),
            "channels" => {
                self.lines(6667, "NICK a\r\nUSER a 0 * :a\r\n", count, |n| format!(":a!u@h JOIN #channel{n}\r\n"));
            }
            "nicks" => self.lines(6667, "NICK a\r\nUSER a 0 * :a\r\n", count, |n| format!(":nick{n}!u@h JOIN #x\r\n")),
            "endless lines" => (0..12u32).for_each(|step| {
                for n in 0..count as u32 {
                    if step == 0 {
                        self.open(n, 6667);
                        self.data(0, n, 6667, 1, b"NICK a\r\nUSER a 0 * :a\r\nPING ");
                    } else {
                        self.data(0, n, 6667, 28 + (step - 1) * 1400, &[b'x'; 1400]);
                    }
                }
            }),
            _ => panic!("{name}"),
        }
    }

    fn lines(&mut self, port: u16, opening: &str, count: u64, line: impl Fn(u64) -> String) {
        self.open(1, port);
        let (mut next, mut text) = (1, opening.to_owned());
        for n in 0..count {
            text += &line(n);
            if text.len() > 1200 || n + 1 == count {
                self.data(n / 50_000, 1, port, next, text.as_bytes());
                next = next.wrapping_add(text.len() as u32);
                text.clear();
            }
        }
    }

    /// A handshake; the server's next number is 1.
    fn open(&mut self, n: u32, port: u16) {
        let (client, server) = (host(n, 40_000), host(2, port));
        let header = |seq, ack, flags| TcpHeader { seq, ack, flags, window: 65_535, options: vec![3, 3, 14] };
        self.frame(0, &tcp_frame(client, server, 64, &header(1, 0, Flags::SYN), &[]));
        self.frame(0, &tcp_frame(server, client, 64, &header(0, 2, Flags::SYN.with(Flags::ACK)), &[]));
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
        self.analyzer.packet(frame, self.number);
    }
}

/// A line of this process's account, in KiB.
fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}
