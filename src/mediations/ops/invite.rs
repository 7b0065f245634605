//! Inviting parties, mediators and bodies.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{change, consent::ensure_to_accede, organization};
use crate::{
    cadres,
    call::Micros,
    cases::{Need, PartyKind},
    clock::civil_date,
    committees,
    db::{Command, Rows, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{MOST_PARTICIPANTS, Mediation, Participant},
        numbers::{AgreementState, ChosenBy, Consent, Kind, Numbered},
        store,
    },
    record::Change,
    wire::id_in,
};

/// A participant to be entered, checked for form.
pub struct Newcomer {
    pub kind: Kind,
    /// `cadres/{id}` of a mediator, `organizations/{id}` of a body.
    pub identity: Option<String>,
    pub posting: Option<String>,
    pub display_name: String,
    pub phone: Option<String>,
    pub needs: Option<String>,
    pub special_needs: Vec<Need>,
    pub party_kind: Option<PartyKind>,
    pub dwelling: Option<String>,
    pub household_size: i32,
    pub chosen_by: Option<ChosenBy>,
    /// The parties who chose the mediator, or consented to the body.
    pub agreed_by: Vec<Uuid>,
    pub invitation_consent_time: Option<Micros>,
}

/// Adds participants, all or none.
pub struct Invite {
    pub mediation: Uuid,
    pub newcomers: Vec<Newcomer>,
}

impl Command for Invite {
    type Answer = Vec<Participant>;
    const NAME: &'static str = "mediations.invite";

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<Participant>> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        self.ensure_room(tx, &mediation).await?;
        for newcomer in &self.newcomers {
            newcomer.ensure_known(tx).await?;
            ensure_parties(tx, &mediation, &newcomer.agreed_by).await?;
        }
        let participants: Vec<Participant> =
            self.newcomers.iter().map(|newcomer| newcomer.enter(tx, self.mediation)).collect();
        enter(tx, &mut mediation, &participants).await?;
        Ok(participants)
    }
}

/// Enters participants who are none yet.
pub(super) async fn enter(tx: &Tx<'_>, mediation: &mut Mediation, participants: &[Participant]) -> Result<()> {
    if let Some(resource) = store::participants::taken(tx, mediation, participants).await? {
        return Err(Error::AlreadyExists { resource });
    }
    ensure_capacity(tx, participants).await?;
    store::participants::insert(tx, participants).await?;
    for participant in participants {
        mediation.participant_count += 1;
        mediation.necessary_party_count += i32::from(participant.kind == Kind::NecessaryParty);
        let detail = vec![
            ("kind", participant.kind.word().to_owned()),
            ("identity", participant.identity.clone().unwrap_or_default()),
        ];
        let change = change(mediation, "participant.invited", participant.name(), participant.version);
        tx.record(Change { detail, ..change });
    }
    store::mediations::save(tx, mediation).await
}

impl Invite {
    /// The mediation takes such participants, and has room for so many.
    async fn ensure_room(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        let failed = |condition| Err(Error::Precondition { resource: mediation.name(), condition });
        let any = |is: fn(Kind) -> bool| self.newcomers.iter().any(|newcomer| is(newcomer.kind));
        let step = if any(|kind| kind != Kind::AccedingParty) { MediationStep::Invite } else { MediationStep::Join };
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, step)?;
        ensure_to_accede(tx, mediation).await?;
        let room = usize::try_from(MOST_PARTICIPANTS - mediation.participant_count).unwrap_or(0);
        if self.newcomers.len() > room {
            return failed("TOO_MANY_PARTICIPANTS");
        }
        if any(|kind| kind == Kind::NecessaryParty) {
            let pending = store::agreements::pending(tx, mediation).await?;
            if pending.iter().any(|agreement| agreement.state == AgreementState::Signing) {
                return failed("AGREEMENT_IN_SIGNING");
            }
        }
        Ok(())
    }
}

/// Who chooses a mediator or consents to a body is a party.
pub(super) async fn ensure_parties(tx: &Tx<'_>, mediation: &Mediation, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let found = store::participants::find_all(tx, mediation, ids).await?;
    match found.iter().find(|one| !one.kind.is_party()) {
        Some(other) => Err(Error::Precondition { resource: other.name(), condition: "NOT_A_PARTY" }),
        None => Ok(()),
    }
}

impl Newcomer {
    pub(super) async fn ensure_known(&self, tx: &Tx<'_>) -> Result<()> {
        let Some(identity) = &self.identity else { return Ok(()) };
        match id_in(identity, "organizations") {
            Ok(id) => organization(tx, id, civil_date(tx.call().now)).await.map(|_| ()),
            Err(_) => ensure_engaged(tx, identity, self.posting.as_deref(), civil_date(tx.call().now)).await,
        }
    }

    pub(super) fn enter(&self, tx: &Tx<'_>, mediation: Uuid) -> Participant {
        Participant {
            id: tx.call().new_id(),
            mediation,
            kind: self.kind,
            identity: self.identity.clone(),
            posting: self.posting.clone(),
            display_name: self.display_name.clone(),
            phone: self.phone.clone(),
            needs: self.needs.clone(),
            special_needs: self.special_needs.clone(),
            party_kind: self.party_kind,
            dwelling: self.dwelling.clone(),
            household_size: self.household_size,
            chosen_by: self.chosen_by,
            agreed_by: self.agreed_by.clone(),
            invitation_consent_time: self.invitation_consent_time,
            consent: self.kind.is_party().then_some(Consent::Pending),
            consent_time: None,
            consent_statement: None,
            interest: None,
            interest_time: None,
            left: None,
            replaces: None,
            open_challenges: 0,
            create_time: tx.call().now,
            version: 1,
        }
    }
}

/// No mediator takes more mediations than they can. The lock of the cadre's row, taken in one order, brings invitations to several mediations
/// one behind the other.
async fn ensure_capacity(tx: &Tx<'_>, participants: &[Participant]) -> Result<()> {
    let mediators = participants.iter().filter(|participant| participant.kind == Kind::Mediator);
    let mut names: Vec<&str> = mediators.filter_map(|mediator| mediator.identity.as_deref()).collect();
    names.sort_unstable();
    for name in names {
        let id = name.strip_prefix("cadres/").unwrap_or(name);
        let Some(most) = cadres::hold_capacity(tx, id).await? else { continue };
        if store::participants::open_mediations(tx, name).await? >= most {
            return Err(Error::Precondition { resource: name.to_owned(), condition: "MEDIATOR_AT_CAPACITY" });
        }
    }
    Ok(())
}

/// A mediator of the mediation may mediate on a day.
pub(super) async fn ensure_engaged_as(rows: &impl Rows, mediator: &Participant, day: NaiveDate) -> Result<()> {
    match &mediator.identity {
        Some(cadre) => ensure_engaged(rows, cadre, mediator.posting.as_deref(), day).await,
        None => Ok(()),
    }
}

/// The one place that judges who may mediate on a day.
async fn ensure_engaged(rows: &impl Rows, cadre: &str, posting: Option<&str>, day: NaiveDate) -> Result<()> {
    let id = cadre.strip_prefix("cadres/").unwrap_or(cadre);
    let of_posting = posting.and_then(|name| name.rsplit('/').next());
    if committees::may_mediate(rows, id, of_posting, day).await? {
        return Ok(());
    }
    Err(Error::Precondition { resource: posting.unwrap_or(cadre).to_owned(), condition: "NOT_ENGAGED" })
}
