//! What the first of the ranking have in common with the query's clip: what its modality tells.

use super::ranking::Ranking;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::view::Medium;
use crate::world::{Attribute, Kind, Scene};
use leptos::prelude::*;

/// How many of the first are looked at.
pub const FIRST: usize = 8;

/// How much of an attribute scenes share with that of the query: 1 where all objects have the same, 0 where none has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InCommon {
    pub kind: Kind,
    /// Mean over the first of the ranking.
    pub first: f32,
    /// Mean over all of it: chance.
    pub all: f32,
}

/// Of colours and of shapes, the query's own clip left out; none while no clip of the gallery is looked for.
pub fn in_common(app: AppContext, ranking: Ranking) -> Memo<Option<[InCommon; 2]>> {
    let from = app.pick(|view| view.from);
    Memo::new(move |_| {
        let query =
            app.picture.with(|picture| picture.scene.clone()).filter(|_| from.get() != Medium::Text)?;
        let own = ranking.own.get();
        let order = ranking.order.get();
        app.gallery.with(|gallery| {
            let others = order.iter().filter(|&&item| Some(item) != own);
            let scenes: Vec<&Scene> =
                others.filter_map(|&item| gallery.pictures.get(item)?.scene.as_ref()).collect();
            let mean = |scenes: &[&Scene], kind| {
                let sum: f32 = scenes.iter().map(|scene| overlap(&query, scene, kind)).sum();
                sum / scenes.len() as f32
            };
            let of = |kind| InCommon {
                kind,
                first: mean(&scenes[..FIRST.min(scenes.len())], kind),
                all: mean(&scenes, kind),
            };
            (!scenes.is_empty()).then(|| [Kind::Colour, Kind::Shape].map(of))
        })
    })
}

/// The objects that find their like in the other scene, as a share of those of the larger one.
fn overlap(a: &Scene, b: &Scene, kind: Kind) -> f32 {
    let of =
        |scene: &Scene| scene.objects.iter().map(|object| object.attribute(kind)).collect::<Vec<Attribute>>();
    let mut left = of(b);
    let shared = of(a).into_iter().filter(|one| {
        let at = left.iter().position(|other| other == one);
        at.map(|at| left.swap_remove(at)).is_some()
    });
    shared.count() as f32 / a.objects.len().max(b.objects.len()).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Colour, Split, splits};

    #[test]
    fn objects_find_their_like_once() {
        let mut a = splits::scene(Split::Test, 1, 0);
        a.objects.truncate(2);
        let mut b = a.clone();
        for (object, colour) in a.objects.iter_mut().zip([Colour::Red, Colour::Red]) {
            object.colour = colour;
        }
        for (object, colour) in b.objects.iter_mut().zip([Colour::Red, Colour::Blue]) {
            object.colour = colour;
        }
        assert_eq!(overlap(&a, &b, Kind::Colour), 0.5);
        assert_eq!(overlap(&b, &a, Kind::Colour), 0.5);
        assert_eq!(overlap(&a, &b, Kind::Shape), 1.0);
        b.objects.truncate(1);
        assert_eq!(overlap(&a, &b, Kind::Colour), 0.5);
        b.objects.clear();
        assert_eq!(overlap(&b, &b, Kind::Colour), 0.0);
    }
}
