//! A case that is split, links between cases, and a joint petition of five hundred from the visit to the close.

use lianbang::pb::v1::{
    self,
    case::{Resolution, State},
    case_service_client::CaseServiceClient,
    clock::State::{Running, Stopped},
    duplicate_service_client::DuplicateServiceClient,
    party::{Consent, Outcome, Role},
    procedure_service_client::ProcedureServiceClient,
    relation::Kind,
};
use tonic::{Response, Status};

use super::{
    docket::{Docket, step},
    joint::{add, decided, elect, members, recipients, record, serve},
    parties::{agent, person},
    registration,
};
use crate::{
    harness::{DAY, Line, Stage, assert_reason, request_id},
    mutations::organizations,
};

const VILLAGE: &str = "regions/411002001001";

async fn split(case: &Docket, parties: &[v1::Party]) -> Result<v1::SplitCaseResponse, Status> {
    let parties = parties.iter().map(|party| party.name.clone()).collect();
    let split = step!(
        case,
        DuplicateServiceClient.split_case(SplitCaseRequest {
            parties: parties,
            title: "租户的供暖".into(),
            reason: "与业主诉求不同".into(),
        })
    );
    split.map(Response::into_inner)
}

async fn link(line: &Line, case: &str, other: &str) -> Result<v1::Relation, Status> {
    let request = v1::LinkCasesRequest {
        parent: case.into(),
        other_case: other.into(),
        kind: Kind::Related.into(),
        request_id: request_id(),
        ..Default::default()
    };
    DuplicateServiceClient::new(line.clone()).link_cases(request).await.map(Response::into_inner)
}

async fn related(line: &Line, case: &str) -> Vec<(Kind, String)> {
    let request = v1::ListRelationsRequest { parent: case.into(), ..Default::default() };
    let found = DuplicateServiceClient::new(line.clone()).list_relations(request).await.expect("relations");
    found.into_inner().relations.into_iter().map(|found| (found.kind(), found.other_case)).collect()
}

