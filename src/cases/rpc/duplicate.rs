//! DuplicateService.

use tonic::Request;

use super::{Answer, Asked, Service};
use crate::{
    cases::{
        flow::LIVE,
        model::{State, case_name},
        ops::{
            duplicate::DecideDuplicate,
            merge::{MergeCases, Pair, UndoMerge},
            read,
            similar::{Sampled, Similar, find},
            split::{LinkCases, Split, SplitCase},
        },
        relation::{Relation, RelationKind},
        similar::{Decision, Rule},
        store::{
            self,
            similar::{Decisions, outcomes},
        },
        wire::{self, required},
    },
    catalog::Catalog,
    check::Faults,
    error::{Error, Result},
    pb::v1::{self, duplicate_service_server::DuplicateService, similar_case::Standing},
    text,
    wire::{micros, pb_time},
};

/// Cases in an answer where the caller does not say, and at most.
const DEFAULT_RESULTS: usize = 10;
const MOST_RESULTS: usize = 50;

#[tonic::async_trait]
impl DuplicateService for Service {
    async fn find_similar_cases(
        &self,
        request: Request<v1::FindSimilarCasesRequest>,
    ) -> Answer<v1::FindSimilarCasesResponse> {
        let read = async |call: &crate::call::Call, request: v1::FindSimilarCasesRequest| {
            let v1::FindSimilarCasesRequest { name, max_results, show_rejected } = request;
            let most = match usize::try_from(max_results) {
                Err(_) => return Err(Error::field("max_results", "is less than 0")),
                Ok(0) => DEFAULT_RESULTS,
                Ok(most) => most.min(MOST_RESULTS),
            };
            let id = wire::case_id(&name)?;
            let sample = self.sampled.get(&self.door.db, call.now).await?;
            let found = find(&self.door.db, call, &sample, id, (most, show_rejected)).await?;
            Ok(v1::FindSimilarCasesResponse { similar_cases: found.iter().map(similar).collect() })
        };
        self.door.read(request, read).await
    }

    async fn confirm_duplicate(&self, request: Request<v1::ConfirmDuplicateRequest>) -> Answer<v1::SimilarCase> {
        let (catalog, sampled) = (self.catalog.clone(), self.sampled.clone());
        self.door.write(request, |_: &_, request| confirm(catalog, sampled, request), similar).await
    }

    async fn reject_duplicate(&self, request: Request<v1::RejectDuplicateRequest>) -> Answer<v1::SimilarCase> {
        let (catalog, sampled) = (self.catalog.clone(), self.sampled.clone());
        self.door.write(request, |_: &_, request| reject(catalog, sampled, request), similar).await
    }

    async fn report_rules(&self, request: Request<v1::ReportRulesRequest>) -> Answer<v1::ReportRulesResponse> {
        let read = async |call: &crate::call::Call, request: v1::ReportRulesRequest| {
            let since = request.start_time.as_ref().map(micros).transpose();
            let since = since.map_err(|fault| Error::field("start_time", fault))?;
            let rows = outcomes(&self.door.db, &call.permit, since.unwrap_or(i64::MIN)).await?;
            Ok(v1::ReportRulesResponse { reports: Rule::ALL.iter().map(|rule| report(*rule, &rows)).collect() })
        };
        self.door.read(request, read).await
    }

    async fn link_cases(&self, request: Request<v1::LinkCasesRequest>) -> Answer<v1::Relation> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| link(catalog, request), relation).await
    }

    async fn split_case(&self, request: Request<v1::SplitCaseRequest>) -> Answer<v1::SplitCaseResponse> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| split(catalog, request), both).await
    }

    async fn merge_cases(&self, request: Request<v1::MergeCasesRequest>) -> Answer<v1::MergeCasesResponse> {
        let catalog = self.catalog.clone();
        let answer = |pair: &Pair| {
            let (case, into_case) = pair_of(pair);
            v1::MergeCasesResponse { case, into_case }
        };
        self.door.write(request, |_: &_, request| merge(catalog, request), answer).await
    }

    async fn undo_merge(&self, request: Request<v1::UndoMergeRequest>) -> Answer<v1::UndoMergeResponse> {
        let catalog = self.catalog.clone();
        let answer = |pair: &Pair| {
            let (case, into_case) = pair_of(pair);
            v1::UndoMergeResponse { case, into_case }
        };
        self.door.write(request, |_: &_, request| undo(catalog, request), answer).await
    }

    async fn list_relations(&self, request: Request<v1::ListRelationsRequest>) -> Answer<v1::ListRelationsResponse> {
        let read = async |call: &crate::call::Call, request: v1::ListRelationsRequest| {
            let v1::ListRelationsRequest { parent, page_size, page_token } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view: 0, purpose: "" };
            let db = &self.door.db;
            let list = |id, after, limit, _| store::relation::list(db, id, after, limit);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let others = rows.iter().map(|row| row.other).collect();
            let seen = read::visible_among(db, call, others).await?;
            let relations = rows.iter().filter(|row| seen.contains(&row.other)).map(relation).collect();
            Ok(v1::ListRelationsResponse { relations, next_page_token })
        };
        self.door.read(request, read).await
    }
}

