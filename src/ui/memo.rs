//! Memos with one compiled body. That of Leptos is compiled anew for each type of value, and there are more than a hundred.

use leptos::prelude::{Get, GetUntracked, RwSignal};
use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

/// A value that is computed when something that it reads has changed, and tells its readers when it differs then.
pub struct Memo<T> {
    held: leptos::prelude::Memo<Held>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// Computes from the last value, which is `None` at first.
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        let held = erased(Box::new(move |last| Held(Arc::new(compute(last.map(Held::value))))));
        Memo { held, value: PhantomData }
    }

    /// Reads the value; the reader is told of the next.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(self.held.get().value())
    }

    /// The reader is told of the next value. A memo that nobody has read yet computes nothing and so tells nobody: it is read.
    pub fn track(&self) {
        let _ = self.held.get();
    }

    /// Reads the value once.
    pub fn with_untracked<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(self.held.get_untracked().value())
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Memo<T> {
    /// The value; the reader is told of the next.
    pub fn get(&self) -> T {
        self.with(T::clone)
    }

    /// The value, read once; none when its owner is gone.
    pub fn try_get_untracked(&self) -> Option<T> {
        self.held.try_get_untracked().map(|held| held.value::<T>().clone())
    }

    /// The value, read once.
    pub fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}

/// A constant, which is held twice.
impl<T: Clone + PartialEq + Send + Sync + 'static> From<T> for Memo<T> {
    fn from(value: T) -> Self {
        Memo::new(move |_| value.clone())
    }
}

impl From<&str> for Memo<String> {
    fn from(value: &str) -> Self {
        Memo::from(value.to_owned())
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<RwSignal<T>> for Memo<T> {
    fn from(value: RwSignal<T>) -> Self {
        Memo::new(move |_| value.get())
    }
}

impl<T: Default + Clone + PartialEq + Send + Sync + 'static> Default for Memo<T> {
    fn default() -> Self {
        Memo::from(T::default())
    }
}

type Compute = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

fn erased(compute: Compute) -> leptos::prelude::Memo<Held> {
    leptos::prelude::Memo::new(move |last: Option<&Held>| compute(last))
}

#[derive(Clone)]
struct Held(Arc<dyn Value>);

impl Held {
    fn value<T: 'static>(&self) -> &T {
        let value: &dyn Any = &*self.0;
        value.downcast_ref().expect("a memo holds values of its own type")
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        self.0.equals(&*other.0)
    }
}

trait Value: Any + Send + Sync {
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Value for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref().is_some_and(|other| self == other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::{Owner, Set};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn computes_again_only_where_something_has_changed() {
        let owner = Owner::new();
        owner.set();
        let computed: Arc<[AtomicUsize; 2]> = Arc::default();
        let count = |at: usize| {
            let computed = computed.clone();
            move || computed[at].fetch_add(1, Ordering::Relaxed)
        };
        let [halved, written] = [count(0), count(1)];
        let number = RwSignal::new(2);
        let half = Memo::new(move |_| (halved(), number.get() / 2).1);
        let text = Memo::new(move |last: Option<&String>| {
            written();
            format!("{}, after {}", half.get(), last.map_or(0, String::len))
        });
        assert_eq!(text.get(), "1, after 0");
        number.set(3);
        assert_eq!((text.get(), half.get()), ("1, after 0".into(), 1));
        number.set(4);
        assert_eq!(text.with(String::len), "2, after 10".len());
        let counts = computed.each_ref().map(|count| count.load(Ordering::Relaxed));
        assert_eq!(counts, [3, 2]);
    }

    #[test]
    fn a_memo_that_is_only_tracked_tells_of_changes() {
        let owner = Owner::new();
        owner.set();
        let source = RwSignal::new(1);
        let tracked: Memo<i32> = Memo::from(source);
        let runs = Memo::new(move |runs: Option<&u32>| {
            tracked.track();
            runs.map_or(1, |runs| runs + 1)
        });
        assert_eq!(runs.get_untracked(), 1);
        source.set(2);
        assert_eq!(runs.get_untracked(), 2);
    }

    #[test]
    fn comes_of_constants_and_signals_and_outlives_no_owner() {
        let owner = Owner::new();
        owner.set();
        let signal = RwSignal::new(7);
        let (constant, followed) = (Memo::<String>::from("word"), Memo::from(signal));
        let empty = Memo::<u32>::default();
        signal.set(8);
        assert_eq!((constant.get(), followed.get_untracked(), empty.get()), ("word".into(), 8, 0));
        owner.cleanup();
        assert_eq!(followed.try_get_untracked(), None);
    }
}
