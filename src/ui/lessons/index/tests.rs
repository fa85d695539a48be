use super::*;
use crate::ui::lessons::format::Lesson;
use std::fs;
use std::path::{Path, PathBuf};

const LESSONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons");
/// Of a lesson at school.
const MINUTES: u32 = 45;

fn languages() -> impl Iterator<Item = PathBuf> {
    let all = fs::read_dir(LESSONS).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.is_dir())
}

fn courses(folder: &Path) -> Vec<Course> {
    let text = fs::read_to_string(folder.join("courses.json")).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn minutes(folder: &Path, lesson: &str) -> u32 {
    let path = folder.join(format!("{lesson}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str::<Lesson>(&text).unwrap().minutes
}

#[test]
fn courses_fill_a_lesson_at_school() {
    for folder in languages() {
        for course in courses(&folder) {
            let place = format!("{}, {}", folder.display(), course.id);
            let parts = course.parts.iter().map(|part| part.minutes).sum::<u32>();
            assert_eq!(course.minutes, MINUTES, "{place}");
            assert_eq!(course.introduction.minutes + parts + course.discussion.minutes, MINUTES, "{place}");
            assert!(!course.goals.is_empty() && !course.discussion.questions.is_empty(), "{place}");
        }
    }
}

#[test]
fn courses_are_made_of_lessons_that_fit() {
    for folder in languages() {
        for course in courses(&folder) {
            for part in &course.parts {
                let needed = minutes(&folder, &part.lesson);
                assert!(part.minutes >= needed, "{}: {} needs {needed} minutes", course.id, part.lesson);
            }
            for lesson in &course.further {
                minutes(&folder, lesson);
            }
        }
    }
}

#[test]
fn the_vocabulary_is_explained() {
    let glossary = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/public/glossary.json")).unwrap();
    let glossary: serde_json::Value = serde_json::from_str(&glossary).unwrap();
    for id in languages().flat_map(|folder| courses(&folder)).flat_map(|course| course.vocabulary) {
        assert!(glossary["terms"].get(&id).is_some(), "no term {id}");
    }
}

/// The same course with its texts taken out.
fn bare(mut course: Course) -> Course {
    let texts =
        [&mut course.title, &mut course.about, &mut course.prerequisites, &mut course.introduction.note];
    let notes = course.parts.iter_mut().map(|part| &mut part.note);
    let questions =
        course.discussion.questions.iter_mut().flat_map(|item| [&mut item.question, &mut item.answer]);
    texts.into_iter().chain(&mut course.goals).chain(notes).chain(questions).for_each(String::clear);
    course
}

#[test]
fn languages_have_the_same_courses() {
    let bare_of = |folder: &Path| courses(folder).into_iter().map(bare).collect::<Vec<_>>();
    let english = bare_of(&Path::new(LESSONS).join("en"));
    for folder in languages() {
        assert_eq!(bare_of(&folder), english, "{}", folder.display());
    }
}
