//! What tells series apart: a colour, and a pattern or a shape beside it.

/// Colours that count the series of a chart in which no modality speaks.
pub const SERIES: u8 = 14;

/// A colour of the style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Picture,
    Words,
    Sound,
    Video,
    Table,
    Graph,
    Fused,
    Ink,
    /// Ink that stands back.
    Quiet,
    True,
    False,
    /// One of `SERIES` colours, counted from 0 and from the start again after the last.
    Nth(u8),
}

impl Tone {
    /// The colour as a CSS value.
    pub fn paint(self) -> String {
        let name = match self {
            Tone::Picture => "picture",
            Tone::Words => "words",
            Tone::Sound => "sound",
            Tone::Video => "video",
            Tone::Table => "table",
            Tone::Graph => "graph",
            Tone::Fused => "fused",
            Tone::Ink => "ink",
            Tone::Quiet => "ink-3",
            Tone::True => "true",
            Tone::False => "false",
            Tone::Nth(index) => return format!("var(--series-{})", index % SERIES + 1),
        };
        format!("var(--{name})")
    }

    /// A style attribute that gives it to what an element draws.
    pub(super) fn style(self) -> String {
        format!("--tone:{}", self.paint())
    }
}

/// The pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
    Mixed,
    Long,
    Sparse,
}

impl Dash {
    const ALL: [Dash; 6] = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::Mixed, Dash::Long, Dash::Sparse];

    /// Patterns in turn.
    pub fn nth(index: usize) -> Self {
        Dash::ALL[index % Dash::ALL.len()]
    }

    /// `stroke-dasharray`, in pixels.
    pub(super) fn pattern(self) -> &'static str {
        match self {
            Dash::Solid => "none",
            Dash::Dashed => "6 4",
            Dash::Dotted => "1 4",
            Dash::Mixed => "9 4 1 4",
            Dash::Long => "14 5",
            Dash::Sparse => "1 9",
        }
    }
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    Circle,
    Square,
    Cross,
    Triangle,
    Diamond,
    Star,
}

impl Marker {
    /// The shape around a place as SVG path data.
    pub(super) fn path(self, x: f32, y: f32, radius: f32) -> String {
        let r = radius;
        match self {
            Marker::Circle => {
                format!("M{:.1} {y:.1}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z", x - r, d = 2.0 * r)
            }
            Marker::Square => {
                let half = 0.886 * r;
                format!("M{:.1} {:.1}h{d:.1}v{d:.1}h-{d:.1}z", x - half, y - half, d = 2.0 * half)
            }
            Marker::Cross => cross(x, y, r),
            Marker::Triangle => polygon(x, y, &[1.35 * r], 3),
            Marker::Diamond => polygon(x, y, &[1.25 * r], 4),
            Marker::Star => polygon(x, y, &[1.5 * r, 0.7 * r], 10),
        }
    }
}

/// A polygon whose first corner stands above the place; its corners are as far from the place as the radii say in turn.
fn polygon(x: f32, y: f32, radii: &[f32], corners: usize) -> String {
    let corner = |(index, radius): (usize, &f32)| {
        let turn = std::f32::consts::TAU * index as f32 / corners as f32;
        let letter = if index == 0 { 'M' } else { 'L' };
        format!("{letter}{:.1} {:.1}", x + radius * turn.sin(), y - radius * turn.cos())
    };
    let all: String = radii.iter().cycle().take(corners).enumerate().map(corner).collect();
    all + "z"
}

/// Two bars of a third of the width, so that the shape has an area like the others.
fn cross(x: f32, y: f32, r: f32) -> String {
    let (bar, arm) = (0.7 * r, 0.75 * r);
    format!(
        "M{:.1} {:.1}h{bar:.1}v{arm:.1}h{arm:.1}v{bar:.1}h-{arm:.1}v{arm:.1}h-{bar:.1}v-{arm:.1}h-{arm:.1}v-{bar:.1}h{arm:.1}z",
        x - bar / 2.0,
        y - bar / 2.0 - arm,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: &str = include_str!("../../../../style/tokens.css");
    const PLOTS: &str = include_str!("../../../../style/plots.css");

    /// Every value that a style sheet gives to a variable: the light theme's, then the dark one's.
    fn values(sheet: &str, name: &str) -> Vec<[f32; 3]> {
        let start = format!("--{name}: #");
        let colour = |rest: &str| [0, 2, 4].map(|at| u8::from_str_radix(&rest[at..at + 2], 16).unwrap());
        sheet.split(&start).skip(1).map(|rest| colour(rest).map(linear)).collect()
    }

    fn linear(c: u8) -> f32 {
        let c = f32::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    }

    /// WCAG 2.2, relative luminance and contrast ratio.
    fn contrast(a: [f32; 3], b: [f32; 3]) -> f32 {
        let luminance = |[r, g, b]: [f32; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn lines_stand_out_from_the_paper_in_both_themes() {
        let paper = values(TOKENS, "paper");
        assert_eq!(paper.len(), 2);
        for index in 0..SERIES {
            let name = format!("series-{}", index + 1);
            assert_eq!(Tone::Nth(index + SERIES).paint(), format!("var(--{name})"));
            let colours = values(PLOTS, &name);
            assert_eq!(colours.len(), 2, "{name} has a colour in each theme");
            for (colour, paper) in colours.into_iter().zip(&paper) {
                assert!(contrast(colour, *paper) >= 3.0, "{name}");
            }
        }
    }

    #[test]
    fn modalities_stand_out_from_the_paper_in_both_themes() {
        let tones = [Tone::Picture, Tone::Words, Tone::Sound, Tone::Video, Tone::Table, Tone::Graph];
        for tone in tones {
            let paint = tone.paint();
            let name = paint.trim_start_matches("var(--").trim_end_matches(')');
            let pairs: Vec<_> = values(TOKENS, name).into_iter().zip(values(TOKENS, "paper")).collect();
            assert_eq!(pairs.len(), 2, "{name}");
            assert!(pairs.iter().all(|(colour, paper)| contrast(*colour, *paper) >= 4.5), "{name}");
        }
    }

    #[test]
    fn controls_are_seen_by_their_borders_in_both_themes() {
        for ground in ["paper", "raised", "sunk"] {
            let pairs: Vec<_> = values(TOKENS, "edge").into_iter().zip(values(TOKENS, ground)).collect();
            assert_eq!(pairs.len(), 2);
            assert!(pairs.iter().all(|(edge, ground)| contrast(*edge, *ground) >= 3.0), "{ground}");
        }
    }

    #[test]
    fn shapes_stay_around_their_place() {
        assert_eq!(Marker::Circle.path(10.0, 20.0, 3.0), "M7.0 20.0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z");
        assert_eq!(Marker::Square.path(10.0, 20.0, 5.0), "M5.6 15.6h8.9v8.9h-8.9z");
        assert_eq!(Marker::Diamond.path(10.0, 20.0, 4.0), "M10.0 15.0L15.0 20.0L10.0 25.0L5.0 20.0z");
        assert_eq!(Marker::Star.path(10.0, 20.0, 4.0).matches('L').count(), 9);
        assert_eq!(Dash::nth(6), Dash::Solid);
    }
}
