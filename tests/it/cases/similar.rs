//! What is like a case: the rules that put pairs forward, what people decide of them, and how often the rules were right.

use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        case_service_client::CaseServiceClient,
        duplicate_service_client::DuplicateServiceClient,
        party,
        procedure_service_client::ProcedureServiceClient,
        relation,
        similar_case::{Decision, Feature, Rule, Standing},
        supervision_service_client::SupervisionServiceClient,
    },
};

use super::{
    docket::{Docket, step},
    registration,
};
use crate::harness::{DAY, Line, Stage, assert_condition, assert_reason, request_id};

const HERE: &str = "regions/411002001001";
const THERE: &str = "regions/411081001002";
const BOILER: &str =
    "金地社区三号楼的锅炉去年十月坏了，物业一直没有修，老人在家里穿着棉衣过冬，打了十几次电话没有人来。";
const AGAIN: &str =
    "金地社区三号楼的锅炉去年十月坏了，物业到现在还没有修，老人在家里穿着棉衣过冬，打了二十次电话没有人来。";
const KTV: &str = "文化路上的歌厅营业到凌晨三点，低音震得窗户都在抖，孩子没法睡觉，请城管部门管一管。";

/// Registers a case, a minute after the one before.
async fn told(
    stage: &Stage,
    line: &Line,
    region: &str,
    (title, text): (&str, &str),
    by: Option<v1::Party>,
) -> v1::Case {
    stage.time.advance(60_000_000);
    let mut request = registration(region, title);
    request.case.as_mut().expect("a case").statement = text.into();
    request.parties = by.into_iter().collect();
    CaseServiceClient::new(line.clone()).register_case(request).await.expect("registered").into_inner()
}

fn petitioner(phone: &str, id_number: &str) -> Option<v1::Party> {
    let role = party::Role::Petitioner.into();
    Some(v1::Party { role, phone: phone.into(), id_number: id_number.into(), ..Default::default() })
}

async fn similar(line: &Line, case: &v1::Case) -> Vec<v1::SimilarCase> {
    let request = v1::FindSimilarCasesRequest { name: case.name.clone(), ..Default::default() };
    find(line, request).await
}

async fn find(line: &Line, request: v1::FindSimilarCasesRequest) -> Vec<v1::SimilarCase> {
    let found = DuplicateServiceClient::new(line.clone()).find_similar_cases(request).await;
    found.expect("found").into_inner().similar_cases
}

fn titles(found: &[v1::SimilarCase]) -> Vec<&str> {
    found.iter().map(|found| found.case.as_ref().expect("a case").title.as_str()).collect()
}

