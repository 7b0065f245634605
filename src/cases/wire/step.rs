//! What steps leave behind.

use crate::{
    cases::{
        model::case_name,
        party::party_name,
        steps::{Assignment, Dispute, Notice, Opinion, ProgressReport, ServiceRecord},
    },
    pb::v1,
    wire::{etag, pb_date, pb_time},
};

/// An assignment; narrative as far as it was opened.
pub fn assignment(assignment: &Assignment) -> v1::Assignment {
    let Assignment {
        id: _,
        case_id: _,
        kind,
        means,
        state,
        organization,
        posting,
        from_organization,
        note,
        term_date,
        create_time,
        receive_time,
        submit_time,
        result,
        confirm_time,
        resolution,
        dispute,
        version,
    } = assignment.clone();
    v1::Assignment {
        name: assignment.name(),
        kind: kind.number(),
        means: means.number(),
        state: state.number(),
        organization: organization.unwrap_or_default(),
        posting: posting.unwrap_or_default(),
        from_organization: from_organization.unwrap_or_default(),
        note: note.unwrap_or_default(),
        term_date: term_date.map(pb_date),
        create_time: Some(pb_time(create_time)),
        receive_time: receive_time.map(pb_time),
        submit_time: submit_time.map(pb_time),
        result: result.unwrap_or_default(),
        confirm_time: confirm_time.map(pb_time),
        resolution: resolution.number(),
        etag: etag(version),
        dispute: dispute.map(dispute_of),
    }
}

fn dispute_of(dispute: Dispute) -> v1::assignment::Dispute {
    let Dispute { raise_time, raise_count, grounds, sender_consented, decision, decider, decide_time, decision_reason } =
        dispute;
    v1::assignment::Dispute {
        raise_time: Some(pb_time(raise_time)),
        raise_count,
        grounds: grounds.unwrap_or_default(),
        sender_consented,
        decision: decision.number(),
        decider: decider.number(),
        decide_time: decide_time.map(pb_time),
        decision_reason: decision_reason.unwrap_or_default(),
    }
}

/// An assignment as a mutation answers it.
pub fn assignment_basic(changed: &Assignment) -> v1::Assignment {
    assignment(&Assignment { note: None, result: None, ..changed.clone() })
}

/// An opinion; narrative as far as it was opened.
pub fn opinion(opinion: Opinion) -> v1::Opinion {
    let name = opinion.name();
    let Opinion {
        id: _,
        case_id: _,
        kind,
        outcome,
        organization,
        document_number,
        facts,
        reasons,
        legal_basis,
        issue_time,
        serve_time,
    } = opinion;
    v1::Opinion {
        name,
        kind: kind.number(),
        outcome: outcome.number(),
        document_number: document_number.unwrap_or_default(),
        facts: facts.unwrap_or_default(),
        reasons: reasons.unwrap_or_default(),
        legal_basis: legal_basis.unwrap_or_default(),
        issue_time: Some(pb_time(issue_time)),
        serve_time: serve_time.map(pb_time),
        organization: organization.unwrap_or_default(),
    }
}

/// A notice; narrative as far as it was opened.
pub fn notice(notice: Notice) -> v1::Notice {
    let name = notice.name();
    let Notice {
        id: _,
        case_id: _,
        kind,
        document_number,
        exemption,
        ground,
        related_case,
        prior_document_number,
        guidance,
        approver,
        issue_time,
        serve_time,
    } = notice;
    v1::Notice {
        name,
        kind: kind.number(),
        document_number: document_number.unwrap_or_default(),
        exemption: exemption.number(),
        ground: ground.number(),
        related_case: related_case.map(case_name).unwrap_or_default(),
        prior_document_number: prior_document_number.unwrap_or_default(),
        guidance: guidance.unwrap_or_default(),
        approver: approver.unwrap_or_default(),
        issue_time: Some(pb_time(issue_time)),
        serve_time: serve_time.map(pb_time),
    }
}

/// A service record.
pub fn service(record: ServiceRecord) -> v1::ServiceRecord {
    let name = record.name();
    let ServiceRecord { id: _, case_id, document, means, receive_time, party, create_time } = record;
    v1::ServiceRecord {
        name,
        document: document.name(case_id),
        means: means.number(),
        receive_time: Some(pb_time(receive_time)),
        party: party.map(|party| party_name(case_id, party)).unwrap_or_default(),
        create_time: Some(pb_time(create_time)),
    }
}

/// A progress report; its text as far as it was opened.
pub fn progress(report: &ProgressReport) -> v1::ProgressReport {
    let ProgressReport { id, case_id, text, occur_time, create_time } = report.clone();
    v1::ProgressReport {
        name: format!("{}/progressReports/{id}", case_name(case_id)),
        text: text.unwrap_or_default(),
        occur_time: Some(pb_time(occur_time)),
        create_time: Some(pb_time(create_time)),
    }
}
