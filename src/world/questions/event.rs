//! Choosing questions about what happens in a clip, which no picture can answer.

use super::program::{Answer, EventProgram, Program};
use super::{Question, QuestionKind, speak};
use crate::world::attributes::Kind;
use crate::world::language::{Description, Turn, projections};
use crate::world::motion::Motion;
use crate::world::rng::Rng;
use crate::world::scene::Scene;

/// How often a question is drawn before the clip counts as one that has nothing to ask.
const TRIES: usize = 60;

/// A question about a clip; none where there is nothing to ask, as of a scene without objects. Yes and no are equally likely
/// wherever the clip admits both.
pub fn ask_event(scene: &Scene, motion: &Motion, rng: &mut Rng) -> Option<Question> {
    let known: Vec<Description> =
        projections(scene, 2).into_iter().filter(|(_, count)| *count == 1).map(|(what, _)| what).collect();
    if known.is_empty() {
        return None;
    }
    let form = rng.below(4);
    let wanted = Answer::Is(rng.one_in(2));
    let draw = |rng: &mut Rng, form: usize| match form {
        0 => EventProgram::Hits,
        1 => EventProgram::Which(rng.pick(&Kind::OWN), rng.pick(&Turn::ALL)),
        2 => EventProgram::Moves(rng.pick(&known)),
        _ => EventProgram::Touches(rng.pick(&known), rng.pick(&known)),
    };
    let answered = |rng: &mut Rng, form: usize, wanted: Option<Answer>| {
        let event = draw(rng, form);
        let is_of_two =
            !matches!(event, EventProgram::Touches(a, b) if a.referents(scene) == b.referents(scene));
        let answer = event.run(scene, motion).ok().filter(|_| is_of_two)?;
        let fits = !matches!(answer, Answer::Is(_)) || wanted.is_none_or(|wanted| wanted == answer);
        fits.then_some((event, answer))
    };
    let found = (0..TRIES).find_map(|_| answered(rng, form, Some(wanted)));
    let (event, answer) =
        found.or_else(|| (0..TRIES).find_map(|attempt| answered(rng, attempt % 4, None)))?;
    let program = Program::Event(event);
    Some(Question { kind: QuestionKind::Event, text: speak::say(&program, rng), program, answer })
}

#[cfg(test)]
mod tests {
    use super::super::program::ProgramError;
    use super::*;
    use crate::world::questions::parse_question;
    use crate::world::{Split, Stream, splits};

    #[test]
    fn questions_about_clips_are_read_back_and_answered() {
        let mut rng = Rng::from_seed(3);
        let mut yes = [0, 0];
        let mut asked = 0;
        for index in 0..2_000 {
            let scene = splits::scene(Split::Train, 6, index);
            let motion = Motion::draw(&scene, &mut Rng::new(Split::Train, 6, index, Stream::Motion));
            let Some(question) = ask_event(&scene, &motion, &mut rng) else { continue };
            asked += 1;
            let program = parse_question(&question.text).expect(&question.text);
            assert_eq!(program, question.program, "{}", question.text);
            assert_eq!(program.run_on(&scene, Some(&motion)), Ok(question.answer), "{}", question.text);
            assert_eq!(program.run(&scene), Err(ProgramError::NeedsMotion), "{}", question.text);
            if let Answer::Is(answer) = question.answer {
                yes[usize::from(answer)] += 1;
            }
        }
        assert!(asked > 1_990, "{asked}");
        let share = f64::from(yes[1]) / f64::from(yes[0] + yes[1]);
        assert!((share - 0.5).abs() < 0.1, "{yes:?}");
    }

    #[test]
    fn what_happens_to_nobody_has_no_answer() {
        let scene = Scene {
            objects: splits::scene(Split::Train, 6, 0).objects[..1].to_vec(),
            ..splits::scene(Split::Train, 6, 0)
        };
        let still = Motion::new(&scene, &[[0, 0]]);
        let run = |text: &str| parse_question(text).expect(text).run_on(&scene, Some(&still));
        assert_eq!(run("What shape sounds first?"), Err(ProgramError::NoCollision));
        assert_eq!(run("how many hits are there"), Ok(Answer::Number(0)));
        assert_eq!(run("does the object move"), Ok(Answer::Is(false)));
        assert!(
            ask_event(
                &Scene { objects: Vec::new(), ..scene.clone() },
                &Motion::new(&Scene { objects: Vec::new(), ..scene.clone() }, &[]),
                &mut Rng::from_seed(1)
            )
            .is_none()
        );
        for text in ["what shape moves first?", "does the star", "how many hits", "does something hit"] {
            assert!(parse_question(text).is_err(), "{text}");
        }
    }
}
