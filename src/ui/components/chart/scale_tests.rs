use super::*;

fn span(axis: &Axis, values: &[f32]) -> Span {
    Span::new(axis, values.iter().copied(), 5)
}

fn labels(span: &Span) -> Vec<String> {
    span.ticks.iter().map(|&tick| span.label(tick)).collect()
}

#[test]
fn an_axis_ends_at_round_numbers() {
    let loss = span(&Axis::new("Loss", "nats"), &[0.31, 2.77, f32::NAN]);
    assert_eq!(labels(&loss), ["0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0"]);
    let steps = span(&Axis::new("Step", ""), &[0.0, 1.0, 2.0]);
    assert_eq!(labels(&steps), ["0", "1", "2"], "no half steps");
    let small = span(&Axis::new("Rate", ""), &[0.001, 0.0013]);
    assert_eq!(labels(&small), ["0.0010", "0.0011", "0.0012", "0.0013"]);
}

#[test]
fn a_range_stays_as_it_was_given() {
    let share = span(&Axis::new("Accuracy", "").within(0.0, 1.0), &[0.4, 3.0]);
    assert_eq!((share.low, share.high), (0.0, 1.0));
    assert_eq!(labels(&share), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
}

#[test]
fn ratios_have_decades() {
    let log = Axis::new("Rate", "").log();
    assert_eq!(labels(&span(&log, &[0.003, 0.8, 0.0, -1.0])), ["0.01", "0.1", "1"]);
    assert_eq!(labels(&span(&log, &[3.0, 30.0])), ["2", "5", "10", "20", "50"]);
    assert_eq!(labels(&span(&log, &[1e-8, 1e2])), ["1e-8", "1e-6", "0.0001", "0.01", "1", "100"]);
    assert!(span(&log, &[1.0]).place(0.0).is_nan(), "nothing has no place among ratios");
}

#[test]
fn nothing_and_a_single_value_have_an_axis() {
    for axis in [Axis::new("Loss", "nats"), Axis::new("Loss", "nats").log()] {
        for values in [&[][..], &[0.0], &[3.0], &[2.5; 3], &[f32::NAN]] {
            let span = span(&axis, values);
            assert!(span.low < span.high && span.ticks.len() >= 2, "{values:?}: {span:?}");
            assert!(values.iter().all(|&v| span.place(f64::from(v)).is_nan() || v as f64 >= span.low));
        }
    }
}

#[test]
fn places_and_values_are_inverse() {
    for axis in [Axis::new("", ""), Axis::new("", "").log()] {
        let span = span(&axis, &[1.5, 90.0]);
        for share in [0.0, 0.25, 1.0] {
            assert!((span.place(f64::from(span.value(share))) - share).abs() < 1e-5);
        }
    }
}

#[test]
fn values_are_read_with_sensible_digits() {
    let loss = span(&Axis::new("Loss", "nats"), &[0.0, 0.5, 2.0]);
    assert_eq!(loss.read(0.123_456), "0.123");
    assert_eq!(loss.read(f32::NAN), "none");
    let steps = span(&Axis::new("Step", ""), &[0.0, 2000.0]);
    assert_eq!(steps.read(1234.0), "1234");
    let log = span(&Axis::new("Rate", "").log(), &[1e-6, 0.1]);
    assert_eq!([log.read(0.000_012_34), log.read(0.012_345)], ["1.23e-5", "0.0123"]);
    assert_eq!(significant(-123.456, 4), "-123.5");
}

#[test]
fn two_axes_share_a_measure() {
    let wide = span(&Axis::new("", ""), &[-1.0, 1.0]).of_length(4.0, 5);
    assert_eq!((wide.low, wide.high, wide.ticks.len()), (-2.0, 2.0, 5));
}

#[test]
fn names_carry_units() {
    let loss = Axis::new("Loss", "nats");
    assert_eq!(loss.name(), "Loss (nats)");
    assert_eq!(loss.with_unit("0.3".into()), "0.3 nats");
    assert_eq!(Axis::new("Step", "").name(), "Step");
}
