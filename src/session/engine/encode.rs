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
    for input in inputs {
        match input {
            Input::Picture(picture) => pictures.push(fitted(model, picture)?),
            Input::Text(text) => texts.push(model.sentence(text)?),
        }
    }
    let of_pictures = match pictures[..] {
        [] => Vec::new(),
        _ => model.encode_pictures(&pictures).await?.as_f32().to_vec(),
    };
    let of_texts = match texts[..] {
        [] => Vec::new(),
        _ => model.encode_sentences(&texts).await?.as_f32().to_vec(),
    };
    if pictures.is_empty() || texts.is_empty() {
        return Ok([of_pictures, of_texts].concat());
    }
    let width = of_pictures.len() / pictures.len();
    let (mut of_pictures, mut of_texts) = (of_pictures.chunks(width), of_texts.chunks(width));
    let row = |input: &Input| match input {
        Input::Picture(_) => of_pictures.next(),
        Input::Text(_) => of_texts.next(),
    };
    Ok(inputs.iter().filter_map(row).flatten().copied().collect())
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
