//! What contestants cannot learn by construction, however long they train.

use super::contestant::Contestant;
use super::task::{Information, Task};

/// Why a contestant cannot solve a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// It is given nothing.
    Blind,
    /// It is given the picture alone.
    PictureOnly,
    /// It is given the words alone, or beside them a picture that is not theirs.
    WordsOnly,
    /// The logits are a sum of one that has seen the picture and one that has heard the words. Where the answer is whether
    /// both agree, the sums of the two agreeing pairs and those of the two others are equal, though the former should be
    /// positive and the latter negative.
    Additive,
}

/// Why the contestant cannot answer all samples of the task; none where it can.
pub fn limit(contestant: Contestant, task: &Task) -> Option<Limit> {
    let has = |information| task.share(information) > 0.0;
    let needs_both = has(Information::Synergy);
    match contestant {
        Contestant::Majority => Some(Limit::Blind),
        Contestant::Picture => (needs_both || has(Information::Words)).then_some(Limit::PictureOnly),
        Contestant::Words | Contestant::Shuffled => {
            (needs_both || has(Information::Picture)).then_some(Limit::WordsOnly)
        }
        Contestant::Late | Contestant::Modulated => needs_both.then_some(Limit::Additive),
        Contestant::Early
        | Contestant::Concat
        | Contestant::Sum
        | Contestant::Product
        | Contestant::Gate
        | Contestant::Bilinear
        | Contestant::Pool
        | Contestant::Cross
        | Contestant::CoAttention
        | Contestant::Joint
        | Contestant::Dropout
        | Contestant::Reliability
        | Contestant::Imputation
        | Contestant::Experts => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_is_told_from_who_has_not_yet() {
        use Contestant::*;
        let of = |contestant, information| limit(contestant, &Task::pure(information));
        assert_eq!([Late, Modulated].map(|one| of(one, Information::Synergy)), [Some(Limit::Additive); 2]);
        assert_eq!([Late, Sum, Pool, Cross].map(|one| of(one, Information::Picture)), [None; 4]);
        assert_eq!([Sum, Pool, Early, Joint].map(|one| of(one, Information::Synergy)), [None; 4]);
        assert_eq!(of(Picture, Information::Redundant), None);
        assert_eq!(of(Picture, Information::Words), Some(Limit::PictureOnly));
        assert_eq!(of(Shuffled, Information::Picture), Some(Limit::WordsOnly));
        assert_eq!(of(Majority, Information::Redundant), Some(Limit::Blind));
        assert_eq!(limit(Late, &Task { parts: [1; 4] }), Some(Limit::Additive));
    }

    #[test]
    fn whoever_has_one_modality_fails_where_that_one_does_not_suffice() {
        for parts in [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0], [3, 1, 1, 1]] {
            let task = Task { parts };
            let [picture, words] = task.ceilings().map(|ceiling| ceiling < 1.0);
            assert_eq!(limit(Contestant::Picture, &task).is_some(), picture, "{parts:?}");
            assert_eq!(limit(Contestant::Words, &task).is_some(), words, "{parts:?}");
        }
    }
}
