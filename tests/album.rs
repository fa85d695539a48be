//! The visitor's photos, kept by the session from one visit to the next.

use std::path::Path;

use pollster::block_on;
use tempfile::tempdir;
use triptych::io::image::{decode, encode_png};
use triptych::pixels;
use triptych::session::local::{LocalClient, Offline};
use triptych::session::protocol::{BackendChoice, Command, Event, ModelName, Opened, Photo, Pixels, WayOn};
use triptych::world::render::PIXELS;
use triptych::world::{Split, render, splits};

fn visit(folders: &Path) -> LocalClient {
    let mut client =
        LocalClient::with_network(concat!(env!("CARGO_MANIFEST_DIR"), "/public"), folders, Offline);
    let model = ModelName::Playroom { url: "models/playroom".into() };
    let events = block_on(client.ask(Command::Load { backend: BackendChoice::Cpu, model }));
    assert!(matches!(events.last(), Some(Event::Ready(_))), "{events:?}");
    client
}

fn ask(client: &mut LocalClient, command: Command) -> Event {
    let mut events = block_on(client.ask(command));
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

fn photo(name: &str) -> Photo {
    Photo { name: name.into(), size: 9, modified: 1_700_000_000_000 }
}

/// A scene, enlarged to `side` pixels by repetition.
fn picture(index: u64, side: u32) -> pixels::Pixels {
    let rgb = render(&splits::scene(Split::Test, 3, index)).rgb;
    let at =
        |x: u32, y: u32| (y as usize * PIXELS / side as usize) * PIXELS + x as usize * PIXELS / side as usize;
    let pixels = (0..side * side).flat_map(|i| rgb[3 * at(i % side, i / side)..][..3].to_vec());
    pixels::Pixels::new(side, side, pixels.collect())
}

fn album(names: &[&str], embeddings: Vec<f32>) -> Event {
    Event::Album {
        photos: names.iter().map(|name| photo(name)).collect(),
        embeddings,
        incomplete: Vec::new(),
    }
}

fn add(client: &mut LocalClient, name: &str, picture: &pixels::Pixels) -> Vec<f32> {
    let event = ask(client, Command::AddPhoto { photo: photo(name), file: encode_png(picture) });
    let Event::PhotoAdded { photo: added, embedding, .. } = event else { panic!("{event:?}") };
    assert_eq!(added, photo(name));
    embedding
}

#[test]
fn photos_are_there_again_on_the_next_visit() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    let [small, large] = [picture(0, PIXELS as u32), picture(1, 640)];
    let rows = [add(&mut client, "small.png", &small), add(&mut client, "large.png", &large)];
    // A photo is encoded as the picture on the stage is.
    let Pixels { width, height, rgb } =
        Pixels { width: small.width, height: small.height, rgb: small.rgb.clone() };
    let event = ask(&mut client, Command::EncodePicture { picture: Pixels { width, height, rgb } });
    assert_eq!(event, Event::PictureEncoded(rows[0].clone()));

    let mut client = visit(folders.path());
    let event = ask(&mut client, Command::OpenAlbum);
    assert_eq!(event, album(&["small.png", "large.png"], rows.concat()));
    let event = ask(&mut client, Command::Thumbnails { photos: vec![1, 0, 7] });
    let Event::Thumbnails(files) = event else { panic!("{event:?}") };
    assert_eq!(files.iter().map(|(photo, _)| *photo).collect::<Vec<_>>(), [1, 0]);
    let size =
        |file: &[u8]| decode(file).map(|picture| (picture.pixels.width, picture.pixels.height)).unwrap();
    assert_eq!((size(&files[0].1), size(&files[1].1)), ((224, 224), (64, 64)));

    // What is added later comes behind, and nothing is left after forgetting.
    add(&mut client, "third.png", &picture(2, 70));
    let Event::Album { photos, embeddings, .. } = ask(&mut client, Command::OpenAlbum) else {
        panic!("an album")
    };
    assert_eq!((photos.len(), &embeddings[..rows[0].len()]), (3, &rows[0][..]));
    assert_eq!(ask(&mut client, Command::ClearAlbum), album(&[], vec![]));
    add(&mut client, "again.png", &small);
    let event = ask(&mut client, Command::OpenAlbum);
    assert_eq!(event, album(&["again.png"], rows[0].clone()));
}

