//! Captures, frames, and everything together.

use wiretale::capture::Capture;
use wiretale::packet::{Body, Checks, Frame, LinkType, Timestamp, dissect};
use wiretale::protocol::{Observe, Observer, Protocol};
use wiretale::{Analyzer, Settings, Standard};

/// A capture file: the reader advances or ends, and lends no more than it was given.
pub fn pcap(data: &[u8]) {
    let Ok(mut capture) = Capture::from_bytes(data.to_vec(), "fuzz") else { return };
    let mut frames = 0;
    while let Some(frame) = capture.next() {
        let Ok(frame) = frame else { break };
        assert!(capture_bound(frame.data.len(), data.len()) || capture.is_compressed());
        frames += 1;
        assert!(frames <= data.len() || capture.is_compressed(), "more frames than bytes");
    }
    assert!(capture.next().is_none_or(|frame| frame.is_err()));
}

/// A frame: link type from the first two bytes. All that comes out lies inside it.
pub fn packet(data: &[u8]) {
    let Some((link, data)) = data.split_first_chunk::<2>() else { return };
    let frame = Frame { at: Timestamp::default(), link: LinkType(u16::from_be_bytes(*link)), data, wire_len: data.len() as u32 };
    let range = data.as_ptr_range();
    for packet in dissect(frame, Checks::Verify).flatten() {
        let payload = match packet.body {
            Body::Tcp { segment, .. } => segment.payload,
            Body::Udp(datagram) => datagram.payload,
            Body::Icmp(message) => message.payload,
            Body::Fragment(fragment) => fragment.payload,
            Body::Other { payload, .. } => payload,
        };
        assert!(payload.is_empty() || (range.start <= payload.as_ptr() && payload.as_ptr_range().end <= range.end));
    }
}

/// The whole analyzer on Ethernet frames, each behind a big-endian length of two bytes.
pub fn pipeline(data: &[u8]) {
    let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
    let (mut rest, mut number) = (data, 0);
    while let Some((len, after)) = rest.split_first_chunk::<2>() {
        let (frame, after) = after.split_at(usize::from(u16::from_be_bytes(*len)).min(after.len()));
        number += 1;
        let at = Timestamp::from_nanos(number as i64 * 1_000_000);
        analyzer.packet(Frame { at, link: LinkType::ETHERNET, data: frame, wire_len: frame.len() as u32 }, number);
        rest = after;
    }
    analyzer.finish();
}

struct Deaf;

impl Observer for Deaf {
    type Flow = ();
}

impl<P: Protocol> Observe<P> for Deaf {}

fn capture_bound(frame: usize, file: usize) -> bool {
    frame <= file
}
