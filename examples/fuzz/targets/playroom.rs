//! Playroom's own folder, loaded and asked.

use pollster::block_on;
use triptych::device::{CpuDevice, Device, DeviceError};
use triptych::infer::{Decoding, Model, Runner};
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::world::{Rng, Style};

use super::{finite, project};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub fn target() -> Target {
    Target { name: "playroom", share: 20, seeds, mutate: mutated, run }
}

fn seeds() -> Vec<Files> {
    let folder = project("public/models/playroom");
    let file = |name| (name, std::fs::read(folder.join(name)).expect("the shipped model"));
    vec![Files::of(["config.json", "tokenizer.json", "model.safetensors"].map(file))]
}

/// Half of all changes are to the configuration, by which all else is read.
fn mutated(rng: &mut Rng, files: &mut Files) {
    match rng.one_in(2) {
        true => mutate::change(rng, files, "config.json"),
        false => mutate::files(rng, files),
    }
}

fn run(files: &Files) -> Outcome {
    let device = Device::Cpu(CpuDevice { exact: false });
    let Ok(model) = Model::load(device, files, Precision::F32) else { return Ok(Verdict::Refused) };
    let Model::Playroom(mut runner) = model else { return Ok(Verdict::Refused) };
    match block_on(ask(&mut runner)) {
        Ok(answers) => answers.map(|()| Verdict::Taken),
        Err(_) => Ok(Verdict::Refused),
    }
}

async fn ask(runner: &mut Runner) -> Result<Result<(), String>, DeviceError> {
    let side = runner.config.image_size as u32;
    let picture = Pixels::new(side, side, (0..side * side * 3).map(|i| i as u8).collect());
    let (image, embeds) = runner.encode_images(&[picture]).await?;
    let sentence = runner.words.sentence("a red circle");
    if sentence.len() > runner.config.max_tokens {
        return Ok(Ok(()));
    }
    let texts = runner.encode_texts(&[sentence]).await?;
    let prompt = runner.words.caption(Style::Full, "a");
    let written = runner.write_texts(&image, &[prompt], Decoding::Greedy, 3).await?;
    let checked = finite("a picture's embedding", embeds.as_f32());
    let checked = checked.and_then(|()| finite("a text's embedding", texts.as_f32()));
    Ok(checked.and_then(|()| finite("a caption", &written[0].logprobs)))
}
