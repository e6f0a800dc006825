//! Work on many things, each by itself, shared out among threads.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does `work` on each of the items, with so many threads. Whoever is done takes the next few, since some take long.
pub(super) fn each<T: Send>(items: &mut [T], threads: usize, work: impl Fn(&mut T) + Sync) {
    if threads < 2 || items.len() <= FEW {
        return items.iter_mut().for_each(work);
    }
    let left = Mutex::new(items.chunks_mut(FEW));
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let some = || {
        while let Some(few) = next() {
            few.iter_mut().for_each(&work);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(some);
        }
        some();
    });
}

/// Items taken at a time.
const FEW: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_worked_on_once() {
        for threads in [0, 1, 2, 5] {
            for len in [0, 1, 7, 100] {
                let mut items: Vec<usize> = (0..len).collect();
                each(&mut items, threads, |item| *item += 1);
                assert_eq!(items, (1..=len).collect::<Vec<_>>(), "{threads} threads, {len} items");
            }
        }
    }
}
