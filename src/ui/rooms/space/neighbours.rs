//! The nearest of each other modality to the chosen point.

use super::vectors::{Rows, Vectors};
use crate::eval::retrieval::RetrievalMetrics;
use crate::order;
use crate::ui::components::form::Segments;
use crate::ui::components::picture::{Thumbnail, described};
use crate::ui::components::raster::Rgba;
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::ranking::{cosines, similarity};
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use crate::ui::view::Medium;
use leptos::prelude::*;
use std::time::Duration;
use strum::VariantArray;

/// Neighbours shown of each modality.
const SHOWN: usize = 5;

/// Those of one modality: the nearest clips with their cosines, and the rank and the cosine of the point's own clip.
#[derive(Debug, Clone, PartialEq)]
struct Nearest {
    medium: Medium,
    clips: Vec<(usize, f32)>,
    own: usize,
    cosine: f32,
}

#[component]
pub fn Neighbours(vectors: Vectors) -> impl IntoView {
    let app = AppContext::here();
    let point = app.pick(|view| view.space.point);
    let nearest = Memo::new(move |_| match point.get() {
        Some((clip, medium)) => vectors.shown.with(|all| {
            let query = all.iter().find(|rows| rows.medium == medium).and_then(|rows| rows.row(clip));
            let of = |query: &[f32]| {
                let others = all.iter().filter(|rows| rows.medium != medium);
                others
                    .map(|rows| nearest(rows.medium, &cosines(query, &rows.values), clip))
                    .collect::<Vec<_>>()
            };
            query.map_or_else(Vec::new, of)
        }),
        None => Vec::new(),
    });
    let medium = Memo::new(move |_| point.get().map_or(Medium::Image, |(_, medium)| medium));
    let clip = Memo::new(move |_| point.get().map(|(clip, _)| clip));
    let is_chosen = Memo::new(move |_| clip.get().is_some());
    let other = move || if medium.get() == Medium::Image { Medium::Text } else { Medium::Image };
    // In a task of its own, after the neighbours are shown.
    let recall = RwSignal::new(None::<(Medium, f32)>);
    Effect::new(move || {
        recall.set(None);
        let (from, to) = (medium.get(), other());
        vectors.shown.track();
        let measure = move || {
            if medium.try_get_untracked() == Some(from) {
                let found = vectors.shown.with_untracked(|all| recall_at_1(all, from, to));
                recall.set(found.map(|found| (from, found)));
            }
        };
        if is_chosen.get() {
            set_timeout(measure, Duration::ZERO);
        }
    });
    figures::publish(move || {
        let from = medium.get();
        let own = |nearest: &Nearest| {
            let direction = format!("{}.{}", from.word(), nearest.medium.word());
            [
                (format!("space.rank.{direction}"), nearest.own as f64),
                (format!("space.cosine.{direction}"), nearest.cosine.into()),
            ]
        };
        let recall =
            recall.get().map(|(from, recall)| (format!("space.recall.{}", from.word()), f64::from(recall)));
        nearest.with(|all| all.iter().flat_map(own).chain(recall).collect())
    });
    let options = || Medium::VARIANTS.iter().map(|&medium| (medium, medium.title())).collect::<Vec<_>>();
    let choose =
        move |medium| app.go(|view| view.space.point = view.space.point.map(|(clip, _)| (clip, medium)));
    let row = move |nearest: Nearest| {
        let found = nearest
            .clips
            .into_iter()
            .map(|(clip, cosine)| view! { <Neighbour clip cosine medium=nearest.medium /> });
        view! {
            <tr><th scope="row">{nearest.medium.title()}</th><td>{nearest.own}</td>
                <td><ol class="neighbours">{found.collect_view()}</ol></td></tr>
        }
    };
    let chosen = move |clip: usize| {
        view! {
            <h2>{format!("Nearest to clip {}", clip + 1)}</h2>
            <Segments label="Modality of the point" options=options() chosen=medium choose />
            <table class="nearest" data-part="neighbours">
                <thead><tr><th scope="col">"Modality"</th><th scope="col">"Rank of its own"</th><th scope="col">"Nearest clips, with cosine"</th></tr></thead>
                <tbody>{move || nearest.get().into_iter().map(row).collect_view()}</tbody>
            </table>
            {move || nearest.with(Vec::is_empty).then(|| view! { <p class="quiet">"This clip is not encoded in this modality."</p> })}
            {move || recall.get().map(|(from, recall)| view! {
                <p class="small"><Term id="recall-at-k">"Recall@1"</Term>
                    {format!(" of {} to {} over all clips in this space: {}; chance {}.", from.word(), other().word(), format::three(recall), format::three(1.0 / GALLERY as f32))}</p>
            })}
        }
    };
    move || {
        match clip.get() {
        Some(clip) => chosen(clip).into_any(),
        None => view! { <p class="quiet">"Choose a point: its nearest neighbours in each other modality are shown here."</p> }.into_any(),
    }
    }
}

/// How often the nearest of the other modality is of the same clip; none where one of them is not encoded.
fn recall_at_1(all: &[Rows], from: Medium, to: Medium) -> Option<f32> {
    let rows = |medium| all.iter().find(|rows| rows.medium == medium);
    let (from, to) = (rows(from)?, rows(to)?);
    Some(RetrievalMetrics::of_rows(&similarity(&from.values, &to.values, from.width)).recall[0])
}

/// By the cosines of all clips of a modality.
fn nearest(medium: Medium, cosines: &[f32], clip: usize) -> Nearest {
    let order = order::argsort_desc(cosines);
    let own = order.iter().position(|&other| other == clip).map_or(0, |at| at + 1);
    Nearest {
        medium,
        clips: order.into_iter().take(SHOWN).map(|other| (other, cosines[other])).collect(),
        own,
        cosine: cosines.get(clip).copied().unwrap_or(0.0),
    }
}

/// A neighbour by the picture of its clip; choosing it goes to its point.
#[component]
fn Neighbour(clip: usize, cosine: f32, medium: Medium) -> impl IntoView {
    let app = AppContext::here();
    let picture = app.gallery.with_untracked(|gallery| gallery.pictures.get(clip).cloned());
    let is_own = app.pick(|view| view.space.point.map(|(own, _)| own));
    picture.map(|picture| {
        view! {
            <li><Thumbnail rgba=Memo::from(Shared::new(Rgba::from(&picture.pixels)))
                label=format!("{} of clip {}. {}", medium.title(), clip + 1, described(&picture))
                chosen=Memo::new(move |_| is_own.get() == Some(clip))
                choose=move || app.go(|view| view.space.point = Some((clip, medium))) />
                <data>{format::three(cosine)}</data></li>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_the_own_clip_has_a_rank() {
        let found = nearest(Medium::Sound, &[0.1, 0.9, 0.5], 2);
        assert_eq!(
            found,
            Nearest { medium: Medium::Sound, clips: vec![(1, 0.9), (2, 0.5), (0, 0.1)], own: 2, cosine: 0.5 }
        );
    }
}
