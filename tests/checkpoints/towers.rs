//! CLIP and SigLIP: every state, pooled vector, embedding and logit.

use pollster::block_on;
use triptych::infer::Job;
use triptych::model::architecture::Architecture;
use triptych::tensor::HostTensor;

use super::reference::Subject;

pub(crate) fn check(subject: &mut Subject) {
    let siglip = matches!(subject.checkpoint.architecture, Architecture::Siglip(_));
    let image = pictures(subject, siglip);
    // SigLIP sees its padding; CLIP's is behind the causal mask, hidden or not.
    let text = texts(subject, !siglip, true);
    let other = texts(subject, siglip, false);
    let other_name = if siglip { "out.text_embeds_with_mask" } else { "out.text_embeds_no_mask" };
    subject.check(other_name, &other);
    logits(subject, &image, &text);
}

fn pictures(subject: &mut Subject, siglip: bool) -> HostTensor {
    let pixels = subject.get("in.pixel_values").clone();
    let run = subject.run(Job::EncodeImage { batch: pixels.shape[0] }, false, &[("pixels", &pixels)]);
    subject.check_slot("out.vision_hidden.0", &run, "vision_model.encoder.input");
    let depth = layers(subject, "out.vision_hidden");
    for k in 1..depth {
        let slot = format!("vision_model.encoder.layers.{}.output", k - 1);
        subject.check_slot(&format!("out.vision_hidden.{k}"), &run, &slot);
    }
    let last = match siglip {
        true => "image_states".to_string(),
        false => format!("vision_model.encoder.layers.{}.output", depth - 2),
    };
    subject.check_slot("out.vision_last", &run, &last);
    subject.check_slot("out.vision_pooled", &run, "vision_pooled");
    let embeds = subject.read(&run, "image_embeds");
    subject.check("out.image_embeds", &embeds);
    embeds
}

fn texts(subject: &mut Subject, masked: bool, compare: bool) -> HostTensor {
    let (ids, lengths) = (subject.get("in.input_ids").clone(), subject.lengths());
    let mut inputs = vec![("ids", &ids)];
    if masked {
        inputs.push(("lengths", &lengths));
    }
    let pooled = subject.checkpoint.pooled(&ids);
    if let Some(pooled) = &pooled {
        inputs.push(("pooled", pooled));
    }
    let job = Job::EncodeText { rows: ids.shape[0], tokens: ids.shape[1], masked };
    let run = subject.run(job, false, &inputs);
    let embeds = subject.read(&run, "text_embeds");
    if compare {
        subject.check_slot("out.text_hidden.0", &run, "text_model.encoder.input");
        for k in 1..layers(subject, "out.text_hidden") {
            let slot = format!("text_model.encoder.layers.{}.output", k - 1);
            subject.check_slot(&format!("out.text_hidden.{k}"), &run, &slot);
        }
        subject.check_slot("out.text_last", &run, "text_states");
        // SigLIP's pooled vector is what stands before the division by its length.
        subject.check_slot("out.text_pooled", &run, "text_pooled");
        subject.check("out.text_embeds", &embeds);
    }
    embeds
}

fn logits(subject: &mut Subject, image: &HostTensor, text: &HostTensor) {
    let scale = block_on(subject.checkpoint.logit_scale()).expect("the device is there");
    let width = image.shape.last();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let row = |image: &[f32]| -> Vec<f32> {
        text.as_f32().chunks(width).map(|text| scale.logit(dot(image, text))).collect()
    };
    let rows: Vec<Vec<f32>> = image.as_f32().chunks(width).map(row).collect();
    let count = rows.len();
    subject.check("out.logits_per_image", &HostTensor::f32([count, count], rows.concat()));
    if subject.has("out.probs") {
        let probs: Vec<f32> = rows.iter().flat_map(|row| scale.probabilities(row)).collect();
        subject.check("out.probs", &HostTensor::f32([count, count], probs));
    }
    if subject.has("out.logits_per_text") {
        let columns = (0..count).flat_map(|j| rows.iter().map(move |row| row[j])).collect();
        subject.check("out.logits_per_text", &HostTensor::f32([count, count], columns));
    }
}

/// How many goldens `prefix.0`, `prefix.1` ... there are.
pub(crate) fn layers(subject: &Subject, prefix: &str) -> usize {
    (0..).take_while(|k| subject.has(&format!("{prefix}.{k}"))).count()
}
