//! Mediations and agreements on the wire.

use uuid::Uuid;

use super::{model::Detail, numbers::Numbered, ops};
use crate::{
    call::{Call, Micros},
    error::{Error, Result},
    pb::v1,
    text,
    wire::micros,
};

mod aftermath;
mod agent;
mod agreement;
mod challenge;
mod dossier;
mod import;
mod limitation;
mod mediation;
mod obligation;
mod participant;
mod plan;
mod record;
mod session;

pub use aftermath::{
    cancel_follow_up, changed_follow_up, confirmation, court_decision, eligibility, follow_up, record_follow_up,
    request_confirmation, schedule_follow_up,
};
pub use agent::{agent, agent_ids, appoint, dismiss};
pub use agreement::{accede, agreement, batch_sign, draft, oral, revise, seal, sign, signature, strike};
pub use challenge::{challenge, challenge_mediator, decide_challenge, disclose_interest, replace_mediator};
pub use dossier::{dossier, participant_in, rendered};
pub use import::{ImportHeader, import_row};
pub use limitation::{knowledge_date, limitations};
pub use mediation::{basic, extend, fail, mediation, open, update, withdraw};
pub use obligation::{
    add_obligations, added_obligations, dispute_obligation, obligation, obligation_id, perform, performance,
    remove_obligation, report_breach, resume_obligation, reverse, waive_obligation,
};
pub use participant::{
    batch_invite, batch_invited, changed_participant, invite, invited, participant, record_consent,
    release_participant, update_participant,
};
pub use plan::{contribute, contribution, plan, set_plan, share};
pub use record::{add_record, record, widen_audience};
pub use session::{adjourn, attendance, cancel, end, reschedule, schedule, session, start};

/// The id of `mediations/{id}`. What is of the right form but no UUID names nothing that exists.
///
/// # Errors
/// `NotFound`.
pub fn mediation_id(name: &str) -> Result<Uuid> {
    let found = name.strip_prefix("mediations/").and_then(uuid);
    found.ok_or_else(|| Error::not_found(name))
}

/// The ids of `mediations/{id}/{collection}/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn child_id(name: &str, collection: &str) -> Result<(Uuid, Uuid)> {
    let parts: Vec<&str> = name.split('/').collect();
    let ids = match parts.as_slice() {
        ["mediations", mediation, of, id] if *of == collection => uuid(mediation).zip(uuid(id)),
        _ => None,
    };
    ids.ok_or_else(|| Error::not_found(name))
}

/// The ids of `mediations/{id}/agreements/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn agreement_id(name: &str) -> Result<(Uuid, Uuid)> {
    child_id(name, "agreements")
}

/// The ids of `mediations/{id}/agreements/{id}/{collection}/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn part_id(name: &str, collection: &str) -> Result<(Uuid, Uuid, Uuid)> {
    let not_found = || Error::not_found(name);
    let (agreement, id) = name.split_once(&format!("/{collection}/")).ok_or_else(not_found)?;
    let (mediation, agreement) = agreement_id(agreement).map_err(|_| not_found())?;
    Ok((mediation, agreement, uuid(id).ok_or_else(not_found)?))
}

/// A time that is not still to come; now where none is given.
fn past(call: &Call, time: Option<prost_types::Timestamp>, field: &str) -> Result<Micros> {
    let time = time.map(|given| micros(&given)).transpose().map_err(|fault| Error::field(field, fault))?;
    ops::ensure_past(call, time, field)
}

/// The id of a participant of this mediation; one of another mediation is not there.
fn participant_of(mediation: Uuid, name: &str) -> Result<Uuid> {
    match child_id(name, "participants")? {
        (parent, id) if parent == mediation => Ok(id),
        _ => Err(Error::not_found(name)),
    }
}

/// In its one spelling only: a resource has one name.
fn uuid(id: &str) -> Option<Uuid> {
    Uuid::try_parse(id).ok().filter(|parsed| parsed.to_string() == id)
}

/// The view that is asked for, and its purpose.
///
/// # Errors
/// `Invalid` for FULL without a purpose.
pub fn detail(view: i32, purpose: &str) -> Result<Detail> {
    match v1::View::try_from(view) {
        Ok(v1::View::Full) if purpose.trim().is_empty() => Err(Error::field("purpose", "is required with VIEW_FULL")),
        Ok(v1::View::Full) => Ok(Detail::Full),
        Ok(v1::View::Unspecified | v1::View::Basic) | Err(_) => Ok(Detail::Basic),
    }
}

fn number<T: Numbered>(value: Option<T>) -> i32 {
    value.map_or(0, T::number)
}

