//! All modalities on one map, by principal components.

use super::vectors::{Rows, Vectors};
use crate::ui::components::chart::{Axis, Group, Marker, Scatter, Tone};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::projection::{Projection, principal};
use crate::ui::view::{Medium, SpaceMode};
use leptos::prelude::*;

#[component]
pub fn SpaceMap(vectors: Vectors) -> impl IntoView {
    let app = AppContext::here();
    let projection = Memo::new(move |_| vectors.shown.with(|all| projected(all)));
    let groups = Memo::new(move |_| {
        let media: Vec<(Medium, usize)> =
            vectors.shown.with(|all| all.iter().map(|rows| (rows.medium, rows.count())).collect());
        projection.with(|projection| groups(&media, projection))
    });
    let mode = app.pick(|view| view.space.mode);
    figures::publish(move || {
        let count = groups.with(Vec::len);
        if count == 0 {
            return Vec::new();
        }
        let [first, second] = projection.with(|projection| projection.explained);
        let live = [
            ("modalities", count as f64),
            ("explained", f64::from(first + second)),
            ("coordinated", f64::from(mode.get() == SpaceMode::Coordinated)),
        ];
        live.map(|(name, value)| (format!("space.{name}"), value)).into()
    });
    let axis = move |at: usize, name: &'static str| {
        let share = projection.with(|projection| format::percent(projection.explained[at]));
        Axis::new(format!("{name}, {share} of the variance"), "")
    };
    let pinned = app.pick(|view| view.space.point.map(|(clip, _)| clip));
    let pin = move |(name, clip): (Option<String>, usize)| {
        app.go(|view| {
            let named = name.and_then(|name| name.parse().ok());
            let medium = named.or(view.space.point.map(|(_, medium)| medium)).unwrap_or(Medium::Image);
            view.space.point = (view.space.point != Some((clip, medium))).then_some((clip, medium));
        });
    };
    view! {
        <Scatter label="Clips in the space (PCA)" x=Memo::new(move |_| axis(0, "First component"))
            y=Memo::new(move |_| axis(1, "Second component")) groups hover=RwSignal::new(None) item="Clip" square=true
            pinned pin=Callback::new(pin) />
    }
}

fn projected(all: &[Rows]) -> Projection {
    let width = all.first().map_or(0, |rows| rows.width);
    principal(&all.iter().flat_map(|rows| &rows.values).copied().collect::<Vec<f32>>(), width)
}

/// The points of each modality, in the order of the rows.
fn groups(media: &[(Medium, usize)], projection: &Projection) -> Vec<Group> {
    let mut points = projection.points.iter().map(|[x, y]| (*x, *y));
    let group = |&(medium, count): &(Medium, usize)| {
        let (tone, marker) = look(medium);
        Group::new(medium.title(), tone, marker, points.by_ref().take(count).collect())
    };
    media.iter().map(group).collect()
}

/// By which a modality is told from the others.
fn look(medium: Medium) -> (Tone, Marker) {
    match medium {
        Medium::Image => (Tone::Picture, Marker::Circle),
        Medium::Text => (Tone::Words, Marker::Square),
        Medium::Sound => (Tone::Sound, Marker::Triangle),
        Medium::Video => (Tone::Video, Marker::Diamond),
        Medium::Table => (Tone::Table, Marker::Cross),
        Medium::Graph => (Tone::Graph, Marker::Star),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_to_their_modalities() {
        let projection =
            Projection { points: vec![[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]], explained: [1.0, 0.0] };
        let groups = groups(&[(Medium::Image, 2), (Medium::Sound, 1)], &projection);
        assert_eq!(groups[0].points[..], [(1.0, 0.0), (2.0, 0.0)]);
        assert_eq!((groups[1].name.as_str(), &groups[1].points[..]), ("Sound", &[(3.0, 0.0)][..]));
    }
}
