//! Lists, scope, and the FULL view.

use lianbang::{
    auth::Role,
    pb::v1::{self, View, attendance::Status::Absent, mediation::State, participant::Kind},
};

use super::scene::{
    Scene, VILLAGE, WEIDU, YUZHOU, attending, cancelling, clients, consenting, failing, inviting, opening, party,
    revising, scheduling, sealing, signing,
};
use crate::{
    cases::registered,
    harness::{assert_reason, official},
};

async fn names(scene: &mut Scene, filter: &str, order_by: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request =
            v1::ListMediationsRequest { page_size: 2, page_token, filter: filter.into(), order_by: order_by.into() };
        let page = scene.mediations.list_mediations(request).await.expect("page").into_inner();
        assert!(page.mediations.len() <= 2 && !page.cursor.is_empty());
        names.extend(page.mediations.into_iter().map(|mediation| mediation.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

async fn open_in(scene: &mut Scene, region: &str, cases: Vec<String>) -> v1::Mediation {
    let mut request = opening();
    let mediation = request.mediation.as_mut().expect("mediation");
    mediation.region = region.into();
    mediation.cases = cases;
    scene.mediations.open_mediation(request).await.expect("opened").into_inner()
}

#[tokio::test]
async fn mediations_are_listed_filtered_and_ordered() {
    let mut scene = Scene::new().await;
    let case = registered(&scene.line, VILLAGE, "漏水").await;
    let mut opened = Vec::new();
    for cases in [vec![], vec![case.name.clone()], vec![], vec![]] {
        let mediation = open_in(&mut scene, VILLAGE, cases).await;
        opened.push(mediation.name.clone());
        // Two of them at the same time.
        if opened.len() != 2 {
            scene.stage.time.advance(60_000_000);
        }
    }
    let failed = scene.get(&opened[3]).await;
    scene.mediations.fail_mediation(failing(&failed)).await.expect("failed");
    let newest: Vec<String> = opened.iter().rev().cloned().collect();
    assert_eq!(names(&mut scene, "", "").await, newest);
    assert_eq!(names(&mut scene, "", "open_time").await, opened);
    assert_eq!(names(&mut scene, "state = STATE_FAILED", "").await, opened[3..]);
    assert_eq!(
        names(&mut scene, "state != STATE_FAILED AND source = SOURCE_APPLICATION", "open_time").await,
        opened[..3]
    );
    assert_eq!(names(&mut scene, &format!("cases:\"{}\"", case.name), "").await, opened[1..2]);
    assert_eq!(names(&mut scene, "cases:\"cases/none\"", "").await, Vec::<String>::new());
    assert_eq!(names(&mut scene, "cases:*", "").await, opened[1..2]);
    assert_eq!(names(&mut scene, &format!("region = \"{WEIDU}\""), "open_time").await, opened);
    assert_eq!(names(&mut scene, &format!("region = \"{YUZHOU}\""), "").await, Vec::<String>::new());
    assert_eq!(names(&mut scene, &format!("NOT region = \"{YUZHOU}\""), "").await, newest);
    assert_eq!(names(&mut scene, "committee = \"organizations/jindi-committee\"", "").await, newest);
    assert_eq!(names(&mut scene, "open_time > \"2026-03-02T09:01:30+08:00\"", "").await, opened[3..]);

    for (filter, order_by) in [("matter = \"漏水\"", ""), ("state = OPEN", ""), ("", "state")] {
        let request =
            v1::ListMediationsRequest { filter: filter.into(), order_by: order_by.into(), ..Default::default() };
        assert_reason(scene.mediations.list_mediations(request).await, "INVALID_FILTER");
    }
    let request = v1::ListMediationsRequest { page_token: "x".into(), ..Default::default() };
    assert_reason(scene.mediations.list_mediations(request).await, "INVALID_PAGE_TOKEN");
}

#[tokio::test]
async fn several_grants_are_one_list_without_doubles() {
    let mut scene = Scene::new().await;
    let (mut admin, _) = clients(&scene.stage.admin().await);
    std::mem::swap(&mut admin, &mut scene.mediations);
    let here = open_in(&mut scene, VILLAGE, vec![]).await;
    scene.stage.time.advance(60_000_000);
    let there = open_in(&mut scene, YUZHOU, vec![]).await;
    assert_eq!(names(&mut scene, "", "").await, [there.name.clone(), here.name.clone()]);
    let by_region = format!("region = \"{WEIDU}\"");
    assert_eq!(names(&mut scene, &by_region, "").await, std::slice::from_ref(&here.name));
    let line = scene.stage.within_all(Role::Mediator, &[WEIDU, VILLAGE, YUZHOU]).await;
    scene.mediations = clients(&line).0;
    assert_eq!(names(&mut scene, "", "").await, [there.name.clone(), here.name.clone()]);
    scene.mediations = admin;
    assert_eq!(names(&mut scene, "", "").await, [here.name], "one county sees its own");
}

#[tokio::test]
async fn outside_the_scope_nothing_is_there() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator, &cast.owner])).await;
    let draft = scene.draft(&cast.mediation).await;
    let (mut mediations, mut agreements) = clients(&scene.stage.within(Role::Coordinator, YUZHOU).await);
    let name = || cast.mediation.name.clone();
    let get = v1::GetMediationRequest { name: name(), ..Default::default() };
    assert_reason(mediations.get_mediation(get).await, "NOT_FOUND");
    let list = v1::ListParticipantsRequest { parent: name(), ..Default::default() };
    assert_reason(mediations.list_participants(list).await, "NOT_FOUND");
    let list = v1::ListSessionsRequest { parent: name(), ..Default::default() };
    assert_reason(mediations.list_sessions(list).await, "NOT_FOUND");
    let get = v1::GetSessionRequest { name: session.name.clone(), ..Default::default() };
    assert_reason(mediations.get_session(get).await, "NOT_FOUND");
    let list = v1::ListAgreementsRequest { parent: name(), ..Default::default() };
    assert_reason(agreements.list_agreements(list).await, "NOT_FOUND");
    let get = v1::GetAgreementRequest { name: draft.name.clone(), ..Default::default() };
    assert_reason(agreements.get_agreement(get).await, "NOT_FOUND");
    let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    assert_reason(agreements.list_signatures(list).await, "NOT_FOUND");

    let party = inviting(&cast.mediation, party("张三", Kind::AccedingParty));
    assert_reason(mediations.invite_participant(party).await, "NOT_FOUND");
    let consent = consenting(&cast.owner, v1::participant::Consent::Given);
    assert_reason(mediations.record_consent(consent).await, "NOT_FOUND");
    let schedule = scheduling(&cast.mediation, 4..5, &[&cast.mediator]);
    assert_reason(mediations.schedule_session(schedule).await, "NOT_FOUND");
    assert_reason(mediations.cancel_session(cancelling(&session)).await, "NOT_FOUND");
    let attend = attending(&session, &[(&cast.owner, Absent)]);
    assert_reason(mediations.record_attendance(attend).await, "NOT_FOUND");
    assert_reason(mediations.end_session(super::scene::ending(&session)).await, "NOT_FOUND");
    assert_reason(mediations.fail_mediation(failing(&cast.mediation)).await, "NOT_FOUND");
    assert_reason(agreements.draft_agreement(super::scene::drafting(&cast.mediation)).await, "NOT_FOUND");
    assert_reason(agreements.revise_agreement(revising(&draft)).await, "NOT_FOUND");
    assert_reason(agreements.sign_agreement(signing(&draft, &cast.owner)).await, "NOT_FOUND");
    assert_reason(agreements.seal_agreement(sealing(&draft)).await, "NOT_FOUND");
    assert_eq!(scene.get(&cast.mediation.name).await.state(), State::Open);
}

