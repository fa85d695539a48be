//! How objects begin to move.

use super::Pace;
use crate::world::rng::Rng;

/// A velocity in quarter pixels a second: at rest, slow or fast, in any direction.
pub(super) fn velocity(rng: &mut Rng) -> [i16; 2] {
    let pace = rng.pick(&Pace::ALL);
    let [least, most] = pace.speeds();
    loop {
        let velocity = [rng.between(-most, most), rng.between(-most, most)];
        let [x, y] = velocity.map(i32::from);
        let squared = x * x + y * y;
        if (i32::from(least).pow(2)..=i32::from(most).pow(2)).contains(&squared) {
            return velocity;
        }
    }
}