fn confirm(catalog: Catalog, sampled: Sampled, request: v1::ConfirmDuplicateRequest) -> Result<DecideDuplicate> {
    let v1::ConfirmDuplicateRequest { name, other_case, kind, reason, .. } = request;
    let kind = Rule::from_number(kind).filter(|kind| *kind != Rule::None);
    let kind = kind.ok_or_else(|| Error::field("kind", "is required"))?;
    decide(catalog, sampled, (&name, &other_case), (Decision::Confirmed, kind), reason)
}

fn reject(catalog: Catalog, sampled: Sampled, request: v1::RejectDuplicateRequest) -> Result<DecideDuplicate> {
    let v1::RejectDuplicateRequest { name, other_case, reason, .. } = request;
    decide(catalog, sampled, (&name, &other_case), (Decision::Rejected, Rule::None), reason)
}

fn decide(
    catalog: Catalog,
    sampled: Sampled,
    (name, other_case): (&str, &str),
    (decision, kind): (Decision, Rule),
    reason: String,
) -> Result<DecideDuplicate> {
    let other = wire::case_id(other_case).map_err(|_| Error::field("other_case", "is not a case"))?;
    let reason = wire::optional(reason);
    Ok(DecideDuplicate { catalog, sampled, id: wire::case_id(name)?, other, decision, kind, reason })
}

fn similar(similar: &Similar) -> v1::SimilarCase {
    let Similar { case, likeness, decided } = similar;
    let standing = if LIVE.contains(&case.state) {
        Standing::Live
    } else if case.state == State::Concluded {
        Standing::Concluded
    } else {
        Standing::Ended
    };
    v1::SimilarCase {
        case: Some(wire::case::basic(case)),
        rule: likeness.rule.number(),
        features: likeness.features.iter().map(|feature| feature.number()).collect(),
        score: (likeness.score * 100.0).round() / 100.0,
        standing: standing.into(),
        decision: decided.map_or(0, |decided| decided.decision.number()),
        kind: decided.map_or(0, |decided| decided.kind.number()),
    }
}

/// What became of what one rule put forward.
fn report(rule: Rule, rows: &[Decisions]) -> v1::RuleReport {
    let count = |counts: fn(&Decisions) -> bool| -> i64 {
        rows.iter().filter(|row| row.rule == rule.number() && counts(row)).map(|row| row.count).sum()
    };
    let confirmed = count(|row| row.decision == Decision::Confirmed.number() && row.kind == row.rule);
    let otherwise = count(|row| row.decision == Decision::Confirmed.number() && row.kind != row.rule);
    let rejected = count(|row| row.decision == Decision::Rejected.number());
    let all = confirmed + otherwise + rejected;
    let share = |part: i64| {
        let whole = |number: i64| f64::from(i32::try_from(number).unwrap_or(i32::MAX));
        whole(part) / whole(all)
    };
    let precision = (all > 0).then(|| share(confirmed));
    v1::RuleReport { rule: rule.number(), confirmed, confirmed_otherwise: otherwise, rejected, precision }
}

fn link(catalog: Catalog, request: v1::LinkCasesRequest) -> Result<LinkCases> {
    let v1::LinkCasesRequest { parent, other_case, kind, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let other = wire::case_id(&other_case).map_err(|_| Error::field("other_case", "is not a case"))?;
    let kind = RelationKind::from_number(kind).ok_or_else(|| Error::field("kind", "is required"))?;
    Ok(LinkCases { catalog, id: wire::case_id(&parent)?, other, kind })
}

fn split(catalog: Catalog, request: v1::SplitCaseRequest) -> Result<SplitCase> {
    let v1::SplitCaseRequest { name, etag, parties, title, reason, .. } = request;
    let id = wire::case_id(&name)?;
    let mut faults = Faults::default();
    let parties = wire::party::parties_of(&mut faults, id, &parties, |index| format!("parties[{index}]"));
    let title = required(&mut faults, "title", text::label(&title));
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(SplitCase { catalog, id, etag, parties, title, reason })
}

fn merge(catalog: Catalog, request: v1::MergeCasesRequest) -> Result<MergeCases> {
    let v1::MergeCasesRequest { name, etag, into_case, into_etag, reason, .. } = request;
    let into = wire::case_id(&into_case).map_err(|_| Error::field("into_case", "is not a case"))?;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(MergeCases { catalog, id: wire::case_id(&name)?, etag, into, into_etag, reason })
}

fn undo(catalog: Catalog, request: v1::UndoMergeRequest) -> Result<UndoMerge> {
    let v1::UndoMergeRequest { name, etag, reason, .. } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(UndoMerge { catalog, id: wire::case_id(&name)?, etag, reason })
}

fn pair_of(pair: &Pair) -> (Option<v1::Case>, Option<v1::Case>) {
    (Some(wire::case::basic(&pair.case)), Some(wire::case::basic(&pair.into)))
}

fn both(split: &Split) -> v1::SplitCaseResponse {
    v1::SplitCaseResponse { case: Some(wire::case::basic(&split.case)), new_case: Some(wire::case::basic(&split.new)) }
}

fn relation(relation: &Relation) -> v1::Relation {
    v1::Relation {
        name: relation.name(),
        kind: relation.kind.number(),
        other_case: case_name(relation.other),
        create_time: Some(pb_time(relation.create_time)),
    }
}
