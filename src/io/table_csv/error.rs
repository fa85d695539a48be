//! What can be wrong with a table.

use super::{MAX_COLUMNS, MAX_FILE, MAX_ROWS};
use crate::world::table::{ObjectColumn, SceneColumn};

/// Characters of a cell that are shown.
const SHOWN: usize = 40;

/// Why a file is not taken as a table. The text goes on after the file's name; lines count from 1, the one with the names.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TableError {
    #[error("has {bytes} bytes; of a table at most {MAX_FILE} are read")]
    TooLarge { bytes: usize },
    #[error("has more than {MAX_ROWS} rows")]
    TooManyRows,
    #[error("has {found} columns; at most {MAX_COLUMNS} are read")]
    TooManyColumns { found: usize },
    #[error("is not UTF-8 in line {line}")]
    NotUtf8 { line: usize },
    #[error("names none of the columns {} in its first line", names())]
    NoColumns,
    #[error("names the column {column} twice")]
    NamedTwice { column: &'static str },
    #[error("has {found} cells in line {line}, expected at most {expected}")]
    TooManyCells { line: usize, found: usize, expected: usize },
    #[error("has in line {line}, column {column}, {source}")]
    Cell { line: usize, column: &'static str, source: CellError },
}

/// Why a cell is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CellError {
    #[error("“{found}”, expected a number or nothing")]
    NoNumber { found: String },
    #[error("{found}, expected a number in {least}..={most}")]
    OutOfRange { found: f32, least: f32, most: f32 },
    #[error("“{found}”, expected “object” or “scene”")]
    Kind { found: String },
    #[error("“{found}”, expected a number of an object below {MAX_ROWS}")]
    NoIndex { found: String },
    #[error("a cell that rows of the other kind have")]
    OtherRow,
    #[error("a second scene of the same file")]
    SecondScene,
}

/// The columns of readings.
fn names() -> String {
    let names: Vec<&str> = ObjectColumn::ALL
        .map(ObjectColumn::word)
        .into_iter()
        .chain(SceneColumn::ALL.map(SceneColumn::word))
        .collect();
    names.join(", ")
}

/// The beginning of what stands in a cell.
pub(super) fn excerpt(cell: &str) -> String {
    match cell.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_string(),
    }
}
