//! From a frame to the decoder: no copy, and no allocation after warm-up.

use std::time::Duration;

use allocation_counter::measure;
use wiretale_flow::{Analyzer, Settings};
use wiretale_packet::{Address, Endpoint, Flags, Frame, LinkType, Timestamp};
use wiretale_protocol::{Chunk, Context, Demand, Observe, Observer, Opening, Probe, Protocol};
use wiretale_testkit::build::{TcpHeader, tcp_frame};

/// Takes anything, and tells where it lies.
struct Any;

impl Protocol for Any {
    const TAG: &'static str = "any";
    type Event<'a> = &'a [u8];
    type Decoder = ();

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::Yes
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>(data);
        }
        Demand::Stream
    }
}

/// Checks that each event lies in the frame at hand.
#[derive(Default)]
struct InPlace {
    frame: (usize, usize),
    events: u64,
}

impl Observer for InPlace {
    type Flow = ();
}

impl Observe<Any> for InPlace {
    fn observe(&mut self, (): &mut (), _: &wiretale_protocol::Moment<'_>, event: &&[u8]) {
        let (from, to) = self.frame;
        assert!(event.as_ptr().addr() >= from && event.as_ptr().addr() + event.len() <= to, "a slice of the frame");
        self.events += 1;
    }
}

#[test]
fn in_order_packets_are_neither_copied_nor_allocated_for() {
    let frames: Vec<_> = (0..400u32).map(frame).collect();
    let mut analyzer = Analyzer::<(Any, ()), InPlace>::new(InPlace::default(), Settings::default());
    let mut packet = |(number, (at, data)): (u64, &(Timestamp, Vec<u8>))| {
        let from = data.as_ptr().addr();
        analyzer.observer_mut().frame = (from, from + data.len());
        let frame = Frame { at: *at, link: LinkType::ETHERNET, data, wire_len: data.len() as u32 };
        analyzer.packet(frame, number);
    };
    let mut numbered = (1..).zip(&frames);
    numbered.by_ref().take(100).for_each(&mut packet);
    let allocations = measure(|| numbered.for_each(packet));
    assert_eq!(allocations.count_total, 0, "allocations for 300 packets");
    assert_eq!(analyzer.observer().events, 397);
}

/// A handshake, then turns of client and server, each acknowledging the other.
fn frame(n: u32) -> (Timestamp, Vec<u8>) {
    let end = |host, port| Endpoint::new(Address::v4([10, 0, 0, host]), port);
    let (client, server) = (end(1, 5000), end(2, 7000));
    let turn = n.saturating_sub(3);
    let (seq, ack) = (1001 + turn.div_ceil(2) * 100, 9001 + turn / 2 * 100);
    let (from, to, flags, seq, ack) = match n {
        0 => (client, server, Flags::SYN, 1000, 0),
        1 => (server, client, Flags::SYN.with(Flags::ACK), 9000, 1001),
        n if n % 2 == 0 && n > 2 => (server, client, Flags::PSH.with(Flags::ACK), ack, seq),
        _ => (client, server, Flags::ACK, seq, ack),
    };
    let payload: &[u8] = if n < 3 { &[] } else { &[b'x'; 100] };
    let header = TcpHeader { seq, ack, flags, window: 60_000, options: Vec::new() };
    let at = Timestamp::from_parts(1_000_000_000, 0) + Duration::from_millis(u64::from(n));
    (at, tcp_frame(from, to, 64, &header, payload))
}
