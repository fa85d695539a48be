//! The visitor's photos, kept by the session from one visit to the next.

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use tempfile::tempdir;
use triptych::io::image::{decode, encode_png};
use triptych::pixels;
use triptych::session::local::{LocalClient, Offline};
use triptych::session::protocol::{
    AlbumPart, BackendChoice, Command, EncodeLane, Event, ModelName, OpenedPicture, Photo, Pixels, Recovery,
};
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

fn part(client: &mut LocalClient, command: Command) -> AlbumPart {
    let event = ask(client, command);
    let Event::Album(part) = event else { panic!("{event:?}") };
    part
}

fn open(client: &mut LocalClient) -> AlbumPart {
    part(client, Command::OpenAlbum { known: 0 })
}

fn names(part: &AlbumPart) -> Vec<&str> {
    part.photos.iter().map(|photo| photo.name.as_str()).collect()
}

fn addition(name: &str, picture: &pixels::Pixels) -> Command {
    Command::AddPhoto { photo: photo(name), file: encode_png(picture), in_memory: false }
}

/// The embedding of a photo that is new.
fn add(client: &mut LocalClient, name: &str, picture: &pixels::Pixels) -> Vec<f32> {
    let part = part(client, addition(name, picture));
    assert_eq!(part.photos.last(), Some(&photo(name)));
    part.embeddings[part.embeddings.len() * (part.photos.len() - 1) / part.photos.len()..].to_vec()
}

fn whole(photos: &[&str], embeddings: Vec<f32>) -> Event {
    let photos = photos.iter().map(|name| photo(name)).collect();
    Event::Album(AlbumPart {
        from: 0,
        photos,
        embeddings,
        incomplete: Vec::new(),
        damaged: 0,
        is_persistent: true,
    })
}

const OPEN: Command = Command::OpenAlbum { known: 0 };

#[test]
fn photos_are_there_again_on_the_next_visit() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    let [small, large] = [picture(0, PIXELS as u32), picture(1, 640)];
    let rows = [add(&mut client, "small.png", &small), add(&mut client, "large.png", &large)];
    // A photo is encoded as the picture on the stage is.
    let Pixels { width, height, rgb } =
        Pixels { width: small.width, height: small.height, rgb: small.rgb.clone() };
    let event = ask(&mut client, Command::query(Pixels { width, height, rgb }));
    assert_eq!(event, Event::Encoded { from: 0, width: rows[0].len() as u32, rows: rows[0].clone() });

    let mut client = visit(folders.path());
    assert_eq!(ask(&mut client, OPEN), whole(&["small.png", "large.png"], rows.concat()));
    let event = ask(&mut client, Command::Thumbnails { photos: vec![1, 0, 7] });
    let Event::Thumbnails(files) = event else { panic!("{event:?}") };
    assert_eq!(files.iter().map(|(photo, _)| *photo).collect::<Vec<_>>(), [1, 0]);
    let size =
        |file: &[u8]| decode(file).map(|picture| (picture.pixels.width, picture.pixels.height)).unwrap();
    assert_eq!((size(&files[0].1), size(&files[1].1)), ((224, 224), (64, 64)));

    // What is added later comes behind, and nothing is left after forgetting.
    add(&mut client, "third.png", &picture(2, 70));
    let AlbumPart { photos, embeddings, .. } = open(&mut client);
    assert_eq!((photos.len(), &embeddings[..rows[0].len()]), (3, &rows[0][..]));
    assert_eq!(ask(&mut client, Command::ClearAlbum), whole(&[], vec![]));
    add(&mut client, "again.png", &small);
    assert_eq!(ask(&mut client, OPEN), whole(&["again.png"], rows[0].clone()));
}

