//! Requests about households, agents, accession, money and obligations.

use lianbang::pb::{
    google::r#type::Money,
    v1::{self, participant::Kind},
};

use crate::harness::{official, request_id};

pub fn batch(parent: &v1::Mediation, participants: Vec<v1::Participant>) -> v1::BatchInviteParticipantsRequest {
    v1::BatchInviteParticipantsRequest {
        parent: parent.name.clone(),
        participants,
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// A household that may join a common plan.
pub fn household(number: u32) -> v1::Participant {
    v1::Participant {
        kind: Kind::AccedingParty.into(),
        party_kind: v1::party::Kind::Household.into(),
        display_name: format!("户主{number}"),
        dwelling: format!("3号楼1单元{number:03}"),
        household_size: 3,
        ..Default::default()
    }
}

/// Somebody with a special mandate.
pub fn agent(name: &str) -> v1::Agent {
    v1::Agent {
        display_name: name.into(),
        phone: "13900000000".into(),
        basis: v1::mandate::Basis::WrittenMandate.into(),
        extent: v1::mandate::Extent::Special.into(),
        document_number: "授权委托书一".into(),
        ..Default::default()
    }
}

pub fn appointing(of: &v1::Participant, agent: v1::Agent) -> v1::AppointAgentRequest {
    v1::AppointAgentRequest {
        parent: of.name.clone(),
        agent: Some(agent),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn dismissing(agent: &v1::Agent) -> v1::DismissAgentRequest {
    v1::DismissAgentRequest {
        name: agent.name.clone(),
        etag: agent.etag.clone(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn acceding(agreement: &v1::Agreement, by: &v1::Participant) -> v1::AccedeAgreementRequest {
    v1::AccedeAgreementRequest {
        name: agreement.name.clone(),
        version: agreement.version,
        participant: by.name.clone(),
        means: v1::signature::Means::WetInk.into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn oral(
    parent: &v1::Mediation,
    parties: &[&v1::Participant],
    mediator: &v1::Participant,
) -> v1::RecordOralAgreementRequest {
    v1::RecordOralAgreementRequest {
        parent: parent.name.clone(),
        agreement: Some(v1::Agreement { text: "当面赔礼，就此了结。".into(), ..Default::default() }),
        parties: parties.iter().map(|party| party.name.clone()).collect(),
        mediator: mediator.name.clone(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// Yuan and fen.
pub fn money(fen: i64) -> Option<Money> {
    let nanos = i32::try_from(fen % 100).expect("fen") * 10_000_000;
    Some(Money { currency_code: "CNY".into(), units: fen / 100, nanos })
}

/// A plan of lines: one for each payer, and a pool of the acceding parties that the first payer bears.
pub fn planning(
    agreement: &v1::Agreement,
    payers: &[(&v1::Participant, i64)],
    pool: i64,
) -> v1::SetContributionPlanRequest {
    let line = |(number, (payer, fen)): (usize, &(&v1::Participant, i64))| v1::ContributionLine {
        key: format!("payer-{number}"),
        amount: money(*fen),
        payer: payer.name.clone(),
        ..Default::default()
    };
    let bearer = payers.first().expect("a payer").0.name.clone();
    let residents = v1::ContributionLine {
        key: "residents".into(),
        display_name: "居民分摊".into(),
        amount: money(pool),
        pool: Some(v1::ContributionPool { bearer, ..Default::default() }),
        ..Default::default()
    };
    let lines: Vec<_> = payers.iter().enumerate().map(line).chain((pool > 0).then_some(residents)).collect();
    let cost = money(payers.iter().map(|(_, fen)| fen).sum::<i64>() + pool);
    v1::SetContributionPlanRequest {
        parent: agreement.name.clone(),
        etag: agreement.etag.clone(),
        contribution_plan: Some(v1::ContributionPlan { cost, lines, ..Default::default() }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn contributing(
    agreement: &v1::Agreement,
    line: &str,
    by: &v1::Participant,
    kind: v1::contribution::Kind,
    fen: i64,
) -> v1::RecordContributionRequest {
    v1::RecordContributionRequest {
        parent: agreement.name.clone(),
        contribution: Some(v1::Contribution {
            line: line.into(),
            participant: by.name.clone(),
            kind: kind.into(),
            amount: money(fen),
            ..Default::default()
        }),
        request_id: request_id(),
        ..Default::default()
    }
}

pub fn adding(agreement: &v1::Agreement, obligations: Vec<v1::Obligation>) -> v1::BatchAddObligationsRequest {
    v1::BatchAddObligationsRequest {
        parent: agreement.name.clone(),
        agreement_etag: agreement.etag.clone(),
        obligations,
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// All of an act, or so much of a payment.
pub fn performing(of: &v1::Obligation, fen: Option<i64>) -> v1::RecordPerformanceRequest {
    let performance = v1::Performance { amount: fen.and_then(money), complete: fen.is_none(), ..Default::default() };
    v1::RecordPerformanceRequest {
        parent: of.name.clone(),
        performance: Some(performance),
        request_id: request_id(),
        ..Default::default()
    }
}

/// What the requests that move an obligation have in common: name, etag, reason, request_id and official.
pub fn moving(of: &v1::Obligation) -> (String, String, String, String, Option<v1::Official>) {
    (of.name.clone(), of.etag.clone(), "催了三次。".into(), request_id(), official())
}

/// `participant` is as it is to be.
pub fn updating(participant: v1::Participant, paths: &[&str]) -> v1::UpdateParticipantRequest {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    v1::UpdateParticipantRequest {
        participant: Some(participant),
        update_mask: Some(prost_types::FieldMask { paths }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn releasing(participant: &v1::Participant) -> v1::ReleaseParticipantRequest {
    v1::ReleaseParticipantRequest {
        name: participant.name.clone(),
        etag: participant.etag.clone(),
        reason: v1::participant::LeaveReason::Recusal.into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn striking(signature: &str) -> v1::StrikeSignatureRequest {
    v1::StrikeSignatureRequest {
        name: signature.into(),
        reason: v1::signature::StrikeReason::EnteredInError.into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn reversing(performance: &str) -> v1::ReversePerformanceRequest {
    v1::ReversePerformanceRequest {
        name: performance.into(),
        reason: "重复登记。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn updating_mediation(as_it_is_to_be: v1::Mediation, paths: &[&str]) -> v1::UpdateMediationRequest {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    v1::UpdateMediationRequest {
        mediation: Some(as_it_is_to_be),
        update_mask: Some(prost_types::FieldMask { paths }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn signing_all(agreement: &v1::Agreement, by: &[&v1::Participant]) -> v1::BatchSignAgreementRequest {
    let signature = |by: &&v1::Participant| v1::NewSignature {
        participant: by.name.clone(),
        means: v1::signature::Means::WetInk.into(),
        ..Default::default()
    };
    v1::BatchSignAgreementRequest {
        name: agreement.name.clone(),
        version: agreement.version,
        signatures: by.iter().map(signature).collect(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}
