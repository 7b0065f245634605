//! What can be done with mediations: one command a file, and what they share.

use chrono::NaiveDate;

use crate::{
    call::{Call, Micros},
    db::{Rows, Tx},
    error::{Error, Result},
    organizations::{self, Organization},
    record::Change,
    wire::etag,
};

use super::{
    model::{Agreement, Mediation, Obligation, Session},
    numbers::Numbered,
};

mod agents;
mod agreement_draft;
mod agreement_effect;
mod agreement_elements;
mod agreement_oral;
mod attendance;
mod challenges;
mod confirm;
mod consent;
mod contribute;
mod disclose;
mod end;
mod extend;
mod fail;
mod follow_up;
mod invite;
mod obligation_steps;
mod obligations;
mod open;
mod perform;
mod plan;
mod records;
mod release;
mod replace;
mod reschedule;
mod reverse;
mod schedule;
mod session_end;
mod session_start;
mod strike;
mod update_mediation;
mod update_participant;
mod withdraw;

pub use agents::{Appoint, Dismiss};
pub use agreement_draft::{Draft, Revise};
pub use agreement_elements::{Accede, Seal, Sign, Signing};
pub use agreement_oral::RecordOral;
pub use attendance::{AttendanceOf, RecordAttendance};
pub use challenges::{ChallengeMediator, DecideChallenge, DiscloseInterest};
pub use confirm::{Eligibility, RecordCourtDecision, RequestConfirmation, eligibility};
pub use consent::RecordConsent;
pub use contribute::Contribute;
pub use disclose::{disclose, disclose_file, ensure_full};
pub use extend::Extend;
pub use fail::Fail;
pub use follow_up::{CancelFollowUp, RecordFollowUp, ScheduleFollowUp};
pub use invite::{Invite, Newcomer};
pub use obligation_steps::{Lapse, Move, Moved, ways};
pub use obligations::{AddObligations, Added, NewObligation, Remove};
pub use open::{Open, Origin};
pub use perform::{Perform, Performed};
pub use plan::{SetPlan, Standing};
pub use records::{AddRecord, WidenAudience};
pub use release::ReleaseParticipant;
pub use replace::ReplaceMediator;
pub use reschedule::Reschedule;
pub use reverse::Reverse;
pub use schedule::Schedule;
pub use session_end::{CancelSession, EndSession};
pub use session_start::{AdjournSession, StartSession};
pub use strike::Strike;
pub use update_mediation::{MEDIATION_FIELDS, MediationField, UpdateMediation};
pub use update_participant::{FIELDS, Field, UpdateParticipant};
pub use withdraw::Withdraw;

/// Refuses a decision that nobody answers for.
///
/// # Errors
/// `OfficialNotAccepted`.
pub fn ensure_official(call: &Call) -> Result<()> {
    if call.official.is_some() { Ok(()) } else { Err(Error::OfficialNotAccepted) }
}

/// Refuses a time that is still to come.
///
/// # Errors
/// `Invalid` naming the field.
pub fn ensure_past(call: &Call, time: Option<Micros>, field: &str) -> Result<Micros> {
    match time {
        None => Ok(call.now),
        Some(time) if time <= call.now => Ok(time),
        Some(_) => Err(Error::field(field, "lies in the future")),
    }
}

/// An organization that exists and has not ended on a day.
///
/// # Errors
/// `NotFound`, `Precondition`.
async fn organization(rows: &impl Rows, id: &str, day: NaiveDate) -> Result<Organization> {
    let found = organizations::find(rows, id).await?;
    let found = found.ok_or_else(|| Error::not_found(organizations::organization_name(id)))?;
    if found.facts.has_ended(day) {
        return Err(Error::Precondition { resource: found.name(), condition: "ORGANIZATION_ENDED" });
    }
    Ok(found)
}

/// A change of something that belongs to a mediation: its place decides who sees it, its id is the history.
fn change(mediation: &Mediation, kind: &'static str, resource: String, version: i64) -> Change {
    Change {
        kind,
        resource,
        root: Some(mediation.id),
        place: mediation.place,
        etag: etag(version),
        ..Change::default()
    }
}

fn record_mediation(tx: &Tx<'_>, kind: &'static str, before: Option<&Mediation>, after: &Mediation, detail: Facts) {
    tx.record(Change {
        state_before: before.map(|mediation| mediation.state.word()),
        state_after: Some(after.state.word()),
        detail,
        ..change(after, kind, after.name(), after.version)
    });
}

fn record_session(
    tx: &Tx<'_>,
    mediation: &Mediation,
    kind: &'static str,
    before: Option<&Session>,
    after: &Session,
    detail: Facts,
) {
    tx.record(Change {
        state_before: before.map(|session| session.state.word()),
        state_after: Some(after.state.word()),
        detail,
        ..change(mediation, kind, after.name(), after.version)
    });
}

fn record_agreement(
    tx: &Tx<'_>,
    mediation: &Mediation,
    kind: &'static str,
    before: Option<&Agreement>,
    after: &Agreement,
    detail: Facts,
) {
    tx.record(Change {
        state_before: before.map(|agreement| agreement.state.word()),
        state_after: Some(after.state.word()),
        detail,
        ..change(mediation, kind, after.name(), after.version)
    });
}

fn record_obligation(
    tx: &Tx<'_>,
    mediation: &Mediation,
    kind: &'static str,
    before: &Obligation,
    after: &Obligation,
    detail: Facts,
) {
    tx.record(Change {
        state_before: Some(before.state.word()),
        state_after: Some(after.state.word()),
        detail,
        ..change(mediation, kind, after.name(), after.version)
    });
}

/// Further facts of a change, PUBLIC or INTERNAL.
type Facts = Vec<(&'static str, String)>;
