//! How many objects fit what has been said of them so far: at each attribute of a phrase the number of objects that show
//! it and those before it. "Is there a large red circle?" is answered in three such steps; as labels they let the reader
//! learn one at a time what the answer alone asks of it all at once.

use std::ops::Range;

use crate::nn::linear;
use crate::ops::cross_entropy::cross_entropy;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::world::language::Caption;
use crate::world::scene::MAX_OBJECTS;
use crate::world::{Attribute, Description, Program, Scene};

/// Prefix of the weights that only these labels need; a shipped model goes without them.
pub const PREFIX: &str = "fits.";

/// Labels: no object to [`MAX_OBJECTS`].
const LABELS: usize = MAX_OBJECTS + 1;

/// What a caption describes, in the order of its words.
pub fn described(caption: &Caption) -> Vec<Description> {
    let phrases = caption.statements.iter().flat_map(|statement| &statement.phrases);
    phrases.map(|phrase| phrase.description).collect()
}

/// What a question describes, in the order of its words.
pub fn asked(program: &Program) -> Vec<Description> {
    match *program {
        Program::Exist(what) | Program::Count(what) => vec![what],
        Program::Query(_, group) => {
            std::iter::once(group.what).chain(group.beside.map(|(_, other)| other)).collect()
        }
        Program::CompareNumber(_, a, b)
        | Program::Larger(a, b)
        | Program::Smaller(a, b)
        | Program::Same(_, a, b)
        | Program::Stands(a, _, b) => vec![a, b],
    }
}

/// For each span of `text` the number of objects that fit so far; none where no attribute is said.
pub fn fits(text: &str, spans: &[Range<usize>], said: &[Description], scene: &Scene) -> Vec<Option<usize>> {
    let mut next = said.iter().flat_map(|what| steps(what, scene)).peekable();
    let step = |span: &Range<usize>| {
        let word = &text[span.clone()];
        next.next_if(|(expected, _)| word.starts_with(expected)).map(|(_, count)| count)
    };
    spans.iter().map(step).collect()
}

/// The words of a description with the number of objects that fit it up to there.
fn steps(what: &Description, scene: &Scene) -> Vec<(&'static str, usize)> {
    let mut so_far = Description::ANY;
    let words = |attribute: Attribute| {
        so_far = so_far.with(attribute);
        let count = so_far.count(scene);
        attribute.word().split(' ').map(move |word| (word, count))
    };
    what.attributes().flat_map(words).collect()
}

/// Cross-entropy of the labels `name.fits.targets` (u32 `[N*T]`) given hidden states `[N*T, D]`.
pub fn loss(b: &mut PlanBuilder, name: &str, hidden: SlotId) -> SlotId {
    let rows = b.shape(hidden).rows();
    let targets = b.input(&format!("{name}.fits.targets"), [rows], U32);
    let weights = b.input(&format!("{name}.fits.weights"), [rows], F32);
    let logits = linear(b, "fits", hidden, LABELS, None);
    cross_entropy(b, logits, targets, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Colour, Object, Shape, Size, splits};

    fn spans(text: &str) -> Vec<Range<usize>> {
        let word = |word: &str| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn each_attribute_narrows_what_was_said_before() {
        let mut scene = splits::scene(splits::Split::Train, 1, 0);
        let one = Object { shape: Shape::Cross, colour: Colour::Red, size: Size::Large, x: 20, y: 20, ..scene.objects[0] };
        scene.objects = vec![one, Object { shape: Shape::Ring, x: 128, ..one }, Object { size: Size::Small, x: 230, ..one }];
        let large_cross = Description { size: Some(Size::Large), shape: Some(Shape::Cross), ..Description::ANY };
        let red = Description { colour: Some(Colour::Red), ..Description::ANY };
        let text = "are there more large crosses than red objects?";
        let found = fits(text, &spans(text), &[large_cross, red], &scene);
        assert_eq!(found, [None, None, None, Some(2), Some(1), None, Some(3), None]);
    }
}
