//! What the page is, what can go wrong with a class, and how a school hosts it.

use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::history::link;
use crate::ui::navigation::visit;
use crate::ui::view::Room;
use leptos::prelude::*;

#[component]
pub fn Introduction() -> impl IntoView {
    view! {
        <p class="prose">"Triptych is a laboratory of " <Term id="multimodal">"multimodal learning"</Term> " for upper secondary schools and universities.
            Students look into models that connect images, text and sound, train small ones themselves, and test where they fail. Everything is
            computed in the browser. There are no accounts, nothing has to be installed, and nothing that students type, draw, photograph or record
            leaves their device."</p>
        <p class="prose">"Most of it happens in a synthetic world of coloured shapes. There the truth is known exactly, so the page can say whether
            a model is right. What a model has learned there says nothing about photographs, people or written language."</p>
        <p class="prose">"In a lesson, students predict first, then run, then check. The check looks at the figures of their own run, so nobody can
            look the answer up, and a run may come out differently. The page says so when it does."</p>
    }
}

/// What happens, and what to do.
const TROUBLES: [(&str, &str); 9] = [
    (
        "A computer has no WebGPU",
        "The page uses the processor instead. Everything works, training is slower. The chip “CPU” or “WebGPU” at the top says what computes. Lessons \
         are made for the processor of a laptop. Over plain http browsers have no WebGPU at all: serve the page over https.",
    ),
    (
        "The browser is too old",
        "The page needs WebAssembly SIMD: any Chrome, Edge, Firefox or Safari since the middle of 2023. An older one shows a sentence instead of the page. \
         Let two students share a computer, or update the browser.",
    ),
    (
        "The Wi-Fi is slow",
        "Open the page on every computer before the class: it is then kept by the browser, and works without a network. The table \
         below says how much a class downloads. A wired computer that serves the page in the room is faster than the internet.",
    ),
    (
        "Storage is blocked, or the window is private",
        "The page works, but forgets progress when it is closed. Let students press “Export my results” in the room Lessons before \
         they close it.",
    ),
    (
        "Several classes use the same computers",
        "Progress belongs to the browser, not to a student. At the end let students export their results and press “Forget my results” in the \
         room Lessons, or work in a private window.",
    ),
    (
        "There is no sound, or too much of it",
        "Nothing plays by itself, and no check needs hearing: every sound is also shown as waveform and spectrogram. Headphones make the room \
         Listen better.",
    ),
    (
        "A computer is much slower than the others",
        "Training shows its progress and can be paused. Let the student go on to the next step and come back, or work in pairs.",
    ),
    (
        "A student is lost",
        "Back undoes every change. “Set up this step again” in the lesson brings the step’s own state back. You can also send the link of a step.",
    ),
    (
        "A check comes out differently than planned",
        "That is no error. Models are trained from random numbers, and devices round differently. The lesson says why it can happen. \
         Compare several runs before you conclude anything.",
    ),
];

#[component]
pub fn Troubles() -> impl IntoView {
    let item = |(what, then): (&'static str, &'static str)| view! { <details><summary>{what}</summary><p>{then}</p></details> };
    view! {
        <h2>"What can go wrong"</h2>
        <div class="troubles">{TROUBLES.map(item).collect_view()}</div>
    }
}

#[component]
pub fn Hosting() -> impl IntoView {
    let app = AppContext::here();
    let models = move || app.view.with(|view| link(view, Room::Models));
    view! {
        <h2>"In the school’s network"</h2>
        <p class="prose">"The page is a folder of static files. It needs no database, no server program, and no other server. Any web server of the
            school can hold it, in any folder: copy the files there and send its address to the students."</p>
        <ul class="prose">
            <li>"With the source code, " <code>"cargo xtask archive"</code> " writes the whole page as one zip file, which says how to serve it from a school’s
                server or a USB stick. " <code>"cargo xtask build"</code> " writes the same files to a folder."</li>
            <li>"Use https. Over plain http browsers offer neither WebGPU nor work without a network, except on the computer that serves
                the page itself (" <code>"http://localhost"</code> ")."</li>
            <li>"A file that is opened by a double click does not work: browsers let a page load its parts only from a server."</li>
            <li>"If the school filters the web, the page needs its own address only. Published models are optional; they come from huggingface.co, or from the
                school’s own server. The room " <a href=models on:click=move |event| visit(app, Room::Models, &event)>"Models"</a>
                " says the size of each before it is downloaded."</li>
        </ul>
    }
}
