//! Correcting what is known of a participant.

use uuid::Uuid;

use super::{
    change,
    invite::{ensure_parties, ensure_welcome},
};
use crate::{
    cases::{masked_name, masked_number},
    check::Faults,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{Detail, Facts, Mediation, Participant},
        numbers::{AgreementState, Consent, Kind},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// Corrects the facts that are named.
pub struct UpdateParticipant {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub etag: String,
    pub kind: Option<Kind>,
    /// The new values.
    pub facts: Facts,
    pub fields: Vec<Field>,
}

/// A fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Kind,
    DisplayName,
    Phone,
    Needs,
    SpecialNeeds,
    PartyKind,
    Dwelling,
    HouseholdSize,
    ChosenBy,
    AgreedBy,
    InvitationConsentTime,
}

/// The facts by their names in a mask.
pub const FIELDS: &[(&str, Field)] = &[
    ("kind", Field::Kind),
    ("display_name", Field::DisplayName),
    ("phone", Field::Phone),
    ("needs", Field::Needs),
    ("special_needs", Field::SpecialNeeds),
    ("party_kind", Field::PartyKind),
    ("dwelling", Field::Dwelling),
    ("household_size", Field::HouseholdSize),
    ("chosen_by", Field::ChosenBy),
    ("agreed_by", Field::AgreedBy),
    ("invitation_consent_time", Field::InvitationConsentTime),
];

impl Field {
    /// Something is told of the fact.
    pub fn is_filled(self, kind: Option<Kind>, facts: &Facts) -> bool {
        match self {
            Self::Kind => kind.is_some(),
            Self::DisplayName => !facts.display_name.is_empty(),
            Self::Phone => facts.phone.is_some(),
            Self::Needs => facts.needs.is_some(),
            Self::SpecialNeeds => !facts.special_needs.is_empty(),
            Self::PartyKind => facts.party_kind.is_some(),
            Self::Dwelling => facts.dwelling.is_some(),
            Self::HouseholdSize => facts.household_size != 0,
            Self::ChosenBy => facts.chosen_by.is_some(),
            Self::AgreedBy => !facts.agreed_by.is_empty(),
            Self::InvitationConsentTime => facts.invitation_consent_time.is_some(),
        }
    }

    fn take(self, from: &Facts, into: &mut Facts) {
        match self {
            // It is none of the facts.
            Self::Kind => {}
            Self::DisplayName => into.display_name.clone_from(&from.display_name),
            Self::Phone => into.phone.clone_from(&from.phone),
            Self::Needs => into.needs.clone_from(&from.needs),
            Self::SpecialNeeds => into.special_needs.clone_from(&from.special_needs),
            Self::PartyKind => into.party_kind = from.party_kind,
            Self::Dwelling => into.dwelling.clone_from(&from.dwelling),
            Self::HouseholdSize => into.household_size = from.household_size,
            Self::ChosenBy => into.chosen_by = from.chosen_by,
            Self::AgreedBy => into.agreed_by.clone_from(&from.agreed_by),
            Self::InvitationConsentTime => into.invitation_consent_time = from.invitation_consent_time,
        }
    }
}

impl Command for UpdateParticipant {
    type Answer = Participant;
    const NAME: &'static str = "mediations.update_participant";

    async fn run(&self, tx: &Tx<'_>) -> Result<Participant> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::participants::find_in(tx, &mediation, self.participant, Detail::Full).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut after = before.clone();
        for field in &self.fields {
            field.take(&self.facts, &mut after.facts);
        }
        if self.fields.contains(&Field::Kind) {
            after.kind = self.kind.unwrap_or(before.kind);
        }
        after.facts.sort(after.kind, after.identity.is_some());
        let step = if after.kind == before.kind { MediationStep::Update } else { MediationStep::Reclassify };
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, step)?;
        check(&before, &after)?;
        if self.fields.contains(&Field::AgreedBy) {
            let mut by = ensure_parties(tx, &mediation, &self.facts.agreed_by).await?;
            if after.kind == Kind::InvitedBody {
                by.retain(|party| party.id < after.id);
                let there = store::participants::necessary_before(tx, &mediation, after.id).await?;
                ensure_welcome(&mediation, there, &by)?;
            }
        }
        if after.kind != before.kind {
            reclassify(tx, &mut mediation, &before, &after).await?;
        }
        if after.facts.dwelling != before.facts.dwelling
            && let Some(resource) = store::participants::taken(tx, &mediation, std::slice::from_ref(&after)).await?
        {
            return Err(Error::AlreadyExists { resource });
        }
        after.version += 1;
        store::participants::save_facts(tx, &after).await?;
        let named = |(name, field): &(&'static str, Field)| self.fields.contains(field).then_some(*name);
        let names: Vec<&str> = FIELDS.iter().filter_map(named).collect();
        let detail = vec![("fields", names.join(","))];
        tx.record(Change { detail, ..change(&mediation, "participant.updated", after.name(), after.version) });
        Ok(after)
    }
}

