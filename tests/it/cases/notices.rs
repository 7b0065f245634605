//! Notices to the petitioner: of the disposition, not accepted, no longer accepted; and their service.

use lianbang::pb::v1::{
    self,
    case::State,
    case_service_client::CaseServiceClient,
    clock::State::{Cancelled, Stopped},
    notice::{Exemption, Ground, Kind},
    procedure_service_client::ProcedureServiceClient,
    routing_service_client::RoutingServiceClient,
};
use prost_types::Timestamp;

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, MONDAY, Stage, assert_condition, assert_reason, official},
    mutations::organizations,
};

macro_rules! decline {
    ($case:expr, $ground:ident $(, $field:ident: $value:expr)*) => {
        step!($case, ProcedureServiceClient.decline_case(DeclineCaseRequest {
            ground: Ground::$ground.into(),
            document_number: "不受〔2026〕1号".into(),
            guidance: "请向人民法院提起诉讼。".into(),
            $($field: $value,)*
        }))
    };
}

macro_rules! refuse {
    ($case:expr, $ground:ident $(, $field:ident: $value:expr)*) => {
        step!($case, ProcedureServiceClient.refuse_case(RefuseCaseRequest {
            ground: Ground::$ground.into(),
            document_number: "不再受〔2026〕1号".into(),
            guidance: "复核意见为终结意见。".into(),
            $($field: $value,)*
        }))
    };
}

macro_rules! serve {
    ($case:expr, $document:expr) => {
        step!(
            $case,
            ProcedureServiceClient.serve_document(ServeDocumentRequest {
                document: $document.clone(),
                means: v1::service_record::Means::Mail.into(),
                receive_time: Some(Timestamp { seconds: (MONDAY + DAY) / 1_000_000, nanos: 0 }),
            })
        )
    };
}

async fn notices(case: &Docket) -> Vec<v1::Notice> {
    let request = v1::ListNoticesRequest { parent: case.case.name.clone(), ..Default::default() };
    ProcedureServiceClient::new(case.line.clone()).list_notices(request).await.expect("list").into_inner().notices
}

#[tokio::test]
async fn a_declined_case_stays_with_its_ground_and_takes_no_step() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "判决不服").await;
    let organization = organizations::entered(&stage).await.name;
    case.took(step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: organization })));
    case.took(step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    assert_eq!(case.took(decline!(case, CourtMatter)), State::Declined);
    for rule in ["register_and_dispose", "notice_transferred"] {
        assert_eq!(case.clock(rule).await.0, Stopped, "{rule}");
    }
    assert_eq!(case.clock("jurisdiction_dispute").await.0, Cancelled);
    assert_eq!(case.case.next_due_time, None);

    let notice = notices(&case).await.remove(0);
    assert_eq!(
        (notice.kind(), notice.ground(), notice.exemption()),
        (Kind::Decline, Ground::CourtMatter, Exemption::Unspecified)
    );
    assert_eq!((notice.document_number.as_str(), notice.guidance.as_str()), ("不受〔2026〕1号", ""));
    assert_eq!(case.history().await.pop(), Some(("case.declined".into(), "DECLINED".into())));
    let allowed = v1::ListAllowedActionsRequest { name: case.case.name.clone() };
    let mut cases = CaseServiceClient::new(case.line.clone());
    // Nothing moves it any more; the citizen may say how it was treated.
    let actions = cases.list_allowed_actions(allowed).await.expect("actions").into_inner().actions;
    let methods: Vec<_> = actions.into_iter().map(|action| action.method).collect();
    assert_eq!(methods, ["lianbang.v1.ProcedureService/RateCase"]);
    assert_reason(decline!(case, CourtMatter), "TRANSITION_NOT_ALLOWED");
    assert_reason(
        step!(case, ProcedureServiceClient.reply_directly(ReplyDirectlyRequest { reply: "好".into() })),
        "TRANSITION_NOT_ALLOWED",
    );

    let full = v1::GetNoticeRequest {
        name: notice.name,
        view: v1::View::Full.into(),
        purpose: "核查".into(),
        on_behalf_of: official(),
    };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    assert_eq!(procedure.get_notice(full).await.expect("full").into_inner().guidance, "请向人民法院提起诉讼。");
}

