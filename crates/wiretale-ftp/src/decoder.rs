//! The control connection.

use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use crate::Event;

/// A control connection.
pub struct Ftp;

/// The state of a control connection.
#[derive(Default)]
pub struct Decoder {}

impl Protocol for Ftp {
    const TAG: &'static str = "ftp";
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        let _ = opening;
        Probe::No
    }

    fn start(_: &Opening<'_>) -> Decoder {
        Decoder::default()
    }

    fn feed<O: Observe<Self>>(_: &mut Decoder, _: &mut Context<'_, O>, _: Chunk<'_>) -> Demand {
        Demand::Nothing
    }
}