fn check(before: &Participant, after: &Participant) -> Result<()> {
    let mut faults = Faults::default();
    faults.field("participant", |faults| {
        if after.kind != before.kind && !(before.kind.is_party() && after.kind.is_party()) {
            faults.at("kind", "changes between NECESSARY_PARTY and ACCEDING_PARTY only");
        }
        after.facts.check(faults, after.kind, after.identity.is_some());
        let (before, after) = (&before.facts, &after.facts);
        // Who writes back what was read in BASIC would lose the name.
        if after.display_name != before.display_name && after.display_name == masked_name(&before.display_name) {
            faults.at("display_name", "is masked: read it in FULL, or leave it out of the mask");
        }
        let masked = before.phone.as_deref().map(masked_number);
        if after.phone != before.phone && after.phone == masked {
            faults.at("phone", "is masked: read it in FULL, or leave it out of the mask");
        }
    });
    faults.into_result()
}

/// A party becomes a necessary or an acceding one. What rests on what it was stands in the way.
async fn reclassify(tx: &Tx<'_>, mediation: &mut Mediation, before: &Participant, after: &Participant) -> Result<()> {
    let failed = |resource, condition| Err(Error::Precondition { resource, condition });
    if after.kind == Kind::NecessaryParty && after.consent == Some(Consent::Refused) {
        return failed(after.name(), "PARTICIPANT_REFUSED");
    }
    let alive = store::agreements::alive(tx, mediation).await?;
    if alive.iter().any(|agreement| agreement.state == AgreementState::Signing) {
        return failed(mediation.name(), "AGREEMENT_IN_SIGNING");
    }
    if store::signatures::any_by(tx, before, &alive).await? {
        return failed(after.name(), "SIGNED_ALREADY");
    }
    for agreement in &alive {
        if store::plans::names(tx, agreement, before.id).await? {
            return failed(after.name(), "IN_CONTRIBUTION_PLAN");
        }
    }
    ensure_sides_apart(tx, mediation, after).await?;
    let by = if after.kind == Kind::NecessaryParty { 1 } else { -1 };
    mediation.necessary_party_count += by;
    if after.consent == Some(Consent::Given) {
        mediation.necessary_consent_count += by;
    }
    store::mediations::save(tx, mediation).await
}

/// No session with one side alone that is still to be held becomes one with all necessary parties.
async fn ensure_sides_apart(tx: &Tx<'_>, mediation: &Mediation, after: &Participant) -> Result<()> {
    let others = mediation.necessary_party_count - i32::from(after.kind == Kind::AccedingParty);
    for session in store::sessions::unfinished_private(tx, mediation).await? {
        let asked: Vec<Uuid> = session.attendances.iter().filter(|one| one.asked).map(|one| one.participant).collect();
        let asked = store::participants::find_all(tx, mediation, &asked).await?;
        let there = |one: &&Participant| one.id != after.id && one.kind == Kind::NecessaryParty;
        let own = after.kind == Kind::NecessaryParty && asked.iter().any(|one| one.id == after.id);
        let sides = asked.iter().filter(there).count() + usize::from(own);
        let all = others + i32::from(after.kind == Kind::NecessaryParty);
        if all > 1 && usize::try_from(all) == Ok(sides) {
            return Err(Error::Precondition { resource: session.name(), condition: "PRIVATE_WITH_ALL" });
        }
    }
    Ok(())
}
