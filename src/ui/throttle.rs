//! Changes that come faster than anybody can use them.

use crate::ui::memo::Memo;
use leptos::prelude::*;
use std::time::Duration;

/// Follows `source`: at once when it was quiet, otherwise once per `pause`, and always to its last value.
pub fn throttle<T>(source: impl Fn() -> T + Send + Sync + 'static, pause: Duration) -> Memo<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let source = Memo::new(move |_| source());
    let calm = RwSignal::new(source.get_untracked());
    let is_resting = StoredValue::new(false);
    Effect::new(move || {
        source.track();
        if !is_resting.get_value() {
            follow(source, calm, is_resting, pause);
        }
    });
    calm.into()
}

fn follow<T>(source: Memo<T>, calm: RwSignal<T>, is_resting: StoredValue<bool>, pause: Duration)
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    // Both are gone when the room has been left meanwhile.
    let Some(value) = source.try_get_untracked() else { return };
    if calm.try_with_untracked(|now| *now == value) != Some(false) {
        return;
    }
    calm.set(value);
    is_resting.set_value(true);
    set_timeout(
        move || {
            if is_resting.try_set_value(false).is_none() {
                follow(source, calm, is_resting, pause);
            }
        },
        pause,
    );
}
