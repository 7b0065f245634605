//! CommitteeService: terms of office, members, seals, and what the law asks of them.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, CommitteeMember, CommitteeSeal, CommitteeTerm,
        cadre::Rank,
        cadre_service_client::CadreServiceClient,
        committee_member::Post,
        committee_service_client::CommitteeServiceClient,
        committee_term::{ChosenBy, EndReason, Warning},
        organization::Kind,
        organization_service_client::OrganizationServiceClient,
    },
};

use crate::harness::{Line, Stage, assert_condition, assert_reason, date, request_id};

type Client = CommitteeServiceClient<Line>;

const COMMITTEE: &str = "organizations/jindi";
const WEIDU: &str = "regions/411002000000";
const YUZHOU: &str = "regions/411081000000";

/// A server with a committee in each of two counties, an office that is none, and six cadres. Today is 2026-03-02.
async fn staged() -> Stage {
    let stage = Stage::with_regions().await;
    let mut organizations = OrganizationServiceClient::new(stage.admin().await);
    for (id, region, kind) in [
        ("jindi", "regions/411002001001", Kind::MediationCommittee),
        ("yuzhou", YUZHOU, Kind::MediationCommittee),
        ("office", WEIDU, Kind::PetitionOffice),
    ] {
        let organization = v1::Organization {
            display_name: "人民调解委员会".into(),
            kind: kind.into(),
            region: region.into(),
            ..Default::default()
        };
        let request = v1::CreateOrganizationRequest {
            organization: Some(organization),
            organization_id: id.into(),
            request_id: request_id(),
            ..Default::default()
        };
        organizations.create_organization(request).await.expect("organization");
    }
    let mut cadres = CadreServiceClient::new(stage.admin().await);
    for id in ["m-1", "m-2", "m-3", "m-4", "m-5", "m-6"] {
        let cadre = v1::Cadre {
            display_name: format!("调解员{id}"),
            rank: Rank::Other.into(),
            organization: COMMITTEE.into(),
            valid_from: date(2022, 1, 1),
            ..Default::default()
        };
        let request = v1::CreateCadreRequest {
            cadre: Some(cadre),
            cadre_id: id.into(),
            request_id: request_id(),
            ..Default::default()
        };
        cadres.create_cadre(request).await.expect("cadre");
    }
    stage
}

async fn client(stage: &Stage) -> Client {
    CommitteeServiceClient::new(stage.admin().await)
}

fn member(cadre: &str, post: Post) -> CommitteeMember {
    CommitteeMember { cadre: format!("cadres/{cadre}"), post: post.into(), ..Default::default() }
}

/// A term of a committee as the law has it.
fn lawful() -> CommitteeTerm {
    CommitteeTerm {
        valid_from: date(2024, 5, 1),
        chosen_by: ChosenBy::Residents.into(),
        members: vec![member("m-1", Post::Director), member("m-2", Post::DeputyDirector), member("m-3", Post::Member)],
        women_count: 1,
        seal: Some(CommitteeSeal {
            inscription: "金地社区人民调解委员会".into(),
            impression_sha256: "ab".repeat(32),
            use_date: date(2020, 1, 1),
        }),
        court_notify_date: date(2024, 5, 20),
        ..Default::default()
    }
}

