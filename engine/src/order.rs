//! Sorting with one compiled body: that of `std` is compiled anew for each type and each order, and a browser would download
//! every one of them.

use std::cmp::Ordering;

/// The indices below `count` in the order of `compare`; equal ones keep theirs.
pub fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// The indices of `values` from the largest to the least; equal ones keep theirs.
pub fn argsort_desc(values: &[f32]) -> Vec<usize> {
    order(values.len(), &mut |a, b| values[b].total_cmp(&values[a]))
}

/// Sorts by `compare`; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    let mut places = vec![0; order.len()];
    for (place, item) in order.into_iter().enumerate() {
        places[item] = place;
    }
    for at in 0..items.len() {
        while places[at] != at {
            let place = places[at];
            items.swap(at, place);
            places.swap(at, place);
        }
    }
}

/// Sorts by what `key` gives; items of equal keys keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts in ascending order; equal items keep theirs.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every list of `length` digits below `base`.
    fn lists(length: u32, base: usize) -> impl Iterator<Item = Vec<usize>> {
        (0..base.pow(length)).map(move |code| (0..length).map(|at| code / base.pow(at) % base).collect())
    }

    #[test]
    fn the_largest_comes_first_and_of_equals_the_first() {
        assert_eq!(argsort_desc(&[0.5, -1.0, 2.0, 0.5]), [2, 0, 3, 1]);
    }

    #[test]
    fn sorts_as_std_does() {
        for list in (0..6).flat_map(|length| lists(length, 4)) {
            let marked: Vec<(usize, usize)> = list.iter().copied().zip(0..).collect();
            let [mut ours, mut stds] = [marked.clone(), marked];
            sort_by_key(&mut ours, |item| item.0);
            stds.sort_by_key(|item| item.0);
            assert_eq!(ours, stds);
            sort_by(&mut ours, |a, b| b.0.cmp(&a.0));
            stds.sort_by_key(|item| std::cmp::Reverse(item.0));
            assert_eq!(ours, stds);
            let [mut ours, mut stds] = [list.clone(), list];
            sort(&mut ours);
            stds.sort_unstable();
            assert_eq!(ours, stds);
        }
    }
}
