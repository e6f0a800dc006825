//! From a packet of a flow to its account, its observer and its reader.

use wiretale_packet::{Body, Direction, Flags, Packet, Segment, Timestamp};
use wiretale_protocol::{Chunk, Moment, Observer, Passed, Services, Weird};
use wiretale_reassembly::{Arrival, Connection, Demand, End, Verdict};

use crate::account::Seen;
use crate::commons::Commons;
use crate::delivery::{Delivery, ENDS};
use crate::reading::Reading;
use crate::recall::Lookback;
use crate::record::{Carrier, Flows, Record, Tcp};

/// What is said of a segment beside its header.
#[derive(Clone, Copy)]
pub(crate) struct Around<'p> {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    pub(crate) ip_len: u32,
    pub(crate) ttl: u8,
    pub(crate) origin: Option<u64>,
    pub(crate) lookback: Option<Lookback<'p>>,
}

impl Around<'_> {
    pub(crate) fn at(at: Timestamp) -> Self {
        Self { at, frame: 0, ip_len: 0, ttl: 0, origin: None, lookback: None }
    }
}

/// What became of a segment.
pub(crate) enum Fate {
    /// It is part of its flow.
    Taken,
    /// It begins another connection, whose SYN was seen before.
    Another(Option<(Direction, Arrival<'static>)>),
}

/// Processes a segment.
pub(crate) fn tcp<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    segment: &Segment<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) -> Fate {
    // A SYN is reassembly's to judge first: it may belong to another connection, and to another account then.
    let syn = segment.flags.has(Flags::SYN);
    if syn && let Some(another) = reassemble::<P, O>(record, from, segment, around, observer, commons) {
        return another;
    }
    let fresh = count::<P, O>(record, from, segment, around, observer, commons);
    if record.untold.take(from, fresh) {
        let passed = Passed {
            flags: segment.flags,
            seq: segment.seq.0,
            ack: segment.ack.0,
            window: segment.window,
            payload: segment.wire_len(),
            fresh,
            ip_len: around.ip_len,
            ttl: around.ttl,
        };
        let moment = Moment { at: around.at, frame: around.frame, direction: from, flow: &record.flow };
        observer.passed(&mut record.state, &moment, &passed);
    }
    let another = if syn { None } else { reassemble::<P, O>(record, from, segment, around, observer, commons) };
    another.unwrap_or(Fate::Taken)
}

/// Takes account of a segment.
fn count<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    segment: &Segment<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) -> u32 {
    let Record { flow, state, carrier, history, weirds, last, last_frame, .. } = record;
    let Carrier::Tcp(tcp) = carrier else { return 0 };
    let before = *last;
    if tcp.account.is_foreign(segment) {
        tcp.account.aside(from, around.ip_len);
        return 0;
    }
    if tcp.account.is_open() {
        *last = around.at;
    }
    *last_frame = around.frame;
    let seen = Seen { from, at: around.at, segment, ip_len: around.ip_len, last: before };
    let (flow, limits, stats) = (*flow, &commons.limits, &mut commons.stats);
    tcp.account.segment(seen, history, &mut |name| {
        if weirds.allow(name, limits.weirds) {
            let moment = Moment { at: around.at, frame: around.frame, direction: from, flow: &flow };
            observer.weird(state, &moment, &Weird { name, addl: b"" });
        } else {
            stats.weirds_suppressed += 1;
        }
    })
}

/// Hands a segment to reassembly, and what that yields to the reader.
fn reassemble<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    segment: &Segment<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) -> Option<Fate> {
    let limits = commons.limits.reassembly;
    let arrival = Arrival { at: around.at, segment: *segment, ttl: around.ttl, origin: around.origin };
    with_sink::<P, O, _>(record, around, observer, commons, |connection, sink| {
        match connection.segment(from, &arrival, &limits, sink) {
            Verdict::NewConnection => Some(Fate::Another(connection.take_pending_syn())),
            Verdict::Accepted | Verdict::Doubted | Verdict::Ignored(_) => None,
        }
    })
    .flatten()
}