fn entering(parent: &str, id: &str, term: CommitteeTerm) -> v1::CreateCommitteeTermRequest {
    v1::CreateCommitteeTermRequest {
        parent: parent.into(),
        committee_term: Some(term),
        committee_term_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

fn changing(term: CommitteeTerm, paths: &[&str]) -> v1::UpdateCommitteeTermRequest {
    v1::UpdateCommitteeTermRequest {
        committee_term: Some(term),
        update_mask: Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        request_id: request_id(),
        ..Default::default()
    }
}

fn ending(term: &CommitteeTerm, day: (i32, i32, i32), reason: EndReason) -> v1::EndCommitteeTermRequest {
    v1::EndCommitteeTermRequest {
        name: term.name.clone(),
        etag: term.etag.clone(),
        valid_until: date(day.0, day.1, day.2),
        end_reason: reason.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn listed(client: &mut Client, request: v1::ListCommitteeTermsRequest) -> Vec<String> {
    let parent = if request.parent.is_empty() { "organizations/-".into() } else { request.parent.clone() };
    let answer = client.list_committee_terms(v1::ListCommitteeTermsRequest { parent, ..request }).await;
    answer.expect("terms").into_inner().committee_terms.into_iter().map(|term| term.name).collect()
}

#[tokio::test]
async fn a_term_is_entered_read_and_changed() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let term = client.create_committee_term(entering(COMMITTEE, "t-2024", lawful())).await.expect("term").into_inner();
    assert_eq!(term.name, "organizations/jindi/committeeTerms/t-2024");
    assert_eq!((term.term_until, &term.warnings), (date(2027, 5, 1), &Vec::new()));
    assert_eq!(term.members[0].display_name, "调解员m-1");
    assert_eq!(term.seal, lawful().seal);
    let get = v1::GetCommitteeTermRequest { name: term.name.clone() };
    assert_eq!(client.get_committee_term(get.clone()).await.expect("term").into_inner(), term);

    // One leaves, another comes, and the court is not told yet.
    let mut changed = term.clone();
    changed.members[2].valid_until = date(2026, 2, 1);
    changed.members.push(CommitteeMember { valid_from: date(2026, 2, 1), ..member("m-4", Post::Member) });
    let changed = client.update_committee_term(changing(changed, &["members"])).await.expect("changed").into_inner();
    assert_eq!((changed.members.len(), changed.warnings().collect::<Vec<_>>()), (4, vec![Warning::CourtNotNotified]));
    assert_reason(client.update_committee_term(changing(term.clone(), &["members"])).await, "ETAG_MISMATCH");
    let told = CommitteeTerm { court_notify_date: date(2026, 2, 2), ..changed.clone() };
    let told = client.update_committee_term(changing(told, &["court_notify_date"])).await.expect("told").into_inner();
    assert!(told.warnings.is_empty(), "{:?}", told.warnings);
    let without = CommitteeTerm { seal: None, women_count: 0, ..told.clone() };
    let without =
        client.update_committee_term(changing(without, &["seal", "women_count"])).await.expect("changed").into_inner();
    assert_eq!(without.warnings().collect::<Vec<_>>(), [Warning::NoWoman, Warning::NoSeal]);

    // A member whose service has ended is one who is missing; the committee may end before its term.
    stage.sql("UPDATE cadres SET valid_until = 20000 WHERE id = 'm-1'").await;
    stage.sql("UPDATE organizations SET valid_until = 20000 WHERE id = 'jindi'").await;
    let read = client.get_committee_term(get).await.expect("term").into_inner();
    let expected = [Warning::NoWoman, Warning::NoSeal, Warning::MemberNotInService, Warning::CommitteeEnded];
    assert_eq!(read.warnings().collect::<Vec<_>>(), expected);
    let mut intake = CommitteeServiceClient::new(stage.everywhere(Role::Intake).await);
    let names = v1::GetCommitteeTermRequest { name: read.name.clone() };
    assert_reason(intake.get_committee_term(names).await, "PERMISSION_DENIED");
    let kinds = "SELECT COUNT(*) FROM records WHERE kind LIKE 'committee_term.%'";
    assert_eq!(stage.count(kinds).await, 4);
}

#[tokio::test]
async fn what_contradicts_itself_is_refused_with_each_field() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let mut faulty = lawful();
    faulty.valid_from = None;
    faulty.chosen_by = 0;
    faulty.members[1].post = 0;
    faulty.members[2].cadre = "cadres/".into();
    faulty.seal = Some(CommitteeSeal { inscription: " ".into(), impression_sha256: "AB".into(), use_date: None });
    faulty.end_reason = EndReason::Renewal.into();
    let status = assert_reason(client.create_committee_term(entering(COMMITTEE, "", faulty)).await, "INVALID_REQUEST");
    for field in ["members[2].cadre", "seal.impression_sha256"] {
        assert!(status.message().contains(field), "{field}: {}", status.message());
    }
    let mut faulty = lawful();
    faulty.chosen_by = 0;
    faulty.members[1].post = 0;
    faulty.end_reason = EndReason::Renewal.into();
    let status = assert_reason(client.create_committee_term(entering(COMMITTEE, "", faulty)).await, "INVALID_REQUEST");
    for field in ["committee_term.chosen_by", "committee_term.members[1].post", "committee_term.valid_until"] {
        assert!(status.message().contains(field), "{field}: {}", status.message());
    }
    let mut faulty = lawful();
    faulty.members[1] = member("m-1", Post::Director);
    faulty.members[2].valid_from = date(2024, 4, 30);
    faulty.court_notify_date = date(2026, 3, 3);
    faulty.minority_count = 3;
    let status = assert_reason(client.create_committee_term(entering(COMMITTEE, "", faulty)).await, "INVALID_REQUEST");
    for field in ["members[1].cadre", "members[1].post", "members[2].valid_from", "court_notify_date", "minority_count"]
    {
        assert!(status.message().contains(&format!("committee_term.{field}")), "{field}: {}", status.message());
    }
    let term = CommitteeTerm { members: Vec::new(), ..lawful() };
    assert_reason(client.create_committee_term(entering(COMMITTEE, "", term)).await, "INVALID_REQUEST");
    assert_eq!(stage.count("SELECT COUNT(*) FROM committee_terms").await, 0);
}

#[tokio::test]
async fn what_does_not_fit_the_register_is_refused() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let refused = |term: CommitteeTerm| entering(COMMITTEE, "", term);
    assert_reason(client.create_committee_term(entering("organizations/none", "", lawful())).await, "NOT_FOUND");
    let office = client.create_committee_term(entering("organizations/office", "", lawful())).await;
    assert_condition(office, "NOT_A_MEDIATION_COMMITTEE");
    let mut unknown = lawful();
    unknown.members[0] = member("none", Post::Director);
    assert_reason(client.create_committee_term(refused(unknown)).await, "NOT_FOUND");
    let early = CommitteeTerm { valid_from: date(2021, 12, 31), court_notify_date: None, ..lawful() };
    assert_condition(client.create_committee_term(refused(early)).await, "CADRE_NOT_IN_SERVICE");
    stage.sql("UPDATE organizations SET valid_until = 100 WHERE id = 'yuzhou'").await;
    let ended = client.create_committee_term(entering("organizations/yuzhou", "", lawful())).await;
    assert_condition(ended, "ORGANIZATION_ENDED");
    // 2025-10-02: the term may end with the committee, and does not go on after it.
    stage.sql("UPDATE organizations SET valid_until = 20363 WHERE id = 'yuzhou'").await;
    let open = client.create_committee_term(entering("organizations/yuzhou", "", lawful())).await;
    assert_condition(open, "ORGANIZATION_ENDED");
    let (valid_until, end_reason) = (date(2025, 10, 2), EndReason::Dissolution.into());
    let over = CommitteeTerm { valid_until, end_reason, ..lawful() };
    client.create_committee_term(entering("organizations/yuzhou", "", over)).await.expect("until the committee ended");
    let get = v1::GetCommitteeTermRequest { name: "organizations/jindi/committeeTerms/none".into() };
    assert_reason(client.get_committee_term(get).await, "NOT_FOUND");

    // Another county's coordinator reads and does not write. What stood is not asked again when a member leaves.
    let mut elsewhere = CommitteeServiceClient::new(stage.within(Role::Coordinator, YUZHOU).await);
    assert_reason(elsewhere.create_committee_term(refused(lawful())).await, "OUT_OF_SCOPE");
    let term = client.create_committee_term(refused(lawful())).await.expect("term").into_inner();
    assert_reason(elsewhere.update_committee_term(changing(term.clone(), &["seal"])).await, "OUT_OF_SCOPE");
    stage.sql("UPDATE cadres SET valid_from = 20000 WHERE id = 'm-3'").await;
    let mut leaving = term.clone();
    leaving.members[2].valid_until = date(2026, 1, 1);
    let term = client.update_committee_term(changing(leaving, &["members"])).await.expect("leaves").into_inner();
    let get = v1::GetCommitteeTermRequest { name: term.name.clone() };
    assert_eq!(elsewhere.get_committee_term(get).await.expect("term").into_inner(), term);
}

#[tokio::test]
async fn terms_follow_one_another() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let first = client.create_committee_term(entering(COMMITTEE, "t-2024", lawful())).await.expect("term").into_inner();
    let next = CommitteeTerm { valid_from: date(2026, 3, 1), court_notify_date: None, ..lawful() };
    let both = client.create_committee_term(entering(COMMITTEE, "t-2026", next.clone())).await;
    assert_condition(both, "TERM_OVERLAP");
    assert_reason(client.create_committee_term(entering(COMMITTEE, "t-2024", lawful())).await, "ALREADY_EXISTS");

    let early = client.end_committee_term(ending(&first, (2024, 4, 30), EndReason::Renewal)).await;
    assert_condition(early, "END_BEFORE_FIRST_DAY");
    let error = client.end_committee_term(ending(&first, (2024, 5, 2), EndReason::EnteredInError)).await;
    assert_condition(error, "END_NOT_ON_FIRST_DAY");
    let ended = client.end_committee_term(ending(&first, (2026, 3, 1), EndReason::Renewal)).await;
    let ended = ended.expect("ended").into_inner();
    assert_eq!((ended.valid_until, ended.end_reason()), (date(2026, 3, 1), EndReason::Renewal));
    assert_condition(
        client.end_committee_term(ending(&ended, (2026, 3, 1), EndReason::Renewal)).await,
        "ALREADY_ENDED",
    );
    client.create_committee_term(entering(COMMITTEE, "t-2026", next)).await.expect("next");

    // What was before is entered with its end, and not into the time of another.
    let past = |until| CommitteeTerm {
        valid_from: date(2022, 1, 1),
        valid_until: until,
        end_reason: EndReason::Renewal.into(),
        court_notify_date: None,
        ..lawful()
    };
    let into = client.create_committee_term(entering(COMMITTEE, "t-2022", past(date(2024, 5, 2)))).await;
    assert_condition(into, "TERM_OVERLAP");
    client.create_committee_term(entering(COMMITTEE, "t-2022", past(date(2024, 5, 1)))).await.expect("past");
    let never = CommitteeTerm {
        valid_from: date(2025, 1, 1),
        valid_until: date(2025, 1, 1),
        end_reason: EndReason::EnteredInError.into(),
        ..lawful()
    };
    client.create_committee_term(entering(COMMITTEE, "t-error", never)).await.expect("never held");

    let of = |id: &str| format!("{COMMITTEE}/committeeTerms/{id}");
    let all = v1::ListCommitteeTermsRequest { parent: COMMITTEE.into(), ..Default::default() };
    assert_eq!(listed(&mut client, all).await, ["t-2026", "t-error", "t-2024", "t-2022"].map(of));
    for (day, expected) in [((2026, 2, 28), "t-2024"), ((2026, 3, 1), "t-2026"), ((2023, 1, 1), "t-2022")] {
        let on = v1::ListCommitteeTermsRequest { date: date(day.0, day.1, day.2), ..Default::default() };
        assert_eq!(listed(&mut client, on).await, [of(expected)]);
    }
}

