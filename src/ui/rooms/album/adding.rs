//! Photos on their way into the album, one after the other.

use super::left_out::{LeftOut, LeftOutNote};
use crate::limits;
use crate::session::protocol::{Command, Failure, Lane, Photo, Recovery};
use crate::ui::components::confirm::Confirmed;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::entries;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Phase;
use js_sys::Uint8Array;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{HashSet, VecDeque};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File};
use web_time::Instant;

/// Files that wait for the engine, whatever room is shown.
#[derive(Clone, Copy)]
pub struct Queue {
    app: AppContext,
    files: StoredValue<VecDeque<File>, LocalStorage>,
    /// The one that the engine has.
    current: StoredValue<Option<Photo>>,
    /// Of this run: what is done, what there is in all, and when it began.
    pub done: RwSignal<usize>,
    pub total: RwSignal<usize>,
    begun: RwSignal<Option<Instant>>,
    pub left_out: LeftOut,
}

impl Queue {
    pub fn new(app: AppContext) -> Self {
        let queue = Queue {
            app,
            files: StoredValue::new_local(VecDeque::new()),
            current: StoredValue::new(None),
            done: RwSignal::new(0),
            total: RwSignal::new(0),
            begun: RwSignal::new(None),
            left_out: LeftOut::default(),
        };
        // The next one goes when the one before has come back, be it as a photo or as no photo.
        Effect::new(move |earlier: Option<Phase>| {
            let phase = app.requests.adding.with(|adding| adding.phase);
            let was_busy = earlier.is_some_and(|phase| matches!(phase, Phase::Waiting | Phase::Running));
            // Also where the visitor was asked what to do about a failure.
            let was_asked = earlier.is_some_and(|phase| phase != Phase::Unasked);
            if was_asked && phase == Phase::Unasked && queue.is_running() {
                queue.leave("another model was chosen");
            }
            if was_busy && matches!(phase, Phase::Done | Phase::Failed) && queue.is_running() {
                if let Some(Failure { sentence, recovery, .. }) =
                    app.requests.adding.with_untracked(|adding| adding.failure.clone())
                {
                    // What is no fault of the file, as a full disk, would befall the next one too: the visitor chooses.
                    if recovery != Recovery::ChangeInput {
                        return phase;
                    }
                    queue.left_out.add(sentence);
                }
                queue.done.update(|done| *done += 1);
                queue.next();
            }
            phase
        });
        queue
    }

    /// Whether files wait; the reader is told when that changes.
    pub fn is_adding(self) -> bool {
        self.begun.get().is_some()
    }

    fn is_running(self) -> bool {
        self.begun.get_untracked().is_some()
    }

    /// Takes files that are not in the album yet and may be pictures; the others are named. The browser tells the type by the
    /// name, and not for every name: what has none is left to the decoder.
    pub fn take(self, files: Vec<File>, unread: Vec<String>) {
        if !self.is_running() {
            self.done.set(0);
            self.total.set(0);
            self.left_out.clear();
        }
        unread.iter().for_each(|path| self.left_out.add(format!("{path} could not be read.")));
        let mut known: HashSet<Photo> = self
            .app
            .requests
            .album
            .with_untracked(|album| album.value.read().photos.iter().cloned().collect());
        self.files.with_value(|files| known.extend(files.iter().map(photo_of)));
        known.extend(self.current.get_value());
        let mut new = Vec::new();
        for file in files {
            let (name, kind) = (file.name(), file.type_());
            if !kind.is_empty() && !kind.starts_with("image/") {
                self.left_out.add(format!("The file {name} is not an image but {kind}."));
            } else if limits::picture_file(file.size() as u64).is_err() {
                let most = limits::MAX_PICTURE_FILE >> 20;
                self.left_out.add(format!("The file {name} is larger than {most} MB."));
            } else if known.insert(photo_of(&file)) {
                new.push(file);
            } else {
                self.left_out.add_known(name);
            }
        }
        if new.is_empty() {
            return;
        }
        self.total.update(|total| *total += new.len());
        self.files.update_value(|files| files.extend(new));
        if !self.is_running() {
            self.begun.set(Some(Instant::now()));
            self.next();
        }
    }

