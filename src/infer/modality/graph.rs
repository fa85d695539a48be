//! Graphs as tensors, see [`crate::model::modality::graph`].

use super::Inputs;
use crate::model::modality::graph::{EDGES, FEATURES, NODES};
use crate::tensor::HostTensor;
use crate::world::graph::{EdgeKind, Graph, Node};
use crate::world::{Colour, Place, Shape, Size, Texture};

/// `nodes`, `edges` and `lengths` of graphs of at most [`NODES`] nodes.
pub(super) fn graph_inputs(graphs: &[&Graph]) -> Inputs {
    let count = graphs.len();
    let mut nodes = vec![0.0; count * NODES * FEATURES];
    let mut edges = vec![0.0; count * NODES * NODES * EDGES];
    for (n, graph) in graphs.iter().enumerate() {
        assert!(graph.nodes.len() <= NODES, "{} nodes, of at most {NODES}", graph.nodes.len());
        for (i, node) in graph.nodes.iter().enumerate() {
            features(node).for_each(|feature| nodes[(n * NODES + i) * FEATURES + feature] = 1.0);
        }
        let mut mark = |from: usize, to: usize, kind: usize| {
            edges[((n * NODES + from) * NODES + to) * EDGES + kind] = 1.0
        };
        for edge in &graph.edges {
            let kind = edge.kind as usize;
            mark(edge.from, edge.to, kind);
            mark(edge.to, edge.from, kind + EdgeKind::ALL.len());
        }
    }
    let lengths = graphs.iter().map(|graph| graph.nodes.len() as u32).collect();
    vec![
        ("nodes".into(), HostTensor::f32([count, NODES, FEATURES], nodes)),
        ("edges".into(), HostTensor::f32([count, NODES, NODES, EDGES], edges)),
        ("lengths".into(), HostTensor::u32([count], lengths)),
    ]
}

/// The places of a node's attributes among the features.
pub(crate) fn features(node: &Node) -> impl Iterator<Item = usize> {
    let values = [
        (node.shape as usize, Shape::ALL.len()),
        (node.colour as usize, Colour::ALL.len()),
        (node.size as usize, Size::ALL.len()),
        (node.texture as usize, Texture::ALL.len()),
        (node.place as usize, Place::ALL.len()),
    ];
    values.into_iter().scan(0, |first, (value, count)| {
        let at = *first + value;
        *first += count;
        Some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Motion, Rng, Split, splits};

    #[test]
    fn every_attribute_has_its_feature_and_every_edge_both_directions() {
        let scene = splits::scene_with(Split::Train, 1, 4, 5..=5);
        let graph = Graph::of(&scene, &Motion::draw(&scene, &mut Rng::from_seed(1)));
        let empty = Graph { nodes: Vec::new(), edges: Vec::new() };
        let inputs = graph_inputs(&[&empty, &graph]);
        let values = |name: &str| {
            let tensor = &inputs.iter().find(|(found, _)| found == name).expect("it is there").1;
            tensor.as_f32()[tensor.shape.numel() / 2..].to_vec()
        };
        let nodes = values("nodes");
        for (node, row) in graph.nodes.iter().zip(nodes.chunks(FEATURES)) {
            assert_eq!(row.iter().sum::<f32>(), 5.0);
            assert_eq!(row[node.shape as usize], 1.0);
            assert_eq!(row[FEATURES - Place::ALL.len() + node.place as usize], 1.0);
        }
        let edges = values("edges");
        let at = |from: usize, to: usize, kind: usize| edges[(from * NODES + to) * EDGES + kind];
        for edge in &graph.edges {
            assert_eq!(at(edge.from, edge.to, edge.kind as usize), 1.0, "{edge:?}");
            assert_eq!(at(edge.to, edge.from, edge.kind as usize + EDGES / 2), 1.0, "{edge:?}");
        }
        assert_eq!(edges.iter().sum::<f32>(), 2.0 * graph.edges.len() as f32);
        let (_, lengths) = &inputs[2];
        assert_eq!(lengths.as_u32(), [0, 5]);
    }
}
