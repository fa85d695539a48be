//! Batches of the Playroom objective, drawn from the world: a batch is a function of the seed and its number.

use super::labels::Label;
use super::rows::{Row, next_tokens};
use super::schedule::Stage;
use super::sizes::{ASK_LONG, ASK_SHORT, QUESTIONS, SHORT, Sizes};
use super::verdicts::verdicts;
use super::{cells, contrast, referents};
use crate::infer::{PlayroomTokenizer, pixel_values};
use crate::rng::GOLDEN;
use crate::tensor::HostTensor;
use crate::world::edit::near_misses_half_exchanged;
use crate::world::language::{Caption, Style, caption, false_caption, full_caption, kind_named, thinned};
use crate::world::questions::{QuestionKind, ask};
use crate::world::render::{PIXELS, Picture};
use crate::world::scene::MAX_OBJECTS;
use crate::world::splits::scene_with;
use crate::world::{Description, Kind, Rng, Scene, Split, render};
use std::ops::RangeInclusive;

/// Inputs of one training step, by name.
pub struct Batch {
    pub sizes: Sizes,
    pub inputs: Vec<(String, HostTensor)>,
}

/// A scene and its near misses; a power of two. The number of pictures in a batch is a multiple of it.
pub const GROUP: usize = 8;

/// All scenes of a batch with words have equally many objects, so that little of its rows is padding; a full caption
/// takes at most ten tokens per object and the two at its ends.
fn objects(number: u64) -> usize {
    1 + number as usize % MAX_OBJECTS
}

const SHORT_STYLES: [Style; 4] = [Style::Short, Style::Relation, Style::Count, Style::Negation];

impl Batch {
    /// Batch `number` of the run with `seed`: training scenes, each followed by near misses of it, so that every text has
    /// pictures that differ from its own in one respect.
    pub fn draw(words: &PlayroomTokenizer, seed: u64, number: u64, batch: usize, stage: Stage) -> Batch {
        if stage == Stage::Pictures {
            let mut draw = Draw::new(words, seed, number, Sizes { stage, batch, long: 0 }, 1..=MAX_OBJECTS);
            draw.pictures();
            return Batch { sizes: draw.sizes, inputs: draw.inputs };
        }
        let objects = objects(number);
        let sizes = Sizes { stage, batch, long: 10 * objects + 2 };
        let mut draw = Draw::new(words, seed, number, sizes, objects..=objects);
        draw.pictures();
        draw.contrast();
        if stage == Stage::Towers {
            return Batch { sizes, inputs: draw.inputs };
        }
        if stage == Stage::Judging {
            draw.matching("match_long", sizes.long);
            draw.matching("match_short", SHORT);
        }
        draw.captions();
        draw.short_captions();
        draw.questions(
            "answer_short",
            ASK_SHORT,
            &[QuestionKind::Exist, QuestionKind::Count, QuestionKind::Query],
        );
        draw.questions("answer_long", ASK_LONG, &[QuestionKind::Compare, QuestionKind::Relate]);
        Batch { sizes, inputs: draw.inputs }
    }
}

impl<'a> Draw<'a> {
    fn new(
        words: &'a PlayroomTokenizer,
        seed: u64,
        number: u64,
        sizes: Sizes,
        objects: RangeInclusive<usize>,
    ) -> Self {
        let mut rng = Rng::from_seed(seed.wrapping_mul(GOLDEN) ^ number);
        let groups = (sizes.batch / GROUP) as u64;
        let mut scenes = Vec::with_capacity(sizes.batch);
        for group in 0..groups {
            let scene = scene_with(Split::Train, seed, number * groups + group, objects.clone());
            let near =
                near_misses_half_exchanged(&scene, &mut rng, GROUP - 1).into_iter().map(|(near, _)| near);
            let group: Vec<Scene> = near.chain(std::iter::repeat(scene.clone())).take(GROUP - 1).collect();
            scenes.push(scene);
            scenes.extend(group);
        }
        Draw { words, sizes, rng, scenes, inputs: Vec::new() }
    }
}

