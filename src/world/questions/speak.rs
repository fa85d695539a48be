//! Programs in words.

use super::program::{Comparison, EventProgram, Program};
use crate::world::attributes::Kind;
use crate::world::language::Description;
use crate::world::language::description::indefinite;
use crate::world::relation::Relation;
use crate::world::rng::Rng;

/// The question that a program answers, in wording drawn from `rng`.
pub(super) fn say(program: &Program, rng: &mut Rng) -> String {
    match program {
        Program::Exist(what) if rng.one_in(2) => format!("are there any {}?", plural(what)),
        Program::Exist(what) => format!("is there {}?", indefinite(what)),
        Program::Count(what) => format!("how many {} are there?", plural(what)),
        Program::Query(Kind::Place, group) => format!("where is the {group}?"),
        Program::Query(kind, group) => format!("what {kind} is the {group}?"),
        Program::CompareNumber(how, a, b) => {
            let (opening, link) = match how {
                Comparison::More => ("more", "than"),
                Comparison::Fewer => ("fewer", "than"),
                Comparison::Same => ("as many", "as"),
            };
            format!("are there {opening} {} {link} {}?", plural(a), plural(b))
        }
        Program::Larger(a, b) => format!("is the {a} larger than the {b}?"),
        Program::Smaller(a, b) => format!("is the {a} smaller than the {b}?"),
        Program::Same(kind, a, b) => format!("is the {a} the same {kind} as the {b}?"),
        Program::Stands(a, relation, b) => {
            let to_the = match relation {
                Relation::LeftOf | Relation::RightOf if rng.one_in(2) => "to the ",
                _ => "",
            };
            format!("is the {a} {to_the}{} the {b}?", relation.words())
        }
        Program::Event(event) => of_event(event, rng),
    }
}

fn plural(what: &Description) -> String {
    what.noun_phrase(true)
}

fn of_event(event: &EventProgram, rng: &mut Rng) -> String {
    match event {
        EventProgram::Hits => "how many hits are there?".into(),
        EventProgram::Moves(what) if rng.one_in(2) => format!("is the {what} moving?"),
        EventProgram::Moves(what) => format!("does the {what} move?"),
        EventProgram::Touches(a, b) => format!("does the {a} hit the {b}?"),
        // What is heard has no colour.
        EventProgram::Which(kind, turn) if *kind != Kind::Colour && rng.one_in(2) => {
            format!("what {kind} sounds {}?", turn.word())
        }
        EventProgram::Which(kind, turn) => format!("what {kind} bounces {}?", turn.word()),
    }
}
