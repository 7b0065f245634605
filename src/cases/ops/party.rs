//! Parties: who brings a case, who speaks for whom, who is concerned by it.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    step::{Step, record_part},
    wall,
};
use crate::{
    cadres,
    call::Micros,
    cases::{
        flow::LIVE,
        model::{Case, Channel, Outcome},
        party::{
            Basis, Consent, Extent, Identity, MOST_PARTIES, MOST_REPRESENTATIVES, Mandate, Party, PartyKind, PartyRole,
        },
        store,
    },
    catalog::Catalog,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    organizations,
};

/// A party to be entered, checked for form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParty {
    pub role: PartyRole,
    pub kind: PartyKind,
    pub identity: Identity,
    pub subject: Option<String>,
    pub mandate: Option<NewMandate>,
}

/// A mandate to be entered, checked for form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMandate {
    pub basis: Basis,
    pub extent: Extent,
    pub principals: Vec<Uuid>,
    pub document_number: Option<String>,
    /// The day of entry where there is none.
    pub start_date: Option<NaiveDate>,
    pub end_date: Option<NaiveDate>,
}

impl NewParty {
    /// The party with its id.
    fn enter(&self, tx: &Tx<'_>, case_id: Uuid, time: Micros) -> Party {
        let Self { role, kind, identity, subject, mandate } = self.clone();
        let mandate = mandate.map(|mandate| Mandate {
            basis: mandate.basis,
            extent: mandate.extent,
            principals: mandate.principals,
            document_number: mandate.document_number,
            start_date: mandate.start_date.unwrap_or(civil_date(time)),
            end_date: mandate.end_date,
            revoke_time: None,
        });
        Party {
            id: tx.call().new_id(),
            case_id,
            role,
            kind,
            identity,
            subject,
            mandate,
            outcome: Outcome::None,
            consent: Consent::None,
            outcome_time: None,
            restrict_time: None,
            create_time: time,
            end_time: None,
            end_reason: None,
            version: 1,
        }
    }
}

/// Enters parties, each named in errors as `path` says.
pub async fn enter(
    tx: &Tx<'_>,
    case: &Case,
    parties: &[NewParty],
    time: Micros,
    path: impl Fn(usize) -> String,
) -> Result<Vec<Party>> {
    let entered: Vec<Party> = parties.iter().map(|party| party.enter(tx, case.id, time)).collect();
    for (index, party) in entered.iter().enumerate() {
        ensure_subject(tx, party, &format!("{}.subject", path(index))).await?;
        ensure_principals(tx, party, &format!("{}.mandate.principals", path(index))).await?;
    }
    store::party::insert(tx, &entered).await?;
    Ok(entered)
}

/// Takes what a case tells out of the index where one of these parties is sensitive.
async fn withhold(tx: &Tx<'_>, case: &Case, parties: &[Party]) -> Result<()> {
    if parties.iter().any(Party::is_sensitive) { store::terms::withhold(tx, case).await } else { Ok(()) }
}

/// The cadre or organization that a party is must be in the register.
async fn ensure_subject(tx: &Tx<'_>, party: &Party, field: &str) -> Result<()> {
    let Some(subject) = &party.subject else { return Ok(()) };
    if is_registered(tx, subject).await? { Ok(()) } else { Err(Error::field(field, "is not in the register")) }
}

/// There is such a cadre or organization.
pub(super) async fn is_registered(tx: &Tx<'_>, name: &str) -> Result<bool> {
    match name.split_once('/') {
        Some(("organizations", id)) => Ok(organizations::place_of(tx, id).await?.is_some()),
        Some(("cadres", id)) => cadres::exists(tx, id).await,
        _ => Ok(false),
    }
}

/// An agent acts for those who bring the case.
async fn ensure_principals(tx: &Tx<'_>, party: &Party, field: &str) -> Result<()> {
    let Some(principals) = party.mandate.as_ref().map(|mandate| &mandate.principals) else { return Ok(()) };
    if principals.is_empty() {
        return Ok(());
    }
    let found = store::party::find_many(tx, party.case_id, principals).await?;
    if found.len() == principals.len() && found.iter().all(is_petitioning) {
        Ok(())
    } else {
        Err(Error::field(field, "names somebody who does not bring the case, or whose part has ended"))
    }
}

