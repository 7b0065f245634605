//! Regions on the wire.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    model::{Kind, Region},
    ops::{Planned, RegionRow},
};
use crate::{
    check::Faults,
    error::Result,
    pb::v1::{self, region},
    place::{Code, Level},
    text,
    wire::{date, pb_date},
};

/// The level that a request asks for; unspecified is none.
pub fn level(number: i32) -> Option<Level> {
    Level::from_stored(number)
}

fn pb_level(level: Level) -> region::Level {
    match level {
        Level::Country => region::Level::Country,
        Level::Province => region::Level::Province,
        Level::City => region::Level::City,
        Level::County => region::Level::County,
        Level::Township => region::Level::Township,
        Level::Village => region::Level::Village,
    }
}

fn pb_kind(kind: Kind) -> region::Kind {
    match kind {
        Kind::Administrative => region::Kind::Administrative,
        Kind::Zone => region::Kind::Zone,
    }
}

impl From<Region> for v1::Region {
    fn from(region: Region) -> Self {
        let Region { code, version, display_name, level, kind, parent, path: _, valid_from, valid_until } = region;
        Self {
            name: code.name(),
            code: code.to_string(),
            display_name,
            level: pb_level(level).into(),
            kind: pb_kind(kind).into(),
            parent: parent.map(Code::name).unwrap_or_default(),
            version,
            valid_from: Some(pb_date(valid_from)),
            valid_until: valid_until.map(pb_date),
        }
    }
}

/// What holds for every row of an import.
pub struct Header {
    pub source: String,
    pub dry_run: bool,
    pub official: Option<v1::Official>,
    pub effective_date: NaiveDate,
    pub planned: Planned,
}

impl TryFrom<v1::RegionImportHeader> for Header {
    type Error = crate::error::Error;

    fn try_from(header: v1::RegionImportHeader) -> Result<Self> {
        let mut faults = Faults::of(&header);
        let v1::RegionImportHeader { import_header, effective_date } = header;
        let effective_date = effective_date.and_then(|given| faults.take("effective_date", date(&given)));
        faults.into_result()?;
        let v1::ImportHeader { source, dry_run, on_behalf_of } = import_header.unwrap_or_default();
        let effective_date = effective_date.unwrap_or_default();
        Ok(Self { source, dry_run, official: on_behalf_of, effective_date, planned: Arc::default() })
    }
}

/// Reads a row under its header.
pub fn row(row: v1::RegionRow, header: &Header) -> Result<RegionRow> {
    let mut faults = Faults::default();
    faults.field("row", |faults| crate::check::Checked::check(&row, faults));
    let v1::RegionRow { code, display_name, level, parent_code, kind, ended, predecessor_codes } = row;
    let code = faults.take("row.code", Code::parse(&code));
    let level = Level::from_stored(level);
    let parent = match parent_code.as_str() {
        "" => None,
        digits => faults.take("row.parent_code", Code::parse(digits)),
    };
    let predecessors: Vec<Code> = predecessor_codes.iter().filter_map(|digits| Code::parse(digits).ok()).collect();
    if parent.is_none() && parent_code.is_empty() && level.is_some_and(|level| level != Level::Country) {
        faults.at("row.parent_code", "is required below the country");
    }
    faults.into_result()?;
    let (Some(code), Some(level)) = (code, level) else {
        return Err(crate::error::Error::internal("a checked row lacks code or level"));
    };
    Ok(RegionRow {
        code,
        display_name: text::label(&display_name),
        level,
        kind: Kind::from_stored(kind).unwrap_or(Kind::Administrative),
        parent,
        ended,
        predecessors,
        effective_date: header.effective_date,
        source: header.source.clone(),
        planned: header.planned.clone(),
    })
}
