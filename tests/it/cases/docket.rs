//! One case under test: each step is taken on the etag of the step before.

use lianbang::pb::v1::{self, clock, procedure_service_client::ProcedureServiceClient};
use tonic::{Response, Status};

use super::registered;
use crate::harness::{Line, Stage};

/// A case and the line of whoever acts on it.
pub struct Docket {
    pub line: Line,
    pub case: v1::Case,
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
pub(super) use step;

impl Docket {
    /// Registers a case of the village.
    pub async fn new(stage: &Stage, title: &str) -> Self {
        let line = stage.admin().await;
        let case = registered(&line, "regions/411002001001", title).await;
        Self { line, case }
    }

    /// The step was taken.
    #[track_caller]
    pub fn took(&mut self, outcome: Result<Response<v1::Case>, Status>) -> v1::case::State {
        self.case = outcome.expect("the step is allowed").into_inner();
        self.case.state()
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
}
