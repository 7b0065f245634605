//! Until when a mediation lasts, and which limits of other ways run meanwhile.

use lianbang::pb::{
    google::r#type::Date,
    v1::{self, DisputeType, limitation::Way, mediation::Source},
};
use tonic::Status;

use super::scene::*;
use crate::{
    cases::registered,
    harness::{assert_reason, date, import_regions, region_row, request_id},
};

const DAY: i64 = 24 * HOUR;

impl Scene {
    async fn open_with(&mut self, change: impl FnOnce(&mut v1::Mediation)) -> Result<v1::Mediation, Status> {
        let mut request = opening();
        change(request.mediation.as_mut().expect("mediation"));
        self.mediations.open_mediation(request).await.map(tonic::Response::into_inner)
    }

    async fn extend(&mut self, of: &v1::Mediation, day: i32, by: &[&v1::Participant]) -> Result<v1::Mediation, Status> {
        self.mediations.extend_mediation(extending(of, day, by)).await.map(tonic::Response::into_inner)
    }
}

#[tokio::test]
async fn a_term_is_set_by_the_parties_or_by_a_rule() {
    let mut scene = Scene::new().await;
    let plain = scene.open().await;
    assert_eq!((plain.term_date, plain.term_rule.as_str()), (None, ""), "no statute sets one, nor this city");
    let labour =
        scene.open_with(|mediation| mediation.dispute_type = DisputeType::Labour.into()).await.expect("opened");
    assert_eq!(labour.term_date, Some(Date { year: 2026, month: 3, day: 17 }));
    assert_eq!(labour.term_rule, "clockRules/cn-2022.labour_mediation");
    assert_eq!(labour.term_time, at(15 * DAY + 15 * HOUR));
    let agreed = scene
        .open_with(|mediation| {
            (mediation.dispute_type, mediation.term_date) = (DisputeType::Labour.into(), date(2026, 3, 31));
        })
        .await
        .expect("opened");
    assert_eq!((agreed.term_date, agreed.term_rule.as_str()), (date(2026, 3, 31), ""));
    let before = scene.open_with(|mediation| mediation.term_date = date(2026, 3, 1)).await;
    let status = assert_reason(before, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "mediation.term_date");
    let unknown = scene.open_with(|mediation| mediation.source = Source::Unknown.into()).await;
    let status = assert_reason(unknown, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "mediation.source");
}

#[tokio::test]
async fn a_city_with_a_rule_of_its_own_sets_the_term() {
    use v1::region::Level::{City, County, Province, Township, Village};
    let scene = Scene::new().await;
    let admin = scene.stage.admin().await;
    let rows = vec![
        region_row("44", "广东省", Province, "000000000000"),
        region_row("4403", "深圳市", City, "44"),
        region_row("440304", "福田区", County, "4403"),
        region_row("440304001", "南园街道", Township, "440304"),
        region_row("440304001001", "玉田社区居委会", Village, "440304001"),
    ];
    let results = import_regions(admin.clone(), date(2023, 6, 30), rows).await;
    assert!(results.iter().all(|result| result.error.is_none()), "{results:?}");
    let village = "regions/440304001001";
    committee(&admin, "yutian-committee", village, v1::organization::Kind::MediationCommittee).await;
    let mut request = opening();
    let mediation = request.mediation.as_mut().expect("mediation");
    (mediation.committee, mediation.region) = ("organizations/yutian-committee".into(), village.into());
    let opened = clients(&admin).0.open_mediation(request.clone()).await.expect("opened").into_inner();
    // Thirty days after Monday, 2 March.
    assert_eq!(opened.term_date, Some(Date { year: 2026, month: 4, day: 1 }));
    assert!(opened.term_rule.ends_with(".mediation"), "{}", opened.term_rule);
    // A labour dispute has the term of its own law there, too.
    let mediation = request.mediation.as_mut().expect("mediation");
    mediation.dispute_type = DisputeType::Labour.into();
    request.request_id = request_id();
    let labour = clients(&admin).0.open_mediation(request).await.expect("opened").into_inner();
    assert_eq!(labour.term_date, Some(Date { year: 2026, month: 3, day: 17 }));
}

#[tokio::test]
async fn the_parties_go_on_together() {
    let mut scene = Scene::new().await;
    let mediation = scene.open_with(|mediation| mediation.term_date = date(2026, 3, 31)).await.expect("opened");
    let one = scene.invite(&mediation, party("甲", v1::participant::Kind::NecessaryParty)).await;
    let two = scene.invite(&mediation, party("乙", v1::participant::Kind::NecessaryParty)).await;
    let guide = scene.invite(&mediation, mediator("cadres/wang")).await;
    let mediation = scene.get(&mediation.name).await;
    assert_condition(scene.extend(&mediation, 30, &[&one]).await, "NOT_UNANIMOUS");
    assert_condition(scene.extend(&mediation, 30, &[&one, &two, &guide]).await, "NOT_A_PARTY");
    // It is over; they may go on nevertheless.
    scene.pass_to(35 * DAY);
    let status = assert_reason(scene.extend(&mediation, 1, &[&one, &two]).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "term_date");
    let extended = scene.extend(&mediation, 30, &[&two, &one]).await.expect("extended");
    assert_eq!((extended.term_date, extended.etag == mediation.etag), (date(2026, 4, 30), false));
    assert_reason(scene.extend(&mediation, 30, &[&one, &two]).await, "ETAG_MISMATCH");
    let status = assert_reason(scene.extend(&extended, 30, &[&one, &two]).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "term_date");
    assert_eq!(scene.events("mediation.extended").await, 1);
}

#[tokio::test]
async fn the_limits_of_other_ways_are_listed_and_block_nothing() {
    let mut scene = Scene::new().await;
    let labour =
        scene.open_with(|mediation| mediation.dispute_type = DisputeType::Labour.into()).await.expect("opened");
    let mut ask = async |name: &str, knowledge_date| {
        let request = v1::CheckLimitationsRequest { name: name.into(), knowledge_date };
        scene.mediations.check_limitations(request).await.map(|answer| answer.into_inner().limitations)
    };
    let limits = ask(&labour.name, date(2025, 2, 10)).await.expect("limits");
    let told: Vec<(Way, Option<Date>, bool)> =
        limits.iter().map(|limit| (limit.way(), limit.last_date, limit.over)).collect();
    let expected = [(Way::LabourArbitration, date(2026, 2, 10), true), (Way::CivilSuit, date(2028, 2, 10), false)];
    assert_eq!(told, expected);
    assert_eq!(limits[0].article, "《劳动争议调解仲裁法》第二十七条");
    let undated = ask(&labour.name, None).await.expect("limits");
    assert!(undated.iter().all(|limit| limit.last_date.is_none() && !limit.over && !limit.note.is_empty()));
    let status = assert_reason(ask(&labour.name, date(2026, 2, 30)).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "knowledge_date");
}

#[tokio::test]
async fn the_kind_of_dispute_follows_from_the_topics_of_its_cases() {
    let mut scene = Scene::new().await;
    let case = registered(&scene.line, VILLAGE, "供暖").await;
    let on_case = scene.open_with(|mediation| mediation.cases = vec![case.name.clone()]).await.expect("opened");
    assert_eq!(on_case.dispute_type(), DisputeType::Unspecified, "the case has no topic");
    scene.stage.sql("UPDATE cases SET topic = 'topics/heating'").await;
    let on_case = scene.open_with(|mediation| mediation.cases = vec![case.name.clone()]).await.expect("opened");
    assert_eq!(on_case.dispute_type(), DisputeType::PropertyManagement);
}
