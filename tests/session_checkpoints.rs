//! The session on published checkpoints: what the page asks of them, against what transformers computed.

#[path = "session_checkpoints/refusals.rs"]
mod refusals;
#[path = "session_checkpoints/test_session.rs"]
mod test_session;

use pollster::block_on;
use serde_json::{Value, json};
use test_session::*;
use triptych::infer::{Decoding as Search, GenerationContext, Job};
use triptych::session::protocol::{
    AttentionWeights, CaptionHypothesis, Command, DecodingChoice, EncodeLane, Event, OpenedPicture, Pixels,
    Reader, Token,
};

fn pictures_and_texts(
    session: &mut TestSession,
    model: &str,
    [image, text]: [&str; 2],
    sentences: [&str; 2],
) {
    let (images, words) = (golden(model, image), golden(model, text));
    let width = images.shape.last();
    let Event::Opened(OpenedPicture { picture: opened, .. }) =
        session.one(Command::Open { name: "tall.png".into(), file: file("tall.png") })
    else {
        panic!("no picture")
    };
    assert_eq!((opened.width, opened.height), (32, 32));
    let pictures = [photo("wide.png"), opened];
    for (i, (picture, sentence)) in pictures.into_iter().zip(sentences).enumerate() {
        let row = i * width..(i + 1) * width;
        let Event::Encoded { rows: found, .. } = session.one(Command::query(picture)) else { panic!() };
        near(&found, &images.as_f32()[row.clone()]);
        let Event::Encoded { rows: found, .. } = session.one(Command::query(sentence)) else { panic!() };
        near(&found, &words.as_f32()[row]);
    }
    let pairs = |(picture, text): (Pixels, &str)| [picture.into(), text.into()];
    let inputs = (0..3).flat_map(|_| both().into_iter().zip(sentences).flat_map(pairs)).collect();
    let events = session.ask(Command::Encode { inputs, lane: EncodeLane::Gallery });
    let mut expected = 0;
    for event in events {
        let Event::Encoded { from, rows, .. } = event else { panic!("{event:?}") };
        assert_eq!(from, expected);
        for found in rows.chunks(width) {
            let (of, row) = ([&images, &words][expected as usize % 2], expected as usize / 2 % 2 * width);
            near(found, &of.as_f32()[row..row + width]);
            expected += 1;
        }
    }
    assert_eq!(expected, 12);
}

#[test]
fn clip_embeds_as_transformers_does_and_cuts_what_is_too_long() {
    for model in ["clip_gelu", "clip_quick_gelu"] {
        let mut session = TestSession::with(model);
        pictures_and_texts(&mut session, model, ["out.image_embeds", "out.text_embeds"], SENTENCES);
        // 20 positions, two of which are special.
        let text = |count| Command::query("a ".repeat(count));
        assert_eq!(session.one(text(40)), session.one(text(18)));
        assert_ne!(session.one(text(40)), session.one(text(17)));
        let notes = session.notes(text(40)).join(" ");
        assert!(notes.contains("has 42 tokens; the model reads 20 of them, up to \"...a a"), "{notes}");
        assert_eq!(session.notes(text(18)), Vec::<String>::new());
    }
}

/// A word for every id: `t7` is 7.
fn numbered_words() -> (String, Vec<u8>) {
    let vocab: serde_json::Map<String, Value> = (0..40).map(|id| (format!("t{id}"), json!(id))).collect();
    let tokenizer = json!({
        "version": "1.0", "added_tokens": [], "pre_tokenizer": { "type": "Whitespace" },
        "model": { "type": "WordLevel", "vocab": vocab, "unk_token": "t0" },
    });
    ("tokenizer.json".to_string(), tokenizer.to_string().into_bytes())
}

#[test]
fn siglip_embeds_as_transformers_does() {
    let mut session = TestSession::empty();
    session.put("siglip", [files("siglip"), vec![numbered_words()]].concat());
    assert!(session.load("siglip").is_sigmoid);
    // Of the first, which has one token too many, the last but one is cut.
    let sentences = ["t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t33 t15", "t20 t30 t7 t8 t3"];
    pictures_and_texts(&mut session, "siglip", ["out.image_embeds", "out.text_embeds"], sentences);
}

