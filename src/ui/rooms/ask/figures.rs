//! What lessons look at.

use super::answer::Reply;
use crate::session::protocol::Candidate;
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::truth::unseen_pairs;
use crate::world::questions::{Program, parse_question, reworded};

/// Publishes what is known of the answer to the question as it stands, of the picture as it is.
pub fn publish_answer(app: AppContext, question: Memo<String>, reply: Reply) {
    publish(move || {
        let figures = if reply.is_current.get() { figures(app, question, reply) } else { None };
        figures.unwrap_or_default().into_iter().map(|(name, value)| (format!("ask.{name}"), value)).collect()
    });
}

fn figures(app: AppContext, question: Memo<String>, reply: Reply) -> Option<Vec<(String, f64)>> {
    let answer = reply.answer.get()?;
    let truth = reply.truth.get();
    let right = truth.as_ref().and_then(|truth| truth.as_ref().ok());
    let one = |is: bool| f64::from(u8::from(is));
    let of_first = |all: &[Candidate]| Some(f64::from(all.first()?.probability));
    // What is not among the candidates is less probable than they are.
    let of_right = |all: &[Candidate]| {
        let found = all.iter().find(|candidate| Some(&candidate.text) == right);
        right.map(|_| found.map_or(0.0, |candidate| candidate.probability.into()))
    };
    let blind = &answer.question_only;
    let blind_right = blind.first().zip(right).map(|(first, right)| one(first.text == *right));
    let unseen = app.picture.with(|picture| picture.scene.as_ref().map(unseen_pairs));
    let told = [
        ("probability", of_first(&answer.candidates)),
        ("right", reply.is_right().map(one)),
        ("truth", of_right(&answer.candidates)),
        ("answerable", truth.as_ref().map(|truth| one(truth.is_ok()))),
        ("blind.probability", of_first(blind)),
        ("blind.right", blind_right),
        ("blind.truth", of_right(blind)),
        ("unseen", unseen.map(|count| count as f64)),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let kind = kind_of(&question.get()).map(|kind| (format!("asks.{kind}"), 1.0));
    Some(told.chain(kind).collect())
}

/// What kind of question it is, where it is one of Playroom's about pictures.
fn kind_of(question: &str) -> Option<&'static str> {
    Some(match parse_question(&reworded(question)).ok()? {
        Program::Exist(_) => "exist",
        Program::Count(_) => "count",
        Program::Query(..) => "query",
        Program::CompareNumber(..) | Program::Larger(..) | Program::Smaller(..) | Program::Same(..) => {
            "compare"
        }
        Program::Stands(..) => "relate",
        Program::Event(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{QuestionKind, Rng, Split, questions, splits};

    #[test]
    fn kinds_of_questions_are_the_worlds_own() {
        for index in 0..20 {
            let scene = splits::scene(Split::Test, 1, index);
            for kind in QuestionKind::ALL {
                if let Some(question) = questions::ask(&scene, kind, &mut Rng::from_seed(index)) {
                    assert_eq!(kind_of(&question.text), Some(kind.word()), "{}", question.text);
                }
            }
        }
        assert_eq!(kind_of("what is the weather?"), None);
    }
}
