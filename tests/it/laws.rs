//! Laws of the whole: what is said does not depend on how packets are ordered, doubled, wrapped, cut, stored and keyed.

use std::io::Read;
use std::time::Duration;

use proptest::prelude::*;
use wiretale::capture::write::{Order, Pcap, Pcapng};
use wiretale::capture::{Capture, Merged};
use wiretale::packet::{Address, Endpoint, Flags, Frame, LinkType, Timestamp};
use wiretale::protocol::{Moment, Observer, Weird};
use wiretale::{Analyzer, Settings, Standard, analyze_captures};
use wiretale_testkit::build::{TcpHeader, tcp_frame, udp_frame};
use wiretale_testkit::{Random, Weather, Wire, lend};

use crate::hearing::{Flow, Hearing, hear, hear_with};
use crate::wrapping::{WRAPPINGS, fragments, payload};

pub(crate) type Frames = Vec<(Timestamp, Vec<u8>)>;

/// A little of everything, each family of flows between hosts of its own.
pub(crate) fn scene(v6: bool) -> Frames {
    let mut wire = Wire::new(Weather::default(), 11);
    let at = |second: i64| Timestamp::from_parts(1_000_000_000 + second, 0);
    let host = |n: u8, port| Endpoint::new(address(v6, n), port);
    let talk: String =
        (0..90).map(|n| format!("PRIVMSG #garden :tomato number {n} is ripe, come and see\r\n")).collect();
    let offer = match address(v6, 2).as_v4() {
        Some(octets) => u32::from_be_bytes(octets).to_string(),
        None => address(v6, 2).to_string(),
    };
    let _ = wire
        .tcp(at(0), host(2, 40_000), host(3, 6667))
        .client("NICK alice\r\nUSER alice 0 * :Alice\r\n")
        .server(":irc.example.edu 001 alice :Welcome\r\n:irc.example.edu 005 alice CHANTYPES=# :are supported\r\n")
        .client("PRIVMSG NickServ :IDENTIFY rosebud\r\nJOIN #garden\r\n")
        .server(":alice!a@h JOIN #garden\r\n:irc.example.edu 366 alice #garden :End\r\n")
        .client(&talk)
        .client(format!("PRIVMSG bob :\u{1}DCC SEND seeds.txt {offer} 5000 4000\u{1}\r\n"))
        .close(wiretale::packet::Direction::Client);
    let file: Vec<u8> = (0..4000u32).map(|n| (n % 251) as u8).collect();
    let _ = wire
        .tcp(at(3), host(4, 41_000), host(2, 5000))
        .server(&file)
        .client(4000u32.to_be_bytes())
        .close(wiretale::packet::Direction::Server);
    let passive = if v6 { "229 Extended (|||2049|)\r\n" } else { "227 Passive (10,20,0,6,8,1)\r\n" };
    let _ = wire
        .tcp(at(4), host(5, 42_000), host(6, 21))
        .server("220 ready\r\n")
        .client("USER bob\r\n")
        .server("331 password\r\n")
        .client("PASS swordfish\r\n")
        .server("230-welcome\r\n all\r\n230 in\r\n")
        .client(if v6 { "EPSV\r\n" } else { "PASV\r\n" })
        .server(passive)
        .client("RETR plans.txt\r\n")
        .server("150 on (4000 bytes)\r\n")
        .wait(Duration::from_secs(2))
        .server("226 done\r\n")
        .client("QUIT\r\n")
        .close(wiretale::packet::Direction::Client);
    let _ = wire.tcp(at(5), host(5, 42_001), host(6, 2049)).server(&file).close(wiretale::packet::Direction::Server);
    let _ = wire
        .tcp(at(6), host(7, 43_000), host(8, 22))
        .server("SSH-2.0-OpenSSH_9.9\r\n")
        .client("SSH-2.0-PuTTY_0.81\r\n")
        .close(wiretale::packet::Direction::Client);
    let _ = wire
        .tcp(at(7), host(9, 44_000), host(10, 80))
        .client("GET / HTTP/1.1\r\nHost: example.edu\r\n\r\n")
        .server([&b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"[..], &file].concat())
        .close(wiretale::packet::Direction::Server);
    let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03irc\x07example\x03edu\x00\x00\x01\x00\x01";
    let answer = [
        &b"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"[..],
        &question[12..],
        b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\x14\0\x03",
    ]
    .concat();
    wire.udp(at(8), host(11, 5353), host(12, 53), question);
    wire.udp(at(8) + Duration::from_millis(9), host(12, 53), host(11, 5353), &answer);
    wire.attempt(at(9), host(13, 45_000), host(14, 23), true);
    wire.attempt(at(9), host(13, 45_001), host(14, 25), false);
    wire.into_frames()
}

fn address(v6: bool, n: u8) -> Address {
    if v6 { Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n]) } else { Address::v4([10, 20, 0, n]) }
}

