//! The extension of the handling term (XF 34).

use lianbang::pb::v1::{
    self, case::State, clock::State::Running, notice::Kind, procedure_service_client::ProcedureServiceClient,
};

use super::docket::{Docket, step};
use crate::harness::{DAY, Stage, assert_condition, assert_reason};

/// Accepted on Monday 2 March: sixty days end on 1 May.
async fn accepted(stage: &Stage) -> Docket {
    let mut case = Docket::new(stage, "供暖").await;
    case.took(step!(
        case,
        ProcedureServiceClient.accept_case(AcceptCaseRequest {
            nature: v1::case::Nature::Claim.into(),
            route: v1::case::Route::Petition.into(),
        })
    ));
    case
}

macro_rules! extend {
    ($case:expr, $days:literal) => {
        step!(
            $case,
            ProcedureServiceClient.extend_handling(ExtendHandlingRequest {
                days: $days,
                reason: "情况复杂，需现场勘验".into(),
                approver: "王局长".into(),
                document_number: "延〔2026〕1号".into(),
            })
        )
    };
}

macro_rules! revoke {
    ($case:expr) => {
        step!(
            $case,
            ProcedureServiceClient.revoke_extension(RevokeExtensionRequest {
                reason: "勘验已毕".into(),
                approver: "王局长".into(),
                document_number: "撤延〔2026〕1号".into(),
            })
        )
    };
}

async fn handling(case: &Docket) -> v1::Clock {
    let request = v1::ListClocksRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    let clocks = client.list_clocks(request).await.expect("clocks").into_inner().clocks;
    clocks.into_iter().find(|clock| clock.rule.ends_with(".handling")).expect("handling")
}

#[tokio::test]
async fn an_extension_counts_on_and_its_revocation_restores_the_date() {
    let stage = Stage::with_regions().await;
    let mut case = accepted(&stage).await;
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));
    let before = handling(&case).await;
    stage.time.advance(20 * DAY);
    assert_reason(extend!(case, 31), "CLOCK_NOT_EXTENDABLE");
    assert_reason(extend!(case, 0), "INVALID_REQUEST");
    assert_eq!(case.took(extend!(case, 30)), State::Accepted);
    assert_eq!(case.clock("handling").await, (Running, "2026-05-31".into()));
    let clock = handling(&case).await;
    assert_eq!(clock.due_time, case.case.next_due_time);
    assert_eq!((clock.extensions.len(), clock.extensions[0].length), (1, 30));
    // One extension, whatever its length.
    assert_reason(extend!(case, 1), "CLOCK_NOT_EXTENDABLE");
    let explain = v1::ExplainClockRequest { name: clock.name };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    let sentences = client.explain_clock(explain).await.expect("explained").into_inner().sentences;
    assert!(sentences.iter().any(|sentence| sentence.contains("30")), "{sentences:?}");

    stage.time.advance(DAY);
    case.took(revoke!(case));
    let after = handling(&case).await;
    assert_eq!(
        (after.nominal_date, after.adjusted_date, after.due_time),
        (before.nominal_date, before.adjusted_date, before.due_time)
    );
    assert!(after.extensions[0].revoke_time.is_some());
    assert_condition(revoke!(case), "NOT_EXTENDED");
    // A revoked one does not count: the once is not used up.
    case.took(extend!(case, 10));
    assert_eq!(case.clock("handling").await, (Running, "2026-05-11".into()));

    let notices = v1::ListNoticesRequest { parent: case.case.name.clone(), ..Default::default() };
    let notices = client.list_notices(notices).await.expect("notices").into_inner().notices;
    let told: Vec<_> = notices.iter().map(|notice| (notice.kind(), notice.approver.as_str())).collect();
    let expected = [Kind::Extension, Kind::ExtensionRevoked, Kind::Extension].map(|kind| (kind, "王局长"));
    assert_eq!(told, expected);
}

#[tokio::test]
async fn only_a_term_that_runs_is_extended() {
    let stage = Stage::with_regions().await;
    let registered = Docket::new(&stage, "供暖").await;
    assert_reason(extend!(registered, 30), "TRANSITION_NOT_ALLOWED");
    let mut suggestion = Docket::new(&stage, "建议").await;
    suggestion.took(step!(
        suggestion,
        ProcedureServiceClient.accept_case(AcceptCaseRequest { nature: v1::case::Nature::Suggestion.into() })
    ));
    assert_condition(extend!(suggestion, 30), "CLOCK_NOT_RUNNING");
    let mut late = accepted(&stage).await;
    stage.time.advance(61 * DAY);
    // The token of before has expired.
    late.line = stage.admin().await;
    assert_condition(extend!(late, 30), "TERM_OVER");
    stage.time.advance(-DAY);
    late.took(extend!(late, 30));
}
