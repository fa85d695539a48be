//! The lessons as the page knows them: what there is, the one that is open, and what the visitor has done.

use super::format::Lesson;
use super::index::Index;
use super::record::{self, Checked, Record, Records};
use crate::ui::context::AppContext;
use crate::ui::fetch;
use crate::ui::view::{LessonPlace, Room, View};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// The folder of the page's language, relative to its base.
const FOLDER: &str = "lessons/en";

type Fetched<T> = Option<Result<Arc<T>, String>>;

/// A lesson with its id.
type Named = (String, Result<Arc<Lesson>, String>);

#[derive(Clone, Copy)]
pub struct Lessons {
    app: AppContext,
    pub index: RwSignal<Fetched<Index>>,
    /// The lesson that the address names, and its id.
    pub lesson: RwSignal<Option<Named>>,
    pub records: RwSignal<Records>,
}

impl Lessons {
    pub fn new(app: AppContext) -> Self {
        let lessons = Lessons {
            app,
            index: RwSignal::new(None),
            lesson: RwSignal::new(None),
            records: RwSignal::new(record::load()),
        };
        lessons.follow();
        lessons
    }

    pub fn here() -> Self {
        expect_context()
    }

    /// Fetches the index, unless it is here.
    pub fn load_index(self) {
        if !self.index.with_untracked(|index| matches!(index, Some(Ok(_)))) {
            spawn_local(async move {
                self.index.set(Some(read(&format!("{FOLDER}/index.json")).await));
            });
        }
    }

    /// Fetches the lesson that the address names, and notes its step.
    fn follow(self) {
        let app = self.app;
        let id = app.pick(|view| view.lesson.as_ref().map(|place| place.id.clone()));
        Effect::new(move || match id.get() {
            Some(id) => self.fetch(id),
            None => self.lesson.set(None),
        });
        Effect::new(move || {
            let (Some(LessonPlace { id, step }), Some(_)) = (self.place(), self.open()) else { return };
            self.change(&id, |record| {
                record.step = step;
                record.furthest = record.furthest.max(step);
            });
        });
        // A link that names a lesson and nothing else begins where its step does.
        Effect::new(move || {
            let (Some(place), Some(lesson)) = (self.place(), self.open()) else { return };
            // Written only once nobody reads it.
            let begun = app.view.with_untracked(|view| {
                let bare = View { lesson: None, present: false, embed: false, ..view.clone() };
                let is_bare = [Room::Home, Room::Lessons].contains(&view.room)
                    && bare == View { room: view.room, ..View::default() };
                lesson.state(None, place.step).filter(|_| is_bare).map(|state| view.at(state))
            });
            if let Some(begun) = begun {
                app.note(move |view| *view = begun);
            }
        });
    }

    fn fetch(self, id: String) {
        spawn_local(async move {
            let read = read_lesson(&id).await;
            let is_wanted =
                self.app.view.with_untracked(|view| view.lesson.as_ref().is_some_and(|place| place.id == id));
            if is_wanted {
                self.lesson.set(Some((id, read)));
            }
        });
    }

    /// The lesson that is open, once it is here.
    pub fn open(self) -> Option<Arc<Lesson>> {
        let id = self.place()?.id;
        self.lesson.with(|lesson| match lesson {
            Some((own, Ok(lesson))) if *own == id => Some(lesson.clone()),
            _ => None,
        })
    }

    /// Where the visitor is: a lesson's step, though it may have none of that number.
    pub fn place(self) -> Option<LessonPlace> {
        self.app.view.with(|view| view.lesson.clone())
    }

    /// Goes to a step of a lesson, in this state if one is given.
    pub fn go(self, id: &str, step: usize, state: Option<&str>) {
        self.app.go(|view| {
            if let Some(state) = state {
                *view = view.at(state);
            }
            view.lesson = Some(LessonPlace { id: id.into(), step });
        });
    }

    /// Goes to another step of the lesson that is open: in the state at which it begins, or else in what is shown.
    pub fn step_to(self, at: usize) {
        self.change_step(|_, _| Some(at));
    }

    /// Goes so many steps on in the lesson that is open, as far as it goes; whether one is open.
    pub fn turn(self, by: isize) -> bool {
        self.change_step(|now, last| now.checked_add_signed(by).filter(|next| *next <= last))
    }

    /// Chooses a step by the present and the last one; whether a lesson is open.
    fn change_step(self, choose: impl FnOnce(usize, usize) -> Option<usize>) -> bool {
        let Some((place, lesson)) = untrack(|| self.place().zip(self.open())) else { return false };
        let last = lesson.steps.len() - 1;
        let now = place.step.min(last);
        if let Some(next) = choose(now, last) {
            self.go(&place.id, next, lesson.state(Some(now), next));
        }
        true
    }

    /// Opens a lesson from outside: the state at which its step begins follows once the lesson is here.
    pub fn begin(self, id: &str, step: usize) {
        let lesson = Some(LessonPlace { id: id.into(), step });
        self.app.go(|view| {
            let View { present, embed, .. } = *view;
            *view = View { lesson, present, embed, ..View::default() };
        });
    }

    pub fn leave(self) {
        self.app.go(|view| view.lesson = None);
    }

    pub fn predict(self, place: &LessonPlace, answer: f64) {
        self.change(&place.id, |record| {
            record.predictions.insert(place.step, answer);
        });
    }

    pub fn check(self, place: &LessonPlace, checked: Checked) {
        self.change(&place.id, |record| {
            record.checks.insert(place.step, checked);
        });
    }

    /// Forgets what was done in a lesson.
    pub fn forget(self, id: &str) {
        self.records.update(|records| drop(records.remove(id)));
        self.records.with_untracked(record::store);
    }

    /// Forgets what was done in all lessons.
    pub fn forget_all(self) {
        self.records.set(Records::new());
        self.records.with_untracked(record::store);
    }

    fn change(self, id: &str, change: impl FnOnce(&mut Record)) {
        let before = self.records.with_untracked(|records| records.get(id).cloned());
        let mut record = before.clone().unwrap_or_default();
        change(&mut record);
        if before.as_ref() != Some(&record) {
            self.records.update(|records| drop(records.insert(id.into(), record)));
            self.records.with_untracked(record::store);
        }
    }
}

/// A lesson that need not be open.
pub async fn read_lesson(id: &str) -> Result<Arc<Lesson>, String> {
    read(&format!("{FOLDER}/{id}.json")).await
}

async fn read<T: serde::de::DeserializeOwned>(url: &str) -> Result<Arc<T>, String> {
    let text = fetch::text(url).await?;
    serde_json::from_str(&text).map(Arc::new).map_err(|error| format!("{url}: {error}"))
}
