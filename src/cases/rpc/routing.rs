//! RoutingService.

use tonic::Request;

use super::{Answer, Asked, Service, appoint, level as parse};
use crate::{
    cases::{
        model::Resolution,
        ops::{
            dispute::{DecideDispute, DisputeJurisdiction},
            routing::{ConfirmResult, ReceiveCase, RequestHelp, SendCase, SubmitResult},
        },
        steps::{Decider, DisputeDecision, HelpMeans},
        store,
        wire::{self, optional, required},
    },
    check::Faults,
    db::Rows,
    error::Error,
    pb::v1::{self, routing_service_server::RoutingService},
    wire::{date, ids_in},
};

#[tonic::async_trait]
impl RoutingService for Service {
    async fn transfer_case(&self, request: Request<v1::TransferCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::TransferCaseRequest| {
            let v1::TransferCaseRequest {
                name,
                etag,
                organization,
                note,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let id = wire::case_id(&name)?;
            Ok(SendCase {
                catalog,
                id,
                etag,
                organization,
                term_date: None,
                note: optional(note),
                assisting: Vec::new(),
            })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn assign_case(&self, request: Request<v1::AssignCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::AssignCaseRequest| {
            let v1::AssignCaseRequest {
                name,
                etag,
                organization,
                term_date,
                note,
                assisting,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let id = wire::case_id(&name)?;
            let mut faults = Faults::default();
            let term_date = faults.take("term_date", date(&term_date.unwrap_or_default()));
            let assisting = parse::assisting(&mut faults, &organization, assisting);
            faults.into_result()?;
            Ok(SendCase { catalog, id, etag, organization, term_date, note: optional(note), assisting })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn receive_case(&self, request: Request<v1::ReceiveCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::ReceiveCaseRequest| {
            let v1::ReceiveCaseRequest { name, etag, request_id: _, validate_only: _, on_behalf_of: _ } = request;
            Ok(ReceiveCase { catalog, id: wire::case_id(&name)?, etag })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn dispute_jurisdiction(&self, request: Request<v1::DisputeJurisdictionRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::DisputeJurisdictionRequest| {
            let v1::DisputeJurisdictionRequest {
                name,
                etag,
                grounds,
                sender_consented,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let mut faults = Faults::default();
            let grounds = required(&mut faults, "grounds", grounds);
            faults.into_result()?;
            Ok(DisputeJurisdiction { catalog, id: wire::case_id(&name)?, etag, grounds, sender_consented })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn decide_dispute(&self, request: Request<v1::DecideDisputeRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::DecideDisputeRequest| {
            let v1::DecideDisputeRequest {
                name,
                etag,
                decision,
                decider,
                reason,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let mut faults = Faults::default();
            let reason = required(&mut faults, "reason", reason);
            faults.into_result()?;
            let agreed = DisputeDecision::from_number(decision) == Some(DisputeDecision::Agreed);
            let decider = Decider::from_number(decider).unwrap_or(Decider::None);
            Ok(DecideDispute { catalog, id: wire::case_id(&name)?, etag, agreed, decider, reason })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn return_case(&self, request: Request<v1::ReturnCaseRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| parse::return_case(self, request), wire::case::basic).await
    }

    async fn escalate_case(&self, request: Request<v1::EscalateCaseRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| parse::escalate_case(self, request), wire::case::basic).await
    }

    async fn delegate_case(&self, request: Request<v1::DelegateCaseRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| parse::delegate_case(self, request), wire::case::basic).await
    }

    async fn report_for_instruction(&self, request: Request<v1::ReportForInstructionRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| parse::report(self, request), wire::case::basic).await
    }

    async fn request_help(&self, request: Request<v1::RequestHelpRequest>) -> Answer<v1::Assignment> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::RequestHelpRequest| {
            let v1::RequestHelpRequest {
                parent,
                posting,
                means,
                term_date,
                note,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let mut faults = Faults::default();
            let term_date = faults.take("term_date", date(&term_date.unwrap_or_default()));
            let ids = faults.take("posting", ids_in(&posting, "cadres", "postings"));
            faults.into_result()?;
            let (Some(term_date), Some((cadre, posting))) = (term_date, ids) else {
                return Err(Error::internal("a checked request lacks its date or posting"));
            };
            Ok(RequestHelp {
                catalog,
                case_id: wire::case_id(&parent)?,
                cadre: cadre.to_owned(),
                posting: posting.to_owned(),
                means: HelpMeans::from_number(means).unwrap_or(HelpMeans::Direct),
                term_date,
                note: optional(note),
            })
        };
        self.door.write(request, parse, wire::step::assignment_basic).await
    }

    async fn submit_result(&self, request: Request<v1::SubmitResultRequest>) -> Answer<v1::Assignment> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::SubmitResultRequest| {
            let v1::SubmitResultRequest { name, etag, result, request_id: _, validate_only: _, on_behalf_of: _ } =
                request;
            let mut faults = Faults::default();
            let result = required(&mut faults, "result", result);
            faults.into_result()?;
            let (case_id, id) = wire::child_ids(&name, "assignments")?;
            Ok(SubmitResult { catalog, case_id, id, etag, result })
        };
        self.door.write(request, parse, wire::step::assignment_basic).await
    }

    async fn confirm_result(&self, request: Request<v1::ConfirmResultRequest>) -> Answer<v1::Assignment> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::ConfirmResultRequest| {
            let v1::ConfirmResultRequest {
                name,
                etag,
                sent_back,
                resolution,
                reason,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let mut faults = Faults::default();
            let resolution = Resolution::from_number(resolution).filter(|given| *given != Resolution::Unknown);
            match (sent_back, resolution) {
                (false, None) => faults.at("resolution", "is required unless the result is sent back"),
                (true, Some(_)) => faults.at("resolution", "is not set where the result is sent back"),
                (true, None) if reason.trim().is_empty() => faults.at("reason", "is required to send a result back"),
                (true, None) | (false, Some(_)) => {}
            }
            faults.into_result()?;
            let (case_id, id) = wire::child_ids(&name, "assignments")?;
            Ok(ConfirmResult { catalog, case_id, id, etag, resolution, reason: crate::text::label(&reason) })
        };
        self.door.write(request, parse, wire::step::assignment_basic).await
    }

    async fn appoint_cadre(&self, request: Request<v1::AppointCadreRequest>) -> Answer<v1::Appointment> {
        self.door.write(request, |_: &_, request| appoint::appoint(self, request), wire::appointment::appointment).await
    }

    async fn release_cadre(&self, request: Request<v1::ReleaseCadreRequest>) -> Answer<v1::Appointment> {
        self.door.write(request, |_: &_, request| appoint::release(self, request), wire::appointment::appointment).await
    }

    async fn recuse_cadre(&self, request: Request<v1::RecuseCadreRequest>) -> Answer<v1::Appointment> {
        self.door.write(request, |_: &_, request| appoint::recuse(self, request), wire::appointment::appointment).await
    }

    async fn take_charge(&self, request: Request<v1::TakeChargeRequest>) -> Answer<v1::Appointment> {
        self.door
            .write(request, |_: &_, request| appoint::take_charge(self, request), wire::appointment::appointment)
            .await
    }

    async fn release_charge(&self, request: Request<v1::ReleaseChargeRequest>) -> Answer<v1::Appointment> {
        self.door
            .write(request, |_: &_, request| appoint::release_charge(self, request), wire::appointment::appointment)
            .await
    }

    async fn get_appointment(&self, request: Request<v1::GetAppointmentRequest>) -> Answer<v1::Appointment> {
        let read = async |call: &_, request: v1::GetAppointmentRequest| {
            let v1::GetAppointmentRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "appointments")?;
            let find = |depth| store::appointment::find(&self.door.db, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::appointment::appointment(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_appointments(
        &self,
        request: Request<v1::ListAppointmentsRequest>,
    ) -> Answer<v1::ListAppointmentsResponse> {
        let read = async |call: &_, request: v1::ListAppointmentsRequest| {
            let v1::ListAppointmentsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| store::appointment::list(&self.door.db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let appointments = rows.iter().map(wire::appointment::appointment).collect();
            Ok(v1::ListAppointmentsResponse { appointments, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn get_assignment(&self, request: Request<v1::GetAssignmentRequest>) -> Answer<v1::Assignment> {
        let read = async |call: &_, request: v1::GetAssignmentRequest| {
            let v1::GetAssignmentRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "assignments")?;
            let find = |depth| store::step::find_assignment(&self.door.db, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::step::assignment(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_assignments(
        &self,
        request: Request<v1::ListAssignmentsRequest>,
    ) -> Answer<v1::ListAssignmentsResponse> {
        let read = async |call: &_, request: v1::ListAssignmentsRequest| {
            let v1::ListAssignmentsRequest { parent, page_size, page_token } = request;
            let page = self.page(call, page_size, &page_token, &parent)?;
            let id = wire::case_id(&parent)?;
            self.parent(call, id, &parent, 0, "").await?;
            let rows = store::step::list_assignments(&self.door.db, id, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.door.db.keys(), rows, |row| row.id);
            let assignments = rows.iter().map(wire::step::assignment).collect();
            Ok(v1::ListAssignmentsResponse { assignments, next_page_token })
        };
        self.door.read(request, read).await
    }
}
