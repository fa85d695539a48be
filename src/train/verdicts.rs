//! Which words of a sentence are true of a scene: the matcher learns from them what the verdict on the whole rests on.

use std::ops::Range;

use super::labels::Label;
use super::referents::{described, labels};
use crate::infer::PlayroomTokenizer;
use crate::world::Scene;
use crate::world::language::{Caption, Claim, Style, is_same};

/// For each token of a caption whether it is true of the scene; none between statements. A full caption says where
/// each object stands, so that each of its attributes is true or false by itself. Elsewhere an attribute is true where
/// something fits what has been said so far, any other word where its statement is.
pub(super) fn verdicts(words: &PlayroomTokenizer, caption: &Caption, scene: &Scene) -> Vec<Option<bool>> {
    let spans = words.tokenizer.encode(&caption.text).spans;
    let labels = labels(&caption.text, &spans, &described(caption), scene);
    let verdict = |(span, label): (&Range<usize>, Option<Label>)| {
        let statement = caption.statements.iter().find(|statement| statement.span.contains(&span.start))?;
        let own = match caption.style {
            Style::Full => attribute_verdict(&statement.claim, &caption.text[span.clone()], scene),
            _ => label.map(|label| label.number > 0),
        };
        Some(own.unwrap_or_else(|| statement.claim.is_true_of(scene)))
    };
    spans.iter().zip(labels).map(verdict).collect()
}

/// Whether the object at the place that a claim names is as one of its words says; none for words that name no attribute.
fn attribute_verdict(claim: &Claim, word: &str, scene: &Scene) -> Option<bool> {
    let Claim::Exists(what) = claim else { return None };
    let meant = scene.objects.iter().find(|object| Some(object.place()) == what.place);
    let said = what.attributes().find(|said| said.word().split(' ').any(|part| is_same(word, part)))?;
    Some(meant.is_some_and(|object| object.attribute(said.kind()) == said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::SPECIALS;
    use crate::io::bpe;
    use crate::world::language::{full_caption, parse, vocabulary};
    use crate::world::{Attribute, Rng, Split, splits};

    #[test]
    fn words_of_a_full_caption_are_true_or_false_by_themselves() {
        let scene = splits::scene(Split::Train, 1, 3);
        let object = scene.objects[0];
        let mut other = scene.clone();
        other.objects[0].set(Attribute::Colour(object.colour).other(&mut Rng::from_seed(1)));
        let caption = full_caption(&other);
        let claim =
            &caption.statements.iter().find(|s| !s.claim.is_true_of(&scene)).expect("one is false").claim;
        let verdict = |word: &str| attribute_verdict(claim, word, &scene);
        assert_eq!(verdict(other.objects[0].colour.word()), Some(false));
        assert_eq!(verdict(object.shape.word()), Some(true));
        assert_eq!(verdict("a"), None);
    }
    #[test]
    fn words_of_a_short_sentence_are_true_as_far_as_something_fits_them() {
        let words = PlayroomTokenizer::new(&bpe::train(vocabulary().into_iter(), &SPECIALS, 1024)).unwrap();
        let mut scene = splits::scene(Split::Train, 1, 3);
        scene.objects.truncate(1);
        let object = scene.objects[0];
        let other = Attribute::Shape(object.shape).other(&mut Rng::from_seed(2));
        let text = format!("there is no {} {other}", object.colour);
        let caption = Caption { style: Style::Negation, statements: parse(&text).unwrap(), text };
        // "there is no red circle" is true, something is red, no red thing is a circle.
        let expected = [true, true, true, true, false].map(Some);
        assert_eq!(verdicts(&words, &caption, &scene), expected, "{}", caption.text);
    }
}