    fn next(self) {
        let Some(file) = self.files.try_update_value(VecDeque::pop_front).flatten() else {
            self.current.set_value(None);
            return self.begun.set(None);
        };
        let photo = photo_of(&file);
        self.current.set_value(Some(photo.clone()));
        spawn_local(async move {
            let read = JsFuture::from(file.array_buffer()).await;
            // Stopped meanwhile.
            if self.current.with_value(|current| current.as_ref() != Some(&photo)) {
                return;
            }
            match read {
                Ok(buffer) => {
                    let file = Uint8Array::new(&buffer).to_vec();
                    self.app.ask(Command::AddPhoto { photo, file, in_memory: false });
                }
                // A file that has gone since it was chosen.
                Err(_) => {
                    self.left_out.add(format!("The file {} no longer exists.", file.name()));
                    self.done.update(|done| *done += 1);
                    self.next();
                }
            }
        });
    }

    fn stop(self) {
        if self.app.requests.adding.with_untracked(|adding| adding.phase == Phase::Running)
            && let Some(Photo { name, .. }) = self.current.try_update_value(Option::take).flatten()
        {
            let sentence = "was being encoded when you stopped, and may have been added all the same.";
            self.left_out.add(format!("The file {name} {sentence}"));
        }
        self.leave("you stopped");
        self.app.stop(Lane::AddPhoto);
    }

    fn leave(self, when: &str) {
        let left = self.files.try_update_value(std::mem::take).unwrap_or_default();
        let current = self.current.try_update_value(Option::take).flatten().map(|photo| photo.name);
        for name in current.into_iter().chain(left.iter().map(File::name)) {
            self.left_out.add(format!("The file {name} was still waiting when {when}."));
        }
        self.begun.set(None);
    }
}

fn photo_of(file: &File) -> Photo {
    Photo { name: file.name(), size: file.size() as u64, modified: file.last_modified() as u64 }
}

/// Takes what was dropped on the page, folders with what is in them.
pub fn dropped(queue: Queue, data: &DataTransfer) {
    let dropped = entries::of(data);
    spawn_local(async move {
        let (files, unread) = entries::files(dropped).await;
        queue.take(files, unread);
    });
}

/// The ways in, and how far they are.
#[component]
pub fn Adding(queue: Queue) -> impl IntoView {
    let app = AppContext::here();
    let (photos, folder) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let open = move |input: NodeRef<Input>| {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let choose = move |input: NodeRef<Input>| {
        let Some(list) = input.get_untracked().and_then(|input| input.files()) else { return };
        queue.take((0..list.length()).filter_map(|at| list.get(at)).collect(), Vec::new());
    };
    let is_running = Memo::new(move |_| queue.is_adding());
    let words = move || {
        let (done, total) = (queue.done.get(), queue.total.get());
        let left = queue.begun.get().filter(|_| done > 0).map(|begun| {
            let pace = begun.elapsed().as_secs_f64() / done as f64;
            format!(", {} left", format::duration(pace * (total - done) as f64))
        });
        format!("Encoding {done} of {total} photos{}", left.unwrap_or_default())
    };
    let width =
        move || format!("width:{:.1}%", 100.0 * queue.done.get() as f32 / queue.total.get().max(1) as f32);
    let is_empty = Memo::new(move |_| app.requests.album.with(|album| album.value.read().photos.is_empty()));
    let stuck = Memo::new(move |_| {
        let failure = app.requests.adding.with(|adding| adding.failure.clone());
        failure.filter(|failure| failure.recovery != Recovery::ChangeInput && is_running.get())
    });
    view! {
        <div class="row">
            <button type="button" class="button" on:click=move |_| open(photos)><Glyph icon=Icon::Upload />"Add photos"</button>
            <button type="button" class="button" on:click=move |_| open(folder)><Glyph icon=Icon::Upload />"Add a folder"</button>
            <Confirmed words="Delete all" confirm="Delete all photos of this album" is_idle=is_empty act=move || app.ask(Command::ClearAlbum) />
            <input node_ref=photos class="aloud" type="file" accept="image/*" multiple tabindex="-1" aria-hidden="true" on:change=move |_| choose(photos) />
            <input node_ref=folder class="aloud" type="file" multiple prop:webkitdirectory=true tabindex="-1" aria-hidden="true" on:change=move |_| choose(folder) />
            <span class="quiet small">"or drop them here. They never leave this device."</span>
        </div>
        {move || is_running.get().then(|| view! {
            <div class="loading">
                <div class="track" role="progressbar" aria-label="Encoding photos" aria-valuetext=words><span class="segment"><i style=width></i></span></div>
                <span>{words}</span>
                <button type="button" class="button" on:click=move |_| queue.stop()>"Stop"</button>
            </div>
        })}
        <FailureNote lane=Lane::AddPhoto failure=stuck />
        <LeftOutNote left_out=queue.left_out />
    }
}