#[test]
fn blip_for_retrieval_embeds_and_matches_as_transformers_does() {
    let mut session = TestSession::with("blip_match");
    pictures_and_texts(&mut session, "blip_match", ["out.image_feat", "out.text_feat"], SENTENCES);
    let texts = SENTENCES.map(str::to_string).to_vec();
    let Event::Matched(found) = session.one(Command::Match { pictures: both(), texts }) else { panic!() };
    assert_eq!(found.len(), 4);
    let want = golden("blip_match", "out.itm_probs");
    near(&[found[0], found[3]], &[want.as_f32()[1], want.as_f32()[3]]);
    let none = Command::Match { pictures: both(), texts: Vec::new() };
    assert_eq!(session.one(none), Event::Matched(Vec::new()));
}

/// The caption as it stands after all tokens, and what the search has found.
fn caption(
    session: &mut TestSession,
    picture: Pixels,
    prefix: &str,
    decoding: DecodingChoice,
) -> (Vec<Token>, Vec<CaptionHypothesis>) {
    let command = Command::Caption { picture, prefix: prefix.into(), decoding, max_new_tokens: 10 };
    let mut events = session.ask(command);
    let Some(Event::Captioned { hypotheses }) = events.pop() else { panic!("no caption") };
    let mut tokens = Vec::new();
    for event in events {
        let Event::TokenWritten { position, token } = event else { panic!("{event:?}") };
        assert!(position as usize <= tokens.len(), "positions follow each other");
        tokens.truncate(position as usize);
        tokens.push(token);
    }
    let text: String = tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(text.trim(), hypotheses[0].text);
    let chosen = tokens.iter().filter(|token| !token.forced);
    let logprob: f32 = chosen.map(|token| token.logprob).sum();
    assert!((logprob - hypotheses[0].logprob).abs() < 1e-4, "{logprob}");
    (tokens, hypotheses)
}

fn ids(tokens: &[Token]) -> Vec<u32> {
    tokens.iter().map(|token| token.id).collect()
}

#[test]
fn a_caption_streams_the_tokens_that_transformers_writes() {
    let mut session = TestSession::with("blip_caption");
    let model = "blip_caption";
    for (i, picture) in both().into_iter().enumerate() {
        let (greedy, _) = caption(&mut session, picture.clone(), "", DecodingChoice::Greedy);
        assert_eq!(ids(&greedy), golden_ids(model, "out.greedy_ids", i)[1..]);
        let best = golden(model, "out.greedy_top5_ids");
        for (at, token) in greedy.iter().enumerate() {
            let alternatives: Vec<u32> = token.alternatives.iter().map(|other| other.id).collect();
            assert_eq!(alternatives, best.as_u32()[(i * 10 + at) * 5..][..5]);
            assert_eq!(token.alternatives[0].probability, token.logprob.exp());
            assert_eq!(token.text.is_empty(), token.id == 3, "{token:?}");
            is_attention(&token.attention, 2, 3, 1);
        }
        let (beam, found) = caption(&mut session, picture.clone(), "", DecodingChoice::Beam { width: 3 });
        assert_eq!(ids(&beam), golden_ids(model, "out.beam3_ids", i)[1..]);
        assert_eq!(found.len(), 3);
        let (begun, _) = caption(&mut session, picture.clone(), "a cat", DecodingChoice::Greedy);
        assert_eq!(ids(&begun), golden_ids(model, "out.greedy_prompt_ids", i)[1..]);
        assert_eq!([&begun[0].text, &begun[1].text], [" a", " cat"]);
        assert_eq!(begun.iter().take_while(|token| token.forced).count(), 2);
        let cold = DecodingChoice::Sample { temperature: 0.0, seed: 3 };
        assert_eq!(ids(&caption(&mut session, picture, "", cold).0), ids(&greedy));
    }
}

