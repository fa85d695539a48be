//! Live figures that the checks of lessons look at, by name.

use leptos::prelude::*;
use std::collections::BTreeMap;

/// Every name with its meaning; `*` stands for what the room names itself, such as a model.
pub const FIGURES: &[(&str, &str)] = &[];

/// Whether `name` is one of [`FIGURES`].
pub fn is_known(name: &str) -> bool {
    FIGURES.iter().any(|(known, _)| match known.strip_suffix('*') {
        Some(start) => name.strip_prefix(start).is_some_and(|rest| !rest.is_empty()),
        None => *known == name,
    })
}

/// The figures of the room that is open.
#[derive(Clone, Copy)]
pub struct LiveFigures(RwSignal<BTreeMap<String, f64>>);

impl LiveFigures {
    pub fn new() -> Self {
        LiveFigures(RwSignal::new(BTreeMap::new()))
    }

    pub fn here() -> Self {
        expect_context()
    }

    pub fn get(self, name: &str) -> Option<f64> {
        self.0.with(|figures| figures.get(name).copied())
    }
}

/// Publishes figures as long as the component that calls this is there; what is not finite is left out.
pub fn publish(figures: impl Fn() -> Vec<(String, f64)> + 'static) {
    let LiveFigures(all) = LiveFigures::here();
    let mine = StoredValue::new(Vec::<String>::new());
    let withdraw = move |all: &mut BTreeMap<String, f64>| {
        mine.try_update_value(|mine| mine.drain(..).for_each(|name| drop(all.remove(&name))));
    };
    Effect::new(move || {
        let figures: Vec<_> = figures().into_iter().filter(|(_, value)| value.is_finite()).collect();
        all.update(|all| {
            withdraw(all);
            mine.set_value(figures.iter().map(|(name, _)| name.clone()).collect());
            for (name, value) in figures {
                debug_assert!(is_known(&name), "{name} is not listed");
                all.insert(name, value);
            }
        });
    });
    on_cleanup(move || {
        all.try_update(withdraw);
    });
}
