//! From words to meaning.
//!
//! ```text
//! text      := statement (("," | "and" | "but")+ statement)* "."?
//! statement := ("there is")? (count | none | some)
//! count     := "exactly"? number phrase
//! none      := "no" phrase | "nothing" "is" (adjectives | place)
//! some      := phrase "is"? (relation phrase | place | adjectives)?
//! phrase    := article? adjectives noun place?
//! ```

use super::lexicon::Term;
use super::meaning::{Claim, Description, Phrase, Statement};
use super::reader::{ParseError, Reader};

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
    let mut phrase = reader.phrase()?;
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
        None => Ok((Claim::Exists(phrase.description), vec![phrase])),
    }
}

/// What follows "is": adjectives or a place, added to what is already said.
fn predicate(reader: &mut Reader, subject: Description) -> Result<Description, ParseError> {
    let mut described = reader.adjectives(subject)?;
    if described.place.is_none() {
        described.place = reader.place()?;
    }
    Ok(described)
}
