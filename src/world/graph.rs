//! A scene graph as nodes and typed edges, as scene-graph datasets write it down (Krishna et al. 2017, Visual Genome).

use super::attributes::{Colour, Place, Shape, Size, Texture};
use super::motion::{Motion, Obstacle};
use super::relation::Relation;
use super::scene::{Object, Scene};
use serde::{Deserialize, Serialize};

/// An object and its attributes, when the clip begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Node {
    pub shape: Shape,
    pub colour: Colour,
    pub size: Size,
    pub texture: Texture,
    pub place: Place,
}

/// What an edge says of the two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// By the centres when the clip begins, with `RELATION_MARGIN`.
    LeftOf,
    /// As [`EdgeKind::LeftOf`].
    Above,
    /// Undirected.
    SameColour,
    /// By [`Size`].
    LargerThan,
    /// The two collide in the clip. Undirected.
    Touches,
}

impl EdgeKind {
    pub const ALL: [EdgeKind; 5] =
        [EdgeKind::LeftOf, EdgeKind::Above, EdgeKind::SameColour, EdgeKind::LargerThan, EdgeKind::Touches];

    /// Whether `a` to `b` says the same as `b` to `a`. Of the two only the one from the lower index is in a graph.
    pub const fn is_undirected(self) -> bool {
        matches!(self, EdgeKind::SameColour | EdgeKind::Touches)
    }
}

/// `from` and `to` are indices of nodes; "`from` is left of `to`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: EdgeKind,
}

/// The nodes in the order of `Scene::objects`, the edges by `from`, `to` and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

impl From<&Object> for Node {
    fn from(object: &Object) -> Self {
        let &Object { shape, colour, size, texture, .. } = object;
        Node { shape, colour, size, texture, place: object.place() }
    }
}

impl Graph {
    pub fn of(scene: &Scene, motion: &Motion) -> Self {
        let objects = &scene.objects;
        let touches = |from: usize, to: usize| {
            motion.collisions.iter().any(|c| (c.object, c.with) == (from, Obstacle::Object(to)))
        };
        let holds = |Edge { from, to, kind }: &Edge| {
            let (a, b) = (&objects[*from], &objects[*to]);
            match kind {
                EdgeKind::LeftOf => a.stands(Relation::LeftOf, b),
                EdgeKind::Above => a.stands(Relation::Above, b),
                EdgeKind::SameColour => a.colour == b.colour,
                EdgeKind::LargerThan => a.size > b.size,
                // Of two objects a collision names the lower one first.
                EdgeKind::Touches => touches(*from, *to),
            }
        };
        let pairs = (0..objects.len()).flat_map(|from| (0..objects.len()).map(move |to| (from, to)));
        let edges = pairs.flat_map(|(from, to)| EdgeKind::ALL.map(|kind| Edge { from, to, kind }));
        let is_edge = |edge: &Edge| edge.from < edge.to || edge.from > edge.to && !edge.kind.is_undirected();
        Graph {
            nodes: objects.iter().map(Node::from).collect(),
            edges: edges.filter(is_edge).filter(holds).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::scene::RELATION_MARGIN;
    use crate::world::{Background, Rng, Split, Stream, splits};
    use std::collections::HashSet;

    /// Pair by pair from the objects' numbers, the long way.
    fn expected(scene: &Scene, motion: &Motion) -> HashSet<(usize, usize, &'static str)> {
        let mut edges = HashSet::new();
        for (a, one) in scene.objects.iter().enumerate() {
            for (b, other) in scene.objects.iter().enumerate() {
                if other.x - one.x >= RELATION_MARGIN {
                    edges.insert((a, b, "left_of"));
                }
                if other.y - one.y >= RELATION_MARGIN {
                    edges.insert((a, b, "above"));
                }
                if a < b && one.colour == other.colour {
                    edges.insert((a, b, "same_colour"));
                }
                if one.size.radius() > other.size.radius() {
                    edges.insert((a, b, "larger_than"));
                }
            }
        }
        for collision in &motion.collisions {
            if let [a, b] = collision.objects().collect::<Vec<_>>()[..] {
                edges.insert((a.min(b), a.max(b), "touches"));
            }
        }
        edges
    }

    #[test]
    fn edges_are_those_of_all_pairs() {
        let mut kinds = HashSet::new();
        for index in 0..500 {
            let scene = splits::scene(Split::Train, 5, index);
            let motion = Motion::draw(&scene, &mut Rng::new(Split::Train, 5, index, Stream::Motion));
            let graph = Graph::of(&scene, &motion);
            let json = serde_json::to_value(&graph).unwrap();
            let word = |edge: &serde_json::Value| edge["kind"].as_str().unwrap().to_string();
            let words: Vec<String> = json["edges"].as_array().unwrap().iter().map(word).collect();
            let found: HashSet<_> =
                graph.edges.iter().zip(&words).map(|(e, word)| (e.from, e.to, word.as_str())).collect();
            assert_eq!(found, expected(&scene, &motion), "{index}");
            assert_eq!(found.len(), graph.edges.len(), "no edge twice");
            assert!(graph.edges.is_sorted());
            assert_eq!(serde_json::from_value::<Graph>(json).unwrap(), graph);
            for (node, object) in graph.nodes.iter().zip(&scene.objects) {
                assert_eq!((node.colour, node.place), (object.colour, object.place()));
            }
            kinds.extend(graph.edges.iter().map(|edge| edge.kind));
        }
        assert_eq!(kinds.len(), EdgeKind::ALL.len(), "{kinds:?}");
    }

    #[test]
    fn an_empty_scene_has_an_empty_graph() {
        let scene = Scene { objects: Vec::new(), background: Background::Sand, noise: 0 };
        let graph = Graph::of(&scene, &Motion::new(&scene, &[]));
        assert_eq!(graph, Graph { nodes: Vec::new(), edges: Vec::new() });
    }
}
