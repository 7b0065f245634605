//! Parties: who brings a case, who is concerned by it.

use uuid::Uuid;

use super::step::{Step, record_part};
use crate::{
    call::Micros,
    cases::{
        flow::LIVE,
        model::{Channel, MOST_REPRESENTATIVES, Party, PartyKind, PartyRole},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    wire::ensure_etag,
};

/// A party to be entered, checked for form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParty {
    pub role: PartyRole,
    pub kind: PartyKind,
    pub display_name: Option<String>,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub needs: Option<String>,
    pub subject: Option<String>,
}

impl NewParty {
    /// The party with its id.
    pub fn enter(&self, tx: &Tx<'_>, case_id: Uuid, time: Micros) -> Party {
        let Self { role, kind, display_name, id_number, phone, address, needs, subject } = self.clone();
        Party {
            id: tx.call().new_id(),
            case_id,
            role,
            kind,
            display_name,
            id_number,
            phone,
            address,
            needs,
            subject,
            create_time: time,
            end_time: None,
            end_reason: None,
            version: 1,
        }
    }
}

/// The cadre or organization that a party is must be in the register.
pub async fn ensure_subject(tx: &Tx<'_>, party: &Party, field: &str) -> Result<()> {
    let Some(subject) = &party.subject else { return Ok(()) };
    let known = match subject.split_once('/') {
        Some(("organizations", id)) => crate::organizations::place_of(tx, id).await?.is_some(),
        Some(("cadres", id)) => crate::cadres::exists(tx, id).await?,
        _ => false,
    };
    if known { Ok(()) } else { Err(Error::field(field, "is not in the register")) }
}

/// Adds a party.
#[derive(Debug)]
pub struct AddParty {
    /// The catalogue, for the case's clocks.
    pub catalog: Catalog,
    /// The case.
    pub case_id: Uuid,
    /// The party.
    pub party: NewParty,
}

impl Command for AddParty {
    type Answer = Party;
    const NAME: &'static str = "cases.add_party";

    async fn run(&self, tx: &Tx<'_>) -> Result<Party> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        if !LIVE.contains(&step.case.state) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CASE_ENDED" });
        }
        let party = self.party.enter(tx, self.case_id, tx.call().now);
        ensure_subject(tx, &party, "party.subject").await?;
        let representative = party.role == PartyRole::Representative && step.case.channel == Channel::Visit;
        if representative && store::party::count_representatives(tx, self.case_id).await? >= MOST_REPRESENTATIVES {
            return Err(Error::Precondition { resource: step.case.name(), condition: "TOO_MANY_REPRESENTATIVES" });
        }
        store::party::insert(tx, std::slice::from_ref(&party)).await?;
        if let (PartyRole::Accused, Some(subject)) = (party.role, &party.subject) {
            store::case::add_wall(tx, self.case_id, subject).await?;
        }
        step.case.party_count += 1;
        step.note("party", party.name());
        step.note("role", party.role.word());
        step.finish("party.added").await?;
        Ok(party)
    }
}

/// Ends a party's part.
#[derive(Debug)]
pub struct EndParty {
    /// The case.
    pub case_id: Uuid,
    /// The party.
    pub id: Uuid,
    /// Etag of the party.
    pub etag: String,
    /// Why.
    pub reason: String,
}

impl Command for EndParty {
    type Answer = Party;
    const NAME: &'static str = "cases.end_party";

    async fn run(&self, tx: &Tx<'_>) -> Result<Party> {
        let name = format!("cases/{}/parties/{}", self.case_id, self.id);
        let missing = || Error::not_found(name.clone());
        let mut case = match store::case::lock(tx, self.case_id).await {
            Err(Error::NotFound { .. }) => return Err(missing()),
            other => other?,
        };
        let mut party = store::party::find(tx, self.case_id, self.id).await?.ok_or_else(missing)?;
        ensure_etag(&self.etag, party.version, &name)?;
        if party.end_time.is_some() {
            return Err(Error::Precondition { resource: name, condition: "ALREADY_ENDED" });
        }
        party.end_time = Some(tx.call().now);
        party.end_reason = Some(self.reason.clone());
        party.version += 1;
        store::party::end(tx, &party).await?;
        case.party_count -= 1;
        case.version += 1;
        case.update_time = tx.call().now;
        store::case::update(tx, &case).await?;
        record_part(tx, &case, "party.ended", name, party.version, vec![("reason", self.reason.clone())]);
        Ok(party)
    }
}
