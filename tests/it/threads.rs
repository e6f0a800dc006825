//! The same bytes come out for any number of threads.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use wiretale::capture::write::Pcap;
use wiretale::capture::{Capture, Error};
use wiretale::packet::{Address, Direction, Endpoint, Frame, LinkType, Timestamp};
use wiretale::score::{Home, Inventory, Scorer, Weights};
use wiretale::{Settings, Standard, Stats, analyze_captures, analyze_threads};
use wiretale_report::case::{Chronicle, Dossier, Terminal, evidence_lines};
use wiretale_report::{Logs, Memory, Options, Streams};
use wiretale_testkit::build::udp_frame;
use wiretale_testkit::scenario::{benign, malicious};
use wiretale_testkit::{Weather, Wire, lend};
use wiretale_tests::{data, shared};

type Observers = (Logs<Memory>, (Scorer, Chronicle));

/// All that comes out.
#[derive(PartialEq, Eq)]
struct Told {
    logs: Memory,
    stats: Stats,
    digest: String,
    evidence: String,
    chronicle: String,
    pages: String,
    streams: Vec<(PathBuf, Vec<u8>)>,
}

#[test]
fn recordings_are_told_alike() {
    let own = ["benign", "botnet", "exposure", "noise"].map(|name| data().join(format!("{name}.pcap.gz")));
    for path in own {
        let (folder, capture) = plain(&path);
        alike(&path, &|| open(&[&capture]));
        drop(folder);
    }
}

#[test]
fn captures_that_would_deceive_are_told_alike() {
    let entries = std::fs::read_dir(data().join("evasion")).expect("a folder of captures");
    let mut captures: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    captures.retain(|path| path.extension().is_some_and(|extension| extension == "pcap"));
    assert!(captures.len() > 40);
    captures.iter().for_each(|path| alike(path, &|| open(&[path])));
}

#[test]
fn recordings_beside_the_project_are_told_alike() {
    let Some(lab) = shared("lab") else { return };
    for name in ["benign", "botnet", "exposure", "incident", "noise"] {
        let path = lab.join(name).join(format!("{name}.pcap.gz"));
        let (folder, capture) = plain(&path);
        alike(&path, &|| open(&[&capture]));
        drop(folder);
    }
}

#[test]
fn made_captures_of_a_day_are_told_alike() {
    let Some(folder) = std::env::var_os("WIRETALE_WORKLOAD").map(PathBuf::from) else {
        println!("passed over: WIRETALE_WORKLOAD names no folder with captures and their manifests");
        return;
    };
    for name in ["bulk", "irc", "mixed", "flows"] {
        let path = folder.join(format!("{name}.pcap"));
        alike(&path, &|| open(&[&path]));
    }
}

/// Compressed, in pieces as a pipe gives them, and several in which the same moments lie.
#[test]
fn captures_are_told_alike_whatever_they_are_read_from() {
    let recording = |name: &str| data().join(format!("{name}.pcap.gz"));
    let (one, other) = (recording("incident"), recording("botnet"));
    alike(&one, &|| open(&[&one]));
    alike(&one, &|| open(&[&one, &other]));
    let (folder, capture) = plain(&one);
    let bytes = std::fs::read(&capture).expect("readable");
    alike(Path::new("pipe"), &|| {
        let reader = Dribble { bytes: bytes.clone(), at: 0 };
        vec![Capture::from_reader(Box::new(reader), "pipe").expect("a capture")]
    });
    drop(folder);
}

/// Of which one batch is in memory at a time.
#[test]
fn frames_longer_than_any_link_has_are_told_alike() {
    let mut frames = offer();
    for at in (5..frames.len()).step_by(7) {
        frames[at].1.resize(700 << 10, b'x');
    }
    made("long", &frames);
}

/// A few bytes at a time, now more, now less.
struct Dribble {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Dribble {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let len = (1 + self.at * 7919 % 50_000).min(rest.len()).min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.at += len;
        Ok(len)
    }
}

