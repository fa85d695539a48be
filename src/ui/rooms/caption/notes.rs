//! What can be said of the caption: alternatives, truth, other hypotheses, and the inspector.

use super::writing::{Certainty, Draft};
use crate::session::protocol::{DecodingChoice, Token};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// The likeliest tokens at the word that is looked at; choosing one continues the caption from there.
#[component]
pub fn Alternatives(draft: Draft) -> impl IntoView {
    let app = AppContext::here();
    let at = Memo::new(move |_| {
        let word = draft.word.get()?;
        draft.words.with(|words| words.get(word).map(|said| said.word.tokens.start))
    });
    let token = Memo::new(move |_| {
        at.get().and_then(|at| draft.tokens.with(|writing| writing.tokens.get(at).cloned()))
    });
    let continue_with = move |text: String| {
        let before = draft.tokens.with_untracked(|writing| {
            let end = at.get_untracked().unwrap_or(0).min(writing.tokens.len());
            writing.tokens[..end].iter().map(|token| token.text.as_str()).collect::<String>()
        });
        app.go(|view| {
            view.prefix = format!("{before}{text}").trim().to_owned();
            view.word = None;
        });
    };
    let list = move |token: Token| {
        let said = token.id;
        let row = |alternative: crate::session::protocol::Alternative| {
            let name =
                if alternative.text.is_empty() { "(end)".into() } else { alternative.text.trim().to_owned() };
            let length = format!("width:{:.2}%", alternative.probability * 100.0);
            let text = alternative.text.clone();
            view! {
                <tr class:chosen=alternative.id == said>
                    <th scope="row"><button type="button" class="plain" title="Continue with this token"
                        on:click=move |_| continue_with(text.clone())>{name}</button></th>
                    <td><span class="bar" aria-hidden="true"><i style=length></i></span><data>{format::percent(alternative.probability)}</data></td>
                </tr>
            }
        };
        token.alternatives.into_iter().map(row).collect_view()
    };
    view! {
        <div class="alternatives" data-part="probabilities">
            <h2 class="minor">"Next-token probabilities"</h2>
            {move || match token.get() {
                Some(token) => view! {
                    <table class="bars words"><caption class="aloud">"The five most probable tokens"</caption>
                        <thead class="aloud"><tr><th scope="col">"Token"</th><th scope="col">"Probability"</th></tr></thead><tbody>{list(token)}</tbody></table>
                }.into_any(),
                None => view! { <p class="quiet small">"Point at a word, or use the arrow keys, to see the alternatives and the attention map."</p> }.into_any(),
            }}
        </div>
    }
}

/// Each statement of the caption, held against the scene.
#[component]
pub fn Statements(draft: Draft) -> impl IntoView {
    let row = |statement: crate::ui::truth::EvaluatedStatement| view! { <li><Verdict truth=statement.truth /><span>{statement.text}</span></li> };
    view! {
        <div class="statements" data-part="statements">
            <h2 class="minor">"Checked against the scene"</h2>
            {move || match draft.evaluated.get() {
                Some(evaluated) => view! { <ul>{evaluated.into_iter().map(row).collect_view()}</ul> }.into_any(),
                None => view! { <p class="quiet small">"No ground truth for your own image."</p> }.into_any(),
            }}
        </div>
    }
}

/// The finished hypotheses of a beam.
#[component]
pub fn Hypotheses(draft: Draft) -> impl IntoView {
    let several = Memo::new(move |_| {
        draft.tokens.with(|writing| {
            writing.hypotheses.iter().map(|h| (h.text.clone(), h.logprob)).collect::<Vec<_>>()
        })
    });
    let row = |(text, logprob): (String, f32)| view! { <tr><th scope="row">{text}</th><td>{format!("{logprob:.3}")}</td></tr> };
    move || {
        several.with(|all| all.len() > 1).then(|| {
            view! {
                <table class="numbers hypotheses" data-part="hypotheses">
                    <caption>"Beam hypotheses"</caption>
                    <thead><tr><th scope="col">"Caption"</th><th scope="col">"log P"</th></tr></thead>
                    <tbody>{several.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            }
        })
    }
}

#[component]
pub fn Notes(draft: Draft, children: Children) -> impl IntoView {
    let is_sampled = AppContext::here().pick(|view| matches!(view.decoding, DecodingChoice::Sample { .. }));
    let figures = Memo::new(move |_| {
        let Certainty { tokens, logprob, perplexity } =
            draft.tokens.with(|writing| Certainty::of(&writing.tokens));
        let told = |figure: String| if tokens == 0 { "–".into() } else { figure };
        vec![
            Figure::new("Tokens", tokens.to_string()),
            Figure::new("log P(caption)", told(format!("{logprob:.3}"))),
            Figure::new("Perplexity", told(format!("{perplexity:.2}"))).beside("1 = certain"),
        ]
    });
    view! {
        <Inspector title="Autoregressive decoding" section="14, multimodal generation" figures formula=formula(is_sampled)>
            <p>"The " <Term id="decoder">"decoder"</Term> " attends to the image by " <Term id="cross-attention">"cross-attention"</Term> " and to the " <Term id="token">"tokens"</Term> " so far by " <Term id="self-attention">"self-attention"</Term> ", and gives every
                token of its vocabulary a probability. " <Term id="greedy">"Greedy decoding"</Term> " takes the most probable token; " <Term id="beam-search">"beam search"</Term> " keeps several
                hypotheses; " <Term id="sampling">"sampling"</Term> " draws from the distribution."</p>
            <p>"Regions of low " <Term id="attention-map">"attention"</Term> " are faded. The ring marks the maximum."</p>
            {children()}
        </Inspector>
    }
}

fn formula(is_sampled: Memo<bool>) -> AnyView {
    let drawn = move || {
        is_sampled.get().then(|| {
            view! {
                <br />
                <var>"y"</var><sub>"t"</sub> " ~ softmax(log " <var>"P"</var> " / " <var data-term="temperature">"τ"</var> ")"
            }
        })
    };
    view! {
        <var>"P"</var> "(" <var>"y"</var> " | " <var>"x"</var> ") = " <span class="sum" data-term="product">"Π"</span><sub>"t"</sub> " "
        <var>"P"</var> "(" <var>"y"</var><sub>"t"</sub> " | " <span data-term="prompt"><var>"y"</var><sub>"<t"</sub></span> ", "
        <var data-term="image">"x"</var> ")"
        {drawn}
    }
    .into_any()
}
