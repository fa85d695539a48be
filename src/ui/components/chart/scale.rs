//! Axes: from values to places, and round numbers beside them.

use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    #[default]
    Linear,
    /// Decades of equal length; values up to 0 have no place.
    Log,
}

/// What an axis says and how it is divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub title: Cow<'static, str>,
    /// Empty for a pure number.
    pub unit: Cow<'static, str>,
    pub scale: Scale,
    /// From the values if none.
    pub range: Option<(f32, f32)>,
}

impl Axis {
    /// A linear axis that follows its values.
    pub fn new(title: impl Into<Cow<'static, str>>, unit: impl Into<Cow<'static, str>>) -> Self {
        Axis { title: title.into(), unit: unit.into(), scale: Scale::Linear, range: None }
    }

    pub fn log(self) -> Self {
        Axis { scale: Scale::Log, ..self }
    }

    pub fn within(self, least: f32, most: f32) -> Self {
        Axis { range: Some((least, most)), ..self }
    }

    /// Title and unit.
    pub fn name(&self) -> String {
        if self.unit.is_empty() { self.title.to_string() } else { format!("{} ({})", self.title, self.unit) }
    }

    /// A written value with its unit.
    pub(super) fn with_unit(&self, value: String) -> String {
        match self.unit.as_ref() {
            "" => value,
            unit => format!("{value} {unit}"),
        }
    }
}

/// The stretch of values that an axis shows, with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
    scale: Scale,
    /// All values are whole numbers, and far enough apart to be counted.
    is_whole: bool,
}

impl Span {
    /// The span of an axis over its values, with about `wanted` ticks; without a range it ends at round numbers.
    pub fn new(axis: &Axis, values: impl Iterator<Item = f32>, wanted: usize) -> Self {
        let (found, is_whole) = extent(values, axis.scale);
        let is_given = |&(low, high): &(f32, f32)| low < high && (axis.scale == Scale::Linear || low > 0.0);
        let given = axis.range.filter(is_given).map(|(low, high)| (f64::from(low), f64::from(high)));
        let (low, high) = given.unwrap_or_else(|| widened(found, axis.scale));
        let step = step(low, high, wanted, is_whole);
        let (low, high) = given.unwrap_or_else(|| rounded((low, high), axis.scale, step));
        let ticks = match axis.scale {
            Scale::Linear => ticks(low, high, step),
            Scale::Log => log_ticks(low, high, wanted),
        };
        Span { low, high, ticks, scale: axis.scale, is_whole }
    }

    /// The same around its middle with the given length, for two axes of one measure.
    pub fn of_length(self, length: f64, wanted: usize) -> Self {
        let middle = f64::midpoint(self.low, self.high);
        let (low, high) = (middle - length / 2.0, middle + length / 2.0);
        Span { low, high, ticks: ticks(low, high, step(low, high, wanted, self.is_whole)), ..self }
    }

    pub fn length(&self) -> f64 {
        self.high - self.low
    }

    /// How far along the axis a value stands: 0 to 1 inside.
    pub fn place(&self, value: f64) -> f32 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / self.length(),
            Scale::Log if value <= 0.0 => f64::NAN,
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        share as f32
    }

    /// The value at a share of the axis.
    pub fn value(&self, share: f32) -> f32 {
        let share = f64::from(share);
        let value = match self.scale {
            Scale::Linear => self.low + share * self.length(),
            Scale::Log => self.low * (self.high / self.low).powf(share),
        };
        value as f32
    }

    /// A tick as it is written.
    pub fn label(&self, tick: f64) -> String {
        let step = match (self.scale, self.ticks.as_slice()) {
            (Scale::Linear, &[first, second, ..]) => second - first,
            _ => tick.abs(),
        };
        written(tick, step)
    }

    /// A value as it is read off: to a thousandth of the axis, or to three digits where the scale is one of ratios.
    pub fn read(&self, value: f32) -> String {
        match self.scale {
            _ if !value.is_finite() => "none".into(),
            _ if self.is_whole => format!("{value:.0}"),
            Scale::Linear => written(f64::from(value), self.length() / 1000.0),
            Scale::Log => significant(value, 3),
        }
    }
}

