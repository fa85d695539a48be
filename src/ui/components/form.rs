//! Small controls: a choice among a few, a slider, a switch, a line of text.

use super::term::FieldName;
use crate::ui::memo::Memo;
use leptos::html::Details;
use leptos::prelude::*;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;
use web_sys::HtmlInputElement;

/// A row of buttons of which one is pressed.
#[component]
pub fn Segments<T>(
    /// What is chosen, read aloud.
    label: &'static str,
    options: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Memo<T>,
    choose: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let (values, names): (Vec<T>, Vec<&'static str>) = options.into_iter().unzip();
    let known = values.clone();
    let chosen = Memo::new(move |_| known.iter().position(|option| *option == chosen.get()));
    view! { <Buttons label names chosen choose=Callback::new(move |at: usize| choose(values[at])) /> }
}

/// Those of [`Segments`], compiled once for all types of options.
#[component]
fn Buttons(
    label: &'static str,
    names: Vec<&'static str>,
    chosen: Memo<Option<usize>>,
    choose: Callback<usize>,
) -> impl IntoView {
    let buttons = names.into_iter().enumerate().map(|(at, name)| {
        let pressed = move || (chosen.get() == Some(at)).to_string();
        view! { <button type="button" aria-pressed=pressed on:click=move |_| choose.run(at)>{name}</button> }
    });
    view! { <div class="segments" role="group" aria-label=label>{buttons.collect_view()}</div> }
}

/// A slider with its value beside it.
#[component]
pub fn Slider(
    label: &'static str,
    /// The label's key in the glossary.
    #[prop(optional)]
    term: Option<&'static str>,
    min: f32,
    max: f32,
    step: f32,
    #[prop(into)] value: Memo<f32>,
    /// How the value is written.
    show: fn(f32) -> String,
    change: impl Fn(f32) + Copy + Send + Sync + 'static,
    /// The gesture has ended.
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (change, done) = (Callback::new(change), Callback::new(move |()| done()));
    view! { <SliderInput label nostrip:term=term ends=[min, max] step value show change done /> }
}

/// That of [`Slider`], compiled once for all that hears it.
#[component]
fn SliderInput(
    label: &'static str,
    #[prop(optional)] term: Option<&'static str>,
    ends: [f32; 2],
    step: f32,
    value: Memo<f32>,
    show: fn(f32) -> String,
    change: Callback<f32>,
    done: Callback<()>,
) -> impl IntoView {
    let hear = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            change.run(value);
        }
    };
    let [min, max] = ends;
    view! {
        <label class="slider">
            <FieldName name=label term />
            <input type="range" min=min max=max step=step prop:value=move || value.get().to_string()
                aria-valuetext=move || show(value.get()) on:input=hear on:change=move |_| done.run(()) />
            <output aria-live="off">{move || show(value.get())}</output>
        </label>
    }
}

/// A key moves a slider in no time; what lights up meanwhile should be seen.
const AFTERGLOW: Duration = Duration::from_secs(1);

/// Ends of the slider of a learning rate, in millionths; a link may name others.
pub const LEARNING_RATES: (u32, u32) = (100, 20_000);

/// Seeds that can be typed; a link may name others.
pub const SEEDS: RangeInclusive<u64> = 0..=9_999;

/// A power of ten of millionths as a rate.
pub fn learning_rate(exponent: f32) -> String {
    format!("{:.4}", 10_f32.powf(exponent - 6.0))
}

/// A slider over decades of a whole number, which is taken when the gesture ends: each value is a run of its own.
#[component]
pub fn Decades(
    label: &'static str,
    /// The label's key in the glossary.
    #[prop(optional)]
    term: Option<&'static str>,
    #[prop(into)] value: Memo<u32>,
    ends: (u32, u32),
    /// How a power of ten is written.
    show: fn(f32) -> String,
    choose: impl Fn(u32) + Copy + Send + Sync + 'static,
    /// Is told whether the slider is being moved.
    #[prop(optional)]
    moving: Option<RwSignal<bool>>,
) -> impl IntoView {
    let log = |value: u32| (value as f32).log10();
    let draft = RwSignal::new(log(value.get_untracked()));
    Effect::new(move || draft.set(log(value.get())));
    let done = move || {
        let whole = 10_f32.powf(draft.get_untracked()).round().clamp(ends.0 as f32, ends.1 as f32) as u32;
        if whole != value.get_untracked() {
            choose(whole);
        }
        if let Some(moving) = moving {
            let rest = move || {
                moving.try_set(false);
            };
            set_timeout(rest, AFTERGLOW);
        }
    };
    let change = move |exponent| {
        draft.set(exponent);
        if let Some(moving) = moving {
            moving.set(true);
        }
    };
    view! {
        <Slider label nostrip:term=term min=log(ends.0) max=log(ends.1) step=0.01 value=draft show
            change done />
    }
}

/// A switch.
#[component]
pub fn Switch(
    #[prop(into)] label: String,
    #[prop(into)] on: Memo<bool>,
    change: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="switch">
            <input type="checkbox" role="switch" prop:checked=move || on.get()
                on:change=move |event| change(event_target_checked(&event)) />
            <span>{label}</span>
        </label>
    }
}

