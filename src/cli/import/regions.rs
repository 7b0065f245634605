//! Regions as the statistics bureau's codes are published: `code,name,level,parent_code`, codes of 2 to 12 digits, and what lies above
//! them from a list that ships with the program.

use std::collections::{BTreeMap, HashSet};

use lianbang::{
    pb::v1::{RegionRow, region},
    place::{Code, Level},
};
use serde::Deserialize;

const ANCESTORS: &str = include_str!("../../../data/regions/ancestors.csv");

/// A row of a published file.
#[derive(Debug, Deserialize)]
pub struct Published {
    code: String,
    name: String,
    level: String,
    parent_code: String,
}

impl Published {
    /// The row to send, or what is wrong with it.
    pub fn row(self) -> Result<RegionRow, String> {
        let level = Level::from_word(&self.level).ok_or_else(|| format!("{} is no level", self.level))?;
        Ok(RegionRow {
            kind: kind(&self.name, level).into(),
            code: self.code,
            display_name: self.name,
            level: level.stored(),
            parent_code: self.parent_code,
            ..RegionRow::default()
        })
    }
}

/// The published files have no column for it: a development zone stands among the counties under its name.
pub fn kind(name: &str, level: Level) -> region::Kind {
    if level == Level::County && name.contains("开发区") { region::Kind::Zone } else { region::Kind::Administrative }
}

/// The regions above `rows` that are not among them and that the program knows, from the top.
pub fn ancestors<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<RegionRow> {
    let known: BTreeMap<Code, RegionRow> =
        shipped(ANCESTORS).into_iter().filter_map(|row| Some((Code::parse(&row.code).ok()?, row))).collect();
    let (mut present, mut wanted) = (HashSet::new(), Vec::new());
    for (code, parent) in rows {
        present.extend(Code::parse(code).ok());
        wanted.extend(Code::parse(parent).ok());
    }
    let mut missing = BTreeMap::new();
    while let Some(code) = wanted.pop() {
        let Some(row) = known.get(&code).filter(|_| !present.contains(&code)) else { continue };
        if missing.insert((row.level, code), row.clone()).is_none() {
            wanted.extend(Code::parse(&row.parent_code).ok());
        }
    }
    missing.into_values().collect()
}

/// Rows of a file that ships with the program.
pub fn shipped(text: &str) -> Vec<RegionRow> {
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Published>();
    rows.map(|row| row.map_err(|fault| fault.to_string()).and_then(Published::row))
        .collect::<Result<_, _>>()
        .expect("invariant: a test reads the shipped regions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_above_is_found_from_the_top() {
        let rows = [("310113", "3101"), ("310113003", "310113")];
        let codes: Vec<String> = ancestors(rows.into_iter()).into_iter().map(|row| row.code).collect();
        assert_eq!(codes, ["000000000000", "31", "3101"]);
        assert!(ancestors([("4110", "41"), ("41", "000000000000"), ("000000000000", "")].into_iter()).is_empty());
        assert!(ancestors([("5301", "53")].into_iter()).is_empty());
    }

    #[test]
    fn a_development_zone_is_no_division_of_the_state() {
        assert_eq!(kind("许昌经济技术开发区", Level::County), region::Kind::Zone);
        assert_eq!(kind("魏都区", Level::County), region::Kind::Administrative);
        assert_eq!(kind("开发区社区居委会", Level::Village), region::Kind::Administrative);
    }
}