#[tokio::test]
async fn children_are_listed_in_pages() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let first = v1::ListParticipantsRequest { parent: cast.mediation.name.clone(), page_size: 3, ..Default::default() };
    let page = scene.mediations.list_participants(first.clone()).await.expect("page").into_inner();
    let invited = [&cast.owner, &cast.builder, &cast.mediator].map(Clone::clone);
    assert_eq!(page.participants, invited);
    let next = v1::ListParticipantsRequest { page_token: page.next_page_token, ..first.clone() };
    let page = scene.mediations.list_participants(next).await.expect("page").into_inner();
    assert_eq!((page.participants, page.next_page_token), (vec![cast.police.clone()], String::new()));
    for (filter, count) in [
        ("kind = KIND_MEDIATOR", 1),
        ("consent = CONSENT_PENDING", 2),
        ("consent != CONSENT_PENDING", 2),
        ("NOT consent = CONSENT_PENDING", 2),
    ] {
        let request = v1::ListParticipantsRequest { filter: filter.into(), page_size: 0, ..first.clone() };
        let found = scene.mediations.list_participants(request).await.expect("page").into_inner().participants;
        assert_eq!(found.len(), count, "{filter}");
    }
    let faulty = v1::ListParticipantsRequest { filter: "display_name = \"张\"".into(), ..first };
    assert_reason(scene.mediations.list_participants(faulty).await, "INVALID_FILTER");

    let late = scene.schedule(scheduling(&cast.mediation, 4..5, &[&cast.mediator, &cast.owner])).await;
    let early = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator, &cast.owner])).await;
    let mut request =
        v1::ListSessionsRequest { parent: cast.mediation.name.clone(), page_size: 1, ..Default::default() };
    let page = scene.mediations.list_sessions(request.clone()).await.expect("page").into_inner();
    assert_eq!(page.sessions, [early]);
    request.page_token = page.next_page_token;
    let page = scene.mediations.list_sessions(request).await.expect("page").into_inner();
    assert_eq!((page.sessions, page.next_page_token.as_str()), (vec![late], ""));

    let drafts = [scene.draft(&cast.mediation).await, scene.draft(&cast.mediation).await];
    let request = v1::ListAgreementsRequest { parent: cast.mediation.name.clone(), ..Default::default() };
    let list = scene.agreements.list_agreements(request).await.expect("page").into_inner();
    assert_eq!(list.agreements, drafts);
}

