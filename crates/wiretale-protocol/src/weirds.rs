//! How often a flow may say the same.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Counts of the weirds of one flow, by name: the first few of a kind are reported, the rest is counted.
#[derive(Default, Debug)]
pub struct Weirds(Option<Box<Counts>>);

/// What is left of a flow's allowance of weirds, lent to its decoder for a chunk.
#[derive(Debug)]
pub struct Quota<'q> {
    /// What the flow said so far, whoever said it.
    pub said: &'q mut Weirds,
    /// How many of a kind are reported.
    pub most: u32,
    /// Counts those that are not.
    pub suppressed: &'q mut u64,
}

impl Quota<'_> {
    /// Counts one of `name`; true if it may be reported.
    pub fn allow(&mut self, name: &'static str) -> bool {
        let allowed = self.said.allow(name, self.most);
        *self.suppressed += u64::from(!allowed);
        allowed
    }
}

#[derive(Default, Debug)]
struct Counts {
    kinds: Vec<(&'static str, u32)>,
    /// Those of kinds past the most that are told apart.
    others: u32,
}

impl Weirds {
    /// Counts one of `name`; true if it may be reported, `most` of a kind being allowed.
    pub fn allow(&mut self, name: &'static str, most: u32) -> bool {
        let counts = self.0.get_or_insert_default();
        if let Some((_, count)) = counts.kinds.iter_mut().find(|(kind, _)| *kind == name) {
            *count = count.saturating_add(1);
            return *count <= most;
        }
        if counts.kinds.len() >= KINDS {
            counts.others = counts.others.saturating_add(1);
            return false;
        }
        counts.kinds.push((name, 1));
        most > 0
    }

    /// The kinds of which some were left out, and how many; what is past the most kinds told apart is `other`.
    pub fn suppressed(&self, most: u32) -> impl Iterator<Item = (&'static str, u32)> {
        let kinds = self.0.iter().flat_map(|counts| counts.kinds.iter().copied());
        let others = self.0.iter().map(move |counts| ("other", counts.others.saturating_add(most)));
        kinds.chain(others).filter_map(move |(name, count)| {
            let left_out = count.saturating_sub(most);
            (left_out > 0).then_some((name, left_out))
        })
    }
}

/// Kinds told apart in one flow.
const KINDS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_of_a_kind_are_reported_and_the_rest_counted() {
        let mut weirds = Weirds::default();
        let reported = (0..10).filter(|_| weirds.allow("a", 3)).count();
        assert!(weirds.allow("b", 3));
        assert_eq!(reported, 3);
        assert_eq!(weirds.suppressed(3).collect::<Vec<_>>(), [("a", 7)]);
    }
}