/// As where a rotation copies it and begins anew: what was read until then is told, and nothing comes to grief.
#[test]
fn a_capture_that_is_shortened_while_it_is_read_ends_there() {
    const FRAMES: u32 = 40_000;
    let ends = [1, 2].map(|host| Endpoint::new(Address::v4([10, 0, 0, host]), 4000));
    let frames =
        (0..FRAMES).map(|n| (Timestamp::from_parts(1_700_000_000, n), udp_frame(ends[0], ends[1], &[b'x'; 60])));
    let frames: Vec<_> = frames.collect();
    for threads in [2, 4] {
        let file = tempfile::NamedTempFile::new().expect("a file");
        write(file.path(), LinkType::ETHERNET, frames.iter().map(lend));
        let mut asked = 0;
        let shorten = |_: u64, _: u64, _: &Observers| {
            asked += 1;
            if asked == 2 {
                file.as_file().set_len(100).expect("shortened");
            }
            true
        };
        let (settings, (observers, folder)) = (Settings::default(), observers());
        let analyzed = analyze_threads(open(&[file.path()]), threads, &settings, observers, shorten);
        let analyzed = analyzed.expect("no thread comes to grief");
        assert!((1000..FRAMES.into()).contains(&analyzed.stats.frames), "{}", analyzed.stats.frames);
        assert!(analyzed.trouble.iter().all(Error::is_cut), "{:?}", analyzed.trouble);
        drop(folder);
    }
}

#[test]
fn scenarios_are_told_alike() {
    for family in malicious().iter().chain(benign()) {
        made(family.name, &family.scenario(Weather::default(), 1).frames);
    }
}

#[test]
fn an_offer_between_two_home_hosts_is_told_alike() {
    let frames = offer();
    let told = made("offer", &frames);
    let dcc = String::from_utf8_lossy(&told.logs.logs["dcc"]).into_owned();
    assert!(dcc.contains("notes.txt") && dcc.contains("complete"), "{dcc}");
    let conn = String::from_utf8_lossy(&told.logs.logs["conn"]).into_owned();
    assert!(conn.contains("irc-dcc-data"), "{conn}");
}

/// Frames as a capture, told alike; what was told.
fn made(name: &str, frames: &[(Timestamp, Vec<u8>)]) -> Told {
    let folder = tempfile::tempdir().expect("a folder");
    let capture = folder.path().join("made.pcap");
    write(&capture, LinkType::ETHERNET, frames.iter().map(lend));
    alike(Path::new(name), &|| open(&[&capture]));
    tell(open(&[&capture]), 2)
}

