//! The Playroom is one world: equal seeds give equal pictures, words and questions on every target.

use super::{Case, cases};
use triptych::world::digest::{clip_digest, digest, sound_digest};

pub(crate) fn cases() -> Vec<Case> {
    cases![
        the_world_is_the_same_everywhere,
        clips_are_the_same_everywhere,
        sounds_are_the_same_everywhere,
        a_digest_depends_on_the_seed_and_the_count
    ]
}

async fn the_world_is_the_same_everywhere() {
    for (seed, count, expected) in [(1, 40, "785f6d93b7df7dae"), (u64::MAX, 5, "06e28b8791174b03")] {
        assert_eq!(format!("{:016x}", digest(seed, count)), expected, "{count} scenes of seed {seed}");
    }
}

async fn clips_are_the_same_everywhere() {
    for (seed, count, expected) in [(1, 40, "d3d6207185b3a8ab"), (u64::MAX, 5, "9aa91ee0ff923a4a")] {
        assert_eq!(format!("{:016x}", clip_digest(seed, count)), expected, "{count} clips of seed {seed}");
    }
}

async fn sounds_are_the_same_everywhere() {
    for (seed, count, expected) in [(1, 8, "4f869afca52c934b"), (u64::MAX, 2, "5fecc77f5667dba5")] {
        assert_eq!(format!("{:016x}", sound_digest(seed, count)), expected, "{count} clips of seed {seed}");
    }
}

async fn a_digest_depends_on_the_seed_and_the_count() {
    assert_ne!(digest(1, 2), digest(2, 2));
    assert_ne!(digest(1, 2), digest(1, 3));
}
