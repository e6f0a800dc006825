//! Places of what is over, for what comes next.

use crate::near::Far;

/// Blocks of memory whose flows are over, the last one on top: it is in the processor's caches still, where the allocator
/// would hand out what went long ago, or what the system has to clear.
pub(crate) struct Spare<T> {
    places: Vec<Box<Far<T>>>,
    most: usize,
}

impl<T> Spare<T> {
    /// Room for `most`, which nobody counts.
    pub(crate) const fn at_most(most: usize) -> Self {
        Self { places: Vec::new(), most }
    }

    /// Puts a value into the memory of one that is over.
    #[inline]
    pub(crate) fn boxed(&mut self, value: T) -> Box<Far<T>> {
        let Some(mut place) = self.places.pop() else { return Box::new(Far::new(value)) };
        // Where very many ended at once, those below went from the caches again.
        if let Some(soon) = self.places.len().checked_sub(SOON).and_then(|at| self.places.get(at)) {
            soon.ask_for(usize::MAX);
        }
        **place = value;
        place
    }

    /// Keeps the memory of a value, which itself must hold none any more, unless there is enough of it.
    #[inline]
    pub(crate) fn keep(&mut self, place: Box<Far<T>>) {
        if self.places.len() < self.most {
            self.places.push(place);
        }
    }

    /// Gives all of it back.
    pub(crate) fn clear(&mut self) {
        self.places = Vec::new();
    }
}

/// The place that is asked for when one is taken: so many below it.
const SOON: usize = 4;

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn what_is_kept_is_used_again_and_what_it_held_is_let_go_of() {
        let held = Rc::new(());
        let mut spare = Spare::at_most(2 * SOON);
        for round in 0..3 {
            let all: Vec<_> = (0..3 * SOON).map(|_| spare.boxed(Some(Rc::clone(&held)))).collect();
            all.into_iter().for_each(|place| spare.keep(place));
            assert_eq!((spare.places.len(), Rc::strong_count(&held)), (2 * SOON, 1 + 2 * SOON), "round {round}");
        }
        spare.clear();
        assert_eq!(Rc::strong_count(&held), 1);
    }
}