#[test]
fn words_are_embedded_together_and_what_is_no_picture_is_told() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    let texts = vec!["a red circle".to_string(), "a blue star".to_string()];
    let Event::TextsEncoded(rows) = ask(&mut client, Command::EncodeTexts { texts: texts.clone() }) else {
        panic!("rows")
    };
    let Event::TextEncoded(second) = ask(&mut client, Command::EncodeText { text: texts[1].clone() }) else {
        panic!("a row")
    };
    let difference = |(a, b): (&f32, &f32)| (a - b).abs();
    let worst = rows[second.len()..].iter().zip(&second).map(difference).fold(0.0, f32::max);
    assert!(rows.len() == 2 * second.len() && worst < 1e-4, "{worst}");
    assert_eq!(ask(&mut client, Command::EncodeLabels { texts }), Event::TextsEncoded(rows));
    let event = ask(&mut client, Command::AddPhoto { photo: photo("a.png"), file: b"no picture".to_vec() });
    let Event::Failed(failure) = event else { panic!("{event:?}") };
    assert!(
        failure.sentence.starts_with("The file a.png could not be read as a picture."),
        "{}",
        failure.sentence
    );
    assert_eq!(failure.way_on, WayOn::ChangeInput);
    let event = ask(&mut client, Command::OpenAlbum);
    assert_eq!(event, album(&[], vec![]));
}

#[test]
fn a_photo_whose_file_ends_early_is_marked_for_good() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    add(&mut client, "whole.png", &picture(0, 70));
    let mut file = encode_png(&picture(1, 70));
    // IEND.
    file.truncate(file.len() - 12);
    let event = ask(&mut client, Command::AddPhoto { photo: photo("cut.png"), file: file.clone() });
    assert!(matches!(event, Event::PhotoAdded { is_incomplete: true, .. }), "{event:?}");
    let event = ask(&mut visit(folders.path()), Command::OpenAlbum);
    let Event::Album { incomplete, .. } = event else { panic!("{event:?}") };
    assert_eq!(incomplete, [1]);
    let event = ask(&mut client, Command::Open { name: "cut.png".into(), file: file.clone() });
    assert!(matches!(event, Event::Opened(Opened { is_incomplete: true, .. })), "{event:?}");
    let refusals: [(&[u8], &str); 3] = [
        (&file[..file.len() / 2], "The file p ends before its picture does."),
        (b"", "The file p is empty."),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "The file p is a picture of the kind HEIC"),
    ];
    for (file, sentence) in refusals {
        let event = ask(&mut client, Command::Open { name: "p".into(), file: file.to_vec() });
        let Event::Failed(failure) = event else { panic!("{event:?}") };
        assert!(failure.sentence.starts_with(sentence), "{}", failure.sentence);
        assert_eq!(failure.way_on, WayOn::ChangeInput);
    }
}

#[test]
fn of_two_pictures_that_come_together_the_second_is_shown() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    // The first takes longer to decode.
    let [first, second] = [picture(0, 1200), picture(1, 64)].map(|picture| encode_png(&picture));
    let id = [first, second].map(|file| client.send(Command::Open { name: "p".into(), file }));
    let replies = block_on(client.finish());
    assert_eq!(replies.iter().map(|reply| reply.id).collect::<Vec<_>>(), id[1..]);
    assert!(
        matches!(&replies[0].event, Event::Opened(Opened { picture: opened, .. }) if opened.rgb == picture(1, 64).rgb)
    );
}
