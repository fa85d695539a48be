//! The words of Playroom and what part they play in a sentence.

use crate::order;
use crate::world::attributes::{Colour, Kind, Shape, Size, Texture};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The part that a word plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Article,
    Number(u8),
    Size(Size),
    Texture(Texture),
    Colour(Colour),
    Shape(Shape),
    Object,
    Top,
    Bottom,
    Left,
    Right,
    Centre,
    Corner,
    /// "at", "in" or "on": opens a place.
    At,
    To,
    Of,
    Above,
    Below,
    And,
    But,
    Comma,
    Stop,
    Query,
    There,
    Is,
    No,
    Nothing,
    Exactly,
    Any,
    How,
    Many,
    What,
    Where,
    Kind(Kind),
    More,
    Fewer,
    Than,
    As,
    Same,
    Larger,
    Smaller,
    Yes,
    Something,
    /// "moves" or "move".
    Moves,
    Moving,
    Still,
    Fast,
    Slowly,
    /// "bounces" or "bounce".
    Bounces,
    Sounds,
    First,
    Last,
    /// The verb and the noun.
    Hit,
    /// "does" or "do".
    Does,
}

/// Words that the speaker uses, beside those for attributes.
const SPOKEN: &[(&str, Term)] = &[
    ("a", Term::Article),
    ("an", Term::Article),
    ("the", Term::Article),
    ("one", Term::Number(1)),
    ("two", Term::Number(2)),
    ("three", Term::Number(3)),
    ("four", Term::Number(4)),
    ("five", Term::Number(5)),
    ("zero", Term::Number(0)),
    ("object", Term::Object),
    ("objects", Term::Object),
    ("top", Term::Top),
    ("bottom", Term::Bottom),
    ("left", Term::Left),
    ("right", Term::Right),
    ("centre", Term::Centre),
    ("at", Term::At),
    ("in", Term::At),
    ("to", Term::To),
    ("of", Term::Of),
    ("above", Term::Above),
    ("below", Term::Below),
    ("and", Term::And),
    ("but", Term::But),
    (",", Term::Comma),
    ("?", Term::Query),
    ("there", Term::There),
    ("is", Term::Is),
    ("are", Term::Is),
    ("no", Term::No),
    ("nothing", Term::Nothing),
    ("exactly", Term::Exactly),
    ("any", Term::Any),
    ("how", Term::How),
    ("many", Term::Many),
    ("what", Term::What),
    ("where", Term::Where),
    ("size", Term::Kind(Kind::Size)),
    ("texture", Term::Kind(Kind::Texture)),
    ("colour", Term::Kind(Kind::Colour)),
    ("shape", Term::Kind(Kind::Shape)),
    ("more", Term::More),
    ("fewer", Term::Fewer),
    ("than", Term::Than),
    ("as", Term::As),
    ("same", Term::Same),
    ("larger", Term::Larger),
    ("smaller", Term::Smaller),
    // An answer; no sentence or question holds it.
    ("yes", Term::Yes),
];

/// Words for what happens in a clip, which models of pictures have not read.
const OF_CLIPS: &[(&str, Term)] = &[
    ("something", Term::Something),
    ("moves", Term::Moves),
    ("move", Term::Moves),
    ("moving", Term::Moving),
    ("still", Term::Still),
    ("fast", Term::Fast),
    ("slowly", Term::Slowly),
    ("bounces", Term::Bounces),
    ("bounce", Term::Bounces),
    ("sounds", Term::Sounds),
    ("sound", Term::Sounds),
    ("first", Term::First),
    ("last", Term::Last),
    ("hit", Term::Hit),
    ("hits", Term::Hit),
    ("does", Term::Does),
    ("do", Term::Does),
];

/// Words that are understood when a visitor types them, beside the [`SYNONYMS`].
const UNDERSTOOD: &[(&str, Term)] =
    &[("corner", Term::Corner), ("on", Term::At), ("which", Term::What), (".", Term::Stop)];

