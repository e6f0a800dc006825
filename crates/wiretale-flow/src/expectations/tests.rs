//! Announcements, against a list of them in the order made.

use proptest::collection::vec;
use proptest::prelude::*;
use wiretale_protocol::{Address, FlowId, Note, Transport};

use super::*;

const AGE: Duration = Duration::from_secs(10);
const MOST: usize = 5;

fn end(host: u8) -> Endpoint {
    Endpoint::new(Address::v4([10, 0, 0, host]), 1000 + u16::from(host))
}

fn flow(client: u8, server: u8) -> Flow {
    let (id, opened) = (FlowId(0), Timestamp::default());
    let (client, server) = (end(client), end(server));
    Flow { id, client, server, transport: Transport::Tcp, opened, midstream: false, tunneled: false }
}

/// One to the server `server` from `client`, or from anybody; its parent tells which one it is.
fn announcement(which: u64, tag: bool, server: u8, client: Option<u8>, at: Timestamp) -> Expectation {
    Expectation {
        tag: if tag { "one" } else { "other" },
        server: end(server),
        client: client.map(|host| end(host).address),
        note: Note::new(()),
        parent: FlowId(which),
        announced: at,
    }
}

fn route(server: u8, client: Option<u8>) -> Route {
    Route { server: end(server), client: client.map(|host| end(host).address) }
}

/// What waits, each with its number, tag, server, client and time.
#[derive(Default)]
struct Model(Vec<(u64, bool, u8, Option<u8>, Timestamp)>);

impl Model {
    fn add(&mut self, new: (u64, bool, u8, Option<u8>, Timestamp)) -> Option<u64> {
        self.0.retain(|old| (old.1, old.2, old.3) != (new.1, new.2, new.3) || new.4.since(old.4) <= COPIED);
        self.0.push(new);
        (self.0.len() > MOST).then(|| self.0.remove(0).0)
    }

    fn find(&self, client: u8, server: u8, now: Timestamp) -> Option<usize> {
        let fits = |from: &Option<u8>| from.is_none_or(|from| from == client);
        self.0.iter().position(|(_, _, to, from, at)| *to == server && fits(from) && *at + AGE >= now)
    }
}

proptest! {
    #[test]
    fn they_are_a_list_in_the_order_made(
        steps in vec((0u8..6, any::<bool>(), 1u8..4, prop::option::of(1u8..4), 0u64..4), 0..200),
    ) {
        let (mut table, mut model) = (Expectations::new(7, MOST, AGE), Model::default());
        let mut now = Timestamp::from_parts(1000, 0);
        for (which, (kind, tag, server, client, pause)) in (0u64..).zip(steps) {
            now = now + Duration::from_secs(pause);
            let asked = client.unwrap_or(1);
            match kind {
                0..3 => {
                    let dropped = table.add((which, 0, 0), announcement(which, tag, server, client, now));
                    prop_assert_eq!(dropped.map(|gone| gone.parent.0), model.add((which, tag, server, client, now)));
                }
                3 => {
                    let at = model.find(asked, server, now);
                    let found = at.map(|at| model.0[at]);
                    let name = found.map(|found| if found.1 { "one" } else { "other" });
                    prop_assert_eq!(table.tag(&flow(asked, server), now), name);
                    let reversed = at.is_none() && model.find(server, asked, now).is_some();
                    prop_assert_eq!(table.matches_reversed(&flow(asked, server), now), reversed);
                    let taken = table.take(&flow(asked, server), now).map(|(number, taken)| (number.0, taken.parent.0));
                    prop_assert_eq!(taken, at.map(|at| model.0.remove(at).0).map(|which| (which, which)));
                }
                4 => {
                    let late = model.0.first().is_some_and(|oldest| oldest.4 + AGE < now);
                    let lapsed = table.lapse(now).map(|lapsed| lapsed.parent.0);
                    prop_assert_eq!(lapsed, late.then(|| model.0.remove(0).0));
                }
                _ => {
                    let number = which.saturating_sub(pause);
                    let at = model.0.iter().position(|(which, _, to, from, _)| (*which, *to, *from) == (number, server, client));
                    let taken = table.take_number(route(server, client), (number, 0, 0)).map(|taken| taken.parent.0);
                    prop_assert_eq!(taken, at.map(|at| model.0.remove(at).0));
                }
            }
            prop_assert_eq!((table.waiting, table.is_empty()), (model.0.len(), model.0.is_empty()));
            prop_assert!(table.order.len() <= 2 * table.waiting + 65, "used ones pile up: {}", table.order.len());
            let lists: usize = table.by_route.values().map(list_bytes).sum();
            let noted = table.waiting * NOTE + table.order.len() * size_of::<(Route, Id)>();
            prop_assert!(table.memory() >= table.by_route.allocation_size() + noted + lists);
        }
        // The oldest go first.
        while let Some(oldest) = table.pop_oldest() {
            prop_assert_eq!(oldest.parent.0, model.0.remove(0).0);
        }
        prop_assert!(model.0.is_empty() && table.is_empty() && table.lists == 0);
    }
}

