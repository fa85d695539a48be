//! The picture that the chosen vector alone tells, beside that of its clip.

use super::vectors::Vectors;
use crate::eval::senses::psnr;
use crate::session::protocol::{Command, Lane, ModelKind, Pixels};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::raster::{Raster, Rgba};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::stage::pixels_of;
use crate::ui::state::Shared;
use crate::world::render::render;
use leptos::prelude::*;

#[component]
pub fn Reconstruction(vectors: Vectors) -> impl IntoView {
    let app = AppContext::here();
    let point = app.pick(|view| view.space.point);
    let command = Memo::new(move |_| {
        let (clip, medium) = point.get()?;
        let vector = vectors.joint.with(|all| {
            let rows = all.iter().find(|rows| rows.medium == medium)?;
            rows.row(clip).map(<[f32]>::to_vec)
        })?;
        Some(Command::Reconstruct { vector })
    });
    Effect::new(move || command.get().into_iter().for_each(|command| app.ask(command)));
    let drawn = Memo::new(move |_| {
        app.requests.reconstruction.with(|request| {
            let is_it = command.with(|command| request.answered.as_deref() == command.as_ref());
            (*request.value).clone().filter(|_| is_it).map(Shared::new)
        })
    });
    let truth = Memo::new(move |_| {
        let (clip, _) = point.get()?;
        on_paper(app, clip)
    });
    let failure = Memo::new(move |_| app.requests.reconstruction.with(|request| request.failure.clone()));
    let is_waiting = Memo::new(move |_| app.requests.reconstruction.with(|request| request.is_busy()));
    let is_there = Memo::new(move |_| {
        let is_playroom =
            app.facts.with(|facts| facts.as_ref().is_none_or(|facts| facts.kind == ModelKind::Playroom));
        is_playroom && command.with(Option::is_some)
    });
    let medium = move || point.get().map_or("", |(_, medium)| medium.word());
    // Against the clip, and against the next one.
    let ratios = Memo::new(move |_| {
        let (drawn, truth) = (drawn.get()?, truth.get()?);
        let (clip, _) = point.get()?;
        let other = psnr(&drawn, &on_paper(app, clip + 1).or_else(|| on_paper(app, 0))?);
        Some((psnr(&drawn, &truth), other))
    });
    figures::publish(move || {
        let (Some((own, other)), Some((_, medium))) = (ratios.get(), point.get()) else { return Vec::new() };
        vec![(format!("space.psnr.{}", medium.word()), own), ("space.psnr.other".into(), other)]
    });
    let told = move || {
        let (own, other) = ratios.get()?;
        Some(format!(
            " {own:.1} dB against the objects of this clip; against those of the next clip {other:.1} dB."
        ))
    };
    let reconstruction = Memo::new(move |_| drawn.with(|drawn| rgba(drawn.as_deref())));
    let original = Memo::new(move |_| truth.with(|truth| rgba(truth.as_ref())));
    let panel = move || {
        view! {
            <h3>"Reconstruction"</h3>
            <p class="small quiet">"A network draws the objects of the clip, on plain paper, from this one vector ("{medium}") and nothing else: what the drawing shows is
                what the vector still knows. "<Term id="reconstruction">"Reconstruction"</Term>" of a missing modality works the same way."</p>
            <div class="drawings" data-part="reconstruction">
                <Drawing rgba=reconstruction name="Drawn from the vector" />
                <Drawing rgba=original name="Objects of the clip" />
            </div>
            <p class="told" role="status">{move || match told() {
                Some(figures) => view! { <Term id="psnr">"PSNR"</Term>{figures} }.into_any(),
                None if is_waiting.get() => "The network draws …".into_any(),
                None => ().into_any(),
            }}</p>
            <FailureNote lane=Lane::Reconstruction failure />
        }
    };
    move || is_there.get().then(panel)
}

#[component]
fn Drawing(rgba: Memo<Shared<Rgba>>, name: &'static str) -> impl IntoView {
    view! {
        <figure><Raster rgba label=Memo::from(name.to_string()) /><figcaption class="small quiet">{name}</figcaption></figure>
    }
}

/// The objects of a clip of the gallery, without its background.
fn on_paper(app: AppContext, clip: usize) -> Option<Pixels> {
    let scene = app.gallery.with(|gallery| gallery.pictures.get(clip)?.scene.clone())?;
    Some(pixels_of(render(&scene.on_paper()).rgb))
}

/// Nothing, until there is a picture.
fn rgba(pixels: Option<&Pixels>) -> Shared<Rgba> {
    let nothing = || Rgba { width: 1, height: 1, bytes: vec![0; 4] };
    Shared::new(pixels.map_or_else(nothing, Rgba::from))
}