fn heard(frames: &Frames) -> Hearing {
    hear(frames.iter().map(lend))
}

/// The flows of the scene, and that there is something to compare.
fn told(v6: bool) -> Hearing {
    let hearing = heard(&scene(v6));
    assert_eq!(hearing.flows.len(), 9);
    let lines: usize = hearing.flows.values().map(|flow| flow.lines.len()).sum();
    assert!(lines > 140, "{lines} lines");
    for service in ["irc", "irc-dcc-data", "ftp", "ftp-data", "ssh", "http", "dns"] {
        let says = |flow: &Flow| flow.lines.iter().any(|said| said.split(' ').any(|word| word == service));
        assert!(hearing.flows.values().any(says), "{service}");
    }
    assert!(hearing.flows.values().all(|flow| flow.weirds.is_empty()), "{:?}", hearing.flows);
    hearing
}

fn assert_same(want: &Hearing, got: &Hearing, why: &str) {
    for (ends, flow) in &want.flows {
        let other = got.flows.get(ends).unwrap_or_else(|| panic!("{why}: no {ends:?} among {:?}", got.flows.keys()));
        assert_flow(flow, other, why);
    }
    assert_eq!(want.flows.len(), got.flows.len(), "{why}: {:?}", got.flows.keys());
}

fn assert_flow(want: &Flow, got: &Flow, why: &str) {
    for (want, got) in want.lines.iter().zip(&got.lines) {
        assert_eq!(want, got, "{why}");
    }
    assert!(want == got, "{why}:\n{want:?}\n{got:?}");
}

// Runs of data packets of one side of one flow.
fn runs(frames: &Frames) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in 0..frames.len() {
        let Some((ends, len)) = payload(&frames[at].1).filter(|(_, len)| *len > 0) else { continue };
        match runs.last_mut() {
            Some(run) if run.end == at && payload(&frames[at - 1].1).is_some_and(|(before, _)| before == ends) => {
                run.end = at + 1;
            }
            _ => runs.push(at..at + 1),
        }
        let _ = len;
    }
    runs.retain(|run| run.len() > 1);
    runs
}

#[test]
fn the_order_of_segments_makes_no_difference() {
    let (want, frames) = (told(false), scene(false));
    let runs = runs(&frames);
    assert!(runs.iter().any(|run| run.len() >= 4), "{runs:?}");
    for seed in 0..20 {
        let (mut random, mut shuffled) = (Random::new(seed), frames.clone());
        for run in &runs {
            for at in run.clone().rev() {
                let other = random.between(run.start as u64, at as u64 + 1) as usize;
                let (one, two) = (shuffled[at].1.clone(), shuffled[other].1.clone());
                (shuffled[at].1, shuffled[other].1) = (two, one);
            }
        }
        assert_same(&want, &heard(&shuffled), "shuffled");
    }
}

#[test]
fn doubled_packets_change_only_counters() {
    let (want, frames) = (told(false), scene(false));
    for every in [1, 2, 3, 7] {
        let doubled: Frames = frames
            .iter()
            .enumerate()
            .flat_map(|(n, frame)| {
                // Two equal datagrams are two datagrams.
                let twice = n % every == 0 && payload(&frame.1).is_some();
                std::iter::repeat_n(frame.clone(), 1 + usize::from(twice))
            })
            .collect();
        let mut got = heard(&doubled);
        got.flows.values_mut().for_each(|flow| flow.weirds.clear());
        assert_same(&want, &got, "doubled");
    }
}

