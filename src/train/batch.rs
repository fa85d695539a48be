//! Batches of the Playroom objective, drawn from the world: a batch is a function of the seed and its number.

use super::objective::Sizes;
use crate::infer::{Words, pixel_values};
use crate::tensor::HostTensor;
use crate::world::edit::near_miss;
use crate::world::language::{Caption, Style, caption, false_caption, full_caption};
use crate::world::questions::{QuestionKind, ask};
use crate::world::render::PIXELS;
use crate::world::splits::{Split, scene_with};
use crate::world::{Rng, Scene, render};

/// Inputs of one training step, by name.
pub struct Batch {
    pub sizes: Sizes,
    pub inputs: Vec<(String, HostTensor)>,
}

/// The two batch shapes that take turns: few objects in short rows, many in long ones. A full caption takes at most
/// ten tokens per object.
fn shape(number: u64, batch: usize) -> (Sizes, std::ops::RangeInclusive<usize>) {
    let sizes = |long| Sizes { batch, long, short: 24, rows: 3 };
    if number % 2 == 0 { (sizes(32), 1..=3) } else { (sizes(52), 3..=5) }
}

const SHORT_STYLES: [Style; 4] = [Style::Short, Style::Relation, Style::Count, Style::Negation];

impl Batch {
    /// Batch `number` of the run with `seed`: `batch / 2` training scenes, each followed by a near miss of it, so that
    /// every text has a picture that differs from its own in one respect.
    pub fn draw(words: &Words, seed: u64, number: u64, batch: usize) -> Batch {
        let (sizes, objects) = shape(number, batch);
        let mut rng = Rng::from_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
        let mut scenes = Vec::with_capacity(batch);
        for pair in 0..batch as u64 / 2 {
            let scene = scene_with(Split::Train, seed, number * batch as u64 / 2 + pair, objects.clone());
            let other = near_miss(&scene, &mut rng).map_or_else(|| scene.clone(), |(other, _)| other);
            scenes.extend([scene, other]);
        }
        let mut draw = Draw { words, sizes, rng, scenes, inputs: Vec::new() };
        draw.pictures();
        draw.contrast();
        draw.matching("match_long", sizes.long);
        draw.matching("match_short", sizes.short);
        draw.captions();
        draw.short_rows();
        Batch { sizes, inputs: draw.inputs }
    }
}

struct Draw<'a> {
    words: &'a Words,
    sizes: Sizes,
    rng: Rng,
    scenes: Vec<Scene>,
    inputs: Vec<(String, HostTensor)>,
}