#[test]
fn words_are_embedded_together_and_what_is_no_picture_is_told() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    let texts = |lane| Command::Encode { inputs: vec!["a red circle".into(), "a blue star".into()], lane };
    let Event::Encoded { rows, .. } = ask(&mut client, texts(EncodeLane::Search)) else { panic!("rows") };
    let Event::Encoded { rows: second, .. } = ask(&mut client, Command::query("a blue star")) else {
        panic!("a row")
    };
    let difference = |(a, b): (&f32, &f32)| (a - b).abs();
    let worst = rows[second.len()..].iter().zip(&second).map(difference).fold(0.0, f32::max);
    assert!(rows.len() == 2 * second.len() && worst < 1e-4, "{worst}");
    let width = rows.len() as u32 / 2;
    let again = ask(&mut client, texts(EncodeLane::Labels));
    assert_eq!(again, Event::Encoded { from: 0, width, rows });
    let event = ask(
        &mut client,
        Command::AddPhoto { photo: photo("a.png"), file: b"no picture".to_vec(), in_memory: false },
    );
    let Event::Failed(failure) = event else { panic!("{event:?}") };
    assert!(
        failure.sentence.starts_with("The file a.png could not be read as a picture."),
        "{}",
        failure.sentence
    );
    assert_eq!(failure.recovery, Recovery::ChangeInput);
    assert_eq!(ask(&mut client, OPEN), whole(&[], vec![]));
}

#[test]
fn two_pages_add_to_one_album_and_no_photo_is_lost() {
    let folders = tempdir().unwrap();
    let [mut first, mut second] = [visit(folders.path()), visit(folders.path())];
    let pictures: Vec<pixels::Pixels> = (0..5).map(|index| picture(index, 64 + 8 * index as u32)).collect();
    assert_eq!((open(&mut first).photos.len(), open(&mut second).photos.len()), (0, 0));
    let mut rows: Vec<Vec<f32>> = Vec::new();
    for (name, picture) in ["a", "b", "c", "d"].into_iter().zip(&pictures) {
        rows.push(add(&mut second, name, picture));
    }
    // The page that adds learns of what has come before.
    let came = part(&mut first, addition("e", &pictures[4]));
    assert_eq!((came.from, names(&came)), (0, vec!["a", "b", "c", "d", "e"]));
    assert_eq!(came.embeddings[..4 * rows[0].len()], rows.concat());
    let came = part(&mut second, Command::OpenAlbum { known: 4 });
    assert_eq!((came.from, names(&came)), (4, vec!["e"]));
    assert_eq!(part(&mut second, Command::OpenAlbum { known: 5 }).photos, []);
    rows.push(came.embeddings);

    let mut third = visit(folders.path());
    assert_eq!(ask(&mut third, OPEN), whole(&["a", "b", "c", "d", "e"], rows.concat()));
    let event = ask(&mut third, Command::Thumbnails { photos: vec![0, 1, 2, 3, 4] });
    let Event::Thumbnails(files) = event else { panic!("{event:?}") };
    for (at, file) in files {
        assert_eq!(decode(&file).unwrap().pixels, pictures[at as usize], "{at}");
    }
    // A photo that another page has added meanwhile is not added once more.
    let came = part(&mut third, addition("f", &pictures[0]));
    assert_eq!((came.from, names(&came)), (5, vec!["f"]));
    let came = part(&mut first, addition("f", &pictures[0]));
    assert_eq!((came.from, names(&came)), (5, vec!["f"]));
    assert_eq!(part(&mut first, addition("f", &pictures[0])).photos, []);
    assert_eq!(open(&mut visit(folders.path())).photos.len(), 6);
}

#[test]
fn what_one_page_forgets_is_forgotten_by_the_other() {
    let folders = tempdir().unwrap();
    let [mut first, mut second] = [visit(folders.path()), visit(folders.path())];
    add(&mut first, "a", &picture(0, 64));
    add(&mut first, "b", &picture(1, 64));
    assert_eq!(open(&mut second).photos.len(), 2);
    ask(&mut first, Command::ClearAlbum);
    let row = add(&mut first, "c", &picture(2, 64));
    // Places of the album that is gone are those of no photo of the new one.
    assert_eq!(ask(&mut second, Command::Thumbnails { photos: vec![0] }), Event::Thumbnails(vec![]));
    assert_eq!(ask(&mut second, Command::OpenAlbum { known: 2 }), whole(&["c"], row));
    ask(&mut second, Command::ClearAlbum);
    assert_eq!(names(&part(&mut first, addition("d", &picture(3, 64)))), ["d"]);
    assert_eq!(open(&mut visit(folders.path())).photos.len(), 1);
}

/// An album of `a`, `b`, `c`, `d`, each of another picture, the folder of its files, and its embeddings.
fn four() -> (tempfile::TempDir, PathBuf, Vec<Vec<f32>>) {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    let rows = ["a", "b", "c", "d"].into_iter().enumerate();
    let rows = rows.map(|(at, name)| add(&mut client, name, &picture(at as u64, 64))).collect();
    let files = folders.path().join("album.Playroom");
    (folders, files, rows)
}