#[test]
fn what_a_flow_is_wrapped_in_makes_no_difference() {
    for v6 in [false, true] {
        let (want, frames) = (told(v6), scene(v6));
        for (name, link, wrap) in WRAPPINGS {
            let wrapped: Frames = frames.iter().map(|(at, frame)| (*at, wrap(frame))).collect();
            let lent =
                wrapped.iter().map(|(at, data)| Frame { at: *at, link: *link, data, wire_len: data.len() as u32 });
            let mut got = hear(lent);
            // The tunnel itself may be a flow.
            got.flows.retain(|(client, _, _), _| client.address != Address::v4([198, 18, 0, 1]));
            assert!(got.strays.is_empty(), "{name}: {:?}", got.strays);
            assert_same(&want, &got, name);
        }
    }
}

#[test]
fn fragments_make_no_difference() {
    for v6 in [false, true] {
        let (want, frames) = (told(v6), scene(v6));
        for seed in 0..10 {
            let mut random = Random::new(seed);
            let cut: Frames = frames
                .iter()
                .enumerate()
                .flat_map(|(n, (at, frame))| {
                    fragments(frame, n as u32, &mut random).into_iter().map(|part| (*at, part)).collect::<Vec<_>>()
                })
                .collect();
            assert!(cut.len() > frames.len() * 2);
            assert_same(&want, &heard(&cut), "fragments");
        }
    }
}

#[test]
fn the_file_format_makes_no_difference() {
    let frames = scene(false);
    let want = told(false);
    let dir = tempfile::tempdir().expect("a folder");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for order in [Order::Little, Order::Big] {
        for nanos in [false, true] {
            let mut pcap = Pcap::new(Vec::new(), LinkType::ETHERNET, order, nanos).expect("memory");
            frames.iter().for_each(|frame| pcap.frame(&lend(frame)).expect("memory"));
            files.push((format!("pcap {order:?} {nanos}"), pcap.into_inner()));
        }
        for (resolution, tick) in [(6u8, 1000), (9, 1)] {
            let mut pcapng = Pcapng::new(Vec::new(), order).expect("memory");
            let interface = pcapng.interface(LinkType::ETHERNET, resolution).expect("memory");
            for frame in &frames {
                pcapng.frame(interface, (frame.0.nanos() / tick) as u64, &lend(frame)).expect("memory");
            }
            files.push((format!("pcapng {order:?} {resolution}"), pcapng.into_inner()));
        }
    }
    for (name, bytes) in files {
        let path = dir.path().join("capture");
        std::fs::write(&path, &bytes).expect("writable");
        let readers = [
            ("bytes", Capture::from_bytes(bytes.clone(), "memory")),
            ("file", Capture::open(&path)),
            ("dribble", Capture::from_reader(Box::new(Dribble(bytes, 0)), "dribble")),
        ];
        for (reader, capture) in readers {
            let capture = capture.unwrap_or_else(|error| panic!("{name} {reader}: {error}"));
            let read = analyze_captures::<Standard, _>(vec![capture], Settings::default(), Hearing::default());
            assert!(read.trouble.is_empty(), "{name} {reader}");
            assert_same(&want, &read.observer, &format!("{name} {reader}"));
        }
    }
}

