//! The Playroom is one world: equal seeds give equal pictures, words and questions on every target.

use super::{Case, cases};
use triptych::world::digest::{digest, sound_digest};

pub(crate) fn cases() -> Vec<Case> {
    cases![
        the_world_is_the_same_everywhere,
        sounds_are_the_same_everywhere,
        a_digest_depends_on_the_seed_and_the_count
    ]
}

async fn the_world_is_the_same_everywhere() {
    for (seed, count, expected) in [(1, 40, "785f6d93b7df7dae"), (u64::MAX, 5, "06e28b8791174b03")] {
        assert_eq!(format!("{:016x}", digest(seed, count)), expected, "{count} scenes of seed {seed}");
    }
}

async fn sounds_are_the_same_everywhere() {
    for (seed, count, expected) in [(1, 8, "06ae44434144db6d"), (u64::MAX, 2, "923a074d4cc92546")] {
        assert_eq!(format!("{:016x}", sound_digest(seed, count)), expected, "{count} clips of seed {seed}");
    }
}

async fn a_digest_depends_on_the_seed_and_the_count() {
    assert_ne!(digest(1, 2), digest(2, 2));
    assert_ne!(digest(1, 2), digest(1, 3));
}
