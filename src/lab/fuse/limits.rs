//! What contestants cannot learn by construction, however long they train.

use super::contestant::Contestant;
use super::modality::Modality;
use super::task::{Information, Task};

/// Why a contestant cannot solve a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// It is given nothing.
    Blind,
    /// It is given one modality alone.
    Only(Modality),
    /// It is given one modality that belongs to another sample.
    Without(Modality),
    /// All modalities together do not tell the answer: without words nothing says where it stands.
    Untold,
    /// The logits are a sum of one for each modality. Where the answer is a parity, let all modalities but two stand still: the
    /// sums of the two agreeing pairs of these and those of the two others are equal, though the former should be of one sign
    /// and the latter of the other.
    Additive,
}

/// Why the contestant cannot answer all samples of the task on these modalities; none where it can.
pub fn limit(contestant: Contestant, task: &Task, modalities: &[Modality]) -> Option<Limit> {
    let tells = |seen: &[Modality]| task.ceiling(seen, modalities) > 1.0 - 1e-4;
    let untold = (!tells(modalities)).then_some(Limit::Untold);
    let alone = |modality: Modality| (!tells(&[modality])).then_some(Limit::Only(modality));
    match contestant {
        Contestant::Majority => Some(Limit::Blind),
        Contestant::Picture => alone(Modality::Picture),
        Contestant::Words => alone(Modality::Words),
        Contestant::Sound => alone(Modality::Sound),
        Contestant::Shuffled => (!tells(&modalities[1..])).then_some(Limit::Without(modalities[0])),
        Contestant::Late | Contestant::Modulated => {
            let is_parity = task.among(modalities).share(Information::Synergy) > 0.0;
            untold.or(is_parity.then_some(Limit::Additive))
        }
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
        | Contestant::Experts => untold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_is_told_from_who_has_not_yet() {
        use Contestant::*;
        for &modalities in &Modality::SETS {
            let of = |contestant, information| limit(contestant, &Task::pure(information), modalities);
            let first = modalities[0];
            let unique = Information::unique(first);
            assert_eq!(
                [Late, Modulated].map(|one| of(one, Information::Synergy)),
                [Some(Limit::Additive); 2]
            );
            assert_eq!([Late, Sum, Pool, Cross].map(|one| of(one, unique)), [None; 4]);
            assert_eq!([Sum, Pool, Early, Joint].map(|one| of(one, Information::Synergy)), [None; 4]);
            assert_eq!(of(Majority, Information::Redundant), Some(Limit::Blind));
            assert_eq!(of(Shuffled, unique), Some(Limit::Without(first)));
            assert_eq!(of(Shuffled, Information::Redundant), None);
            for &modality in modalities {
                let alone = Contestant::alone(modality);
                let only = Some(Limit::Only(modality));
                assert_eq!(of(alone, Information::Redundant), None);
                assert_eq!(of(alone, Information::Synergy), only);
                assert_eq!(of(alone, unique), if modality == first { None } else { only });
            }
        }
    }

    #[test]
    fn without_words_a_mixture_does_not_say_where_its_answer_stands() {
        let mixed = Task { parts: [1; 5] };
        for &modalities in &Modality::SETS {
            let is_untold = limit(Contestant::Joint, &mixed, modalities) == Some(Limit::Untold);
            assert_eq!(is_untold, !modalities.contains(&Modality::Words), "{modalities:?}");
        }
        let half = Task { parts: [1, 1, 0, 0, 0] };
        assert_eq!(limit(Contestant::Joint, &half, Modality::SETS[1]), None);
    }

    #[test]
    fn no_sum_of_logits_is_a_parity_and_some_sum_is_every_other_task() {
        for &modalities in &Modality::SETS {
            for information in Information::ALL.into_iter().filter(|other| other.is_among(modalities)) {
                let answer = |code: usize| {
                    let bits = [code & 1, code >> 1 & 1, code >> 2 & 1];
                    let seen = modalities.iter().map(|&modality| bits[modality as usize]).collect::<Vec<_>>();
                    (seen, information.answer(bits, modalities))
                };
                let is_sum = |weights: &[i32]| {
                    (0..8).map(answer).all(|(seen, answer)| {
                        let sum: i32 =
                            seen.iter().zip(weights).map(|(&bit, w)| w * (2 * bit as i32 - 1)).sum();
                        information == Information::Redundant && seen.iter().any(|bit| *bit != seen[0])
                            || (sum > 0) == (answer == 1) && sum != 0
                    })
                };
                let solves = (0..27_i32)
                    .any(|code| is_sum(&[code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1][..modalities.len()]));
                let additive = limit(Contestant::Late, &Task::pure(information), modalities);
                assert_eq!(solves, additive.is_none(), "{information:?} of {modalities:?}");
            }
        }
    }
}
