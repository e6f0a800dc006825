//! Captures as captures are: with packets lost, of one side alone, with each packet twice.

use std::time::Duration;

use wiretale::capture::Capture;
use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::protocol::Direction::Server;
use wiretale::protocol::{Moment, Observer, Summary};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_testkit::{Random, Weather, Wire, lend};
use wiretale_tests::{data, judge};

type Frames = Vec<(Timestamp, Vec<u8>)>;

const HOME: [u8; 4] = [10, 0, 0, 7];
const OUTSIDE: [u8; 4] = [198, 51, 100, 9];

fn end(host: [u8; 4], port: u16) -> Endpoint {
    Endpoint::new(Address::v4(host), port)
}

const fn at(second: i64) -> Timestamp {
    Timestamp::from_parts(1_000_000_000 + second, 0)
}

fn holds(frame: &[u8], words: &[u8]) -> bool {
    frame.windows(words.len()).any(|window| window == words)
}

fn is_from(frame: &[u8], host: [u8; 4]) -> bool {
    frame.get(26..30) == Some(&host[..])
}

// The rows of all hosts.
fn rows(frames: &Frames) -> Vec<String> {
    judge(frames).iter().flat_map(|case| case.evidence.iter().map(|row| row.row.clone())).collect()
}

fn services(frames: &Frames) -> Vec<String> {
    let mut analyzer = Analyzer::<Standard, _>::new(Closed::default(), Settings::default());
    frames.iter().zip(1..).for_each(|(frame, number)| analyzer.packet(lend(frame), number));
    analyzer.finish().0
}

#[derive(Default)]
struct Closed(Vec<String>);

impl Observer for Closed {
    type Flow = ();

    fn closed(&mut self, (): &mut (), _: &Moment<'_>, summary: &Summary<'_>) {
        self.0.push(summary.services.join(","));
    }
}

wiretale::ignore!(Closed: irc::Irc, dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Closed: recognize::Named, terminal::Terminal);

#[derive(Default)]
struct Missed(u64);

impl Observer for Missed {
    type Flow = ();

    fn closed(&mut self, (): &mut (), _: &Moment<'_>, summary: &Summary<'_>) {
        self.0 += summary.missed;
    }
}

wiretale::ignore!(Missed: irc::Irc, dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Missed: recognize::Named, terminal::Terminal);

fn missed(frames: &Frames) -> u64 {
    let mut analyzer = Analyzer::<Standard, _>::new(Missed::default(), Settings::default());
    frames.iter().zip(1..).for_each(|(frame, number)| analyzer.packet(lend(frame), number));
    analyzer.finish().0
}

// Each packet up to a millisecond before or after its time.
fn jittered(frames: &Frames, seed: u64) -> Frames {
    let mut random = Random::new(seed);
    let mut moved = |at: Timestamp| {
        Timestamp::from_nanos(at.nanos() - 1_000_000) + Duration::from_nanos(random.between(0, 2_000_000))
    };
    let mut frames: Frames = frames.iter().map(|(at, frame)| (moved(*at), frame.clone())).collect();
    frames.sort_by_key(|(at, _)| *at);
    frames
}

#[test]
fn a_recording_captured_out_of_order_lacks_nothing() {
    for name in ["incident", "benign", "botnet", "exposure", "noise"] {
        let mut capture = Capture::open(data().join(format!("{name}.pcap.gz"))).expect("the recording is there");
        let mut frames = Frames::new();
        while let Some(Ok(())) = capture.advance() {
            frames.extend(capture.frame().map(|frame| (frame.at, frame.data.to_vec())));
        }
        assert_eq!(missed(&frames), 0, "{name}");
        for seed in 1..4 {
            assert_eq!(missed(&jittered(&frames, seed)), 0, "{name} with seed {seed}");
        }
    }
}