/// Sent again with other bytes, when more was read since than a reader's buffer holds.
#[test]
fn what_was_read_long_ago_is_looked_back_into() {
    struct Weirds(Vec<String>);
    impl Observer for Weirds {
        type Flow = ();

        // What nobody reads is not compared.
        fn wants_streams(&self) -> bool {
            true
        }

        fn weird(&mut self, (): &mut (), _: &Moment<'_>, weird: &Weird<'_>) {
            self.0.push(weird.name.to_owned());
        }
    }
    let [client, server] = [1, 2].map(|n| Endpoint::new(address(false, n), 7000));
    let segment = |from, to, seq, ack, flags, payload: &[u8]| {
        let header = TcpHeader { seq, ack, flags, window: 9000, options: vec![] };
        tcp_frame(from, to, 64, &header, payload)
    };
    let ack = Flags::ACK;
    let mut frames = vec![
        segment(client, server, 0, 0, Flags::SYN, b""),
        segment(server, client, 90, 1, Flags::SYN.with(ack), b""),
        segment(client, server, 1, 91, ack, b""),
        segment(client, server, 1, 91, ack, &[b'a'; 700]),
        segment(client, server, 701, 91, ack, &[b'b'; 700]),
    ];
    let other = udp_frame(Endpoint::new(address(false, 3), 1), Endpoint::new(address(false, 4), 2), &[b'x'; 1000]);
    frames.extend(std::iter::repeat_n(other, 1500));
    let weirds = |again: u8| {
        let last = segment(client, server, 701, 91, ack, &[again; 700]);
        let mut pcap = Pcap::nanos(Vec::new(), LinkType::ETHERNET).expect("memory");
        for (n, data) in frames.iter().chain([&last]).enumerate() {
            let at = Timestamp::from_parts(1_000_000_000, 0) + Duration::from_millis(n as u64);
            pcap.frame(&lend(&(at, data.clone()))).expect("memory");
        }
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&file, pcap.into_inner()).expect("written");
        let captures = vec![Capture::open(&file).expect("a capture")];
        analyze_captures::<(), _>(captures, Settings::default(), Weirds(Vec::new())).observer.0
    };
    assert_eq!((weirds(b'b'), weirds(b'c')), (vec![], vec!["rexmit_inconsistency".to_owned()]));
}

/// A capture split over two files, read as one, is the same capture.
#[test]
fn two_files_are_one_capture() {
    let frames = scene(false);
    let mut halves = [0, 1].map(|_| Pcap::nanos(Vec::new(), LinkType::ETHERNET).expect("memory"));
    for (n, frame) in frames.iter().enumerate() {
        halves[usize::from(n % 3 == 0)].frame(&lend(frame)).expect("memory");
    }
    let captures = halves.map(|half| Capture::from_bytes(half.into_inner(), "half").expect("a capture"));
    let mut merged = Merged::new(captures.into());
    let mut owned = Frames::new();
    while let Some(frame) = merged.next() {
        let frame = frame.expect("whole");
        owned.push((frame.at, frame.data.to_vec()));
    }
    assert_same(&told(false), &heard(&owned), "merged");
}

#[test]
fn ticking_more_often_makes_no_difference() {
    let (want, frames) = (told(false), scene(false));
    for millis in [100, 700, 3000] {
        let first = frames[0].0;
        let ticks = (0..60_000 / millis).map(|n| (first + Duration::from_millis(n * millis), ARP.to_vec()));
        let mut all: Frames = frames.iter().cloned().chain(ticks).collect();
        all.sort_by_key(|(at, _)| *at);
        assert_same(&want, &heard(&all), "ticks");
    }
}

#[test]
fn no_seed_makes_a_difference() {
    let frames = scene(false);
    let run = |seed| {
        let settings = Settings { seed, ..Settings::default() };
        hear_with(settings, Hearing::transcribing(), frames.iter().map(lend))
    };
    let (want, counted) = run(0);
    assert!(want.transcript.lines().count() > 200);
    for seed in [1, 0xdead_beef, u64::MAX] {
        let (got, stats) = run(seed);
        assert!(want.transcript == got.transcript && counted == stats, "seed {seed}");
    }
}