/// Does something with a TCP connection whose yield is read; lowers the demand afterwards, and keeps count of what
/// waits.
pub(crate) fn with_sink<P: Services<O>, O: Observer, R>(
    record: &mut Flows<P, O>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
    act: impl FnOnce(&mut Connection, &mut Delivery<'_, P, O>) -> R,
) -> Option<R> {
    let Record { flow, state, carrier, reading, decoder_bytes, services, weirds, patient, anew, .. } = record;
    let Carrier::Tcp(tcp) = carrier else { return None };
    let Tcp { account, connection } = &mut ***tcp;
    let held = connection.held_memory();
    let mut sink = Delivery::<P, O> {
        at: around.at,
        frame: around.frame,
        flow,
        state,
        alone: flow.midstream && account.is_alone(),
        reading,
        decoder_bytes,
        services,
        weirds,
        patient,
        anew,
        established: Some(account.is_established()),
        lookback: around.lookback,
        observer,
        commons,
        unwanted: [false; 2],
        wanted: false,
    };
    let result = act(connection, &mut sink);
    let (unwanted, wanted) = (sink.unwanted, sink.wanted);
    if !observer.wants_streams() {
        if wanted {
            Direction::BOTH.into_iter().for_each(|direction| connection.demand(direction, Demand::Stream));
        }
        for direction in Direction::BOTH {
            if unwanted[direction.index()] {
                connection.demand(direction, Demand::Lengths);
            }
        }
    }
    let stats = &mut commons.stats;
    stats.held_bytes = stats.held_bytes.saturating_add(connection.held_memory() as u64).saturating_sub(held as u64);
    Some(result)
}

/// Processes a datagram, or a packet of a protocol that nobody here reads.
pub(crate) fn datagram<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    from: Direction,
    packet: &Packet<'_>,
    around: Around<'_>,
    observer: &mut O,
    commons: &mut Commons,
) {
    let Record { flow, state, carrier, reading, history, last, last_frame, untold, .. } = &mut *record;
    let Carrier::Datagrams(both) = carrier else { return };
    let (payload, missing) = match packet.body {
        Body::Udp(datagram) => (datagram.payload, datagram.missing),
        Body::Icmp(icmp) => (icmp.payload, icmp.missing),
        _ => (&[][..], 0),
    };
    let len = u32::try_from(payload.len()).unwrap_or(u32::MAX).saturating_add(missing);
    (*last, *last_frame) = (around.at, around.frame);
    both.datagram(from, flow.transport, len, history);
    both.packet(from, around.ip_len);
    if untold.take(from, len) {
        let (flags, ip_len, ttl) = (Flags::default(), around.ip_len, around.ttl);
        let passed = Passed { flags, seq: 0, ack: 0, window: 0, payload: len, fresh: len, ip_len, ttl };
        let moment = Moment { at: around.at, frame: around.frame, direction: from, flow };
        observer.passed(state, &moment, &passed);
    }
    if payload.is_empty() || matches!(reading, Reading::Counting) {
        return;
    }
    let mut sink = datagram_sink::<P, O>(record, around, observer, commons);
    sink.read(from, Chunk::Data(payload));
    if missing > 0 {
        sink.read(from, Chunk::Gap(u64::from(missing)));
    }
}

/// The way of the bytes of a flow without connections: nothing of it is looked back into or asked for as a stream.
fn datagram_sink<'d, P: Services<O>, O: Observer>(
    record: &'d mut Flows<P, O>,
    around: Around<'_>,
    observer: &'d mut O,
    commons: &'d mut Commons,
) -> Delivery<'d, P, O> {
    let Record { flow, state, reading, decoder_bytes, services, weirds, patient, anew, .. } = record;
    Delivery {
        at: around.at,
        frame: around.frame,
        flow,
        state,
        reading,
        decoder_bytes,
        services,
        weirds,
        patient,
        anew,
        established: None,
        alone: false,
        lookback: None,
        observer,
        commons,
        unwanted: [false; 2],
        wanted: false,
    }
}

/// Tells the reader that nothing follows, and the observer which weirds were left out.
pub(crate) fn end_record<P: Services<O>, O: Observer>(
    record: &mut Flows<P, O>,
    around: Around<'_>,
    end: End,
    observer: &mut O,
    commons: &mut Commons,
) {
    let held = commons.stats.held_bytes;
    with_sink::<P, O, _>(record, around, observer, commons, |connection, sink| {
        connection.close(end, sink);
        sink.conclude();
    });
    commons.stats.held_bytes = held;
    let unread = matches!(record.reading, Reading::Decoding(_) | Reading::Probing(Some(_)));
    if matches!(record.carrier, Carrier::Datagrams(_)) && unread {
        let mut sink = datagram_sink::<P, O>(record, around, observer, commons);
        for (direction, chunk) in ENDS {
            sink.read(direction, chunk);
        }
    }
    let Record { flow, state, weirds, .. } = record;
    let moment = Moment { at: around.at, frame: around.frame, direction: Direction::Client, flow };
    for (name, count) in weirds.suppressed(commons.limits.weirds) {
        let addl = format!("{name} {count}");
        observer.weird(state, &moment, &Weird { name: "weirds_suppressed", addl: addl.as_bytes() });
    }
}
