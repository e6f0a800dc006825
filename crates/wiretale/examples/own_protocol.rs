//! A protocol of one's own in front of the standard ones: lines behind a client's "HELO tale", on any port.
//!
//! `cargo run --example own_protocol -- FILE...`

use wiretale::capture::{Capture, Error};
use wiretale::protocol::{Chunk, Context, Demand, Escaped, Lines, Moment, Observe, Observer, Opening, Probe, Protocol};
use wiretale::{Settings, Standard, analyze_captures};

struct Tale;

/// What it has to say: here each line, either way.
#[derive(Clone, Copy, Debug)]
struct Said<'a>(&'a [u8]);

/// What is kept of one flow. A line that is longer than its limit is cut: nothing grows without bound.
struct Decoder {
    // By direction.
    lines: [Lines; 2],
}

impl Protocol for Tale {
    const TAG: &'static str = "tale";
    type Event<'a> = Said<'a>;
    type Decoder = Decoder;

    /// Whoever says no does not say yes when more bytes come, and the other way round.
    fn probe(opening: &Opening<'_>) -> Probe {
        match opening.client {
            begun if begun.starts_with(HELO) => Probe::Yes,
            begun if HELO.starts_with(begun) && !opening.last => Probe::Unsure,
            _ => Probe::No,
        }
    }

    fn start(_: &Opening<'_>) -> Decoder {
        Decoder { lines: [Lines::new(512), Lines::new(512)] }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let lines = &mut decoder.lines[cx.moment().direction.index()];
        match chunk {
            Chunk::Data(mut data) => {
                while let Some(line) = lines.next(&mut data) {
                    cx.emit::<Self>(Said(line.bytes));
                }
            }
            Chunk::Gap(_) => lines.gap(),
            Chunk::End(_) if !lines.rest().is_empty() => cx.emit::<Self>(Said(lines.rest())),
            Chunk::End(_) => {}
        }
        Demand::Stream
    }

    fn memory(decoder: &Decoder) -> usize {
        decoder.lines.iter().map(Lines::held).sum()
    }
}

/// Prints what the new protocol hears; the others are ignored.
struct Print;

impl Observer for Print {
    type Flow = ();
}

impl Observe<Tale> for Print {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, Said(line): &Said<'_>) {
        println!("{} {} {}", moment.at, moment.flow.speaker(moment.direction), Escaped(line));
    }
}

wiretale::ignore!(Print: irc::Irc, dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Print: recognize::Named, terminal::Terminal);

fn main() -> Result<(), Error> {
    let captures = std::env::args().skip(1).map(Capture::open).collect::<Result<_, _>>()?;
    let read = analyze_captures::<(Tale, Standard), _>(captures, Settings::default(), Print);
    for trouble in read.trouble {
        eprintln!("{trouble}");
    }
    Ok(())
}

const HELO: &[u8] = b"HELO tale";
