//! Places of what is over, for what comes next.

/// Blocks of memory whose flows are over, the last one on top: what it held is in the processor's caches still, where the
/// allocator would hand out what went long ago, or what the system has to clear.
pub(crate) struct Spare<T>(Vec<Box<T>>);

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Spare<T> {
    /// Puts a value into the memory of one that is over.
    #[inline]
    pub(crate) fn boxed(&mut self, value: T) -> Box<T> {
        match self.0.pop() {
            Some(mut place) => {
                *place = value;
                place
            }
            None => Box::new(value),
        }
    }

    /// Keeps the memory of a value that holds nothing any more, unless there is enough of it.
    #[inline]
    pub(crate) fn keep(&mut self, place: Box<T>) {
        if self.0.len() < MOST {
            self.0.push(place);
        }
    }
}

/// About as many as end in a second of a busy link.
const MOST: usize = 4096;
