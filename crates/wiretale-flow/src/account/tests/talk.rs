//! An account, and what both sides of a connection said.

use wiretale_packet::{Flags, Segment, SeqNumber};
use wiretale_protocol::{Direction, Timestamp};

use super::super::{Account, Seen};
use crate::history::History;
use crate::party::Phase;
use crate::settings::Timeouts;

pub(super) const SYN: Flags = Flags::SYN;
pub(super) const ACK: Flags = Flags::ACK;
pub(super) const RST: Flags = Flags::RST;
pub(super) const FIN: Flags = Flags::FIN.with(Flags::ACK);
pub(super) const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);

/// The client's first byte has number 100, the server's 1000. A millisecond passes with each segment.
#[derive(Default)]
pub(super) struct Talk {
    pub(super) account: Account,
    pub(super) history: History,
    pub(super) weirds: Vec<&'static str>,
    pub(super) now: Timestamp,
    /// The next number of each side, for [`Talk::play`].
    next: [u32; 2],
}

/// So many bytes from `seq` on, acknowledging `ack` where the flag is set.
pub(super) fn segment(flags: Flags, seq: u32, ack: u32, len: usize) -> Segment<'static> {
    let (seq, ack, payload) = (SeqNumber(seq), SeqNumber(ack), &[b'x'; 4096][..len]);
    Segment { seq, ack, flags, window: 1000, urgent: 0, options: &[], payload, missing: 0 }
}

impl Talk {
    /// With a handshake done.
    pub(super) fn open() -> Self {
        let mut talk = Self::default();
        talk.client(SYN, 99, 0, 0);
        talk.server(SYN_ACK, 999, 100, 0);
        talk.client(ACK, 100, 1000, 0);
        talk
    }

    pub(super) fn client(&mut self, flags: Flags, seq: u32, ack: u32, len: usize) -> u32 {
        self.send(Direction::Client, &segment(flags, seq, ack, len))
    }

    pub(super) fn server(&mut self, flags: Flags, seq: u32, ack: u32, len: usize) -> u32 {
        self.send(Direction::Server, &segment(flags, seq, ack, len))
    }

    pub(super) fn send(&mut self, from: Direction, segment: &Segment<'_>) -> u32 {
        self.send_after(1_000_000, from, segment)
    }

    /// After so many nanoseconds.
    pub(super) fn send_after(&mut self, pause: i64, from: Direction, segment: &Segment<'_>) -> u32 {
        let last = self.now;
        self.now = Timestamp::from_nanos(last.nanos() + pause);
        let ip_len = 40 + segment.wire_len();
        let seen = Seen { from, at: self.now, segment, ip_len, last };
        let Self { account, history, weirds, .. } = self;
        account.segment(seen, history, &mut |name| weirds.push(name))
    }

    /// What both say in order, with the numbers that belong there: `cS sSA cA` is a handshake, `cPA` brings five bytes.
    pub(super) fn play(script: &str) -> Self {
        let mut talk = Self { next: [99, 999], ..Self::default() };
        for word in script.split_whitespace() {
            let (who, letters) = word.split_at(1);
            let from = if who == "c" { Direction::Client } else { Direction::Server };
            let flag = |letter| match letter {
                'S' => SYN,
                'F' => Flags::FIN,
                'R' => RST,
                'P' => Flags::PSH,
                _ => ACK,
            };
            let flags = letters.chars().fold(Flags::default(), |flags, letter| flags.with(flag(letter)));
            let ack = if flags.has(ACK) { talk.next[from.opposite().index()] } else { 0 };
            let segment = segment(flags, talk.next[from.index()], ack, if flags.has(Flags::PSH) { 5 } else { 0 });
            talk.next[from.index()] += segment.seq_len();
            talk.send(from, &segment);
        }
        talk
    }

    pub(super) fn letters(&self) -> &str {
        std::str::from_utf8(self.history.as_bytes()).unwrap()
    }

    /// How often the history has this letter.
    pub(super) fn count(&self, letter: char) -> usize {
        self.letters().matches(letter).count()
    }

    pub(super) fn phases(&self) -> [Phase; 2] {
        Direction::BOTH.map(|of| self.account.party(of).phase)
    }

    /// Bytes that a side sent, and those of both that were missed, once all is told.
    pub(super) fn told(&mut self) -> (Option<u64>, Option<u64>, u64) {
        self.account.settle_holes(&mut self.history);
        let bytes = |of| self.account.side(of, true).bytes;
        (bytes(Direction::Client), bytes(Direction::Server), self.account.missed)
    }

    /// For how many seconds after its last packet it is kept.
    pub(super) fn patience(&self) -> f64 {
        let deadline = self.account.deadline(self.now, Timestamp::default(), &Timeouts::default(), false);
        deadline.since(self.now).as_secs_f64()
    }
}