// Somebody outside logs in at the home host's FTP server and fetches a list, over a connection that the reply announces.
fn fetched() -> Frames {
    let mut wire = Wire::new(Weather::default(), 1);
    let pause = Duration::from_millis(500);
    let talk = wire.tcp(at(0), end(OUTSIDE, 40_000), end(HOME, 21)).server("220 ready\r\n").client("USER ann\r\n");
    let talk = talk.server("331 password?\r\n").client("PASS x\r\n").server("230 in\r\n").client("PASV\r\n");
    let talk = talk.server("227 Entering Passive Mode (10,0,0,7,156,158)\r\n").client("RETR who.txt\r\n");
    talk.server("150 here\r\n").wait(pause * 8).server("226 done\r\n").client("QUIT\r\n").close(Server);
    let file = "We now most at who their.\nOut will be these about that her.\nAt them this will.\n";
    wire.tcp(at(2), end(OUTSIDE, 40_001), end(HOME, 40_094)).server(file).close(Server);
    wire.into_frames()
}

#[test]
fn a_file_whose_announcement_was_lost_is_no_back_door() {
    let mut frames = fetched();
    assert!(!rows(&frames).iter().any(|row| row.starts_with("D03")));
    frames.retain(|(_, frame)| !holds(frame, b"227 Entering"));
    assert!(!rows(&frames).iter().any(|row| row.starts_with("D03")), "{:?}", rows(&frames));
}

// The same, and a connection back for the data, from the port of FTP.
fn called_back() -> Frames {
    let mut wire = Wire::new(Weather::default(), 1);
    let talk = wire.tcp(at(0), end(OUTSIDE, 40_000), end(HOME, 2121)).server("220 ready\r\n").client("USER ann\r\n");
    let talk = talk.server("331 password?\r\n").client("PASS x\r\n").server("230 in\r\n");
    talk.client("PORT 198,51,100,9,200,0\r\n").client("LIST\r\n").wait(Duration::from_secs(9)).close(Server);
    wire.tcp(at(2), end(HOME, 2120), end(OUTSIDE, 51_200)).client("a file\n").close(Server);
    wire.into_frames()
}

#[test]
fn who_is_called_back_over_a_connection_of_which_one_side_was_captured_is_no_stray() {
    assert!(!rows(&called_back()).iter().any(|row| row.starts_with("D12")));
    for host in [HOME, OUTSIDE] {
        let mut frames = called_back();
        frames.retain(|(_, frame)| is_from(frame, host));
        assert!(!rows(&frames).iter().any(|row| row.starts_with("D12")), "{:?}", rows(&frames));
    }
    let twice: Frames = called_back().into_iter().flat_map(|frame| [frame.clone(), frame]).collect();
    assert!(!rows(&twice).iter().any(|row| row.starts_with("D12")), "{:?}", rows(&twice));
}

#[test]
fn irc_whose_first_words_were_lost_is_irc() {
    let mut wire = Wire::new(Weather::default(), 1);
    let talk = wire.tcp(at(0), end(HOME, 40_000), end(OUTSIDE, 5190)).client("PASS r4t\r\n");
    let pause = Duration::from_secs(1);
    let talk = talk.client("NICK ann\r\nUSER a 0 * :Ann\r\n").wait(pause).server(":irc.example 001 ann :Welcome to");
    let talk = talk.server("this place |1] :- proxy\r\n:irc.example 376 ann :End of MOTD command\r\n").wait(pause);
    let talk = talk.client("JOIN #c\r\n").wait(pause).server(":ann!a@h JOIN :#c\r\n").wait(pause);
    let talk = talk.server(":bob!b@h PRIVMSG #c :hello\r\n").wait(pause).client("PRIVMSG #c :hi\r\n");
    talk.close(Server);
    let mut frames = wire.into_frames();
    assert_eq!(services(&frames), ["irc"]);
    frames.retain(|(_, frame)| !holds(frame, b"NICK ann") && !holds(frame, b"001 ann"));
    assert_eq!(services(&frames), ["irc"]);
}
