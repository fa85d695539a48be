//! What sensors report of a clip: a row for each object and one for the scene, with cells missing.

mod columns;
#[cfg(test)]
mod tests;

pub use columns::{ObjectColumn, Scale, SceneColumn};

use super::attributes::Texture;
use super::motion::Motion;
use super::render::{Mask, Picture};
use super::rng::Rng;
use super::scene::{Background, Object, Scene};

/// How many of a hundred cells are missing, on average.
pub const MISSING_PERCENT: usize = 10;

/// A row of readings in the order of [`ObjectColumn::ALL`].
pub type ObjectCells = [Option<f32>; ObjectColumn::ALL.len()];

/// A row of readings in the order of [`SceneColumn::ALL`].
pub type SceneCells = [Option<f32>; SceneColumn::ALL.len()];

#[derive(Debug, Clone, PartialEq)]
pub struct ObjectRow {
    /// Index in `Scene::objects` where it is known. No reading: a model must not see it.
    pub object: Option<usize>,
    pub cells: ObjectCells,
}

/// The readings of one clip.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub objects: Vec<ObjectRow>,
    pub scene: SceneCells,
}

impl ObjectRow {
    pub fn get(&self, column: ObjectColumn) -> Option<f32> {
        self.cells[column as usize]
    }
}

impl Table {
    /// The readings of a clip whose first frame is `picture`. Rows come in a random order, because that of the scene tells which
    /// object lies over which.
    ///
    /// # Panics
    /// If the scene, its motion and its picture are of different numbers of objects.
    pub fn draw(scene: &Scene, motion: &Motion, picture: &Picture, rng: &mut Rng) -> Self {
        let count = scene.objects.len();
        assert_eq!([motion.legs.len(), picture.masks.len()], [count; 2], "legs and masks of objects");
        let mut order: Vec<usize> = (0..count).collect();
        rng.shuffle(&mut order);
        let row = |object: usize| {
            let speed = motion.legs[object][0].speed() / 4.0;
            let cells = object_cells(&scene.objects[object], speed, picture, &picture.masks[object], rng);
            ObjectRow { object: Some(object), cells: lose(cells, rng) }
        };
        let objects = order.into_iter().map(row).collect();
        Self { objects, scene: lose(scene_cells(scene, picture, rng), rng) }
    }

    pub fn get(&self, column: SceneColumn) -> Option<f32> {
        self.scene[column as usize]
    }
}

/// `speed` in pixels a second. An object of which nothing is visible has no colour.
fn object_cells(object: &Object, speed: f32, picture: &Picture, mask: &Mask, rng: &mut Rng) -> ObjectCells {
    let colour = mean_colour(picture, mask);
    let temperature = temperature(object.texture, rng);
    ObjectColumn::ALL.map(|column| {
        let value = match column {
            ObjectColumn::X => f32::from(object.x) / 4.0,
            ObjectColumn::Y => f32::from(object.y) / 4.0,
            ObjectColumn::Area => mask.area() as f32,
            ObjectColumn::Red => colour?[0],
            ObjectColumn::Green => colour?[1],
            ObjectColumn::Blue => colour?[2],
            ObjectColumn::Speed => speed,
            ObjectColumn::Temperature => temperature,
        };
        Some(column.scale().reading(value))
    })
}

fn scene_cells(scene: &Scene, picture: &Picture, rng: &mut Rng) -> SceneCells {
    let hour = hour(scene.background, rng);
    SceneColumn::ALL.map(|column| {
        let value = match column {
            SceneColumn::Count => scene.objects.len() as f32,
            SceneColumn::Brightness => mean(picture.rgb.iter().copied()) / 255.0,
            SceneColumn::Hour => hour,
        };
        Some(column.scale().reading(value))
    })
}

fn lose<const N: usize>(cells: [Option<f32>; N], rng: &mut Rng) -> [Option<f32>; N] {
    cells.map(|cell| {
        let is_lost = rng.below(100) < MISSING_PERCENT;
        cell.filter(|_| !is_lost)
    })
}

/// Over the visible pixels, sRGB bytes.
fn mean_colour(picture: &Picture, mask: &Mask) -> Option<[f32; 3]> {
    let side = mask.rows.len();
    let visible = |channel: usize| {
        let pixels = picture.rgb.chunks(3).enumerate();
        pixels.filter(|(p, _)| mask.contains(p % side, p / side)).map(move |(_, rgb)| rgb[channel])
    };
    (mask.area() > 0).then(|| [0, 1, 2].map(|channel| mean(visible(channel))))
}

/// The sum is exact: all bytes of a picture add up to less than 2^24.
fn mean(bytes: impl Iterator<Item = u8>) -> f32 {
    let (sum, count) = bytes.fold((0_u32, 0_u32), |(sum, count), byte| (sum + u32::from(byte), count + 1));
    sum as f32 / count as f32
}

/// Degrees Celsius: by the texture, and four draws of up to 2.5 degrees either way. One object in 24 lies nearer to the next
/// texture, and a striped one may do so on both sides.
fn temperature(texture: Texture, rng: &mut Rng) -> f32 {
    let tenths = match texture {
        Texture::Solid => 200,
        Texture::Striped => 300,
        Texture::Dotted => 400,
    };
    let noise: i16 = (0..4).map(|_| rng.between(-25, 25)).sum();
    f32::from(tenths + noise) / 10.0
}

/// A time of day, in hours, at which the background looks as it does.
fn hour(background: Background, rng: &mut Rng) -> f32 {
    let tenths = match background {
        Background::Night => rng.between(220, 289) % 240,
        Background::Slate => rng.between(50, 79),
        Background::Dusk => rng.between(180, 219),
        Background::Paper | Background::Mist | Background::Sand | Background::Checks | Background::Rules => {
            rng.between(80, 179)
        }
    };
    f32::from(tenths) / 10.0
}
