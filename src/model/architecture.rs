//! Which published model a `config.json` describes.

use serde_json::Value;
use std::ops::Range;

use super::inputs::PART;
use super::transformers::{TextConfig, VisionConfig};
use super::{blip, clip, memory, siglip};
use crate::layout::{Layout, Storage};
use crate::limits::LimitError;
use crate::plan::{Plan, PlanBuilder, Slot, SlotKind};
use crate::precision::Precision;
use crate::tensor::Shape;

/// A published model of Hugging Face's transformers, by the class it was saved from.
#[derive(Clone, Debug, PartialEq)]
pub enum Architecture {
    Clip(clip::Config),
    Siglip(siglip::Config),
    Blip(blip::Task, blip::Config),
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("config.json is not a configuration: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(
        "config.json describes {found}, expected CLIPModel, SiglipModel, BlipForConditionalGeneration, \
         BlipForImageTextRetrieval or BlipForQuestionAnswering"
    )]
    Unknown { found: String },
    #[error("config.json: {0}")]
    Size(String),
    #[error("config.json: {0}")]
    Memory(#[from] LimitError),
}

/// A weight, the names under which a file may hold it, in order of preference, its shape, how a device
/// stores it, and under which names, with their number: one, unless it is larger than a buffer may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub name: String,
    pub others: Vec<String>,
    pub shape: Shape,
    pub storage: Storage,
    pub parts: Vec<(String, usize)>,
}

impl Wanted {
    /// Numbers of a row: what one index of the first axis holds.
    pub fn width(&self) -> usize {
        self.shape.numel() / self.shape.first().copied().unwrap_or(1).max(1)
    }

    /// The shape on the device of a part of so many rows.
    pub fn part_shape(&self, rows: usize) -> Shape {
        match &self.shape[..] {
            &[_, width] => self.storage.shape([rows, width]),
            [] => self.shape.clone(),
            [_, rest @ ..] => [&[rows], rest].concat().into(),
        }
    }

    /// Which parts the words `start .. start + count` fall into: name, the first word within the part, and which of the
    /// `count` words.
    pub fn spread(&self, start: usize, count: usize) -> Vec<(&str, usize, Range<usize>)> {
        let mut first = 0;
        let mut all = Vec::new();
        for (name, rows) in &self.parts {
            let end = first + self.part_shape(*rows).numel();
            let (from, to) = (start.max(first), (start + count).min(end));
            if from < to {
                all.push((name.as_str(), from - first, from - start..to - start));
            }
            first = end;
        }
        all
    }
}

impl Architecture {
    /// Reads `config.json`; what it leaves out has the defaults of transformers.
    ///
    /// # Errors
    /// Also where the sizes are beyond the memory: those of what is returned can be emitted.
    pub fn parse(json: &[u8]) -> Result<Self, ConfigError> {
        let architecture = Self::read(json)?;
        memory::check(&architecture)?;
        Ok(architecture)
    }

    fn read(json: &[u8]) -> Result<Self, ConfigError> {
        let config = without_nulls(serde_json::from_slice(json)?);
        let classes = config.get("architectures").and_then(Value::as_array);
        let class = classes.and_then(|classes| classes.first()).and_then(Value::as_str);
        let model_type = config.get("model_type").and_then(Value::as_str);
        match (class, model_type) {
            (Some("CLIPModel"), _) | (None, Some("clip")) => Ok(Self::Clip(clip::Config::parse(&config)?)),
            (Some("SiglipModel"), _) | (None, Some("siglip")) => {
                Ok(Self::Siglip(siglip::Config::parse(&config)?))
            }
            (Some(class), _) if blip::Task::of(class).is_some() => {
                let task = blip::Task::of(class).expect("matched above");
                Ok(Self::Blip(task, blip::Config::parse(&config)?))
            }
            (Some(class), _) => Err(ConfigError::Unknown { found: class.to_string() }),
            (None, Some(kind)) => Err(ConfigError::Unknown { found: format!("a `{kind}` of unnamed class") }),
            (None, None) => Err(ConfigError::Unknown { found: "no model".to_string() }),
        }
    }

    fn towers(&self) -> (&TextConfig, &VisionConfig) {
        match self {
            Self::Clip(config) => (&config.text, &config.vision),
            Self::Siglip(config) => (&config.text, &config.vision),
            Self::Blip(_, config) => (&config.text, &config.vision),
        }
    }

    pub fn text(&self) -> &TextConfig {
        self.towers().0
    }

    pub fn vision(&self) -> &VisionConfig {
        self.towers().1
    }

    /// All weights as files hold them, from the towers' own emission.
    pub fn weights(&self) -> Vec<Wanted> {
        self.kept(Precision::F32, Layout::Rows)
    }

    /// Numbers of all weights.
    pub fn parameters(&self) -> u64 {
        self.weights().iter().map(|wanted| wanted.shape.numel() as u64).sum()
    }

    /// Bytes of all weights on a device that keeps matrices in this precision.
    pub fn bytes(&self, precision: Precision) -> u64 {
        let kept = self.kept(precision, Layout::Rows);
        let parts =
            kept.iter().flat_map(|wanted| wanted.parts.iter().map(|(_, rows)| wanted.part_shape(*rows)));
        parts.map(|shape| shape.bytes() as u64).sum()
    }

