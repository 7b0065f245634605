//! Random walks through the procedure: no walk leaves the table, loses a clock or tells a history that is not the case's.

use std::collections::BTreeMap;

use lianbang::pb::{
    google::r#type::Date,
    v1::{
        self,
        assignment::dispute::{Decider, Decision},
        case::Outcome,
        case_service_client::CaseServiceClient,
        clock,
        notice::Ground,
        procedure_service_client::ProcedureServiceClient,
        review,
        routing_service_client::RoutingServiceClient,
    },
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use tonic::{Response, Status};

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, Stage, date, reason},
    mutations::organizations,
};

/// The table as it is written down: where each method leads from each state.
fn table() -> BTreeMap<(String, String), Vec<String>> {
    let mut table: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut method = "";
    for line in include_str!("../../../src/cases/flow.golden.txt").lines() {
        match line.strip_prefix("  ") {
            None => method = line.rsplit('/').next().unwrap_or_default(),
            Some(row) => {
                let (from, to) = row.split_once(' ').expect("a row");
                if to != "-" {
                    table.entry((method.to_owned(), from.to_owned())).or_default().push(to.to_owned());
                }
            }
        }
    }
    table
}

const METHODS: [&str; 30] = [
    "TransferCase",
    "AssignCase",
    "ReceiveCase",
    "DisputeJurisdiction",
    "DecideDispute",
    "IssueNotice",
    "DeclineCase",
    "RefuseCase",
    "AcceptCase",
    "ReplyDirectly",
    "ExtendHandling",
    "RevokeExtension",
    "IssueOpinion",
    "ServeDocument",
    "RequestReview",
    "DecideReview",
    "RequestReReview",
    "OpenHearing",
    "EndHearing",
    "DecideReReview",
    "CloseCase",
    "ReopenCase",
    "ConcludeCase",
    "ReturnCase",
    "EscalateCase",
    "DelegateCase",
    "ReportForInstruction",
    "SwitchProcedure",
    "ReclassifyCase",
    "WithdrawCase",
];

/// Steps after which a walk does not come far.
const ENDINGS: [&str; 5] = ["DeclineCase", "RefuseCase", "ReplyDirectly", "ConcludeCase", "WithdrawCase"];

/// Steps that lead sideways: taken now and then.
const SIDEWAYS: [&str; 6] =
    ["ReturnCase", "EscalateCase", "DelegateCase", "ReportForInstruction", "SwitchProcedure", "ReclassifyCase"];

