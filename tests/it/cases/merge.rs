//! Merging a later case of the same matter into an earlier one, and taking it back.

use lianbang::{
    auth::Role,
    call::TimeSource as _,
    pb::v1::{
        self, case::State, case_service_client::CaseServiceClient, clock,
        duplicate_service_client::DuplicateServiceClient, party, relation,
    },
};
use tonic::Status;

use super::{
    docket::Docket,
    joint::{add, members},
    parties::agent,
    registration,
};
use crate::{
    harness::{DAY, Line, Stage, assert_condition, assert_reason, official, request_id},
    mutations::organizations,
    worker::worker,
};

const VILLAGE: &str = "regions/411002001001";

fn petitioner(name: &str) -> v1::Party {
    v1::Party { role: party::Role::Petitioner.into(), display_name: name.into(), ..Default::default() }
}

async fn registered_by(line: &Line, title: &str, change: impl FnOnce(&mut v1::RegisterCaseRequest)) -> v1::Case {
    let mut request = registration(VILLAGE, title);
    change(&mut request);
    CaseServiceClient::new(line.clone()).register_case(request).await.expect("registered").into_inner()
}

fn docket(stage: &Stage, line: &Line, case: v1::Case) -> Docket {
    Docket { line: line.clone(), case, time: stage.time.clone() }
}

/// An earlier case, and one a day later.
async fn two(stage: &Stage) -> (Docket, Docket) {
    let line = stage.everywhere(Role::Coordinator).await;
    let first = registered_by(&line, "锅炉坏了", |request| request.parties = vec![petitioner("张三")]).await;
    stage.time.advance(DAY);
    let second = registered_by(&line, "锅炉还没修", |request| request.parties = vec![petitioner("李四")]).await;
    (docket(stage, &line, first), docket(stage, &line, second))
}

