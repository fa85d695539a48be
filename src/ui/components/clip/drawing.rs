//! A graph as a drawing of nodes and edges, with its edges in words.

use crate::ui::components::chart::Tone;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::graph::{Edge, EdgeKind, Graph, Node};
use leptos::prelude::*;
use std::f32::consts::TAU;

/// The drawing in SVG units, and the ellipse on which the nodes stand.
const SIZE: [f32; 2] = [220.0, 150.0];
const RADII: [f32; 2] = [70.0, 48.0];
/// Of a node, and between the lines of two kinds.
const NODE: f32 = 11.0;
const APART: f32 = 4.0;

#[component]
pub fn GraphDrawing(graph: Memo<Shared<Graph>>, name: Memo<String>) -> impl IntoView {
    let label = move || {
        graph.with(|graph| {
            format!("{}: {}", name.get(), graph.nodes.iter().map(named).collect::<Vec<_>>().join(", "))
        })
    };
    let lines = move || {
        graph.with(|graph| graph.edges.iter().map(|edge| line(edge, graph.nodes.len())).collect_view())
    };
    let nodes = move || {
        graph.with(|graph| {
            let count = graph.nodes.len();
            graph.nodes.iter().enumerate().map(|(index, node)| dot(node, index, count)).collect_view()
        })
    };
    let said = move || {
        graph.with(|graph| {
            graph.edges.iter().map(|edge| view! { <li>{told(graph, edge)}</li> }).collect_view()
        })
    };
    let count =
        move || graph.with(|graph| format!("{} nodes, {} edges", graph.nodes.len(), graph.edges.len()));
    view! {
        <div class="clip-graph">
            <svg viewBox=format!("0 0 {} {}", SIZE[0], SIZE[1]) role="img" aria-label=label>{lines}{nodes}</svg>
            <details class="small"><summary>{count}</summary><ul>{said}</ul></details>
        </div>
    }
}

/// Where a node stands: around the middle, the first at the top.
fn place(index: usize, count: usize) -> [f32; 2] {
    let turn = TAU * index as f32 / count.max(1) as f32;
    let radii = if count > 1 { RADII } else { [0.0; 2] };
    [SIZE[0] / 2.0 + radii[0] * turn.sin(), SIZE[1] / 2.0 - radii[1] * turn.cos()]
}

fn line(edge: &Edge, count: usize) -> impl IntoView + use<> {
    let ([x1, y1], [x2, y2]) = (place(edge.from, count), place(edge.to, count));
    let length = (x2 - x1).hypot(y2 - y1).max(1.0);
    // Beside the lines of the other kinds, whichever way each of them points.
    let way = if edge.from < edge.to { 1.0 } else { -1.0 };
    let aside = APART * way * (edge.kind as usize as f32 - 2.0) / length;
    let (dx, dy) = (aside * (y1 - y2), aside * (x2 - x1));
    let style = format!("stroke:{}", Tone::Nth(edge.kind as u8).paint());
    view! { <line x1=x1 + dx y1=y1 + dy x2=x2 + dx y2=y2 + dy style=style /> }
}

fn dot(node: &Node, index: usize, count: usize) -> impl IntoView + use<> {
    let [x, y] = place(index, count);
    let first = node.shape.word();
    let below = y + NODE + 11.0;
    view! {
        <circle cx=x cy=y r=NODE fill=node.colour.word() />
        <text x=x y=below text-anchor="middle">{first}</text>
    }
}

fn named(node: &Node) -> String {
    format!("{} {} {} {}", node.size, node.texture, node.colour, node.shape)
}

fn told(graph: &Graph, edge: &Edge) -> String {
    let says = match edge.kind {
        EdgeKind::LeftOf => "left of",
        EdgeKind::Above => "above",
        EdgeKind::SameColour => "same colour as",
        EdgeKind::LargerThan => "larger than",
        EdgeKind::Touches => "touches",
    };
    let short = |index: usize| {
        let node = &graph.nodes[index];
        format!("{} {}", node.colour, node.shape)
    };
    format!("{} {says} {}", short(edge.from), short(edge.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stand_apart_within_the_drawing() {
        assert_eq!(place(0, 1), [110.0, 75.0]);
        for count in 2..=5 {
            let all: Vec<[f32; 2]> = (0..count).map(|index| place(index, count)).collect();
            for (index, [x, y]) in all.iter().enumerate() {
                assert!(
                    x - NODE >= 0.0 && x + NODE <= SIZE[0] && y - NODE >= 0.0 && y + NODE + 14.0 <= SIZE[1]
                );
                let near = all.iter().skip(index + 1).any(|[x2, y2]| (x - x2).hypot(y - y2) < 2.5 * NODE);
                assert!(!near, "{index} of {count}");
            }
        }
    }
}
