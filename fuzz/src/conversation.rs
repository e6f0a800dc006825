//! A conversation between two modern hosts, with packets strewn in that such hosts ignore.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use wiretale::packet::{Direction, Flags, Segment, SeqNumber};
use wiretale::reassembly::{Limits, Policy, Verdict};

use crate::reassembly::{Run, SERVER, WINDOW};

#[derive(Arbitrary, Debug)]
struct Step {
    server: bool,
    act: Act,
}

#[derive(Arbitrary, Debug)]
enum Act {
    /// New bytes, acknowledged or not.
    Say { len: u8, acked: bool },
    /// The last bytes once more.
    Repeat,
    /// Two segments in the wrong order.
    Swap { len: u8 },
    /// Bytes that were not captured, but acknowledged.
    Lose { len: u8 },
    /// An acknowledgement alone.
    Acknowledge,
    /// A keep-alive, with a byte or without.
    KeepAlive { byte: bool },
    /// Nothing for a while.
    Wait { millis: u16 },
    /// What a host ignores.
    Inert { what: Inert, by: u16, len: u8 },
}

#[derive(Arbitrary, Debug)]
enum Inert {
    ResetInWindow,
    ResetBehind,
    SynInside,
    NoAckFlag,
    BareFin,
    FinBeyondWindow,
    Signed,
    OldStamp,
    FarBehind,
}

/// What the hosts took is what comes out, or a doubt is told.
pub fn tcp_state(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok((isn, stamped)) = <(u32, bool)>::arbitrary(&mut input) else { return };
    let mut talk = Talk::new(isn, stamped);
    for _ in 0..200 {
        if input.is_empty() {
            break;
        }
        let Ok(step) = Step::arbitrary(&mut input) else { break };
        let from = if step.server { Direction::Server } else { Direction::Client };
        talk.step(from, &step.act);
    }
    talk.finish();
}

struct Talk {
    run: Run,
    next: [u32; 2],
    said: [Vec<Option<u8>>; 2],
    last: [Vec<u8>; 2],
    stamped: bool,
    clock: u32,
    /// When each side last said what time it is.
    stamps: [u32; 2],
}

impl Talk {
    fn new(isn: u32, stamped: bool) -> Self {
        let run = Run::new(Policy::default(), Limits::default());
        let next = [isn, SERVER.wrapping_sub(1)];
        let mut talk = Self {
            run,
            next,
            said: Default::default(),
            last: Default::default(),
            stamped,
            clock: 1000,
            stamps: [0; 2],
        };
        for (from, flags) in [
            (Direction::Client, Flags::SYN),
            (Direction::Server, Flags::SYN.with(Flags::ACK)),
            (Direction::Client, Flags::ACK),
        ] {
            talk.send(from, 0, flags, &[]);
            talk.next[from.index()] = talk.next[from.index()].wrapping_add(u32::from(flags.has(Flags::SYN)));
        }
        talk
    }

    fn step(&mut self, from: Direction, act: &Act) {
        self.run.wait(Duration::from_millis(1));
        self.clock += 1;
        match *act {
            Act::Say { len, acked } => {
                let bytes = self.fresh(from, 1 + usize::from(len % 100));
                self.send(from, 0, PUSH, &bytes);
                self.took(from, bytes);
                if acked {
                    self.send(from.opposite(), 0, Flags::ACK, &[]);
                }
            }
            Act::Repeat => {
                let bytes = std::mem::take(&mut self.last[from.index()]);
                if !bytes.is_empty() {
                    self.send(from, -(bytes.len() as i32), PUSH, &bytes);
                }
                self.last[from.index()] = bytes;
            }
            Act::Swap { len } => {
                let bytes = self.fresh(from, 2 + usize::from(len % 100));
                let (first, second) = bytes.split_at(bytes.len() / 2);
                self.send(from, first.len() as i32, PUSH, second);
                self.send(from, 0, PUSH, first);
                self.took(from, bytes);
                self.send(from.opposite(), 0, Flags::ACK, &[]);
            }
            Act::Lose { len } => self.lose(from, 1 + usize::from(len % 100)),
            Act::Acknowledge => self.send(from, 0, Flags::ACK, &[]),
            Act::KeepAlive { byte } => {
                // At the place of a lost byte nobody could tell it from that one.
                let known = self.said[from.index()].last().is_some_and(Option::is_some);
                self.send(from, -1, Flags::ACK, if byte && known { &[0] } else { &[] });
            }
            Act::Wait { millis } => {
                self.run.wait(Duration::from_millis(millis.into()));
                self.clock = self.clock.wrapping_add(millis.into());
            }
            Act::Inert { ref what, by, len } => {
                self.inert(from, what, by.into(), &vec![b'!'; 1 + usize::from(len % 100)]);
            }
        }
    }