async fn parties(case: &Docket) -> Vec<v1::Party> {
    let mut client = CaseServiceClient::new(case.line.clone());
    let mut request = v1::ListPartiesRequest { parent: case.case.name.clone(), page_size: 500, ..Default::default() };
    let mut all = Vec::new();
    loop {
        let page = client.list_parties(request.clone()).await.expect("parties").into_inner();
        all.extend(page.parties);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

fn present(parties: &[v1::Party]) -> Vec<&v1::Party> {
    parties.iter().filter(|party| party.end_time.is_none()).collect()
}

#[tokio::test]
async fn a_split_goes_on_from_where_the_case_stands() {
    let stage = Stage::with_regions().await;
    let organ = organizations::entered(&stage).await.name;
    let mut case = Docket::new(&stage, "供暖").await;
    let added = add(&case, members(4)).await.expect("members");
    let lawyers = vec![agent("全体代理", Vec::new()), agent("一户代理", vec![added[3].name.clone()])];
    add(&case, lawyers).await.expect("agents");
    case.refreshes().await;
    case.sent_to(&organ).await;
    stage.time.advance(2 * DAY);
    case.line = stage.admin().await;
    case.accepts().await;
    stage.time.advance(DAY);
    case.line = stage.admin().await;
    let before = case.case.clone();
    let v1::SplitCaseResponse { case: left, new_case } = split(&case, &added[2..]).await.expect("split");
    let (left, new) = (left.expect("case"), new_case.expect("new case"));
    assert_eq!((left.party_count, new.party_count), (3, 4));
    assert_eq!(new.title, "租户的供暖");
    assert_ne!(new.number, left.number);
    for part in [&left, &new] {
        assert_eq!(part.state(), State::Accepted);
        assert_eq!((part.receive_time, part.accept_time), (before.receive_time, before.accept_time));
        assert_eq!(part.next_due_time, before.next_due_time);
        assert_eq!(part.handling_organization, organ);
    }
    let mut half = Docket { line: case.line.clone(), case: new, time: case.time.clone() };
    assert_eq!(half.clock("handling").await, case.clock("handling").await);
    // The words are the same, and cannot be changed in either.
    let full = v1::GetCaseRequest {
        name: half.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        ..Default::default()
    };
    let mut client = CaseServiceClient::new(case.line.clone());
    assert!(client.get_case(full).await.expect("in full").into_inner().statement.contains("暖气"));
    let here = parties(&half).await;
    let roles: Vec<Role> = here.iter().map(v1::Party::role).collect();
    assert_eq!(roles, [Role::Member, Role::Member, Role::Agent, Role::Agent]);
    let there = parties(&case).await;
    assert_eq!(present(&there).len(), 3);
    assert_eq!(there.len(), 6);
    // What the one goes through does not touch the other.
    half.answers().await;
    half.serves().await;
    case.refreshes().await;
    assert_eq!(case.case.state(), State::Accepted);
    assert_eq!((half.clock("handling").await.0, case.clock("handling").await.0), (Stopped, Running));
    assert_eq!(related(&case.line, &case.case.name).await, [(Kind::SplitInto, half.case.name.clone())]);
    assert_eq!(related(&case.line, &half.case.name).await, [(Kind::SplitFrom, case.case.name.clone())]);
    assert_reason(split(&half, &here[..1]).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn a_split_that_cannot_be_is_refused_whole() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let added = add(&case, members(3)).await.expect("members");
    let witness = add(&case, vec![person(Role::Witness, "李四")]).await.expect("witness").remove(0);
    case.refreshes().await;
    assert_reason(split(&case, &added).await, "INVALID_REQUEST");
    assert_reason(split(&case, &[witness]).await, "INVALID_REQUEST");
    let both = agent("两边代理", vec![added[0].name.clone(), added[1].name.clone()]);
    let both = add(&case, vec![both]).await.expect("agent").remove(0);
    case.refreshes().await;
    assert_reason(split(&case, &added[..1]).await, "INVALID_REQUEST");
    let revoke = v1::RevokeMandateRequest {
        name: both.name,
        etag: both.etag,
        reason: "解除委托".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let mut client = CaseServiceClient::new(case.line.clone());
    client.revoke_mandate(revoke).await.expect("revoked");
    let restrict = v1::RestrictPartyRequest {
        name: added[0].name.clone(),
        etag: added[0].etag.clone(),
        reason: "本人申请".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client.restrict_party(restrict).await.expect("restricted");
    case.refreshes().await;
    assert_reason(split(&case, &added[..1]).await, "INVALID_REQUEST");
    // Nor is anything lost of an agent who would go along.
    let all = add(&case, vec![agent("全体代理", Vec::new())]).await.expect("agent").remove(0);
    let restrict = v1::RestrictPartyRequest {
        name: all.name.clone(),
        etag: all.etag.clone(),
        reason: "本人申请".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let all = client.restrict_party(restrict).await.expect("restricted").into_inner();
    case.refreshes().await;
    assert_reason(split(&case, &added[1..2]).await, "INVALID_REQUEST");
    assert_eq!(stage.count("SELECT COUNT(*) FROM cases").await, 1);
    let lift = v1::UnrestrictPartyRequest {
        name: all.name,
        etag: all.etag,
        reason: "本人撤回申请".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client.unrestrict_party(lift).await.expect("lifted");
    split(&case, &added[1..2]).await.expect("split");
}

#[tokio::test]
async fn the_walls_go_along_and_hide_relations() {
    let stage = Stage::with_regions().await;
    let bureau = organizations::entered(&stage).await.name;
    let roles = [lianbang::auth::Role::Coordinator];
    let of_bureau = stage.client_of(&bureau, &roles, &["regions/411000000000"]).await;
    let mut case = Docket::new(&stage, "供暖").await;
    let added = add(&case, members(2)).await.expect("members");
    case.refreshes().await;
    let wall = |case: &v1::Case| v1::WallCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        holders: vec![bureau.clone()],
        reason: "有利害关系".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let mut client = CaseServiceClient::new(case.line.clone());
    case.case = client.wall_case(wall(&case.case)).await.expect("walled").into_inner();
    let new = split(&case, &added[..1]).await.expect("split").new_case.expect("new case");
    let get = |name: &str| v1::GetCaseRequest { name: name.into(), ..Default::default() };
    let mut walled = CaseServiceClient::new(of_bureau.clone());
    assert_reason(walled.get_case(get(&new.name)).await, "NOT_FOUND");

    // A link to what is hidden is in no list, and its name in no history.
    let open = Docket::new(&stage, "道路").await;
    let linked = link(&case.line, &open.case.name, &new.name).await.expect("linked");
    assert_eq!(link(&case.line, &open.case.name, &new.name).await.expect("again").name, linked.name);
    assert_reason(link(&case.line, &open.case.name, &open.case.name).await, "INVALID_REQUEST");
    assert_reason(link(&of_bureau, &open.case.name, &new.name).await, "INVALID_REQUEST");
    assert_eq!(related(&case.line, &open.case.name).await, [(Kind::Related, new.name.clone())]);
    assert_eq!(related(&of_bureau, &open.case.name).await, []);
    let facts = async |line: &Line| {
        let history = v1::ListCaseHistoryRequest { parent: open.case.name.clone(), ..Default::default() };
        let found = CaseServiceClient::new(line.clone()).list_case_history(history).await.expect("history");
        let entries = found.into_inner().entries;
        entries.iter().any(|entry| entry.facts.values().any(|fact| *fact == new.name))
    };
    assert!(facts(&case.line).await && !facts(&of_bureau).await);
}

#[tokio::test]
async fn five_hundred_members_from_the_visit_to_the_close() {
    let stage = Stage::with_regions().await;
    let organ = organizations::entered(&stage).await.name;
    // Monday 2 March: they come, five speak.
    let mut request = registration(VILLAGE, "小区供暖集体访");
    request.case.as_mut().expect("case").attendance = 500;
    let line = stage.admin().await;
    let mut client = CaseServiceClient::new(line.clone());
    let registered = client.register_case(request).await.expect("registered").into_inner();
    let mut case = Docket { line, case: registered, time: stage.time.clone() };
    let added = add(&case, members(500)).await.expect("members");
    add(&case, vec![agent("王律师", Vec::new())]).await.expect("agent");
    case.refreshes().await;
    case.took(elect(&case, &added[..5]).await);
    assert_eq!((case.case.party_count, case.case.attendance), (501, 500));
    let sixth = step!(
        case,
        CaseServiceClient.elect_representatives(ElectRepresentativesRequest {
            representatives: added[..6].iter().map(|party| party.name.clone()).collect(),
        })
    );
    assert_reason(sixth, "PRECONDITION_FAILED");
    case.sent_to(&organ).await;
    case.accepts().await;
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));

    // 120 tenants have another matter and another outcome. One of the five goes with them and speaks for them.
    let tenants: Vec<v1::Party> = added[4..5].iter().chain(&added[381..]).cloned().collect();
    let new = split(&case, &tenants).await.expect("split").new_case.expect("new case");
    case.refreshes().await;
    let mut tenants = Docket { case: new, line: case.line.clone(), time: case.time.clone() };
    assert_eq!((case.case.party_count, tenants.case.party_count), (381, 121));
    assert_eq!(tenants.case.attendance, 120);
    assert_eq!(tenants.clock("handling").await, (Running, "2026-05-01".into()));

    stage.time.advance(20 * DAY);
    for (half, outcome, speakers) in [(&mut case, Outcome::Supported, 4), (&mut tenants, Outcome::Explained, 1)] {
        half.line = stage.admin().await;
        half.answers().await;
        let all = parties(half).await;
        let petitioning: Vec<v1::Party> =
            present(&all).into_iter().filter(|party| party.role() != Role::Agent).cloned().collect();
        let consent = |index: usize| if index % 10 == 9 { Consent::Refused } else { Consent::Given };
        let said = petitioning.iter().enumerate().map(|(index, party)| decided(party, outcome, consent(index)));
        let recorded = record(half, said.collect()).await.expect("recorded");
        assert!(recorded.iter().all(|party| party.outcome() == outcome));
        half.refreshes().await;
        // Those who speak, and the agent, receive the opinion.
        let list = v1::ListOpinionsRequest { parent: half.case.name.clone(), ..Default::default() };
        let mut procedure = ProcedureServiceClient::new(half.line.clone());
        let opinion = procedure.list_opinions(list).await.expect("opinions").into_inner().opinions.remove(0).name;
        let owed = recipients(half, &opinion).await;
        assert_eq!(owed.len(), speakers + 1);
        for (party, served) in &owed {
            assert!(!served);
            half.took(serve(half, &opinion, party).await);
        }
        assert!(recipients(half, &opinion).await.iter().all(|(_, served)| *served));
        assert_eq!(half.clock("review_request").await, (Running, "2026-04-21".into()));
        let closed = step!(
            half,
            ProcedureServiceClient.close_case(CloseCaseRequest {
                evidence: "逐户回访".into(),
                resolution: Resolution::Substantive.into(),
            })
        );
        assert_eq!(half.took(closed), State::Closed);
    }
    let agreed = |all: &[v1::Party]| present(all).iter().filter(|party| party.consent() == Consent::Given).count();
    assert_eq!((agreed(&parties(&case).await), agreed(&parties(&tenants).await)), (342, 108));
    let petitioned = v1::ListCasesRequest { filter: "state = STATE_CLOSED".into(), ..Default::default() };
    let mut client = CaseServiceClient::new(stage.admin().await);
    assert_eq!(client.list_cases(petitioned).await.expect("cases").into_inner().cases.len(), 2);
}
