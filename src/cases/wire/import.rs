//! Rows of an import.

use super::optional;
use crate::{
    cases::{
        import::CaseRow,
        model::{Channel, IdentityMode, Nature},
        ops::{party::NewParty, register::RegisterCase},
        party::{Identity, PartyKind, PartyRole},
    },
    catalog::Catalog,
    check::{Checked, Faults},
    error::{Error, Result},
    pb::v1,
    place::Code,
    text,
    wire::micros,
};

/// What holds for every row.
pub struct Header {
    pub source: String,
    pub dry_run: bool,
    pub official: Option<v1::Official>,
    pub registering_organization: Option<String>,
}

impl TryFrom<v1::CaseImportHeader> for Header {
    type Error = Error;

    fn try_from(header: v1::CaseImportHeader) -> Result<Self> {
        Faults::of(&header).into_result()?;
        let v1::CaseImportHeader { import_header, registering_organization } = header;
        let v1::ImportHeader { source, dry_run, on_behalf_of } = import_header.unwrap_or_default();
        let registering_organization = optional(registering_organization);
        Ok(Self { source, dry_run, official: on_behalf_of, registering_organization })
    }
}

/// Reads a row under its header.
pub fn row(row: v1::CaseRow, header: &Header, catalog: Catalog) -> Result<CaseRow> {
    let mut faults = Faults::default();
    faults.field("row", |faults| row.check(faults));
    let v1::CaseRow {
        source_id,
        region,
        title,
        statement,
        topic,
        nature,
        channel,
        receive_time,
        petitioner_name,
        petitioner_phone,
        reply,
        reply_time,
    } = row;
    let title = text::label(&title);
    let region = faults.take("row.region", Code::from_name(&region));
    let receive_time = receive_time.and_then(|given| faults.take("row.receive_time", micros(&given)));
    let reply_time = reply_time.and_then(|given| faults.take("row.reply_time", micros(&given)));
    let reply = match (optional(reply), reply_time) {
        (Some(reply), Some(time)) => Some((reply, time)),
        (Some(_), None) => {
            faults.at("row.reply_time", "is required with a reply");
            None
        }
        (None, _) => None,
    };
    faults.into_result()?;
    let (Some(region), Some(receive_time)) = (region, receive_time) else {
        return Err(Error::internal("a checked row lacks region or time"));
    };
    let petitioner = (!petitioner_name.is_empty() || !petitioner_phone.is_empty()).then(|| NewParty {
        role: PartyRole::Petitioner,
        kind: PartyKind::Person,
        identity: Identity {
            display_name: optional(text::label(&petitioner_name)),
            phone: optional(petitioner_phone),
            ..Identity::UNKNOWN
        },
        subject: None,
        mandate: None,
    });
    let register = RegisterCase {
        case_type: None,
        catalog,
        id: None,
        nature: Nature::from_number(nature).unwrap_or(Nature::Unknown),
        channel: Channel::from_number(channel).filter(|channel| *channel != Channel::Unknown).unwrap_or(Channel::Other),
        title,
        statement: optional(statement),
        summary: None,
        topic: optional(topic),
        region,
        registering_organization: header.registering_organization.clone(),
        petition_date: None,
        receive_time: Some(receive_time),
        backdating_reason: Some(format!("imported from {}", header.source)),
        external: Some((header.source.clone(), source_id)),
        identity_mode: IdentityMode::Unknown,
        attendance: 0,
        urgent: false,
        parties: petitioner.into_iter().collect(),
    };
    Ok(CaseRow { register, receive_time, reply })
}
