//! Rows of an import.

use super::{label, said, some};
use crate::{
    call::Micros,
    catalog::Catalog,
    check::{Checked, Faults},
    error::{Error, Result},
    mediations::{
        import::MediationRow,
        model::Referral,
        numbers::{DisputeType, Numbered, Source},
        ops::Open,
    },
    pb::v1,
    place::Code,
    wire::{id_in, micros},
};

/// Longest text of a record.
const LONGEST: usize = 50_000;

/// What holds for every row.
pub struct ImportHeader {
    pub source: String,
    pub dry_run: bool,
    pub official: Option<v1::Official>,
    committee: String,
    region: String,
}

impl TryFrom<v1::MediationImportHeader> for ImportHeader {
    type Error = Error;

    fn try_from(header: v1::MediationImportHeader) -> Result<Self> {
        Faults::of(&header).into_result()?;
        let v1::MediationImportHeader { import_header, committee, region } = header;
        let v1::ImportHeader { source, dry_run, on_behalf_of } = import_header.unwrap_or_default();
        if on_behalf_of.is_none() {
            return Err(Error::OfficialNotAccepted);
        }
        Ok(Self { source, dry_run, official: on_behalf_of, committee, region })
    }
}

/// Reads a row under its header.
pub fn import_row(row: v1::MediationRow, header: &ImportHeader, now: Micros) -> Result<MediationRow> {
    let mut faults = Faults::default();
    faults.field("row", |faults| row.check(faults));
    let v1::MediationRow { source_id, committee, region, dispute_type, matter, open_time, parties, turns, terms } = row;
    let or = |own: String, common: &str| some(own).unwrap_or_else(|| common.to_owned());
    let mut read = None;
    faults.field("row", |faults| {
        let committee = or(committee, &header.committee);
        let committee = faults.take("committee", id_in(&committee, "organizations").map(str::to_owned));
        let region = faults.take("region", Code::from_name(&or(region, &header.region)));
        let open_time = open_time.and_then(|given| faults.take("open_time", micros(&given)));
        if open_time.is_some_and(|time| time > now) {
            faults.at("open_time", "lies in the future");
        }
        let said = spoken(&turns);
        if said.as_ref().is_some_and(|said| said.chars().count() > LONGEST) {
            faults.at("turns", "have more than 50000 characters together");
        }
        read = committee.zip(region).map(|(committee, region)| (committee, region, open_time, said));
    });
    faults.into_result()?;
    let (committee, region, open_time, said_text) =
        read.ok_or_else(|| Error::internal("a checked row lacks committee or region"))?;
    Ok(MediationRow {
        open: Open {
            source: Source::Unknown,
            committee,
            region,
            cases: Vec::new(),
            matter: said(matter),
            application_date: None,
            referral: Referral::default(),
            open_time: open_time.unwrap_or(now),
            dispute_type: DisputeType::from_number(dispute_type),
            term_date: None,
            catalog: Catalog::default(),
        },
        external: (header.source.clone(), source_id),
        undated: open_time.is_none(),
        parties: parties.iter().filter_map(|name| label(name)).collect(),
        said: said_text,
        terms: said(terms),
    })
}

/// Turn after turn, each on a line of its own.
fn spoken(turns: &[v1::mediation_row::Turn]) -> Option<String> {
    let lines: Vec<String> = turns.iter().map(|turn| format!("{}：{}", turn.speaker, turn.text)).collect();
    said(lines.join("\n"))
}
