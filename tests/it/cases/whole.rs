//! The procedure from a spoken complaint to the re-review, and two cases that are turned away; each date by hand.

use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        assignment::dispute::{Decider, Decision},
        case::{Outcome, State},
        clock::State::{Cancelled, Running, Stopped},
        notice::Ground,
        procedure_service_client::ProcedureServiceClient,
        review,
        routing_service_client::RoutingServiceClient,
    },
};

use super::{
    docket::{Docket, step},
    registered,
    reviews::{decide, request},
};
use crate::{
    harness::{DAY, Stage, date},
    mutations::{cadres, organizations},
};

/// Lets days pass. Tokens expire on the way.
async fn later(stage: &Stage, case: &mut Docket, days: i64) {
    stage.time.advance(days * DAY);
    case.line = stage.admin().await;
}

#[tokio::test]
async fn from_a_spoken_complaint_to_the_re_review() {
    let stage = Stage::with_regions().await;
    let organ = async || organizations::entered(&stage).await.name;
    let (first, second, reviewer, last) = (organ().await, organ().await, organ().await, organ().await);

    // 2 March, a Monday: spoken in the village, registered, sent to the wrong organ.
    let posting = cadres::posted(&stage).await;
    let visitor = stage.within(Role::Cadre, &posting.name).await;
    let spoken = registered(&visitor, "regions/411002001001", "集中供暖").await;
    assert_eq!((spoken.channel(), &spoken.register_posting), (v1::case::Channel::Visit, &posting.name));
    let mut case = Docket { line: stage.admin().await, case: spoken, time: stage.time.clone() };
    assert_eq!(case.clock("register_and_dispose").await, (Running, "2026-03-17".into()));
    case.took(step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: first })));
    later(&stage, &mut case, 1).await;
    case.took(step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2026-03-18".into()));
    assert_eq!(case.clock("jurisdiction_dispute").await, (Running, "2026-03-10".into()));

    // 4 March: disputed, agreed. 5 March: sent on. 6 March, a Friday: received.
    later(&stage, &mut case, 1).await;
    let disputed = step!(
        case,
        RoutingServiceClient.dispute_jurisdiction(DisputeJurisdictionRequest { grounds: "供暖归城管局".into() })
    );
    assert_eq!(case.took(disputed), State::Disputed);
    let decided = step!(
        case,
        RoutingServiceClient.decide_dispute(DecideDisputeRequest {
            decision: Decision::Agreed.into(),
            decider: Decider::Sender.into(),
            reason: "同意".into(),
        })
    );
    assert_eq!(case.took(decided), State::Registered);
    assert_eq!(case.clock("register_and_dispose").await, (Running, "2026-03-17".into()));
    later(&stage, &mut case, 1).await;
    case.took(step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: second })));
    later(&stage, &mut case, 1).await;
    case.took(step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2026-03-21".into()));
    assert_eq!(case.clock("jurisdiction_dispute").await, (Running, "2026-03-13".into()));

    // While it is live, the same matter brought again is not accepted.
    let mut again = Docket::new(&stage, "还是供暖").await;
    let declined = step!(
        again,
        ProcedureServiceClient.decline_case(DeclineCaseRequest {
            ground: Ground::SameMatterLive.into(),
            document_number: "不受〔2026〕1号".into(),
            guidance: "该事项正在办理。".into(),
            related_case: case.case.name.clone(),
        })
    );
    assert_eq!(again.took(declined), State::Declined);

    // 7 March: notice. 9 March: accepted. 11 April: extended. 1 May: opinion. 3 May: served. 4 May: closed.
    later(&stage, &mut case, 1).await;
    let number = "告〔2026〕1号".to_owned();
    case.took(step!(case, ProcedureServiceClient.issue_notice(IssueNoticeRequest { document_number: number })));
    assert_eq!(case.clock("notice_transferred").await, (Stopped, "2026-03-21".into()));
    later(&stage, &mut case, 2).await;
    case.accepts().await;
    assert_eq!(case.clock("jurisdiction_dispute").await, (Cancelled, "2026-03-13".into()));
    assert_eq!(case.clock("handling").await, (Running, "2026-05-08".into()));
    later(&stage, &mut case, 33).await;
    case.took(step!(
        case,
        ProcedureServiceClient.extend_handling(ExtendHandlingRequest {
            days: 30,
            reason: "需现场勘验".into(),
            approver: "王局长".into(),
            document_number: "延〔2026〕1号".into(),
        })
    ));
    assert_eq!(case.clock("handling").await, (Running, "2026-06-07".into()));
    later(&stage, &mut case, 20).await;
    case.answers().await;
    assert_eq!(case.clock("handling").await, (Stopped, "2026-06-07".into()));
    later(&stage, &mut case, 2).await;
    case.serves().await;
    assert_eq!(case.clock("review_request").await, (Running, "2026-06-02".into()));
    later(&stage, &mut case, 1).await;
    let closed = step!(
        case,
        ProcedureServiceClient.close_case(CloseCaseRequest {
            evidence: "住户签字".into(),
            resolution: v1::case::Resolution::Phased.into(),
        })
    );
    assert_eq!(case.took(closed), State::Closed);
    assert_eq!(case.clock("review_request").await, (Running, "2026-06-02".into()));

    // 11 May: review asked for, by a letter of the 10th. 21 May: sent back.
    later(&stage, &mut case, 7).await;
    case.took(request!(case, request_review RequestReviewRequest, reviewer.clone(), date(2026, 5, 10)));
    assert_eq!(case.case.state(), State::InReview);
    assert_eq!(case.clock("review_request").await.0, Stopped);
    assert_eq!(case.clock("review").await, (Running, "2026-06-10".into()));
    later(&stage, &mut case, 10).await;
    stage.sql("UPDATE cases SET settlement = 'mediations/m/agreements/a'").await;
    let sent_back = decide!(case, decide_review DecideReviewRequest, SentBack, Unspecified);
    assert_eq!(case.took(sent_back), State::Accepted);
    assert_eq!(case.case.settlement, "", "what is handled anew is settled by nothing yet");
    assert_eq!(case.clock("review").await, (Stopped, "2026-06-10".into()));
    assert_eq!(case.clock("handling").await, (Running, "2026-07-20".into()));
    case.serves().await;

    // 31 May: a new opinion, served the same day. 5 June: review again. 10 June: upheld and served.
    later(&stage, &mut case, 10).await;
    case.answers().await;
    case.serves().await;
    assert_eq!(case.clock("review_request").await, (Running, "2026-06-30".into()));
    later(&stage, &mut case, 5).await;
    case.took(request!(case, request_review RequestReviewRequest, reviewer, date(2026, 6, 5)));
    assert_eq!(case.clock("review").await, (Running, "2026-07-05".into()));
    later(&stage, &mut case, 5).await;
    let upheld = decide!(case, decide_review DecideReviewRequest, Upheld, Unspecified);
    assert_eq!(case.took(upheld), State::Reviewed);
    assert_eq!(case.case.outcome(), Outcome::Supported);
    case.serves().await;
    assert_eq!(case.clock("re_review_request").await, (Running, "2026-07-10".into()));

    // 20 June: re-review. 25 to 30 June: a hearing, six civil days that do not count. 5 July: concluded.
    later(&stage, &mut case, 10).await;
    case.took(request!(case, request_re_review RequestReReviewRequest, last, date(2026, 6, 20)));
    assert_eq!(case.case.state(), State::InRereview);
    assert_eq!(case.clock("re_review").await, (Running, "2026-07-20".into()));
    later(&stage, &mut case, 5).await;
    let presider = "刘处长".to_owned();
    case.took(step!(case, ProcedureServiceClient.open_hearing(OpenHearingRequest { presider: presider })));
    later(&stage, &mut case, 5).await;
    let minutes = "各方陈述如下".to_owned();
    case.took(step!(case, ProcedureServiceClient.end_hearing(EndHearingRequest { minutes: minutes })));
    assert_eq!(case.clock("re_review").await, (Running, "2026-07-26".into()));
    later(&stage, &mut case, 5).await;
    let upheld = decide!(case, decide_re_review DecideReReviewRequest, Upheld, Unspecified);
    assert_eq!(case.took(upheld), State::Concluded);
    assert_eq!(case.clock("re_review").await, (Stopped, "2026-07-26".into()));
    let states: Vec<_> = case.reviews().await.iter().map(v1::Review::state).collect();
    assert_eq!(states, [review::State::SentBack, review::State::Upheld, review::State::Upheld]);
    assert!(case.clocks().await.iter().all(|(_, state, _)| *state != Running), "nothing is owed any more");

    // The same facts and reasons once more: no longer accepted.
    let mut third = Docket::new(&stage, "又是供暖").await;
    let refused = step!(
        third,
        ProcedureServiceClient.refuse_case(RefuseCaseRequest {
            ground: Ground::ReReviewed.into(),
            document_number: "不再受〔2026〕1号".into(),
            guidance: "复核意见为终结意见。".into(),
            related_case: case.case.name.clone(),
        })
    );
    assert_eq!(third.took(refused), State::Refused);

    // The history says each step once, and the states in it are those that the case went through.
    let states: Vec<String> = case.steps().await.into_iter().map(|(_, state)| state).collect();
    let expected = [
        "REGISTERED",
        "TRANSFERRED",
        "RECEIVED",
        "DISPUTED",
        "REGISTERED",
        "TRANSFERRED",
        "RECEIVED",
        "RECEIVED",
        "ACCEPTED",
        "ACCEPTED",
        "ANSWERED",
        "ANSWERED",
        "CLOSED",
        "IN_REVIEW",
        "ACCEPTED",
        "ACCEPTED",
        "ANSWERED",
        "ANSWERED",
        "IN_REVIEW",
        "REVIEWED",
        "REVIEWED",
        "IN_REREVIEW",
        "IN_REREVIEW",
        "IN_REREVIEW",
        "CONCLUDED",
    ];
    assert_eq!(states, expected);
}
