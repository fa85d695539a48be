use super::*;
use crate::world::attributes::{Colour, Shape, Size};
use crate::world::render::PIXELS;
use crate::world::{Split, Stream, render, splits};

struct Clip {
    scene: Scene,
    picture: Picture,
    motion: Motion,
    table: Table,
}

fn clip(index: u64) -> Clip {
    let stream = |stream| Rng::new(Split::Train, 9, index, stream);
    let scene = splits::scene(Split::Train, 9, index);
    let motion = Motion::draw(&scene, &mut stream(Stream::Motion));
    let picture = render(&scene);
    let table = Table::draw(&scene, &motion, &picture, &mut stream(Stream::Table));
    Clip { scene, picture, motion, table }
}

fn clips(count: u64) -> impl Iterator<Item = Clip> {
    (0..count).map(clip)
}

/// A clip at rest of a scene made by hand.
fn by_hand(objects: Vec<Object>, background: Background, seed: u64) -> Table {
    let scene = Scene { objects, background, noise: 3 };
    let motion = Motion::new(&scene, &vec![[0, 0]; scene.objects.len()]);
    Table::draw(&scene, &motion, &render(&scene), &mut Rng::from_seed(seed))
}

fn object(size: Size) -> Object {
    Object {
        shape: Shape::Square,
        colour: Colour::Green,
        size,
        texture: Texture::Solid,
        x: 130,
        y: 121,
        tilt: 0,
    }
}

#[test]
fn rows_are_a_permutation_of_the_objects() {
    let (mut in_order, mut many) = (0, 0);
    for Clip { scene, table, .. } in clips(400) {
        let order: Vec<usize> = table.objects.iter().map(|row| row.object.unwrap()).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..scene.objects.len()).collect::<Vec<_>>());
        many += u32::from(order.len() > 2);
        in_order += u32::from(order.len() > 2 && order.is_sorted());
    }
    assert!(in_order * 4 < many, "{in_order} of {many} in the order of the scene");
}

#[test]
fn readings_are_those_of_masks_motion_and_scene() {
    let near = |reading: Option<f32>, value: f64, step: f64| {
        let is_near = |reading: f32| (f64::from(reading) - value).abs() <= step / 2.0 + 1e-4;
        assert!(reading.is_none_or(is_near), "{reading:?} of {value}");
    };
    for Clip { scene, picture, motion, table } in clips(200) {
        for row in &table.objects {
            let index = row.object.unwrap();
            let (object, mask) = (&scene.objects[index], &picture.masks[index]);
            let pixels = (0..PIXELS).flat_map(|y| (0..PIXELS).map(move |x| (x, y)));
            let seen: Vec<usize> =
                pixels.filter(|&(x, y)| mask.contains(x, y)).map(|(x, y)| y * PIXELS + x).collect();
            near(row.get(ObjectColumn::Area), seen.len() as f64, 1.0);
            for (channel, column) in
                [ObjectColumn::Red, ObjectColumn::Green, ObjectColumn::Blue].into_iter().enumerate()
            {
                let sum: f64 = seen.iter().map(|p| f64::from(picture.rgb[3 * p + channel])).sum();
                near(row.get(column), sum / seen.len() as f64, 0.1);
            }
            near(row.get(ObjectColumn::X), f64::from(object.x) / 4.0, 0.1);
            near(row.get(ObjectColumn::Y), f64::from(object.y) / 4.0, 0.1);
            let [x, y] = motion.velocities()[index].map(f64::from);
            near(row.get(ObjectColumn::Speed), x.hypot(y) / 4.0, 0.1);
        }
        near(table.get(SceneColumn::Count), scene.objects.len() as f64, 0.0);
        let sum: f64 = picture.rgb.iter().map(|&byte| f64::from(byte)).sum();
        near(table.get(SceneColumn::Brightness), sum / (picture.rgb.len() as f64 * 255.0), 0.01);
    }
}

#[test]
fn readings_lie_on_their_scales_and_survive_their_digits() {
    for Clip { table, .. } in clips(200) {
        let scales = ObjectColumn::ALL.map(ObjectColumn::scale);
        let rows = table.objects.iter().flat_map(|row| row.cells.into_iter().zip(scales));
        let scene = table.scene.into_iter().zip(SceneColumn::ALL.map(SceneColumn::scale));
        for (cell, scale) in rows.chain(scene) {
            let Some(reading) = cell else { continue };
            assert!((scale.least..=scale.most).contains(&reading));
            let digits = reading.to_string();
            assert!(digits.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 2), "{digits}");
            assert_eq!(digits.parse::<f32>().unwrap().to_bits(), reading.to_bits());
        }
    }
    assert_eq!(ObjectColumn::X.scale().reading(-3.0), 0.0);
    assert_eq!(ObjectColumn::X.scale().reading(31.26), 31.3);
    assert_eq!(ObjectColumn::Speed.scale().reading(1e9), 100.0);
}

