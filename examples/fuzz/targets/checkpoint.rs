//! Folders of published checkpoints, loaded and asked.

use pollster::block_on;
use serde_json::{Value, json};
use triptych::device::{CpuDevice, Device, DeviceError};
use triptych::infer::checkpoint::Checkpoint;
use triptych::infer::{Decoding, Model};
use triptych::model::blip::Task;
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;
use triptych::world::Rng;

use super::{CHECKPOINTS, finite, project};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub fn target() -> Target {
    Target { name: "checkpoint", share: 60, seeds, mutate: mutated, run }
}

fn seeds() -> Vec<Files> {
    let mut seeds = Vec::new();
    for checkpoint in CHECKPOINTS {
        let folder = project("tests/goldens/checkpoints").join(checkpoint);
        let mut files = Files::read(&folder).expect("a small checkpoint");
        files.0.remove("reference.safetensors");
        let settings = json!({ "do_lower_case": true, "pad_token": "[PAD]", "model_max_length": 16 });
        files.set("tokenizer_config.json", settings.to_string().into_bytes());
        seeds.push(files.clone());
        // As transformers 5 writes it.
        if let Some(bytes) = files.0.remove("preprocessor_config.json") {
            let inner: Value = serde_json::from_slice(&bytes).expect("a small checkpoint");
            files.set("processor_config.json", json!({ "image_processor": inner }).to_string().into_bytes());
            seeds.push(files);
        }
    }
    seeds
}

/// Half of all changes are to the configuration, by which all else is read.
fn mutated(rng: &mut Rng, files: &mut Files) {
    match rng.one_in(2) {
        true => mutate::change(rng, files, "config.json"),
        false => mutate::files(rng, files),
    }
}

fn run(files: &Files) -> Outcome {
    // What a case asks for is a function of its files.
    let precision = Precision::ALL[files.0.values().map(|bytes| bytes.len()).sum::<usize>() % 3];
    let device = Device::Cpu(CpuDevice { exact: false });
    let Ok(model) = Model::load(device, files, precision) else { return Ok(Verdict::Refused) };
    let Model::Checkpoint(mut checkpoint) = model else { return Ok(Verdict::Refused) };
    match block_on(ask(&mut checkpoint)) {
        Ok(answers) => answers.map(|()| Verdict::Taken),
        Err(_) => Ok(Verdict::Refused),
    }
}

/// Embeddings, a caption, an answer, a match: whatever the class has.
async fn ask(checkpoint: &mut Checkpoint) -> Result<Result<(), String>, DeviceError> {
    let picture = Pixels::new(9, 6, (0..162).collect());
    let row = checkpoint.words.as_ref().and_then(|words| words.row("a red circle").ok());
    let mut answers = Vec::new();
    if checkpoint.embeds() {
        answers
            .push(("a picture's embedding", checkpoint.encode_images(std::slice::from_ref(&picture)).await?));
        if let (Some(row), Some(pad)) = (&row, checkpoint.words.as_ref().map(|words| words.pad)) {
            answers
                .push(("a text's embedding", checkpoint.encode_texts(std::slice::from_ref(row), pad).await?));
        }
        let scale = checkpoint.scale().await?;
        answers.push(("the scale of cosines", HostTensor::f32([2], vec![scale.factor, scale.bias])));
    }
    if checkpoint.task().is_some() {
        let fitted = checkpoint.images.fit(&picture);
        let values = checkpoint.images.pixel_values(&[fitted]);
        let source = checkpoint.look(&values).await?;
        let prompt = checkpoint.caption_prompt(row.as_deref());
        match checkpoint.task() {
            Some(Task::Match) => {
                let logits = checkpoint.match_rows(source, &[row.unwrap_or(prompt)]).await?;
                answers.push(("the logits of a match", HostTensor::f32([2], logits[0].to_vec())));
            }
            task => {
                let (mut source, mut prompt) = (source, prompt);
                if task == Some(Task::Answer) {
                    let question = row.filter(|row| !row.is_empty()).unwrap_or(prompt);
                    let (length, ids) =
                        (question.len() as u32, HostTensor::u32([1, question.len()], question));
                    source = checkpoint.ask(source, &ids, length).await?;
                    prompt = checkpoint.caption_prompt(None);
                }
                let written = checkpoint.write(source, prompt, Decoding::Greedy, 3).await?;
                answers.push(("a caption", HostTensor::f32([written.logprobs.len()], written.logprobs)));
            }
        }
    }
    Ok(answers.iter().try_for_each(|(what, tensor)| finite(what, tensor.as_f32())))
}