    /// All weights as a device keeps them: matrices in this precision, those of f32 in this layout.
    pub fn kept(&self, precision: Precision, layout: Layout) -> Vec<Wanted> {
        let (plan, kept) = (self.all(Precision::F32, Layout::Rows), self.all(precision, layout));
        let wanted = |name: &str, shape: &Shape, kept: &Slot| {
            let others = match self {
                Self::Blip(_, config) => blip::tied(config, name),
                _ => Vec::new(),
            };
            let parts = vec![(name.to_string(), shape.first().copied().unwrap_or(1))];
            Wanted { name: name.to_string(), others, shape: shape.clone(), storage: kept.storage, parts }
        };
        let mut all: Vec<Wanted> = Vec::new();
        for (slot, kept) in plan.slots_of(SlotKind::Stored).zip(kept.slots_of(SlotKind::Stored)) {
            let whole = slot.name.split_once(PART).map_or(&*slot.name, |(whole, _)| whole);
            match all.last_mut().filter(|last| last.name == whole) {
                Some(last) => {
                    last.shape = [last.shape[0] + slot.shape[0], slot.shape[1]].into();
                    last.parts.push((slot.name.clone(), slot.shape[0]));
                }
                None => {
                    all.push(wanted(whole, &slot.shape, kept));
                    all.last_mut().expect("just pushed").parts[0].0.clone_from(&slot.name);
                }
            }
        }
        all
    }

    fn all(&self, precision: Precision, layout: Layout) -> Plan {
        let mut b = PlanBuilder::new().keeping(precision).laying(layout);
        match self {
            Self::Clip(config) => clip::emit_all(&mut b, config),
            Self::Siglip(config) => siglip::emit_all(&mut b, config),
            Self::Blip(task, config) => blip::emit_all(&mut b, *task, config),
        }
        b.finish()
    }
}

/// Older files write `null` for what they leave to the default.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_read_from_architectures_or_model_type() {
        let clip = Architecture::parse(br#"{"architectures":["CLIPModel"],"model_type":"clip"}"#).unwrap();
        assert_eq!(clip, Architecture::parse(br#"{"model_type":"clip"}"#).unwrap());
        assert_eq!(
            (clip.vision().image_size, clip.text().max_position_embeddings, clip.text().vocab_size),
            (224, 77, 49408)
        );
        let siglip = br#"{"model_type":"siglip","text_config":{"hidden_size":null},"vision_config":{}}"#;
        let Architecture::Siglip(siglip) = Architecture::parse(siglip).unwrap() else { panic!("a SigLIP") };
        assert_eq!((siglip.text.hidden_size, siglip.vision.patch_size), (768, 16));
    }

    #[test]
    fn words_fall_into_the_parts_of_their_rows() {
        let parts = vec![("a".to_string(), 2), ("b".to_string(), 1)];
        let wanted = Wanted {
            name: "w".into(),
            others: Vec::new(),
            shape: [3, 4].into(),
            storage: Storage::PLAIN,
            parts,
        };
        assert_eq!(wanted.spread(0, 3), [("a", 0, 0..3)]);
        assert_eq!(wanted.spread(6, 5), [("a", 6, 0..2), ("b", 0, 2..5)]);
        assert_eq!(wanted.spread(11, 1), [("b", 3, 0..1)]);
        assert_eq!(wanted.part_shape(2), [2, 4].into());
        let packed = Wanted { storage: Storage::Int8, ..wanted };
        assert_eq!(packed.part_shape(2), [2, 2].into());
        assert_eq!(packed.spread(2, 4), [("a", 2, 0..2), ("b", 0, 2..4)]);
    }

    #[test]
    fn a_table_larger_than_a_buffer_is_kept_in_parts() {
        let large = br#"{"model_type":"clip","text_config":{"hidden_size":768,"num_attention_heads":12}}"#;
        let weights = Architecture::parse(large).unwrap().weights();
        let find = |name: &str| weights.iter().find(|wanted| wanted.name == name).unwrap();
        let table = find("text_model.embeddings.token_embedding.weight");
        let part = |at: usize| format!("{}{PART}{at}", table.name);
        assert_eq!(table.shape, [49408, 768].into());
        assert_eq!(table.parts, [(part(0), 43690), (part(1), 49408 - 43690)]);
        let positions = find("text_model.embeddings.position_embedding.weight");
        assert_eq!(positions.parts, [(positions.name.clone(), 77)]);
    }

    #[test]
    fn what_we_cannot_run_is_refused_by_name() {
        let message = |json: &str| Architecture::parse(json.as_bytes()).unwrap_err().to_string();
        assert!(message(r#"{"architectures":["BertModel"]}"#).starts_with("config.json describes BertModel"));
        assert!(
            message(r#"{"model_type":"blip"}"#).contains("a `blip` of unnamed class, expected CLIPModel")
        );
        assert!(message("{}").starts_with("config.json describes no model"));
        assert!(message("[").starts_with("config.json is not a configuration"));
        let relu2 = r#"{"model_type":"clip","text_config":{"hidden_act":"relu2"}}"#;
        assert!(message(relu2).contains("`hidden_act` is `relu2`, expected gelu"), "{}", message(relu2));
        let heads = r#"{"model_type":"clip","text_config":{"num_attention_heads":7}}"#;
        assert_eq!(
            message(heads),
            "config.json: text_config.num_attention_heads is 7, expected a divisor of hidden_size 512"
        );
        let depth = r#"{"model_type":"clip","vision_config":{"num_hidden_layers":1000000000000}}"#;
        assert_eq!(
            message(depth),
            "config.json: vision_config.num_hidden_layers is 1000000000000, expected 1 to 1024"
        );
        let patch = r#"{"model_type":"siglip","vision_config":{"patch_size":300}}"#;
        assert_eq!(
            message(patch),
            "config.json: vision_config.patch_size is 300, expected 1 to image_size 224"
        );
    }
}
