//! Cases of [`linear`] with every way to store its weight.

use super::linear;
use crate::layout::{Layout, Storage};
use crate::ops::activation::Activation;
use crate::ops::case::{Case, noise, stored_noise};
use crate::plan::Matrix;

fn case(x: &[usize], n: usize, bias: bool, act: Option<Activation>, storage: Storage) -> Case {
    let k = x[x.len() - 1];
    let inputs = vec![noise(x, 1.0, 1), stored_noise([n, k], storage, 2), noise(&[n], 1.0, 3)];
    let name = format!("linear {} to {n} {act:?} by {storage:?}", inputs[0].shape);
    let matrix = move |slot| Matrix { slot, extents: [n, k], storage };
    Case::new(name, inputs, move |b, s| linear(b, s[0], matrix(s[1]), bias.then_some(s[2]), act))
        .tolerance(2e-5)
}

/// Every activation and every storage, with and without bias, of one row and many; widths that do and do not fill words and
/// panels.
pub fn cases() -> Vec<Case> {
    let differentiable = [
        case(&[2, 3, 4], 5, true, None, Storage::F32(Layout::Rows)),
        case(&[3, 4], 5, true, None, Storage::F32(Layout::Columns)),
    ];
    let mut cases: Vec<Case> =
        differentiable.into_iter().map(|case| case.tolerance(1e-5).differentiable()).collect();
    let rows = |x: &[usize], n: usize, act| case(x, n, true, act, Storage::F32(Layout::Rows));
    cases.extend([
        rows(&[1, 1], 1, None).tolerance(1e-5),
        rows(&[257, 64], 65, None),
        rows(&[600, 63], 33, Some(Activation::Relu)),
    ]);
    cases.extend(Activation::ALL.into_iter().map(|act| rows(&[3, 5], 7, Some(act))));
    for (m, n, k) in [(1, 300, 65), (50, 257, 33), (600, 130, 17)] {
        cases.push(case(&[m, k], n, true, Some(Activation::QuickGelu), Storage::F32(Layout::Columns)));
    }
    let inputs = vec![noise(&[2, 3], 1.0, 4), noise(&[4, 3], 1.0, 5)];
    let without_bias = Case::new("linear without bias", inputs, |b, s| {
        let weight = b.as_matrix(s[1]);
        linear(b, s[0], weight, None, None)
    });
    cases.push(without_bias.differentiable());
    let undifferentiated = [Storage::F16, Storage::Int8]
        .into_iter()
        .flat_map(packed)
        .chain(panels())
        .map(|case| case.constant(0).constant(1).constant(2));
    cases.extend(undifferentiated);
    cases
}

fn packed(storage: Storage) -> [Case; 6] {
    [
        case(&[2, 3, 4], 5, true, None, storage),
        case(&[1, 1], 1, false, None, storage),
        case(&[1, 257], 130, true, None, storage),
        case(&[70, 63], 65, true, Some(Activation::QuickGelu), storage),
        case(&[3, 66], 17, false, Some(Activation::Gelu), storage),
        case(&[33, 128], 200, true, None, storage),
    ]
}

fn panels() -> [Case; 8] {
    let case = |x: &[usize], n, bias, act| case(x, n, bias, act, Storage::F32(Layout::Panels));
    [
        case(&[2, 3, 4], 5, true, None),
        case(&[1, 1], 1, false, None),
        case(&[1, 257], 130, true, None),
        case(&[3, 65], 300, true, Some(Activation::Gelu)),
        case(&[70, 63], 65, true, Some(Activation::QuickGelu)),
        case(&[101, 600], 8, false, None),
        // Longer than what the CPU multiplies at a time.
        case(&[13, 2050], 21, true, Some(Activation::Gelu)),
        case(&[33, 128], 200, true, None),
    ]
}
