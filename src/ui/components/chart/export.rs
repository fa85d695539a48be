//! Charts as files: the numbers, and the figure as it is shown.

use crate::js_error::js_error;
use crate::ui::download::{download, save};
use crate::ui::memo::Memo;
use crate::ui::room_files::{Making, RoomFile, RoomFiles};
use js_sys::{Promise, Uint8Array};
use leptos::prelude::*;
use leptos::svg::Svg;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement, SvgElement, XmlSerializer,
};

const SVG: &str = "image/svg+xml";
/// Pixels of the picture for one of the page.
const DENSITY: f64 = 2.0;
/// A plot that has nothing to draw yet.
const EMPTY: &str = ".plot.empty";
/// What a drawing takes from the style sheet.
const STYLES: [&str; 14] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-opacity",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "paint-order",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
];

/// Buttons that save a chart.
#[component]
pub fn Exports(
    #[prop(into)] label: Memo<String>,
    /// The figure, if there is one.
    #[prop(optional)]
    drawing: Option<NodeRef<Svg>>,
    csv: impl Fn() -> String + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let name = move |ending: &str| format!("{}.{ending}", stem(&label.get_untracked()));
    let save_csv = move |_| download(&name("csv"), "text/csv;charset=utf-8", csv().as_bytes());
    let figure =
        move || drawing.and_then(|drawing| drawing.get_untracked()).and_then(|svg| standalone(&svg).ok());
    let save_svg = move |_| {
        if let Some(figure) = figure() {
            download(&name("svg"), SVG, figure.text.as_bytes());
        }
    };
    let save_png = move |_| {
        if let Some(figure) = figure() {
            let name = name("png");
            spawn_local(async move {
                match painted(figure).await.and_then(|blob| save(&name, &blob)) {
                    Ok(()) => (),
                    Err(error) => leptos::logging::warn!("{name} could not be saved: {}", js_error(&error)),
                }
            });
        }
    };
    RoomFiles::here().offer(move || {
        let figure = drawing.and_then(|drawing| drawing.get_untracked());
        let figure = figure.filter(|svg| svg.closest(EMPTY).is_ok_and(|plot| plot.is_none()));
        making(stem(&label.get_untracked()), csv(), figure.and_then(|svg| standalone(&svg).ok()))
    });
    let pictures = drawing.map(|_| {
        view! {
            <button type="button" class="plain" aria-label="Save the figure as SVG" on:click=save_svg>"SVG"</button>
            <button type="button" class="plain" aria-label="Save the figure as PNG" on:click=save_png>"PNG"</button>
        }
    });
    view! {
        <div class="exports" role="group" aria-label="Save">
            <span aria-hidden="true">"Save"</span>
            <button type="button" class="plain" aria-label="Save the numbers as CSV" on:click=save_csv>"CSV"</button>
            {pictures}
        </div>
    }
}

/// All files of a chart. A table without rows is none.
fn making(stem: String, csv: String, figure: Option<Figure>) -> Making {
    Box::pin(async move {
        let mut files = Vec::new();
        let mut keep = |ending: &str, bytes| files.push(RoomFile { name: format!("{stem}.{ending}"), bytes });
        if csv.lines().count() > 1 {
            keep("csv", csv.into_bytes());
        }
        if let Some(figure) = figure {
            keep("svg", figure.text.clone().into_bytes());
            match bytes_of(painted(figure).await).await {
                Ok(bytes) => keep("png", bytes),
                Err(error) => leptos::logging::warn!("{stem}.png could not be painted: {}", js_error(&error)),
            }
        }
        files
    })
}

async fn bytes_of(blob: Result<Blob, JsValue>) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(blob?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A title as the name of a file.
fn stem(label: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String = label.chars().map(plain).collect();
    let stem = words.split_whitespace().collect::<Vec<_>>().join("-");
    if stem.is_empty() { "chart".into() } else { stem }
}

/// A drawing that needs no page around it.
struct Figure {
    text: String,
    width: f64,
    height: f64,
    paper: String,
}

/// The drawing with its title, legend, paper and computed styles in itself.
fn standalone(svg: &SvgElement) -> Result<Figure, JsValue> {
    let copy: Element = svg.clone_node_with_deep(true)?.unchecked_into();
    inline(svg, &copy)?;
    let paper = style(svg, &["--paper"])?.remove(0).1;
    let area = svg.get_attribute("data-print").unwrap_or_default();
    let sides: Vec<f64> = area.split(' ').filter_map(|side| side.parse().ok()).collect();
    let &[x, y, width, height] = sides.as_slice() else { return Err("no area to print".into()) };
    for attribute in ["data-print", "aria-hidden", "style"] {
        copy.remove_attribute(attribute)?;
    }
    copy.set_attribute("xmlns", "http://www.w3.org/2000/svg")?;
    copy.set_attribute("viewBox", &area)?;
    copy.set_attribute("width", &width.to_string())?;
    copy.set_attribute("height", &height.to_string())?;
    let ground = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "rect")?;
    let sides = [("x", x), ("y", y), ("width", width), ("height", height)];
    sides.into_iter().try_for_each(|(side, length)| ground.set_attribute(side, &length.to_string()))?;
    ground.set_attribute("fill", &paper)?;
    copy.insert_before(&ground, copy.first_child().as_ref())?;
    let text = XmlSerializer::new()?.serialize_to_string(&copy)?;
    Ok(Figure { text, width, height, paper })
}

/// Gives every element of the copy the styles that its original has on the page.
fn inline(original: &Element, copy: &Element) -> Result<(), JsValue> {
    let (originals, copies) = (original.query_selector_all("*")?, copy.query_selector_all("*")?);
    for index in 0..originals.length() {
        let (Some(from), Some(to)) = (originals.item(index), copies.item(index)) else { continue };
        let (from, to): (Element, Element) = (from.unchecked_into(), to.unchecked_into());
        to.remove_attribute("class")?;
        to.remove_attribute("style")?;
        for (name, value) in style(&from, &STYLES)? {
            to.set_attribute(name, &value.replace("px", ""))?;
        }
    }
    Ok(())
}

fn style<'a>(element: &Element, names: &[&'a str]) -> Result<Vec<(&'a str, String)>, JsValue> {
    let computed = window().get_computed_style(element)?.ok_or("the element is not on the page")?;
    names.iter().map(|&name| Ok((name, computed.get_property_value(name)?.trim().to_string()))).collect()
}

/// A figure as a PNG.
async fn painted(figure: Figure) -> Result<Blob, JsValue> {
    let image = HtmlImageElement::new()?;
    image.set_src(&format!(
        "data:{SVG};charset=utf-8,{}",
        String::from(js_sys::encode_uri_component(&figure.text))
    ));
    JsFuture::from(image.decode()).await?;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    let (width, height) = (figure.width * DENSITY, figure.height * DENSITY);
    canvas.set_width(width.ceil() as u32);
    canvas.set_height(height.ceil() as u32);
    let context = canvas.get_context("2d")?.ok_or("no canvas to paint on")?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    context.set_fill_style_str(&figure.paper);
    context.fill_rect(0.0, 0.0, width.ceil(), height.ceil());
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
    let painting = Promise::new(&mut |kept, refused| {
        if let Err(error) = canvas.to_blob(&kept) {
            // A promise takes every answer.
            let _ = refused.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(painting).await?.dyn_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_their_chart() {
        assert_eq!(stem("Loss of picture → text, by step"), "loss-of-picture-text-by-step");
        assert_eq!(stem("→"), "chart");
    }
}
