//! BLIP: states, logits, cross-attention, and what it writes.

use pollster::block_on;
use triptych::infer::Decoding;
use triptych::infer::Job;
use triptych::model::architecture::Architecture;
use triptych::model::blip::{Config, Task};
use triptych::tensor::HostTensor;

use super::reference::Subject;
use super::towers::layers;

/// The token that ends what BLIP writes.
fn stop(subject: &Subject) -> u32 {
    config(subject).writing.sep_token_id
}

fn config(subject: &Subject) -> &Config {
    match &subject.checkpoint.architecture {
        Architecture::Blip(_, config) => config,
        other => panic!("no BLIP: {other:?}"),
    }
}

pub(crate) fn check(subject: &mut Subject, task: Task) {
    let image = pictures(subject);
    let count = subject.get("in.pixel_values").shape[0];
    for picture in 0..count {
        let pixels = picture_at(subject, picture);
        let source = block_on(subject.checkpoint.encode_image(&pixels)).expect("the device is there");
        match task {
            Task::Caption => caption(subject, picture, source),
            Task::Answer => answer(subject, picture, source),
            Task::Match => matches(subject, picture, source),
        }
    }
    if task == Task::Match {
        embeds(subject, &image.expect("a model for matching embeds its pictures"));
    }
}

fn picture_at(subject: &Subject, i: usize) -> HostTensor {
    let pixels = subject.get("in.pixel_values");
    let [_, channels, height, width] = pixels.shape[..] else { panic!("pictures have four axes") };
    let size = channels * height * width;
    HostTensor::f32([1, channels, height, width], pixels.as_f32()[i * size..(i + 1) * size].to_vec())
}

/// Compares the states of all pictures; returns their embeddings where there are any.
fn pictures(subject: &mut Subject) -> Option<HostTensor> {
    let pixels = subject.get("in.pixel_values").clone();
    let run = subject.run(Job::EncodeImage { batch: pixels.shape[0] }, false, &[("pixels", &pixels)]);
    for k in 0..layers(subject, "out.vision_hidden") {
        let slot = match k {
            0 => "vision_model.encoder.input".to_string(),
            _ => format!("vision_model.encoder.layers.{}.output", k - 1),
        };
        subject.check_slot(&format!("out.vision_hidden.{k}"), &run, &slot);
    }
    subject.check_slot("out.image_embeds", &run, "image_states");
    if !subject.has("out.image_feat") {
        return None;
    }
    let embeds = subject.read(&run, "image_embeds");
    subject.check("out.image_feat", &embeds);
    Some(embeds)
}

fn caption(subject: &mut Subject, picture: usize, source: usize) {
    let ids = subject.row("in.input_ids", picture);
    let tokens = ids.len();
    // Row i asks for what follows position i; all rows read the same ids.
    let rows = HostTensor::u32([tokens, tokens], ids.repeat(tokens));
    let last = HostTensor::u32([tokens], (0..tokens).map(|i| (i * tokens + i) as u32).collect());
    let job = Job::Decode { rows: tokens, tokens, source };
    let run = subject.run(job, true, &[("ids", &rows), ("last", &last)]);
    let logits = subject.read(&run, "logits");
    subject.check_part("out.logits", logits.as_f32(), picture * logits.shape.numel());
    for k in 0..layers(subject, "out.decoder_hidden") {
        let slot = match k {
            0 => "text_decoder.bert.embeddings.output".to_string(),
            _ => format!("text_decoder.bert.encoder.layer.{}.output.output", k - 1),
        };
        let states = subject.read(&run, &slot);
        let size = tokens * states.shape.last();
        subject.check_part(&format!("out.decoder_hidden.{k}"), &states.as_f32()[..size], picture * size);
    }
    for k in 0..layers(subject, "out.cross_attention") {
        let slot = format!("text_decoder.bert.encoder.layer.{k}.crossattention.self.attention_probs");
        let probs = subject.read(&run, &slot);
        let [_, heads, queries, keys] = probs.shape[..] else { panic!("probabilities have four axes") };
        for head in 0..heads {
            let got = &probs.as_f32()[head * queries * keys..][..tokens * keys];
            let start = (picture * heads + head) * tokens * keys;
            subject.check_part(&format!("out.cross_attention.{k}"), got, start);
        }
    }
    let prompt = subject.checkpoint.decoder_prompt(None);
    let new = subject.get("out.greedy_ids").shape.last() - 1;
    write(subject, "out.greedy_ids", picture, source, prompt.clone(), (Decoding::Greedy, new));
    write(subject, "out.beam3_ids", picture, source, prompt, (Decoding::Beam { width: 3 }, new));
    // What the tokenizer makes of the words: `generate` replaces its first token and drops its last.
    let row = [&ids[..], &[stop(subject)]].concat();
    let prompt = subject.checkpoint.decoder_prompt(Some(&row));
    write(subject, "out.greedy_prompt_ids", picture, source, prompt, (Decoding::Greedy, new));
    top5(subject, "out.greedy", "out.greedy_ids", picture, source);
}

