//! Inviting parties, mediators and bodies.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{change, consent::ensure_to_accede, organization};
use crate::{
    cadres,
    clock::civil_date,
    committees,
    db::{Command, Rows, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{Facts, MOST_PARTICIPANTS, Mediation, Participant},
        numbers::{AgreementState, Consent, Kind, Numbered},
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
    pub facts: Facts,
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
            let by = ensure_parties(tx, &mediation, &newcomer.facts.agreed_by).await?;
            if newcomer.kind == Kind::InvitedBody {
                ensure_welcome(&mediation, mediation.necessary_party_count, &by)?;
            }
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
pub(super) async fn ensure_parties(tx: &Tx<'_>, mediation: &Mediation, ids: &[Uuid]) -> Result<Vec<Participant>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::participants::find_all(tx, mediation, ids).await?;
    match found.iter().find(|one| !one.kind.is_party()) {
        Some(other) => Err(Error::Precondition { resource: other.name(), condition: "NOT_A_PARTY" }),
        None => Ok(found),
    }
}

/// A body comes with the consent of all necessary parties who are there by then, of one party at least (RMTJ 20).
pub(super) fn ensure_welcome(mediation: &Mediation, there: i32, by: &[Participant]) -> Result<()> {
    let necessary = by.iter().filter(|one| one.kind == Kind::NecessaryParty).count();
    if !by.is_empty() && i32::try_from(necessary).is_ok_and(|necessary| necessary >= there) {
        return Ok(());
    }
    Err(Error::Precondition { resource: mediation.name(), condition: "PARTIES_NOT_CONSENTING" })
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
            facts: self.facts.clone(),
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
