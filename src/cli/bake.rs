//! `triptych bake`: a caption of the shipped model, recorded in the types of a live run.

use std::path::PathBuf;

use super::{CliError, Output};
use crate::io::file::write_atomic;
use crate::session::baked::BakedRun;
use crate::session::local::LocalClient;
use crate::session::protocol::{
    BackendChoice, Command, DecodingChoice, Event, ModelName, Pixels, Stack, Token,
};
use crate::world::render::PIXELS;
use crate::world::{Split, render, splits};

#[derive(clap::Args)]
pub(super) struct Bake {
    /// The page's public folder: the model is read below it, baked.json written into it
    #[arg(long, default_value = "public")]
    public: PathBuf,
    /// Seed of the scene, of split `test`
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the scene
    #[arg(long, default_value_t = 0)]
    index: u64,
    #[command(flatten)]
    output: Output,
}

impl Bake {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let mut client = LocalClient::new(&self.public);
        let load = Command::Load {
            backend: BackendChoice::Cpu,
            model: ModelName::Playroom { url: "models/playroom".to_string() },
        };
        let loaded = pollster::block_on(client.ask(load));
        let facts = loaded.into_iter().find_map(|event| match event {
            Event::Ready(facts) => Some(Ok(facts)),
            Event::Failed(failure) => {
                Some(Err(CliError::Input(format!("{} {}", failure.sentence, failure.detail))))
            }
            _ => None,
        });
        let facts = facts.expect("loading ends with one or the other")?;
        let scene = splits::scene(Split::Test, self.seed, self.index);
        #[expect(clippy::cast_possible_truncation, reason = "64")]
        let side = PIXELS as u32;
        let picture = Pixels { width: side, height: side, rgb: render(&scene).rgb };
        let caption = Command::Caption {
            picture,
            prefix: String::new(),
            decoding: DecodingChoice::Greedy,
            max_new_tokens: 64,
        };
        let mut tokens = Vec::new();
        let mut hypothesis = None;
        for event in pollster::block_on(client.ask(caption)) {
            match event {
                Event::TokenWritten { token, .. } => tokens.push(token),
                Event::Captioned { mut hypotheses } => hypothesis = Some(hypotheses.swap_remove(0)),
                other => return Err(CliError::Failure(format!("unexpected: {other:?}"))),
            }
        }
        let hypothesis = hypothesis.ok_or_else(|| CliError::failure("the caption did not end"))?;
        let text = hypothesis.text.clone();
        tokens.iter_mut().for_each(|token| shown(token, facts.decoder, facts.pointing_layer));
        let baked =
            BakedRun { scene, decoder: Stack { layers: 1, heads: 1 }, pointing_layer: 0, tokens, hypothesis };
        let bytes = serde_json::to_vec(&baked).expect("plain data serialises");
        write_atomic(&self.public.join("baked.json"), &bytes)?;
        self.output.print(&baked, text);
        Ok(())
    }
}

/// Keeps of a token's attention what the page shows first, the mean over the heads of the layer that points best, in
/// steps that no eye tells apart: everybody downloads it.
fn shown(token: &mut Token, decoder: Stack, layer: u32) {
    let (heads, layer) = (decoder.heads as usize, layer as usize);
    let cells = token.attention.len() / (decoder.layers as usize * heads);
    let maps: Vec<&[f32]> = token.attention.chunks(cells).skip(layer * heads).take(heads).collect();
    let mean = |cell: usize| maps.iter().map(|map| map[cell]).sum::<f32>() / heads as f32;
    token.attention = (0..cells).map(|cell| (mean(cell) * 4096.0).round() / 4096.0).collect();
}