pub(super) fn is_petitioning(party: &Party) -> bool {
    party.role.brings() && party.end_time.is_none()
}

/// The case is still open to parties.
pub(super) fn ensure_live(case: &Case) -> Result<()> {
    let ended = || Error::Precondition { resource: case.name(), condition: "CASE_ENDED" };
    if LIVE.contains(&case.state) { Ok(()) } else { Err(ended()) }
}

/// Adds parties, all or none.
#[derive(Debug)]
pub struct AddParties {
    /// The catalogue, for the case's clocks.
    pub catalog: Catalog,
    /// The case.
    pub case_id: Uuid,
    /// The parties.
    pub parties: Vec<NewParty>,
    /// They come as a batch: faults are told with the place in it.
    pub batch: bool,
}

impl Command for AddParties {
    type Answer = Vec<Party>;
    const NAME: &'static str = "cases.add_parties";

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<Party>> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        ensure_live(&step.case)?;
        let refused = |condition| Error::Precondition { resource: step.case.name(), condition };
        let added = self.parties.iter().filter(|party| party.role == PartyRole::Representative).count();
        if added > 0 && step.case.channel == Channel::Visit {
            let present = store::party::count_representatives(tx, self.case_id).await?;
            if present + added > MOST_REPRESENTATIVES {
                return Err(refused("TOO_MANY_REPRESENTATIVES"));
            }
        }
        let present = usize::try_from(step.case.party_count).unwrap_or(0);
        if present + self.parties.len() > MOST_PARTIES {
            return Err(refused("TOO_MANY_PARTIES"));
        }
        let path = |index| if self.batch { format!("parties[{index}]") } else { "party".to_owned() };
        let parties = enter(tx, &step.case, &self.parties, tx.call().now, path).await?;
        wall::raise_now(tx, &mut step, &parties).await?;
        withhold(tx, &step.case, &parties).await?;
        step.case.party_count += i32::try_from(parties.len()).unwrap_or(i32::MAX);
        match parties.as_slice() {
            [party] => {
                step.note("party", party.name());
                step.note("role", party.role.word());
            }
            many => step.note("count", many.len().to_string()),
        }
        step.finish("party.added").await?;
        Ok(parties)
    }
}

/// Corrects who a party is.
#[derive(Debug)]
pub struct UpdateParty {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    /// The new values, of the fields that are named.
    pub identity: Identity,
    pub fields: Vec<Field>,
}

/// What can be corrected of a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    DisplayName,
    IdDocument,
    IdNumber,
    UnifiedCode,
    Phone,
    Address,
    Needs,
    SpecialNeeds,
    HouseholdSize,
}

/// The fields by their names in a mask.
pub const FIELDS: &[(&str, Field)] = &[
    ("display_name", Field::DisplayName),
    ("id_document", Field::IdDocument),
    ("id_number", Field::IdNumber),
    ("unified_code", Field::UnifiedCode),
    ("phone", Field::Phone),
    ("address", Field::Address),
    ("needs", Field::Needs),
    ("special_needs", Field::SpecialNeeds),
    ("household_size", Field::HouseholdSize),
];

impl Field {
    /// Takes the field over from one identity into another.
    fn take(self, from: &Identity, into: &mut Identity) {
        match self {
            Self::DisplayName => into.display_name.clone_from(&from.display_name),
            Self::IdDocument => into.id_document = from.id_document,
            Self::IdNumber => into.id_number.clone_from(&from.id_number),
            Self::UnifiedCode => into.unified_code.clone_from(&from.unified_code),
            Self::Phone => into.phone.clone_from(&from.phone),
            Self::Address => into.address.clone_from(&from.address),
            Self::Needs => into.needs.clone_from(&from.needs),
            Self::SpecialNeeds => into.special_needs.clone_from(&from.special_needs),
            Self::HouseholdSize => into.household_size = from.household_size,
        }
    }