#[test]
fn a_newer_request_is_heard_between_two_tokens() {
    let mut session = TestSession::with("blip_caption");
    let command = |picture| Command::Caption {
        picture,
        prefix: String::new(),
        decoding: DecodingChoice::Greedy,
        max_new_tokens: 10,
    };
    let old = session.client.send(command(photo("tall.png")));
    let counts: Vec<usize> = (0..4).map(|_| block_on(session.client.step()).len()).collect();
    assert_eq!(counts, [0, 1, 1, 1]);
    let new = session.client.send(command(photo("wide.png")));
    let replies = block_on(session.client.finish());
    assert!(replies.iter().all(|reply| reply.id == new) && new != old);
    assert_eq!(replies.len(), golden_ids("blip_caption", "out.greedy_ids", 0).len());
}

#[test]
fn another_model_hears_what_was_asked_after_it() {
    let mut session = TestSession::empty();
    session.put("blip_caption", files("blip_caption"));
    session.put("blip_answer", files("blip_answer"));
    session.load("blip_answer");
    let ask = |picture| Command::Ask { picture, question: SENTENCES[1].to_string() };
    let old = session.client.send(ask(photo("tall.png")));
    block_on(session.client.step());
    session.client.send(load("blip_caption"));
    let new = session.client.send(ask(photo("tall.png")));
    let replies = block_on(session.client.finish());
    let last = replies.last().expect("replies");
    assert!(
        matches!(&last.event, Event::Failed(failure) if failure.sentence.starts_with("This model answers no"))
    );
    assert!(last.id == new && replies.iter().all(|reply| reply.id != old));
}

#[test]
fn an_answer_is_that_of_transformers_and_looks_at_the_picture() {
    let mut session = TestSession::with("blip_answer");
    let ask = |picture| Command::Ask { picture, question: SENTENCES[1].to_string() };
    // The same question about another picture must not stay in the decoder's memory.
    let Event::Answered(other) = session.one(ask(photo("wide.png"))) else { panic!() };
    let Event::Answered(answer) = session.one(ask(photo("tall.png"))) else { panic!() };
    assert_eq!(ids(&answer.tokens), golden_ids("blip_answer", "out.answer_ids", 1)[1..]);
    assert_ne!(other.candidates, answer.candidates);
    answer.tokens.iter().for_each(|token| is_attention(&token.attention, 2, 3, 1));
    assert!(answer.question_only.is_empty());
    assert!(
        answer.candidates.len() <= 5 && answer.candidates.is_sorted_by(|a, b| a.probability >= b.probability)
    );

    let mut checkpoint = checkpoint("blip_answer");
    let row = checkpoint.sentence(SENTENCES[1]).expect("ids");
    let picture = fitted(&checkpoint, "tall.png");
    let (source, prompt) = checkpoint.question(picture.clone(), SENTENCES[1]).expect("ids");
    let best = checkpoint.generate(&source, prompt.clone(), Search::Beam { width: 5 }, 10);
    let best = block_on(best).expect("a device");
    let text = checkpoint.text(&best.ids);
    let found = answer.candidates.iter().find(|candidate| candidate.text == text).expect(&text);
    near(&[found.probability], &[best.total().exp()]);

    // What a token of the answer sees of the question, times what the question sees of the picture.
    let words = block_on(checkpoint.next(&source, &[prompt], true)).expect("a device").trace.expect("traced");
    let cells = block_on(checkpoint.matcher_attention(&picture, &row)).expect("a device");
    assert_eq!((words.keys, cells.queries, cells.keys), (row.len(), row.len(), 16));
    let at =
        |cell: usize| (0..row.len()).map(|t| words.row(1, 2, 0)[t] * cells.row(1, 2, t)[cell]).sum::<f32>();
    near(&answer.tokens[0].attention[5 * 16..], &(0..16).map(at).collect::<Vec<_>>());
}