fn answer(subject: &mut Subject, picture: usize, source: usize) {
    // Padding takes part: the decoder reads all positions of the question.
    let all = subject.get("in.input_ids");
    let width = all.shape.last();
    let ids = HostTensor::u32([1, width], all.as_u32()[picture * width..(picture + 1) * width].to_vec());
    let length = subject.lengths().as_u32()[picture];
    let lengths = HostTensor::u32([1], vec![length]);
    let job = Job::EncodeQuestion { tokens: width, source };
    let run = subject.run(job, false, &[("ids", &ids), ("lengths", &lengths)]);
    let states = subject.read(&run, "question_states");
    subject.check_part("out.question_embeds", states.as_f32(), picture * states.shape.numel());
    let asked =
        block_on(subject.checkpoint.encode_question(source, &ids, length)).expect("the device is there");
    let prompt = subject.checkpoint.decoder_prompt(None);
    write(subject, "out.answer_ids", picture, asked, prompt.clone(), (Decoding::Greedy, 10));
    write(subject, "out.answer_beam3_ids", picture, asked, prompt, (Decoding::Beam { width: 3 }, 10));
    top5(subject, "out.answer", "out.answer_ids", picture, asked);
}

fn write(
    subject: &mut Subject,
    name: &str,
    picture: usize,
    source: usize,
    prompt: Vec<u32>,
    (decoding, new): (Decoding, usize),
) {
    let written = block_on(subject.checkpoint.write(source, prompt, decoding, new));
    subject.check_ids(name, picture, &written.expect("the device is there").ids, stop(subject));
}

/// The five likeliest tokens after every prefix of a golden text.
fn top5(subject: &mut Subject, prefix: &str, ids: &str, picture: usize, source: usize) {
    let all = subject.get(ids);
    let width = all.shape.last();
    let row = all.as_u32()[picture * width..(picture + 1) * width].to_vec();
    let written = row.iter().skip(1).position(|&id| id == stop(subject)).map_or(width - 1, |at| at + 1);
    for length in 1..=written {
        let logits = block_on(subject.checkpoint.decode_step(source, &[row[..length].to_vec()], false));
        let (logits, _) = logits.expect("the device is there");
        let at = (picture * (width - 1) + length - 1) * 5;
        let want = subject.get(&format!("{prefix}_top5_ids")).as_u32()[at..at + 5].to_vec();
        let logits = logits.as_f32();
        let got: Vec<f32> = want.iter().map(|&id| logits[id as usize]).collect();
        subject.check_part(&format!("{prefix}_top5_logits"), &got, at);
        let mut descending = logits.to_vec();
        descending.sort_by(|a, b| b.total_cmp(a));
        subject.check_among(&format!("{prefix}_top5_ids"), &got, descending[4]);
    }
}

fn matches(subject: &mut Subject, picture: usize, source: usize) {
    for (name, ids) in [("out.itm_score", "in.input_ids"), ("out.itm_score_enc", "in.input_ids_enc")] {
        let row = subject.row(ids, picture);
        let scores = block_on(subject.checkpoint.match_batch(source, &[row], false));
        let scores = scores.expect("the device is there").0;
        subject.check_part(name, scores.as_f32(), picture * 2);
        if name == "out.itm_score" {
            let no = 1.0 / (1.0 + (scores.as_f32()[1] - scores.as_f32()[0]).exp());
            subject.check_part("out.itm_probs", &[no, 1.0 - no], picture * 2);
        }
    }
    let all = subject.get("in.input_ids");
    let width = all.shape.last();
    let ids = HostTensor::u32([1, width], all.as_u32()[picture * width..(picture + 1) * width].to_vec());
    let lengths = HostTensor::u32([1], vec![subject.lengths().as_u32()[picture]]);
    let job = Job::Match { rows: 1, tokens: width, source };
    let run = subject.run(job, false, &[("ids", &ids), ("lengths", &lengths)]);
    let states = subject.read(&run, &last_layer(subject));
    subject.check_part("out.fused_embeds", states.as_f32(), picture * states.shape.numel());
}

fn last_layer(subject: &Subject) -> String {
    format!("text_encoder.encoder.layer.{}.output.output", config(subject).text.num_hidden_layers - 1)
}

fn embeds(subject: &mut Subject, image: &HostTensor) {
    let (ids, lengths) = (subject.get("in.input_ids").clone(), subject.lengths());
    let job = Job::EncodeText { rows: ids.shape[0], tokens: ids.shape[1], masked: true };
    let run = subject.run(job, false, &[("ids", &ids), ("lengths", &lengths)]);
    subject.check_slot("out.text_only_embeds", &run, "text_states");
    subject.check_slot("out.text_feat", &run, "text_embeds");
    let text = subject.read(&run, "text_embeds");
    let width = text.shape.last();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let rows = image.as_f32().chunks(width);
    let scores: Vec<f32> =
        rows.flat_map(|image| text.as_f32().chunks(width).map(move |text| dot(image, text))).collect();
    subject.check("out.itc_score", &HostTensor::f32([image.shape[0], text.shape[0]], scores));
}