#[test]
fn as_many_cells_are_missing_as_they_should() {
    let (mut missing, mut all) = ([0_f64; 11], [0_f64; 11]);
    for Clip { table, .. } in clips(1_500) {
        let cells = table.objects.iter().flat_map(|row| row.cells.into_iter().enumerate());
        for (column, cell) in cells.chain((8..).zip(table.scene)) {
            all[column] += 1.0;
            missing[column] += f64::from(u8::from(cell.is_none()));
        }
    }
    let rate = MISSING_PERCENT as f64 / 100.0;
    for (missing, all) in missing.into_iter().zip(all) {
        let deviation = (all * rate * (1.0 - rate)).sqrt();
        assert!((missing - all * rate).abs() < 4.0 * deviation, "{missing} of {all}");
    }
}

#[test]
fn temperature_tells_most_textures_but_not_all() {
    let nearest = |reading: f32| match reading {
        ..25.0 => Texture::Solid,
        ..35.0 => Texture::Striped,
        _ => Texture::Dotted,
    };
    let (mut right, mut all) = (0_f64, 0_f64);
    for Clip { scene, table, .. } in clips(1_500) {
        for row in &table.objects {
            let Some(reading) = row.get(ObjectColumn::Temperature) else { continue };
            all += 1.0;
            let texture = scene.objects[row.object.unwrap()].texture;
            right += f64::from(u8::from(nearest(reading) == texture));
        }
    }
    // One in 24 of solid and of dotted objects is taken for a striped one, and two of striped ones for another.
    let share = right / all;
    assert!((share - (1.0 - 4.0 / 72.0)).abs() < 0.02, "{share}");
}

#[test]
fn the_hour_agrees_with_the_background() {
    for Clip { scene, table, .. } in clips(800) {
        let Some(hour) = table.get(SceneColumn::Hour) else { continue };
        let expected = match hour {
            ..5.0 | 22.0.. => &[Background::Night][..],
            ..8.0 => &[Background::Slate],
            ..18.0 => &Background::ALL[..5],
            _ => &[Background::Dusk],
        };
        assert!(expected.contains(&scene.background), "{hour} {:?}", scene.background);
    }
}

#[test]
fn an_empty_scene_has_a_row_of_its_own() {
    let tables: Vec<Table> = (0..20).map(|seed| by_hand(Vec::new(), Background::Dusk, seed)).collect();
    assert!(tables.iter().all(|table| table.objects.is_empty()));
    assert!(tables.iter().any(|table| table.get(SceneColumn::Count) == Some(0.0)));
    assert!(tables.iter().all(|table| table.get(SceneColumn::Count).is_none_or(|count| count == 0.0)));
}

#[test]
fn a_hidden_object_has_no_colour() {
    let hidden = |seed| {
        let table = by_hand(vec![object(Size::Small), object(Size::Large)], Background::Paper, seed);
        table.objects.into_iter().find(|row| row.object == Some(0)).unwrap()
    };
    let mut areas = Vec::new();
    for row in (0..20).map(hidden) {
        let colour = [ObjectColumn::Red, ObjectColumn::Green, ObjectColumn::Blue];
        assert_eq!(colour.map(|column| row.get(column)), [None; 3]);
        areas.extend(row.get(ObjectColumn::Area));
        assert!(row.get(ObjectColumn::X).is_none_or(|x| x == 32.5));
    }
    assert!(areas.len() > 10 && areas.iter().all(|&area| area == 0.0), "{areas:?}");
}

#[test]
fn the_stream_of_tables_is_no_other() {
    let first = |stream| Rng::new(Split::Val, 1, 2, stream).next_u64();
    let others =
        [Stream::Scene, Stream::Picture, Stream::Captions, Stream::Questions, Stream::Edits, Stream::Motion];
    assert!(others.iter().all(|&other| first(other) != first(Stream::Table)));
    let Clip { scene, motion, picture, .. } = clip(4);
    let table = |rng: &mut Rng| Table::draw(&scene, &motion, &picture, rng);
    let again = clip(4);
    assert_eq!((&again.scene, &again.motion, &again.picture), (&scene, &motion, &picture));
    assert_ne!(table(&mut Rng::from_seed(1)), table(&mut Rng::from_seed(2)));
}
