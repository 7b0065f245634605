//! SupervisionService.

use tonic::Request;

use super::{Answer, Asked, Service};
use crate::{
    cases::{
        ops::oversight::{AnswerDemand, Demand, LiftSupervision, ReportUrgent},
        oversight::{Adoption, Kind, Reason, Sort},
        store,
        wire::{self, required},
    },
    check::Faults,
    error::{Error, Result},
    pb::v1::{self, supervision_service_server::SupervisionService},
    wire::date,
};

#[tonic::async_trait]
impl SupervisionService for Service {
    async fn supervise_case(&self, request: Request<v1::SuperviseCaseRequest>) -> Answer<v1::Supervision> {
        self.door.write(request, |_: &_, request| supervise(self, request), wire::oversight::supervision).await
    }

    async fn answer_supervision(&self, request: Request<v1::AnswerSupervisionRequest>) -> Answer<v1::Supervision> {
        self.door.write(request, |_: &_, request| answer(self, request), wire::oversight::supervision).await
    }

    async fn lift_supervision(&self, request: Request<v1::LiftSupervisionRequest>) -> Answer<v1::Supervision> {
        self.door.write(request, |_: &_, request| lift(self, request), wire::oversight::supervision).await
    }

    async fn report_urgent(&self, request: Request<v1::ReportUrgentRequest>) -> Answer<v1::UrgentReport> {
        self.door.write(request, |_: &_, request| urgent(self, request), wire::oversight::urgent).await
    }

    async fn issue_recommendation(
        &self,
        request: Request<v1::IssueRecommendationRequest>,
    ) -> Answer<v1::Recommendation> {
        self.door.write(request, |_: &_, request| recommend(self, request), wire::oversight::recommendation).await
    }

    async fn answer_recommendation(
        &self,
        request: Request<v1::AnswerRecommendationRequest>,
    ) -> Answer<v1::Recommendation> {
        self.door.write(request, |_: &_, request| adopt(self, request), wire::oversight::recommendation).await
    }

