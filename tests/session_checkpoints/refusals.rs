//! What a checkpoint cannot do is said in a sentence; what needs the device only it can.

use serde_json::Value;
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::lab::fuse::{Contestant, RaceSettings};
use triptych::session::protocol::{
    Command, DecodingChoice, EncodeLane, Event, Experiment, Input, Pixels, Reader, Recovery,
};
use triptych::tensor::HostTensor;

use super::test_session::{TestSession, files, load, photo};

fn cross(reader: Reader) -> Command {
    Command::CrossAttention { picture: photo("wide.png"), text: "a cat".into(), reader }
}

/// Everything that may be asked of a model's towers, by a name.
fn commands() -> Vec<(&'static str, Command)> {
    let picture = || photo("wide.png");
    let (decoding, max_new_tokens) = (DecodingChoice::Greedy, 2);
    vec![
        ("text", Command::query("a")),
        ("picture", Command::query(picture())),
        (
            "gallery",
            Command::Encode { inputs: vec![picture().into(), "a".into()], lane: EncodeLane::Gallery },
        ),
        ("match", Command::Match { pictures: vec![picture()], texts: vec!["a".into()] }),
        ("caption", Command::Caption { picture: picture(), prefix: "a".into(), decoding, max_new_tokens }),
        ("ask", Command::Ask { picture: picture(), question: "a cat ?".into() }),
        ("decoder", cross(Reader::Decoder)),
        ("matcher", cross(Reader::Matcher)),
        ("patches", Command::SelfAttention { picture: picture() }),
    ]
}

#[test]
fn a_model_does_what_it_was_tuned_for_and_refuses_the_rest() {
    let can: [(&str, &[&str]); 5] = [
        ("clip_gelu", &["text", "picture", "gallery", "patches"]),
        ("siglip", &["picture", "patches"]),
        ("blip_caption", &["caption", "decoder", "patches"]),
        ("blip_answer", &["ask", "matcher", "patches"]),
        ("blip_match", &["text", "picture", "gallery", "match", "matcher", "patches"]),
    ];
    for (model, can) in can {
        let mut session = TestSession::with(model);
        for (name, command) in commands() {
            match can.contains(&name) {
                true => {
                    let events = session.ask(command);
                    assert!(!matches!(events.last(), None | Some(Event::Failed(_))), "{model}: {events:?}");
                }
                false => assert!(session.refusal(command).len() > 30, "{model}: {name}"),
            }
        }
    }
}

#[test]
fn refusals_say_what_is_lacking() {
    let mut session = TestSession::with("clip_gelu");
    let mut said = |command| session.refusal(command);
    assert!(said(cross(Reader::Decoder)).starts_with("In this model no text looks at the picture"));
    assert!(said(commands().remove(4).1).starts_with("This model writes no captions"));
    let alone = "Only Playroom has encoders of sound, videos, tables and graphs.";
    assert_eq!(said(Command::query(Input::Sound(vec![0.5; 9]))), alone);
    let narrow = Pixels { width: 1, height: 201, rgb: vec![0; 3 * 201] };
    assert_eq!(said(Command::query(narrow)), "This picture is too narrow for the model.");
    let broken = Pixels { width: 9, height: 9, rgb: vec![0; 5] };
    assert_eq!(said(Command::query(broken)), "This picture is broken.");
    assert!(
        said(Command::Open { name: "a.txt".into(), file: b"no picture".to_vec() })
            .starts_with("The file a.txt could not be read")
    );
    let mut session = TestSession::with("siglip");
    let said = session.refusal(Command::query("a"));
    assert_eq!(said, "This model came without a tokenizer: it reads no words.");
    let mut session = TestSession::with("blip_answer");
    let said = session.refusal(Command::Ask { picture: photo("wide.png"), question: "  ".into() });
    assert_eq!(said, "The question has no words.");
}

/// A model whose image encoder has 2 layers of 24 heads over 25 x 25 patches: 75 MB of self-attention. Its preprocessing makes
/// pictures of `side` pixels, 200 of which it takes.
fn large(side: u32) -> Vec<(String, Vec<u8>)> {
    let mut all = files("blip_match");
    for (name, bytes) in &mut all {
        match name.as_str() {
            "config.json" => {
                let mut config: Value = serde_json::from_slice(bytes).expect("a config");
                config["vision_config"]["image_size"] = 200.into();
                config["vision_config"]["num_attention_heads"] = 24.into();
                *bytes = config.to_string().into_bytes();
            }
            "preprocessor_config.json" => {
                let mut config: Value = serde_json::from_slice(bytes).expect("a config");
                config["size"] = side.into();
                *bytes = config.to_string().into_bytes();
            }
            "model.safetensors" => {
                let file = SafetensorsFile::new("m", bytes.clone()).expect("weights");
                let tensor = |name: &str| match name {
                    "vision_model.embeddings.position_embedding" => {
                        HostTensor::f32([1, 626, 24], vec![0.0; 626 * 24])
                    }
                    name => file.tensor(name).expect("a tensor"),
                };
                let names = file.names();
                let tensors: Vec<HostTensor> = names.iter().map(|name| tensor(name)).collect();
                let named = names.iter().map(|name| name.as_ref()).zip(&tensors);
                *bytes = to_bytes(named, &[], Floats::F32).expect("weights");
            }
            _ => {}
        }
    }
    all
}

#[test]
fn what_is_too_large_or_of_another_size_is_refused_with_the_figure() {
    let mut session = TestSession::empty();
    session.put("large", large(200));
    assert_eq!(session.load("large").grid, 25);
    let picture = photo("wide.png");
    let said = session.refusal(Command::SelfAttention { picture });
    assert!(said.contains(" 75 MB") && said.contains(" 64 MB"), "{said}");
    session.put("other", large(32));
    let Some(Event::Failed(failure)) = session.ask(load("other")).pop() else { panic!("no refusal") };
    assert_eq!(
        (failure.sentence.as_str(), failure.recovery),
        (
            "The model's files cannot be used. Choose its folder again in the room Models.",
            Recovery::ChangeInput
        )
    );
    let expected = "preprocessor_config.json: size is 32 x 32; vision_config.image_size of config.json is 200: expected 200 x 200";
    assert_eq!(failure.detail, expected);
}

#[test]
fn what_is_trained_needs_no_model() {
    let mut session = TestSession::with("siglip");
    let settings = RaceSettings { contestants: vec![Contestant::Late], batch: 4, ..RaceSettings::default() };
    let experiment = Experiment::Race(settings);
    let events = session.ask(Command::Train { experiment: experiment.clone(), until: 1 });
    assert_eq!(events.last(), Some(&Event::Trained { step: 1 }));
    let command = Command::Weights { experiment, step: 1, contestant: Some(Contestant::Late) };
    assert!(matches!(session.one(command), Event::Weights(bytes) if bytes.len() > 100_000));
}
