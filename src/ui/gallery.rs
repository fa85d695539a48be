//! The gallery's embeddings: on which lanes they come, and which rows are of which modality.

use super::context::AppContext;
use super::memo::Memo;
use super::stage::Gallery;
use super::state::{Embeddings, RequestState};
use super::view::Medium;
use crate::session::protocol::{Command, EncodeLane, Input};
use leptos::prelude::*;
use std::time::Duration;

/// Asks for the embeddings on these lanes as soon as the gallery's scenes are drawn.
pub fn encode(app: AppContext, lanes: Memo<Vec<EncodeLane>>) {
    Effect::new(move || {
        let lanes = lanes.get();
        if app.gallery.with(|gallery| gallery.is_whole()) {
            // Hundreds of pictures are written to the worker in a task of their own.
            set_timeout(move || lanes.into_iter().for_each(|lane| ask(app, lane)), Duration::ZERO);
        }
    });
}

pub fn ask(app: AppContext, lane: EncodeLane) {
    let inputs = app.gallery.with_untracked(|gallery| inputs(gallery, lane));
    app.ask(Command::Encode { inputs, lane });
}

fn inputs(gallery: &Gallery, lane: EncodeLane) -> Vec<Input> {
    let pictures = gallery.pictures.iter();
    match lane.modality() {
        Some(modality) => {
            pictures.filter_map(|picture| Some(Input::Clip(picture.name.clip()?, modality))).collect()
        }
        None if lane == EncodeLane::Patches => {
            pictures.map(|picture| picture.pixels.clone().into()).collect()
        }
        None => {
            let pairs = pictures.zip(&gallery.captions);
            pairs.flat_map(|(picture, text)| [picture.pixels.clone().into(), text.clone().into()]).collect()
        }
    }
}

/// What is asked on a lane of the gallery.
pub fn request(app: AppContext, lane: EncodeLane) -> Memo<RequestState<Embeddings>> {
    match lane {
        EncodeLane::Sounds => app.requests.gallery_sounds,
        EncodeLane::Videos => app.requests.gallery_videos,
        EncodeLane::Tables => app.requests.gallery_tables,
        EncodeLane::Graphs => app.requests.gallery_graphs,
        EncodeLane::Patches => app.requests.gallery_patches,
        _ => app.requests.gallery,
    }
}

/// Reads the rows `[count, width]` of the gallery in a modality, as far as they have come.
pub fn rows<R>(app: AppContext, medium: Medium, read: impl FnOnce(&[f32], usize) -> R) -> R {
    request(app, medium.lane()).with(|request| {
        let all = &request.value;
        read(all.of(medium), all.width)
    })
}

/// Whether the whole gallery is encoded in a modality.
pub fn is_whole(app: AppContext, medium: Medium) -> bool {
    request(app, medium.lane()).with(RequestState::is_settled)
}

impl Embeddings {
    fn of(&self, medium: Medium) -> &[f32] {
        match medium {
            Medium::Image => &self.pictures,
            Medium::Text => &self.texts,
            Medium::Sound | Medium::Video | Medium::Table | Medium::Graph => &self.others,
        }
    }
}