#[test]
fn what_is_used_again_and_again_leaves_nothing_behind() {
    let mut table = Expectations::new(7, 9, AGE);
    let now = Timestamp::from_parts(1000, 0);
    for which in 0..10_000 {
        table.add((which, 0, 0), announcement(which, true, 1, None, now));
        assert!(table.order.len() <= 70);
        if which % 2 == 0 {
            assert!(table.take(&flow(2, 1), now).is_some());
        }
    }
    assert!(table.memory() < 10_000);
}

#[test]
fn where_there_is_room_for_none_none_is_kept() {
    let mut table = Expectations::new(7, 0, AGE);
    let gone = table.add((1, 0, 0), announcement(1, true, 1, None, Timestamp::default()));
    assert_eq!((gone.map(|gone| gone.parent.0), table.is_empty()), (Some(1), true));
}

/// How many a look-up may have to walk where so many wait at one endpoint, made at once by as many flows.
fn longest(client: impl Fn(u64) -> Option<Address>) -> usize {
    let mut table = Expectations::new(7, 5000, AGE);
    let now = Timestamp::from_parts(1000, 0);
    for which in 0..5000 {
        let expectation = announcement(which, true, 1, None, now);
        table.add((which, 0, 0), Expectation { client: client(which), ..expectation });
    }
    table.by_route.values().map(|entries| entries.len()).max().unwrap_or_default()
}

#[test]
fn few_are_walked_however_many_wait_at_one_endpoint() {
    let one = |which: u64| Some(Address::v4([10, 1, (which >> 8) as u8, which as u8]));
    assert_eq!([longest(one), longest(|_| None)], [1, COPIES]);
}

#[test]
fn of_more_copies_than_there_is_room_for_the_last_wait() {
    let mut table = Expectations::new(7, 5000, AGE);
    let now = Timestamp::from_parts(1000, 0);
    let add =
        |table: &mut Expectations, which, tag, at| table.add((which, 0, 0), announcement(which, tag, 1, None, at));
    for which in 0..300 {
        assert!(add(&mut table, which, true, now).is_none());
    }
    let waits =
        |table: &Expectations| table.by_route.values().flatten().map(|entry| entry.number.0).collect::<Vec<_>>();
    assert_eq!(waits(&table), (300 - COPIES as u64..300).collect::<Vec<_>>());
    assert_eq!(table.waiting, COPIES);
    assert!(add(&mut table, 300, false, now).is_none(), "of another protocol there is room");
    assert!(add(&mut table, 301, true, now + Duration::from_secs(2)).is_none(), "it takes the place of all");
    let first = table.take(&flow(2, 1), now).map(|(_, first)| first.parent.0);
    assert_eq!((first, table.waiting), (Some(300), 1));
}
