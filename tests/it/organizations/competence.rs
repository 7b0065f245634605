//! ResolveCompetence.

use lianbang::{
    auth::Role,
    pb::v1::{self, organization::Kind},
};

use super::{CITY, Client, VILLAGE, WEIDU, YUZHOU, competence, create, import, organ, row};
use crate::harness::{Stage, assert_reason, date};

async fn resolve(client: &mut Client, topic: &str, region: &str) -> Vec<v1::CompetenceCandidate> {
    let request = v1::ResolveCompetenceRequest { topic: topic.into(), region: region.into(), date: None };
    client.resolve_competence(request).await.expect("candidates").into_inner().candidates
}

#[tokio::test]
async fn the_nearest_competence_comes_first() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let competent = |name: &str, region: &str, regions: &[&str]| v1::Organization {
        competences: vec![competence("topics/heating", regions), competence("topics/water", &[])],
        ..organ(name, Kind::Department, region)
    };
    create(&mut admin, "city", competent("许昌市供热办", CITY, &[])).await;
    create(&mut admin, "b-county", competent("魏都区供热办", WEIDU, &[])).await;
    create(&mut admin, "a-company", competent("供热公司", CITY, &[WEIDU, CITY])).await;
    create(&mut admin, "yuzhou", competent("禹州市供热办", YUZHOU, &[])).await;
    let gone = v1::Organization { valid_until: date(2024, 1, 1), ..competent("旧供热办", WEIDU, &[]) };
    create(&mut admin, "gone", gone).await;

    let mut reader = Client::new(stage.within(Role::Reader, YUZHOU).await);
    let found = resolve(&mut reader, "topics/heating", VILLAGE).await;
    let told: Vec<(&str, &str, i32)> = found
        .iter()
        .map(|candidate| {
            let name = candidate.organization.as_ref().map_or("", |organization| &organization.name);
            (name, candidate.matched_region.as_str(), candidate.region_distance)
        })
        .collect();
    let expected =
        [("organizations/a-company", WEIDU, 2), ("organizations/b-county", WEIDU, 2), ("organizations/city", CITY, 3)];
    assert_eq!(told, expected);
    assert_eq!((found[0].matched_topic.as_str(), found[0].topic_distance), ("topics/heating", 0));
    assert_eq!(found[1].explanation, "魏都区供热办主管所问事项（topics/heating），范围为所问地区的上 2 级（魏都区）。");
    assert_eq!(found[1].organization.as_ref().map(|found| found.competences.len()), Some(2));

    let mut english = tonic::Request::new(v1::ResolveCompetenceRequest {
        topic: "topics/heating".into(),
        region: CITY.into(),
        date: date(2023, 12, 31),
    });
    english.metadata_mut().insert("accept-language", "en".parse().expect("ascii"));
    let answer = reader.resolve_competence(english).await.expect("candidates").into_inner();
    let names: Vec<&str> = answer.candidates.iter().map(|found| found.explanation.as_str()).collect();
    assert_eq!(
        names,
        [
            "供热公司 is competent for topics/heating in 许昌市.",
            "许昌市供热办 is competent for topics/heating in 许昌市."
        ]
    );
    assert!(!answer.truncated);
    let then =
        v1::ResolveCompetenceRequest { topic: "topics/heating".into(), region: WEIDU.into(), date: date(2023, 12, 31) };
    let then = reader.resolve_competence(then).await.expect("candidates").into_inner().candidates;
    assert_eq!(then.len(), 4, "the one that has ended since was competent then");

    assert!(resolve(&mut reader, "topics/noise", VILLAGE).await.is_empty());
    let unknown = v1::ResolveCompetenceRequest {
        topic: "topics/heating".into(),
        region: "regions/999999999999".into(),
        date: None,
    };
    assert_reason(reader.resolve_competence(unknown).await, "NOT_FOUND");
}

#[tokio::test]
async fn no_more_than_a_hundred_candidates_are_told() {
    let stage = Stage::with_regions().await;
    let rows = (0..101)
        .map(|number| {
            let organization = v1::Organization {
                competences: vec![competence("topics/heating", &[CITY, WEIDU])],
                ..organ("供热公司", Kind::Enterprise, CITY)
            };
            row(&number.to_string(), "", organization)
        })
        .collect();
    import(stage.admin().await, false, rows).await;
    let mut reader = Client::new(stage.everywhere(Role::Reader).await);
    let request = v1::ResolveCompetenceRequest { topic: "topics/heating".into(), region: VILLAGE.into(), date: None };
    let answer = reader.resolve_competence(request).await.expect("candidates").into_inner();
    assert!(answer.truncated);
    assert_eq!(answer.candidates.len(), 100);
    assert!(answer.candidates.iter().all(|candidate| candidate.matched_region == WEIDU));
}
