//! Reading tokens: what sentences and questions have in common.

use super::description::Description;
use super::lexicon::{Term, term};
use super::meaning::Phrase;
use crate::world::attributes::{Attribute, Place};
use crate::world::relation::Relation;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// Why a text is not a sentence (or question) of Playroom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseError {
    /// Byte range of the word at fault; empty, at the end of the text, when words are missing.
    pub span: Range<usize>,
    /// The word at fault, as typed.
    pub found: String,
    /// Whether the word is one of Playroom's.
    pub known: bool,
    pub expected: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { found, known, expected, .. } = self;
        match (found.is_empty(), known) {
            (true, _) => write!(f, "the text ends too early: expected {expected}"),
            (_, true) => write!(f, "“{found}” does not fit here: expected {expected}"),
            (_, false) => {
                write!(f, "Playroom has no word “{found}”: expected {expected}")
            }
        }
    }
}

impl std::error::Error for ParseError {}

struct Token {
    span: Range<usize>,
    /// None for a word that Playroom does not know.
    term: Option<Term>,
}

/// A position in the tokens of a text.
pub(crate) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

pub(crate) const NOUN: &str = "a shape or “object”";

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, tokens: tokens(text), at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<Term> {
        self.peek_ahead(0)
    }

    pub(crate) fn peek_ahead(&self, ahead: usize) -> Option<Term> {
        self.tokens.get(self.at + ahead).and_then(|token| token.term)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at == self.tokens.len()
    }

    pub(crate) fn skip(&mut self) {
        self.at += 1;
    }

    pub(crate) fn eat(&mut self, term: Term) -> bool {
        let found = self.peek() == Some(term);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, term: Term, expected: &str) -> Result<(), ParseError> {
        if self.eat(term) { Ok(()) } else { Err(self.fail(expected)) }
    }

    /// An error at the current token.
    pub(crate) fn fail(&self, expected: &str) -> ParseError {
        let end = self.text.len();
        let (span, known) =
            self.tokens.get(self.at).map_or((end..end, true), |t| (t.span.clone(), t.term.is_some()));
        ParseError { found: self.text[span.clone()].to_string(), span, known, expected: expected.to_string() }
    }

    /// Where the current token starts.
    pub(crate) fn start(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |token| token.span.start)
    }

    /// Where the previous token ended.
    pub(crate) fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |last| self.tokens[last].span.end)
    }

    /// Article, adjectives, noun and place; or "something", adjectives and place. `span` ends at the noun.
    pub(crate) fn phrase(&mut self) -> Result<Phrase, ParseError> {
        let start = self.start();
        if self.eat(Term::Something) {
            let description = self.adjectives(Description::ANY)?;
            let span = start..self.end();
            return Ok(Phrase { span, description: Description { place: self.place()?, ..description } });
        }
        self.eat(Term::Article);
        let mut description = self.adjectives(Description::ANY)?;
        match self.peek() {
            Some(Term::Shape(shape)) => description.shape = Some(shape),
            Some(Term::Object) => {}
            _ if description == Description::ANY => {
                return Err(self.fail("a size, a texture, a colour, a shape or “object”"));
            }
            _ => return Err(self.fail(NOUN)),
        }
        self.skip();
        let span = start..self.end();
        description.place = self.place()?;
        Ok(Phrase { span, description })
    }

    /// Any number of sizes, textures and colours, at most one of each kind.
    pub(crate) fn adjectives(&mut self, mut description: Description) -> Result<Description, ParseError> {
        loop {
            let attribute = match self.peek() {
                Some(Term::Size(value)) => Attribute::Size(value),
                Some(Term::Texture(value)) => Attribute::Texture(value),
                Some(Term::Colour(value)) => Attribute::Colour(value),
                _ => return Ok(description),
            };
            if let Some(said) = description.get(attribute.kind()) {
                let kind = attribute.kind();
                return Err(self.fail(&format!("no second {kind} after “{said}”")));
            }
            description = description.with(attribute);
            self.skip();
        }
    }

    /// "at the top left", "in the centre", or nothing. "at the left of" is a relation and left alone.
    pub(crate) fn place(&mut self) -> Result<Option<Place>, ParseError> {
        if self.peek() != Some(Term::At) {
            return Ok(None);
        }
        let before = self.at;
        self.skip();
        self.eat(Term::Article);
        let place = match self.peek() {
            Some(Term::Centre) => Place::Centre,
            Some(Term::Left) => Place::Left,
            Some(Term::Right) => Place::Right,
            Some(row @ (Term::Top | Term::Bottom)) => {
                let column = self.peek_ahead(1);
                self.at += usize::from(matches!(column, Some(Term::Left | Term::Right)));
                match (row, column) {
                    (Term::Top, Some(Term::Left)) => Place::TopLeft,
                    (Term::Top, Some(Term::Right)) => Place::TopRight,
                    (Term::Top, _) => Place::Top,
                    (_, Some(Term::Left)) => Place::BottomLeft,
                    (_, Some(Term::Right)) => Place::BottomRight,
                    _ => Place::Bottom,
                }
            }
            _ => return Err(self.fail("a place such as “top left” or “centre”")),
        };
        self.skip();
        if matches!(place, Place::Left | Place::Right) && self.peek() == Some(Term::Of) {
            self.at = before;
            return Ok(None);
        }
        self.eat(Term::Corner);
        Ok(Some(place))
    }

    /// "left of", "to the left of", "above" and their like, or nothing.
    pub(crate) fn relation(&mut self) -> Result<Option<Relation>, ParseError> {
        let opened = matches!(self.peek(), Some(Term::To | Term::At));
        if opened {
            self.skip();
            self.eat(Term::Article);
        }
        let (relation, needs_of) = match self.peek() {
            Some(Term::Left) => (Relation::LeftOf, true),
            Some(Term::Right) => (Relation::RightOf, true),
            Some(Term::Above) if !opened => (Relation::Above, false),
            Some(Term::Below) if !opened => (Relation::Below, false),
            _ if opened => return Err(self.fail("“left of” or “right of”")),
            _ => return Ok(None),
        };
        self.skip();
        if needs_of {
            self.expect(Term::Of, "“of”")?;
        }
        Ok(Some(relation))
    }

    /// Byte ranges of the remaining sizes, textures, colours and nouns.
    pub(crate) fn content_words(&self) -> Vec<Range<usize>> {
        let is_content = |term: &Option<Term>| {
            matches!(
                term,
                Some(Term::Size(_) | Term::Texture(_) | Term::Colour(_) | Term::Shape(_) | Term::Object)
            )
        };
        self.tokens[self.at..].iter().filter(|t| is_content(&t.term)).map(|t| t.span.clone()).collect()
    }
}

/// Words, numbers and single other marks; letters are compared in lower case.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5 + 1);
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut end = start + first.len_utf8();
        if first.is_alphanumeric() {
            while let Some(&(at, next)) = chars.peek() {
                if next.is_alphabetic() != first.is_alphabetic() || !next.is_alphanumeric() {
                    break;
                }
                end = at + next.len_utf8();
                chars.next();
            }
        }
        let word = text[start..end].to_lowercase();
        tokens.push(Token { span: start..end, term: term(&word) });
    }
    tokens
}
