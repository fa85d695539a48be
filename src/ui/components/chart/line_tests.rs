use super::*;
use crate::ui::components::chart::Tone;

fn series(points: &[(f32, f32)]) -> Series {
    Series::new("a", Tone::Picture, points.to_vec())
}

#[test]
fn the_nearest_point_is_read() {
    let line = series(&[(0.0, 1.0), (10.0, 2.0), (20.0, 3.0)]);
    assert_eq!(line.at(4.0), Some((0.0, 1.0)));
    assert_eq!(line.at(6.0), Some((10.0, 2.0)));
    assert_eq!(line.at(20.0), Some((20.0, 3.0)));
    assert_eq!(line.at(21.0), None, "a line that has ended says nothing");
    assert_eq!(series(&[]).at(0.0), None);
}

#[test]
fn the_cursor_stands_at_a_point() {
    let both = [series(&[(0.0, 1.0), (10.0, 2.0)]), series(&[(7.0, 1.0), (30.0, 2.0)])];
    assert_eq!(snap(&both, 6.0), Some(7.0), "the beginning of the second");
    assert_eq!(snap(&both, 11.0), Some(10.0), "the end of the first");
    assert_eq!(snap(&both, 99.0), Some(30.0));
    assert_eq!(snap(&[], 1.0), None);
}

#[test]
fn keys_walk_along_the_longest_line() {
    let both = [series(&[(0.0, 1.0)]), series(&[(5.0, 1.0), (6.0, 2.0), (7.0, 2.0)])];
    assert_eq!(step(&both, Some(6.0), "ArrowRight"), Some(Some(7.0)));
    assert_eq!(step(&both, None, "End"), Some(Some(7.0)));
    assert_eq!(step(&both, Some(6.0), "Escape"), Some(None));
    assert_eq!(step(&both, Some(6.0), "Tab"), None);
    assert_eq!(step(&[], None, "End"), None);
}

#[test]
fn levels_have_a_place() {
    let (x, y) = (Axis::new("Step", ""), Axis::new("Loss", "nats"));
    let frame = frame(640.0, [&x, &y], &[series(&[(0.0, 1.0), (3.0, 2.0)])], &[Mark::level(4.16, "chance")]);
    assert!(frame.y.high >= 4.16);
}