#[test]
fn a_line_that_is_damaged_costs_its_photo_only() {
    let (folders, files, rows) = four();
    let lines = fs::read_to_string(files.join("photos.jsonl")).unwrap();
    let garbage = lines.replacen("\"name\":\"b\"", "\"nXme\"\u{0}\u{1}\"b\"", 1);
    assert_ne!(garbage, lines);
    fs::write(files.join("photos.jsonl"), garbage + "{\"name\":\"half").unwrap();
    let mut client = visit(folders.path());
    let came = open(&mut client);
    assert_eq!((names(&came), came.damaged), (vec!["a", "c", "d"], 2));
    assert_eq!(came.embeddings, [&rows[0][..], &rows[2], &rows[3]].concat());
    // It can be added again, behind the others, which stay as they are.
    let came = part(&mut client, addition("b", &picture(1, 64)));
    assert_eq!((came.from, names(&came), came.damaged), (3, vec!["b"], 2));
    let came = open(&mut visit(folders.path()));
    assert_eq!((names(&came), came.damaged), (vec!["a", "c", "d", "b"], 0));
    assert_eq!(came.embeddings, [&rows[0][..], &rows[2], &rows[3], &rows[1]].concat());
}

#[test]
fn embeddings_that_are_cut_cost_their_photos_only() {
    let (folders, files, rows) = four();
    let bytes = fs::read(files.join("embeddings.f32")).unwrap();
    fs::write(files.join("embeddings.f32"), &bytes[..bytes.len() / 2 + 5]).unwrap();
    let mut client = visit(folders.path());
    let came = open(&mut client);
    assert_eq!((names(&came), came.damaged, &came.embeddings), (vec!["a", "b"], 2, &rows[..2].concat()));
    let again = add(&mut client, "e", &picture(4, 64));
    add(&mut client, "f", &picture(5, 64));
    add(&mut client, "d", &picture(3, 64));
    let came = open(&mut visit(folders.path()));
    // The lines of `c` and `d` named rows that are now those of others.
    assert_eq!((names(&came), came.damaged), (vec!["a", "b", "e", "f", "d"], 0));
    assert_eq!(came.embeddings[2 * again.len()..3 * again.len()], again);
}

#[test]
fn embeddings_that_cannot_be_read_for_a_moment_cost_no_photo() {
    let (folders, files, rows) = four();
    let (there, away) = (files.join("embeddings.f32"), files.join("away"));
    fs::rename(&there, &away).unwrap();
    // A folder cannot be opened as a file.
    fs::create_dir(&there).unwrap();
    let mut client = visit(folders.path());
    assert!(matches!(ask(&mut client, OPEN), Event::Failed(_)));
    fs::remove_dir(&there).unwrap();
    fs::rename(&away, &there).unwrap();
    assert_eq!(ask(&mut client, OPEN), whole(&["a", "b", "c", "d"], rows.concat()));
}