/// Takes a step, allowed or not.
async fn take(case: &Docket, method: &str, organs: &[String], dice: &mut StdRng) -> Result<Response<v1::Case>, Status> {
    let organ = || organs[0].clone();
    let today = date_of(case);
    let text = || "如实记录".to_owned();
    let number = || "文〔2026〕1号".to_owned();
    let decision =
        *[review::Decision::Upheld, review::Decision::Changed, review::Decision::SentBack].choose(dice).expect("one");
    let outcome = if decision == review::Decision::Changed { Outcome::Explained } else { Outcome::Unspecified };
    match method {
        "TransferCase" => {
            step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: organ() }))
        }
        "AssignCase" => step!(
            case,
            RoutingServiceClient.assign_case(AssignCaseRequest { organization: organ(), term_date: date(2027, 12, 1) })
        ),
        "ReceiveCase" => step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})),
        "DisputeJurisdiction" => step!(
            case,
            RoutingServiceClient.dispute_jurisdiction(DisputeJurisdictionRequest {
                grounds: text(),
                sender_consented: dice.random_bool(0.5),
            })
        ),
        "DecideDispute" => step!(
            case,
            RoutingServiceClient.decide_dispute(DecideDisputeRequest {
                decision: (*[Decision::Agreed, Decision::Refused].choose(dice).expect("one")).into(),
                decider: (*[Decider::Sender, Decider::CommonSuperior].choose(dice).expect("one")).into(),
                reason: text(),
            })
        ),
        "IssueNotice" => {
            step!(case, ProcedureServiceClient.issue_notice(IssueNoticeRequest { document_number: number() }))
        }
        "DeclineCase" => step!(
            case,
            ProcedureServiceClient.decline_case(DeclineCaseRequest {
                ground: Ground::CourtMatter.into(),
                document_number: number(),
                guidance: text(),
            })
        ),
        "RefuseCase" => step!(
            case,
            ProcedureServiceClient.refuse_case(RefuseCaseRequest {
                ground: Ground::ReReviewed.into(),
                document_number: number(),
                guidance: text(),
                prior_document_number: number(),
            })
        ),
        "AcceptCase" => step!(
            case,
            ProcedureServiceClient.accept_case(AcceptCaseRequest {
                nature: v1::case::Nature::Claim.into(),
                route: v1::case::Route::Petition.into(),
            })
        ),
        "ReplyDirectly" => step!(case, ProcedureServiceClient.reply_directly(ReplyDirectlyRequest { reply: text() })),
        "ExtendHandling" => step!(
            case,
            ProcedureServiceClient.extend_handling(ExtendHandlingRequest {
                days: dice.random_range(1..=35),
                reason: text(),
                approver: "王局长".into(),
                document_number: number(),
            })
        ),
        "RevokeExtension" => step!(
            case,
            ProcedureServiceClient.revoke_extension(RevokeExtensionRequest {
                reason: text(),
                approver: "王局长".into(),
                document_number: number(),
            })
        ),
        "IssueOpinion" => step!(
            case,
            ProcedureServiceClient.issue_opinion(IssueOpinionRequest {
                outcome: Outcome::Supported.into(),
                facts: text(),
                reasons: text(),
                legal_basis: text(),
                document_number: number(),
            })
        ),
        "ServeDocument" => {
            let list = v1::ListOpinionsRequest { parent: case.case.name.clone(), ..Default::default() };
            let mut procedure = ProcedureServiceClient::new(case.line.clone());
            let opinions = procedure.list_opinions(list).await.expect("opinions").into_inner().opinions;
            let nothing = format!("{}/opinions/00000000-0000-4000-8000-000000000000", case.case.name);
            step!(
                case,
                ProcedureServiceClient.serve_document(ServeDocumentRequest {
                    document: opinions.last().map_or(nothing.clone(), |opinion| opinion.name.clone()),
                    means: v1::service_record::Means::Direct.into(),
                    receive_time: Some(case.now()),
                })
            )
        }
        "RequestReview" => step!(
            case,
            ProcedureServiceClient.request_review(RequestReviewRequest {
                organization: organs[1].clone(),
                request_date: today,
                grounds: text(),
            })
        ),
        "RequestReReview" => step!(
            case,
            ProcedureServiceClient.request_re_review(RequestReReviewRequest {
                organization: organs[2].clone(),
                request_date: today,
                grounds: text(),
            })
        ),
        "DecideReview" => step!(
            case,
            ProcedureServiceClient.decide_review(DecideReviewRequest {
                decision: decision.into(),
                outcome: outcome.into(),
                facts: text(),
                reasons: text(),
                legal_basis: text(),
                document_number: number(),
            })
        ),
        "DecideReReview" => step!(
            case,
            ProcedureServiceClient.decide_re_review(DecideReReviewRequest {
                decision: decision.into(),
                outcome: outcome.into(),
                facts: text(),
                reasons: text(),
                legal_basis: text(),
                document_number: number(),
            })
        ),
        "OpenHearing" => step!(case, ProcedureServiceClient.open_hearing(OpenHearingRequest { presider: text() })),
        "EndHearing" => step!(case, ProcedureServiceClient.end_hearing(EndHearingRequest { minutes: text() })),
        "CloseCase" => step!(
            case,
            ProcedureServiceClient
                .close_case(CloseCaseRequest { evidence: text(), resolution: v1::case::Resolution::Phased.into() })
        ),
        "ReopenCase" => step!(
            case,
            ProcedureServiceClient.reopen_case(ReopenCaseRequest {
                ground: Ground::NewFacts.into(),
                reason: text(),
                document_number: number(),
            })
        ),
        "ConcludeCase" => step!(
            case,
            ProcedureServiceClient.conclude_case(ConcludeCaseRequest {
                reason: text(),
                approver: "省信访局".into(),
                document_number: number(),
            })
        ),
        "ReturnCase" => step!(case, RoutingServiceClient.return_case(ReturnCaseRequest { reason: text() })),
        "EscalateCase" => step!(
            case,
            RoutingServiceClient.escalate_case(EscalateCaseRequest { organization: organs[3].clone(), reason: text() })
        ),
        "DelegateCase" => step!(
            case,
            RoutingServiceClient.delegate_case(DelegateCaseRequest { organization: organs[4].clone(), reason: text() })
        ),
        "ReportForInstruction" => step!(
            case,
            RoutingServiceClient.report_for_instruction(ReportForInstructionRequest {
                organization: organs[3].clone(),
                proposal: text(),
            })
        ),
        "SwitchProcedure" => {
            use v1::case::Procedure::{Ordinary, Simplified};
            step!(
                case,
                ProcedureServiceClient.switch_procedure(SwitchProcedureRequest {
                    procedure: (*[Ordinary, Simplified].choose(dice).expect("one")).into(),
                    reason: text(),
                    approver: "王局长".into(),
                })
            )
        }
        "ReclassifyCase" => {
            use v1::case::{Nature, Route};
            let classes = [
                (Nature::Suggestion, Route::Unspecified),
                (Nature::Claim, Route::Unspecified),
                (Nature::Claim, Route::Petition),
                (Nature::Claim, Route::Litigation),
            ];
            let (nature, route) = *classes.choose(dice).expect("one");
            step!(
                case,
                CaseServiceClient.reclassify_case(ReclassifyCaseRequest {
                    nature: nature.into(),
                    route: route.into(),
                    reason: text(),
                })
            )
        }
        "WithdrawCase" => {
            step!(case, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: text() }))
        }
        other => panic!("{other} is not a step of the walk"),
    }
}