fn maps(event: Event) -> AttentionWeights {
    match event {
        Event::CrossAttention(map) | Event::SelfAttention(map) => map,
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_look_where_they_do_in_transformers() {
    let mut session = TestSession::with("blip_caption");
    let cross = |picture, text: &str, reader| Command::CrossAttention { picture, text: text.into(), reader };
    let look = [0, 1, 0].map(|i| maps(session.one(cross(both().remove(i), "a cat", Reader::Decoder))));
    assert!(look[0] == look[2] && look[0] != look[1]);
    for (i, map) in look[..2].iter().enumerate() {
        assert_eq!((map.tokens.concat(), map.grid), (" a cat".to_string(), 4));
        is_attention(&map.values, 2, 3, 2);
        for layer in 0..2 {
            // `[pictures, heads, queries, class token and cells]`
            let want = golden("blip_caption", &format!("out.cross_attention.{layer}"));
            for (head, query) in [(0, 0), (1, 1), (2, 0), (2, 1)] {
                let row = ((i * 3 + head) * 3 + query) * 17;
                near(map.map(layer, head, query), &want.as_f32()[row + 1..row + 17]);
            }
        }
    }
    for model in ["blip_match", "blip_answer"] {
        let mut session = TestSession::with(model);
        let map = maps(session.one(cross(photo("tall.png"), "two cats", Reader::Matcher)));
        assert_eq!(map.tokens, [" two", " cat", "s"], "{model}");
        is_attention(&map.values, 2, 3, 3);
        let mut checkpoint = checkpoint(model);
        let (tall, row) = (fitted(&checkpoint, "tall.png"), checkpoint.sentence("two cats").expect("ids"));
        let whole = block_on(checkpoint.matcher_attention(&tall, &row)).expect("a device");
        near(map.map(1, 2, 0), whole.row(1, 2, 1));
        near(map.map(1, 2, 2), whole.row(1, 2, 3));
    }
}

#[test]
fn patches_look_at_patches() {
    for (model, heads, class) in [("clip_gelu", 4, 1), ("siglip", 3, 0), ("blip_match", 3, 1)] {
        let mut session = TestSession::with(model);
        let map = maps(session.one(Command::SelfAttention { picture: photo("wide.png") }));
        is_attention(&map.values, 2, heads, 16);
        let sums: Vec<f32> = map.values.chunks(16).map(|row| row.iter().sum()).collect();
        assert_eq!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-4), class == 0, "{model}");
        let mut checkpoint = checkpoint(model);
        let pixels = golden(model, "in.pixel_values");
        let run = block_on(checkpoint.run(Job::EncodeImage { batch: 2 }, true, &[("pixels", &pixels)]));
        let slot = "vision_model.encoder.layers.1.self_attn.attention_probs";
        let want = block_on(checkpoint.read(&run.expect("a device"), slot)).expect("a device");
        let (states, head, query) = (16 + class, heads - 1, 7);
        let row = (head * states + query + class) * states;
        near(map.map(1, head, query), &want.as_f32()[row + class..row + states]);
    }
}

#[test]
fn a_traced_run_computes_what_another_does() {
    let mut checkpoint = checkpoint("blip_caption");
    let source = GenerationContext { picture: fitted(&checkpoint, "wide.png"), question: None };
    let rows = [vec![64, 5, 9], vec![64, 57, 5], vec![64, 5, 7]];
    let plain = block_on(checkpoint.next(&source, &rows, false)).expect("a device").logprobs;
    let traced = block_on(checkpoint.next(&source, &rows, true)).expect("a device");
    let trace = traced.trace.expect("traced");
    plain.iter().zip(&traced.logprobs).for_each(|(plain, traced)| near(plain, traced));
    assert_eq!((plain.len(), trace.queries), (3, 3));
    // The last token of a row, whatever rows stand beside it.
    let alone = block_on(checkpoint.decoder_attention(&source.picture, &rows[1])).expect("a device");
    near(&trace.of_query(1), &alone.of_query(2));
}
