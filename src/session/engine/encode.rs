//! Embeddings of inputs of any modality, a few at a time.

use super::input::fitted;
use crate::infer::VisionLanguageModel;
use crate::session::protocol::{Failure, Input};

/// Pictures that are encoded at a time.
const PICTURES: usize = 4;

/// The first inputs that are encoded in one step, with as many pictures as one step takes.
pub(super) fn piece(inputs: &[Input]) -> &[Input] {
    let mut pictures = inputs.iter().enumerate().filter(|(_, input)| matches!(input, Input::Picture(_)));
    &inputs[..pictures.nth(PICTURES).map_or(inputs.len(), |(at, _)| at)]
}

/// Unit vectors `[inputs, embed_dim]`, in the order of the inputs.
pub(super) async fn encode(model: &mut VisionLanguageModel, inputs: &[Input]) -> Result<Vec<f32>, Failure> {
    model.expect_embeddings()?;
    let (mut pictures, mut texts) = (Vec::new(), Vec::new());
    let (mut of_pictures, mut of_texts) = (Vec::new(), Vec::new());
    for (at, input) in inputs.iter().enumerate() {
        match input {
            Input::Picture(picture) => {
                pictures.push(fitted(model, picture)?);
                of_pictures.push(at);
            }
            Input::Text(text) => {
                texts.push(model.sentence(text)?);
                of_texts.push(at);
            }
        }
    }
    let width = model.architecture.embed_dim();
    let mut rows = vec![0.0; inputs.len() * width];
    let pictures = model.embed_images(&pictures).await?;
    let texts = model.embed_texts(&texts).await?;
    for (places, embeds) in [(of_pictures, pictures), (of_texts, texts)] {
        for (at, row) in places.into_iter().zip(embeds.as_f32().chunks_exact(width)) {
            rows[at * width..][..width].copy_from_slice(row);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::protocol::Pixels;

    #[test]
    fn a_piece_ends_before_the_pictures_become_too_many() {
        let picture = || Input::from(Pixels { width: 1, height: 1, rgb: vec![0; 3] });
        let pairs: Vec<Input> = (0..6).flat_map(|_| [picture(), "a".into()]).collect();
        assert_eq!(piece(&pairs).len(), 2 * PICTURES);
        assert_eq!(piece(&pairs[2 * PICTURES..]).len(), 4);
        assert_eq!(piece(&vec!["a".into(); 9]).len(), 9, "texts alone are one piece");
        assert_eq!(piece(&[]), []);
    }
}
