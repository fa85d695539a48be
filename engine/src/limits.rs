//! What files from outside may ask for at most: the page and the command line refuse the same, before they allocate.

/// Pixels of a picture that is decoded.
pub const MAX_PIXELS: u64 = 100_000_000;
/// How many times as long as broad a picture may be: screens and panoramas stay far below, and a model that fixes the shorter
/// edge at 224 pixels is asked for 30 MB at most.
pub const MAX_ASPECT: u32 = 200;
/// Bytes of a picture file: what a camera writes, and 40 million pixels that are not compressed.
pub const MAX_PICTURE_FILE: u64 = 128 << 20;
/// Bytes of a sound file: six minutes of 16-bit stereo at 44.1 kHz.
pub const MAX_SOUND_FILE: u64 = 64 << 20;
/// Seconds of a sound that is decoded.
pub const MAX_SOUND_SECONDS: u32 = 600;
/// Bytes of a sound file that does not tell how long it is, as what browsers record: ten minutes at 200 kbit/s.
pub const MAX_UNTIMED_SOUND_FILE: u64 = 15 << 20;
/// Bytes of a file that is read whole beside the weights: configuration, vocabulary, index.
pub const MAX_SMALL_FILE: u64 = 16 << 20;
/// Bytes of a `tokenizer.json`: Gemma's, which SigLIP 2 reads, has 34 million.
pub const MAX_TOKENIZER: u64 = 64 << 20;
/// Bytes of a text that a tokenizer reads.
pub const MAX_TEXT: usize = 64 << 10;
/// How many times as long as it was a tokenizer's steps may make a text; U+FDFA becomes 11 times as long.
const MAX_GROWTH: usize = 66;
/// Bytes that one of them might make: more than it does, since what a text holds is not known before.
pub const MAX_STEP: usize = 8 << 20;

/// Bytes of weights that a page holds: WebAssembly addresses 4 GiB, and the rest of the work needs some.
pub const PAGE_WEIGHTS: u64 = 3 << 30;
/// Bytes that are assumed of a machine which does not tell its memory.
#[cfg(not(target_arch = "wasm32"))]
const UNTOLD_MEMORY: u64 = 64 << 30;

/// Bytes that a model may take with its work: what WebAssembly addresses, natively the memory of the machine.
#[cfg(target_arch = "wasm32")]
pub fn memory() -> u64 {
    4 << 30
}

/// Bytes that a model may take with its work: what WebAssembly addresses, natively the memory of the machine.
#[cfg(not(target_arch = "wasm32"))]
pub fn memory() -> u64 {
    static MEMORY: std::sync::LazyLock<u64> =
        std::sync::LazyLock::new(|| physical().unwrap_or(UNTOLD_MEMORY).min(granted().unwrap_or(u64::MAX)));
    *MEMORY
}

/// `MemTotal` of Linux, which counts in KiB.
#[cfg(not(target_arch = "wasm32"))]
fn physical() -> Option<u64> {
    let table = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// What a container of Linux may take; none where it is not bounded.
#[cfg(not(target_arch = "wasm32"))]
fn granted() -> Option<u64> {
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    limits.iter().find_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok())
}

/// Bytes of weights that are loaded at most.
pub fn weights() -> u64 {
    if cfg!(target_arch = "wasm32") { PAGE_WEIGHTS } else { memory() }
}

/// Files that an index of weights may list: as many of 25 MB, the least that hosts take, hold 6.4 GB, twice what a page can
/// hold in memory.
pub const MAX_SHARDS: usize = 256;
/// Bytes of all files that are held in memory where no disk keeps them: WebAssembly addresses 4 GiB, in which the weights
/// stand once more while the model runs.
pub const MAX_HELD: u64 = 1 << 30;

