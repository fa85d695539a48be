//! Index arithmetic of convolutions: which input elements meet which weights, and patches as columns of a matrix.

/// Extents of a convolution.
pub(super) struct Geometry {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub out_channels: usize,
    pub out_height: usize,
    pub out_width: usize,
    pub kernel_height: usize,
    pub kernel_width: usize,
    pub stride: usize,
    pub padding: usize,
    /// `H' W'`.
    pub positions: usize,
    /// `C kh kw`.
    pub patch: usize,
    /// Elements of one input picture.
    pub picture: usize,
}

impl Geometry {
    /// Calls `visit(input, weight, output)` for every product of one picture: indices into the picture, into the
    /// weight of output channel 0, and among the output positions.
    pub(super) fn products(&self, mut visit: impl FnMut(usize, usize, usize)) {
        for c in 0..self.channels {
            for p in 0..self.kernel_height {
                for q in 0..self.kernel_width {
                    let weight = (c * self.kernel_height + p) * self.kernel_width + q;
                    for i in 0..self.out_height {
                        for j in 0..self.out_width {
                            let (row, col) = (i * self.stride + p, j * self.stride + q);
                            let inside = (self.padding..self.padding + self.height).contains(&row)
                                && (self.padding..self.padding + self.width).contains(&col);
                            if inside {
                                let (row, col) = (row - self.padding, col - self.padding);
                                visit(
                                    (c * self.height + row) * self.width + col,
                                    weight,
                                    i * self.out_width + j,
                                );
                            }
                        }
                    }
                }
            }
        }
    }

    /// Calls `visit(input, unfolded, count)` for every run of output columns whose input lies inside the picture:
    /// `count` input elements, `stride` apart, stand at `unfolded..unfolded + count` of `[C*kh*kw, H'*W']`.
    fn runs(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let inside = |offset: usize, extent: usize, out: usize| {
            let first = self.padding.saturating_sub(offset).div_ceil(self.stride);
            let end = (extent + self.padding).saturating_sub(offset).div_ceil(self.stride).min(out);
            first..end.max(first)
        };
        for patch in 0..self.patch {
            let (q, rest) = (patch % self.kernel_width, patch / self.kernel_width);
            let (p, c) = (rest % self.kernel_height, rest / self.kernel_height);
            let cols = inside(q, self.width, self.out_width);
            if cols.is_empty() {
                continue;
            }
            for i in inside(p, self.height, self.out_height) {
                let row = c * self.height + i * self.stride + p - self.padding;
                let input = row * self.width + cols.start * self.stride + q - self.padding;
                visit(input, patch * self.positions + i * self.out_width + cols.start, cols.len());
            }
        }
    }

    /// The picture's patches as columns: `[C,H,W]` to `[C*kh*kw, H'*W']`, zeros where a patch reaches outside.
    pub(super) fn unfold(&self, picture: &[f32], unfolded: &mut [f32]) {
        unfolded.fill(0.0);
        self.runs(|input, at, count| {
            let to = &mut unfolded[at..at + count];
            let from = &picture[input..];
            // Strides that are constants of the loop vectorise.
            match self.stride {
                1 => to.copy_from_slice(&from[..count]),
                2 => to.iter_mut().zip(from.chunks(2)).for_each(|(to, from)| *to = from[0]),
                stride => to.iter_mut().zip(from.chunks(stride)).for_each(|(to, from)| *to = from[0]),
            }
        });
    }

    /// The transpose of `unfold`, added to `picture`.
    pub(super) fn fold(&self, unfolded: &[f32], picture: &mut [f32]) {
        self.runs(|input, at, count| {
            let to = picture[input..].chunks_mut(self.stride);
            to.zip(&unfolded[at..at + count]).for_each(|(to, from)| to[0] += from);
        });
    }
}
