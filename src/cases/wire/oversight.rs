//! Supervision, recommendations and urgent reports.

use crate::{
    cases::{
        model::case_name,
        oversight::{Oversight, UrgentReport},
    },
    pb::v1,
    wire::{etag, pb_date, pb_time},
};

/// Supervision; narrative as far as it was opened.
pub fn supervision(found: &Oversight) -> v1::Supervision {
    v1::Supervision {
        name: found.name(),
        kind: found.kind.number(),
        reason: found.reason.number(),
        state: found.state.number(),
        rule: found.rule.clone().unwrap_or_default(),
        issuer: found.issuer.clone().unwrap_or_default(),
        organization: found.organization.clone().unwrap_or_default(),
        content: found.content.clone().unwrap_or_default(),
        answer_date: found.answer_date.map(pb_date),
        clock: clock(found),
        answer: found.answer.clone().unwrap_or_default(),
        answer_time: found.answer_time.map(pb_time),
        end_reason: found.end_reason.clone().unwrap_or_default(),
        end_time: found.end_time.map(pb_time),
        create_time: Some(pb_time(found.create_time)),
        etag: etag(found.version),
    }
}

/// A recommendation; narrative as far as it was opened.
pub fn recommendation(found: &Oversight) -> v1::Recommendation {
    v1::Recommendation {
        name: found.name(),
        kind: found.kind.number(),
        state: found.state.number(),
        issuer: found.issuer.clone().unwrap_or_default(),
        organization: found.organization.clone().unwrap_or_default(),
        content: found.content.clone().unwrap_or_default(),
        answer_date: found.answer_date.map(pb_date),
        clock: clock(found),
        adoption: found.adoption.number(),
        answer: found.answer.clone().unwrap_or_default(),
        answer_time: found.answer_time.map(pb_time),
        create_time: Some(pb_time(found.create_time)),
        etag: etag(found.version),
    }
}

fn clock(found: &Oversight) -> String {
    found.clock.map(|id| format!("{}/clocks/{id}", case_name(found.case_id))).unwrap_or_default()
}

/// An urgent report; narrative as far as it was opened.
pub fn urgent(report: &UrgentReport) -> v1::UrgentReport {
    v1::UrgentReport {
        name: report.name(),
        organizations: report.organizations.clone(),
        reporter: report.reporter.clone(),
        content: report.content.clone().unwrap_or_default(),
        report_time: Some(pb_time(report.report_time)),
    }
}
