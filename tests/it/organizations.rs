//! OrganizationService.

mod competence;
mod imports;
mod lists;

use lianbang::{
    auth::Role,
    organizations,
    pb::v1::{
        self, import_organizations_request::Message, import_result::Outcome, organization::Kind,
        organization_service_client::OrganizationServiceClient,
    },
};

use crate::harness::{Line, Stage, assert_reason, date, import_regions, region_row, request_id};

const CITY: &str = "regions/411000000000";
const WEIDU: &str = "regions/411002000000";
const YUZHOU: &str = "regions/411081000000";
const STREET: &str = "regions/411002001000";
const VILLAGE: &str = "regions/411002001001";

type Client = OrganizationServiceClient<Line>;

fn organ(name: &str, kind: Kind, region: &str) -> v1::Organization {
    v1::Organization { display_name: name.into(), kind: kind.into(), region: region.into(), ..Default::default() }
}

fn entering(id: &str, organization: v1::Organization) -> v1::CreateOrganizationRequest {
    v1::CreateOrganizationRequest {
        organization: Some(organization),
        organization_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

fn changing(organization: v1::Organization, paths: &[&str]) -> v1::UpdateOrganizationRequest {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    v1::UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: (!paths.is_empty()).then_some(prost_types::FieldMask { paths }),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn create(client: &mut Client, id: &str, organization: v1::Organization) -> v1::Organization {
    client.create_organization(entering(id, organization)).await.expect("organization").into_inner()
}

async fn get(client: &mut Client, name: &str) -> v1::Organization {
    let request = v1::GetOrganizationRequest { name: name.into() };
    client.get_organization(request).await.expect("organization").into_inner()
}

async fn import(line: Line, dry_run: bool, rows: Vec<v1::OrganizationRow>) -> Vec<v1::ImportResult> {
    let header = v1::ImportHeader { source: "edition".into(), dry_run, ..Default::default() };
    let messages: Vec<v1::ImportOrganizationsRequest> = std::iter::once(Message::Header(header))
        .chain(rows.into_iter().map(Message::Row))
        .map(|message| v1::ImportOrganizationsRequest { message: Some(message) })
        .collect();
    let mut stream =
        Client::new(line).import_organizations(tokio_stream::iter(messages)).await.expect("import").into_inner();
    let mut results = Vec::new();
    while let Some(answer) = stream.message().await.expect("result") {
        results.extend(answer.result);
    }
    results
}

fn row(source_id: &str, parent: &str, organization: v1::Organization) -> v1::OrganizationRow {
    v1::OrganizationRow {
        source_id: source_id.into(),
        organization: Some(organization),
        parent_source_id: parent.into(),
    }
}

fn competence(topic: &str, regions: &[&str]) -> v1::Competence {
    v1::Competence { topic: topic.into(), regions: regions.iter().map(|name| (*name).to_owned()).collect() }
}

fn fields(status: &tonic::Status) -> Vec<String> {
    let details = tonic_types::StatusExt::get_details_bad_request(status).expect("BadRequest");
    details.field_violations.into_iter().map(|fault| fault.field).collect()
}

fn condition(status: &tonic::Status) -> String {
    let info = tonic_types::StatusExt::get_details_error_info(status).expect("ErrorInfo");
    info.metadata["condition"].clone()
}

#[tokio::test]
async fn what_was_entered_is_read_by_everybody() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let city = create(&mut admin, "xuchang-heating", organ("许昌市供热办公室", Kind::Department, CITY)).await;
    assert_eq!((city.name.as_str(), city.etag.as_str()), ("organizations/xuchang-heating", "v1"));
    let given = v1::Organization {
        parent: city.name.clone(),
        unified_code: "91350100M000100Y43".into(),
        competences: vec![
            competence("topics/heating", &[]),
            competence("topics/water", &[YUZHOU, WEIDU]),
            competence("topics/gas", &[WEIDU]),
        ],
        office_hours: Some(v1::OfficeHours {
            morning_open: "08:00".into(),
            morning_close: "12:00".into(),
            afternoon_open: "12:00".into(),
            afternoon_close: "17:30".into(),
        }),
        valid_from: date(2020, 1, 1),
        source: "edition".into(),
        source_id: "魏都-7".into(),
        ..organ("  魏都区供热站 ", Kind::Enterprise, WEIDU)
    };
    let entered = create(&mut admin, "", given.clone()).await;
    let expected = v1::Organization {
        name: entered.name.clone(),
        display_name: "魏都区供热站".into(),
        create_time: entered.create_time,
        update_time: entered.create_time,
        etag: "v1".into(),
        ..given
    };
    assert_eq!(entered, expected);
    assert!(entered.create_time.is_some() && entered.name.len() == "organizations/".len() + 36);

    // Who holds a grant for the other county only reads it all the same.
    let mut other = Client::new(stage.within(Role::Handler, YUZHOU).await);
    assert_eq!(get(&mut other, &entered.name).await, expected);
    let office = create(&mut admin, "office", organ("魏都区信访局", Kind::PetitionOffice, WEIDU)).await;
    let db = stage.running.db();
    for (id, expected) in [("office", true), ("xuchang-heating", false), ("nobody", false)] {
        assert_eq!(organizations::is_petition_office(db, id).await, Ok(expected), "{id}");
    }
    let found = organizations::find(db, "office").await.expect("read").expect("organization");
    assert_eq!((found.name(), organizations::place_of(db, "office").await), (office.name, Ok(Some(found.place))));
    let unknown = v1::GetOrganizationRequest { name: "organizations/nobody".into() };
    assert_reason(other.get_organization(unknown).await, "NOT_FOUND");
    assert_reason(
        other.create_organization(entering("mine", organ("我", Kind::Other, YUZHOU))).await,
        "PERMISSION_DENIED",
    );
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'organization.created'").await, 3);
}

#[tokio::test]
async fn a_doubtful_code_is_taken_with_a_warning() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let given =
        v1::Organization { unified_code: "91350100M000100Y44".into(), ..organ("旧局", Kind::Department, CITY) };
    let entered = create(&mut admin, "old", given).await;
    assert_eq!(entered.warnings, [i32::from(v1::organization::Warning::UnifiedCodeCheckDigit)]);
}

#[tokio::test]
async fn faults_are_told_together() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let hours = v1::OfficeHours {
        morning_open: "09:00".into(),
        morning_close: "08:00".into(),
        afternoon_open: "14:00".into(),
        afternoon_close: "18:00".into(),
    };
    let faulty = v1::Organization {
        display_name: " ".into(),
        office_hours: Some(hours),
        valid_from: date(2023, 2, 30),
        ..Default::default()
    };
    let status = assert_reason(admin.create_organization(entering("faulty", faulty)).await, "INVALID_REQUEST");
    let expected = ["display_name", "kind", "region", "office_hours", "valid_from"];
    assert_eq!(fields(&status), expected.map(|field| format!("organization.{field}")));

    let contradictory = v1::Organization {
        competences: vec![competence("topics/heating", &[]), competence("topics/heating", &[WEIDU])],
        valid_from: date(2024, 1, 1),
        valid_until: date(2024, 1, 1),
        source: "edition".into(),
        ..organ("局", Kind::Department, WEIDU)
    };
    let status = assert_reason(admin.create_organization(entering("faulty", contradictory)).await, "INVALID_REQUEST");
    let expected = ["valid_until", "source_id", "competences[1].topic"];
    assert_eq!(fields(&status), expected.map(|field| format!("organization.{field}")));
    assert_eq!(stage.count("SELECT COUNT(*) FROM organizations").await, 0);
}

