use super::*;
use crate::world::{Background, Colour, Shape, Size, Texture};
use crate::world::{Split, splits};

fn lone(shape: Shape, size: Size, texture: Texture) -> Scene {
    let object = Object { shape, colour: Colour::Red, size, texture, x: 128, y: 128, tilt: 0 };
    Scene { objects: vec![object], background: Background::Paper, noise: 1 }
}

#[test]
fn masks_are_disjoint_and_never_empty_in_generated_scenes() {
    for index in 0..2_000 {
        let scene = splits::scene(Split::Train, 11, index);
        let masks = render(&scene).masks;
        for (i, mask) in masks.iter().enumerate() {
            let alone = Scene { objects: vec![scene.objects[i]], ..scene.clone() };
            let whole = render(&alone).masks[0].area();
            assert!(mask.area() * 2 > whole, "object {i} of {scene:?} is mostly hidden");
            for other in &masks[..i] {
                assert!(mask.rows.iter().zip(&other.rows).all(|(a, b)| a & b == 0));
            }
        }
    }
}

#[test]
fn masks_are_the_pixels_that_an_object_changes_by_half() {
    for shape in Shape::ALL {
        let scene = lone(shape, Size::Large, Texture::Solid);
        let empty = Scene { objects: Vec::new(), ..scene.clone() };
        let (with, without) = (render(&scene), render(&empty));
        for pixel in 0..PIXELS * PIXELS {
            let green = |picture: &Picture| i32::from(picture.rgb[pixel * 3 + 1]);
            let change = green(&without) - green(&with);
            if with.masks[0].contains(pixel % PIXELS, pixel / PIXELS) {
                assert!(change >= 95, "{shape} {pixel}: {change}");
            } else {
                assert!(change <= 120, "{shape} {pixel}: {change}");
            }
        }
    }
}

#[test]
fn sizes_leave_clear_gaps_and_textures_differ() {
    for shape in Shape::ALL {
        let areas = Size::ALL.map(|size| render(&lone(shape, size, Texture::Solid)).masks[0].area());
        assert!(areas[1] * 10 >= areas[0] * 17 && areas[2] * 10 >= areas[1] * 15, "{shape} {areas:?}");
        for size in Size::ALL {
            let pictures = Texture::ALL.map(|texture| render(&lone(shape, size, texture)).rgb);
            for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                let pixels = pictures[a].chunks(3).zip(pictures[b].chunks(3));
                let change =
                    pixels.map(|(p, q)| p.iter().zip(q).map(|(p, q)| u32::from(p.abs_diff(*q))).sum());
                let strong = change.filter(|&change: &u32| change > 90).count();
                assert!(strong >= 6, "{size} {shape}: textures {a} and {b} differ in {strong} pixels");
            }
        }
    }
}

#[test]
fn a_cell_lies_in_a_mask_that_covers_a_quarter_of_it_or_no_more_of_any_other() {
    let mut mask = Mask { rows: [0; PIXELS] };
    assert!(mask.cells(8).iter().all(|inside| !inside));
    mask.rows[4] = 0b11 << 12;
    assert_eq!(mask.coverage(8)[1], 2);
    let lone: Vec<usize> = (0..64).filter(|&cell| mask.cells(8)[cell]).collect();
    assert_eq!(lone, [1]);
    mask.rows[8..16].fill(0b11 << 62);
    let cells: Vec<usize> = (0..64).filter(|&cell| mask.cells(8)[cell]).collect();
    assert_eq!(cells, [15]);
    mask.rows[8..12].fill(u64::MAX);
    assert_eq!(mask.cells(8).iter().filter(|inside| **inside).count(), 8);
    assert_eq!(mask.coverage(1), [mask.area()]);
}

#[test]
fn odd_scenes_are_drawn() {
    let mut scene = lone(Shape::Star, Size::Large, Texture::Dotted);
    scene.objects = vec![scene.objects[0]; 5];
    let areas: Vec<u32> = render(&scene).masks.iter().map(Mask::area).collect();
    assert_eq!(areas[..4], [0; 4]);
    assert!(areas[4] > 100);
    for (x, y, tilt) in [(-4_000, 10, 0), (0, 0, 2), (256, 256, -2), (i16::MAX, i16::MIN, i8::MIN)] {
        scene.objects = vec![Object { x, y, tilt, ..scene.objects[0] }];
        let picture = render(&scene);
        assert_eq!(picture.rgb.len(), PIXELS * PIXELS * 3);
        assert_eq!(picture.masks[0].area() > 0, (0..=256).contains(&x));
    }
    scene.objects.clear();
    assert!(render(&scene).masks.is_empty());
}

#[test]
fn a_picture_takes_less_than_a_millisecond() {
    let scenes: Vec<Scene> = (0..20).map(|i| splits::scene_with(Split::Train, 2, i, 5..=5)).collect();
    // The least of several runs: other work on the machine can only add.
    let run = |_| {
        let start = std::time::Instant::now();
        assert!(scenes.iter().all(|scene| render(scene).masks.len() == 5));
        start.elapsed() / scenes.len() as u32
    };
    let each = (0..20).map(run).min().unwrap();
    assert!(each.as_micros() < 1_000, "{each:?}");
}
