//! From a question's words to its program.
//!
//! ```text
//! question := ("is there" | "are there" "any"?) phrase
//!           | "are there" ("more" | "fewer") phrase "than" phrase | "are there as many" phrase "as" phrase
//!           | "how many" (phrase | "hits") "are there"
//!           | "what" kind "is" group | "what is the" kind "of" group | "where is" group
//!           | "is" phrase (("larger" | "smaller") "than" | "the same" kind "as" | relation) phrase
//!           | "is" phrase "moving" | "does" phrase ("move" | "hit" phrase)
//!           | "what" kind ("bounces" | "sounds") ("first" | "last")
//! group    := phrase (relation phrase)?
//! ```

use super::program::{Comparison, EventProgram, Group, Program};
use crate::world::attributes::Kind;
use crate::world::language::Turn;
use crate::world::language::lexicon::Term;
use crate::world::language::reader::{ParseError, Reader};

/// Reads a question; the question mark and the case of letters do not matter.
///
/// # Errors
/// The first word that does not fit, with what was expected instead.
pub fn parse_question(text: &str) -> Result<Program, ParseError> {
    let mut reader = Reader::new(text);
    let program = match reader.peek() {
        Some(Term::How) => how_many(&mut reader)?,
        Some(Term::What) => what(&mut reader)?,
        Some(Term::Where) => {
            reader.skip();
            reader.expect(Term::Is, "“is”")?;
            Program::Query(Kind::Place, group(&mut reader)?)
        }
        Some(Term::Is) => {
            reader.skip();
            if reader.eat(Term::There) { there(&mut reader)? } else { two_objects(&mut reader)? }
        }
        Some(Term::Does) => does(&mut reader)?,
        _ => return Err(reader.fail("a question: “is”, “are”, “how many”, “what”, “where” or “does”")),
    };
    reader.eat(Term::Query);
    if reader.at_end() { Ok(program) } else { Err(reader.fail("the end of the question")) }
}

fn how_many(reader: &mut Reader) -> Result<Program, ParseError> {
    reader.skip();
    reader.expect(Term::Many, "“many”")?;
    let program = match reader.eat(Term::Hit) {
        true => Program::Event(EventProgram::Hits),
        false => Program::Count(reader.phrase()?.description),
    };
    reader.expect(Term::Is, "“are there”")?;
    reader.expect(Term::There, "“there”")?;
    Ok(program)
}

fn what(reader: &mut Reader) -> Result<Program, ParseError> {
    reader.skip();
    let kind = if reader.eat(Term::Is) {
        reader.eat(Term::Article);
        let kind = kind(reader)?;
        reader.expect(Term::Of, "“of”")?;
        kind
    } else {
        let kind = kind(reader)?;
        if reader.eat(Term::Bounces) || reader.eat(Term::Sounds) {
            let turn = match reader.peek() {
                Some(Term::First) => Turn::First,
                Some(Term::Last) => Turn::Last,
                _ => return Err(reader.fail("“first” or “last”")),
            };
            reader.skip();
            return Ok(Program::Event(EventProgram::Which(kind, turn)));
        }
        reader.expect(Term::Is, "“is”")?;
        kind
    };
    Ok(Program::Query(kind, group(reader)?))
}

fn there(reader: &mut Reader) -> Result<Program, ParseError> {
    let how = match reader.peek() {
        Some(Term::More) => Comparison::More,
        Some(Term::Fewer) => Comparison::Fewer,
        Some(Term::As) => Comparison::Same,
        _ => {
            reader.eat(Term::Any);
            return Ok(Program::Exist(reader.phrase()?.description));
        }
    };
    reader.skip();
    let link = if how == Comparison::Same {
        reader.expect(Term::Many, "“many”")?;
        (Term::As, "“as”")
    } else {
        (Term::Than, "“than”")
    };
    let a = reader.phrase()?.description;
    reader.expect(link.0, link.1)?;
    Ok(Program::CompareNumber(how, a, reader.phrase()?.description))
}

fn does(reader: &mut Reader) -> Result<Program, ParseError> {
    reader.skip();
    let what = reader.phrase()?.description;
    if reader.eat(Term::Moves) {
        return Ok(Program::Event(EventProgram::Moves(what)));
    }
    reader.expect(Term::Hit, "“move” or “hit”")?;
    Ok(Program::Event(EventProgram::Touches(what, reader.phrase()?.description)))
}

fn two_objects(reader: &mut Reader) -> Result<Program, ParseError> {
    let a = reader.phrase()?.description;
    if reader.eat(Term::Moving) {
        return Ok(Program::Event(EventProgram::Moves(a)));
    }
    if let Some(relation) = reader.relation()? {
        return Ok(Program::Stands(a, relation, reader.phrase()?.description));
    }
    let larger = reader.eat(Term::Larger);
    if larger || reader.eat(Term::Smaller) {
        reader.expect(Term::Than, "“than”")?;
        let b = reader.phrase()?.description;
        return Ok(if larger { Program::Larger(a, b) } else { Program::Smaller(a, b) });
    }
    reader.eat(Term::Article);
    reader.expect(Term::Same, "a relation, “larger than”, “smaller than” or “the same”")?;
    let kind = kind(reader)?;
    reader.expect(Term::As, "“as”")?;
    Ok(Program::Same(kind, a, reader.phrase()?.description))
}

fn kind(reader: &mut Reader) -> Result<Kind, ParseError> {
    let Some(Term::Kind(kind)) = reader.peek() else {
        return Err(reader.fail("“size”, “texture”, “colour” or “shape”"));
    };
    reader.skip();
    Ok(kind)
}

fn group(reader: &mut Reader) -> Result<Group, ParseError> {
    let what = reader.phrase()?.description;
    let Some(relation) = reader.relation()? else { return Ok(what.into()) };
    Ok(Group { what, beside: Some((relation, reader.phrase()?.description)) })
}