#[tokio::test]
async fn a_county_finds_whom_it_has_to_have_chosen_anew() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    client.create_committee_term(entering(COMMITTEE, "t-1", lawful())).await.expect("term");
    let founded = CommitteeTerm { valid_from: date(2025, 1, 1), chosen_by: ChosenBy::Founder.into(), ..lawful() };
    client.create_committee_term(entering("organizations/yuzhou", "t-1", founded)).await.expect("term");
    let (jindi, yuzhou) = ("organizations/jindi/committeeTerms/t-1", "organizations/yuzhou/committeeTerms/t-1");
    for (filter, expected) in [
        ("", vec![yuzhou, jindi]),
        ("region = \"regions/411002001000\"", vec![jindi]),
        ("NOT region = \"regions/411002001000\"", vec![yuzhou]),
        ("region = \"regions/000000000000\"", vec![yuzhou, jindi]),
        ("term_until < \"2027-05-02\"", vec![jindi]),
        ("term_until < \"2027-05-01\"", vec![]),
        ("chosen_by = CHOSEN_BY_FOUNDER", vec![yuzhou]),
        ("chosen_by != CHOSEN_BY_FOUNDER AND term_until >= \"2027-05-01\"", vec![jindi]),
    ] {
        let request = v1::ListCommitteeTermsRequest { filter: filter.into(), ..Default::default() };
        assert_eq!(listed(&mut client, request).await, expected, "{filter}");
    }
    let by_name = v1::ListCommitteeTermsRequest { order_by: "name".into(), ..Default::default() };
    assert_eq!(listed(&mut client, by_name).await, [jindi, yuzhou]);
    for filter in ["region = \"regions/999999999999\"", "term_until = \"2027-05-01\"", "seal = 1"] {
        let request = v1::ListCommitteeTermsRequest {
            parent: "organizations/-".into(),
            filter: filter.into(),
            ..Default::default()
        };
        assert_reason(client.list_committee_terms(request).await, "INVALID_FILTER");
    }
    for order_by in ["", "name"] {
        let (mut page_token, mut names) = (String::new(), Vec::new());
        loop {
            let request = v1::ListCommitteeTermsRequest {
                parent: "organizations/-".into(),
                page_size: 1,
                page_token: page_token.clone(),
                order_by: order_by.into(),
                ..Default::default()
            };
            let page = client.list_committee_terms(request).await.expect("page").into_inner();
            names.extend(page.committee_terms.into_iter().map(|term| term.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        names.sort_unstable();
        assert_eq!(names, [jindi, yuzhou], "{order_by}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_terms_at_once_one_is_entered() {
    let stage = staged().await;
    let client = client(&stage).await;
    for round in 0..8 {
        stage.sql("DELETE FROM committee_terms").await;
        let enter = |id: &str| {
            let (mut client, request) = (client.clone(), entering(COMMITTEE, &format!("{id}-{round}"), lawful()));
            async move { client.create_committee_term(request).await }
        };
        let (one, two) = tokio::join!(enter("one"), enter("two"));
        let loser = match (one, two) {
            (Ok(_), Err(status)) | (Err(status), Ok(_)) => status,
            both => panic!("one of two, not {both:?}"),
        };
        assert_condition(Err::<(), _>(loser), "TERM_OVERLAP");
        assert_eq!(stage.count("SELECT COUNT(*) FROM committee_terms").await, 1);
    }
}