#[test]
fn nothing_is_left_when_everything_is_over() {
    let mut analyzer = Analyzer::<Standard, Hearing>::new(Hearing::default(), Settings::default());
    // Senders whose checksums are watched stay known.
    let of_flows = |analyzer: &Analyzer<Standard, Hearing>| analyzer.memory() - analyzer.memory_beside_flows();
    let empty = of_flows(&analyzer);
    let mut frames = scene(false);
    // Holes, an incomplete packet and an unfinished line wait, too.
    let runs = runs(&frames);
    frames.remove(runs[0].start + 1);
    let mut parts = fragments(&frames[20].1.clone(), 9, &mut Random::new(1));
    frames[20].1 = parts.swap_remove(0);
    for (number, frame) in frames.iter().enumerate() {
        analyzer.packet(lend(frame), number as u64 + 1);
    }
    assert!(of_flows(&analyzer) > empty);
    let later = frames[frames.len() - 1].0 + Duration::from_secs(86_400);
    idle(&mut analyzer, later);
    let stats = analyzer.stats();
    assert_eq!(analyzer.open_flows(), 0);
    assert_eq!((stats.held_bytes, stats.probed_bytes, stats.decoder_bytes), (0, 0, 0));
    assert_eq!(stats.flows_opened, stats.flows_closed);
    assert_eq!(of_flows(&analyzer), empty);
}

fn idle(analyzer: &mut Analyzer<Standard, Hearing>, from: Timestamp) {
    for n in 0..3 {
        analyzer.packet(lend(&(from + Duration::from_secs(n), ARP.to_vec())), 1_000_000);
    }
}

/// What comes out of a cut capture is what its whole packets give, and one word about the cut.
#[test]
fn a_cut_capture_gives_its_whole_packets() {
    let frames: Frames = scene(false).into_iter().filter(|(_, data)| data.len() < 400).collect();
    let mut pcap = Pcap::nanos(Vec::new(), LinkType::ETHERNET).expect("memory");
    let mut ends = vec![24];
    for frame in &frames {
        pcap.frame(&lend(frame)).expect("memory");
        ends.push(ends[ends.len() - 1] + 16 + frame.1.len());
    }
    let bytes = pcap.into_inner();
    let run = |cut: usize| {
        let capture = Capture::from_bytes(&bytes[..cut], "cut").expect("a header");
        analyze_captures::<Standard, _>(vec![capture], Settings::default(), Hearing::transcribing())
    };
    for (complete, pair) in ends.windows(2).enumerate() {
        let (whole, _) = hear_with(Settings::default(), Hearing::transcribing(), frames[..complete].iter().map(lend));
        assert!(run(pair[0]).trouble.is_empty());
        for cut in [pair[0], pair[0] + 1, pair[0] + 15, pair[0] + 16, pair[1] - 1] {
            let read = run(cut);
            assert!(read.observer.transcript == whole.transcript, "cut at {cut}");
            assert_eq!(read.trouble.iter().any(|error| error.is_cut()), cut != pair[0], "cut at {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// A flipped bit changes nothing outside the hosts whose packet it was in.
    #[test]
    fn a_flipped_bit_stays_in_its_flow(at in any::<prop::sample::Index>(), byte in 0usize..120, bit in 0u8..8) {
        let frames = scene(false);
        let at = at.index(frames.len());
        let mut damaged = frames.clone();
        let byte = byte % damaged[at].1.len();
        damaged[at].1[byte] ^= 1 << bit;
        let (want, got) = (heard(&frames), heard(&damaged));
        // Hosts 2 to 4 and 5 to 6 have flows that announce others; the other families are pairs.
        let family = |n: u8| match n { 2..=4 => 2, 5 | 6 => 5, n => n | 1 };
        let hosts = [29, 33].map(|place| family(frames[at].1[place]));
        for (ends, flow) in &want.flows {
            if hosts.contains(&family(ends.0.address.octets()[15])) {
                continue;
            }
            let other = got.flows.get(ends).expect("the flow is still there");
            prop_assert!(flow == other, "byte {} bit {} of {}: {:?}\n{:?}", byte, bit, at, flow, other);
        }
    }
}

// Gives a byte, then two, then three, and is interrupted now and then.
struct Dribble(Vec<u8>, usize);

impl Read for Dribble {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 97 + 1;
        if self.1 == 50 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let len = self.1.min(buf.len()).min(self.0.len());
        buf[..len].copy_from_slice(&self.0[..len]);
        self.0.drain(..len);
        Ok(len)
    }
}

/// A frame of no flow.
pub(crate) const ARP: [u8; 42] = [
    255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0,
    0, 0, 0, 0, 10, 0, 0, 2,
];
