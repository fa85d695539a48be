use super::*;
use crate::world::{Motion, Rng, Split, Stream, render, splits};

fn drawn(index: u64) -> Table {
    let stream = |stream| Rng::new(Split::Test, 2, index, stream);
    let scene = splits::scene(Split::Test, 2, index);
    let motion = Motion::draw(&scene, &mut stream(Stream::Motion));
    Table::draw(&scene, &motion, &render(&scene), &mut stream(Stream::Table))
}

fn said(file: &str) -> String {
    read(file.as_bytes()).expect_err(file).to_string()
}

/// The objects of a file with one table.
fn objects(file: &str) -> Vec<ObjectRow> {
    let read = read(file.as_bytes()).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(read.tables.len() == 1, "{read:?}");
    read.tables[0].1.objects.clone()
}

#[test]
fn what_is_written_is_read() {
    for from in (0..60).step_by(6) {
        let named = |index| (format!("{index:04}, \"quoted\".png"), drawn(index));
        let tables: Vec<(String, Table)> = (from..from + 6).map(named).collect();
        let mut file = header();
        tables.iter().for_each(|(name, table)| file.extend(lines(name, table)));
        assert_eq!(read(&file), Ok(TableFile { tables, unknown: Vec::new() }));
    }
}

#[test]
fn a_file_is_plain_numbers_under_names_with_units() {
    let cells = [Some(32.5), Some(8.0), None, Some(0.1), Some(255.0), Some(12.3), Some(0.0), Some(21.4)];
    let table =
        Table { objects: vec![ObjectRow { object: Some(1), cells }], scene: [Some(1.0), Some(0.87), None] };
    let file = String::from_utf8([header(), lines("0000.png", &table)].concat()).unwrap();
    let names = "file,row,object,x_px,y_px,area_px,red,green,blue,speed_px_per_s,temperature_c,count,brightness,time_h";
    assert_eq!(
        file,
        format!(
            "{names}\n0000.png,object,1,32.5,8,,0.1,255,12.3,0,21.4,,,\n0000.png,scene,,,,,,,,,,1,0.87,\n"
        )
    );
}

#[test]
fn columns_stand_in_any_order_and_unknown_ones_are_named() {
    let file = "\u{feff}mass_kg, red ,x_px\r\n\r\n5,12.5,3\r\n,\"7\",\r\n";
    let found = read(file.as_bytes()).unwrap();
    assert_eq!(found.unknown, ["mass_kg"]);
    let rows = objects(file);
    assert_eq!(
        rows.iter().map(|row| row.get(ObjectColumn::Red)).collect::<Vec<_>>(),
        [Some(12.5), Some(7.0)]
    );
    assert_eq!(rows.iter().map(|row| row.get(ObjectColumn::X)).collect::<Vec<_>>(), [Some(3.0), None]);
    assert!(rows.iter().all(|row| row.object.is_none() && row.get(ObjectColumn::Y).is_none()));
}

#[test]
fn missing_is_written_in_several_ways() {
    for row in [",1", "NaN,1", "nan,1", " , 1", "\"\",1"] {
        let rows = objects(&format!("x_px,y_px\n{row}\n"));
        assert_eq!([rows[0].cells[0], rows[0].cells[1]], [None, Some(1.0)], "{row}");
    }
    let rows = objects("x_px,y_px\n1\n");
    assert_eq!([rows[0].cells[0], rows[0].cells[1]], [Some(1.0), None]);
    let scene = read(b"row,x_px,count\nscene,NaN,3").unwrap().tables.remove(0).1;
    assert_eq!((scene.get(SceneColumn::Count), scene.objects.len()), (Some(3.0), 0));
}

#[test]
fn rows_go_to_the_table_of_their_file() {
    let found = read(b"file,x_px,row,time_h\nb,1,,\na,2,object,\nb,,scene,7.5\nb,3,,\n").unwrap();
    let summary =
        |(file, table): &(String, Table)| (file.clone(), table.objects.len(), table.get(SceneColumn::Hour));
    let tables: Vec<_> = found.tables.iter().map(summary).collect();
    assert_eq!(tables, [("b".to_string(), 2, Some(7.5)), ("a".to_string(), 1, None)]);
    assert_eq!(read(&header()).unwrap().tables, []);
}

#[test]
fn errors_name_the_line_and_the_column() {
    let expected = [
        ("x_px\n1\n\nred\n", "has in line 4, column x_px, “red”, expected a number or nothing"),
        ("y_px,x_px\n1,64.1\n", "has in line 2, column x_px, 64.1, expected a number in 0..=64"),
        ("x_px\n-inf\n", "has in line 2, column x_px, -inf, expected a number in 0..=64"),
        ("x_px\n1e99\n", "has in line 2, column x_px, inf, expected a number in 0..=64"),
        ("file,x_px\n\"a\nb\",1\nc,?\n", "has in line 4, column x_px, “?”, expected a number or nothing"),
        (
            "\u{feff}\r\nx_px\r\n1\r\n\r\n\r\n?\r\n",
            "has in line 6, column x_px, “?”, expected a number or nothing",
        ),
        ("x_px,row\n1,thing\n", "has in line 2, column row, “thing”, expected “object” or “scene”"),
        (
            "x_px,object\n1,64\n",
            "has in line 2, column object, “64”, expected a number of an object below 64",
        ),
        ("x_px,count\n1,2\n", "has in line 2, column count, a cell that rows of the other kind have"),
        ("row,x_px\nscene,2\n", "has in line 2, column x_px, a cell that rows of the other kind have"),
        ("row,count\nscene,2\nscene,2", "has in line 3, column row, a second scene of the same file"),
        ("x_px,y_px\n1,2,3\n", "has 3 cells in line 2, expected at most 2"),
        ("x_px,red,x_px\n", "names the column x_px twice"),
    ];
    for (file, expected) in expected {
        assert_eq!(said(file), expected);
    }
    for nothing in ["", "\n\n", "a;b\n1;2\n", "file,row,object\n", "X_PX\n1\n"] {
        assert!(said(nothing).starts_with("names none of the columns x_px, y_px, area_px"), "{nothing}");
    }
    assert_eq!(read(b"x_px\n1\n\xff\n"), Err(TableError::NotUtf8 { line: 3 }));
    let long = said(&format!("x_px\n{}\n", "ä".repeat(500_000)));
    assert!(long.contains("ä…”") && long.len() < 200, "{long}");
}

#[test]
fn limits_are_kept() {
    let rows = |count: usize| format!("x_px\n{}", "1\n".repeat(count));
    assert_eq!(objects(&rows(MAX_ROWS)).len(), MAX_ROWS);
    assert_eq!(said(&rows(MAX_ROWS + 1)), "has more than 64 rows");
    let columns = |count: usize| format!("x_px{}\n1\n", ",a".repeat(count - 1));
    assert_eq!(read(columns(MAX_COLUMNS).as_bytes()).unwrap().unknown.len(), MAX_COLUMNS - 1);
    assert_eq!(said(&columns(MAX_COLUMNS + 1)), "has 257 columns; at most 256 are read");
    let bytes = |count: usize| format!("x_px\n{}", "\n".repeat(count - 5));
    assert_eq!(read(bytes(MAX_FILE).as_bytes()).unwrap().tables, []);
    assert_eq!(said(&bytes(MAX_FILE + 1)), "has 1048577 bytes; of a table at most 1048576 are read");
}
