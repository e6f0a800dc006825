//! Prints every packet of the captures given, in the order of time: `cargo run --example packets -- CAPTURE...`

use std::io::{self, BufWriter, Write};

use wiretale_capture::{Capture, Error, Merged};
use wiretale_packet::{Body, Checks, Packet, dissect};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let open = |path: String| Capture::open(path).inspect_err(|error| eprintln!("{error}")).ok();
    let mut captures = Merged::new(std::env::args().skip(1).filter_map(open).collect());
    while let Some(frame) = captures.next() {
        match frame {
            Ok(frame) => {
                for found in dissect(frame, Checks::Verify) {
                    match found {
                        Ok(packet) => line(&mut out, &packet)?,
                        Err(skip) => writeln!(out, "{} {skip} ({})", frame.at, skip.weird_name().unwrap_or("fine"))?,
                    }
                }
            }
            Err(error) => end(&error),
        }
    }
    out.flush()
}

fn line(out: &mut impl Write, packet: &Packet<'_>) -> io::Result<()> {
    let (src, dst) = packet.endpoints();
    write!(out, "{} {:>depth$}{src} > {dst} ", packet.at, "", depth = usize::from(packet.depth) * 2)?;
    match packet.body {
        Body::Tcp { segment, .. } => write!(out, "{:?} {:?} {} bytes", segment.flags, segment.seq, segment.wire_len())?,
        Body::Udp(datagram) => write!(out, "UDP {} bytes", datagram.payload.len())?,
        Body::Icmp(icmp) => write!(out, "ICMP {}/{}", icmp.kind, icmp.code)?,
        Body::Fragment(fragment) => write!(out, "fragment {:x} at {}", fragment.id, fragment.offset)?,
        Body::Other { payload, .. } => write!(out, "protocol {} {} bytes", packet.ip.protocol, payload.len())?,
    }
    writeln!(out, " {:?}", packet.checksum)
}

fn end(error: &Error) {
    let kind = if error.is_cut() { "note" } else { "error" };
    eprintln!("{kind}: {error}");
}