#[test]
fn an_embedding_that_is_no_unit_vector_and_a_thumbnail_that_is_cut_cost_no_other() {
    let (folders, files, rows) = four();
    let mut bytes = fs::read(files.join("embeddings.f32")).unwrap();
    let width = bytes.len() / 4;
    bytes[width..2 * width].fill(0);
    bytes[2 * width..2 * width + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(files.join("embeddings.f32"), bytes).unwrap();
    let thumbnails = fs::read(files.join("thumbnails")).unwrap();
    fs::write(files.join("thumbnails"), &thumbnails[..thumbnails.len() - 1]).unwrap();
    let mut client = visit(folders.path());
    let came = open(&mut client);
    assert_eq!((names(&came), came.damaged), (vec!["a", "d"], 2));
    assert_eq!(came.embeddings, [&rows[0][..], &rows[3]].concat());
    let Event::Thumbnails(files) = ask(&mut client, Command::Thumbnails { photos: vec![0, 1] }) else {
        panic!("files")
    };
    assert_eq!(decode(&files[0].1).unwrap().pixels, picture(0, 64));
    assert_eq!(files[1], (1, Vec::new()));
}

/// As it is after a break between two files, and as an earlier build wrote it, without the numbers of rows.
#[test]
fn an_album_of_an_earlier_build_and_one_that_broke_off_go_on() {
    let (folders, files, rows) = four();
    let lines = fs::read_to_string(files.join("photos.jsonl")).unwrap();
    let older: String = (0..4).fold(lines, |lines, row| lines.replace(&format!(",\"row\":{row}"), ""));
    assert!(!older.contains("row"));
    let three = older.split_inclusive('\n').take(3).collect::<String>();
    fs::write(files.join("photos.jsonl"), three).unwrap();
    let mut client = visit(folders.path());
    assert_eq!(ask(&mut client, OPEN), whole(&["a", "b", "c"], rows[..3].concat()));
    let row = add(&mut client, "e", &picture(4, 64));
    let all = [&rows[..3], &[row]].concat().concat();
    let mut client = visit(folders.path());
    assert_eq!(ask(&mut client, OPEN), whole(&["a", "b", "c", "e"], all));
    let Event::Thumbnails(files) = ask(&mut client, Command::Thumbnails { photos: vec![3] }) else {
        panic!("files")
    };
    assert_eq!(decode(&files[0].1).unwrap().pixels, picture(4, 64));
}

#[test]
fn an_album_in_memory_goes_on_from_what_is_kept_and_leaves_it_as_it_was() {
    let (folders, _, rows) = four();
    let mut client = visit(folders.path());
    open(&mut client);
    let command = addition("e", &picture(4, 64)).in_memory().expect("it keeps something");
    let came = part(&mut client, command);
    assert_eq!((came.from, names(&came), came.is_persistent), (4, vec!["e"], false));
    add(&mut client, "f", &picture(5, 64));
    let came = open(&mut client);
    assert_eq!((names(&came), came.is_persistent), (vec!["a", "b", "c", "d", "e", "f"], false));
    assert_eq!(ask(&mut visit(folders.path()), OPEN), whole(&["a", "b", "c", "d"], rows.concat()));
}

#[test]
fn where_nothing_can_be_kept_the_album_lasts_for_the_visit() {
    let folder = tempdir().unwrap();
    let taken = folder.path().join("file");
    fs::write(&taken, b"no folder").unwrap();
    let mut client = visit(&taken);
    let came = open(&mut client);
    assert_eq!((came.photos.len(), came.is_persistent), (0, false));
    add(&mut client, "a", &picture(0, 64));
    assert_eq!(names(&open(&mut client)), ["a"]);
    let came = part(&mut client, Command::ClearAlbum);
    assert_eq!((came.photos.len(), came.is_persistent), (0, false));
    assert_eq!(open(&mut visit(&taken)).photos.len(), 0);
}

#[test]
fn a_photo_whose_file_ends_early_is_marked_for_good() {
    let folders = tempdir().unwrap();
    let mut client = visit(folders.path());
    add(&mut client, "whole.png", &picture(0, 70));
    let mut file = encode_png(&picture(1, 70));
    // IEND.
    file.truncate(file.len() - 12);
    let came = part(
        &mut client,
        Command::AddPhoto { photo: photo("cut.png"), file: file.clone(), in_memory: false },
    );
    assert_eq!((names(&came), &came.incomplete), (vec!["cut.png"], &vec![1]));
    assert_eq!(open(&mut visit(folders.path())).incomplete, [1]);
    let event = ask(&mut client, Command::Open { name: "cut.png".into(), file: file.clone() });
    assert!(matches!(event, Event::Opened(OpenedPicture { is_incomplete: true, .. })), "{event:?}");
    let refusals: [(&[u8], &str); 3] = [
        (&file[..file.len() / 2], "The file p ends before its picture does."),
        (b"", "The file p is empty."),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "The file p is a picture of the kind HEIC"),
    ];
    for (file, sentence) in refusals {
        let event = ask(&mut client, Command::Open { name: "p".into(), file: file.to_vec() });
        let Event::Failed(failure) = event else { panic!("{event:?}") };
        assert!(failure.sentence.starts_with(sentence), "{}", failure.sentence);
        assert_eq!(failure.recovery, Recovery::ChangeInput);
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
        matches!(&replies[0].event, Event::Opened(OpenedPicture { picture: opened, .. }) if opened.rgb == picture(1, 64).rgb)
    );
}
