//! From words to meaning.
//!
//! ```text
//! text      := statement (("," | "and" | "but")+ statement)* "."?
//! statement := ("there is")? (count | none | some)
//! count     := "exactly"? number (phrase | "hits")
//! none      := "no" (phrase | "hits") | "nothing" "is" (adjectives | place)
//! some      := phrase ("is"? (relation phrase | place | adjectives)? | event)
//! event     := "moves" ("fast" | "slowly")? | "is" ("moving" | "still") | "bounces" turn? | "sounds" turn | "hits" phrase
//! turn      := "first" | "last"
//! phrase    := (article? adjectives noun | "something" adjectives) place?
//! ```

use super::description::Description;
use super::event::{EventClaim, Turn};
use super::lexicon::Term;
use super::meaning::{Claim, Phrase, Statement};
use super::reader::{ParseError, Reader};
use crate::world::motion::Pace;

/// Reads a whole text: the generator's sentences and typed variants of them (any order of adjectives, digits,
/// "middle" for "centre", capital letters, a final full stop).
///
/// # Errors
/// The first word that does not fit, with what was expected instead.
pub fn parse(text: &str) -> Result<Vec<Statement>, ParseError> {
    let statements: Vec<Statement> = read(text, true).into_iter().collect::<Result<_, _>>()?;
    if statements.is_empty() {
        return Err(Reader::new("").fail("a sentence such as “a red circle”"));
    }
    Ok(statements)
}

/// Reads what can be read: every statement of a text, or why it is none, resuming after the next separator.
/// Of a text that is not `finished` (a decoder is still writing) only what a separator has closed is read.
pub fn read(text: &str, finished: bool) -> Vec<Result<Statement, ParseError>> {
    let mut reader = Reader::new(text);
    let mut results = Vec::new();
    loop {
        while is_separator(reader.peek()) {
            reader.skip();
        }
        if reader.at_end() {
            return results;
        }
        let result = closed_statement(&mut reader);
        while !reader.at_end() && !is_separator(reader.peek()) {
            reader.skip();
        }
        if finished || !reader.at_end() {
            results.push(result);
        }
    }
}

fn is_separator(term: Option<Term>) -> bool {
    matches!(term, Some(Term::Comma | Term::And | Term::But | Term::Stop))
}

/// A statement with nothing but a separator or the end after it.
fn closed_statement(reader: &mut Reader) -> Result<Statement, ParseError> {
    let start = reader.start();
    let (claim, phrases) = statement(reader)?;
    let statement = Statement { claim, span: start..reader.end(), phrases };
    if reader.at_end() || is_separator(reader.peek()) {
        Ok(statement)
    } else {
        Err(reader.fail("a comma, “and”, or the end"))
    }
}

fn statement(reader: &mut Reader) -> Result<(Claim, Vec<Phrase>), ParseError> {
    if reader.eat(Term::There) {
        reader.expect(Term::Is, "“is” or “are”")?;
    }
    match reader.peek() {
        Some(Term::Exactly | Term::Number(_)) => count(reader),
        Some(Term::No) => {
            reader.skip();
            if reader.eat(Term::Hit) {
                return Ok((Claim::Event(EventClaim::Hits(0)), Vec::new()));
            }
            let phrase = reader.phrase()?;
            Ok((Claim::None(phrase.description), vec![phrase]))
        }
        Some(Term::Nothing) => nothing(reader),
        _ => some(reader),
    }
}

fn count(reader: &mut Reader) -> Result<(Claim, Vec<Phrase>), ParseError> {
    let start = reader.start();
    reader.eat(Term::Exactly);
    let Some(Term::Number(number)) = reader.peek() else { return Err(reader.fail("a number")) };
    reader.skip();
    if reader.eat(Term::Hit) {
        return Ok((Claim::Event(EventClaim::Hits(number)), Vec::new()));
    }
    let mut phrase = reader.phrase()?;
    phrase.span.start = start;
    Ok((Claim::Count(number, phrase.description), vec![phrase]))
}

