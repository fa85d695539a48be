//! The home's caption, word by word: the live one, or until it is there a baked run in the same type.

use crate::session::baked::BakedRun;
use crate::session::protocol::{Stack, Token};
use crate::ui::components::words::ScoredWord;
use crate::ui::context::AppContext;
use crate::ui::fetch;
use crate::ui::memo::Memo;
use crate::ui::stage::StagePicture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Relative to the page's base; `triptych` writes it from the shipped model.
const URL: &str = "baked.json";
const PER_TOKEN: Duration = Duration::from_millis(140);
const PER_WORD: Duration = Duration::from_millis(900);

/// A caption that is written token by token and then looked through word by word, over and over.
#[derive(Clone, Copy)]
pub struct Replay {
    pub tokens: Memo<Vec<Token>>,
    /// The decoder's shape and the layer that points best.
    pub stack: Memo<Option<(Stack, u32)>>,
    /// Tokens shown so far.
    pub written: RwSignal<usize>,
    pub is_growing: Memo<bool>,
    /// The visitor wants it to rest.
    pub is_paused: RwSignal<bool>,
    /// Steps since the last token was shown.
    looked: RwSignal<usize>,
}

impl Replay {
    pub fn new(app: AppContext) -> Self {
        let baked = RwSignal::new(None::<BakedRun>);
        spawn_local(async move {
            // Without the file the home waits for the live run.
            if let Some(run) = fetch::text(URL).await.ok().and_then(|json| serde_json::from_str(&json).ok()) {
                baked.try_set(Some(run));
            }
        });
        let is_live = Memo::new(move |_| app.requests.caption.with(|caption| caption.is_current()));
        // The baked run speaks of its own scene only.
        let run = Memo::new(move |_| {
            let run = baked.get().filter(|_| !is_live.get())?;
            let pixels = StagePicture::of_scene(crate::ui::view::PictureName::Own, run.scene.clone()).pixels;
            (app.picture.with(|picture| picture.pixels == pixels)).then_some(run)
        });
        let tokens = Memo::new(move |_| match run.get() {
            Some(run) => run.tokens,
            None if is_live.get() => app.requests.caption.with(|caption| caption.value.tokens.clone()),
            None => Vec::new(),
        });
        let stack = Memo::new(move |_| match run.get() {
            Some(run) => Some((run.decoder, run.pointing_layer)),
            None => app
                .requests
                .load
                .with(|load| load.value.model.as_ref().map(|model| (model.decoder, model.pointing_layer))),
        });
        let written = RwSignal::new(0);
        let looked = RwSignal::new(0);
        let is_growing =
            Memo::new(move |_| tokens.with(|tokens| tokens.is_empty() || written.get() < tokens.len()));
        // Another picture is written anew; the live run of the same one goes on where the baked one was.
        let name = Memo::new(move |_| app.picture.with(|picture| picture.name.clone()));
        Effect::new(move |earlier: Option<()>| {
            name.track();
            if earlier.is_some() {
                written.set(0);
                looked.set(0);
            }
        });
        let is_paused = RwSignal::new(false);
        let replay = Replay { tokens, stack, written, is_growing, is_paused, looked };
        replay.tick();
        replay
    }

    /// The word that is looked at: the newest while writing, afterwards one after the other.
    pub fn word(self, words: &[ScoredWord]) -> Option<usize> {
        let last = words.len().checked_sub(1)?;
        if self.is_growing.get() { Some(last) } else { Some(self.looked.get() % words.len()) }
    }

    /// The next step, and the timer for the one after. Ends when the room is left.
    fn tick(self) {
        let Some(is_growing) = self.is_growing.try_get_untracked() else { return };
        let count = self.tokens.with_untracked(Vec::len);
        if prefers_stillness() {
            self.written.set(count);
        } else if self.is_paused.get_untracked() {
            // Nothing moves.
        } else if is_growing {
            self.written.update(|written| *written = (*written + 1).min(count));
        } else {
            self.looked.update(|looked| *looked += 1);
        }
        let pause = if is_growing { PER_TOKEN } else { PER_WORD };
        set_timeout(move || self.tick(), pause);
    }
}

fn prefers_stillness() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
