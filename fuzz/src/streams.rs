//! The reassembler on any segments, the fragment table on any fragments.

use arbitrary::{Arbitrary, Unstructured};
use wiretale::packet::{Address, Direction, Flags, Fragment, Ip, Segment, SeqNumber, Timestamp};
use wiretale::reassembly::{
    Anomaly, Arrival, Chunk, Connection, End, FragmentAnomaly, FragmentLimits, FragmentSink, Fragments, Limits, Policy, Sink,
};

#[derive(Arbitrary, Debug)]
struct Op {
    server: bool,
    seq: i16,
    len: u8,
    fill: u8,
    flags: u8,
    ack: i16,
    ttl: u8,
    millis: u8,
}

#[derive(Default)]
struct Stream {
    offset: [u64; 2],
    ended: [bool; 2],
}

impl Sink for Stream {
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        let side = from.index();
        assert!(!self.ended[side], "something after the end");
        assert_eq!(offset, self.offset[side], "chunks follow one another");
        match chunk {
            Chunk::Data(bytes) => {
                assert!(!bytes.is_empty());
                self.offset[side] += bytes.len() as u64;
            }
            Chunk::Gap(n) => {
                assert!(n > 0);
                self.offset[side] += n;
            }
            Chunk::End(_) => self.ended[side] = true,
        }
    }

    fn anomaly(&mut self, _: Direction, anomaly: Anomaly<'_>) {
        assert!(!anomaly.name().is_empty());
    }
}

/// `Connection`: chunks follow one another, the ledger balances after every segment, nothing grows.
pub fn reassembly(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let (mut connection, limits, mut stream) = (Connection::new(Policy::default()), Limits::default(), Stream::default());
    let mut now = Timestamp::from_parts(1, 0);
    let isn: u32 = input.arbitrary().unwrap_or(0);
    while let Ok(op) = Op::arbitrary(&mut input) {
        let from = if op.server { Direction::Server } else { Direction::Client };
        now = now + std::time::Duration::from_millis(u64::from(op.millis));
        let payload = vec![op.fill; usize::from(op.len)];
        let segment = Segment {
            seq: SeqNumber(isn.wrapping_add_signed(i32::from(op.seq))),
            ack: SeqNumber(isn.wrapping_add_signed(i32::from(op.ack))),
            flags: Flags(op.flags),
            window: 65_535,
            urgent: 1,
            options: &[],
            payload: &payload,
            missing: 0,
        };
        connection.segment(from, &Arrival { at: now, segment, ttl: op.ttl, origin: None }, &limits, &mut stream);
        for direction in Direction::BOTH {
            assert!(connection.ledger(direction).balanced(), "{op:?}: {:?}", connection.ledger(direction));
        }
        if input.is_empty() {
            break;
        }
    }
    connection.close(End::Abandoned, &mut stream);
    assert_eq!(connection.held_bytes(), 0);
}

#[derive(Arbitrary, Debug)]
struct Piece {
    v6: bool,
    id: u8,
    offset: u8,
    len: u8,
    fill: u8,
    more: bool,
    host: u8,
    millis: u16,
}

struct Quiet;

impl FragmentSink for Quiet {
    fn anomaly(&mut self, _: Address, _: Address, anomaly: FragmentAnomaly<'_>) {
        assert!(!anomaly.name().is_empty());
    }
}

/// `Fragments`: whole datagrams or nothing, whatever comes in.
pub fn fragments(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut fragments = Fragments::new(FragmentLimits::default());
    let mut now = Timestamp::from_parts(1, 0);
    while let Ok(piece) = Piece::arbitrary(&mut input) {
        now = now + std::time::Duration::from_millis(u64::from(piece.millis));
        let address = |host| if piece.v6 { Address::v6([host; 16]) } else { Address::v4([10, 0, 0, host]) };
        let payload = vec![piece.fill; usize::from(piece.len)];
        let ip = Ip {
            src: address(piece.host),
            dst: address(2),
            protocol: 6,
            ttl: 64,
            total_len: 20 + payload.len() as u32,
            header_len: 20,
            header_ok: true,
        };
        let offset = u32::from(piece.offset) * 8 * 64;
        let fragment = Fragment { id: u32::from(piece.id % 4), offset, more: piece.more, payload: &payload, missing: 0 };
        if let Some(datagram) = fragments.push(now, &ip, &fragment, &mut Quiet) {
            assert!(datagram.bytes.len() <= 65_535 + 40);
        }
        if input.is_empty() {
            break;
        }
    }
}
