//! Photos on their way into the album, one after the other.

use crate::limits;
use crate::session::protocol::{Command, Failure, Lane, Photo, WayOn};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::entries;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::show;
use crate::ui::state::Phase;
use js_sys::Uint8Array;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{HashSet, VecDeque};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File};
use web_time::Instant;

/// Files that wait for the engine.
#[derive(Clone, Copy)]
pub struct Queue {
    lab: Lab,
    files: StoredValue<VecDeque<File>, LocalStorage>,
    /// Of this run: what is done, what there is in all, and when it began.
    pub done: RwSignal<usize>,
    pub total: RwSignal<usize>,
    begun: RwSignal<Option<Instant>>,
    /// A sentence for every file that was not taken.
    pub failed: RwSignal<Vec<String>>,
}

impl Queue {
    pub fn new(lab: Lab) -> Self {
        let queue = Queue {
            lab,
            files: StoredValue::new_local(VecDeque::new()),
            done: RwSignal::new(0),
            total: RwSignal::new(0),
            begun: RwSignal::new(None),
            failed: RwSignal::new(Vec::new()),
        };
        // The next one goes when the one before has come back, be it as a photo or as no photo.
        Effect::new(move |earlier: Option<Phase>| {
            let phase = lab.adding.with(|adding| adding.phase);
            let was_busy = earlier.is_some_and(|phase| matches!(phase, Phase::Waiting | Phase::Running));
            if was_busy && matches!(phase, Phase::Done | Phase::Failed) && queue.is_running() {
                if let Some(Failure { sentence, way_on, .. }) =
                    lab.adding.with_untracked(|adding| adding.failure.clone())
                {
                    queue.fail(sentence);
                    // What is no fault of the file, as a full disk, would befall the next one too.
                    if way_on != WayOn::ChangeInput {
                        queue.stop();
                        return phase;
                    }
                }
                queue.done.update(|done| *done += 1);
                queue.next();
            }
            phase
        });
        queue
    }

    fn is_running(self) -> bool {
        self.begun.get_untracked().is_some()
    }

    /// Takes pictures that are not in the album yet.
    pub fn take(self, files: Vec<File>) {
        let known: HashSet<Photo> =
            self.lab.album.with_untracked(|album| album.value.photos.iter().cloned().collect());
        let is_new = |file: &File| file.type_().starts_with("image/") && !known.contains(&photo_of(file));
        let (new, huge): (Vec<File>, Vec<File>) = files
            .into_iter()
            .filter(is_new)
            .partition(|file| limits::picture_file(file.size() as u64).is_ok());
        if !self.is_running() {
            self.done.set(0);
            self.total.set(0);
            self.failed.set(Vec::new());
        }
        let most = limits::MAX_PICTURE_FILE >> 20;
        huge.iter().for_each(|file| self.fail(format!("The file {} is larger than {most} MB.", file.name())));
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
            return self.begun.set(None);
        };
        spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => {
                    let bytes = Uint8Array::new(&buffer).to_vec();
                    self.lab.ask(Command::AddPhoto { photo: photo_of(&file), file: bytes });
                }
                // A file that has gone since it was chosen.
                Err(_) => {
                    self.fail(format!("The file {} is not there any more.", file.name()));
                    self.done.update(|done| *done += 1);
                    self.next();
                }
            }
        });
    }

    fn fail(self, sentence: String) {
        self.failed.update(|failed| failed.push(sentence));
    }

    fn stop(self) {
        self.files.update_value(VecDeque::clear);
        self.begun.set(None);
    }
}

fn photo_of(file: &File) -> Photo {
    Photo { name: file.name(), size: file.size() as u64, modified: file.last_modified() as u64 }
}

/// Takes what was dropped on the page, folders with what is in them.
pub fn dropped(queue: Queue, data: &DataTransfer) {
    let entries = entries::of(data);
    spawn_local(async move { queue.take(entries::files(entries).await) });
}

/// The ways in, and how far they are.
#[component]
pub fn Adding(queue: Queue) -> impl IntoView {
    let lab = Lab::here();
    let (photos, folder) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let open = move |input: NodeRef<Input>| {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let choose = move |input: NodeRef<Input>| {
        let Some(list) = input.get_untracked().and_then(|input| input.files()) else { return };
        queue.take((0..list.length()).filter_map(|at| list.get(at)).collect());
    };
    let is_running = Memo::new(move |_| queue.begun.get().is_some());
    let words = move || {
        let (done, total) = (queue.done.get(), queue.total.get());
        let left = queue.begun.get().filter(|_| done > 0).map(|begun| {
            let pace = begun.elapsed().as_secs_f64() / done as f64;
            format!(", {} left", show::duration(pace * (total - done) as f64))
        });
        format!("Encoding {done} of {total} photos{}", left.unwrap_or_default())
    };
    let width =
        move || format!("width:{:.1}%", 100.0 * queue.done.get() as f32 / queue.total.get().max(1) as f32);
    let is_empty = move || lab.album.with(|album| album.value.photos.is_empty());
    let broken = move || {
        queue.failed.with(|failed| match &failed[..] {
            [] => None,
            [one] => Some(one.clone()),
            [first, rest @ ..] => Some(format!("{first} {} more were not taken.", rest.len())),
        })
    };
    view! {
        <div class="row">
            <button type="button" class="button" on:click=move |_| open(photos)><Glyph icon=Icon::Upload />"Add photos"</button>
            <button type="button" class="button" on:click=move |_| open(folder)><Glyph icon=Icon::Upload />"Add a folder"</button>
            <button type="button" class="button" disabled=is_empty on:click=move |_| lab.ask(Command::ClearAlbum)>"Forget all"</button>
            <input node_ref=photos class="aloud" type="file" accept="image/*" multiple tabindex="-1" aria-hidden="true" on:change=move |_| choose(photos) />
            <input node_ref=folder class="aloud" type="file" multiple prop:webkitdirectory=true tabindex="-1" aria-hidden="true" on:change=move |_| choose(folder) />
            <span class="quiet small">"or drop them here. They stay on this device."</span>
        </div>
        {move || is_running.get().then(|| view! {
            <div class="loading">
                <div class="track" role="progressbar" aria-label="Encoding photos" aria-valuetext=words><span class="segment"><i style=width></i></span></div>
                <span>{words}</span>
                <button type="button" class="button" on:click=move |_| { queue.stop(); lab.stop(Lane::AddPhoto); }>"Stop"</button>
            </div>
        })}
        {move || broken().map(|broken| view! { <p class="failure" role="alert">{broken}</p> })}
    }
}