/// What was asked for, and what is allowed. The text of an error is one for users.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// More than [`MAX_PIXELS`].
    #[error("{width} x {height} pixels; at most {MAX_PIXELS} are decoded")]
    Pixels {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// Longer than [`MAX_ASPECT`] times its breadth.
    #[error("{width} x {height} pixels; a picture may be at most {MAX_ASPECT} times as long as it is broad")]
    Aspect {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A file longer than [`MAX_PICTURE_FILE`].
    #[error("more than {MAX_PICTURE_FILE} bytes, which are the most that are read of a picture")]
    PictureFile,
    /// A file longer than [`MAX_SOUND_FILE`].
    #[error("more than {MAX_SOUND_FILE} bytes, which are the most that are read of a sound")]
    SoundFile,
    /// A file longer than [`MAX_UNTIMED_SOUND_FILE`] that does not tell how long it is.
    #[error(
        "more than {MAX_UNTIMED_SOUND_FILE} bytes, which are the most that are read of a sound of unknown duration"
    )]
    UntimedSoundFile,
    /// Longer than [`MAX_SOUND_SECONDS`].
    #[error("{samples} samples at {rate} Hz; at most {MAX_SOUND_SECONDS} seconds are decoded")]
    Duration {
        /// Of each channel.
        samples: u32,
        /// Samples a second.
        rate: u32,
    },
    /// A file beside the weights, longer than [`MAX_SMALL_FILE`] or [`MAX_TOKENIZER`].
    #[error("{size} bytes; at most {most} are read of such a file")]
    SmallFile {
        /// In bytes.
        size: u64,
        /// In bytes.
        most: u64,
    },
    /// More memory than there is.
    #[error("{what} take {bytes} bytes of memory; {allowed} are there")]
    Memory {
        /// In the plural, as the subject of the sentence.
        what: &'static str,
        /// That it takes.
        bytes: u128,
        /// In bytes.
        allowed: u64,
    },
    /// A text longer than [`MAX_TEXT`].
    #[error("the text has {size} bytes; at most {MAX_TEXT} are read")]
    Text {
        /// In bytes.
        size: usize,
    },
    /// An index of more than [`MAX_SHARDS`] files.
    #[error("{count} files of weights; an index may list at most {MAX_SHARDS}")]
    Shards {
        /// Files that the index lists.
        count: usize,
    },
}

/// Whether a picture of this size is taken, before it is decoded.
///
/// # Errors
/// [`LimitError::Pixels`], [`LimitError::Aspect`].
pub fn picture(width: u32, height: u32) -> Result<(), LimitError> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(LimitError::Pixels { width, height });
    }
    if u64::from(width.max(height)) > u64::from(MAX_ASPECT) * u64::from(width.min(height)) {
        return Err(LimitError::Aspect { width, height });
    }
    Ok(())
}

/// Whether a picture file of this length is read.
///
/// # Errors
/// [`LimitError::PictureFile`].
pub fn picture_file(size: u64) -> Result<(), LimitError> {
    if size > MAX_PICTURE_FILE { Err(LimitError::PictureFile) } else { Ok(()) }
}

/// Whether a sound file of this length is read.
///
/// # Errors
/// [`LimitError::SoundFile`].
pub fn sound_file(size: u64) -> Result<(), LimitError> {
    if size > MAX_SOUND_FILE { Err(LimitError::SoundFile) } else { Ok(()) }
}

/// Whether a sound file of this length, which does not tell how long it is, is read.
///
/// # Errors
/// [`LimitError::UntimedSoundFile`].
pub fn untimed_sound_file(size: u64) -> Result<(), LimitError> {
    if size > MAX_UNTIMED_SOUND_FILE { Err(LimitError::UntimedSoundFile) } else { Ok(()) }
}

/// Whether a sound of so many samples a channel at this rate is taken, before it is decoded.
///
/// # Errors
/// [`LimitError::Duration`].
pub fn duration(samples: u32, rate: u32) -> Result<(), LimitError> {
    let most = u64::from(MAX_SOUND_SECONDS) * u64::from(rate);
    if u64::from(samples) > most { Err(LimitError::Duration { samples, rate }) } else { Ok(()) }
}

/// Whether the file of this name and length, beside the weights, is read whole.
///
/// # Errors
/// [`LimitError::SmallFile`].
pub fn small_file(name: &str, size: u64) -> Result<(), LimitError> {
    let most = if name == "tokenizer.json" { MAX_TOKENIZER } else { MAX_SMALL_FILE };
    if size > most { Err(LimitError::SmallFile { size, most }) } else { Ok(()) }
}

