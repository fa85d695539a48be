//! Values that views keep and compare by identity.

use std::ops::Deref;
use std::sync::Arc;

/// A shared value. Two are equal when they are the same one, so that a view notices a change without comparing the
/// content; changing it leaves the copies that views still hold as they were.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Shared(Arc::new(value))
    }
}

impl<T: Clone> Shared<T> {
    /// Changes the value; afterwards it equals no earlier copy.
    pub fn change(&mut self, change: impl FnOnce(&mut T)) {
        let mut value = T::clone(&self.0);
        change(&mut value);
        self.0 = Arc::new(value);
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_noticed_and_leaves_copies_alone() {
        let mut value = Shared::new(vec![1]);
        let copy = value.clone();
        assert_eq!(value, copy);
        value.change(|v| v.push(2));
        assert_ne!(value, copy);
        assert_eq!((copy.len(), value.len()), (1, 2));
    }
}