struct Draw<'a> {
    words: &'a PlayroomTokenizer,
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
        let pictures: Vec<Picture> = self.scenes.iter().map(render).collect();
        self.push("pixels", pixel_values(pictures.iter().map(|picture| &picture.rgb[..]), PIXELS));
        if self.sizes.stage != Stage::Towers {
            let labels = cells::labels(&self.scenes, &pictures);
            self.inputs.extend(labels);
        }
    }

    /// A true short sentence about a scene.
    fn sentence(&mut self, scene: usize) -> (Caption, Vec<u32>) {
        loop {
            let style = self.rng.pick(&SHORT_STYLES);
            let Some(caption) = caption(&self.scenes[scene], style, &mut self.rng) else { continue };
            let ids = self.words.sentence(&caption.text);
            if ids.len() <= SHORT {
                return (caption, ids);
            }
        }
    }

    fn contrast(&mut self) {
        let full = |scene| self.words.sentence(&full_caption(scene).text);
        let full: Vec<_> = self.scenes.iter().map(full).collect();
        self.rows("contrast", &full, self.sizes.long);
        self.inputs.extend(contrast::negatives(&self.scenes));
        let (mut said, mut rows) = (Vec::new(), Vec::new());
        for first in (0..self.scenes.len()).step_by(contrast::PICTURES) {
            let scene = first + self.rng.below(contrast::PICTURES);
            let (caption, ids) = self.sentence(scene);
            said.push((scene, caption));
            rows.push(ids);
        }
        self.rows("contrast.short", &rows, SHORT);
        self.inputs.extend(contrast::targets(&self.scenes, &said));
    }

    /// One sentence per picture, true or false with equal odds.
    fn matching(&mut self, name: &str, room: usize) {
        let (mut rows, mut targets) = (Vec::new(), Vec::new());
        let (mut word_targets, mut word_weights) = (Vec::new(), Vec::new());
        for i in 0..self.scenes.len() {
            let truth = self.rng.one_in(2);
            let (caption, ids) = self.claim(i, truth, name == "match_long", room);
            let verdicts = verdicts(self.words, &caption, &self.scenes[i]);
            for token in 0..room {
                // The start token stands before the words.
                let verdict = token.checked_sub(1).and_then(|word| *verdicts.get(word)?);
                word_targets.push(u32::from(verdict == Some(true)));
                word_weights.push(f32::from(u8::from(verdict.is_some())));
            }
            rows.push(ids);
            targets.push(u32::from(truth));
        }
        self.rows(name, &rows, room);
        self.push(&format!("{name}.weights"), HostTensor::f32([targets.len()], vec![1.0; targets.len()]));
        self.push(&format!("{name}.targets"), HostTensor::u32([targets.len()], targets));
        self.push(&format!("{name}.words.weights"), HostTensor::f32([word_weights.len()], word_weights));
        self.push(&format!("{name}.words.targets"), HostTensor::u32([word_targets.len()], word_targets));
    }

    /// A sentence of at most `room` tokens that is as true of a scene as `truth` says. Of the false ones a third of the full
    /// captions and a half of the others are drawn from another scene of the batch, as far as they are false of this one;
    /// the rest differ from the truth as little as they can. Half of the full captions are thinned, so that no word's verdict
    /// leans on those beside it. A style is kept while it has something to say.
    fn claim(&mut self, scene: usize, truth: bool, full: bool, room: usize) -> (Caption, Vec<u32>) {
        /// How often a style is tried before another is drawn.
        const TRIES: usize = 20;
        loop {
            let style = if full { Style::Full } else { self.rng.pick(&SHORT_STYLES) };
            for _ in 0..TRIES {
                let found = match (truth, self.rng.below(if full { 3 } else { 2 })) {
                    (true, _) => caption(&self.scenes[scene], style, &mut self.rng),
                    (false, 0) => {
                        let other = self.rng.below(self.scenes.len());
                        caption(&self.scenes[other], style, &mut self.rng)
                    }
                    // Another of the group differs in one respect from its first.
                    (false, 1) if full => {
                        Some(full_caption(&self.scenes[scene ^ (1 + self.rng.below(GROUP - 1))]))
                    }
                    _ => false_caption(&self.scenes[scene], style, &mut self.rng),
                };
                let Some(mut caption) = found else { break };
                if full && self.rng.one_in(2) {
                    caption = thinned(&caption, &mut self.rng);
                }
                let ids = self.words.sentence(&caption.text);
                if ids.len() <= room && caption.is_true_of(&self.scenes[scene]) == truth {
                    return (caption, ids);
                }
            }
        }
    }

    fn captions(&mut self) {
        let prompt = self.words.caption(Style::Full, "");
        let texts: Vec<String> = self.scenes.iter().map(|scene| full_caption(scene).text).collect();
        let row = |text: &String| {
            let row = self.continued(prompt.clone(), text, Vec::new());
            if self.rng.one_in(3) { self.hidden(row, text) } else { row }
        };
        let rows: Vec<_> = texts.iter().map(row).collect();
        self.next_tokens("caption", &rows, self.sizes.long);
    }

    fn short_captions(&mut self) {
        let rows: Vec<_> = (0..self.scenes.len()).map(|i| self.short_caption(i)).collect();
        self.next_tokens("short", &rows, SHORT);
    }

    fn questions(&mut self, name: &str, tokens: usize, kinds: &[QuestionKind]) {
        let count = self.scenes.len() * QUESTIONS;
        let rows: Vec<_> = (0..count).map(|i| self.question(i / QUESTIONS, tokens, kinds)).collect();
        self.next_tokens(name, &rows, tokens);
    }

    fn short_caption(&mut self, scene: usize) -> Row {
        loop {
            let style = self.rng.pick(&SHORT_STYLES);
            let Some(caption) = caption(&self.scenes[scene], style, &mut self.rng) else { continue };
            let prompt = self.words.caption(style, "");
            let said = self.referents(&caption.text, &referents::described(&caption), scene);
            let row = self.continued(prompt, &caption.text, said);
            if row.ids.len() <= SHORT + 1 {
                return if self.rng.one_in(2) { self.hidden(row, &caption.text) } else { row };
            }
        }
    }

    fn question(&mut self, scene: usize, tokens: usize, kinds: &[QuestionKind]) -> Row {
        loop {
            let kind = self.rng.pick(kinds);
            let Some(question) = ask(&self.scenes[scene], kind, &mut self.rng) else { continue };
            let prompt = self.words.question(&question.text);
            let said = self.referents(&question.text, &referents::asked(&question.program), scene);
            let row = self.continued(prompt, &question.answer.to_string(), said);
            if row.ids.len() <= tokens + 1 {
                return row;
            }
        }
    }

    /// A row with half of its colours and shapes hidden from the decoder, which has to go on by what it sees: what it writes
    /// next must not lean on what goes together in training. What has been said so far is then no longer known.
    fn hidden(&mut self, mut row: Row, text: &str) -> Row {
        for (at, span) in self.words.tokenizer.encode(text).spans.into_iter().enumerate() {
            let hides = matches!(kind_named(&text[span]), Some(Kind::Colour | Kind::Shape));
            if hides && self.rng.one_in(2) {
                row.read[row.given + at] = self.words.unknown;
            }
        }
        row.referents.fill(None);
        row
    }

    fn referents(&self, text: &str, said: &[Description], scene: usize) -> Vec<Option<Label>> {
        let spans = self.words.tokenizer.encode(text).spans;
        referents::labels(text, &spans, said, &self.scenes[scene])
    }

    /// `prompt words [end]`.
    fn continued(&self, prompt: Vec<u32>, text: &str, referents: Vec<Option<Label>>) -> Row {
        let given = prompt.len();
        let mut ids = prompt;
        ids.extend(self.words.tokenizer.encode(text).ids);
        ids.push(self.words.end);
        Row { read: ids.clone(), ids, given, referents }
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

    fn next_tokens(&mut self, name: &str, rows: &[Row], tokens: usize) {
        self.inputs.extend(next_tokens(name, rows, tokens, self.words.pad));
    }
}

#[cfg(test)]
mod tests;
