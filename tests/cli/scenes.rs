//! What `scene` writes of clips is what the world makes of their seed.

use super::*;

use image::AnimationDecoder;
use image::codecs::png::PngDecoder;
use serde_json::json;
use triptych::io::table_csv;
use triptych::io::wav::decode_wav;
use triptych::world::language::parse;
use triptych::world::motion::FRAMES;
use triptych::world::questions::parse_question;
use triptych::world::sound::SAMPLE_RATE;
use triptych::world::{Clip, Graph, Split, render};

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).expect("the file is there")
}

#[test]
fn clips_come_with_their_motion_frames_tables_and_graphs() {
    let (folder, document) = scenes();
    let tables = table_csv::read(&read(&folder, "table.csv")).unwrap();
    let graphs: Value = serde_json::from_slice(&read(&folder, "graph.json")).unwrap();
    assert_eq!((tables.tables.len(), graphs.as_array().unwrap().len()), (8, 8));
    assert_eq!(tables.unknown, Vec::<String>::new());
    let mut collisions = 0;
    for index in 0..8 {
        let (clip, file) = (Clip::draw(Split::Test, 3, index as u64), format!("{index:04}.png"));
        let Clip { scene, motion, .. } = &clip;
        let written = &document["scenes"][index];
        assert_eq!(written["scene"], json!(scene));
        assert_eq!(written["motion"]["velocities"], json!(motion.velocities()));
        let listed = written["motion"]["collisions"].as_array().unwrap();
        assert_eq!(listed.len(), motion.collisions.len());
        for (listed, collision) in listed.iter().zip(&motion.collisions) {
            assert_eq!(listed["seconds"], collision.seconds());
            assert_eq!(
                (&listed["object"], &listed["with"]),
                (&json!(collision.object), &json!(collision.with))
            );
        }
        collisions += listed.len();

        assert_eq!(tables.tables[index], (file.clone(), clip.table()));
        let graph: Graph = serde_json::from_value(graphs[index].clone()).unwrap();
        assert_eq!((&graphs[index]["file"], graph), (&json!(file), clip.graph()));

        let (samples, rate) = decode_wav(&read(&folder, &format!("{index:04}.wav"))).unwrap();
        assert_eq!(rate, SAMPLE_RATE);
        let differ = |(a, b): (&f32, &f32)| (a - b).abs() > 1.0 / 32_000.0;
        assert!(!samples.iter().zip(&clip.sound().mix()).any(differ), "{file}");

        let video = read(&folder, &format!("{index:04}.clip.png"));
        let decoder = PngDecoder::new(std::io::Cursor::new(video)).unwrap().apng().unwrap();
        let frames = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(frames.len(), FRAMES);
        for (index, frame) in frames.into_iter().enumerate() {
            let rgb = image::DynamicImage::from(frame.into_buffer()).into_rgb8().into_raw();
            assert_eq!(rgb, render(&motion.frame(scene, index)).rgb, "{file}, frame {index}");
        }
    }
    assert!(collisions > 0);
}

#[test]
fn what_happens_in_a_clip_is_told_and_asked() {
    let (folder, _) = scenes();
    let lines = |name: &str| lines(folder.path().join(name));
    for style in ["motion", "sound"] {
        let told: Vec<Value> =
            lines("captions.jsonl").into_iter().filter(|line| line["style"] == style).collect();
        assert_eq!(told.len(), 8, "{style}");
        for line in told {
            let index = line["file"].as_str().unwrap()[..4].parse().unwrap();
            let Clip { scene, motion, .. } = Clip::draw(Split::Test, 3, index);
            let statements = parse(line["text"].as_str().unwrap()).unwrap();
            assert_eq!(line["statements"], json!(statements));
            assert!(statements.iter().all(|s| s.claim.truth(&scene, Some(&motion)) == Some(true)), "{line}");
        }
    }
    let asked: Vec<Value> =
        lines("questions.jsonl").into_iter().filter(|line| line["kind"] == "event").collect();
    assert_eq!(asked.len(), 8);
    for line in asked {
        let index = line["file"].as_str().unwrap()[..4].parse().unwrap();
        let Clip { scene, motion, .. } = Clip::draw(Split::Test, 3, index);
        let program = parse_question(line["question"].as_str().unwrap()).unwrap();
        let answer = program.run_on(&scene, Some(&motion)).unwrap();
        assert_eq!(line["answer"], answer.to_string());
    }
}
