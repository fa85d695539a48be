//! What has been said so far refers to: at each attribute of a phrase the number of objects that show it and those before
//! it, and where that is one, how this object looks. "Is the large red circle above the ring?" is answered in such steps;
//! as labels they let the reader learn one at a time what the answer alone asks of it all at once.

use std::ops::Range;

use super::labels::Label;
use crate::world::language::{Caption, is_same};
use crate::world::{Attribute, Description, Program, Scene};

/// The weights that only these labels need; a shipped model goes without them.
pub const HEAD: &str = "referents";

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
        Program::Event(_) => Vec::new(),
    }
}

/// For each span of `text` the label of what has been said so far; none where no attribute is said.
pub(super) fn labels(
    text: &str,
    spans: &[Range<usize>],
    said: &[Description],
    scene: &Scene,
) -> Vec<Option<Label>> {
    let mut next = said.iter().flat_map(|what| steps(what, scene)).peekable();
    let step = |span: &Range<usize>| {
        let word = &text[span.clone()];
        next.next_if(|(expected, _)| is_same(word, expected)).map(|(_, label)| label)
    };
    spans.iter().map(step).collect()
}

/// The words of a description, each with the label of the description up to there.
fn steps(what: &Description, scene: &Scene) -> Vec<(&'static str, Label)> {
    let mut so_far = Description::ANY;
    let words = |attribute: Attribute| {
        so_far = so_far.with(attribute);
        let referents = so_far.referents(scene);
        let object = if let [only] = referents[..] { Some(scene.objects[only]) } else { None };
        let label = Label { number: referents.len(), weight: 1.0, object };
        attribute.word().split(' ').map(move |word| (word, label))
    };
    what.attributes().flat_map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Colour, Object, Shape, Size, Split, splits};

    fn spans(text: &str) -> Vec<Range<usize>> {
        let word = |word: &str| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn each_attribute_narrows_what_was_said_before() {
        let mut scene = splits::scene(Split::Train, 1, 0);
        let one = Object {
            shape: Shape::Cross,
            colour: Colour::Red,
            size: Size::Large,
            x: 20,
            y: 20,
            ..scene.objects[0]
        };
        scene.objects = vec![
            one,
            Object { shape: Shape::Ring, x: 128, ..one },
            Object { size: Size::Small, x: 230, ..one },
        ];
        let large_cross =
            Description { size: Some(Size::Large), shape: Some(Shape::Cross), ..Description::ANY };
        let red = Description { colour: Some(Colour::Red), ..Description::ANY };
        let text = "are there more large crosses than red objects?";
        let labels = labels(text, &spans(text), &[large_cross, red], &scene);
        let numbers: Vec<_> = labels.iter().map(|label| label.map(|label| label.number)).collect();
        assert_eq!(numbers, [None, None, None, Some(2), Some(1), None, Some(3), None]);
        assert_eq!(labels[4].unwrap().object, Some(one));
        assert_eq!(labels[3].unwrap().object, None);
    }
}
