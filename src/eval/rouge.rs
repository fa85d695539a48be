//! ROUGE-L (Lin 2004) as pycocoevalcap computes it.

use super::candidate::Candidate;

/// Weight of recall against precision.
const BETA: f64 = 1.2;

/// The F-measure of the longest common subsequence: the best precision and the best recall over the references, which
/// may come from different ones.
pub fn rouge_l(candidate: &Candidate) -> f64 {
    let (mut precision, mut recall) = (0.0_f64, 0.0_f64);
    for reference in &candidate.references {
        let common = longest_common(&candidate.tokens, reference) as f64;
        if common > 0.0 {
            precision = precision.max(common / candidate.tokens.len() as f64);
            recall = recall.max(common / reference.len() as f64);
        }
    }
    match precision > 0.0 {
        true => (1.0 + BETA * BETA) * precision * recall / (recall + BETA * BETA * precision),
        false => 0.0,
    }
}

/// Length of the longest common subsequence.
fn longest_common(a: &[&str], b: &[&str]) -> usize {
    // best[j]: of the tokens of `a` read so far and the first j of `b`.
    let mut best = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = best[j + 1];
            best[j + 1] = if x == y { diagonal + 1 } else { above.max(best[j]) };
            diagonal = above;
        }
    }
    best[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_matters() {
        let forward: Vec<&str> = "a b c d".split(' ').collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        assert_eq!(longest_common(&forward, &forward), 4);
        assert_eq!(longest_common(&forward, &backward), 1);
        assert_eq!(longest_common(&forward, &["b", "x", "d"]), 2);
        assert_eq!(longest_common(&forward, &[]), 0);
    }

    #[test]
    fn precision_and_recall_are_weighed() {
        // Three common tokens: precision 3/3, recall 3/6. 2.44 * 0.5 / (0.5 + 1.44) = 0.628866
        let score = rouge_l(&Candidate::new("a red circle", ["there is a small red circle"]));
        assert!((score - 0.628_866).abs() < 1e-6, "{score}");
        // Precision 1 from the long reference, recall 1 from the short one.
        let score = rouge_l(&Candidate::new("a red circle", ["there is a small red circle", "red circle"]));
        assert!((score - 1.0).abs() < 1e-12, "{score}");
        assert_eq!(rouge_l(&Candidate::new("", ["a"])), 0.0);
    }
}