#[tokio::test]
async fn only_the_own_region_is_written() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let mut weidu = Client::new(stage.within(Role::Coordinator, WEIDU).await);
    let here = create(&mut weidu, "here", organ("西大街道办事处", Kind::TownshipGovernment, STREET)).await;
    let there = create(&mut admin, "there", organ("禹州法院", Kind::Court, YUZHOU)).await;
    for region in [YUZHOU, CITY] {
        let outside = entering("", organ("局", Kind::Department, region));
        assert_reason(weidu.create_organization(outside).await, "OUT_OF_SCOPE");
    }
    let wide = v1::Organization {
        competences: vec![competence("topics/heating", &[CITY])],
        ..organ("局", Kind::Department, WEIDU)
    };
    assert_reason(weidu.create_organization(entering("", wide)).await, "OUT_OF_SCOPE");

    let renamed = v1::Organization { display_name: "人民法院".into(), ..there };
    assert_reason(weidu.update_organization(changing(renamed, &["display_name"])).await, "OUT_OF_SCOPE");
    let away = v1::Organization { region: YUZHOU.into(), ..here.clone() };
    assert_reason(weidu.update_organization(changing(away, &["region"])).await, "OUT_OF_SCOPE");
    let below = v1::Organization { region: WEIDU.into(), ..here };
    weidu.update_organization(changing(below, &["region"])).await.expect("moved within the grant");

    let rows =
        vec![row("1", "", organ("局", Kind::Department, WEIDU)), row("2", "", organ("局", Kind::Department, CITY))];
    let results = import(stage.within(Role::Coordinator, WEIDU).await, false, rows).await;
    assert_eq!(results[0].outcome(), Outcome::Created, "{results:?}");
    assert_eq!(results[1].outcome(), Outcome::Failed);
}

