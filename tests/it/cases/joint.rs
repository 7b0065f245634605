//! Joint petitions: who speaks for the others, what was decided for each, and on whom documents are served.

use lianbang::pb::v1::{
    self,
    case_service_client::CaseServiceClient,
    clock::State::{Cancelled, Running},
    party::{Consent, Outcome, Role},
    procedure_service_client::ProcedureServiceClient,
};
use tonic::{Response, Status};

use super::{
    docket::{Docket, step},
    parties::{agent, person},
};
use crate::harness::{DAY, Stage, assert_condition, assert_reason, request_id};

/// Adds parties in one call.
pub async fn add(case: &Docket, parties: Vec<v1::Party>) -> Result<Vec<v1::Party>, Status> {
    let request = v1::BatchAddPartiesRequest {
        parent: case.case.name.clone(),
        parties,
        request_id: request_id(),
        ..Default::default()
    };
    let added = CaseServiceClient::new(case.line.clone()).batch_add_parties(request).await;
    added.map(|answer| answer.into_inner().parties)
}

pub fn members(count: usize) -> Vec<v1::Party> {
    let member = |number| v1::Party { phone: String::new(), ..person(Role::Member, &format!("住户{number}")) };
    (0..count).map(member).collect()
}

pub async fn elect(case: &Docket, parties: &[v1::Party]) -> Result<Response<v1::Case>, Status> {
    let representatives = parties.iter().map(|party| party.name.clone()).collect();
    step!(
        case,
        CaseServiceClient.elect_representatives(ElectRepresentativesRequest { representatives: representatives })
    )
}

pub async fn record(case: &Docket, outcomes: Vec<v1::PartyOutcome>) -> Result<Vec<v1::Party>, Status> {
    let request = v1::RecordOutcomesRequest {
        parent: case.case.name.clone(),
        outcomes,
        request_id: request_id(),
        ..Default::default()
    };
    let recorded = CaseServiceClient::new(case.line.clone()).record_outcomes(request).await;
    recorded.map(|answer| answer.into_inner().parties)
}

pub fn decided(party: &v1::Party, outcome: Outcome, consent: Consent) -> v1::PartyOutcome {
    v1::PartyOutcome { party: party.name.clone(), outcome: outcome.into(), consent: consent.into() }
}

async fn roles(case: &Docket) -> Vec<Role> {
    let list = v1::ListPartiesRequest { parent: case.case.name.clone(), page_size: 500, ..Default::default() };
    let mut client = CaseServiceClient::new(case.line.clone());
    let found = client.list_parties(list).await.expect("parties").into_inner().parties;
    found.iter().map(v1::Party::role).collect()
}

#[tokio::test]
async fn at_most_five_are_elected_for_a_visit() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "集体访").await;
    let added = add(&case, members(7)).await.expect("members");
    case.refreshes().await;
    assert_eq!(case.case.party_count, 7);
    assert_condition(elect(&case, &added[..6]).await, "TOO_MANY_REPRESENTATIVES");
    case.took(elect(&case, &added[..5]).await);
    // A new election: the earlier ones are members again.
    case.took(elect(&case, &added[4..6]).await);
    use Role::{Member, Representative};
    assert_eq!(roles(&case).await, [Member, Member, Member, Member, Representative, Representative, Member]);
    let stale = Docket { case: v1::Case { etag: "\"1\"".into(), ..case.case.clone() }, ..case_of(&case) };
    assert_reason(elect(&stale, &added[..1]).await, "ETAG_MISMATCH");

    let witness = add(&case, vec![person(Role::Witness, "李四")]).await.expect("witness").remove(0);
    case.refreshes().await;
    let other = Docket::new(&stage, "供暖").await;
    let stranger = add(&other, members(1)).await.expect("member").remove(0);
    for nobody in [witness, stranger] {
        assert_reason(elect(&case, &[nobody]).await, "INVALID_REQUEST");
    }
    let batch = (0..4).map(|_| person(Role::Representative, "代表")).collect();
    assert_condition(add(&case, batch).await, "TOO_MANY_REPRESENTATIVES");

    // A letter has no such limit.
    let mut letter = super::registration("regions/411002001001", "联名信");
    letter.case.as_mut().expect("case").channel = v1::case::Channel::Letter.into();
    let mut client = CaseServiceClient::new(case.line.clone());
    let mut letter = Docket { case: client.register_case(letter).await.expect("letter").into_inner(), ..case };
    let added = add(&letter, members(8)).await.expect("members");
    letter.refreshes().await;
    letter.took(elect(&letter, &added).await);
}

fn case_of(case: &Docket) -> Docket {
    Docket { line: case.line.clone(), case: case.case.clone(), time: case.time.clone() }
}

#[tokio::test]
async fn a_batch_is_entered_whole_or_not_at_all() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "集体访").await;
    let mut batch = members(500);
    batch[499].id_number = "110105194912310021".into();
    batch[7].role = Role::Agent.into();
    let refused = assert_reason(add(&case, batch).await, "INVALID_REQUEST");
    let details = tonic_types::StatusExt::get_details_bad_request(&refused).expect("a bad request");
    let fields: Vec<String> = details.field_violations.into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["parties[7].mandate", "parties[499].id_number"]);
    assert_reason(add(&case, members(501)).await, "INVALID_REQUEST");
    assert_reason(add(&case, Vec::new()).await, "INVALID_REQUEST");
    assert_eq!(stage.count("SELECT COUNT(*) FROM case_parties").await, 0);
    let added = add(&case, members(500)).await.expect("members");
    assert_eq!(added.len(), 500);
    let events = case.history().await.into_iter().filter(|(kind, _)| kind == "party.added").count();
    assert_eq!(events, 1);
}