fn nothing(reader: &mut Reader) -> Result<(Claim, Vec<Phrase>), ParseError> {
    let start = reader.start();
    reader.skip();
    reader.expect(Term::Is, "“is”")?;
    let description = predicate(reader, Description::ANY)?;
    if description == Description::ANY {
        return Err(reader.fail("a size, a texture, a colour or a place"));
    }
    let phrase = Phrase { span: start..reader.end(), description };
    Ok((Claim::None(description), vec![phrase]))
}

fn some(reader: &mut Reader) -> Result<(Claim, Vec<Phrase>), ParseError> {
    let is_something = reader.peek() == Some(Term::Something);
    let mut phrase = reader.phrase()?;
    if let Some((event, other)) = event(reader, phrase.description)? {
        return Ok((Claim::Event(event), std::iter::once(phrase).chain(other).collect()));
    }
    let is = reader.eat(Term::Is);
    if is {
        let described = predicate(reader, phrase.description)?;
        if described != phrase.description {
            phrase.description = described;
            return Ok((Claim::Exists(described), vec![phrase]));
        }
    }
    match reader.relation()? {
        Some(relation) => {
            let other = reader.phrase()?;
            Ok((Claim::Relation(phrase.description, relation, other.description), vec![phrase, other]))
        }
        None if is => Err(reader.fail("a place, a relation, a size, a texture or a colour")),
        None if phrase.description == Description::ANY && is_something => {
            Err(reader.fail("a size, a texture, a colour or what it does"))
        }
        None => Ok((Claim::Exists(phrase.description), vec![phrase])),
    }
}

/// What a phrase is said to do, and the phrase for what it does it to; none if nothing.
fn event(reader: &mut Reader, what: Description) -> Result<Option<(EventClaim, Option<Phrase>)>, ParseError> {
    let is = reader.peek() == Some(Term::Is);
    let claim = match reader.peek_ahead(usize::from(is)) {
        Some(Term::Moving) if is => EventClaim::Moves(what, None),
        Some(Term::Still) if is => EventClaim::Moves(what, Some(Pace::Still)),
        Some(Term::Moves) if !is => EventClaim::Moves(what, None),
        Some(Term::Bounces | Term::Sounds) if !is => EventClaim::Bounces(what, None),
        Some(Term::Hit) if !is => {
            reader.skip();
            let other = reader.phrase()?;
            return Ok(Some((EventClaim::Touches(what, other.description), Some(other))));
        }
        _ => return Ok(None),
    };
    let is_heard = reader.peek() == Some(Term::Sounds);
    (0..=usize::from(is)).for_each(|_| reader.skip());
    let claim = match (claim, reader.peek()) {
        (EventClaim::Moves(what, None), Some(Term::Fast)) if !is => EventClaim::Moves(what, Some(Pace::Fast)),
        (EventClaim::Moves(what, None), Some(Term::Slowly)) if !is => {
            EventClaim::Moves(what, Some(Pace::Slow))
        }
        (EventClaim::Bounces(what, _), Some(Term::First)) => EventClaim::Bounces(what, Some(Turn::First)),
        (EventClaim::Bounces(what, _), Some(Term::Last)) => EventClaim::Bounces(what, Some(Turn::Last)),
        (EventClaim::Bounces(..), _) if is_heard => return Err(reader.fail("“first” or “last”")),
        (claim, _) => return Ok(Some((claim, None))),
    };
    reader.skip();
    Ok(Some((claim, None)))
}

/// What follows "is": adjectives or a place, added to what is already said.
fn predicate(reader: &mut Reader, subject: Description) -> Result<Description, ParseError> {
    let mut described = reader.adjectives(subject)?;
    if described.place.is_none() {
        described.place = reader.place()?;
    }
    Ok(described)
}
