//! What a model takes in memory at the least, by formulas that no size of a `config.json` makes overflow. They are
//! asked before anything is emitted; exact figures follow from the emission.

use super::transformers::{TextConfig, VisionConfig};
use crate::limits::{self, LimitError};

/// Layers of width `D` with a hidden layer of `I`: `L (4 D^2 + 2 D I)` weights.
fn layers([depth, width, intermediate]: [usize; 3]) -> u128 {
    let [depth, width, intermediate] = [depth, width, intermediate].map(|size| size as u128);
    depth * (4 * width * width + 2 * width * intermediate)
}

/// `T` tokens through them: `L T (8 D + I)` numbers, and the `T` embeddings.
fn states([depth, width, intermediate]: [usize; 3], tokens: u128) -> u128 {
    let [depth, width, intermediate] = [depth, width, intermediate].map(|size| size as u128);
    tokens * (width + depth * (8 * width + intermediate))
}

impl TextConfig {
    fn layers(&self) -> [usize; 3] {
        [self.num_hidden_layers, self.hidden_size, self.intermediate_size]
    }

    /// Token and position embeddings, and the layers.
    fn least_weights(&self) -> u128 {
        let [vocabulary, longest, width] = self.tables().map(|size| size as u128);
        (vocabulary + longest) * width + layers(self.layers())
    }
}

impl VisionConfig {
    fn layers(&self) -> [usize; 3] {
        [self.num_hidden_layers, self.hidden_size, self.intermediate_size]
    }

    fn least_patches(&self) -> u128 {
        ((self.image_size / self.patch_size) as u128).pow(2)
    }

    /// The convolution of patches, their positions, and the layers.
    fn least_weights(&self) -> u128 {
        let (patch, width) = (self.patch_size as u128, self.hidden_size as u128);
        (3 * patch * patch + self.least_patches()) * width + layers(self.layers())
    }

    /// A picture and its patches.
    fn least_states(&self) -> u128 {
        3 * (self.image_size as u128).pow(2) + states(self.layers(), self.least_patches())
    }
}

/// Whether the weights, a byte each, and the f32 states of one picture and of a text of `longest` tokens can be there at all;
/// `stem` are the numbers that a convolutional stem makes of the picture.
pub(super) fn check(
    text: &TextConfig,
    vision: &VisionConfig,
    longest: usize,
    stem: u128,
) -> Result<(), LimitError> {
    const F32: u128 = size_of::<f32>() as u128;
    let weights = text.least_weights() + vision.least_weights();
    limits::fits("the weights", weights, limits::weights())?;
    limits::fits("the states of one picture", F32 * (vision.least_states() + stem), limits::memory())?;
    limits::fits("the states of one text", F32 * states(text.layers(), longest as u128), limits::memory())
}

#[cfg(test)]
mod tests {
    use crate::limits;
    use crate::model::architecture::Architecture;

    fn refusal(json: &str) -> String {
        Architecture::parse(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn sizes_beyond_memory_are_refused_with_their_figure() {
        let many = 1 << 20;
        let vocabulary = format!(
            r#"{{"model_type":"clip","text_config":{{"vocab_size":{many},"hidden_size":{many},"num_attention_heads":1}}}}"#
        );
        // At least 2^40 of the table, and 12 layers of 4 (2^20)^2 + 2 * 2^20 * 2048.
        let least: u128 = (1 << 40) + 12 * (4 * (1 << 40) + 2 * (1 << 20) * 2048);
        let message = refusal(&vocabulary);
        let figure = message.strip_prefix("config.json: the weights take ").expect("the weights");
        let figure: u128 = figure.split(' ').next().expect("a figure").parse().expect("a number");
        assert!(least <= figure && figure < least + (1 << 30), "{message}");
        assert!(
            message.ends_with(&format!(" bytes of memory; {} are there", limits::weights())),
            "{message}"
        );
        for image in [r#""image_size":1048576"#, r#""image_size":1048576,"patch_size":1"#] {
            let message = refusal(&format!(r#"{{"model_type":"siglip","vision_config":{{{image}}}}}"#));
            assert!(message.contains("of memory; "), "{message}");
        }
        let deep =
            r#"{"model_type":"siglip","text_config":{"num_hidden_layers":1024,"intermediate_size":1048576}}"#;
        assert!(refusal(deep).contains("the weights take "));
    }

    #[test]
    fn the_least_is_less_than_what_is_emitted() {
        for json in [r#"{"model_type":"clip"}"#, r#"{"model_type":"siglip"}"#] {
            let architecture = Architecture::parse(json.as_bytes()).unwrap();
            let least = architecture.text().least_weights() + architecture.vision().least_weights();
            let exact = u128::from(architecture.parameters());
            assert!(least <= exact && exact < least * 11 / 10, "{json}: {least}, {exact}");
        }
    }
}