/// Quick sentences to choose from.
#[component]
pub fn Suggestions(
    label: &'static str,
    #[prop(into)] texts: Memo<Vec<String>>,
    choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let chip = move |text: String| {
        let chosen = text.clone();
        view! { <li><button type="button" class="chip words" on:click=move |_| choose(chosen.clone())>{text}</button></li> }
    };
    view! {
        <ul class="chips" aria-label=label>
            {move || texts.get().into_iter().map(chip).collect_view()}
        </ul>
    }
}

/// A line of text that tells of itself while it is typed and when it is left.
#[component]
pub fn TextField(
    label: &'static str,
    /// The label's key in the glossary.
    #[prop(optional)]
    term: Option<&'static str>,
    #[prop(optional)] placeholder: &'static str,
    #[prop(into)] value: Memo<String>,
    change: impl Fn(String) + Copy + Send + Sync + 'static,
    /// Enter was pressed or the line was left.
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="line">
            <FieldName name=label term />
            <input type="text" placeholder=placeholder autocomplete="off" autocapitalize="off" spellcheck="false"
                enterkeyhint="search" maxlength="400" prop:value=move || value.get()
                on:input=move |event| change(event_target_value(&event)) on:change=move |_| done() />
        </label>
    }
}

/// A whole number that can be typed or stepped. What is typed is brought within the limits, and the field then shows what
/// has come of it.
#[component]
pub fn NumberField<T>(
    label: &'static str,
    /// The label's key in the glossary.
    #[prop(optional)]
    term: Option<&'static str>,
    min: T,
    max: T,
    #[prop(into)] value: Memo<T>,
    change: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Copy + Display + PartialOrd + FromStr + Send + Sync + 'static,
{
    let text = Memo::new(move |_| value.get().to_string());
    let take = Callback::new(move |typed: String| nearest(&typed, min, max).into_iter().for_each(change));
    view! { <NumberInput label nostrip:term=term ends=[min.to_string(), max.to_string()] text take /> }
}

/// That of [`NumberField`], compiled once for all types of numbers.
#[component]
fn NumberInput(
    label: &'static str,
    #[prop(optional)] term: Option<&'static str>,
    ends: [String; 2],
    text: Memo<String>,
    /// Is told what was typed.
    take: Callback<String>,
) -> impl IntoView {
    let refused = RwSignal::new(None::<String>);
    let hear = move |event| {
        let field: HtmlInputElement = event_target(&event);
        let typed = field.value();
        take.run(typed.clone());
        let taken = text.get_untracked();
        refused.set((typed.trim() != taken).then_some(typed));
        // Also where the value has stayed, so that nothing else would write it.
        field.set_value(&taken);
    };
    let [min, max] = ends;
    let (least, most) = (min.clone(), max.clone());
    let limits = move || match refused.get() {
        Some(typed) if typed.is_empty() => format!("Not a number: {min} to {max}"),
        Some(typed) => format!("{typed} is not possible: {min} to {max}"),
        None => format!("{min} to {max}"),
    };
    view! {
        <label class="number">
            <FieldName name=label term />
            <input type="number" min=least max=most step="1" inputmode="numeric"
                prop:value=move || text.get() on:change=hear />
            <small role="status" class:refused=move || refused.with(Option::is_some)>{limits}</small>
        </label>
    }
}

/// Settings that few change, behind a summary; they are shown as soon as one of them is not what it usually is.
#[component]
pub fn MoreSettings(#[prop(into)] is_unusual: Memo<bool>, children: Children) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    Effect::new(move || {
        if let Some(details) = details.get().filter(|_| is_unusual.get()) {
            details.set_open(true);
        }
    });
    view! {
        <details class="more" node_ref=details>
            <summary>"More settings"</summary>
            <div class="settings">{children()}</div>
        </details>
    }
}

/// The whole number within the limits that is nearest to what was typed; none where that is no number.
fn nearest<T: Copy + PartialOrd + FromStr>(typed: &str, min: T, max: T) -> Option<T> {
    let number: f64 = typed.trim().parse().ok().filter(|number: &f64| !number.is_nan())?;
    let whole = format!("{:.0}", number.round()).parse().unwrap_or(if number < 1.0 { min } else { max });
    Some(if whole < min {
        min
    } else if whole > max {
        max
    } else {
        whole
    })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_number_is_brought_within_its_limits() {
        let taken =
            ["512", "1000000", "0", "-3", "3.7", "64", "-0.2"].map(|typed| nearest(typed, 8_usize, 128));
        assert_eq!(taken, [128, 128, 8, 8, 8, 64, 8].map(Some));
        assert_eq!([nearest("3.7", 0_u8, 90), nearest("1e9", 0, 90)], [Some(4), Some(90)]);
        assert_eq!(["", "many", "NaN"].map(|typed| nearest(typed, 1_u32, 2)), [None; 3]);
    }
}