    fn inert(&mut self, from: Direction, what: &Inert, by: i32, junk: &[u8]) {
        let near = 1 + by % 30_000;
        match what {
            Inert::ResetInWindow => self.ignored(from, near, Flags::RST, &[]),
            Inert::ResetBehind => self.ignored(from, -near, Flags::RST.with(Flags::ACK), &[]),
            Inert::SynInside => self.ignored(from, (1 << 28) + by, Flags::SYN, &[]),
            Inert::NoAckFlag => self.ignored(from, 0, Flags::PSH, junk),
            Inert::BareFin => self.ignored(from, 0, Flags::FIN, junk),
            Inert::FinBeyondWindow => self.ignored(from, 100_000 + by, Flags::FIN.with(Flags::ACK), &[]),
            Inert::Signed => {
                self.raw(from, 0, PUSH, junk, &[19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
            }
            Inert::OldStamp if self.stamped => {
                self.raw(from, 0, PUSH, junk, &stamp(self.stamps[from.index()].wrapping_sub(100_000)));
            }
            Inert::OldStamp => {}
            Inert::FarBehind => self.ignored(from, -(1 << 30) - 1 - by, PUSH, junk),
        }
    }

    fn lose(&mut self, from: Direction, len: usize) {
        let side = from.index();
        self.said[side].resize(self.said[side].len() + len, None);
        self.next[side] = self.next[side].wrapping_add(len as u32);
        self.last[side].clear();
        self.send(from.opposite(), 0, Flags::ACK, &[]);
    }

    // A place in the stream tells its byte.
    fn fresh(&self, from: Direction, len: usize) -> Vec<u8> {
        let at = self.said[from.index()].len();
        (at..at + len).map(|at| b'a' + (at % 26) as u8).collect()
    }

    fn took(&mut self, from: Direction, bytes: Vec<u8>) {
        let side = from.index();
        self.said[side].extend(bytes.iter().copied().map(Some));
        self.next[side] = self.next[side].wrapping_add(bytes.len() as u32);
        self.last[side] = bytes;
    }

    fn send(&mut self, from: Direction, ahead: i32, flags: Flags, payload: &[u8]) {
        self.stamps[from.index()] = self.clock;
        self.ignored(from, ahead, flags, payload);
    }

    // A timestamp counts only where the segment does.
    fn ignored(&mut self, from: Direction, ahead: i32, flags: Flags, payload: &[u8]) {
        let stamp = stamp(self.clock);
        self.raw(from, ahead, flags, payload, if self.stamped { &stamp } else { &[] });
    }

    fn raw(&mut self, from: Direction, ahead: i32, flags: Flags, payload: &[u8], options: &[u8]) {
        let seq = SeqNumber(self.next[from.index()].wrapping_add_signed(ahead));
        let ack = if flags.has(Flags::ACK) { self.next[from.opposite().index()] } else { 0 };
        let ack = SeqNumber(ack);
        let segment = Segment { seq, ack, flags, window: WINDOW, urgent: 0, options, payload, missing: 0 };
        let verdict = self.run.segment(from, segment, 64);
        assert_ne!(verdict, Verdict::NewConnection, "nothing confirms another connection");
    }

    fn finish(mut self) {
        for from in Direction::BOTH {
            self.send(from, 0, Flags::FIN.with(Flags::ACK), &[]);
            self.next[from.index()] = self.next[from.index()].wrapping_add(1);
            self.send(from.opposite(), 0, Flags::ACK, &[]);
        }
        assert!(self.run.connection.established());
        self.run.close();
        for from in Direction::BOTH {
            let (got, want) = (&self.run.streams[from.index()], &self.said[from.index()]);
            // Nobody can tell whether the other side sent what the capture lost and this one acknowledges: where such a
            // segment was refused with a word, what hung on it may be wrong.
            let blind = self.run.refused && self.said[from.opposite().index()].contains(&None);
            assert!(got == want || self.run.ambiguous || blind, "{from:?}:\n{}\n{}", shown(got), shown(want));
        }
    }
}

fn stamp(clock: u32) -> [u8; 12] {
    let [a, b, c, d] = clock.to_be_bytes();
    [1, 1, 8, 10, a, b, c, d, 0, 0, 0, 0]
}

fn shown(bytes: &[Option<u8>]) -> String {
    bytes.iter().map(|byte| byte.map_or('.', char::from)).collect()
}

const PUSH: Flags = Flags::PSH.with(Flags::ACK);
