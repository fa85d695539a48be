//! The softmax of scores in host memory; that of tensors is `ops::softmax`.

/// `exp(s_i) / sum_j exp(s_j)`, without overflow; nothing of no scores.
pub fn softmax(scores: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = scores.into_iter().collect();
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    values.iter_mut().for_each(|value| *value = (*value - max).exp());
    let sum: f64 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
    values
}

/// `s_i - ln(sum_j exp(s_j))`.
pub fn log_softmax(scores: &[f32]) -> Vec<f32> {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f64 = scores.iter().map(|score| f64::from(score - max).exp()).sum();
    let shift = max + sum.ln() as f32;
    scores.iter().map(|score| score - shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_one_and_large_scores_stay_finite() {
        let shares = softmax([0.0, 2f64.ln(), 5f64.ln()]);
        assert!(shares.iter().zip([1.0, 2.0, 5.0]).all(|(share, part)| (share - part / 8.0).abs() < 1e-12));
        assert_eq!(softmax([1e7, -1e7]), [1.0, 0.0]);
        assert_eq!(softmax([]), []);
        let logs = log_softmax(&[0.0, 2f32.ln(), 5f32.ln()]);
        assert!(logs.iter().zip([1.0f32, 2.0, 5.0]).all(|(log, part)| (log.exp() - part / 8.0).abs() < 1e-6));
    }
}