async fn confirm(line: &Line, case: &v1::Case, other: &v1::Case, kind: Rule) -> Result<v1::SimilarCase, tonic::Status> {
    let request = v1::ConfirmDuplicateRequest {
        name: case.name.clone(),
        other_case: other.name.clone(),
        kind: kind.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let answer = DuplicateServiceClient::new(line.clone()).confirm_duplicate(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn reject(line: &Line, case: &v1::Case, other: &v1::Case) -> Result<v1::SimilarCase, tonic::Status> {
    let request = v1::RejectDuplicateRequest {
        name: case.name.clone(),
        other_case: other.name.clone(),
        reason: "不是一回事".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let answer = DuplicateServiceClient::new(line.clone()).reject_duplicate(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn relations(line: &Line, case: &v1::Case) -> Vec<(relation::Kind, String)> {
    let request = v1::ListRelationsRequest { parent: case.name.clone(), ..Default::default() };
    let found =
        DuplicateServiceClient::new(line.clone()).list_relations(request).await.expect("relations").into_inner();
    found.relations.into_iter().map(|relation| (relation.kind(), relation.other_case)).collect()
}

async fn reports(line: &Line) -> Vec<(Rule, i64, i64, i64, Option<f64>)> {
    let found = DuplicateServiceClient::new(line.clone()).report_rules(v1::ReportRulesRequest::default()).await;
    let reports = found.expect("reports").into_inner().reports;
    let figures = |report: v1::RuleReport| {
        (report.rule(), report.confirmed, report.confirmed_otherwise, report.rejected, report.precision)
    };
    reports.into_iter().map(figures).collect()
}

#[tokio::test]
async fn each_pair_comes_with_the_rule_and_the_features_that_put_it_forward() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let (phone, number) = ("13812345678", "11010519491231002X");
    told(&stage, &line, HERE, ("锅炉坏了没人修", BOILER), petitioner(phone, "")).await;
    told(&stage, &line, HERE, ("锅炉坏了还没人修", AGAIN), petitioner("", number)).await;
    told(&stage, &line, THERE, ("歌厅扰民", KTV), petitioner("138 1234 5678", "")).await;
    told(&stage, &line, THERE, ("道路积水", "下雨天路口积水没过膝盖。"), None).await;
    told(&stage, &line, THERE, ("金地社区要装路灯", "金地社区三号楼到大门的路太黑。"), None).await;
    // The number of before 1999 is the same person's.
    let case = told(&stage, &line, HERE, ("锅炉坏了没人修", BOILER), petitioner(phone, "110105491231002")).await;
    let found = similar(&line, &case).await;
    let told: Vec<(&str, Rule, Vec<Feature>)> = found
        .iter()
        .map(|found| (found.case.as_ref().expect("a case").title.as_str(), found.rule(), found.features().collect()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "锅炉坏了还没人修",
                Rule::SamePersonSameMatter,
                vec![Feature::SameIdNumber, Feature::SimilarText, Feature::SimilarTitle, Feature::SamePlace]
            ),
            (
                "锅炉坏了没人修",
                Rule::SamePersonSameMatter,
                vec![Feature::SamePhone, Feature::NearlySameText, Feature::SimilarTitle, Feature::SamePlace]
            ),
            ("金地社区要装路灯", Rule::Related, vec![Feature::RareWords]),
            ("歌厅扰民", Rule::Related, vec![Feature::SamePhone]),
        ]
    );
    assert!(found.iter().all(|found| found.standing() == Standing::Live && (0.0..=1.0).contains(&found.score)));
    assert!(found.iter().all(|found| found.case.as_ref().expect("a case").statement.is_empty()));
    // Of whom nothing is known, the text alone speaks.
    let other = self::told(&stage, &line, HERE, ("供暖投诉", BOILER), None).await;
    let found = similar(&line, &other).await;
    assert_eq!(found[0].rule(), Rule::OtherPersonSameMatter);
    let two = v1::FindSimilarCasesRequest { name: other.name.clone(), max_results: 2, ..Default::default() };
    assert_eq!(find(&line, two).await.len(), 2);
    let less = v1::FindSimilarCasesRequest { name: other.name, max_results: -1, ..Default::default() };
    assert_reason(DuplicateServiceClient::new(line).find_similar_cases(less).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn nothing_is_found_outside_the_scope_and_nobody_by_what_is_confidential() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    told(&stage, &line, THERE, ("锅炉坏了没人修", BOILER), None).await;
    let case = told(&stage, &line, HERE, ("锅炉坏了没人修", BOILER), petitioner("13812345678", "")).await;
    let local = stage.within(Role::Handler, HERE).await;
    assert!(similar(&local, &case).await.is_empty());
    assert_eq!(similar(&line, &case).await.len(), 1);
    // Told in confidence by the same person: neither is found from the other one.
    stage.time.advance(60_000_000);
    let mut request = registration(HERE, "保密反映");
    request.case.as_mut().expect("a case").identity_mode = v1::case::IdentityMode::Confidential.into();
    request.case.as_mut().expect("a case").statement = BOILER.into();
    request.parties = petitioner("13812345678", "").into_iter().collect();
    let secret = CaseServiceClient::new(line.clone()).register_case(request).await.expect("registered").into_inner();
    assert!(similar(&line, &secret).await.is_empty());
    assert_eq!(similar(&line, &case).await.len(), 1);
    // Who only reads cases matches none.
    let reader = stage.everywhere(Role::Reader).await;
    let request = v1::FindSimilarCasesRequest { name: case.name, ..Default::default() };
    assert_reason(DuplicateServiceClient::new(reader).find_similar_cases(request).await, "PERMISSION_DENIED");
}

#[tokio::test]
async fn people_decide_and_the_rules_are_judged_by_it() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let first = told(&stage, &line, HERE, ("锅炉坏了没人修", BOILER), petitioner("13812345678", "")).await;
    let second = told(&stage, &line, HERE, ("锅炉坏了还没人修", AGAIN), petitioner("13812345678", "")).await;
    let third = told(&stage, &line, HERE, ("锅炉坏了没有人修", BOILER), None).await;
    let none = told(&stage, &line, THERE, ("歌厅扰民", KTV), None).await;
    let decided = confirm(&line, &second, &first, Rule::SamePersonSameMatter).await.expect("confirmed");
    assert_eq!((decided.decision(), decided.kind()), (Decision::Confirmed, Rule::SamePersonSameMatter));
    let same = relation::Kind::SamePersonSameMatter;
    assert_eq!(relations(&line, &first).await, [(same, second.name.clone())]);
    assert_eq!(relations(&line, &second).await, [(same, first.name.clone())]);
    // From either side it is the same pair.
    assert_condition(confirm(&line, &first, &second, Rule::SamePersonSameMatter).await, "DECISION_UNCHANGED");
    let found = similar(&line, &first).await;
    let pair =
        found.iter().find(|found| titles(std::slice::from_ref(found)) == ["锅炉坏了还没人修"]).expect("still there");
    assert_eq!(pair.decision(), Decision::Confirmed);

    let rejected = reject(&line, &third, &first).await.expect("rejected");
    assert_eq!((rejected.rule(), rejected.decision()), (Rule::OtherPersonSameMatter, Decision::Rejected));
    assert!(!titles(&similar(&line, &first).await).contains(&"锅炉坏了没有人修"));
    assert!(!titles(&similar(&line, &third).await).contains(&"锅炉坏了没人修"));
    let all = v1::FindSimilarCasesRequest { name: third.name.clone(), show_rejected: true, ..Default::default() };
    assert!(titles(&find(&line, all).await).contains(&"锅炉坏了没人修"));
    confirm(&line, &third, &second, Rule::Related).await.expect("confirmed");
    confirm(&line, &third, &none, Rule::Related).await.expect("found otherwise");
    assert_eq!(
        reports(&line).await,
        [
            (Rule::Unspecified, 0, 1, 0, Some(0.0)),
            (Rule::SamePersonSameMatter, 1, 0, 0, Some(1.0)),
            (Rule::OtherPersonSameMatter, 0, 0, 1, Some(0.0)),
            (Rule::Related, 1, 0, 0, Some(1.0)),
        ]
    );
    // A decision takes the place of the one before, and of its relation.
    reject(&line, &first, &second).await.expect("after all not");
    assert!(relations(&line, &first).await.is_empty() && relations(&line, &third).await.len() == 2);
    assert_eq!(reports(&line).await[1], (Rule::SamePersonSameMatter, 0, 0, 1, Some(0.0)));
    // Figures are of what the caller sees.
    let elsewhere = stage.within(Role::Handler, THERE).await;
    assert!(
        reports(&elsewhere)
            .await
            .iter()
            .all(|(_, confirmed, otherwise, rejected, _)| confirmed + otherwise + rejected == 0)
    );
    for other in [&first.name, "cases/00000000-0000-4000-8000-000000000000", "regions/1"] {
        let request = v1::RejectDuplicateRequest {
            name: first.name.clone(),
            other_case: other.to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        assert_reason(DuplicateServiceClient::new(line.clone()).reject_duplicate(request).await, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn whoever_comes_again_after_an_answer_has_supervision_proposed() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "锅炉坏了没人修").await;
    let line = case.line.clone();
    let before = told(&stage, &line, HERE, ("锅炉坏了还没人修", AGAIN), petitioner("13812345678", "")).await;
    confirm(&line, &before, &case.case, Rule::SamePersonSameMatter).await.expect("confirmed");
    let proposed = async |case: &v1::Case| {
        let list = v1::ListSupervisionsRequest { parent: case.name.clone(), ..Default::default() };
        let found = SupervisionServiceClient::new(line.clone()).list_supervisions(list).await.expect("supervisions");
        found.into_inner().supervisions.into_iter().map(|found| found.rule).collect::<Vec<_>>()
    };
    assert!(proposed(&case.case).await.is_empty());
    case.refreshes().await;
    case.took(step!(
        case,
        ProcedureServiceClient.reply_directly(ReplyDirectlyRequest { reply: "已责成物业维修。".to_owned() })
    ));
    stage.time.advance(DAY);
    let again = told(&stage, &line, HERE, ("锅炉坏了又来反映", AGAIN), petitioner("13812345678", "")).await;
    let found = confirm(&line, &again, &case.case, Rule::SamePersonSameMatter).await.expect("confirmed");
    assert_eq!(found.standing(), Standing::Live);
    assert_eq!(proposed(&case.case).await, ["repeated_after_answer"]);
    assert!(proposed(&again).await.is_empty());
}

#[tokio::test]
async fn each_of_hundreds_is_met_again() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    told(&stage, &line, THERE, ("歌厅扰民", KTV), petitioner("13812345678", "")).await;
    let joint = told(&stage, &line, HERE, ("锅炉坏了没人修", BOILER), petitioner("13812345678", "")).await;
    stage.time.advance(60_000_000);
    let member =
        |number| v1::Party { role: party::Role::Member.into(), phone: format!("139{number:08}"), ..Default::default() };
    let add = v1::BatchAddPartiesRequest {
        parent: joint.name.clone(),
        parties: (0..400).map(member).collect(),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).batch_add_parties(add).await.expect("members");
    assert_eq!(titles(&similar(&line, &joint).await), ["歌厅扰民"]);
}
