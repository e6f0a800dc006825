//! What is remembered fits, and is a queue.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn data(offset: u64, bytes: &[u8]) -> Data<'_> {
    Data { offset, bytes, missing: 0, ttl: 200, origin: None }
}

#[test]
fn what_is_remembered_fits_or_is_not() {
    let (long, longer) = ([0].repeat((1 << 20) - 1), [0].repeat(1 << 20));
    let (far, high) = ((1 << 44) - 1, (1 << 56) - 1);
    for (offset, bytes, origin) in [(0, &b"a"[..], 0), (high, b"a", far), (7, &long, 9)] {
        let sent = Sent::new(&data(offset, bytes), origin).expect("it fits");
        let end = offset + bytes.len() as u64;
        assert_eq!((sent.offset(), sent.end(), sent.origin(), sent.ttl()), (offset, end, origin, 200));
    }
    for (offset, bytes, origin) in [(high + 1, &b"a"[..], 0), (0, b"a", far + 1), (0, &longer, 0)] {
        assert!(Sent::new(&data(offset, bytes), origin).is_none(), "{offset} {origin}");
    }
}

proptest! {
    /// A few at a time, so that they are at any place, then more, and none again.
    #[test]
    fn they_are_a_queue_however_many_there_are(steps in vec((any::<bool>(), 0usize..12), 0..40)) {
        let (mut recent, mut few, mut model) = (Recent::default(), Few::NONE, VecDeque::new());
        for (n, (add, times)) in (0u64..).zip(steps) {
            for time in 0..times as u64 {
                if add {
                    recent.push(&mut few, Sent::new(&data(n * 100 + time, b"a"), 0).unwrap());
                    model.push_back(n * 100 + time);
                } else {
                    recent.forget_oldest(&mut few);
                    model.pop_front();
                }
                prop_assert_eq!(recent.len(few), model.len());
                let oldest = recent.oldest(few).filter(|_| !model.is_empty());
                prop_assert_eq!(oldest.map(Sent::offset), model.front().copied());
                prop_assert!(recent.iter(few).map(Sent::offset).eq(model.iter().copied()));
            }
            if model.is_empty() {
                prop_assert_eq!((few.len, recent.more.len()), (0, 0), "they are in place again");
            }
        }
    }
}