/// Least and most of the values that have a place, and whether all are whole.
fn extent(values: impl Iterator<Item = f32>, scale: Scale) -> (Option<(f64, f64)>, bool) {
    let mut found: Option<(f64, f64)> = None;
    let mut is_whole = true;
    for value in values.filter(|&value| value.is_finite() && (scale == Scale::Linear || value > 0.0)) {
        let value = f64::from(value);
        let (low, high) = found.unwrap_or((value, value));
        found = Some((low.min(value), high.max(value)));
        is_whole &= value.fract() == 0.0;
    }
    (found, is_whole && found.is_some_and(|(low, high)| high - low >= 2.0))
}

/// A stretch that has a length.
fn widened(found: Option<(f64, f64)>, scale: Scale) -> (f64, f64) {
    match (found, scale) {
        (Some((low, high)), _) if high - low > 1e-9 * high.abs().max(low.abs()) => (low, high),
        (Some((value, _)), Scale::Log) => (value / 2.0, value * 2.0),
        (Some((0.0, _)), Scale::Linear) => (0.0, 1.0),
        (Some((value, _)), Scale::Linear) => (value - value.abs() / 10.0, value + value.abs() / 10.0),
        (None, Scale::Linear) => (0.0, 1.0),
        (None, Scale::Log) => (1.0, 10.0),
    }
}

/// The stretch out to round numbers.
fn rounded((low, high): (f64, f64), scale: Scale, step: f64) -> (f64, f64) {
    match scale {
        Scale::Linear => {
            let (first, last) = ((low / step + 1e-6).floor(), (high / step - 1e-6).ceil());
            (first * step, last.max(first + 1.0) * step)
        }
        Scale::Log => {
            let below = |value: f64| {
                let power = 10_f64.powf((value.log10() + 1e-6).floor());
                let lead = value / power * (1.0 + 1e-6);
                power * [5.0, 2.0].into_iter().find(|&round| round <= lead).unwrap_or(1.0)
            };
            // The next round number above is ten over the one below the inverse.
            (below(low), 1.0 / below(1.0 / high))
        }
    }
}

/// 1, 2 or 5 times a power of ten, so that about `wanted` steps fill the stretch.
fn step(low: f64, high: f64, wanted: usize, is_whole: bool) -> f64 {
    let raw = (high - low) / wanted.max(1) as f64;
    let power = 10_f64.powf((raw.log10() + 1e-9).floor());
    let lead = raw / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|&round| lead <= round * (1.0 + 1e-6)).unwrap_or(10.0);
    if is_whole { (round * power).max(1.0) } else { round * power }
}

/// Multiples of a step inside a stretch.
fn ticks(low: f64, high: f64, step: f64) -> Vec<f64> {
    let (first, last) = ((low / step - 1e-6).ceil() as i64, (high / step + 1e-6).floor() as i64);
    (first..=last).map(|index| index as f64 * step).collect()
}

/// Powers of ten inside a stretch, with 2 and 5 times them where there are few.
fn log_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (first, last) = ((low.log10() + 1e-6).floor() as i32, (high.log10() - 1e-6).ceil() as i32);
    let decades = (last - first).max(1) as usize;
    let leads: &[f64] = if 3 * decades <= wanted.max(6) { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let powers = (first..=last).step_by(decades.div_ceil(wanted.max(1)));
    let all = powers.flat_map(|power| leads.iter().map(move |lead| lead * 10_f64.powi(power)));
    let inside = |tick: &f64| *tick >= low * (1.0 - 1e-6) && *tick <= high * (1.0 + 1e-6);
    let found: Vec<f64> = all.filter(inside).collect();
    if found.len() < 2 { ticks(low, high, step(low, high, wanted, false)) } else { found }
}

/// A value with the decimals of a step.
fn written(value: f64, step: f64) -> String {
    if value.abs() < step * 1e-6 {
        return "0".into();
    }
    let exponent = (step.log10() + 1e-9).floor();
    if !(-5.0..6.0).contains(&exponent) {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    format!("{value:.*}", (-exponent).max(0.0) as usize)
}

/// A value with so many digits that count.
pub fn significant(value: f32, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { "none".into() };
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-4..6).contains(&exponent) {
        return format!("{value:.*e}", digits - 1);
    }
    format!("{value:.*}", (digits as i32 - 1 - exponent).max(0) as usize)
}

#[cfg(test)]
#[path = "scale_tests.rs"]
mod tests;
