//! What is told where there is no room for all.

use std::cmp::Ordering;

/// The rows for which there is room, in the order in which they stand, and how many more there are. Those are kept that
/// come `before` the others; of equals, those that stand first.
pub(crate) fn foremost<T>(
    rows: impl IntoIterator<Item = T>,
    room: usize,
    before: impl Fn(&T, &T) -> Ordering,
) -> (Vec<T>, usize) {
    let mut rows: Vec<(usize, T)> = rows.into_iter().enumerate().collect();
    let more = rows.len().saturating_sub(room);
    if more > 0 {
        rows.sort_by(|(_, a), (_, b)| before(a, b));
        rows.truncate(room);
        rows.sort_by_key(|(at, _)| *at);
    }
    (rows.into_iter().map(|(_, row)| row).collect(), more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_before_is_kept_and_stays_where_it_stands() {
        let of = |room| foremost([3, 9, 1, 9, 4], room, |a: &i32, b| b.cmp(a));
        assert_eq!(of(5), (vec![3, 9, 1, 9, 4], 0));
        assert_eq!(of(3), (vec![9, 9, 4], 2));
        assert_eq!(of(0), (vec![], 5));
    }
}