async fn merge(case: &Docket, into: &Docket) -> Result<v1::MergeCasesResponse, Status> {
    let request = v1::MergeCasesRequest {
        name: case.case.name.clone(),
        etag: case.case.etag.clone(),
        into_case: into.case.name.clone(),
        into_etag: into.case.etag.clone(),
        reason: "同一事项".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let answer = DuplicateServiceClient::new(case.line.clone()).merge_cases(request).await;
    answer.map(tonic::Response::into_inner)
}

/// Merges, and keeps what both are then.
async fn merges(case: &mut Docket, into: &mut Docket) {
    let answer = merge(case, into).await.expect("merged");
    case.case = answer.case.expect("the case");
    into.case = answer.into_case.expect("the other one");
}

async fn undo(case: &Docket) -> Result<v1::UndoMergeResponse, Status> {
    let request = v1::UndoMergeRequest {
        name: case.case.name.clone(),
        etag: case.case.etag.clone(),
        reason: "并错了".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let answer = DuplicateServiceClient::new(case.line.clone()).undo_merge(request).await;
    answer.map(tonic::Response::into_inner)
}

/// Name (masked), role and whether its part has ended, of each party.
async fn parties(case: &Docket) -> Vec<(String, party::Role, bool)> {
    let list = v1::ListPartiesRequest { parent: case.case.name.clone(), ..Default::default() };
    let found = CaseServiceClient::new(case.line.clone()).list_parties(list).await.expect("parties").into_inner();
    found
        .parties
        .into_iter()
        .map(|party| (party.display_name.clone(), party.role(), party.end_time.is_some()))
        .collect()
}

async fn relations(case: &Docket) -> Vec<relation::Kind> {
    let request = v1::ListRelationsRequest { parent: case.case.name.clone(), ..Default::default() };
    let found = DuplicateServiceClient::new(case.line.clone()).list_relations(request).await.expect("relations");
    found.into_inner().relations.iter().map(v1::Relation::kind).collect()
}

#[tokio::test]
async fn a_merge_brings_people_along_and_its_undo_takes_them_back() {
    let stage = Stage::with_regions().await;
    let (mut first, mut second) = two(&stage).await;
    let due = second.case.next_due_time;
    let clocks = second.clocks().await;
    merges(&mut second, &mut first).await;
    assert_eq!((second.case.state(), second.case.next_due_time), (State::Merged, None));
    assert!(second.clocks().await.iter().all(|(_, state, _)| *state == clock::State::Cancelled));
    assert_eq!((first.case.state(), first.case.party_count), (State::Registered, 2));
    let present = |name: &str, role| (name.to_owned(), role, false);
    let petitioner = party::Role::Petitioner;
    assert_eq!(parties(&first).await, [present("张**", petitioner), present("李**", petitioner)]);
    assert_eq!(parties(&second).await, [present("李**", petitioner)]);
    assert_eq!(
        (relations(&first).await, relations(&second).await),
        (vec![relation::Kind::MergedFrom], vec![relation::Kind::MergedInto])
    );

    stage.time.advance(DAY);
    let answer = undo(&second).await.expect("undone");
    second.case = answer.case.expect("the case");
    first.case = answer.into_case.expect("the other one");
    assert_eq!((second.case.state(), second.case.next_due_time), (State::Registered, due));
    assert_eq!(second.clocks().await, clocks);
    assert_eq!(first.case.party_count, 1);
    assert_eq!(parties(&first).await, [present("张**", petitioner), ("李**".to_owned(), petitioner, true)]);
    assert!(relations(&first).await.is_empty() && relations(&second).await.is_empty());
    // And again.
    merges(&mut second, &mut first).await;
    assert_eq!((second.case.state(), first.case.party_count), (State::Merged, 2));
}

#[tokio::test]
async fn representatives_are_members_there_and_agents_act_for_whom_they_came_with() {
    let stage = Stage::with_regions().await;
    let (mut first, mut second) = two(&stage).await;
    let add = async |party: v1::Party| {
        let parent = second.case.name.clone();
        let add = v1::AddPartyRequest { parent, party: Some(party), request_id: request_id(), ..Default::default() };
        CaseServiceClient::new(second.line.clone()).add_party(add).await.expect("added").into_inner()
    };
    let speaker =
        v1::Party { role: party::Role::Representative.into(), display_name: "王五".into(), ..Default::default() };
    let speaker = add(speaker).await;
    add(agent("赵律师", vec![speaker.name.clone()])).await;
    add(agent("钱律师", vec![])).await;
    add(v1::Party { role: party::Role::Witness.into(), display_name: "孙六".into(), ..Default::default() }).await;
    second.refreshes().await;
    merges(&mut second, &mut first).await;
    let list = v1::ListPartiesRequest { parent: first.case.name.clone(), ..Default::default() };
    let found =
        CaseServiceClient::new(first.line.clone()).list_parties(list).await.expect("parties").into_inner().parties;
    let named = |name: &str| found.iter().find(|party| party.display_name.starts_with(name)).expect(name);
    assert_eq!(named("王").role(), party::Role::Member);
    let principals = |name: &str| named(name).mandate.clone().expect("a mandate").principals;
    assert_eq!(principals("赵"), [named("王").name.clone()]);
    let mut both = vec![named("李").name.clone(), named("王").name.clone()];
    both.sort();
    let mut all = principals("钱");
    all.sort();
    assert_eq!(all, both);
    assert!(found.iter().all(|party| !party.display_name.starts_with('孙')));
}

#[tokio::test]
async fn a_merge_gives_nobody_more_time() {
    let stage = Stage::with_regions().await;
    let (mut first, mut second) = two(&stage).await;
    // The earlier into the later one.
    assert_condition(merge(&first, &second).await, "MERGE_GIVES_TIME");
    // Into one that has not come as far.
    second.accepts().await;
    assert_condition(merge(&second, &first).await, "MERGE_GIVES_TIME");
    // Into one that was accepted later, and so is due later.
    stage.time.advance(DAY);
    first.accepts().await;
    assert_condition(merge(&second, &first).await, "MERGE_GIVES_TIME");
    let line = second.line.clone();
    let third = registered_by(&line, "锅炉又坏了", |_| {}).await;
    let mut third = docket(&stage, &line, third);
    merges(&mut third, &mut first).await;
    // After an opinion there is a right to review.
    first.answers().await;
    assert_condition(merge(&second, &first).await, "CASE_ANSWERED_OR_ENDED");
    assert_reason(merge(&first, &second).await, "TRANSITION_NOT_ALLOWED");
    assert_reason(undo(&second).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn what_must_stay_apart_is_not_merged() {
    let stage = Stage::with_regions().await;
    let (first, second) = two(&stage).await;
    let line = second.line.clone();
    let bureau = organizations::entered(&stage).await.name;
    let with = async |case: v1::Case| merge(&docket(&stage, &line, case), &first).await;
    let accused = v1::Party { role: party::Role::Accused.into(), subject: bureau.clone(), ..Default::default() };
    assert_condition(
        with(registered_by(&line, "壹", |request| request.parties = vec![accused]).await).await,
        "DIFFERENT_WALLS",
    );
    let confidential = registered_by(&line, "贰", |request| {
        request.case.as_mut().expect("a case").identity_mode = v1::case::IdentityMode::Confidential.into();
    });
    assert_condition(with(confidential.await).await, "CONFIDENTIAL_IDENTITY");
    let list = v1::ListPartiesRequest { parent: second.case.name.clone(), ..Default::default() };
    let party =
        CaseServiceClient::new(line.clone()).list_parties(list).await.expect("parties").into_inner().parties.remove(0);
    let restrict = v1::RestrictPartyRequest {
        name: party.name,
        etag: party.etag,
        reason: "本人要求".into(),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).restrict_party(restrict).await.expect("restricted");
    assert_condition(merge(&second, &first).await, "PARTY_RESTRICTED");
    // A stale etag of either, and what is no case.
    let stale = |docket: &Docket| v1::Case { etag: "stale".into(), ..docket.case.clone() };
    assert_reason(merge(&docket(&stage, &line, stale(&second)), &first).await, "ETAG_MISMATCH");
    assert_reason(merge(&second, &docket(&stage, &line, stale(&first))).await, "ETAG_MISMATCH");
    let itself = v1::Case { etag: second.case.etag.clone(), ..second.case.clone() };
    assert_reason(merge(&second, &docket(&stage, &line, itself)).await, "INVALID_REQUEST");
    let local = stage.within(Role::Handler, "regions/411081000000").await;
    assert_reason(merge(&docket(&stage, &local, second.case.clone()), &first).await, "NOT_FOUND");
}

#[tokio::test]
async fn after_further_changes_a_merge_stays() {
    let stage = Stage::with_regions().await;
    let (mut first, mut second) = two(&stage).await;
    let line = second.line.clone();
    let third = registered_by(&line, "锅炉又坏了", |request| request.parties = vec![petitioner("王五")]).await;
    let mut third = docket(&stage, &line, third);
    merges(&mut second, &mut first).await;
    // Looking changes nothing.
    let get = v1::GetCaseRequest {
        name: first.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    CaseServiceClient::new(line.clone()).get_case(get).await.expect("the case");
    merges(&mut third, &mut first).await;
    assert_condition(undo(&second).await, "CHANGED_SINCE_MERGE");
    let answer = undo(&third).await.expect("the last one first");
    first.case = answer.into_case.expect("the other one");
    // The other one has changed since, by the merge that came and went.
    assert_condition(undo(&second).await, "CHANGED_SINCE_MERGE");

    third.case = answer.case.expect("the case");
    merges(&mut third, &mut first).await;
    let list = v1::ListPartiesRequest { parent: first.case.name.clone(), ..Default::default() };
    let found = CaseServiceClient::new(line.clone()).list_parties(list).await.expect("parties").into_inner().parties;
    let brought = found.into_iter().rfind(|party| party.end_time.is_none()).expect("who came along");
    let restrict = v1::RestrictPartyRequest {
        name: brought.name,
        etag: brought.etag,
        reason: "本人要求".into(),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).restrict_party(restrict).await.expect("restricted");
    assert_condition(undo(&third).await, "CHANGED_SINCE_MERGE");
}

#[tokio::test]
async fn warnings_that_fell_due_meanwhile_are_given_after_an_undo() {
    let stage = Stage::with_regions().await;
    let (mut first, mut second) = two(&stage).await;
    merges(&mut second, &mut first).await;
    stage.time.advance(20 * DAY);
    let worker = worker(&stage, 60);
    worker.turn().await.expect("answers").expect("elected");
    let warned =
        async |case: &Docket| case.history().await.into_iter().filter(|(kind, _)| kind == "clock.overdue").count();
    assert_eq!((warned(&first).await, warned(&second).await), (1, 0));
    // What the server does by itself is no change.
    let answer = undo(&second).await.expect("undone");
    assert_eq!(
        answer.case.expect("the case").next_due_time.map(|time| time.seconds < stage.time.now() / 1_000_000),
        Some(true)
    );
    worker.turn().await.expect("answers").expect("elected");
    worker.turn().await.expect("answers").expect("elected");
    assert_eq!((warned(&first).await, warned(&second).await), (1, 1));
}

#[tokio::test]
async fn a_merge_brings_thousands_along() {
    let stage = Stage::with_regions().await;
    let (mut first, mut second) = two(&stage).await;
    for _ in 0..6 {
        add(&second, members(500)).await.expect("members");
    }
    second.refreshes().await;
    merges(&mut second, &mut first).await;
    assert_eq!(first.case.party_count, 3002);
    let answer = undo(&second).await.expect("undone");
    assert_eq!(answer.into_case.expect("the other one").party_count, 1);
}