/// Whether so many bytes are allocated, of which `allowed` are there.
///
/// # Errors
/// [`LimitError::Memory`].
pub fn fits(what: &'static str, bytes: u128, allowed: u64) -> Result<(), LimitError> {
    if bytes > u128::from(allowed) { Err(LimitError::Memory { what, bytes, allowed }) } else { Ok(()) }
}

/// Whether a text of so many bytes is read.
///
/// # Errors
/// [`LimitError::Text`].
pub fn text(size: usize) -> Result<(), LimitError> {
    if size > MAX_TEXT { Err(LimitError::Text { size }) } else { Ok(()) }
}

/// Bytes that a tokenizer's steps may make of a text of so many.
pub const fn grown(text: usize) -> usize {
    // A short text may get a few tokens.
    512 + MAX_GROWTH * text
}

/// Whether an index of so many files is followed.
///
/// # Errors
/// [`LimitError::Shards`].
pub fn shards(count: usize) -> Result<(), LimitError> {
    if count > MAX_SHARDS { Err(LimitError::Shards { count }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_and_compared_without_overflow() {
        assert!(weights() <= memory() && memory() >= 1 << 30);
        assert_eq!(fits("weights", 8, 8), Ok(()));
        let refused = fits("the weights", u128::MAX, 8).unwrap_err().to_string();
        assert_eq!(refused, format!("the weights take {} bytes of memory; 8 are there", u128::MAX));
    }

    #[test]
    fn a_picture_is_refused_by_its_area_and_by_its_proportions() {
        assert_eq!(picture(10_000, 10_000), Ok(()));
        assert_eq!(picture(10_001, 10_000), Err(LimitError::Pixels { width: 10_001, height: 10_000 }));
        assert_eq!(
            picture(u32::MAX, u32::MAX).map_err(|e| matches!(e, LimitError::Pixels { .. })),
            Err(true)
        );
        assert_eq!(picture(200, 1), Ok(()));
        assert_eq!(picture(1, 201), Err(LimitError::Aspect { width: 1, height: 201 }));
        assert_eq!(picture(1, 0), Err(LimitError::Aspect { width: 1, height: 0 }));
        assert_eq!(
            picture(1, 60_000).unwrap_err().to_string(),
            "1 x 60000 pixels; a picture may be at most 200 times as long as it is broad"
        );
    }

    #[test]
    fn a_sound_is_refused_by_its_bytes_and_by_its_duration() {
        assert_eq!(sound_file(MAX_SOUND_FILE), Ok(()));
        assert_eq!(sound_file(MAX_SOUND_FILE + 1), Err(LimitError::SoundFile));
        assert_eq!(untimed_sound_file(MAX_UNTIMED_SOUND_FILE), Ok(()));
        assert_eq!(untimed_sound_file(MAX_UNTIMED_SOUND_FILE + 1), Err(LimitError::UntimedSoundFile));
        assert_eq!(duration(9_600_000, 16_000), Ok(()));
        let refused = duration(9_600_001, 16_000).unwrap_err().to_string();
        assert_eq!(refused, "9600001 samples at 16000 Hz; at most 600 seconds are decoded");
        assert_eq!(duration(u32::MAX, u32::MAX), Ok(()));
        assert_eq!(duration(1, 0), Err(LimitError::Duration { samples: 1, rate: 0 }));
    }

    #[test]
    fn a_file_beside_the_weights_is_small() {
        for (name, most) in [("tokenizer.json", MAX_TOKENIZER), ("vocab.json", MAX_SMALL_FILE)] {
            assert_eq!(small_file(name, most), Ok(()));
            assert_eq!(small_file(name, most + 1), Err(LimitError::SmallFile { size: most + 1, most }));
        }
    }

    #[test]
    fn a_text_is_refused_by_its_bytes() {
        assert_eq!(text(MAX_TEXT), Ok(()));
        assert_eq!(
            text(MAX_TEXT + 1).unwrap_err().to_string(),
            "the text has 65537 bytes; at most 65536 are read"
        );
    }

    #[test]
    fn an_index_lists_few_files() {
        assert_eq!(shards(MAX_SHARDS), Ok(()));
        assert_eq!(shards(50_000), Err(LimitError::Shards { count: 50_000 }));
    }
}
