use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

#[test]
fn the_oldest_goes_first_and_is_counted() {
    let mut table = Bounded::new(2);
    for key in 0..5 {
        *table.entry(key) += key;
    }
    assert_eq!((table.get(&3), table.get(&4), table.get(&0)), (Some(&3), Some(&4), None));
    assert_eq!(table.dropped(), 3);
}

#[test]
fn a_hole_is_no_key_that_went() {
    let mut table: Bounded<u32, u32> = Bounded::new(3);
    (1..=3).for_each(|key| _ = table.entry(key));
    table.remove(&2);
    (4..=6).for_each(|key| _ = table.entry(key));
    assert_eq!([1, 3, 4].map(|key| table.get(&key).is_some()), [false, false, true]);
    assert_eq!(table.dropped(), 2);
}

#[test]
fn keys_that_come_and_go_leave_nothing_behind() {
    let mut table: Bounded<u32, u32> = Bounded::new(4);
    for key in 0..1000 {
        table.entry(key);
        table.remove(&key);
    }
    assert!(table.places == 0 && table.pages.len() <= 1 && table.dropped() == 0);
}

#[test]
fn holes_behind_a_key_that_stays_are_swept_out() {
    let mut table: Bounded<u32, u32> = Bounded::new(4);
    *table.entry(7) = 70;
    for key in 100..1000 {
        *table.entry(key) = key;
        assert_eq!(table.remove(&key), Some(key));
    }
    assert!(table.places <= 8 && table.dropped() == 0);
    assert_eq!((table.get(&7), table.get(&999)), (Some(&70), None));
    assert_eq!((table.remove(&7), table.get(&7)), (Some(70), None));
}

// A value of which four fill a page, so that a few keys cross borders.
#[derive(Default)]
struct Wide<T>(T, #[allow(dead_code, reason = "it is there for its size")] [[u64; 32]; 8]);

// Counts in a table, and in a list kept in order; `count` is the count in a value.
fn counts_the_same<V: Default>(steps: &[(bool, u8)], count: impl Fn(&mut V) -> &mut u32) -> TestCaseResult {
    let (mut table, mut model) = (Bounded::<u8, V>::new(8), Vec::<(u8, u32)>::new());
    prop_assert_eq!(Bounded::<u8, V>::PAGE, 4);
    // Soon its numbers wrap.
    table.first = 0u32.wrapping_sub(4 * 4);
    for &(puts, key) in steps {
        let known = model.iter().position(|(other, _)| *other == key);
        if !puts {
            let removed = table.remove(&key).map(|mut value| *count(&mut value));
            prop_assert_eq!(removed, known.map(|at| model.remove(at).1));
            continue;
        }
        *count(table.entry(key)) += 1;
        match known {
            Some(at) => model[at].1 += 1,
            None => {
                if model.len() == 8 {
                    model.remove(0);
                }
                model.push((key, 1));
            }
        }
        for key in 0..24 {
            let expected = model.iter().find(|(other, _)| *other == key).map(|(_, value)| *value);
            prop_assert_eq!(table.get_mut(&key).map(|value| *count(value)), expected);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_list_kept_in_order_does_the_same(steps in vec((any::<bool>(), 0u8..24), 0..400)) {
        counts_the_same(&steps, |Wide::<u32>(count, _)| count)?;
        // One of which something is to be let go.
        counts_the_same(&steps, |Wide::<Box<u32>>(count, _)| count)?;
    }
}
