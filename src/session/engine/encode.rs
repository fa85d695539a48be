//! Embeddings of inputs of any modality, a few at a time.

use super::failure::unusable;
use super::input::{clip, fitted, heard, seen, table};
use super::loaded::Loaded;
use crate::dot::late_score;
use crate::infer::{VisionLanguageModel, WordMaps};
use crate::session::protocol::{AttentionWeights, Event, Failure, Input, Modality, Pixels, WordAlignment};
use crate::tensor::HostTensor;
use strum::VariantArray;

/// Pictures that are encoded at a time.
const PICTURES: usize = 4;

/// The first inputs that are encoded in one step: as many as take no longer than so many pictures, and one at least.
pub(super) fn piece(inputs: &[Input]) -> &[Input] {
    let sums = inputs.iter().scan(0, |sum, input| {
        *sum += cost(input);
        Some(*sum)
    });
    let count = sums.take_while(|sum| *sum <= PICTURES).count();
    &inputs[..count.max(1).min(inputs.len())]
}

/// In pictures, about.
fn cost(input: &Input) -> usize {
    match (input, input.modality()) {
        (Input::Text(_), _) => 0,
        (_, None | Some(Modality::Table | Modality::Graph)) => 1,
        (_, Some(Modality::Sound)) => 2,
        // Each of its pictures is encoded.
        (_, Some(Modality::Motion)) => 16,
    }
}

/// Unit vectors `[inputs, embed_dim]`, in the order of the inputs.
pub(super) async fn encode(loaded: &mut Loaded, inputs: &[Input]) -> Result<Vec<f32>, Failure> {
    let Loaded { model, encoders, .. } = loaded;
    model.expect_embeddings()?;
    let (mut pictures, mut texts) = (Vec::new(), Vec::new());
    let (mut sounds, mut videos, mut tables, mut clips) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, input) in inputs.iter().enumerate() {
        match input {
            Input::Picture(picture) => pictures.push((at, fitted(model, picture)?)),
            Input::Text(text) => texts.push((at, model.sentence(text)?)),
            Input::Sound(samples) => sounds.push((at, heard(samples)?)),
            Input::Video(frames) => videos.push((at, seen(model, frames)?)),
            Input::Table(csv) => tables.push((at, table(csv)?)),
            Input::Clip(name, modality) => clips.push((*modality, (at, clip(name)?))),
        }
    }
    let width = model.architecture.embed_dim();
    let mut rows = vec![0.0; inputs.len() * width];
    let mut put = |places: Vec<usize>, embeds: HostTensor| {
        for (at, row) in places.into_iter().zip(embeds.as_f32().chunks_exact(width)) {
            rows[at * width..][..width].copy_from_slice(row);
        }
    };
    let (places, pictures): (_, Vec<_>) = pictures.into_iter().unzip();
    put(places, model.embed_images(&pictures).await?);
    let (places, texts): (_, Vec<_>) = texts.into_iter().unzip();
    put(places, model.embed_texts(&texts).await?);
    let (places, sounds): (Vec<_>, Vec<_>) = sounds.into_iter().unzip();
    if !sounds.is_empty() {
        put(places, encoders.of(Modality::Sound).embed_sounds(&sounds).await?);
    }
    let (places, videos): (Vec<_>, Vec<_>) = videos.into_iter().unzip();
    if !videos.is_empty() {
        put(places, encoders.of(Modality::Motion).embed_videos(model, &videos).await?);
    }
    let (places, tables): (Vec<_>, Vec<_>) = tables.into_iter().unzip();
    if !tables.is_empty() {
        put(places, encoders.of(Modality::Table).embed_tables(&tables.iter().collect::<Vec<_>>()).await?);
    }
    for &modality in Modality::VARIANTS {
        let of_it = clips.extract_if(.., |(of, _)| *of == modality).map(|(_, clip)| clip);
        let (places, clips): (Vec<_>, Vec<_>) = of_it.unzip();
        if !clips.is_empty() {
            put(places, encoders.of(modality).embed(model, &clips).await?);
        }
    }
    Ok(rows)
}

/// Unit vectors of every patch of the pictures, `[inputs, grid * grid * late_width]`; other inputs have none.
pub(super) async fn encode_patches(
    model: &mut VisionLanguageModel,
    inputs: &[Input],
) -> Result<Vec<f32>, Failure> {
    expect_words(model)?;
    let pictures = inputs.iter().filter_map(|input| match input {
        Input::Picture(picture) => Some(fitted(model, picture)),
        Input::Text(_) | Input::Sound(_) | Input::Video(_) | Input::Table(_) | Input::Clip(..) => None,
    });
    let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
    Ok(model.embed_cells(&pictures).await?.as_f32().to_vec())
}

/// How near each word of a text is to each patch of a picture.
pub(super) async fn align_words(
    model: &mut VisionLanguageModel,
    picture: &Pixels,
    text: &str,
) -> Result<Event, Failure> {
    expect_words(model)?;
    let row = model.sentence(text)?;
    // The first and the last token are special.
    let inner = 1..row.len().saturating_sub(1).max(1);
    let tokens: Vec<String> =
        row.get(inner.clone()).unwrap_or_default().iter().map(|&id| model.piece(id)).collect();
    if tokens.is_empty() {
        return Err(unusable("The text has no words.", String::new()));
    }
    let cells = model.embed_cells(&[fitted(model, picture)?]).await?;
    let words = model.embed_words(&[row]).await?.swap_remove(0);
    let maps = WordMaps::new(&words, cells.as_f32());
    let cosines = AttentionWeights {
        layers: 1,
        heads: 1,
        grid: model.architecture.grid() as u32,
        tokens,
        values: inner.flat_map(|token| maps.map(token).to_vec()).collect(),
    };
    let score = late_score(words.as_f32(), cells.as_f32(), words.shape.last());
    Ok(Event::WordsAligned(WordAlignment { cosines, vectors: words.as_f32().to_vec(), score }))
}

fn expect_words(model: &VisionLanguageModel) -> Result<(), Failure> {
    match model.compares_words() {
        true => Ok(()),
        false => Err(unusable("This model compares no single words with patches.", String::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::protocol::ClipName;

    #[test]
    fn a_piece_ends_before_the_pictures_become_too_many() {
        let picture = || Input::from(Pixels { width: 1, height: 1, rgb: vec![0; 3] });
        let pairs: Vec<Input> = (0..6).flat_map(|_| [picture(), "a".into()]).collect();
        assert_eq!(piece(&pairs).len(), 2 * PICTURES);
        assert_eq!(piece(&pairs[2 * PICTURES..]).len(), 4);
        assert_eq!(piece(&vec!["a".into(); 9]).len(), 9, "texts alone are one piece");
        let clips = |modality| vec![Input::Clip(ClipName::Coded(String::new()), modality); 9];
        assert_eq!(piece(&clips(Modality::Table)).len(), PICTURES);
        assert_eq!(piece(&clips(Modality::Motion)).len(), 1, "a piece is never empty");
        assert_eq!(piece(&[]), []);
    }
}
