//! Pictures with their full captions, and the batches that a run draws from them.

use std::rc::Rc;

use super::partner::{Numbers, Partner};
use super::towers::Reading;
use super::vocabulary::{PAD, Vocabulary, WORDS};
use crate::infer::pixel_values;
use crate::lab::picture::{SIDE, small};
use crate::tensor::HostTensor;
use crate::train::small_trainer::Inputs;
use crate::world::language::full_caption;
use crate::world::scene::MAX_OBJECTS;
use crate::world::{Description, Kind, Rng, Scene, Split, render, splits};

/// Pairs of training; the same for every run, so that each pair is drawn once.
pub const POOL: usize = 4_096;

/// Held-out pairs, no two with the same caption, or what stands for it.
pub const HELD_OUT: usize = 100;

/// Of the world that all runs train on.
const WORLD: u64 = 1;

/// A picture and what is said of it.
pub(super) struct Pair {
    pub scene: Scene,
    /// RGB bytes `[SIDE, SIDE, 3]`.
    pub picture: Vec<u8>,
    pub caption: String,
    /// The words of `caption`.
    pub ids: Vec<u32>,
    /// The caption with one word exchanged, false of the scene.
    pub altered: String,
    pub altered_ids: Vec<u32>,
    /// Of the picture's partner.
    pub numbers: Numbers,
}

/// The scene and the full caption of pair `number` of the training data, below [`POOL`].
pub fn pair(number: usize) -> (Scene, String) {
    described(Split::Train, number as u64, MAX_OBJECTS)
}

/// The scenes and captions of the held-out pairs.
pub fn held_out() -> Vec<(Scene, String)> {
    let mut pairs: Vec<(Scene, String)> = Vec::with_capacity(HELD_OUT);
    let mut drawn = (0..).map(|index| described(Split::Val, index, MAX_OBJECTS));
    while pairs.len() < HELD_OUT {
        let pair = drawn.next().expect("the world has no end");
        if pairs.iter().all(|(_, caption)| *caption != pair.1) {
            pairs.push(pair);
        }
    }
    pairs
}

/// A scene of one to `most` objects.
fn described(split: Split, index: u64, most: usize) -> (Scene, String) {
    let scene = splits::scene_with(split, WORLD, index, 1..=most);
    let caption = full_caption(&scene).text;
    (scene, caption)
}

/// The caption with one word exchanged for another of its kind: the size, texture, colour or shape of one object. It is
/// false of the scene, where no other object stands in the same place, and names no pair that only `compose` shows.
pub(super) fn altered(scene: &Scene, caption: &str, rng: &mut Rng) -> String {
    loop {
        let object = rng.pick(&scene.objects);
        let own = Description::of(&object, &Kind::ALL);
        let changed = own.with(object.attribute(rng.pick(&Kind::OWN)).other(rng));
        if !changed.is_held_out() {
            return caption.replacen(&own.to_string(), &changed.to_string(), 1);
        }
    }
}

impl Pair {
    fn new(
        partner: Partner,
        vocabulary: &Vocabulary,
        (scene, caption): (Scene, String),
        number: u64,
    ) -> Self {
        let mut rng = Rng::from_seed(number);
        let altered = altered(&scene, &caption, &mut rng);
        let (ids, altered_ids) = (vocabulary.ids(&caption), vocabulary.ids(&altered));
        let picture = render(&scene);
        let numbers = partner.numbers(vocabulary, &ids, &scene, &picture, &mut rng);
        Pair { picture: small(&picture), scene, caption, ids, altered, altered_ids, numbers }
    }

    /// Whether nothing but the pictures could tell them apart.
    fn is_like(&self, other: &Self, partner: Partner) -> bool {
        match partner {
            Partner::Words => self.caption == other.caption,
            _ => self.numbers == other.numbers,
        }
    }
}

/// Training pairs, drawn when first needed.
pub(super) struct Pool {
    pub vocabulary: Vocabulary,
    partner: Partner,
    /// Most objects of a scene.
    most: usize,
    pairs: Vec<Option<Rc<Pair>>>,
}

impl Pool {
    /// Scenes of one to `most` objects.
    pub(super) fn new(most: usize, partner: Partner) -> Self {
        Pool { vocabulary: Vocabulary::new(), partner, most, pairs: vec![None; POOL] }
    }

    /// What encoders read of the pairs.
    pub(super) fn reading(&self) -> Reading {
        Reading { partner: self.partner, words: self.vocabulary.size() }
    }

    pub(super) fn get(&mut self, number: usize) -> Rc<Pair> {
        let (partner, vocabulary, most) = (self.partner, &self.vocabulary, self.most);
        let described = || described(Split::Train, number as u64, most);
        let draw = || Rc::new(Pair::new(partner, vocabulary, described(), number as u64));
        self.pairs[number].get_or_insert_with(draw).clone()
    }

    /// The pairs that were drawn.
    pub(super) fn drawn(&self) -> impl Iterator<Item = &Rc<Pair>> {
        self.pairs.iter().flatten()
    }

    /// A pair that was drawn before.
    pub(super) fn get_known(&self, number: usize) -> &Pair {
        self.pairs[number].as_ref().expect("it was drawn")
    }

