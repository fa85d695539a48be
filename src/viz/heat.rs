//! Heat maps: small maps (attention over patches) laid over pictures.

use super::colour;
use crate::pixels::Pixels;

/// A map of `height` rows of `width` values.
#[derive(Clone, PartialEq, Debug)]
pub struct Map {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Map {
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), width * height, "values do not fill {width}x{height}");
        Map { width, height, values }
    }

    /// The smallest and the largest value, for the legend.
    pub fn range(&self) -> (f32, f32) {
        let fold = |f: fn(f32, f32) -> f32| self.values.iter().copied().reduce(f).expect("a map has values");
        (fold(f32::min), fold(f32::max))
    }

    /// The cell (column, row) of the largest value, the first of equals.
    pub fn peak(&self) -> (usize, usize) {
        let mut best = 0;
        for (i, value) in self.values.iter().enumerate() {
            if *value > self.values[best] {
                best = i;
            }
        }
        (best % self.width, best / self.width)
    }

    /// The map at another size, bilinear between the centres of the cells and constant beyond the outermost.
    pub fn upsampled(&self, width: usize, height: usize) -> Map {
        let columns = neighbours(self.width, width);
        let mut values = Vec::with_capacity(width * height);
        for (top, bottom, down) in neighbours(self.height, height) {
            let (upper, lower) = (&self.values[top * self.width..], &self.values[bottom * self.width..]);
            for &(left, right, across) in &columns {
                let above = mix(upper[left], upper[right], across);
                let below = mix(lower[left], lower[right], across);
                values.push(mix(above, below, down));
            }
        }
        Map { width, height, values }
    }

    /// The picture with the map's colours over it: `opacity` 0 leaves the picture, 1 only the colours. `range` are the
    /// values of the two ends of the colour map; where they are equal, everything has the colour of the lower end.
    pub fn over(&self, picture: &Pixels, range: (f32, f32), opacity: f32) -> Pixels {
        let (width, height) = picture.size();
        let (low, span) = (range.0, range.1 - range.0);
        let table = colour::table();
        let blend = |(under, value): (&[u8], &f32)| {
            let unit = if span > 0.0 { ((value - low) / span).clamp(0.0, 1.0) } else { 0.0 };
            let over = table[(unit * 255.0).round() as usize];
            [0, 1, 2].map(|c| mix(under[c].into(), over[c].into(), opacity).round() as u8)
        };
        let values = self.upsampled(width, height).values;
        let rgb = picture.rgb.chunks_exact(3).zip(&values).flat_map(blend).collect();
        Pixels::new(picture.width, picture.height, rgb)
    }
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// For each of `to` positions the two cells of `from` around it and the weight of the second.
fn neighbours(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let last = from - 1;
    let one = |i: usize| {
        let position = ((i as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, last as f32);
        let first = position as usize;
        (first, (first + 1).min(last), position - first as f32)
    };
    (0..to).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upsampling_interpolates_between_centres() {
        let row = Map::new(2, 1, vec![0.0, 4.0]).upsampled(4, 2);
        assert_eq!(row.values, [0.0, 1.0, 3.0, 4.0, 0.0, 1.0, 3.0, 4.0]);
        let column = Map::new(1, 2, vec![0.0, 4.0]).upsampled(1, 4);
        assert_eq!(column.values, [0.0, 1.0, 3.0, 4.0]);
        let single = Map::new(1, 1, vec![7.0]).upsampled(3, 1);
        assert_eq!(single.values, [7.0; 3]);
    }

    #[test]
    fn the_peak_is_the_first_of_the_largest() {
        let map = Map::new(3, 2, vec![0.0, 1.0, 5.0, 2.0, 5.0, 0.0]);
        assert_eq!((map.peak(), map.range()), ((2, 0), (0.0, 5.0)));
    }

    #[test]
    fn opacity_mixes_picture_and_colours() {
        let picture = Pixels::new(2, 1, vec![100, 100, 100, 0, 200, 50]);
        let map = Map::new(2, 1, vec![0.0, 0.5]);
        assert_eq!(map.over(&picture, (0.0, 0.5), 0.0), picture);
        let ends = [colour::colour(0.0), colour::colour(1.0)];
        assert_eq!(map.over(&picture, (0.0, 0.5), 1.0).rgb, ends.concat());
        let half = map.over(&picture, (0.0, 0.5), 0.5).rgb;
        assert_eq!(half[0], ((100.0 + f32::from(ends[0][0])) / 2.0).round() as u8);
        assert_eq!(map.over(&picture, (0.5, 0.5), 1.0).rgb, ends[0].repeat(2));
    }
}
