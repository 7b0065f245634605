//! One case under test: each step is taken on the etag of the step before.

use std::sync::Arc;

use lianbang::{
    call::{SetTimeSource, TimeSource},
    pb::v1::{
        self,
        case::{Outcome, State},
        clock,
        procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient,
    },
};
use prost_types::Timestamp;
use tonic::{Response, Status};

use super::registered;
use crate::harness::{Line, Stage};

/// A case and the line of whoever acts on it.
pub struct Docket {
    pub line: Line,
    pub case: v1::Case,
    pub time: Arc<SetTimeSource>,
}

/// A step on the case: the request gets its name, its present etag and a fresh request_id.
macro_rules! step {
    ($docket:expr, $client:ident.$method:ident($request:ident { $($field:ident: $value:expr),* $(,)? })) => {{
        let request = v1::$request {
            name: $docket.case.name.clone(),
            etag: $docket.case.etag.clone(),
            request_id: crate::harness::request_id(),
            $($field: $value,)*
            ..Default::default()
        };
        $client::new($docket.line.clone()).$method(request).await
    }};
}
pub(crate) use step;

impl Docket {
    /// Registers a case of the village.
    pub async fn new(stage: &Stage, title: &str) -> Self {
        let line = stage.admin().await;
        let case = registered(&line, "regions/411002001001", title).await;
        Self { line, case, time: stage.time.clone() }
    }

    /// The step was taken.
    #[track_caller]
    pub fn took(&mut self, outcome: Result<Response<v1::Case>, Status>) -> v1::case::State {
        self.case = outcome.expect("the step is allowed").into_inner();
        self.case.state()
    }

    /// Reads the case anew.
    pub async fn refreshes(&mut self) {
        let get = v1::GetCaseRequest { name: self.case.name.clone(), ..Default::default() };
        let mut client = v1::case_service_client::CaseServiceClient::new(self.line.clone());
        self.case = client.get_case(get).await.expect("case").into_inner();
    }

    /// The stage's present.
    pub fn now(&self) -> Timestamp {
        Timestamp { seconds: self.time.now() / 1_000_000, nanos: 0 }
    }

    /// The clocks, oldest first: rule, state, last day as counted.
    pub async fn clocks(&self) -> Vec<(String, clock::State, String)> {
        let request = v1::ListClocksRequest { parent: self.case.name.clone(), ..Default::default() };
        let mut client = ProcedureServiceClient::new(self.line.clone());
        let found = client.list_clocks(request).await.expect("clocks").into_inner().clocks;
        let told = |clock: &v1::Clock| {
            let rule = clock.rule.rsplit('.').next().unwrap_or_default().to_owned();
            let day = clock.nominal_date.expect("day");
            (rule, clock.state(), format!("{:04}-{:02}-{:02}", day.year, day.month, day.day))
        };
        found.iter().map(told).collect()
    }

    /// The newest clock of a rule.
    pub async fn clock(&self, rule: &str) -> (clock::State, String) {
        let found = self.clocks().await.into_iter().rev().find(|clock| clock.0 == rule);
        let (_, state, day) = found.unwrap_or_else(|| panic!("no clock {rule}"));
        (state, day)
    }

    /// The history: event and state after it, oldest first.
    pub async fn history(&self) -> Vec<(String, String)> {
        let request =
            v1::ListCaseHistoryRequest { parent: self.case.name.clone(), page_size: 200, ..Default::default() };
        let mut client = v1::case_service_client::CaseServiceClient::new(self.line.clone());
        let found = client.list_case_history(request).await.expect("history").into_inner();
        found.entries.into_iter().map(|entry| (entry.r#type, entry.state_after)).collect()
    }

    /// The states before and after each step of the history, oldest first; nothing before where the state stayed.
    pub async fn steps(&self) -> Vec<(String, String)> {
        let request =
            v1::ListCaseHistoryRequest { parent: self.case.name.clone(), page_size: 200, ..Default::default() };
        let mut client = v1::case_service_client::CaseServiceClient::new(self.line.clone());
        let found = client.list_case_history(request).await.expect("history").into_inner();
        // What concerns a part of the case alone names no state of it.
        let steps = found.entries.into_iter().map(|entry| (entry.state_before, entry.state_after));
        steps.filter(|(_, after)| !after.is_empty()).collect()
    }

    /// Sent to an organ and received there.
    pub async fn sent_to(&mut self, organ: &str) {
        let organization = organ.to_owned();
        self.took(step!(self, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: organization })));
        self.took(step!(self, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    }

    /// Accepted as a claim on the petition route.
    pub async fn accepts(&mut self) {
        let accepted = step!(
            self,
            ProcedureServiceClient.accept_case(AcceptCaseRequest {
                nature: v1::case::Nature::Claim.into(),
                route: v1::case::Route::Petition.into(),
            })
        );
        assert_eq!(self.took(accepted), State::Accepted);
    }

    /// Answered by an opinion.
    pub async fn answers(&mut self) {
        let answered = step!(
            self,
            ProcedureServiceClient.issue_opinion(IssueOpinionRequest {
                outcome: Outcome::Supported.into(),
                facts: "属实".into(),
                reasons: "合理".into(),
                legal_basis: "《信访工作条例》第三十二条".into(),
                document_number: "处〔2026〕1号".into(),
            })
        );
        assert_eq!(self.took(answered), State::Answered);
    }

    /// The newest opinion is served, and received now.
    pub async fn serves(&mut self) {
        let list = v1::ListOpinionsRequest { parent: self.case.name.clone(), ..Default::default() };
        let mut procedure = ProcedureServiceClient::new(self.line.clone());
        let opinion = procedure.list_opinions(list).await.expect("opinions").into_inner().opinions.pop().expect("one");
        let served = step!(
            self,
            ProcedureServiceClient.serve_document(ServeDocumentRequest {
                document: opinion.name.clone(),
                means: v1::service_record::Means::Direct.into(),
                receive_time: Some(self.now()),
            })
        );
        self.took(served);
    }

    /// The reviews, oldest first, in BASIC.
    pub async fn reviews(&self) -> Vec<v1::Review> {
        let list = v1::ListReviewsRequest { parent: self.case.name.clone(), ..Default::default() };
        ProcedureServiceClient::new(self.line.clone()).list_reviews(list).await.expect("reviews").into_inner().reviews
    }
}
