//! What `scene` writes of clips is what the world makes of their seed.

use super::*;

use image::AnimationDecoder;
use image::codecs::png::PngDecoder;
use serde_json::json;
use triptych::io::table_csv;
use triptych::world::motion::FRAMES;
use triptych::world::{Graph, Motion, Rng, Scene, Split, Stream, Table, render};

/// Clip `index` of those of `scenes`, as the library draws it.
fn drawn(index: u64) -> (Scene, Motion, Table) {
    let scene = triptych::world::splits::scene(Split::Test, 3, index);
    let rng = |stream| Rng::new(Split::Test, 3, index, stream);
    let motion = Motion::draw(&scene, &mut rng(Stream::Motion));
    let table = Table::draw(&scene, &motion, &render(&scene), &mut rng(Stream::Table));
    (scene, motion, table)
}

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
        let ((scene, motion, table), file) = (drawn(index as u64), format!("{index:04}.png"));
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

        assert_eq!(tables.tables[index], (file.clone(), table));
        let graph: Graph = serde_json::from_value(graphs[index].clone()).unwrap();
        assert_eq!((&graphs[index]["file"], graph), (&json!(file), Graph::of(&scene, &motion)));

        let clip = read(&folder, &format!("{index:04}.clip.png"));
        let decoder = PngDecoder::new(std::io::Cursor::new(clip)).unwrap().apng().unwrap();
        let frames = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(frames.len(), FRAMES);
        for (index, frame) in frames.into_iter().enumerate() {
            let rgb = image::DynamicImage::from(frame.into_buffer()).into_rgb8().into_raw();
            assert_eq!(rgb, render(&motion.frame(&scene, index)).rgb, "{file}, frame {index}");
        }
    }
    assert!(collisions > 0);
}
