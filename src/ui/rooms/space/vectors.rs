//! The vectors of the gallery, by modality.

use crate::dot::dot;
use crate::ui::context::AppContext;
use crate::ui::gallery;
use crate::ui::memo::Memo;
use crate::ui::projection::mean;
use crate::ui::state::Shared;
use crate::ui::view::{Medium, SpaceMode};
use leptos::prelude::*;
use strum::VariantArray;

/// The rows `[count, width]` of one modality.
#[derive(Debug, Clone)]
pub struct Rows {
    pub medium: Medium,
    pub width: usize,
    pub values: Vec<f32>,
}

impl Rows {
    pub fn count(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    pub fn row(&self, at: usize) -> Option<&[f32]> {
        self.values.chunks_exact(self.width.max(1)).nth(at)
    }

    /// The same without their mean, again of unit length: `(x - m) / |x - m|`.
    fn centred(&self) -> Rows {
        let mean = mean(&self.values, self.width);
        let row = |row: &[f32]| unit(row.iter().zip(&mean).map(|(x, mean)| x - mean).collect());
        Rows { values: self.values.chunks_exact(self.width.max(1)).flat_map(row).collect(), ..*self }
    }
}

/// A vector at unit length.
pub fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

/// Of those modalities that are wholly encoded.
#[derive(Clone, Copy)]
pub struct Vectors {
    /// As the encoders give them.
    pub joint: Memo<Shared<Vec<Rows>>>,
    /// As they are compared now.
    pub shown: Memo<Shared<Vec<Rows>>>,
}

impl Vectors {
    pub fn new(app: AppContext) -> Self {
        let whole = Memo::new(move |_| {
            let all = Medium::VARIANTS.iter().copied();
            all.filter(|&medium| gallery::is_whole(app, medium)).collect::<Vec<Medium>>()
        });
        let joint = Memo::new(move |_| {
            let rows = |medium| {
                gallery::rows(app, medium, |rows, width| Rows { medium, width, values: rows.to_vec() })
            };
            let whole = whole.get();
            Shared::new(untrack(|| whole.into_iter().map(rows).collect::<Vec<_>>()))
        });
        let mode = app.pick(|view| view.space.mode);
        let shown = Memo::new(move |_| match mode.get() {
            SpaceMode::Joint => joint.get(),
            SpaceMode::Coordinated => Shared::new(joint.with(|all| all.iter().map(Rows::centred).collect())),
        });
        Vectors { joint, shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_centred_has_no_mean_and_unit_length() {
        let rows = Rows { medium: Medium::Image, width: 2, values: vec![3.0, 1.0, 3.0, -1.0] };
        assert_eq!(rows.centred().values, [0.0, 1.0, 0.0, -1.0]);
        assert_eq!((rows.count(), rows.row(1), rows.row(2)), (2, Some(&[3.0, -1.0][..]), None));
    }
}
