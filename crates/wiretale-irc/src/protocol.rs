//! IRC as a protocol of the seam.

use wiretale_protocol::{Chunk, Context, Demand, Line, Lines, Observe, Opening, Probe, Protocol};

use crate::{Event, parse};

/// Internet Relay Chat, between clients and servers and among servers.
#[derive(Clone, Copy, Debug)]
pub struct Irc;

/// Both directions of one connection.
#[derive(Debug)]
pub struct Decoder {
    lines: [Lines; 2],
}

impl Protocol for Irc {
    const TAG: &'static str = "irc";
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::Unsure
    }

    fn start(_: &Opening<'_>) -> Decoder {
        Decoder { lines: [Lines::new(8701), Lines::new(8701)] }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let [client, server] = &mut decoder.lines;
        let lines = if cx.moment().direction.index() == 0 { client } else { server };
        match chunk {
            Chunk::Data(mut bytes) => {
                while let Some(Line { bytes, .. }) = lines.next(&mut bytes) {
                    if let Ok(message) = parse(bytes) {
                        cx.emit::<Self>(Event::Message(message));
                    }
                }
            }
            Chunk::Gap(_) => lines.gap(),
            Chunk::End(_) => {}
        }
        Demand::Stream
    }
}
