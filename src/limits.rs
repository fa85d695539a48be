//! What files from outside may ask for at most: the page and the command line refuse the same, before they allocate.

/// Pixels of a picture that is decoded.
pub const MAX_PIXELS: u64 = 100_000_000;
/// How many times as long as broad a picture may be: a model that fixes the shorter edge at 224 pixels makes
/// `64 * 224 * 224` of it at most.
pub const MAX_ASPECT: u32 = 64;
/// Bytes of a file that is read whole beside the weights: configuration, vocabulary, index.
pub const MAX_SMALL_FILE: u64 = 16 << 20;
/// Bytes of all files that are held in memory where no disk keeps them: WebAssembly addresses 4 GiB, in which the weights
/// stand once more while the model runs.
pub const MAX_HELD: u64 = 1 << 30;

/// What was asked for, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error("{width} x {height} pixels; at most {MAX_PIXELS} are decoded")]
    Pixels { width: u32, height: u32 },
    #[error("{width} x {height} pixels; a picture may be at most {MAX_ASPECT} times as long as it is broad")]
    Aspect { width: u32, height: u32 },
    #[error("{size} bytes; at most {MAX_SMALL_FILE} are read of such a file")]
    SmallFile { size: u64 },
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

/// Whether a file of this length is read whole.
///
/// # Errors
/// [`LimitError::SmallFile`].
pub fn small_file(size: u64) -> Result<(), LimitError> {
    if size > MAX_SMALL_FILE { Err(LimitError::SmallFile { size }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_refused_by_its_area_and_by_its_proportions() {
        assert_eq!(picture(10_000, 10_000), Ok(()));
        assert_eq!(picture(10_001, 10_000), Err(LimitError::Pixels { width: 10_001, height: 10_000 }));
        assert_eq!(
            picture(u32::MAX, u32::MAX).map_err(|e| matches!(e, LimitError::Pixels { .. })),
            Err(true)
        );
        assert_eq!(picture(64, 1), Ok(()));
        assert_eq!(picture(1, 65), Err(LimitError::Aspect { width: 1, height: 65 }));
        assert_eq!(picture(1, 0), Err(LimitError::Aspect { width: 1, height: 0 }));
        assert_eq!(
            picture(1, 60_000).unwrap_err().to_string(),
            "1 x 60000 pixels; a picture may be at most 64 times as long as it is broad"
        );
    }

    #[test]
    fn a_file_beside_the_weights_is_small() {
        assert_eq!(small_file(MAX_SMALL_FILE), Ok(()));
        assert_eq!(small_file(MAX_SMALL_FILE + 1), Err(LimitError::SmallFile { size: MAX_SMALL_FILE + 1 }));
    }
}
