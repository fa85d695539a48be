//! The modalities of a race.

use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Modality {
    Picture,
    Words,
    Sound,
}

use Modality::*;

impl Modality {
    pub const ALL: [Self; 3] = [Picture, Words, Sound];

    /// What a race can be run with.
    pub const SETS: [&'static [Self]; 4] =
        [&[Picture, Words], &[Picture, Sound], &[Words, Sound], &[Picture, Words, Sound]];

    /// A word for tables, addresses and weights.
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Every choice of at least one of `modalities`, the smallest first.
    pub fn subsets(modalities: &[Self]) -> Vec<Vec<Self>> {
        let subset = |code: usize| {
            let is_in = |(at, &modality): (usize, &Self)| (code >> at & 1 == 1).then_some(modality);
            modalities.iter().enumerate().filter_map(is_in).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = (1..1 << modalities.len()).map(subset).collect();
        all.sort_by_key(Vec::len);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_begin_with_each_alone_and_end_with_all() {
        let all = Modality::subsets(&Modality::ALL);
        assert_eq!(all.len(), 7);
        assert_eq!(all[..3], Modality::ALL.map(|modality| vec![modality]));
        assert_eq!(all[6], Modality::ALL);
        assert_eq!(Modality::subsets(&[Words, Sound]), [vec![Words], vec![Sound], vec![Words, Sound]]);
    }
}
