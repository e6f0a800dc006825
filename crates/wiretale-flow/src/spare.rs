//! Places of what is over, for what comes next.

/// Blocks of memory whose flows are over, the last one on top: it is in the processor's caches still, where the allocator
/// would hand out what went long ago, or what the system has to clear.
pub(crate) struct Spare<T> {
    places: Vec<Box<T>>,
    most: usize,
}

impl<T> Spare<T> {
    /// Room for `most`, which nobody counts, and for no more than end in a second of a busy link.
    pub(crate) fn at_most(most: usize) -> Self {
        Self { places: Vec::new(), most: most.min(MOST) }
    }

    /// Puts a value into the memory of one that is over.
    #[inline]
    pub(crate) fn boxed(&mut self, value: T) -> Box<T> {
        match self.places.pop() {
            Some(mut place) => {
                *place = value;
                place
            }
            None => Box::new(value),
        }
    }

    /// Keeps the memory of a value, which itself must hold none any more, unless there is enough of it.
    #[inline]
    pub(crate) fn keep(&mut self, place: Box<T>) {
        if self.places.len() < self.most {
            self.places.push(place);
        }
    }
}

const MOST: usize = 4096;
