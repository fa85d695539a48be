//! What a student hands to the teacher: results as a file, with a name only if one is typed.

use crate::ui::components::button::Button;
use crate::ui::components::confirm::Confirmed;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::download::download;
use crate::ui::lessons::{Lessons, MAX_NAME, Results};
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn Export() -> impl IntoView {
    let lessons = Lessons::here();
    let name = RwSignal::new(String::new());
    let is_empty = Memo::new(move |_| lessons.records.with(|records| records.is_empty()));
    let save = move || {
        let results = Results::new(&name.get_untracked(), lessons.records.get_untracked());
        download(&file_name(&results.name), "application/json", &results.to_json());
    };
    view! {
        <h2>"For your teacher"</h2>
        <p class="prose">"The file holds your predictions, what the checks said, and the figures that they looked at. A name is in it only if you type one. The file is saved on
            this device; nothing is sent."</p>
        <div class="row export">
            <label class="number"><span>"Name or nickname, if you like"</span>
                <input type="text" maxlength=MAX_NAME autocomplete="off" prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event)) /></label>
            <Button is_idle=is_empty press=save><Glyph icon=Icon::Download />"Export my results"</Button>
            <Confirmed words="Forget my results" confirm="Forget the results of all lessons" is_idle=is_empty act=move || lessons.forget_all() />
        </div>
        {move || is_empty.get().then(|| view! { <p class="quiet small">"There are no results yet: begin a lesson."</p> })}
    }
}

/// Such that the files of a class differ.
fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() { letter } else { ' ' };
    let name: String = name.chars().map(plain).collect();
    std::iter::once("triptych-results").chain(name.split_whitespace()).collect::<Vec<_>>().join("-") + ".json"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_student() {
        for (name, file) in [
            ("", "triptych-results.json"),
            ("Ada L.", "triptych-results-Ada-L.json"),
            ("../阿达", "triptych-results-阿达.json"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
