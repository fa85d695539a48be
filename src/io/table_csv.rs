//! Tables of the world as CSV (RFC 4180), a row for each object and each scene.
//!
//! The first line names the columns: `file`, which clip a row is of; `row`, whether it is of an `object` or of the `scene`;
//! `object`, the object's index in the scene graph; then [`ObjectColumn`] and [`SceneColumn`], of which the ones are empty in
//! rows of the others. A missing reading is an empty cell, which `pandas.read_csv` takes for one.

mod error;
#[cfg(test)]
mod tests;

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};

use crate::world::table::{ObjectCells, ObjectColumn, ObjectRow, Scale, SceneCells, SceneColumn, Table};

pub use error::{CellError, TableError};

/// Bytes of a file that is read.
pub const MAX_FILE: usize = 1 << 20;
/// Rows of a file that is read, without the first line.
pub const MAX_ROWS: usize = 64;
/// Columns of a file that is read.
pub const MAX_COLUMNS: usize = 256;

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TableFile {
    /// By what stands in `file`, in the order in which it first does.
    pub tables: Vec<(String, Table)>,
    /// The columns that are not known, which were left out.
    pub unknown: Vec<String>,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    File,
    Row,
    Index,
    Object(ObjectColumn),
    Scene(SceneColumn),
}

impl Column {
    fn all() -> impl Iterator<Item = Column> {
        let labels = [Column::File, Column::Row, Column::Index].into_iter();
        labels.chain(ObjectColumn::ALL.map(Column::Object)).chain(SceneColumn::ALL.map(Column::Scene))
    }

    const fn name(self) -> &'static str {
        match self {
            Column::File => "file",
            Column::Row => RowKind::COLUMN,
            Column::Index => "object",
            Column::Object(column) => column.word(),
            Column::Scene(column) => column.word(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Object,
    Scene,
}

impl RowKind {
    const COLUMN: &'static str = "row";

    const fn word(self) -> &'static str {
        match self {
            RowKind::Object => "object",
            RowKind::Scene => "scene",
        }
    }
}

/// The first line of a file.
pub fn header() -> Vec<u8> {
    write([Column::all().map(|column| column.name().to_string()).collect()])
}

/// The lines of a table: its objects' and then its scene's.
pub fn lines(file: &str, table: &Table) -> Vec<u8> {
    let number = |cell: Option<f32>| cell.map_or(String::new(), |reading| reading.to_string());
    let line = |kind: RowKind, object: Option<&ObjectRow>| {
        let cell = |column| match (column, object) {
            (Column::File, _) => file.to_string(),
            (Column::Row, _) => kind.word().to_string(),
            (Column::Index, Some(row)) => row.object.map_or(String::new(), |index| index.to_string()),
            (Column::Object(column), Some(row)) => number(row.get(column)),
            (Column::Scene(column), None) => number(table.get(column)),
            _ => String::new(),
        };
        Column::all().map(cell).collect::<Vec<String>>()
    };
    let objects = table.objects.iter().map(|row| line(RowKind::Object, Some(row)));
    write(objects.chain([line(RowKind::Scene, None)]))
}

fn write(records: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for record in records {
        writer.write_record(record).expect("records are equally long, and memory takes them");
    }
    writer.into_inner().expect("memory takes what is written")
}

/// Reads a file. Columns may stand in any order and be left out: without `file` all rows are of one clip, without `row` they are
/// of objects. Cells that are empty, `NaN`, or behind the end of their line are missing.
///
/// # Errors
/// [`TableError`].
pub fn read(file: &[u8]) -> Result<TableFile, TableError> {
    if file.len() > MAX_FILE {
        return Err(TableError::TooLarge { bytes: file.len() });
    }
    let text = std::str::from_utf8(file)
        .map_err(|error| TableError::NotUtf8 { line: line_behind(&file[..error.valid_up_to()]) })?;
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let mut records = reader.records().map(|record| record.expect("UTF-8 in memory can be read"));
    let (columns, unknown) = columns(&records.next().ok_or(TableError::NoColumns)?)?;
    let mut found = Vec::new();
    for (count, record) in records.enumerate() {
        if count == MAX_ROWS {
            return Err(TableError::TooManyRows);
        }
        add(&mut found, &columns, &record, text)?;
    }
    let tables = found.into_iter().map(|found| (found.file, found.table)).collect();
    Ok(TableFile { tables, unknown })
}

/// What stands in each column, and the names of those that are not known.
fn columns(names: &StringRecord) -> Result<(Vec<Option<Column>>, Vec<String>), TableError> {
    if names.len() > MAX_COLUMNS {
        return Err(TableError::TooManyColumns { found: names.len() });
    }
    let columns: Vec<Option<Column>> =
        names.iter().map(|name| Column::all().find(|column| column.name() == name)).collect();
    for (at, column) in columns.iter().enumerate() {
        if let Some(column) = column
            && columns[..at].contains(&Some(*column))
        {
            return Err(TableError::NamedTwice { column: column.name() });
        }
    }
    if !columns.iter().any(|column| matches!(column, Some(Column::Object(_) | Column::Scene(_)))) {
        return Err(TableError::NoColumns);
    }
    let is_unknown = |(name, column): (&str, &Option<Column>)| column.is_none().then(|| error::excerpt(name));
    let unknown = names.iter().zip(&columns).filter_map(is_unknown).collect();
    Ok((columns, unknown))
}

/// A table, and whether the row of its scene was among the rows.
struct Found {
    file: String,
    table: Table,
    has_scene: bool,
}

/// Adds row `record` of `text` to the table of its file.
fn add(
    found: &mut Vec<Found>,
    columns: &[Option<Column>],
    record: &StringRecord,
    text: &str,
) -> Result<(), TableError> {
    let line = || line_of(record, text);
    let (cells, expected) = (record.len(), columns.len());
    if cells > expected {
        return Err(TableError::TooManyCells { line: line(), found: cells, expected });
    }
    let at = |column: Column| move |source| TableError::Cell { line: line(), column: column.name(), source };
    let cells = || columns.iter().zip(record).filter_map(|(column, cell)| Some(((*column)?, cell)));
    let label = |wanted| cells().find(|(column, _)| *column == wanted).map_or("", |(_, cell)| cell);

    let kind = kind(label(Column::Row)).map_err(at(Column::Row))?;
    let object = index(label(Column::Index), kind).map_err(at(Column::Index))?;
    let (mut objects, mut scene) = (ObjectCells::default(), SceneCells::default());
    for (column, cell) in cells() {
        let (reading, scale, of) = match column {
            Column::Object(column) => (&mut objects[column as usize], column.scale(), RowKind::Object),
            Column::Scene(column) => (&mut scene[column as usize], column.scale(), RowKind::Scene),
            Column::File | Column::Row | Column::Index => continue,
        };
        let number = number(cell, scale).and_then(|number| match number {
            Some(_) if of != kind => Err(CellError::OtherRow),
            number => Ok(number),
        });
        *reading = number.map_err(at(column))?;
    }
    let found = of_file(found, label(Column::File));
    match kind {
        RowKind::Object => found.table.objects.push(ObjectRow { object, cells: objects }),
        RowKind::Scene if found.has_scene => return Err(at(Column::Row)(CellError::SecondScene)),
        RowKind::Scene => (found.table.scene, found.has_scene) = (scene, true),
    }
    Ok(())
}

fn of_file<'a>(found: &'a mut Vec<Found>, file: &str) -> &'a mut Found {
    let known = found.iter().position(|found| found.file == file);
    let at = known.unwrap_or_else(|| {
        found.push(Found { file: file.to_string(), table: Table::default(), has_scene: false });
        found.len() - 1
    });
    &mut found[at]
}