/// Two people at home, each in a session of his own, and a file that goes from one to the other.
fn offer() -> Vec<(Timestamp, Vec<u8>)> {
    let at = |seconds: u32| Timestamp::from_parts(1_700_000_000 + i64::from(seconds), 0);
    let end = |address, port| Endpoint::new(Address::v4(address), port);
    let (alice, bob, server) = ([10, 20, 0, 5], [10, 20, 0, 9], end([203, 0, 113, 1], 6667));
    let offer = format!("PRIVMSG bob :\x01DCC SEND notes.txt {} 5000 900\x01\r\n", u32::from_be_bytes(alice));
    let mut wire = Wire::new(Weather::default(), 1);
    let mut sessions = [(alice, "alice", 0), (bob, "bob", 1)];
    sessions.reverse();
    for (host, nick, after) in sessions {
        let mut talk = wire
            .tcp(at(after), end(host, 4000), server)
            .client(format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n"))
            .server(format!(":irc.example.org 001 {nick} :Welcome {nick}!{nick}@home\r\n"));
        talk.until(at(5 + after));
        let talk = match nick {
            "alice" => talk.client(&offer),
            _ => talk.server(format!(":alice!alice@home {offer}")),
        };
        let mut talk = talk;
        talk.until(at(60));
        talk.client("QUIT :bye\r\n").close(Direction::Client);
    }
    let mut talk = wire.tcp(at(10), end(bob, 4100), end(alice, 5000));
    for sent in 1..=9_u32 {
        talk.speak(Direction::Server, &[b'x'; 100]);
        talk.speak(Direction::Client, &(sent * 100).to_be_bytes());
        talk.pause(Duration::from_millis(20));
    }
    talk.close(Direction::Server);
    wire.into_frames()
}

/// Holds that two, three and eight threads tell what one does.
fn alike(name: &Path, captures: &dyn Fn() -> Vec<Capture>) {
    let one = tell(captures(), 1);
    for threads in [2, 3, 8] {
        let many = tell(captures(), threads);
        if let Some(what) = differ(&one, &many) {
            panic!("{}: {what} with {threads} threads", name.display());
        }
    }
}

/// The first thing that differs.
fn differ(one: &Told, other: &Told) -> Option<String> {
    for (log, bytes) in &one.logs.logs {
        let there = other.logs.logs.get(log).cloned().unwrap_or_default();
        if *bytes != there {
            return Some(format!(
                "{log}.log: {}",
                line(&String::from_utf8_lossy(bytes), &String::from_utf8_lossy(&there))
            ));
        }
    }
    for (what, here, there) in [
        ("digest", &one.digest, &other.digest),
        ("evidence", &one.evidence, &other.evidence),
        ("chronicle", &one.chronicle, &other.chronicle),
        ("pages", &one.pages, &other.pages),
    ] {
        if here != there {
            return Some(format!("{what}: {}", line(here, there)));
        }
    }
    (one != other).then(|| format!("{:?} is not {:?}", one.stats, other.stats))
}

/// The first line that differs.
fn line(one: &str, other: &str) -> String {
    let pairs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    pairs.map_or_else(|| "one is longer".to_owned(), |(one, other)| format!("\n{one}\n{other}"))
}

/// All that listens, and a folder for streams.
fn observers() -> (Observers, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let streams = Streams::create(folder.path()).expect("a folder for streams");
    let options = Options { messages: true, hashes: true, streams: Some(streams), ..Options::default() };
    let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    ((Logs::new(Memory::default(), options), (scorer, Chronicle::new(Home::default()))), folder)
}

fn tell(captures: Vec<Capture>, threads: usize) -> Told {
    let (observers, folder) = observers();
    let ((logs, (scorer, chronicle)), stats) = run(captures, threads, observers);
    let (logs, digest) = logs.finish(&stats).expect("memory takes everything");
    let mut lines = Vec::new();
    evidence_lines(&mut lines, scorer.evidence()).expect("memory takes everything");
    let (cases, files, inventory) = (scorer.cases(), digest.files_moved(), Inventory::default());
    let (weights, names) = (&Weights::built_in(), scorer.names());
    let dossier = Dossier {
        cases: &cases,
        weights,
        inventory: &inventory,
        names,
        chronicle: &chronicle,
        files: &files,
        lacks: &[],
        notes: &[],
        written: true,
    };
    let pages = Terminal(dossier).to_string();
    let talks: Vec<_> = cases.iter().map(|case| (chronicle.peers(case.host), chronicle.unlisted(case.host))).collect();
    let (people, listeners) = (chronicle.people(), chronicle.listeners());
    let (exposures, resolvers) = (chronicle.exposures(), chronicle.resolvers());
    let chronicle =
        format!("{:?} {talks:#?} {people:#?} {listeners:#?} {exposures:#?} {resolvers:#?}", chronicle.span());
    Told {
        logs,
        stats,
        digest: digest.to_string(),
        evidence: String::from_utf8(lines).expect("UTF-8"),
        chronicle,
        pages,
        streams: files_in(&folder),
    }
}

fn open(paths: &[&Path]) -> Vec<Capture> {
    paths.iter().map(|path| Capture::open(path).expect("a capture")).collect()
}

fn run(captures: Vec<Capture>, threads: usize, observers: Observers) -> (Observers, Stats) {
    // The key of the tags of secrets differs from thread count to thread count, as it would from run to run.
    let settings = Settings { seed: threads as u64, ..Settings::default() };
    let analyzed = if threads == 1 {
        analyze_captures::<Standard, _>(captures, settings, observers)
    } else {
        let told = analyze_threads(captures, threads, &settings, observers, |_, _, _| true);
        told.expect("no thread comes to grief")
    };
    (analyzed.observer, analyzed.stats)
}

fn files_in(folder: &TempDir) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        entries.map(|path| (path.file_name().unwrap().into(), std::fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

/// A compressed capture as a plain one.
fn plain(path: &Path) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("plain.pcap");
    let mut capture = Capture::open(path).expect("a capture");
    let mut frames = Vec::new();
    let mut link = LinkType::ETHERNET;
    while let Some(frame) = capture.next() {
        let frame = frame.expect("a frame");
        link = frame.link;
        frames.push((frame.at, frame.data.to_vec(), frame.wire_len));
    }
    let lent = frames.iter().map(|(at, data, wire_len)| Frame { at: *at, link, data, wire_len: *wire_len });
    write(&plain, link, lent);
    (folder, plain)
}

fn write<'a>(path: &Path, link: LinkType, frames: impl Iterator<Item = Frame<'a>>) {
    let file = std::io::BufWriter::new(File::create(path).expect("a file"));
    let mut writer = Pcap::nanos(file, link).expect("a header");
    frames.for_each(|frame| writer.frame(&frame).expect("a frame"));
}
