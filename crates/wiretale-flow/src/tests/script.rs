//! Packets in a few words, and an observer that writes everything down.

use std::fmt::Write as _;
use std::time::Duration;

use wiretale_packet::{Address, Direction, Endpoint, Flags, Timestamp};
use wiretale_protocol::{
    Escaped, Expectation, Moment, Observe, Observer, Packets, Passed, Protocol, Services, Stray, Summary, Weird,
};
use wiretale_testkit::build::{TcpHeader, tcp_frame, udp_frame};
use wiretale_testkit::lend;

use crate::{Analyzer, Settings, Stats};

/// Writes down what it hears.
#[derive(Default, PartialEq, Debug)]
pub(super) struct Heard {
    /// Closed flows, as `client > server state history duration bytes packets services`.
    pub(super) closed: Vec<String>,
    /// Events, weirds, announcements that lapsed, flows recognised, in the order heard.
    pub(super) said: Vec<String>,
    /// Identities of closed flows.
    pub(super) ids: Vec<u64>,
    pub(super) opened: usize,
    pub(super) passed: u64,
    /// Packets of closed flows, and their bytes from the IP header on.
    pub(super) counted: (u64, u64),
    /// Packets, each with its flow, its sender and its fresh bytes, in the order heard.
    pub(super) packets: Vec<(u64, Direction, u32)>,
    /// Of which packets it wants to hear; of all if nothing is said.
    pub(super) wish: Option<Packets>,
}

impl Observer for Heard {
    type Flow = u64;

    fn opened(&mut self, packets: &mut u64, _: &Moment<'_>) {
        *packets = 0;
        self.opened += 1;
    }

    fn wants_packets(&self) -> Packets {
        self.wish.unwrap_or(Packets::ALL)
    }

    fn passed(&mut self, packets: &mut u64, moment: &Moment<'_>, passed: &Passed) {
        *packets += 1;
        self.passed += u64::from(passed.fresh);
        self.packets.push((moment.flow.id.0, moment.direction, passed.fresh));
    }

    fn recognized(&mut self, _: &mut u64, _: &Moment<'_>, service: &'static str) {
        self.said.push(format!("recognized {service}"));
    }

    fn weird(&mut self, _: &mut u64, _: &Moment<'_>, weird: &Weird<'_>) {
        self.said.push(format!("weird {} {}", weird.name, Escaped(weird.addl)).trim_end().to_owned());
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        self.said.push(format!("stray {}", stray.weird.name));
    }

    fn lapsed(&mut self, now: Timestamp, expectation: &Expectation) {
        self.said.push(format!("lapsed {} {} at {now}", expectation.tag, expectation.server));
    }

    fn closed(&mut self, packets: &mut u64, moment: &Moment<'_>, s: &Summary<'_>) {
        let (flow, mut line) = (moment.flow, String::new());
        let _ = write!(line, "{} > {} {} ", flow.client, flow.server, s.state.as_str());
        let _ = write!(line, "{} ", if s.history.is_empty() { "-".into() } else { String::from_utf8_lossy(s.history) });
        match s.duration {
            Some(duration) => {
                let _ = write!(line, "{:.1} ", duration.as_secs_f64());
            }
            None => line.push_str("- "),
        }
        let bytes = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
        let _ = write!(line, "{}/{} ", bytes(s.client.bytes), bytes(s.server.bytes));
        let _ = write!(line, "{}/{}", s.client.packets, s.server.packets);
        if s.missed > 0 {
            let _ = write!(line, " missed {}", s.missed);
        }
        if !s.services.is_empty() {
            let _ = write!(line, " {}", s.services.join(","));
        }
        for side in [&s.client, &s.server] {
            self.counted = (self.counted.0 + side.packets, self.counted.1 + side.ip_bytes);
        }
        // One more may have passed: a SYN that turned out to begin another connection.
        assert!(*packets <= s.client.packets + s.server.packets + 1);
        self.closed.push(line);
        self.ids.push(flow.id.0);
    }
}

impl<P: Protocol> Observe<P> for Heard {
    fn observe(&mut self, _: &mut u64, moment: &Moment<'_>, event: &P::Event<'_>) {
        self.said.push(format!("{}#{} {:?} {event:?}", P::TAG, moment.frame, moment.direction));
    }
}

/// Frames being written, with the time and both sides of one connection in mind.
pub(super) struct Script {
    pub(super) frames: Vec<(Timestamp, Vec<u8>)>,
    pub(super) now: Timestamp,
    pub(super) ends: [Endpoint; 2],
    /// The next sequence number of each side.
    pub(super) next: [u32; 2],
}

pub(super) fn end(host: u8, port: u16) -> Endpoint {
    Endpoint::new(Address::v4([10, 0, 0, host]), port)
}