#[tokio::test]
async fn the_same_matter_is_declined_only_while_it_is_live_and_in_time_elsewhere() {
    let stage = Stage::with_regions().await;
    let first = Docket::new(&stage, "供暖").await;
    let mut ended = Docket::new(&stage, "供暖").await;
    ended.took(decline!(ended, OtherProcedure));
    let mut again = Docket::new(&stage, "还是供暖").await;
    let faults = [
        decline!(again, SameMatterLive),
        decline!(again, SameMatterLive, related_case: "cases/1".into()),
        decline!(again, SameMatterLive, related_case: again.case.name.clone()),
        decline!(again, SameMatterLive, related_case: "cases/00000000-0000-4000-8000-000000000000".into()),
        decline!(again, CourtMatter, related_case: first.case.name.clone()),
        decline!(again, ReReviewed),
        decline!(again, Unspecified),
    ];
    for fault in faults {
        assert_reason(fault, "INVALID_REQUEST");
    }
    let of_ended = decline!(again, SameMatterLive, related_case: ended.case.name.clone());
    assert_condition(of_ended, "RELATED_CASE_NOT_LIVE");
    let name = first.case.name.clone();
    // The first one's fifteen days end with 17 March; from then on the citizen may turn elsewhere (XF 19(3)).
    stage.time.advance(16 * DAY);
    assert_condition(decline!(again, SameMatterLive, related_case: name.clone()), "RELATED_CASE_OVERDUE");
    stage.time.advance(-DAY);
    assert_eq!(again.took(decline!(again, SameMatterLive, related_case: name.clone())), State::Declined);
    assert_eq!(notices(&again).await.remove(0).related_case, name);
}

#[tokio::test]
async fn levels_are_skipped_by_visits_only() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let mut letter = super::registration("regions/411002001001", "供暖");
    letter.case.as_mut().expect("case").channel = v1::case::Channel::Letter.into();
    let case = CaseServiceClient::new(line.clone()).register_case(letter).await.expect("registered").into_inner();
    let letter = Docket { line, case, time: stage.time.clone() };
    assert_reason(decline!(letter, LevelSkipped), "INVALID_REQUEST");
    let mut visit = Docket::new(&stage, "供暖").await;
    assert_eq!(visit.took(decline!(visit, LevelSkipped)), State::Declined);
}

#[tokio::test]
async fn a_refusal_names_the_final_decision() {
    let stage = Stage::with_regions().await;
    let other = Docket::new(&stage, "供暖").await;
    let mut case = Docket::new(&stage, "供暖").await;
    let name = other.case.name.clone();
    let faults = [
        refuse!(case, ReReviewed),
        refuse!(case, ReReviewed, related_case: name.clone(), prior_document_number: "复核〔2020〕1号".into()),
        refuse!(case, CourtMatter, prior_document_number: "复核〔2020〕1号".into()),
    ];
    for fault in faults {
        assert_reason(fault, "INVALID_REQUEST");
    }
    assert_condition(refuse!(case, ReReviewed, related_case: name), "RELATED_CASE_NOT_CONCLUDED");
    assert_eq!(case.took(refuse!(case, LegallyEnded, prior_document_number: "复核〔2020〕1号".into())), State::Refused);
    let notice = notices(&case).await.remove(0);
    assert_eq!((notice.kind(), notice.prior_document_number.as_str()), (Kind::Refusal, "复核〔2020〕1号"));
}

#[tokio::test]
async fn a_notice_is_served_once_where_one_was_owed() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let exempt = Exemption::NameUnclear.into();
    case.took(step!(case, ProcedureServiceClient.issue_notice(IssueNoticeRequest { exemption: exempt })));
    case.took(decline!(case, OtherProcedure));
    stage.time.advance(2 * DAY);
    let [exempt, declined] = <[v1::Notice; 2]>::try_from(notices(&case).await).expect("two");
    assert_eq!((exempt.kind(), exempt.exemption()), (Kind::Disposition, Exemption::NameUnclear));
    assert_condition(serve!(case, exempt.name), "NO_NOTICE_OWED");
    // In the state DECLINED, which no step leaves.
    assert_eq!(case.took(serve!(case, declined.name)), State::Declined);
    assert_condition(serve!(case, declined.name), "ALREADY_SERVED");
    assert_reason(
        serve!(case, format!("{}/notices/00000000-0000-4000-8000-000000000000", case.case.name)),
        "NOT_FOUND",
    );
    let request = v1::ListServiceRecordsRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let records = procedure.list_service_records(request).await.expect("records").into_inner().service_records;
    let documents: Vec<&str> = records.iter().map(|record| record.document.as_str()).collect();
    assert_eq!(documents, [declined.name.as_str()]);
    assert!(notices(&case).await[1].serve_time.is_some());
}
