//! Secure Shell as a protocol of the seam.

use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use crate::{Decoder, Event, probe};

/// Secure Shell, versions 1 and 2.
#[derive(Clone, Copy, Debug)]
pub struct Ssh;

impl Protocol for Ssh {
    const TAG: &'static str = "ssh";
    const BEHIND: bool = true;
    const ANNOUNCED: bool = false;
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        probe::probe(opening)
    }

    fn resumes(client: &[u8]) -> bool {
        probe::resumes(client)
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        match wiretale_websocket::is_upgrade(opening.client) {
            true => Decoder::wrapped(),
            false if probe::has_begun(opening) => Decoder::behind_server(),
            false => Decoder::new(),
        }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        decoder.feed(cx, chunk)
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        decoder.held()
    }
}