    /// The held-out pairs.
    pub(super) fn held_out(&self) -> Vec<Rc<Pair>> {
        let mut pairs: Vec<Rc<Pair>> = Vec::with_capacity(HELD_OUT);
        let mut drawn = (0..).map(|index| described(Split::Val, index, self.most));
        while pairs.len() < HELD_OUT {
            let described = drawn.next().expect("the world has no end");
            let pair = Pair::new(self.partner, &self.vocabulary, described, pairs.len() as u64);
            if pairs.iter().all(|other| !other.is_like(&pair, self.partner)) {
                pairs.push(Rc::new(pair));
            }
        }
        pairs
    }
}

/// Numbers of training pairs, each once per epoch in an order of its own.
pub(super) struct Order {
    seed: u64,
    epoch: u64,
    left: Vec<usize>,
}

impl Order {
    pub(super) fn new(seed: u64) -> Self {
        Order { seed, epoch: 0, left: Vec::new() }
    }

    /// The next `count` pairs, no two with the same caption, or what stands for it: one that comes again waits for another epoch.
    pub(super) fn batch(&mut self, pool: &mut Pool, count: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = Vec::with_capacity(count);
        let mut pairs: Vec<Rc<Pair>> = Vec::with_capacity(count);
        while numbers.len() < count {
            let number = self.next();
            let pair = pool.get(number);
            if pairs.iter().all(|other| !other.is_like(&pair, pool.partner)) {
                numbers.push(number);
                pairs.push(pair);
            }
        }
        numbers
    }

    fn next(&mut self) -> usize {
        if self.left.is_empty() {
            self.epoch += 1;
            self.left = (0..POOL).collect();
            Rng::from_seed(self.seed.rotate_left(32) ^ self.epoch).shuffle(&mut self.left);
        }
        self.left.pop().expect("an epoch has pairs")
    }
}

/// Inputs of the second tower, of whole pairs.
pub(super) fn others(reading: Reading, pairs: &[Rc<Pair>]) -> Inputs {
    match reading.partner {
        Partner::Words => texts(pairs.iter().map(|pair| &pair.ids[..])),
        _ => vec![numbers(pairs.iter().map(|pair| (&pair.numbers.values[..], &pair.numbers.known[..])))],
    }
}

/// Input `numbers` `[M, 2 K]`: the values, zero where they are not known, and whether they are.
pub(super) fn numbers<'a>(rows: impl IntoIterator<Item = (&'a [f32], &'a [bool])>) -> (String, HostTensor) {
    let (mut all, mut count) = (Vec::new(), 0);
    for (values, known) in rows {
        let told = |(value, known): (&f32, &bool)| if *known { *value } else { 0.0 };
        all.extend(values.iter().zip(known).map(told));
        all.extend(known.iter().map(|known| f32::from(u8::from(*known))));
        count += 1;
    }
    ("numbers".to_string(), HostTensor::f32([count, all.len() / count], all))
}

/// Input `pixels` `[N, 3, SIDE, SIDE]`.
pub(super) fn pixels(pairs: &[Rc<Pair>]) -> (String, HostTensor) {
    ("pixels".to_string(), pixel_values(pairs.iter().map(|pair| &pair.picture[..]), SIDE))
}

/// Inputs `ids` (u32 `[M, WORDS]`) and `lengths` (u32 `[M]`) of rows of words.
pub(super) fn texts<'a>(rows: impl IntoIterator<Item = &'a [u32]>) -> Inputs {
    let (mut ids, mut lengths) = (Vec::new(), Vec::new());
    for row in rows {
        ids.extend((0..WORDS).map(|t| row.get(t).copied().unwrap_or(PAD)));
        lengths.push(row.len() as u32);
    }
    let rows = lengths.len();
    vec![
        ("ids".to_string(), HostTensor::u32([rows, WORDS], ids)),
        ("lengths".to_string(), HostTensor::u32([rows], lengths)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::language::parse;

    #[test]
    fn hard_negatives_are_false_of_their_scene_and_differ_in_one_word() {
        let vocabulary = Vocabulary::new();
        for number in 0..500 {
            let (scene, caption) = pair(number);
            let altered = altered(&scene, &caption, &mut Rng::from_seed(number as u64));
            let [own, other] = [&caption, &altered].map(|text| vocabulary.ids(text));
            let changed: Vec<usize> = (0..own.len()).filter(|i| own[*i] != other[*i]).collect();
            assert!(own.len() == other.len() && changed.len() == 1, "{caption} / {altered}");
            let claims = parse(&altered).expect("a sentence of the grammar");
            assert!(!claims.iter().all(|statement| statement.claim.is_true_of(&scene)), "{altered}");
        }
    }

    #[test]
    fn an_epoch_holds_every_pair_once_and_a_batch_no_caption_twice() {
        let mut order = Order::new(3);
        let mut numbers: Vec<usize> = (0..POOL).map(|_| order.next()).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..POOL));
        let mut pool = Pool::new(MAX_OBJECTS, Partner::Words);
        let batch = order.batch(&mut pool, 64);
        let mut captions: Vec<String> = batch.iter().map(|n| pool.get(*n).caption.clone()).collect();
        captions.sort_unstable();
        captions.dedup();
        assert_eq!(captions.len(), 64);
    }
}