/// A text for people, or nothing.
fn label(text: &str) -> Option<String> {
    Some(text::label(text)).filter(|text| !text.is_empty())
}

/// What somebody said or wrote: as it is, but in NFC; or nothing.
fn said(text: String) -> Option<String> {
    Some(text::nfc(text)).filter(|text| !text.is_empty())
}

/// What is not shown, in the BASIC view or because there is nothing.
fn shown(text: Option<String>) -> String {
    text.unwrap_or_default()
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mediations::numbers as ours;

    #[test]
    fn a_name_has_one_spelling() {
        let id = Uuid::from_u128(7);
        assert_eq!(mediation_id(&format!("mediations/{id}")), Ok(id));
        for name in [format!("mediations/{}", id.simple()), "mediations/1".into(), format!("mediations/{id}/x/{id}")] {
            assert!(mediation_id(&name).is_err(), "{name}");
        }
    }

    fn same<T: Numbered, P: TryFrom<i32>>(word: fn(&P) -> &'static str) {
        for value in T::ALL {
            let Ok(theirs) = P::try_from(value.number()) else { panic!("{} is not in the proto", value.word()) };
            let theirs = word(&theirs);
            assert!(theirs.strip_suffix(value.word()).is_some_and(|prefix| prefix.ends_with('_')), "{theirs}");
        }
        let next = T::ALL.iter().map(|value| value.number()).max().unwrap_or_default() + 1;
        assert!(P::try_from(next).is_err(), "the proto has more values than {}", T::ALL.len());
    }

    #[test]
    fn numbers_and_words_are_those_of_the_protos() {
        use v1::{
            agreement, attendance, challenge, confirmation, confirmation_obstacle, contribution, dossier_paper,
            follow_up, limitation, mediation, mediation_record, obligation, participant, routes_notice, session,
            signature,
        };
        same::<ours::State, _>(mediation::State::as_str_name);
        same::<ours::Source, _>(mediation::Source::as_str_name);
        same::<ours::DisputeType, _>(v1::DisputeType::as_str_name);
        same::<ours::FailureReason, _>(mediation::FailureReason::as_str_name);
        same::<ours::Route, _>(routes_notice::Route::as_str_name);
        same::<ours::NoticeMeans, _>(routes_notice::Means::as_str_name);
        same::<ours::Kind, _>(participant::Kind::as_str_name);
        same::<ours::Consent, _>(participant::Consent::as_str_name);
        same::<ours::ChosenBy, _>(participant::ChosenBy::as_str_name);
        same::<ours::SessionState, _>(session::State::as_str_name);
        same::<ours::Subject, _>(agreement::Subject::as_str_name);
        same::<ours::Obstacle, _>(confirmation_obstacle::Code::as_str_name);
        same::<ours::ConfirmationState, _>(confirmation::State::as_str_name);
        same::<ours::FollowUpState, _>(follow_up::State::as_str_name);
        same::<ours::Finding, _>(follow_up::Finding::as_str_name);
        same::<ours::LeaveReason, _>(participant::LeaveReason::as_str_name);
        same::<ours::ChallengeGround, _>(challenge::Ground::as_str_name);
        same::<ours::ChallengeState, _>(challenge::State::as_str_name);
        same::<ours::Openness, _>(session::Openness::as_str_name);
        same::<ours::RecordKind, _>(mediation_record::Kind::as_str_name);
        same::<ours::Paper, _>(dossier_paper::Kind::as_str_name);
        same::<ours::PaperState, _>(dossier_paper::State::as_str_name);
        same::<ours::Way, _>(limitation::Way::as_str_name);
        same::<ours::Visibility, _>(mediation_record::Visibility::as_str_name);
        same::<ours::Outcome, _>(session::Outcome::as_str_name);
        same::<ours::Presence, _>(attendance::Status::as_str_name);
        same::<ours::AgreementState, _>(agreement::State::as_str_name);
        same::<ours::Element, _>(agreement::Element::as_str_name);
        same::<ours::SignatureMeans, _>(signature::Means::as_str_name);
        same::<ours::Extent, _>(agreement::Extent::as_str_name);
        same::<ours::Form, _>(agreement::Form::as_str_name);
        same::<ours::Capacity, _>(signature::Capacity::as_str_name);
        same::<ours::ContributionKind, _>(contribution::Kind::as_str_name);
        same::<ours::ObligationKind, _>(obligation::Kind::as_str_name);
        same::<ours::ObligationState, _>(obligation::State::as_str_name);
        same::<ours::Remedy, _>(obligation::Remedy::as_str_name);
    }
}