/// Words that the speaker uses, each with others that may stand wherever it does.
pub(super) const SYNONYMS: &[(&str, &[&str])] = &[
    ("a", &["some"]),
    ("top", &["upper"]),
    ("bottom", &["lower"]),
    ("large", &["big", "huge"]),
    ("small", &["little", "tiny"]),
    ("solid", &["plain"]),
    ("striped", &["stripy"]),
    ("dotted", &["spotted"]),
    ("red", &["crimson"]),
    ("cyan", &["turquoise"]),
    ("purple", &["violet"]),
    ("circle", &["ball", "disc"]),
    ("circles", &["balls", "discs"]),
    ("square", &["box"]),
    ("squares", &["boxes"]),
    ("diamond", &["rhombus"]),
    ("diamonds", &["rhombuses"]),
    ("ring", &["hoop"]),
    ("rings", &["hoops"]),
    ("object", &["thing", "item"]),
    ("objects", &["things", "items", "shapes"]),
    ("centre", &["center", "middle"]),
    ("above", &["over"]),
    ("below", &["under", "beneath"]),
    ("larger", &["bigger"]),
    ("fewer", &["less"]),
    ("colour", &["color"]),
];

fn attribute_words() -> Vec<(String, Term)> {
    let mut words = Vec::new();
    words.extend(Size::ALL.map(|value| (value.to_string(), Term::Size(value))));
    words.extend(Texture::ALL.map(|value| (value.to_string(), Term::Texture(value))));
    words.extend(Colour::ALL.map(|value| (value.to_string(), Term::Colour(value))));
    words.extend(Shape::ALL.map(|value| (value.to_string(), Term::Shape(value))));
    words.extend(Shape::ALL.map(|value| (value.plural(), Term::Shape(value))));
    words
}

/// The part that a lower-case word or a punctuation mark plays; none if Playroom does not know it.
pub(crate) fn term(word: &str) -> Option<Term> {
    static TERMS: OnceLock<HashMap<String, Term>> = OnceLock::new();
    let terms = TERMS.get_or_init(|| {
        let function_words = SPOKEN.iter().chain(OF_CLIPS).chain(UNDERSTOOD);
        let mut terms: HashMap<String, Term> =
            function_words.map(|&(word, term)| (word.to_string(), term)).chain(attribute_words()).collect();
        for (word, others) in SYNONYMS {
            let term = terms[*word];
            terms.extend(others.iter().map(|other| (other.to_string(), term)));
        }
        terms
    });
    match word.parse::<u8>() {
        Ok(number) => Some(Term::Number(number)),
        Err(_) => terms.get(word).copied(),
    }
}

/// The kind of attribute that a word names, other than a place.
pub(crate) fn kind_named(word: &str) -> Option<Kind> {
    match term(word)? {
        Term::Size(_) => Some(Kind::Size),
        Term::Texture(_) => Some(Kind::Texture),
        Term::Colour(_) => Some(Kind::Colour),
        Term::Shape(_) => Some(Kind::Shape),
        _ => None,
    }
}

/// Whether a lower-case word is one of Playroom's.
pub fn is_word(word: &str) -> bool {
    term(word).is_some()
}

/// The word of the speaker that another stands for.
pub fn spoken(word: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(_, others)| others.contains(&word)).map(|(spoken, _)| *spoken)
}

/// Whether two words play the same part: one is the other, its plural, or a synonym of either.
pub(crate) fn is_same(word: &str, other: &str) -> bool {
    term(word).is_some_and(|found| term(other) == Some(found))
}

/// Every word and punctuation mark of captions, questions and answers, sorted: what a tokenizer has to know.
pub fn vocabulary() -> Vec<String> {
    let attributes = attribute_words().into_iter().map(|(word, _)| word);
    let mut words: Vec<String> = SPOKEN.iter().map(|&(word, _)| word.to_string()).chain(attributes).collect();
    order::sort(&mut words);
    words
}
