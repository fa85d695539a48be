//! The inspector of the room.

use super::gaps::gaps;
use super::vectors::Vectors;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::view::Medium;
use leptos::prelude::*;

#[component]
pub fn Notes(vectors: Vectors) -> impl IntoView {
    let figures = Memo::new(move |_| {
        vectors.joint.with(|all| {
            let found = gaps(all);
            let largest = found.iter().max_by(|a, b| a.2.total_cmp(&b.2));
            let named = |(a, b, _): &_| format!("{} and {}", Medium::word(*a), Medium::word(*b));
            let gap = largest.map_or("–".to_string(), |(_, _, gap)| format::three(*gap));
            vec![
                Figure::new("Modalities on the map", format!("{} of 6", all.len())),
                Figure::new("Largest gap", gap).beside(largest.map_or_else(String::new, named)),
            ]
        })
    });
    let formula = view! { "gap = ‖ " <span data-term="mean">"mean " <var>"z"</var><sup>"a"</sup></span> " − " <span data-term="mean">"mean " <var>"z"</var><sup>"b"</sup></span> " ‖" };
    view! {
        <Inspector title="One space or several" section="6, representation spaces" formula=formula.into_any() figures>
            <p>"A " <Term id="joint-representation">"joint representation"</Term> " fuses all modalities into one vector. In a shared space each has an "
                <Term id="encoder">"encoder"</Term> " of its own, and related inputs lie close together. " <Term id="coordinated-spaces">"Coordinated spaces"</Term> "
                stay apart, and training only aligns them."</p>
            <p>"Playroom’s six encoders map to one shared space. Its modalities still form clusters: " <Term id="contrastive-learning">"contrastive training"</Term> "
                only asks that a clip’s own vectors be nearer than those of other clips (Liang et al. 2022)."</p>
            <p>"The map shows the two directions of greatest variance (" <Term id="pca">"PCA"</Term> ") of all vectors together. A line joins the points of one clip."</p>
        </Inspector>
    }
}
