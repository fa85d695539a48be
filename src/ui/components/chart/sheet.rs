//! The numbers of a chart: as CSV, and as a table for those who cannot see it.

use super::scale::significant;
use crate::order;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// Rows that the table on the page has at most; the file has all.
const ROWS: usize = 60;

/// Columns with names, and rows of numbers of which some are absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub head: Vec<String>,
    pub rows: Vec<Vec<Option<f32>>>,
}

impl Sheet {
    /// Series beside one another: a row for every `x` that one of them has. Each ascends in `x`.
    pub fn beside(x: String, columns: &[(&str, &[(f32, f32)])]) -> Self {
        let mut all: Vec<f32> =
            columns.iter().flat_map(|(_, points)| points.iter().map(|point| point.0)).collect();
        order::sort_by(&mut all, f32::total_cmp);
        all.dedup();
        let value = |points: &[(f32, f32)], x: f32| {
            let at = points.partition_point(|point| point.0 < x);
            points.get(at).filter(|point| point.0 == x).map(|point| point.1)
        };
        let row = |&x: &f32| {
            std::iter::once(Some(x)).chain(columns.iter().map(move |(_, points)| value(points, x)))
        };
        Sheet {
            head: std::iter::once(x).chain(columns.iter().map(|(name, _)| (*name).to_string())).collect(),
            rows: all.iter().map(|x| row(x).collect()).collect(),
        }
    }

    /// All of it, numbers with every digit.
    pub fn csv(&self) -> String {
        let cell = |value: &Option<f32>| value.map_or(String::new(), |value| value.to_string());
        csv(&self.head, self.rows.iter().map(|row| row.iter().map(cell).collect()))
    }

    /// Every how many-th row the page shows.
    fn stride(&self) -> usize {
        self.rows.len().div_ceil(ROWS).max(1)
    }
}

/// RFC 4180: a header and rows, lines that end in CRLF, quotes where a field needs them.
pub fn csv(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |fields: &[String]| {
        let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        format!("{}\r\n", fields.join(","))
    };
    std::iter::once(line(head)).chain(rows.map(|row| line(&row))).collect()
}

/// What stands between the cells of a line, by the country of whoever opens the file; quotes inside a line do not hinder it there.
const ENDS: [char; 4] = [';', '\t', '\r', '\n'];

/// A field as it stands in a file. Spreadsheets compute what begins like a formula, whoever has written it: before such a text stands an
/// apostrophe, which makes it a text. A number stays one.
fn quoted(field: &str) -> String {
    let mut text = String::new();
    for part in field.split_inclusive(ENDS) {
        if is_formula(part.trim_matches(ENDS)) {
            text.push('\'');
        }
        text.push_str(part);
    }
    match text != field || field.contains([',', '"', ';', '\t', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

/// Also in the wide letters of Chinese, Japanese and Korean, which some spreadsheets take for the narrow ones.
fn is_formula(cell: &str) -> bool {
    let begins = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    begins && cell.parse::<f64>().is_err()
}

/// Whole numbers whole, others with four digits that count.
fn short(value: f32) -> String {
    if value.fract() == 0.0 && value.abs() < 1e6 { value.to_string() } else { significant(value, 4) }
}

/// The numbers in rows, while the visitor has them open.
#[component]
pub fn SheetTable(#[prop(into)] label: Memo<String>, #[prop(into)] sheet: Memo<Sheet>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let cell = |value: Option<f32>| view! { <td>{value.map(short)}</td> };
    let row = move |row: Vec<Option<f32>>| view! { <tr>{row.into_iter().map(cell).collect_view()}</tr> };
    let table = move || {
        let sheet = sheet.get();
        let stride = sheet.stride();
        let note = (stride > 1)
            .then(|| format!(". Every {} row; the file has all.", crate::ui::format::ordinal(stride)));
        let head = sheet.head.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view();
        let rows = sheet.rows.into_iter().step_by(stride).map(row).collect_view();
        view! {
            <div class="sheet" tabindex="0" role="group" aria-label="Table">
                <table class="numbers">
                    <caption>{label.get()}{note}</caption>
                    <thead><tr>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    };
    view! {
        <details class="table" on:toggle=move |_| is_open.update(|open| *open = !*open)>
            <summary>"Show data"</summary>
            {move || is_open.get().then(table)}
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must() {
        let head = ["plain", "a,b", "say \"no\"", "two\nlines"].map(String::from);
        let text = csv(&head, [vec![String::new(), "1".into()]].into_iter());
        assert_eq!(text, "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n,1\r\n");
    }

    #[test]
    fn a_text_is_no_formula_and_a_number_stays_one() {
        let texts = ["=1+1", "+SUM(A1)", "-2+3", "@x", "\t=1", "\r=1", " =1", "=A1&\"x\""];
        let found = texts.map(quoted).join(" ");
        assert_eq!(
            found,
            "\"'=1+1\" \"'+SUM(A1)\" \"'-2+3\" \"'@x\" \"\t'=1\" \"\r'=1\" \"' =1\" \"'=A1&\"\"x\"\"\""
        );
        // Divided at semicolons, and in wide letters.
        let texts = ["a;=1+1", "a; -2+3;b", "a;-2", "＝1+1", "a\t＠x"].map(quoted);
        assert_eq!(texts, ["\"a;'=1+1\"", "\"a;' -2+3;b\"", "\"a;-2\"", "\"'＝1+1\"", "\"a\t'＠x\""]);
        for number in ["-0.25", "+3", "1e-7", "-1E5", "NaN", "-inf"] {
            assert_eq!(quoted(number), number);
        }
    }

    #[test]
    fn series_stand_beside_one_another() {
        let (a, b) = ([(0.0, 1.5), (2.0, 0.25)], [(1.0, 3.0), (2.0, f32::NAN)]);
        let sheet = Sheet::beside("Step".into(), &[("a", &a), ("b", &b)]);
        assert_eq!(sheet.csv(), "Step,a,b\r\n0,1.5,\r\n1,,3\r\n2,0.25,NaN\r\n");
    }

    #[test]
    fn the_page_shows_a_part_of_many_rows() {
        let rows = |count| Sheet { head: Vec::new(), rows: vec![Vec::new(); count] };
        assert_eq!([40.0, 0.123_456, f32::NAN].map(short), ["40", "0.1235", "none"]);
        assert_eq!((rows(0).stride(), rows(60).stride(), rows(2000).stride()), (1, 1, 34));
    }
}
