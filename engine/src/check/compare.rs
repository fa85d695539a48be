//! When two tensors count as equal.

use crate::tensor::{Data, HostTensor};

/// Compares elementwise: `|got - want| <= tolerance * (1 + |want|)` for f32, equality for u32.
/// NaN and infinities are failures on either side.
///
/// # Errors
/// Both shapes, or the worst element with its place.
pub fn compare(got: &HostTensor, want: &HostTensor, tolerance: f32) -> Result<(), String> {
    if (&got.shape, got.dtype()) != (&want.shape, want.dtype()) {
        return Err(format!(
            "got {:?} {}, expected {:?} {}",
            got.dtype(),
            got.shape,
            want.dtype(),
            want.shape
        ));
    }
    match (&got.data, &want.data) {
        (Data::F32(got), Data::F32(want)) => compare_f32(got, want, tolerance),
        _ => {
            let (got, want) = (got.as_u32(), want.as_u32());
            match got.iter().zip(want).position(|(g, w)| g != w) {
                Some(i) => Err(format!("[{i}] is {}, expected {}", got[i], want[i])),
                None => Ok(()),
            }
        }
    }
}

fn compare_f32(got: &[f32], want: &[f32], tolerance: f32) -> Result<(), String> {
    if let Some(i) = want.iter().position(|w| !w.is_finite()) {
        return Err(format!("the definition gives {} at [{i}]", want[i]));
    }
    if let Some(i) = got.iter().position(|g| !g.is_finite()) {
        return Err(format!("[{i}] is {}, expected {}", got[i], want[i]));
    }
    let error = |i: usize| (got[i] - want[i]).abs() / (1.0 + want[i].abs());
    let wrong = (0..got.len()).filter(|i| error(*i) > tolerance);
    let (count, worst) = wrong.fold((0, 0), |(count, worst), i| {
        (count + 1, if count == 0 || error(i) > error(worst) { i } else { worst })
    });
    if count == 0 {
        return Ok(());
    }
    let (g, w, e, n) = (got[worst], want[worst], error(worst), got.len());
    Err(format!(
        "{count} of {n} elements off; worst [{worst}] is {g:e}, expected {w:e} (error {e:.1e}, tolerance {tolerance:.0e})"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::case::noise;

    #[test]
    fn one_perturbed_element_fails() {
        let want = noise(&[7, 37], 3.0, 1);
        assert_eq!(compare(&want, &want, 1e-5), Ok(()));
        let mut values = want.as_f32().to_vec();
        values[123] += 1e-3;
        let message = compare(&HostTensor::f32([7, 37], values), &want, 1e-5).unwrap_err();
        assert!(message.starts_with("1 of 259 elements off; worst [123]"), "{message}");
    }

    #[test]
    fn the_tolerance_grows_with_the_value() {
        let (small, large) = (HostTensor::f32([1], vec![0.0]), HostTensor::f32([1], vec![1e4]));
        assert!(compare(&HostTensor::f32([1], vec![0.05]), &small, 1e-5).is_err());
        assert!(compare(&HostTensor::f32([1], vec![1e4 + 0.05]), &large, 1e-5).is_ok());
    }

    #[test]
    fn nan_and_infinity_fail_on_either_side() {
        let fine = HostTensor::f32([2], vec![1.0, 2.0]);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let broken = HostTensor::f32([2], vec![1.0, bad]);
            assert!(compare(&broken, &fine, 1e9).is_err());
            assert!(compare(&fine, &broken, 1e9).is_err());
            assert!(compare(&broken, &broken, 1e9).is_err());
        }
    }

    #[test]
    fn shapes_types_and_ids_must_be_equal() {
        let (row, column) = (HostTensor::zeros([1, 4]), HostTensor::zeros([4, 1]));
        assert!(compare(&row, &column, 1.0).is_err());
        let ids = |last| HostTensor::u32([2], vec![3, last]);
        assert_eq!(compare(&ids(4), &ids(4), 0.0), Ok(()));
        assert!(compare(&ids(5), &ids(4), 1e9).is_err());
        assert!(compare(&ids(4), &HostTensor::zeros([2]), 1e9).is_err());
    }
}
