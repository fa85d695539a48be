//! A picture, less one word and plus another, and what lies nearest to that.

use super::vectors::unit;
use crate::order;
use crate::session::protocol::{Command, EncodeLane, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::picture::{Thumbnail, described};
use crate::ui::components::raster::Rgba;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::gallery;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::ranking::cosines;
use crate::ui::state::{Embeddings, RequestState, Shared};
use crate::ui::view::{KINDS, Medium, attribute_of};
use crate::world::{Attribute, Description, Kind, Scene};
use leptos::prelude::*;

/// Results shown.
const SHOWN: usize = 8;

#[component]
pub fn Arithmetic() -> impl IntoView {
    let app = AppContext::here();
    let scene = Memo::new(move |_| app.steady.with(|picture| picture.scene.clone()));
    let swap = Memo::new(move |_| {
        let chosen = app.view.with(|view| (view.space.minus, view.space.plus));
        scene.with(|scene| swap(scene.as_ref()?, chosen))
    });
    let command = Memo::new(move |_| {
        let (minus, plus) = swap.get()?;
        let inputs = vec![phrase(minus).into(), phrase(plus).into()];
        Some(Command::Encode { inputs, lane: EncodeLane::Terms })
    });
    Effect::new(move || command.get().into_iter().for_each(|command| app.ask(command)));
    let place = Memo::new(move |_| {
        let name = app.steady.with(|picture| picture.name.clone());
        app.gallery.with(|gallery| gallery.position(&name))
    });
    Effect::new(move || {
        if place.get().is_none() && scene.with(Option::is_some) {
            app.ask(Command::query(app.steady.with(|picture| picture.pixels.clone())));
        }
    });
    let target = Memo::new(move |_| {
        let picture = match place.get() {
            Some(at) => gallery::rows(app, Medium::Image, |rows, width| {
                rows.get(at * width..(at + 1) * width).map(<[f32]>::to_vec)
            })?,
            None => {
                let query = |query: &RequestState<Embeddings>| {
                    app.is_of_stage(query).then(|| query.value.pictures.clone())
                };
                app.requests.picture_query.with(query)?
            }
        };
        let terms = app.requests.terms.with(|terms| Some(terms.answer_to(&command.get()?)?.texts.clone()))?;
        combined(&picture, &terms)
    });
    let found = Memo::new(move |_| {
        let Some(target) = target.get() else { return Vec::new() };
        let all = gallery::rows(app, Medium::Image, |rows, _| cosines(&target, rows));
        let mut order = order::argsort_desc(&all);
        order.retain(|&item| Some(item) != place.get());
        order.into_iter().take(SHOWN).map(|item| (item, all[item])).collect::<Vec<(usize, f32)>>()
    });
    let truths = Memo::new(move |_| {
        let (swap, scene) = (swap.get(), scene.get());
        app.gallery.with(|gallery| {
            let truth = |item: &Scene| Some(is_swapped(scene.as_ref()?, item, swap?));
            let all = gallery
                .pictures
                .iter()
                .map(|picture| picture.scene.as_ref().and_then(truth).unwrap_or(false));
            all.collect::<Vec<bool>>()
        })
    });
    // Of how many that are found how many are right, and the share of right ones in the gallery.
    let score = Memo::new(move |_| {
        let (found, truths) = (found.get(), truths.get());
        if found.is_empty() || truths.is_empty() {
            return None;
        }
        let right = found.iter().filter(|(item, _)| truths[*item]).count();
        Some((right, found.len(), truths.iter().filter(|truth| **truth).count() as f32 / truths.len() as f32))
    });
    figures::publish(move || {
        let is_whole = gallery::is_whole(app, Medium::Image);
        let Some((right, count, base)) = score.get().filter(|_| is_whole) else { return Vec::new() };
        let is_shape = swap.with(|swap| swap.is_some_and(|(minus, _)| minus.kind() == Kind::Shape));
        let by_chance = f64::from(base) * count as f64;
        let live = [("right", right as f64), ("right.chance", by_chance), ("shape", f64::from(is_shape))];
        live.map(|(name, value)| (format!("space.{name}"), value)).into()
    });
    let said = move || match score.get() {
        Some((right, count, base)) => {
            format!("{right} of the first {count} show it; by chance {}.", format::percent(base))
        }
        None => String::new(),
    };
    let failure = Memo::new(move |_| app.requests.terms.with(|terms| terms.failure.clone()));
    let query_failure = Memo::new(move |_| {
        let of_query = app.requests.picture_query.with(|query| query.failure.clone());
        of_query.filter(|_| place.get().is_none())
    });
    let without = move || {
        scene.with(Option::is_none).then(|| view! {
            <p class="note">"Your own image has no scene graph: nothing in it can be changed by a word. Choose a Playroom scene above."</p>
        })
    };
    let minus = Memo::new(move |_| swap.get().map(|(minus, _)| minus));
    let plus = Memo::new(move |_| swap.get().map(|(_, plus)| plus));
    let present = Memo::new(move |_| scene.with(|scene| scene.as_ref().map_or_else(Vec::new, present)));
    let others = Memo::new(move |_| minus.get().map_or_else(Vec::new, others));
    let item = move |(item, cosine): (usize, f32)| {
        let picture = app.gallery.with_untracked(|gallery| gallery.pictures[item].clone());
        let name = picture.name.clone();
        let truth = truths.with(|truths| truths[item]);
        view! {
            <li>
                <Thumbnail rgba=Memo::from(Shared::new(Rgba::from(&picture.pixels))) chosen=false label=described(&picture)
                    choose=move || app.go(|view| view.picture = name.clone()) />
                <p class="score"><data>{format::three(cosine)}</data></p>
                <Verdict truth=Some(truth) />
            </li>
        }
    };
    view! {
        <h2>"This picture, with one thing changed"</h2>
        <div class="row" data-part="arithmetic">
            <span>"The picture on the stage"</span>
            <Choice label="minus" options=present chosen=minus choose=move |word| app.go(|view| (view.space.minus, view.space.plus) = (word, None)) />
            <Choice label="plus" options=others chosen=plus choose=move |word| app.go(|view| view.space.plus = word) />
        </div>
        <p class="small">"The vector of the picture, less that of the first phrase, plus that of the second, at unit length; then the nearest images of
            the gallery. One is right if it shows an object of the scene with this one attribute changed."</p>
        {without}
        <FailureNote lane=Lane::Terms failure />
        <FailureNote lane=Lane::PictureQuery failure=query_failure />
        <p class="truth" role="status">{said}</p>
        <ol class="found" data-part="found" aria-label="Nearest images">{move || found.get().into_iter().map(item).collect_view()}</ol>
    }
}

/// A choice of an attribute by its word.
#[component]
fn Choice(
    label: &'static str,
    options: Memo<Vec<Attribute>>,
    chosen: Memo<Option<Attribute>>,
    choose: impl Fn(Option<Attribute>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let option = move |attribute: Attribute| {
        view! { <option value=attribute.word() selected=move || chosen.get() == Some(attribute)>{attribute.word()}</option> }
    };
    view! {
        <label class="number"><span>{label}</span>
            <select on:change=move |event| choose(attribute_of(&event_target_value(&event)))>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// What the objects of a scene show of [`KINDS`], each once.
fn present(scene: &Scene) -> Vec<Attribute> {
    let of = |kind: Kind| scene.objects.iter().map(move |object| object.attribute(kind));
    let mut found = Vec::new();
    for attribute in KINDS.into_iter().flat_map(of) {
        if !found.contains(&attribute) {
            found.push(attribute);
        }
    }
    found
}

/// The other values of the same kind.
fn others(attribute: Attribute) -> Vec<Attribute> {
    Attribute::all(attribute.kind()).into_iter().filter(|other| *other != attribute).collect()
}

/// What is taken and what is added: as chosen where that is possible in this scene, else the first that are.
fn swap(
    scene: &Scene,
    (minus, plus): (Option<Attribute>, Option<Attribute>),
) -> Option<(Attribute, Attribute)> {
    let present = present(scene);
    let minus = minus.filter(|minus| present.contains(minus)).or(present.first().copied())?;
    let others = others(minus);
    let plus = plus.filter(|plus| others.contains(plus)).unwrap_or(others[0]);
    Some((minus, plus))
}

/// `a red object`, `a star`
fn phrase(attribute: Attribute) -> String {
    format!("a {}", Description::ANY.with(attribute))
}

/// `p - t0 + t1` at unit length, of a picture `p` `[E]` and terms `[2, E]`.
fn combined(picture: &[f32], terms: &[f32]) -> Option<Vec<f32>> {
    let (minus, plus) = terms.split_at_checked(picture.len())?;
    let sum = picture.iter().zip(minus).zip(plus).map(|((p, minus), plus)| p - minus + plus).collect();
    (!picture.is_empty() && plus.len() == picture.len()).then(|| unit(sum))
}

/// Whether one object of the scene that has `minus` is found in the other with `plus` in its place: its colour with another shape, or its
/// shape in another colour.
fn is_swapped(scene: &Scene, other: &Scene, (minus, plus): (Attribute, Attribute)) -> bool {
    let with = scene.objects.iter().filter(|object| object.attribute(minus.kind()) == minus);
    let mut wanted = with.map(|object| Description::of(object, &KINDS).with(plus));
    wanted.any(|wanted| wanted.count(other) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Colour, Shape, Split, splits};

    #[test]
    fn what_is_not_in_the_scene_is_not_taken_from_it() {
        let scene = splits::scene(Split::Test, 1, 0);
        let (minus, plus) = swap(&scene, (None, None)).unwrap();
        assert!(present(&scene).contains(&minus) && minus.kind() == plus.kind() && minus != plus);
        let chosen = (Some(minus), Some(Attribute::Shape(Shape::Ring)));
        assert_eq!(swap(&scene, chosen), Some((minus, plus)), "a colour is not replaced by a shape");
    }

    #[test]
    fn a_scene_is_right_where_one_object_has_the_other_attribute() {
        let scene = splits::scene(Split::Test, 1, 0);
        let colour = scene.objects[0].colour;
        let other = Colour::ALL.into_iter().find(|other| *other != colour).unwrap();
        let mut changed = scene.clone();
        changed.objects[0].colour = other;
        let swap = (Attribute::Colour(colour), Attribute::Colour(other));
        assert!(is_swapped(&scene, &changed, swap));
        assert!(!is_swapped(&scene, &Scene { objects: Vec::new(), ..scene.clone() }, swap));
    }

    #[test]
    fn terms_are_taken_and_added() {
        assert_eq!(combined(&[1.0, 0.0], &[1.0, 0.0, 0.0, 2.0]), Some(vec![0.0, 1.0]));
        assert_eq!(combined(&[1.0, 0.0], &[1.0, 0.0]), None, "not read yet");
        assert_eq!(combined(&[], &[]), None);
        assert_eq!(phrase(Attribute::Colour(Colour::Red)), "a red object");
    }
}
