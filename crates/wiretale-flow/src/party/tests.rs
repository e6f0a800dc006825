//! Which bytes of one side were seen, against a list of all of them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::through::RANGES;
use super::*;

/// Byte by byte: whether it was seen, or acknowledged unseen. The first one is 1.
struct Model(Vec<bool>);

impl Model {
    fn through(&self) -> u64 {
        self.0.iter().position(|seen| !seen).unwrap() as u64
    }

    fn mark(&mut self, from: u64, to: u64) {
        (from..to).for_each(|at| self.0[at as usize] = true);
    }

    /// What an acknowledgement up to `to` shows to be missing.
    fn holes(&self, to: u64) -> Vec<(u64, u64)> {
        let mut holes: Vec<(u64, u64)> = Vec::new();
        for at in (1..to).filter(|at| !self.0[*at as usize]) {
            match holes.last_mut() {
                Some((_, end)) if *end == at => *end += 1,
                _ => holes.push((at, at + 1)),
            }
        }
        holes
    }
}

fn placed() -> Party {
    let mut party = Party::default();
    party.place_at(99, 100);
    party
}

proptest! {
    #[test]
    fn what_is_seen_and_acknowledged_is_a_set_of_bytes(steps in vec((1u64..60, 1u64..20, 0u8..4), 0..40)) {
        let (mut party, mut model) = (placed(), Model(vec![false; 100]));
        model.mark(0, 1);
        for (from, len, kind) in steps {
            if kind == 0 {
                let (want, mut got) = (model.holes(from), Vec::new());
                party.trim(from, |from, to| got.push((from, to)));
                model.mark(0, from);
                prop_assert_eq!(got, want);
            } else {
                party.saw(from, from + len);
                model.mark(from, from + len);
            }
            prop_assert_eq!(party.through, model.through());
            prop_assert_eq!(party.has_beyond, model.0.iter().skip(party.through as usize).any(|seen| *seen));
            let beyond = party.odd.as_ref().map(|odd| odd.beyond.as_slice()).unwrap_or_default();
            prop_assert!(beyond.windows(2).all(|pair| pair[0].1 < pair[1].0), "{:?} touch", beyond);
        }
    }
}

#[test]
fn of_very_many_ranges_beyond_a_hole_the_last_are_taken_for_unseen() {
    let mut party = placed();
    for n in 1..=RANGES as u64 + 1 {
        party.saw(10 * n, 10 * n + 5);
    }
    let mut holes = Vec::new();
    party.trim(10 * (RANGES as u64 + 1) + 5, |from, to| holes.push(to - from));
    assert_eq!((holes[0], holes.len(), holes.last()), (9, RANGES + 1, Some(&10)));
    assert!(holes[1..RANGES].iter().all(|len| *len == 5));
}

#[test]
fn a_phase_is_entered_once() {
    let mut party = Party::default();
    for phase in [Phase::SynSent, Phase::Established, Phase::Established] {
        party.enter(phase);
    }
    assert_eq!((party.was, party.phase), (Phase::SynSent, Phase::Established));
}
