//! The step of a lesson, as the address names it.

use std::fmt;
use std::str::FromStr;

/// Longest name of a lesson.
const LONGEST: usize = 40;
const MOST_STEPS: usize = 99;

/// `temperature.3`: the third step of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LessonPlace {
    /// The name of its file: lower-case letters, digits and hyphens.
    pub id: String,
    /// Counted from zero.
    pub step: usize,
}

impl fmt::Display for LessonPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.step + 1)
    }
}

impl FromStr for LessonPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (id, step) = text.split_once('.').ok_or(())?;
        let step: usize = step.parse().map_err(|_| ())?;
        if !is_id(id) || !(1..=MOST_STEPS).contains(&step) {
            return Err(());
        }
        Ok(LessonPlace { id: id.into(), step: step - 1 })
    }
}

/// Whether a lesson may be called so: the name is part of the address of its file.
pub(super) fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !id.is_empty() && id.len() <= LONGEST && id.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_lesson_and_a_step() {
        let place = LessonPlace { id: "late-fusion".into(), step: 2 };
        assert_eq!("late-fusion.3".parse(), Ok(place.clone()));
        assert_eq!(place.to_string(), "late-fusion.3");
        for wrong in ["", ".1", "a", "a.0", "a.x", "A.1", "../a.1", "a.100", "a b.1"] {
            assert_eq!(wrong.parse::<LessonPlace>(), Err(()), "{wrong}");
        }
    }
}
