//! Secure Shell as a protocol of the seam.

use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use crate::Event;

/// Secure Shell, versions 1 and 2.
#[derive(Clone, Copy, Debug)]
pub struct Ssh;

/// Both directions of one flow.
#[derive(Debug)]
pub struct Decoder {}

impl Protocol for Ssh {
    const TAG: &'static str = "ssh";
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        let _ = opening;
        Probe::No
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        let _ = opening;
        Decoder {}
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let _ = (decoder, cx, chunk);
        Demand::Nothing
    }
}
