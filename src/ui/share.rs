//! What is passed on of the page: its link, the link as a QR code, the code that embeds it, a citation.

use super::view::{Room, View};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const NAME: &str = "Triptych: a laboratory of multimodal learning";

/// Phones read no finer code from a wall: 97 modules a side.
const FINEST: u8 = 20;
/// Modules of white around a code.
const MARGIN: i32 = 4;

/// The link to a view as everybody sees it; `page` is the address of the page's base.
pub fn link(page: &str, view: &View) -> String {
    let view = View { present: false, embed: false, ..view.clone() };
    format!("{page}{}", view.to_address())
}

/// Code that shows the stage within another page, of this width and height.
pub fn embed_code(page: &str, view: &View, [width, height]: [u32; 2]) -> String {
    let view = View { lesson: None, present: false, embed: true, ..view.clone() };
    let address = format!("{page}{}", view.to_address()).replace('&', "&amp;");
    let title = title(view.room);
    format!(
        "<iframe src=\"{address}\" title=\"{title}\" width=\"{width}\" height=\"{height}\" style=\"border: 0\" \
         loading=\"lazy\" allow=\"camera; microphone\"></iframe>"
    )
}

fn title(room: Room) -> String {
    match room {
        Room::Home => "Triptych".into(),
        _ => format!("Triptych: {}", room.info().title),
    }
}

/// Year, month and day, counted from one.
pub type Day = [u32; 3];

pub fn citation(link: &str, room: Room, day: Day) -> String {
    let shown = if room == Room::Home { String::new() } else { format!(" {}.", room.info().title) };
    format!("The Triptych authors. {NAME}. Version {VERSION}.{shown} {link}. Accessed {}.", written(day))
}

pub fn bibtex(link: &str, day: Day) -> String {
    format!(
        "@misc{{triptych,\n  author = {{{{The Triptych authors}}}},\n  title = {{{NAME}}},\n  note = {{Version {VERSION}}},\n  \
         year = {{{}}},\n  url = {{{link}}},\n  urldate = {{{}}}\n}}",
        day[0],
        written(day)
    )
}

fn written([year, month, day]: Day) -> String {
    format!("{year}-{month:02}-{day:02}")
}

/// A QR code, drawn in units of its modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Modules of a side, with the margin.
    pub side: i32,
    /// The dark ones, as the data of an SVG path.
    pub path: String,
}

/// The code of a text; none where it is too long for one that can be read from a screen.
pub fn code(text: &str) -> Option<Code> {
    let parts = QrSegment::make_segments(text);
    let finest = Version::new(FINEST);
    let code =
        QrCode::encode_segments_advanced(&parts, QrCodeEcc::Low, Version::MIN, finest, None, true).ok()?;
    let is_dark = |x, y| code.get_module(x, y);
    let mut path = String::new();
    for y in 0..code.size() {
        let begins = (0..code.size()).filter(|&x| is_dark(x, y) && !is_dark(x - 1, y));
        for x in begins {
            let length = (x..).take_while(|&x| is_dark(x, y)).count();
            path += &format!("M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN);
        }
    }
    Some(Code { side: code.size() + 2 * MARGIN, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://example.org/triptych/";

    fn view(address: &str) -> View {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        View::from_address(path, query)
    }

    #[test]
    fn a_link_is_neither_presented_nor_embedded() {
        let shown = view("retrieve?lesson=cosine.2&present=1&embed=1&q=a+star");
        assert_eq!(link(PAGE, &shown), "https://example.org/triptych/retrieve?lesson=cosine.2&q=a+star");
        assert_eq!(link(PAGE, &View::default()), PAGE);
    }

    #[test]
    fn the_code_embeds_the_stage_without_its_lesson() {
        let code = embed_code(PAGE, &view("caption?lesson=cosine.2&present=1&picture=1-3"), [640, 480]);
        let address = "src=\"https://example.org/triptych/caption?embed=1&amp;picture=1-3\"";
        assert!(code.contains(address), "{code}");
        assert!(code.contains("title=\"Triptych: Caption\" width=\"640\" height=\"480\""), "{code}");
    }

    #[test]
    fn a_citation_names_version_link_and_day() {
        let link = "https://example.org/triptych/caption?picture=1-3";
        let text = citation(link, Room::Caption, [2026, 3, 1]);
        let bibtex = bibtex(link, [2026, 3, 1]);
        for text in [&text, &bibtex] {
            assert!(
                text.contains(&format!("ersion {VERSION}"))
                    && text.contains(link)
                    && text.contains("2026-03-01"),
                "{text}"
            );
        }
        assert_eq!(bibtex.matches('{').count(), bibtex.matches('}').count());
        assert!(text.contains(" Caption. "), "{text}");
        assert!(!citation(PAGE, Room::Home, [2026, 3, 1]).contains("Home"));
    }

    /// What a reader makes of the path.
    fn read(code: &Code) -> String {
        let side = code.side as usize;
        let mut modules = vec![false; side * side];
        for run in code.path.split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split(['h', 'v', ' ']).take(3).map(|number| number.parse().unwrap()).collect();
            let [x, y, length] = numbers[..] else { panic!("{run}") };
            modules[y * side + x..y * side + x + length].fill(true);
        }
        let scale = 4;
        let dark = |x: usize, y: usize| if modules[y / scale * side + x / scale] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * scale, side * scale, dark);
        let grids = image.detect_grids();
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_code_is_read_as_its_text_and_grows_with_it() {
        let short = link(PAGE, &view("caption?picture=1-3"));
        let long = link(PAGE, &view(&format!("ask?question={}", "why+".repeat(60))));
        let codes = [&short, &long].map(|text| code(text).unwrap());
        assert_eq!(codes.each_ref().map(read), [short, long]);
        assert!(codes[0].side < codes[1].side);
        assert_eq!(code(&"why".repeat(300)), None, "too fine to be read");
    }
}