    /// It must be in a form, or fit to another field. A correction of anything else is not held up by them.
    fn is_checked(self) -> bool {
        matches!(self, Self::IdDocument | Self::IdNumber | Self::UnifiedCode | Self::HouseholdSize)
    }

    /// The field says something in an identity.
    pub fn is_filled(self, identity: &Identity) -> bool {
        let mut blank = Identity::UNKNOWN;
        self.take(identity, &mut blank);
        blank != Identity::UNKNOWN
    }
}

impl Command for UpdateParty {
    type Answer = Party;
    const NAME: &'static str = "cases.update_party";

    async fn run(&self, tx: &Tx<'_>) -> Result<Party> {
        let (step, mut party) = begin(tx, &self.catalog, self.case_id, self.id, &self.etag).await?;
        ensure_present(&party)?;
        if party.restrict_time.is_some() {
            return Err(Error::Precondition { resource: party.name(), condition: "PARTY_RESTRICTED" });
        }
        for field in &self.fields {
            field.take(&self.identity, &mut party.identity);
        }
        if self.fields.iter().any(|field| field.is_checked()) {
            let mut faults = crate::check::Faults::default();
            party.identity.check(&mut faults, "party", party.kind);
            faults.into_result()?;
        }
        party.version += 1;
        store::party::correct(tx, &party).await?;
        withhold(tx, &step.case, std::slice::from_ref(&party)).await?;
        let named = |(name, field): &(&'static str, Field)| self.fields.contains(field).then_some(*name);
        let names: Vec<&str> = FIELDS.iter().filter_map(named).collect();
        let detail = vec![("fields", names.join(","))];
        record_part(tx, &step.case, "party.updated", party.name(), party.version, detail);
        Ok(party)
    }
}

/// Locks a party's case, finds the party and checks its etag.
pub(super) async fn begin<'t, 'a>(
    tx: &'t Tx<'a>,
    catalog: &'t Catalog,
    case_id: Uuid,
    id: Uuid,
    etag: &str,
) -> Result<(Step<'t, 'a>, Party)> {
    let name = crate::cases::party::party_name(case_id, id);
    let find = || store::party::find(tx, case_id, id);
    Step::begin_part(tx, catalog, case_id, (&name, etag), |party: &Party| party.version, find).await
}

fn ensure_present(party: &Party) -> Result<()> {
    let ended = || Error::Precondition { resource: party.name(), condition: "ALREADY_ENDED" };
    if party.end_time.is_none() { Ok(()) } else { Err(ended()) }
}

/// Ends a party's part.
#[derive(Debug)]
pub struct EndParty {
    /// The catalogue, for the case's clocks.
    pub catalog: Catalog,
    /// The case.
    pub case_id: Uuid,
    /// The party.
    pub id: Uuid,
    /// Etag of the party.
    pub etag: String,
    /// Why.
    pub reason: String,
    /// It is an agent's mandate that is taken back.
    pub revokes: bool,
}

impl Command for EndParty {
    type Answer = Party;
    const NAME: &'static str = "cases.end_party";

    async fn run(&self, tx: &Tx<'_>) -> Result<Party> {
        let now = tx.call().now;
        let (step, mut party) = begin(tx, &self.catalog, self.case_id, self.id, &self.etag).await?;
        ensure_present(&party)?;
        if self.revokes {
            match &mut party.mandate {
                Some(mandate) if mandate.basis == Basis::WrittenMandate => mandate.revoke_time = Some(now),
                _ => return Err(Error::Precondition { resource: party.name(), condition: "NO_MANDATE" }),
            }
        }
        party.end_time = Some(now);
        party.end_reason = Some(self.reason.clone());
        party.version += 1;
        store::party::end(tx, &party).await?;
        let mut case = step.case;
        case.party_count -= 1;
        case.version += 1;
        case.update_time = now;
        store::case::update(tx, &case).await?;
        let kind = if self.revokes { "party.mandate_revoked" } else { "party.ended" };
        record_part(tx, &case, kind, party.name(), party.version, vec![("reason", self.reason.clone())]);
        Ok(party)
    }
}