    async fn get_supervision(&self, request: Request<v1::GetSupervisionRequest>) -> Answer<v1::Supervision> {
        let read = async |call: &_, request: v1::GetSupervisionRequest| {
            let v1::GetSupervisionRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "supervisions")?;
            let find = |depth| store::oversight::find(&self.door.db, Sort::Supervision, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::oversight::supervision(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn get_recommendation(&self, request: Request<v1::GetRecommendationRequest>) -> Answer<v1::Recommendation> {
        let read = async |call: &_, request: v1::GetRecommendationRequest| {
            let v1::GetRecommendationRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "recommendations")?;
            let find = |depth| store::oversight::find(&self.door.db, Sort::Recommendation, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::oversight::recommendation(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn get_urgent_report(&self, request: Request<v1::GetUrgentReportRequest>) -> Answer<v1::UrgentReport> {
        let read = async |call: &_, request: v1::GetUrgentReportRequest| {
            let v1::GetUrgentReportRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "urgentReports")?;
            let find = |depth| store::oversight::find_report(&self.door.db, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::oversight::urgent(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_supervisions(
        &self,
        request: Request<v1::ListSupervisionsRequest>,
    ) -> Answer<v1::ListSupervisionsResponse> {
        let read = async |call: &_, request: v1::ListSupervisionsRequest| {
            let v1::ListSupervisionsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| {
                store::oversight::list(&self.door.db, Sort::Supervision, id, after, limit, depth)
            };
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let supervisions = rows.iter().map(wire::oversight::supervision).collect();
            Ok(v1::ListSupervisionsResponse { supervisions, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_recommendations(
        &self,
        request: Request<v1::ListRecommendationsRequest>,
    ) -> Answer<v1::ListRecommendationsResponse> {
        let read = async |call: &_, request: v1::ListRecommendationsRequest| {
            let v1::ListRecommendationsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } =
                request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| {
                store::oversight::list(&self.door.db, Sort::Recommendation, id, after, limit, depth)
            };
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let recommendations = rows.iter().map(wire::oversight::recommendation).collect();
            Ok(v1::ListRecommendationsResponse { recommendations, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_urgent_reports(
        &self,
        request: Request<v1::ListUrgentReportsRequest>,
    ) -> Answer<v1::ListUrgentReportsResponse> {
        let read = async |call: &_, request: v1::ListUrgentReportsRequest| {
            let v1::ListUrgentReportsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } =
                request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| store::oversight::list_reports(&self.door.db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let urgent_reports = rows.iter().map(wire::oversight::urgent).collect();
            Ok(v1::ListUrgentReportsResponse { urgent_reports, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }
}

fn supervise(service: &Service, request: v1::SuperviseCaseRequest) -> Result<Demand> {
    let v1::SuperviseCaseRequest {
        parent,
        kind,
        reason,
        issuer,
        organization,
        content,
        answer_date,
        proposal,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let content = required(&mut faults, "content", content);
    let answer_date = faults.take("answer_date", date(&answer_date.unwrap_or_default()));
    let case_id = wire::case_id(&parent)?;
    let proposal = match proposal.as_str() {
        "" => None,
        name => match wire::child_ids(name, "supervisions") {
            Ok((case, id)) if case == case_id => Some(id),
            Ok(_) | Err(_) => {
                faults.at("proposal", "is not a supervision of the case");
                None
            }
        },
    };
    faults.into_result()?;
    Ok(Demand {
        catalog: service.catalog.clone(),
        case_id,
        sort: Sort::Supervision,
        kind: Kind::from_number(kind).unwrap_or(Kind::Reminder),
        reason: Reason::from_number(reason).unwrap_or(Reason::Other),
        issuer,
        organization,
        content,
        answer_date: answer_date.ok_or_else(|| Error::internal("a checked request lacks its date"))?,
        proposal,
    })
}

fn recommend(service: &Service, request: v1::IssueRecommendationRequest) -> Result<Demand> {
    let v1::IssueRecommendationRequest {
        parent,
        kind,
        issuer,
        organization,
        content,
        answer_date,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let content = required(&mut faults, "content", content);
    let answer_date = faults.take("answer_date", date(&answer_date.unwrap_or_default()));
    faults.into_result()?;
    Ok(Demand {
        catalog: service.catalog.clone(),
        case_id: wire::case_id(&parent)?,
        sort: Sort::Recommendation,
        kind: Kind::from_number(kind).unwrap_or(Kind::Improvement),
        reason: Reason::None,
        issuer,
        organization,
        content,
        answer_date: answer_date.ok_or_else(|| Error::internal("a checked request lacks its date"))?,
        proposal: None,
    })
}

fn answer(service: &Service, request: v1::AnswerSupervisionRequest) -> Result<AnswerDemand> {
    let v1::AnswerSupervisionRequest { name, etag, answer, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    answered(service, Sort::Supervision, &name, etag, Adoption::None, answer)
}

fn adopt(service: &Service, request: v1::AnswerRecommendationRequest) -> Result<AnswerDemand> {
    let v1::AnswerRecommendationRequest {
        name,
        etag,
        adoption,
        answer,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let adoption = Adoption::from_number(adoption).unwrap_or(Adoption::None);
    answered(service, Sort::Recommendation, &name, etag, adoption, answer)
}

fn answered(
    service: &Service,
    sort: Sort,
    name: &str,
    etag: String,
    adoption: Adoption,
    answer: String,
) -> Result<AnswerDemand> {
    let mut faults = Faults::default();
    let answer = required(&mut faults, "answer", answer);
    faults.into_result()?;
    let collection = match sort {
        Sort::Supervision => "supervisions",
        Sort::Recommendation => "recommendations",
    };
    let (case_id, id) = wire::child_ids(name, collection)?;
    Ok(AnswerDemand { catalog: service.catalog.clone(), sort, case_id, id, etag, adoption, answer })
}

fn lift(service: &Service, request: v1::LiftSupervisionRequest) -> Result<LiftSupervision> {
    let v1::LiftSupervisionRequest {
        name,
        etag,
        organization,
        reason,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    let (case_id, id) = wire::child_ids(&name, "supervisions")?;
    Ok(LiftSupervision { catalog: service.catalog.clone(), case_id, id, etag, organization, reason })
}

fn urgent(service: &Service, request: v1::ReportUrgentRequest) -> Result<ReportUrgent> {
    let v1::ReportUrgentRequest {
        parent,
        reporter,
        organizations,
        content,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let content = required(&mut faults, "content", content);
    for (index, name) in organizations.iter().enumerate() {
        if organizations[..index].contains(name) {
            faults.at(&format!("organizations[{index}]"), "stands twice");
        }
    }
    faults.into_result()?;
    let catalog = service.catalog.clone();
    Ok(ReportUrgent { catalog, case_id: wire::case_id(&parent)?, reporter, organizations, content })
}
