use alloc::vec::Vec;

use wiretale_protocol::Direction::Server;
use wiretale_protocol::{Content, FlowId, Timestamp};

use super::*;
use crate::{Provenance, parse};

fn announced(session: u64, number: u32, text: &str) -> Announced {
    let Ok(crate::Message::Offer(offer)) = parse(text.as_bytes()) else { panic!("{text}") };
    Announced {
        offer: OfferId { session: FlowId(session), number },
        offered: Timestamp::from_parts(i64::from(number), 0),
        kind: offer.kind,
        from: b"alice"[..].into(),
        to: b"bob"[..].into(),
        name: offer.name.into(),
        size: offer.size,
        start: 0,
        modified: None,
        token: offer.token.into(),
        tls: offer.tls,
        turbo: offer.turbo,
        reverse: offer.port == 0,
        server: wiretale_protocol::Endpoint::new(offer.address, offer.port),
        provenance: Provenance::Unknown,
        private: false,
    }
}

fn finished(bytes: u64, start: u64, outcome: Outcome) -> Event<'static> {
    Event::Finished { bytes, missed: 0, size: None, start, acknowledged: None, outcome }
}

#[test]
fn an_offer_has_one_record_from_offer_to_outcome() {
    let mut offers = Offers::new(10);
    let now = Timestamp::default();
    let taken = announced(1, 1, "SEND a 10.0.0.1 5000 100");
    let refused = announced(1, 2, "SEND b 10.0.0.1 5001 100");
    let ignored = announced(1, 3, "CHAT chat 10.0.0.1 5002");
    for offer in [&taken, &refused, &ignored] {
        offers.step(&Step { announced: offer, change: Change::Offered });
    }
    offers.step(&Step { announced: &refused, change: Change::Refused });
    let resumed = Announced { start: 60, ..taken };
    offers.step(&Step { announced: &resumed, change: Change::ResumeAsked });
    offers.step(&Step { announced: &resumed, change: Change::Resumed });
    offers.event(FlowId(7), now, &Event::Opened { announced: Some(&resumed), sender: Server });
    offers.event(FlowId(7), now, &Event::Content(Content::Data(b"x")));
    assert_eq!(offers.records()[0].fate, Fate::Open);
    offers.event(FlowId(7), now, &finished(30, 60, Outcome::Short(10)));
    let fates: Vec<Fate> = offers.records().iter().map(|record| record.fate).collect();
    assert_eq!(fates, [Fate::Over(Outcome::Short(10)), Fate::Refused, Fate::NeverTaken]);
    assert_eq!(offers.records()[0].resumed, Some(Resumed { at: 60, agreed: true }));
    assert_eq!((offers.records()[0].bytes, offers.records()[0].flow), (30, Some(FlowId(7))));
}

#[test]
fn an_offer_seen_in_both_sessions_is_one() {
    let mut offers = Offers::new(10);
    offers.step(&Step { announced: &announced(1, 1, "SEND a 10.0.0.1 5000 100"), change: Change::Offered });
    offers.step(&Step { announced: &announced(2, 1, "SEND a 10.0.0.1 5000 100"), change: Change::Offered });
    assert_eq!(offers.records().len(), 1);
    offers.step(&Step { announced: &announced(1, 2, "SEND a 10.0.0.1 5000 100"), change: Change::Offered });
    assert_eq!(offers.records().len(), 2, "made again in the same session it is another");
}

#[test]
fn a_transfer_without_an_offer_has_a_record_and_too_many_are_counted() {
    let mut offers = Offers::new(1);
    let now = Timestamp::default();
    offers.event(FlowId(1), now, &Event::Opened { announced: None, sender: Server });
    offers.event(FlowId(1), now, &finished(5, 0, Outcome::Unknown));
    offers.event(FlowId(2), now, &Event::Opened { announced: None, sender: Server });
    offers.event(FlowId(2), now, &finished(6, 0, Outcome::Unknown));
    assert_eq!((offers.records().len(), offers.records()[0].bytes, offers.dropped()), (1, 5, 1));
}