fn full(name: &str) -> v1::GetMediationRequest {
    v1::GetMediationRequest {
        name: name.into(),
        view: View::Full.into(),
        purpose: "主持调解".into(),
        on_behalf_of: official(),
    }
}

#[tokio::test]
async fn the_full_view_shows_what_was_told_and_is_on_record() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let shown = scene.mediations.get_mediation(full(&cast.mediation.name)).await.expect("full").into_inner();
    assert_eq!(shown.matter, "楼上漏水，两家各说各的理。");
    scene.consent(&cast.owner, v1::participant::Consent::Given).await.expect("consented");
    let list = v1::ListParticipantsRequest {
        parent: cast.mediation.name.clone(),
        view: View::Full.into(),
        purpose: "主持调解".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let owner = scene.mediations.list_participants(list).await.expect("full").into_inner().participants.remove(0);
    assert_eq!((owner.display_name.as_str(), owner.phone.as_str()), ("张三丰", "13812345678"));
    assert_eq!((owner.needs.as_str(), owner.consent_statement.as_str()), ("听力不好", "我愿意谈。"));

    let mut request = scheduling(&cast.mediation, 0..1, &[&cast.mediator, &cast.owner]);
    request.session.as_mut().expect("session").place = "张家堂屋".into();
    let session = scene.schedule(request).await;
    let present = v1::attendance::Status::Present;
    let attended = attending(&session, &[(&cast.mediator, present), (&cast.owner, Absent)]);
    scene.mediations.record_attendance(attended).await.expect("recorded");
    scene.mediations.end_session(super::scene::ending(&session)).await.expect("ended");
    let request = v1::GetSessionRequest {
        name: session.name.clone(),
        view: View::Full.into(),
        purpose: "归档".into(),
        on_behalf_of: official(),
    };
    let session = scene.mediations.get_session(request).await.expect("full").into_inner();
    assert_eq!((session.place.as_str(), session.minutes.as_str()), ("张家堂屋", "双方同意分期赔偿。"));
    assert_eq!(session.attendances[0].reason, "住院");
    let draft = scene.draft(&cast.mediation).await;
    let request = v1::GetAgreementRequest {
        name: draft.name.clone(),
        view: View::Full.into(),
        purpose: "归档".into(),
        on_behalf_of: official(),
    };
    assert_eq!(
        scene.agreements.get_agreement(request).await.expect("full").into_inner().text,
        "乙方于四月一日前修好。"
    );
    assert_eq!(scene.events("mediation.viewed").await, 4);
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed");
    let shown = scene.mediations.get_mediation(full(&cast.mediation.name)).await.expect("full").into_inner();
    assert_eq!(shown.failure_explanation, "差距太大。");
    assert_eq!(shown.matter, "楼上漏水，两家各说各的理。", "the end left it alone");
}

#[tokio::test]
async fn the_full_view_needs_purpose_official_and_permission() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let idle = v1::GetMediationRequest { purpose: " ".into(), ..full(&mediation.name) };
    assert_reason(scene.mediations.get_mediation(idle).await, "INVALID_REQUEST");
    let nobody = v1::GetMediationRequest { on_behalf_of: None, ..full(&mediation.name) };
    assert_reason(scene.mediations.get_mediation(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let (mut reader, _) = clients(&scene.stage.within(Role::Mediator, WEIDU).await);
    assert_reason(reader.get_mediation(full(&mediation.name)).await, "PERMISSION_DENIED");
    let (mut stranger, _) = clients(&scene.stage.within(Role::Coordinator, YUZHOU).await);
    assert_reason(stranger.get_mediation(full(&mediation.name)).await, "NOT_FOUND");
    assert_eq!(scene.events("mediation.viewed").await, 0);
}

#[tokio::test]
async fn what_people_are_and_told_is_sealed_at_rest() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    scene.draft(&cast.mediation).await;
    let found = |column: &str, table: &str, words: &str| {
        let hex: String = words.bytes().map(|byte| format!("{byte:02x}")).collect();
        let as_hex = if scene.stage.database.is_postgres() { "encode" } else { "hex" };
        let argument = if scene.stage.database.is_postgres() { format!("{column}, 'hex'") } else { column.to_owned() };
        format!("SELECT COUNT(*) FROM {table} WHERE lower({as_hex}({argument})) LIKE '%{hex}%'")
    };
    for (column, table, words) in [
        ("display_name", "mediation_participants", "张三丰"),
        ("phone", "mediation_participants", "13812345678"),
        ("matter", "mediations", "漏水"),
        ("text", "agreement_texts", "乙方"),
        ("body", "records", "张三丰"),
    ] {
        assert_eq!(scene.stage.count(&found(column, table, words)).await, 0, "{column}");
    }
}
