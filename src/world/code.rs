//! A scene as a short URL-safe word.
//!
//! Base-64 digits, most significant first: version (1), background (1), noise (3), then per object colour and
//! shape (1), size, texture and tilt (1), x (2) and y (2).

use super::attributes::{Colour, Shape, Size, Texture};
use super::scene::{Background, MAX_OBJECTS, MAX_TILT, Object, Scene, SceneError};
use std::fmt;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VERSION: u32 = 0;
const HEAD: usize = 5;
const PER_OBJECT: usize = 6;
const TILTS: u32 = 2 * MAX_TILT as u32 + 1;

/// Why a word is no scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeError {
    Length { found: usize },
    Digit { at: usize, found: char },
    Version { found: u32 },
    Field { at: usize, field: &'static str },
    Scene(SceneError),
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Length { found } => write!(
                f,
                "a scene code has {HEAD} digits and {PER_OBJECT} more for each of up to {MAX_OBJECTS} objects, \
                 found {found}"
            ),
            Self::Digit { at, found } => {
                write!(f, "expected a letter, a digit, “-” or “_” at {at} of a scene code, found “{found}”")
            }
            Self::Version { found } => {
                write!(f, "expected a scene code of version {VERSION}, found version {found}")
            }
            Self::Field { at, field } => write!(f, "no such {field} at {at} of a scene code"),
            Self::Scene(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CodeError {}

impl Scene {
    /// The scene as a word of letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// When [`Scene::check`] refuses the scene.
    pub fn to_code(&self) -> Result<String, SceneError> {
        self.check()?;
        let mut code = String::with_capacity(HEAD + PER_OBJECT * self.objects.len());
        let mut write = |value: u32, digits: u32| {
            for digit in (0..digits).rev() {
                code.push(char::from(DIGITS[(value >> (6 * digit) & 63) as usize]));
            }
        };
        write(VERSION, 1);
        write(self.background as u32, 1);
        write(u32::from(self.noise), 3);
        for object in &self.objects {
            write(object.colour as u32 * 8 + object.shape as u32, 1);
            let look = object.size as u32 * 3 + object.texture as u32;
            write(look * TILTS + (object.tilt + MAX_TILT) as u32, 1);
            write(object.x as u32, 2);
            write(object.y as u32, 2);
        }
        Ok(code)
    }

    /// The scene that a word stands for; the reverse of [`Scene::to_code`].
    pub fn from_code(code: &str) -> Result<Scene, CodeError> {
        let length = code.chars().count();
        if length < HEAD
            || !(length - HEAD).is_multiple_of(PER_OBJECT)
            || length > HEAD + PER_OBJECT * MAX_OBJECTS
        {
            return Err(CodeError::Length { found: length });
        }
        let digit = |(at, found): (usize, char)| {
            let value = DIGITS.iter().position(|&digit| char::from(digit) == found);
            value.map(|value| value as u32).ok_or(CodeError::Digit { at, found })
        };
        let digits: Vec<u32> = code.chars().enumerate().map(digit).collect::<Result<_, _>>()?;
        if digits[0] != VERSION {
            return Err(CodeError::Version { found: digits[0] });
        }
        let number = |at: usize, count: usize| digits[at..at + count].iter().fold(0, |n, d| n << 6 | d);
        let no_such = |at, field| CodeError::Field { at, field };
        let background = *Background::ALL.get(digits[1] as usize).ok_or(no_such(1, "background"))?;
        let noise = u16::try_from(number(2, 3)).map_err(|_| no_such(2, "noise"))?;
        let object = |at: usize| {
            let look = digits[at + 1] / TILTS;
            Ok(Object {
                colour: Colour::ALL[digits[at] as usize / 8],
                shape: Shape::ALL[digits[at] as usize % 8],
                size: *Size::ALL.get(look as usize / 3).ok_or(no_such(at + 1, "size"))?,
                texture: Texture::ALL[look as usize % 3],
                x: number(at + 2, 2) as i16,
                y: number(at + 4, 2) as i16,
                tilt: (digits[at + 1] % TILTS) as i8 - MAX_TILT,
            })
        };
        let objects = (HEAD..length).step_by(PER_OBJECT).map(object).collect::<Result<_, _>>()?;
        let scene = Scene { objects, background, noise };
        scene.check().map_err(CodeError::Scene)?;
        Ok(scene)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::split::Split;
    use crate::world::splits::scene;

    #[test]
    fn codes_come_back() {
        for index in 0..2_000 {
            let scene = scene(Split::Train, 1, index);
            let code = scene.to_code().unwrap();
            assert!(code.len() <= 35 && code.bytes().all(|byte| DIGITS.contains(&byte)), "{code}");
            assert_eq!(Scene::from_code(&code), Ok(scene));
        }
        let empty = Scene { objects: Vec::new(), background: Background::Night, noise: u16::MAX };
        assert_eq!(Scene::from_code(&empty.to_code().unwrap()), Ok(empty));
    }

    #[test]
    fn broken_codes_are_named() {
        assert_eq!(Scene::from_code(""), Err(CodeError::Length { found: 0 }));
        assert_eq!(Scene::from_code("AAAAAB"), Err(CodeError::Length { found: 6 }));
        assert_eq!(Scene::from_code("AA!AA"), Err(CodeError::Digit { at: 2, found: '!' }));
        assert_eq!(Scene::from_code("AAéAA"), Err(CodeError::Digit { at: 2, found: 'é' }));
        assert_eq!(Scene::from_code("BAAAA"), Err(CodeError::Version { found: 1 }));
        assert_eq!(Scene::from_code("A_AAA"), Err(CodeError::Field { at: 1, field: "background" }));
        assert_eq!(Scene::from_code("AA___"), Err(CodeError::Field { at: 2, field: "noise" }));
        assert_eq!(Scene::from_code("AAAAAA_AAAA"), Err(CodeError::Field { at: 6, field: "size" }));
        let outside = SceneError::OutsidePicture { object: 0, x: 4095, y: 0 };
        assert_eq!(Scene::from_code("AAAAAAA__AA"), Err(CodeError::Scene(outside)));
    }

    #[test]
    fn scenes_that_break_the_bounds_have_no_code() {
        let scene = scene(Split::Train, 1, 0);
        let first = scene.objects[0];
        let with = |objects| Scene { objects, ..scene.clone() }.to_code();
        assert_eq!(with(vec![first; 6]), Err(SceneError::TooManyObjects { found: 6 }));
        let outside = Object { x: -1, y: 3, ..first };
        assert_eq!(with(vec![outside]), Err(SceneError::OutsidePicture { object: 0, x: -1, y: 3 }));
        let steep = Object { tilt: 3, ..first };
        assert_eq!(with(vec![first, steep]), Err(SceneError::TiltTooSteep { object: 1, tilt: 3 }));
    }
}
