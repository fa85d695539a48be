//! What pictures are paired with, and its content as numbers that can be hidden and reconstructed.

mod graph;
mod sound;
mod table;

use serde::{Deserialize, Serialize};

use super::vocabulary::Vocabulary;
use crate::world::{Graph, Object, Picture, Rng, Scene, Table};

/// Most objects of a scene that numbers tell of: fewer than the world has, so that a decoder learns to write in a minute.
pub const OBJECTS: usize = 3;

/// The modality beside the picture.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Partner {
    /// The full caption; its numbers tell which words it holds.
    #[default]
    Words,
    /// The objects struck by a line that moves over the picture, as a log-mel spectrogram.
    Sound,
    /// What sensors report of the objects, from left to right.
    Table,
    /// Nodes and edges, the nodes from left to right.
    Graph,
}

/// The content of a modality, as many numbers for each scene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    pub values: Vec<f32>,
    /// Which of them say something: not those of an object that is not there.
    pub known: Vec<bool>,
}

/// Numbers as what they stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Words of content, each with the share to which it is there.
    Words(Vec<(String, f32)>),
    /// Levels in dB, `[FRAMES, BANDS]`.
    Sound(Vec<f32>),
    Table(Table),
    Graph(Graph),
}

impl Partner {
    /// A word for addresses and weights.
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Of a scene whose caption has the words `ids`.
    pub(super) fn numbers(
        self,
        vocabulary: &Vocabulary,
        ids: &[u32],
        scene: &Scene,
        picture: &Picture,
        rng: &mut Rng,
    ) -> Numbers {
        match self {
            Partner::Words => Numbers {
                values: vocabulary.all().map(|id| f32::from(u8::from(ids.contains(&id)))).collect(),
                known: vocabulary.all().map(|id| vocabulary.is_content(id)).collect(),
            },
            Partner::Sound => sound::numbers(scene),
            Partner::Table => table::numbers(scene, picture, rng),
            Partner::Graph => graph::numbers(scene, &from_left(scene), rng),
        }
    }

    /// How many; none for words, of which there are as many as ids.
    pub(super) const fn count(self) -> Option<usize> {
        match self {
            Partner::Words => None,
            Partner::Sound => Some(sound::COUNT),
            Partner::Table => Some(table::COUNT),
            Partner::Graph => Some(graph::COUNT),
        }
    }

    /// The parts of which some are hidden, each with the places of its numbers. Words are hidden one by one in the sentence
    /// itself, edges never.
    pub(super) fn parts(self) -> Vec<Vec<usize>> {
        match self {
            Partner::Words => Vec::new(),
            Partner::Sound => sound::patches(),
            Partner::Table => (0..table::COUNT).map(|cell| vec![cell]).collect(),
            Partner::Graph => graph::nodes(),
        }
    }

    /// What numbers stand for; `known` are the places of those that say something.
    pub fn content(self, values: &[f32], known: &[bool]) -> Content {
        match self {
            Partner::Words => Content::Words(Vocabulary::new().words_of(values, known)),
            Partner::Sound => Content::Sound(sound::decibels(values)),
            Partner::Table => Content::Table(table::table(values, known)),
            Partner::Graph => Content::Graph(graph::graph(values, known)),
        }
    }
}

/// The objects from left to right, of which at most [`OBJECTS`] are told.
fn from_left(scene: &Scene) -> Vec<Object> {
    let mut objects = scene.objects.clone();
    objects.sort_by_key(|object| (object.x, object.y));
    objects.truncate(OBJECTS);
    objects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::graph::{Edge, EdgeKind, Node};
    use crate::world::language::full_caption;
    use crate::world::{Split, render, splits};
    use strum::VariantArray;

    #[test]
    fn what_is_told_is_told_back() {
        let vocabulary = Vocabulary::new();
        for (index, &partner) in (0..40).flat_map(|index| Partner::VARIANTS.iter().map(move |p| (index, p))) {
            let scene = splits::scene_with(Split::Train, 1, index, 1..=OBJECTS);
            let caption = full_caption(&scene).text;
            let mut rng = Rng::from_seed(index);
            let numbers =
                partner.numbers(&vocabulary, &vocabulary.ids(&caption), &scene, &render(&scene), &mut rng);
            assert_eq!(numbers.values.len(), numbers.known.len());
            assert!(numbers.values.iter().all(|value| value.abs() <= 1.5), "{numbers:?}");
            let objects = from_left(&scene);
            match partner.content(&numbers.values, &numbers.known) {
                Content::Words(words) => {
                    let said: Vec<&str> = caption.split([' ', ',']).collect();
                    assert!(words.iter().all(|(word, share)| said.contains(&&word[..]) == (*share == 1.0)));
                }
                Content::Sound(decibels) => {
                    let loudest = |frames: &[f32]| frames.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let onset = objects[0].x as usize * 16 * 2 / (3 * 256);
                    let (before, after) = decibels.split_at(16 * onset.saturating_sub(1));
                    assert!(loudest(after) > -30.0 && loudest(before) <= -60.0, "{decibels:?}");
                }
                Content::Table(table) => {
                    assert_eq!(table.objects.len(), objects.len());
                    let xs = table.objects.iter().map(|row| row.cells[0]);
                    for (x, object) in xs.zip(&objects) {
                        assert!(x.is_none_or(|x| (x - f32::from(object.x) / 4.0).abs() < 0.06), "{table:?}");
                    }
                }
                Content::Graph(graph) => {
                    assert!(graph.nodes.iter().copied().eq(objects.iter().map(Node::from)));
                    let [first, second] = [0, 1].map(|at| objects.get(at));
                    let is_right = first.zip(second).is_some_and(|(a, b)| a.size > b.size);
                    let edge = Edge { from: 0, to: 1, kind: EdgeKind::LargerThan };
                    assert_eq!(graph.edges.contains(&edge), is_right);
                }
            }
        }
    }

    #[test]
    fn parts_hold_no_number_twice() {
        for partner in Partner::VARIANTS {
            let mut all = partner.parts().concat();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{partner:?}");
        }
        assert_eq!(Partner::Sound.parts().concat().len(), 256);
    }
}
