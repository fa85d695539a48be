//! A scene as nodes and edges.

use super::{Numbers, OBJECTS};
use crate::infer::modality::graph::features;
use crate::model::modality::graph::FEATURES;
use crate::world::graph::{Edge, EdgeKind, Node};
use crate::world::{Colour, Graph, Motion, Object, Place, Rng, Scene, Shape, Size, Texture};

const KINDS: usize = EdgeKind::ALL.len();

/// The attributes of each node as zeros and ones, then for each two nodes in this order the kinds of edges between them.
pub(super) const COUNT: usize = OBJECTS * FEATURES + OBJECTS * OBJECTS * KINDS;

pub(super) fn numbers(scene: &Scene, objects: &[Object], rng: &mut Rng) -> Numbers {
    let sorted = Scene { objects: objects.to_vec(), ..scene.clone() };
    let graph = Graph::of(&sorted, &Motion::draw(&sorted, rng));
    let (mut values, mut known) = (vec![0.0; COUNT], vec![false; COUNT]);
    for (at, node) in graph.nodes.iter().enumerate() {
        features(node).for_each(|feature| values[at * FEATURES + feature] = 1.0);
        known[at * FEATURES..][..FEATURES].fill(true);
    }
    for edge in possible(graph.nodes.len()) {
        known[place(&edge)] = true;
        values[place(&edge)] = f32::from(u8::from(graph.edges.contains(&edge)));
    }
    Numbers { values, known }
}

/// Between two nodes there is one undirected edge of a kind at most.
fn possible(nodes: usize) -> impl Iterator<Item = Edge> {
    let pairs = (0..nodes).flat_map(move |from| (0..nodes).map(move |to| (from, to)));
    let edges = pairs.flat_map(|(from, to)| EdgeKind::ALL.map(|kind| Edge { from, to, kind }));
    edges.filter(|edge| edge.from < edge.to || edge.from > edge.to && !edge.kind.is_undirected())
}

fn place(edge: &Edge) -> usize {
    OBJECTS * FEATURES + (edge.from * OBJECTS + edge.to) * KINDS + edge.kind as usize
}

pub(super) fn nodes() -> Vec<Vec<usize>> {
    (0..OBJECTS).map(|node| (node * FEATURES..(node + 1) * FEATURES).collect()).collect()
}

/// The likeliest attributes of each node that is there, and the edges that are there rather than not.
pub(super) fn graph(values: &[f32], known: &[bool]) -> Graph {
    let count = (0..OBJECTS).filter(|node| known[node * FEATURES]).count();
    let edges = possible(count).filter(|edge| values[place(edge)] > 0.5).collect();
    Graph { nodes: values.chunks(FEATURES).take(count).map(node).collect(), edges }
}

fn node(mut values: &[f32]) -> Node {
    fn likeliest<T: Copy>(values: &mut &[f32], of: &[T]) -> T {
        let (own, rest) = values.split_at(of.len());
        *values = rest;
        let best = (0..own.len()).max_by(|&a, &b| own[a].total_cmp(&own[b])).expect("there are values");
        of[best]
    }
    Node {
        shape: likeliest(&mut values, &Shape::ALL),
        colour: likeliest(&mut values, &Colour::ALL),
        size: likeliest(&mut values, &Size::ALL),
        texture: likeliest(&mut values, &Texture::ALL),
        place: likeliest(&mut values, &Place::ALL),
    }
}
