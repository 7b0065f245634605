//! Files: CSV with a header line, or JSON with an object a line. A row that cannot be read is a failed row, not the end.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
};

use lianbang::pb::v1::RegionRow;
use serde_json::{Map, Value};

use super::{
    kinds::Kind,
    loose::Shape,
    regions::{Published, ancestors},
};
use crate::cli::Outcome;

/// A row as it was read.
pub struct Read<R> {
    /// Its line in the file, from 1.
    pub line: u64,
    /// It stands in the file; otherwise the program sends it before.
    pub of_file: bool,
    /// The row, or why there is none.
    pub row: Result<R, String>,
}

/// The rows of a file.
pub struct Rows<R> {
    /// The rows, read as they are taken.
    pub rows: Box<dyn Iterator<Item = Read<R>> + Send>,
    /// How many of them stand in the file.
    pub count: u64,
}

/// An object a row, with its line.
type Objects = Box<dyn Iterator<Item = (u64, Result<Map<String, Value>, String>)> + Send>;

/// Rows of any sort, in the names of the contract. `change` may alter an object before it is read as a row.
pub fn rows<K: Kind>(
    file: &Path,
    change: impl Fn(&mut Map<String, Value>) -> Result<(), String> + Send + 'static,
) -> Outcome<Rows<K::Row>> {
    let shape = Shape::of(K::MESSAGE);
    let rows = objects(file)?.map(move |(line, object)| {
        let row = object.and_then(|mut object| {
            change(&mut object)?;
            shape.read(object)
        });
        Read { line, of_file: true, row }
    });
    Ok(Rows { rows: Box::new(rows), count: count(file)? })
}

/// Regions as they are published, or in the names of the contract; with what lies above them.
pub fn regions(file: &Path) -> Outcome<Rows<RegionRow>> {
    let published = is_csv(file)? && {
        let headers = reader(file)?.headers().map_err(|fault| fault.to_string())?.clone();
        headers.iter().eq(["code", "name", "level", "parent_code"])
    };
    let read: Vec<Read<RegionRow>> = if published {
        let rows = reader(file)?.into_deserialize::<Published>();
        let row = |(index, row): (usize, Result<Published, csv::Error>)| Read {
            line: u64::try_from(index).unwrap_or(0) + 2,
            of_file: true,
            row: row.map_err(|fault| fault.to_string()).and_then(Published::row),
        };
        rows.enumerate().map(row).collect()
    } else {
        rows::<super::Regions>(file, |_| Ok(()))?.rows.collect()
    };
    let known = read.iter().filter_map(|read| read.row.as_ref().ok());
    let above = ancestors(known.map(|row| (row.code.as_str(), row.parent_code.as_str())));
    let above = above.into_iter().map(|row| Read { line: 0, of_file: false, row: Ok(row) });
    let count = u64::try_from(read.len()).unwrap_or(0);
    Ok(Rows { rows: Box::new(above.chain(read).collect::<Vec<_>>().into_iter()), count })
}

fn is_csv(file: &Path) -> Outcome<bool> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(true),
        Some("jsonl" | "ndjson") => Ok(false),
        _ => Err(format!("{}: only .csv and .jsonl are read", file.display()).into()),
    }
}

fn reader(file: &Path) -> Outcome<csv::Reader<fs::File>> {
    Ok(csv::Reader::from_path(file).map_err(|fault| format!("{}: {fault}", file.display()))?)
}

fn open(file: &Path) -> Outcome<BufReader<fs::File>> {
    Ok(BufReader::new(fs::File::open(file).map_err(|fault| format!("{}: {fault}", file.display()))?))
}

fn count(file: &Path) -> Outcome<u64> {
    let rows = if is_csv(file)? {
        reader(file)?.byte_records().count()
    } else {
        open(file)?.split(b'\n').filter(|line| line.as_ref().is_ok_and(|line| !line.trim_ascii().is_empty())).count()
    };
    Ok(u64::try_from(rows).unwrap_or(0))
}

/// The objects of a file, each with its line.
fn objects(file: &Path) -> Outcome<Objects> {
    if is_csv(file)? {
        let mut reader = reader(file)?;
        let headers = reader.headers().map_err(|fault| format!("{}: {fault}", file.display()))?.clone();
        let rows = reader.into_records().enumerate().map(move |(index, record)| match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                (line, Ok(nested(headers.iter().zip(record.iter()))))
            }
            Err(fault) => (u64::try_from(index).unwrap_or(0) + 2, Err(fault.to_string())),
        });
        return Ok(Box::new(rows));
    }
    let lines = open(file)?.split(b'\n').enumerate();
    Ok(Box::new(lines.filter_map(|(index, line)| {
        let number = u64::try_from(index).unwrap_or(0) + 1;
        let line = match line {
            Ok(line) => line,
            Err(fault) => return Some((number, Err(fault.to_string()))),
        };
        let text = line.trim_ascii();
        (!text.is_empty()).then(|| (number, serde_json::from_slice(text).map_err(|fault| fault.to_string())))
    })))
}

/// Columns with dots in their names are fields of fields. An empty cell is no value.
fn nested<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>) -> Map<String, Value> {
    let mut object = Map::new();
    for (column, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
        let mut at = &mut object;
        let mut parts = column.trim().trim_start_matches('\u{feff}').split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                at.insert(part.to_owned(), Value::String(cell.to_owned()));
                break;
            }
            let inner = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            match inner {
                Value::Object(inner) => at = inner,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => break,
            }
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_in_columns_lead_inside() {
        let cells =
            [("\u{feff}sourceId", "a"), ("cadre.displayName", "张三"), ("cadre.rank", "STAFF"), ("cadre.phone", "")];
        let object = Value::Object(nested(cells.into_iter()));
        assert_eq!(object, serde_json::json!({"sourceId": "a", "cadre": {"displayName": "张三", "rank": "STAFF"}}));
    }
}