#[tokio::test]
async fn what_an_organization_names_is_there() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let plain = organ("局", Kind::Department, WEIDU);
    let unknown = [
        v1::Organization { region: "regions/999999999999".into(), ..plain.clone() },
        v1::Organization { parent: "organizations/nobody".into(), ..plain.clone() },
        v1::Organization {
            competences: vec![competence("topics/heating", &["regions/999999999999"])],
            ..plain.clone()
        },
        v1::Organization {
            valid_until: date(2025, 1, 1),
            successors: vec!["organizations/nobody".into()],
            ..plain.clone()
        },
    ];
    for organization in unknown {
        assert_reason(admin.create_organization(entering("", organization)).await, "NOT_FOUND");
    }
    create(&mut admin, "taken", v1::Organization { source: "a".into(), source_id: "1".into(), ..plain.clone() }).await;
    assert_reason(admin.create_organization(entering("taken", plain.clone())).await, "ALREADY_EXISTS");
    let same = v1::Organization { source: "a".into(), source_id: "1".into(), ..plain };
    let status = assert_reason(admin.create_organization(entering("other", same)).await, "ALREADY_EXISTS");
    assert!(status.message().contains("organizations/taken"), "{status:?}");
}

#[tokio::test]
async fn what_has_ended_takes_only_what_has_ended() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let ended = v1::RegionRow {
        ended: true,
        ..region_row("411002001001", "金地社区居委会", v1::region::Level::Village, "411002001")
    };
    import_regions(admin.clone(), date(2024, 7, 1), vec![ended]).await;
    let mut client = Client::new(admin);
    let village = organ("金地社区居委会", Kind::VillageCommittee, VILLAGE);
    let status = assert_reason(client.create_organization(entering("", village.clone())).await, "PRECONDITION_FAILED");
    assert_eq!(condition(&status), "REGION_NOT_IN_FORCE");

    let successor = create(&mut client, "successor", organ("新局", Kind::Department, WEIDU)).await;
    let former =
        v1::Organization { valid_until: date(2024, 7, 1), successors: vec![successor.name.clone()], ..village.clone() };
    let former = create(&mut client, "former", former).await;
    assert_eq!(former.successors, [successor.name]);
    let child =
        v1::Organization { parent: former.name.clone(), ..organ("调委会", Kind::MediationCommittee, STREET) };
    let status = assert_reason(client.create_organization(entering("", child.clone())).await, "PRECONDITION_FAILED");
    assert_eq!(condition(&status), "PARENT_HAS_ENDED");
    create(&mut client, "", v1::Organization { valid_until: date(2024, 7, 1), ..child }).await;

    // It can be corrected, but not brought back into a region that is gone.
    let renamed = v1::Organization { display_name: "金地社区".into(), ..former };
    let former = client.update_organization(changing(renamed, &["display_name"])).await.expect("renamed").into_inner();
    let revived = v1::Organization { valid_until: None, successors: Vec::new(), ..former.clone() };
    let request = changing(revived.clone(), &["valid_until", "successors"]);
    let status = assert_reason(client.update_organization(request).await, "PRECONDITION_FAILED");
    assert_eq!(condition(&status), "REGION_NOT_IN_FORCE");
    let status =
        assert_reason(client.update_organization(changing(revived, &["valid_until"])).await, "INVALID_REQUEST");
    assert_eq!(fields(&status), ["organization.successors"]);
    let own = v1::Organization { successors: vec![former.name.clone()], ..former };
    assert_reason(client.update_organization(changing(own, &["successors"])).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn an_update_changes_what_its_mask_names() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let given = v1::Organization {
        unified_code: "91350100M000100Y43".into(),
        competences: vec![competence("topics/heating", &[])],
        ..organ("局", Kind::Department, WEIDU)
    };
    let first = create(&mut admin, "office", given).await;
    stage.time.advance(1_000_000);

    // Without a mask: what is filled.
    let filled = v1::Organization {
        name: first.name.clone(),
        etag: first.etag.clone(),
        display_name: "供热局".into(),
        ..Default::default()
    };
    let second = admin.update_organization(changing(filled, &[])).await.expect("updated").into_inner();
    let expected = v1::Organization {
        display_name: "供热局".into(),
        update_time: second.update_time,
        etag: "v2".into(),
        ..first.clone()
    };
    assert_eq!(second, expected);
    assert_ne!(second.update_time, first.update_time);

    let stale = changing(v1::Organization { display_name: "旧".into(), ..first.clone() }, &["display_name"]);
    let status = assert_reason(admin.update_organization(stale).await, "ETAG_MISMATCH");
    let info = tonic_types::StatusExt::get_details_error_info(&status).expect("ErrorInfo");
    assert_eq!(info.metadata["etag"], "v2");

    // With one: also what is empty. Output-only paths are ignored.
    let emptied = v1::Organization { name: first.name.clone(), etag: second.etag.clone(), ..Default::default() };
    let request = changing(emptied.clone(), &["unified_code", "competences", "create_time"]);
    let third = admin.update_organization(request).await.expect("updated").into_inner();
    assert!(third.unified_code.is_empty() && third.competences.is_empty());
    assert_eq!((third.create_time, third.kind), (first.create_time, first.kind));
    let bare = v1::Organization { etag: third.etag.clone(), ..emptied };
    let status = assert_reason(admin.update_organization(changing(bare.clone(), &["*"])).await, "INVALID_REQUEST");
    assert_eq!(fields(&status), ["display_name", "kind", "region"].map(|field| format!("organization.{field}")));
    let status =
        assert_reason(admin.update_organization(changing(bare, &["office_hours.open"])).await, "INVALID_REQUEST");
    assert_eq!(fields(&status), ["update_mask"]);
    let without = v1::Organization { etag: String::new(), ..third.clone() };
    assert_reason(admin.update_organization(changing(without, &["kind"])).await, "INVALID_REQUEST");

    // A competence without regions moves with its organization.
    let moved = v1::Organization { region: YUZHOU.into(), competences: vec![competence("topics/gas", &[])], ..third };
    let moved =
        admin.update_organization(changing(moved, &["region", "competences"])).await.expect("moved").into_inner();
    let moved = v1::Organization { region: STREET.into(), ..moved };
    admin.update_organization(changing(moved, &["region"])).await.expect("moved");
    assert_eq!(
        stage.count("SELECT region FROM organization_competences WHERE organization = 'office'").await,
        411_002_001_000
    );
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'scope.left'").await, 2);
    let nobody = v1::Organization { name: "organizations/nobody".into(), etag: "v1".into(), ..Default::default() };
    assert_reason(admin.update_organization(changing(nobody, &[])).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_source_once_set_stays() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let plain = create(&mut admin, "office", organ("局", Kind::Department, WEIDU)).await;
    let half = v1::Organization { source: "a".into(), ..plain.clone() };
    assert_reason(admin.update_organization(changing(half, &["source"])).await, "INVALID_REQUEST");
    let set = v1::Organization { source: "a".into(), source_id: "1".into(), ..plain };
    let set = admin.update_organization(changing(set, &["source", "source_id"])).await.expect("set").into_inner();
    let other = v1::Organization { source_id: "2".into(), ..set.clone() };
    let status = assert_reason(admin.update_organization(changing(other, &["source_id"])).await, "PRECONDITION_FAILED");
    assert_eq!(condition(&status), "SOURCE_STANDS");
    let second = create(&mut admin, "second", organ("局", Kind::Department, WEIDU)).await;
    let same = v1::Organization { source: "a".into(), source_id: "1".into(), ..second };
    assert_reason(admin.update_organization(changing(same, &["source", "source_id"])).await, "ALREADY_EXISTS");
}

#[tokio::test]
async fn no_organization_stands_above_itself() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let mut above = String::new();
    let mut chain = Vec::new();
    for id in ["one", "two", "three"] {
        let organization = v1::Organization { parent: above, ..organ(id, Kind::Department, WEIDU) };
        chain.push(create(&mut admin, id, organization).await);
        above = format!("organizations/{id}");
    }
    for parent in ["organizations/three", "organizations/one"] {
        let circle = v1::Organization { parent: parent.into(), ..chain[0].clone() };
        let status =
            assert_reason(admin.update_organization(changing(circle, &["parent"])).await, "PRECONDITION_FAILED");
        assert_eq!(condition(&status), "PARENT_IS_BELOW");
    }
    let free = v1::Organization { parent: String::new(), ..chain[1].clone() };
    admin.update_organization(changing(free, &["parent"])).await.expect("freed");
    let below = v1::Organization { parent: "organizations/three".into(), ..chain[0].clone() };
    admin.update_organization(changing(below, &["parent"])).await.expect("moved");
}

/// Two moves that each are right and together would close a circle: one of them is told.
#[tokio::test]
async fn two_moves_at_once_close_no_circle() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let mut admin = Client::new(line.clone());
    for round in 0..5 {
        let mut pair = Vec::new();
        for id in [format!("a{round}-left"), format!("a{round}-right")] {
            pair.push(create(&mut admin, &id, organ(&id, Kind::Department, WEIDU)).await);
        }
        let under = |child: &v1::Organization, parent: &v1::Organization| {
            changing(v1::Organization { parent: parent.name.clone(), ..child.clone() }, &["parent"])
        };
        let (mut one, mut other) = (Client::new(line.clone()), Client::new(line.clone()));
        let (left, right) = tokio::join!(
            one.update_organization(under(&pair[0], &pair[1])),
            other.update_organization(under(&pair[1], &pair[0]))
        );
        let refused = if left.is_ok() { right } else { left };
        assert_eq!(condition(&assert_reason(refused, "PRECONDITION_FAILED")), "PARENT_IS_BELOW");
    }
}
