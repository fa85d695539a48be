//! Folders of models, loaded and asked.

use pollster::block_on;
use serde_json::{Value, json};
use triptych::device::{CpuDevice, Device, DeviceError};
use triptych::infer::{Decoding, GenerationContext, VisionLanguageModel};
use triptych::model::architecture::Architecture;
use triptych::model::blip::Task;
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::tensor::HostTensor;
use triptych::world::Rng;

use super::{CHECKPOINTS, finite, project};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
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

pub(super) fn run(files: &Files) -> Outcome {
    // What a case asks for is a function of its files.
    let precision = Precision::ALL[files.0.values().map(|bytes| bytes.len()).sum::<usize>() % 3];
    let device = Device::Cpu(CpuDevice { exact: false });
    let loaded = VisionLanguageModel::load(device, files, precision);
    let Ok(mut model) = loaded else { return Ok(Verdict::Refused) };
    match block_on(ask(&mut model)) {
        Ok(answers) => answers.map(|()| Verdict::Taken),
        Err(_) => Ok(Verdict::Refused),
    }
}

/// Embeddings, a caption, an answer, a match: whatever the model has.
async fn ask(model: &mut VisionLanguageModel) -> Result<Result<(), String>, DeviceError> {
    let picture = model.fit(&Pixels::new(9, 6, (0..162).collect()));
    let row = model.sentence("a red circle").ok();
    let mut answers = Vec::new();
    if model.architecture.embeds() {
        let embeds = model.embed_images(std::slice::from_ref(&picture)).await?;
        answers.push(("a picture's embedding", embeds));
        if let Some(row) = &row {
            answers.push(("a text's embedding", model.embed_texts(std::slice::from_ref(row)).await?));
        }
        let scale = model.logit_scale().await?;
        answers.push(("the scale of cosines", HostTensor::f32([2], vec![scale.factor, scale.bias])));
    }
    if let Some(row) = row.filter(|_| model.architecture.supports(Task::Match)) {
        let logits = model.match_sentences(&picture, &[row]).await?;
        answers.push(("the logits of a match", HostTensor::f32([2], logits[0].to_vec())));
    }
    let mut begun = Vec::new();
    let spelt = model.caption_prompt("a red").ok().map(|(prompt, _)| prompt);
    let writes = matches!(model.architecture, Architecture::Blip(Task::Caption, _));
    if let Some(prompt) = spelt.or_else(|| writes.then(|| model.decoder_prompt(None))) {
        begun.push((GenerationContext { picture: picture.clone(), question: None }, prompt));
    }
    begun.extend(model.question(picture, "what is red?"));
    for (source, prompt) in begun {
        let written = model.generate(&source, prompt, Decoding::Greedy, 3).await?;
        answers.push(("a text", HostTensor::f32([written.logprobs.len()], written.logprobs)));
    }
    Ok(answers.iter().try_for_each(|(what, tensor)| finite(what, tensor.as_f32())))
}