#[tokio::test]
async fn each_member_has_an_outcome_and_a_consent() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "集体访").await;
    let added = add(&case, members(3)).await.expect("members");
    let said = vec![
        decided(&added[1], Outcome::Explained, Consent::Refused),
        decided(&added[0], Outcome::Supported, Consent::Given),
    ];
    let recorded = record(&case, said).await.expect("recorded");
    assert_eq!(recorded[0].name, added[1].name);
    assert_eq!((recorded[0].outcome(), recorded[0].consent()), (Outcome::Explained, Consent::Refused));
    assert!(recorded[0].outcome_time.is_some() && recorded[0].etag != added[1].etag);
    // What is not said stays.
    let later = record(&case, vec![decided(&added[1], Outcome::Unspecified, Consent::Given)]).await.expect("recorded");
    assert_eq!((later[0].outcome(), later[0].consent()), (Outcome::Explained, Consent::Given));
    let witness = add(&case, vec![person(Role::Witness, "李四")]).await.expect("witness").remove(0);
    for said in [
        vec![decided(&added[0], Outcome::Unspecified, Consent::Unspecified)],
        vec![decided(&witness, Outcome::Supported, Consent::Given)],
        vec![
            decided(&added[0], Outcome::Supported, Consent::Given),
            decided(&added[0], Outcome::Explained, Consent::Given),
        ],
        vec![v1::PartyOutcome { party: "cases/x".into(), outcome: 1, consent: 1 }],
    ] {
        assert_reason(record(&case, said).await, "INVALID_REQUEST");
    }
}

pub async fn recipients(case: &Docket, document: &str) -> Vec<(String, bool)> {
    let request = v1::ListRecipientsRequest { parent: document.into(), ..Default::default() };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    let found = client.list_recipients(request).await.expect("recipients").into_inner().recipients;
    found.into_iter().map(|recipient| (recipient.party, recipient.receive_time.is_some())).collect()
}

pub async fn serve(case: &Docket, document: &str, party: &str) -> Result<Response<v1::Case>, Status> {
    step!(
        case,
        ProcedureServiceClient.serve_document(ServeDocumentRequest {
            document: document.into(),
            party: party.into(),
            means: v1::service_record::Means::Direct.into(),
            receive_time: Some(case.now()),
        })
    )
}

#[tokio::test]
async fn agents_and_petitioners_both_receive_and_the_term_runs_from_the_last() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let parties = vec![
        person(Role::Petitioner, "张三丰"),
        agent("王律师", Vec::new()),
        person(Role::Respondent, "热力公司"),
        person(Role::Witness, "李四"),
        person(Role::Member, "住户"),
    ];
    let [petitioner, lawyer, respondent, witness, member] =
        <[v1::Party; 5]>::try_from(add(&case, parties).await.expect("parties")).expect("five");
    case.refreshes().await;
    case.accepts().await;
    case.answers().await;
    let list = v1::ListOpinionsRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let opinion = procedure.list_opinions(list).await.expect("opinions").into_inner().opinions.remove(0).name;
    let owed = |served: [bool; 3]| {
        let names = [&petitioner.name, &lawyer.name, &member.name].map(Clone::clone);
        names.into_iter().zip(served).collect::<Vec<_>>()
    };
    assert_eq!(recipients(&case, &opinion).await, owed([false; 3]));
    assert_reason(serve(&case, &opinion, &witness.name).await, "INVALID_REQUEST");

    // The other side's receipt starts no term of the citizen's.
    case.took(serve(&case, &opinion, &respondent.name).await);
    assert!(case.clocks().await.iter().all(|(rule, ..)| rule != "review_request"));
    case.took(serve(&case, &opinion, &petitioner.name).await);
    assert_eq!(case.clock("review_request").await, (Running, "2026-04-01".into()));
    assert_condition(serve(&case, &opinion, &petitioner.name).await, "ALREADY_SERVED");

    stage.time.advance(3 * DAY);
    case.line = stage.admin().await;
    case.took(serve(&case, &opinion, &lawyer.name).await);
    let terms: Vec<_> = case.clocks().await.into_iter().filter(|(rule, ..)| rule == "review_request").collect();
    let days: Vec<_> = terms.iter().map(|(_, state, day)| (*state, day.as_str())).collect();
    assert_eq!(days, [(Cancelled, "2026-04-01"), (Running, "2026-04-04")]);
    assert_eq!(recipients(&case, &opinion).await, owed([true, true, false]));
    let missing = v1::ListRecipientsRequest {
        parent: format!("{}/opinions/00000000-0000-4000-8000-000000000000", case.case.name),
        ..Default::default()
    };
    assert_reason(procedure.list_recipients(missing).await, "NOT_FOUND");
}

#[tokio::test]
async fn nothing_is_served_on_an_agent_without_a_mandate() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let mut short = agent("王律师", Vec::new());
    short.mandate.as_mut().expect("mandate").end_date = crate::harness::date(2026, 3, 3);
    let lawyer = add(&case, vec![short]).await.expect("agent").remove(0);
    case.refreshes().await;
    let notice = "告〔2026〕1号".to_owned();
    case.took(step!(case, ProcedureServiceClient.issue_notice(IssueNoticeRequest { document_number: notice })));
    let list = v1::ListNoticesRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let notice = procedure.list_notices(list).await.expect("notices").into_inner().notices.remove(0).name;
    assert_eq!(recipients(&case, &notice).await, [(lawyer.name.clone(), false)]);
    stage.time.advance(2 * DAY);
    case.line = stage.admin().await;
    assert!(recipients(&case, &notice).await.is_empty());
    assert_reason(serve(&case, &notice, &lawyer.name).await, "INVALID_REQUEST");
}