impl Draw<'_> {
    fn push(&mut self, name: &str, tensor: HostTensor) {
        self.inputs.push((name.to_string(), tensor));
    }

    fn pictures(&mut self) {
        let pictures: Vec<Vec<u8>> = self.scenes.iter().map(|scene| render(scene).rgb).collect();
        self.push("pixels", pixel_values(pictures.iter().map(Vec::as_slice), PIXELS));
    }

    /// A true sentence about a scene that fits into `room` tokens: three in five are full captions.
    fn sentence(&mut self, scene: usize, room: usize) -> (Caption, Vec<u32>) {
        loop {
            let full = room >= self.sizes.long && self.rng.below(5) < 3;
            let style = if full { Style::Full } else { self.rng.pick(&SHORT_STYLES) };
            let Some(caption) = caption(&self.scenes[scene], style, &mut self.rng) else { continue };
            let ids = self.words.sentence(&caption.text).expect("the tokenizer knows the grammar");
            if ids.len() <= room {
                return (caption, ids);
            }
        }
    }

    fn contrast(&mut self) {
        let count = self.scenes.len();
        let drawn: Vec<_> = (0..count).map(|i| self.sentence(i, self.sizes.long)).collect();
        let full: Vec<String> = self.scenes.iter().map(|scene| full_caption(scene).text).collect();
        let mut negatives = vec![1.0; count * count];
        for (i, scene) in self.scenes.iter().enumerate() {
            for (j, (caption, _)) in drawn.iter().enumerate() {
                // A full caption says all there is, so that it is wrong of a scene that shows more.
                let right = match caption.style {
                    Style::Full => caption.text == full[i],
                    _ => caption.judge(scene),
                };
                if right {
                    negatives[i * count + j] = 0.0;
                }
            }
        }
        let rows: Vec<_> = drawn.into_iter().map(|(_, ids)| ids).collect();
        self.rows("contrast", &rows, self.sizes.long);
        self.push("contrast.negatives", HostTensor::f32([count, count], negatives));
    }

    /// One sentence per picture, true or false with equal odds. A third of the false ones belong to another scene of
    /// the batch; the others differ from the truth as little as they can.
    fn matching(&mut self, name: &str, room: usize) {
        let long = room == self.sizes.long;
        let (mut rows, mut targets) = (Vec::new(), Vec::new());
        while rows.len() < self.scenes.len() {
            let i = rows.len();
            let truth = self.rng.below(2);
            let style = if long { Style::Full } else { self.rng.pick(&SHORT_STYLES) };
            let found = match (truth, self.rng.below(3)) {
                (1, _) => caption(&self.scenes[i], style, &mut self.rng),
                (_, 0) => {
                    let other = self.rng.below(self.scenes.len());
                    caption(&self.scenes[other], style, &mut self.rng)
                }
                // The neighbour in the pair differs in one respect.
                (_, 1) if long => Some(full_caption(&self.scenes[i ^ 1])),
                _ => false_caption(&self.scenes[i], style, &mut self.rng),
            };
            let Some(caption) = found else { continue };
            let ids = self.words.sentence(&caption.text).expect("the tokenizer knows the grammar");
            if ids.len() <= room && caption.judge(&self.scenes[i]) == (truth == 1) {
                rows.push(ids);
                targets.push(truth as u32);
            }
        }
        self.rows(name, &rows, room);
        self.push(&format!("{name}.weights"), HostTensor::f32([targets.len()], vec![1.0; targets.len()]));
        self.push(&format!("{name}.targets"), HostTensor::u32([targets.len()], targets));
    }

    fn captions(&mut self) {
        let prompt = self.words.caption(Style::Full, "").expect("the tokenizer knows its prompts");
        let rows: Vec<_> = self
            .scenes
            .iter()
            .map(|scene| self.continued(prompt.clone(), &full_caption(scene).text))
            .collect();
        self.next_tokens("caption", &rows, self.sizes.long);
    }

    fn short_rows(&mut self) {
        let mut rows = Vec::new();
        for i in 0..self.scenes.len() {
            rows.push(self.short_caption(i));
            for _ in 1..self.sizes.rows {
                rows.push(self.question(i));
            }
        }
        self.next_tokens("short", &rows, self.sizes.short);
    }

    fn short_caption(&mut self, scene: usize) -> (Vec<u32>, usize) {
        loop {
            let style = self.rng.pick(&SHORT_STYLES);
            let Some(caption) = caption(&self.scenes[scene], style, &mut self.rng) else { continue };
            let prompt = self.words.caption(style, "").expect("the tokenizer knows its prompts");
            let row = self.continued(prompt, &caption.text);
            if row.0.len() <= self.sizes.short + 1 {
                return row;
            }
        }
    }

    fn question(&mut self, scene: usize) -> (Vec<u32>, usize) {
        loop {
            let kind = self.rng.pick(&QuestionKind::ALL);
            let Some(question) = ask(&self.scenes[scene], kind, &mut self.rng) else { continue };
            let prompt = self.words.question(&question.text).expect("the tokenizer knows the grammar");
            let row = self.continued(prompt, &question.answer.to_string());
            if row.0.len() <= self.sizes.short + 1 {
                return row;
            }
        }
    }

    /// `prompt words [end]` with the length of the prompt, whose tokens are given and not learned.
    fn continued(&self, prompt: Vec<u32>, text: &str) -> (Vec<u32>, usize) {
        let given = prompt.len();
        let mut ids = prompt;
        ids.extend(self.words.tokenizer.encode(text).expect("the tokenizer knows the grammar").ids);
        ids.push(self.words.end);
        (ids, given)
    }

    /// Pushes `name.ids [N, T]` and `name.lengths [N]`.
    fn rows(&mut self, name: &str, rows: &[Vec<u32>], tokens: usize) {
        let mut ids = vec![self.words.pad; rows.len() * tokens];
        for (out, row) in ids.chunks_mut(tokens).zip(rows) {
            out[..row.len()].copy_from_slice(row);
        }
        let lengths = rows.iter().map(|row| row.len() as u32).collect();
        self.push(&format!("{name}.ids"), HostTensor::u32([rows.len(), tokens], ids));
        self.push(&format!("{name}.lengths"), HostTensor::u32([rows.len()], lengths));
    }

    /// Pushes `name.ids [N, T]`, and the tokens that follow as `name.targets [N*T]` with `name.weights [N*T]`.
    fn next_tokens(&mut self, name: &str, rows: &[(Vec<u32>, usize)], tokens: usize) {
        let (mut ids, mut targets) =
            (vec![self.words.pad; rows.len() * tokens], vec![0; rows.len() * tokens]);
        let mut weights = vec![0.0; rows.len() * tokens];
        for (r, (row, given)) in rows.iter().enumerate() {
            let (at, length) = (r * tokens, row.len() - 1);
            ids[at..at + length].copy_from_slice(&row[..length]);
            targets[at..at + length].copy_from_slice(&row[1..]);
            weights[at + given - 1..at + length].fill(1.0);
        }
        let count = ids.len();
        self.push(&format!("{name}.ids"), HostTensor::u32([rows.len(), tokens], ids));
        self.push(&format!("{name}.targets"), HostTensor::u32([count], targets));
        self.push(&format!("{name}.weights"), HostTensor::f32([count], weights));
    }
}