/// Today in China.
fn date_of(case: &Docket) -> Option<Date> {
    use chrono::Datelike;
    let day = lianbang::clock::civil_date(case.now().seconds * 1_000_000);
    date(day.year(), i32::try_from(day.month()).expect("month"), i32::try_from(day.day()).expect("day"))
}

async fn clocks(case: &Docket) -> BTreeMap<String, v1::Clock> {
    let list = v1::ListClocksRequest { parent: case.case.name.clone(), page_size: 200, ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let found = procedure.list_clocks(list).await.expect("clocks").into_inner().clocks;
    found.into_iter().map(|clock| (clock.name.clone(), clock)).collect()
}

fn runs(clock: &v1::Clock) -> bool {
    matches!(clock.state(), clock::State::Running | clock::State::Paused)
}

/// None was lost, what had ended stays as it was, and the case names the first that an organ owes.
fn assert_clocks(before: &BTreeMap<String, v1::Clock>, after: &BTreeMap<String, v1::Clock>, case: &v1::Case) {
    for (name, clock) in before {
        let now = after.get(name).unwrap_or_else(|| panic!("{name} is lost"));
        assert_eq!((now.rule.as_str(), now.start_time), (clock.rule.as_str(), clock.start_time));
        assert!(runs(clock) || now == clock, "an ended clock changed: {clock:?} {now:?}");
    }
    let owed = |clock: &&v1::Clock| clock.state() == clock::State::Running && clock.duty() == clock::Duty::Organ;
    let first = after.values().filter(owed).filter_map(|clock| clock.due_time).min_by_key(|due| due.seconds);
    assert_eq!(case.next_due_time, first, "{case:?}");
}

#[tokio::test]
async fn no_walk_leaves_the_table_loses_a_clock_or_forges_its_history() {
    let table = table();
    let stage = Stage::with_regions().await;
    let worker = crate::worker::worker(&stage, 0);
    let mut taken = BTreeMap::<String, usize>::new();
    for seed in 0..20 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut case = Docket::new(&stage, "供暖").await;
        let mut organs = Vec::new();
        for _ in 0..3 {
            organs.push(organizations::entered(&stage).await.name);
        }
        for region in ["regions/411000000000", "regions/411002001000"] {
            organs.push(organizations::entered_at(&stage, region).await.name);
        }
        let mut before = clocks(&case).await;
        for _ in 0..40 {
            let state = case.case.state().as_str_name().trim_start_matches("STATE_").to_owned();
            let from = |method: &&&str| table.contains_key(&((**method).to_owned(), state.clone()));
            // Mostly what the table allows and what goes on, so that walks go deep; sometimes anything.
            let aside = dice.random_bool(0.15);
            let wanted = |method: &&&str| !ENDINGS.contains(*method) && SIDEWAYS.contains(*method) == aside;
            let onward: Vec<&&str> = METHODS.iter().filter(from).filter(wanted).collect();
            let method = match onward.choose(&mut dice) {
                Some(method) if dice.random_bool(0.9) => **method,
                _ => METHODS.choose(&mut dice).expect("one"),
            };
            let to = table.get(&(method.to_owned(), state.clone()));
            let outcome = take(&case, method, &organs, &mut dice).await;
            match outcome {
                Ok(answer) => {
                    case.case = answer.into_inner();
                    let now = case.case.state().as_str_name().trim_start_matches("STATE_").to_owned();
                    let late = method.starts_with("Request") && now == state;
                    assert!(late || to.is_some_and(|to| to.contains(&now)), "{method} led from {state} to {now}");
                    *taken.entry(method.to_owned()).or_default() += 1;
                }
                Err(status) => {
                    let reason = reason(&status);
                    assert_eq!(reason == "TRANSITION_NOT_ALLOWED", to.is_none(), "{method} from {state}: {status:?}");
                    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
                    let mut cases = v1::case_service_client::CaseServiceClient::new(case.line.clone());
                    assert_eq!(cases.get_case(get).await.expect("case").into_inner().etag, case.case.etag, "{reason}");
                }
            }
            let after = clocks(&case).await;
            assert_clocks(&before, &after, &case.case);
            before = after;
            stage.time.advance(i64::from(dice.random_range(0..8)) * DAY);
            case.line = stage.admin().await;
            // Warnings and proposals are told of and change nothing.
            assert_eq!(worker.turn().await.expect("turn").expect("elected").warnings.failed, 0);
            assert_eq!(clocks(&case).await.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        }
        let steps = case.steps().await;
        for pair in steps.windows(2) {
            let began = if pair[1].0.is_empty() { &pair[1].1 } else { &pair[1].0 };
            assert_eq!(began, &pair[0].1, "seed {seed}: {steps:?}");
        }
        let last = steps.last().expect("a step");
        assert_eq!(format!("STATE_{}", last.1), case.case.state().as_str_name());
        let ended = ["WITHDRAWN", "DECLINED", "REFUSED", "CONCLUDED"].contains(&last.1.as_str());
        let owed: Vec<_> = before.values().filter(|clock| runs(clock)).map(|clock| clock.rule.as_str()).collect();
        assert!(!ended || owed.is_empty(), "seed {seed}: an ended case owes {owed:?}: {steps:?}");
    }
    // A walk that never comes anywhere proves nothing.
    for method in METHODS.iter().filter(|method| !ENDINGS.contains(method)) {
        assert!(taken.contains_key(*method), "no walk took {method}: {taken:?}");
    }
}
