//! A decoder alone, without an engine: for streams that come from elsewhere than packets.
//!
//! Every protocol's decoder is driven so: start it, give it what either side says in the order in which it is said, and
//! hear its events.

use wiretale_ftp::{Event, Ftp};
use wiretale_protocol::{
    Address, Chunk, Context, Direction, Endpoint, Escaped, Flow, FlowId, Moment, Observe, Observer, Opening, Protocol,
    SecretKey, Shared, Timestamp, Transport,
};

/// Prints who logged in.
struct Logins;

impl Observer for Logins {
    type Flow = ();
}

impl Observe<Ftp> for Logins {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
        if let Event::Login(login) = event {
            println!("{}: {} {:?}", moment.flow.server, Escaped(login.user), login.ok);
        }
    }
}

fn main() {
    let flow = Flow {
        id: FlowId(1),
        client: Endpoint::new(Address::v4([10, 0, 0, 1]), 40_000),
        server: Endpoint::new(Address::v4([10, 0, 0, 2]), 21),
        transport: Transport::Tcp,
        opened: Timestamp::from_nanos(0),
        midstream: false,
        tunneled: false,
    };
    let mut decoder = Ftp::start(&Opening { client: &[], server: &[], flow: &flow, last: true });
    let mut shared = Shared::new(SecretKey::new(1, 2));
    let turns = [
        (Direction::Server, "220 ready\r\n"),
        (Direction::Client, "USER ann\r\n"),
        (Direction::Server, "331 password?\r\n"),
        (Direction::Client, "PASS secret\r\n"),
        (Direction::Server, "230 welcome\r\n"),
    ];
    for (frame, (direction, words)) in (1..).zip(turns) {
        let moment = Moment { at: Timestamp::from_nanos(0), frame, direction, flow: &flow };
        let (mut logins, mut state) = (Logins, ());
        let mut cx = Context::new(moment, &mut logins, &mut state, &mut shared);
        Ftp::feed(&mut decoder, &mut cx, Chunk::Data(words.as_bytes()));
    }
}
