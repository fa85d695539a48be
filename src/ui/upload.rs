//! The visitor's own picture: dropped, pasted or chosen, never sent anywhere.

use super::context::AppContext;
use super::view::PictureName;
use crate::js_error::js_error;
use crate::limits;
use crate::session::protocol::{Command, Failure, Lane, OpenedPicture, Recovery};
use js_sys::Uint8Array;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Takes files that are dropped on the page or pasted into it, and shows what comes of them.
pub fn listen(app: AppContext) {
    let on_drag = window_event_listener(ev::dragover, |event| event.prevent_default());
    let on_drop = window_event_listener(ev::drop, move |event| {
        event.prevent_default();
        let Some(data) = event.data_transfer() else { return };
        match app.drops.get_value() {
            Some(room) => room.run(data),
            None => data.files().and_then(|files| files.get(0)).into_iter().for_each(|file| take(app, file)),
        }
    });
    let on_paste = window_event_listener(ev::paste, move |event| {
        if let Some(file) =
            event.clipboard_data().and_then(|data| data.files()).and_then(|files| files.get(0))
        {
            take(app, file);
        }
    });
    on_cleanup(move || [on_drag, on_drop, on_paste].into_iter().for_each(|listener| listener.remove()));
    Effect::new(move || {
        app.requests.opened.track();
        show(app);
    });
}

/// Puts the picture on the stage once the engine has resized it.
fn show(app: AppContext) {
    let opened = app
        .requests
        .opened
        .with_untracked(|request| request.is_settled().then(|| (*request.value).clone()).flatten());
    if let Some(OpenedPicture { picture, .. }) = opened {
        app.upload.set(Some(picture));
        if app.view.with_untracked(|view| view.picture != PictureName::Own) {
            app.go(|view| view.picture = PictureName::Own);
        }
    }
}

thread_local! {
    /// Counts the files that were taken.
    static NEWEST: Cell<u32> = const { Cell::new(0) };
}

/// Hands a file to the engine, which decodes it and brings the picture to the model's size.
pub fn take(app: AppContext, file: File) {
    let turn = NEWEST.with(|newest| {
        newest.set(newest.get() + 1);
        newest.get()
    });
    if let Err(limit) = limits::picture_file(file.size() as u64) {
        let sentence = "This file is too large. Choose a smaller picture.";
        return app.refuse(Lane::Open, refusal(sentence, format!("{}: {limit}", file.name())));
    }
    spawn_local(async move {
        let bytes = JsFuture::from(file.array_buffer()).await.map(|buffer| Uint8Array::new(&buffer).to_vec());
        // A large file may take longer than the one that was dropped after it.
        if NEWEST.with(Cell::get) != turn {
            return;
        }
        match bytes {
            Ok(bytes) => {
                app.ask(Command::Open { name: file.name(), file: bytes });
                // The same picture again is at hand already and brings no event.
                show(app);
            }
            Err(error) => app.refuse(
                Lane::Open,
                refusal("This file could not be read.", format!("{}: {}", file.name(), js_error(&error))),
            ),
        }
    });
}

fn refusal(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.into(), detail, recovery: Recovery::ChangeInput }
}