pub(super) fn start() -> Timestamp {
    Timestamp::from_parts(1_000_000_000, 0)
}

impl Script {
    /// From 10.0.0.1:5000 to 10.0.0.2:7000.
    pub(super) fn new() -> Self {
        Self { frames: Vec::new(), now: start(), ends: [end(1, 5000), end(2, 7000)], next: [1000, 9000] }
    }

    pub(super) fn ends(mut self, client: Endpoint, server: Endpoint) -> Self {
        self.ends = [client, server];
        self
    }

    pub(super) fn at(mut self, second: u64) -> Self {
        self.now = start() + Duration::from_secs(second);
        self
    }

    pub(super) fn wait(mut self, time: Duration) -> Self {
        self.now = self.now + time;
        self
    }

    pub(super) fn seq(mut self, client: u32, server: u32) -> Self {
        self.next = [client, server];
        self
    }

    /// A segment: `C` or `S` for who sends it, then its flags: `C:S`, `S:SA`, `C:PA`.
    pub(super) fn tcp(mut self, what: &str, payload: impl AsRef<[u8]>) -> Self {
        let (who, letters) = what.split_once(':').unwrap();
        let from = if who == "C" { Direction::Client } else { Direction::Server };
        let flags = letters.bytes().fold(Flags::default(), |flags, letter| {
            flags.with(match letter {
                b'S' => Flags::SYN,
                b'A' => Flags::ACK,
                b'F' => Flags::FIN,
                b'R' => Flags::RST,
                b'P' => Flags::PSH,
                other => panic!("no flag {other}"),
            })
        });
        let payload = payload.as_ref();
        let seq = self.next[from.index()];
        let ack = if flags.has(Flags::ACK) { self.next[from.opposite().index()] } else { 0 };
        let header = TcpHeader { seq, ack, flags, window: 60000, options: Vec::new() };
        let (src, dst) = (self.ends[from.index()], self.ends[from.opposite().index()]);
        let takes = u32::from(flags.has(Flags::SYN)) + u32::from(flags.has(Flags::FIN)) + payload.len() as u32;
        self.next[from.index()] = seq.wrapping_add(takes);
        self.frames.push((self.now, tcp_frame(src, dst, 64, &header, payload)));
        self.now = self.now + Duration::from_millis(100);
        self
    }

    pub(super) fn handshake(self) -> Self {
        self.tcp("C:S", "").tcp("S:SA", "").tcp("C:A", "")
    }

    pub(super) fn farewell(self) -> Self {
        self.tcp("C:FA", "").tcp("S:FA", "").tcp("C:A", "")
    }

    pub(super) fn udp(mut self, from: Direction, payload: &[u8]) -> Self {
        let (src, dst) = (self.ends[from.index()], self.ends[from.opposite().index()]);
        self.frames.push((self.now, udp_frame(src, dst, payload)));
        self.now = self.now + Duration::from_millis(100);
        self
    }

    /// Bytes that are never captured.
    pub(super) fn lose(mut self, from: Direction, bytes: u32) -> Self {
        self.next[from.index()] = self.next[from.index()].wrapping_add(bytes);
        self
    }

    /// The last frame with one bit of its checksum turned.
    pub(super) fn corrupted(mut self) -> Self {
        let frame = &mut self.frames.last_mut().unwrap().1;
        let at = if frame[23] == 6 { 14 + 20 + 16 } else { 14 + 20 + 6 };
        frame[at] ^= 0x40;
        self
    }

    pub(super) fn then(mut self, other: Self) -> Self {
        self.frames.extend(other.frames);
        self.frames.sort_by_key(|(at, _)| *at);
        self
    }

    pub(super) fn play<P: Services<Heard>>(&self, settings: Settings) -> Heard {
        self.play_to(Analyzer::<P, Heard>::new(Heard::default(), settings)).0
    }

    pub(super) fn play_to<P: Services<Heard>>(&self, mut analyzer: Analyzer<P, Heard>) -> (Heard, Stats) {
        for (number, frame) in self.frames.iter().enumerate() {
            analyzer.packet(lend(frame), number as u64 + 1);
        }
        analyzer.finish_with_stats()
    }

    /// The same, many frames at a time.
    pub(super) fn play_ahead<P: Services<Heard>>(&self, mut analyzer: Analyzer<P, Heard>) -> (Heard, Stats) {
        let frames: Vec<_> = self.frames.iter().map(lend).collect();
        analyzer.packets(&frames, 1, None);
        analyzer.finish_with_stats()
    }

    pub(super) fn closed(&self) -> Vec<String> {
        self.play::<()>(Settings::default()).closed
    }
}
