//! Bounds of time, stack and memory, and captures damaged at every place.

use std::path::{Path, PathBuf};
use std::process::Command;

use wiretale::capture::Capture;
use wiretale::packet::{Address, Direction, Endpoint, Flags, LinkType, Timestamp};
use wiretale::{Analyzer, Settings, Standard, analyze_captures};
use wiretale_testkit::build::{TcpHeader, ethernet, ip_packet, tcp_frame, udp_frame};
use wiretale_testkit::{Deaf, Random, lend};

use crate::hearing::hear;
use crate::laws::{Frames, scene};

/// Small captures: the project's own, and those beside it where they are.
fn small_captures(most: u64) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![wiretale_tests::data()];
    folders.extend(["zeek", "tcpdump", "suricata-verify", "ndpi"].into_iter().filter_map(wiretale_tests::shared));
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
        every_prefix(path);
    }
}

/// Takes a minute: `cargo test --release -p wiretale-tests --test it -- --ignored --nocapture every_prefix`.
#[test]
#[ignore = "takes a minute"]
fn every_prefix_of_every_small_capture_is_borne() {
    let captures = small_captures(65_536);
    let (prefixes, runs) =
        captures.iter().map(|path| every_prefix(path)).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    println!("{} captures, {prefixes} prefixes read, {runs} of them analysed", captures.len());
}

/// Every prefix is read; those that hold a frame more than the last are analysed, as the frames are all that analysis
/// sees. How many were read, and analysed.
fn every_prefix(path: &Path) -> (usize, usize) {
    let bytes = std::fs::read(path).expect("readable");
    let (mut frames, mut runs) = (None, 0);
    for cut in 0..=bytes.len() {
        let now = whole_frames(&bytes[..cut]);
        if frames != Some(now) || cut == bytes.len() {
            assert!(frames.is_none_or(|frames| now >= frames), "{} cut at {cut}: {now} frames", path.display());
            assert_eq!(run(&bytes[..cut]), now, "{} cut at {cut}", path.display());
            runs += 1;
        }
        frames = Some(now);
    }
    (bytes.len() + 1, runs)
}

/// How many frames can be read before the end, or the first error.
fn whole_frames(bytes: &[u8]) -> u64 {
    let Ok(mut capture) = Capture::from_bytes(bytes, "made") else { return 0 };
    let mut frames = 0;
    while let Some(Ok(_)) = capture.next() {
        frames += 1;
    }
    frames
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
        let mut capture = Capture::open(&path).expect("a header");
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
