use super::*;
use crate::{Flow, FlowId};
use wiretale_packet::{Endpoint, Timestamp, Transport};

/// Claims `A…`, cannot be anything but text that begins so.
struct Letter;
/// Takes what nobody claims.
struct Rest;
type Both = (Rest, (Letter, ()));
struct Nobody;

impl Observer for Nobody {
    type Flow = ();
}
impl Observe<Letter> for Nobody {}
impl Observe<Rest> for Nobody {}

macro_rules! silent {
    ($name:ty, $probe:expr) => {
        impl Protocol for $name {
            const TAG: &'static str = stringify!($name);
            type Event<'a> = ();
            type Decoder = ();
            fn probe(opening: &Opening<'_>) -> Probe {
                let probe: fn(&[u8]) -> Probe = $probe;
                probe(opening.client)
            }
            fn start(_: &Opening<'_>) {}
            fn feed<O: Observe<Self>>((): &mut (), _: &mut Context<'_, O>, _: Chunk<'_>) -> Demand {
                Demand::Nothing
            }
        }
    };
}
silent!(Letter, |head| match head {
    [b'A', b'A', ..] => Probe::Yes,
    [b'A'] | [] => Probe::Unsure,
    _ => Probe::No,
});
silent!(Rest, |head| if head.is_empty() { Probe::No } else { Probe::Leftover });

fn flow() -> Flow {
    let nobody = Endpoint::default();
    Flow {
        id: FlowId(0),
        client: nobody,
        server: nobody,
        transport: Transport::Tcp,
        opened: Timestamp::default(),
        midstream: false,
        tunneled: false,
    }
}

fn ask(client: &[u8], last: bool) -> alloc::string::String {
    let flow = flow();
    let opening = Opening { client, server: &[], flow: &flow, last };
    let identified = <Both as Services<Nobody>>::identify(&opening);
    alloc::format!("{:?}", identified.map(|place| <Both as Services<Nobody>>::start(place, &opening)))
}

#[test]
fn what_is_left_over_waits_until_nobody_is_unsure() {
    assert_eq!(ask(b"A", false), "Unsure");
    assert_eq!(ask(b"AA", false), "Yes(Some(Tail(Head(()))))");
    assert_eq!(ask(b"B", false), "Leftover(Some(Head(())))");
    assert_eq!(ask(b"A", true), "Leftover(Some(Head(())))");
    assert_eq!(ask(b"", true), "No");
}

#[test]
fn behind_the_end_of_the_list_there_is_no_decoder() {
    let flow = flow();
    let opening = Opening { client: b"A", server: &[], flow: &flow, last: false };
    let is_there = |place| <Both as Services<Nobody>>::start(place, &opening).is_some();
    assert!(is_there(0) && is_there(1) && !is_there(2));
}
