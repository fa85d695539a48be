//! Which model a `config.json` describes.

use serde_json::Value;

use super::config_error::ConfigError;
use super::inputs::PART;
use super::param_spec::ParamSpec;
use super::transformers::{TextConfig, VisionConfig};
use super::{blip, clip, memory, playroom, siglip};
use crate::layout::Layout;
use crate::plan::{Plan, PlanBuilder, SlotKind};
use crate::precision::Precision;
use blip::Task;

/// A model of ours, or a published one of Hugging Face's transformers by the class it was saved from.
#[derive(Clone, Debug, PartialEq)]
pub enum Architecture {
    Playroom(playroom::Config),
    Clip(clip::Config),
    Siglip(siglip::Config),
    Blip(blip::Task, blip::Config),
}

impl Architecture {
    /// Reads `config.json`; what it leaves out has the defaults of transformers.
    ///
    /// # Errors
    /// Also where the sizes are beyond the memory: those of what is returned can be emitted.
    pub fn parse(json: &[u8]) -> Result<Self, ConfigError> {
        let architecture = Self::read(json)?;
        let (text, vision) = (architecture.text(), architecture.vision());
        let longest = match architecture {
            // It has been checked with its stem.
            Self::Playroom(_) => return Ok(architecture),
            Self::Siglip(_) => text.max_position_embeddings,
            Self::Clip(_) | Self::Blip(..) => 1,
        };
        memory::check(&text, &vision, longest, 0)?;
        Ok(architecture)
    }

    fn read(json: &[u8]) -> Result<Self, ConfigError> {
        let config = without_nulls(serde_json::from_slice(json)?);
        let classes = config.get("architectures").and_then(Value::as_array);
        let class = classes.and_then(|classes| classes.first()).and_then(Value::as_str);
        let model_type = config.get("model_type").and_then(Value::as_str);
        match (class, model_type) {
            (None, Some(playroom::MODEL_TYPE)) => {
                let config: playroom::Config = serde_json::from_value(config)?;
                config.check()?;
                Ok(Self::Playroom(config))
            }
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

    /// Sizes of the tower that reads text, and where a model has more than one, of that which writes.
    pub fn text(&self) -> TextConfig {
        match self {
            Self::Playroom(config) => config.text(),
            Self::Clip(config) => config.text,
            Self::Siglip(config) => config.text,
            Self::Blip(_, config) => config.text,
        }
    }

    pub fn vision(&self) -> VisionConfig {
        match self {
            Self::Playroom(config) => config.vision(),
            Self::Clip(config) => config.vision,
            Self::Siglip(config) => config.vision,
            Self::Blip(_, config) => config.vision,
        }
    }

    /// Patches on a side of the picture.
    pub fn grid(&self) -> usize {
        let vision = self.vision();
        vision.image_size / vision.patch_size
    }

    /// Whether pictures and texts have a common space.
    pub fn embeds(&self) -> bool {
        !matches!(self, Self::Blip(Task::Caption | Task::Answer, _))
    }

    /// Width of that space; 0 without one.
    pub fn embed_dim(&self) -> usize {
        match self {
            Self::Playroom(config) => config.embed_width,
            Self::Clip(config) => config.projection_dim,
            Self::Siglip(config) => config.embedding_size(),
            Self::Blip(Task::Match, config) => config.image_text_hidden_size,
            Self::Blip(Task::Caption | Task::Answer, _) => 0,
        }
    }

    /// Whether the model does this: a BLIP what it was tuned for, ours everything.
    pub fn supports(&self, task: Task) -> bool {
        match self {
            Self::Playroom(_) => true,
            Self::Blip(tuned, _) => *tuned == task,
            Self::Clip(_) | Self::Siglip(_) => false,
        }
    }

    /// All weights as files hold them, from the towers' own emission.
    pub fn file_params(&self) -> Vec<ParamSpec> {
        self.param_specs(Precision::F32, Layout::Rows)
    }

    /// Numbers of all weights.
    pub fn parameters(&self) -> u64 {
        self.file_params().iter().map(|param| param.shape.numel() as u64).sum()
    }

    /// Bytes of all weights on a device that keeps matrices in this precision.
    pub fn bytes(&self, precision: Precision) -> u64 {
        self.param_specs(precision, Layout::Rows).iter().map(ParamSpec::bytes).sum()
    }

    /// All weights as a device keeps them: matrices in this precision, those of f32 in this layout.
    pub fn param_specs(&self, precision: Precision, layout: Layout) -> Vec<ParamSpec> {
        let (plan, kept) = (self.all(Precision::F32, Layout::Rows), self.all(precision, layout));
        let mut all: Vec<ParamSpec> = Vec::new();
        for (slot, kept) in plan.slots_of(SlotKind::Stored).zip(kept.slots_of(SlotKind::Stored)) {
            let whole = slot.name.split_once(PART).map_or(&*slot.name, |(whole, _)| whole);
            match all.last_mut().filter(|last| last.name == whole) {
                Some(last) => {
                    last.shape = [last.shape[0] + slot.shape[0], slot.shape[1]].into();
                    last.parts.push((slot.name.clone(), slot.shape[0]));
                }
                None => all.push(ParamSpec {
                    name: whole.to_string(),
                    aliases: match self {
                        Self::Blip(_, config) => blip::tied(config, whole),
                        _ => Vec::new(),
                    },
                    shape: slot.shape.clone(),
                    storage: kept.storage,
                    parts: vec![(slot.name.clone(), slot.shape.first().copied().unwrap_or(1))],
                }),
            }
        }
        all
    }

    fn all(&self, precision: Precision, layout: Layout) -> Plan {
        let mut b = PlanBuilder::new().with_precision(precision).with_layout(layout);
        self.emit_all(&mut b);
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
    fn a_table_larger_than_a_buffer_is_kept_in_parts() {
        let large = br#"{"model_type":"clip","text_config":{"hidden_size":768,"num_attention_heads":12}}"#;
        let weights = Architecture::parse(large).unwrap().file_params();
        let find = |name: &str| weights.iter().find(|param| param.name == name).unwrap();
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