/// The line in which a record begins. Its position is that of the empty lines before it.
fn line_of(record: &StringRecord, text: &str) -> usize {
    let position = record.position().expect("a record that was read has a position");
    let start = usize::try_from(position.byte()).expect("a place in memory");
    let empty = text.as_bytes()[start..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
    line_behind(&text.as_bytes()[..start + empty])
}

/// The line, from 1 on, of what stands behind these bytes.
fn line_behind(bytes: &[u8]) -> usize {
    1 + bytes.iter().filter(|&&byte| byte == b'\n').count()
}

fn kind(cell: &str) -> Result<RowKind, CellError> {
    match cell {
        "" | "object" => Ok(RowKind::Object),
        "scene" => Ok(RowKind::Scene),
        _ => Err(CellError::Kind { found: error::excerpt(cell) }),
    }
}

fn number(cell: &str, scale: Scale) -> Result<Option<f32>, CellError> {
    if cell.is_empty() {
        return Ok(None);
    }
    let found: f32 = cell.parse().map_err(|_| CellError::NoNumber { found: error::excerpt(cell) })?;
    match found {
        _ if found.is_nan() => Ok(None),
        _ if (scale.least..=scale.most).contains(&found) => Ok(Some(found)),
        _ => Err(CellError::OutOfRange { found, least: scale.least, most: scale.most }),
    }
}

fn index(cell: &str, kind: RowKind) -> Result<Option<usize>, CellError> {
    match (cell, kind) {
        ("", _) => Ok(None),
        (_, RowKind::Scene) => Err(CellError::OtherRow),
        (cell, RowKind::Object) => {
            let index = cell.parse().ok().filter(|index| *index < MAX_ROWS);
            index.map(Some).ok_or(CellError::NoIndex { found: error::excerpt(cell) })
        }
    }
}
