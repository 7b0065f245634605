//! What is known of a mediation, set right; and how mediations and participants are found.

use lianbang::pb::v1::{self, DisputeType, mediation::Source, participant::LeaveReason};
use tonic::Status;

use super::scene::*;
use crate::harness::{assert_reason, date, official, request_id};

impl Scene {
    async fn correct(&mut self, to: v1::Mediation, paths: &[&str]) -> Result<v1::Mediation, Status> {
        self.mediations.update_mediation(updating_mediation(to, paths)).await.map(tonic::Response::into_inner)
    }

    /// In the order of their opening.
    async fn found(&mut self, filter: &str) -> Vec<String> {
        let request =
            v1::ListMediationsRequest { filter: filter.into(), order_by: "open_time".into(), ..Default::default() };
        let list = self.mediations.list_mediations(request).await.expect("list").into_inner().mediations;
        list.into_iter().map(|mediation| mediation.name).collect()
    }
}

#[tokio::test]
async fn a_mediation_is_linked_to_a_petition_that_comes_later() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let case = crate::cases::registered(&scene.line, VILLAGE, "邻居漏水").await;
    let second = crate::cases::registered(&scene.line, VILLAGE, "还是漏水").await;
    let linked = v1::Mediation { cases: vec![case.name.clone()], ..mediation.clone() };
    let linked = scene.correct(linked, &["cases"]).await.expect("linked");
    assert_eq!(linked.cases, std::slice::from_ref(&case.name));
    assert_eq!(scene.found(&format!("cases:\"{}\"", case.name)).await, std::slice::from_ref(&mediation.name));
    let both = v1::Mediation { cases: vec![case.name.clone(), second.name.clone()], ..linked };
    let both = scene.correct(both, &["cases"]).await.expect("linked");
    let unknown = v1::Mediation { cases: vec![format!("cases/{}", uuid::Uuid::nil())], ..both.clone() };
    assert_reason(scene.correct(unknown, &["cases"]).await, "NOT_FOUND");
    let one = v1::Mediation { cases: vec![second.name.clone()], ..both.clone() };
    let one = scene.correct(one, &["cases"]).await.expect("entered in error");
    assert_reason(scene.correct(both, &["cases"]).await, "ETAG_MISMATCH");
    let failed = scene.mediations.fail_mediation(failing(&one)).await.expect("failed").into_inner();
    let none = v1::Mediation { cases: Vec::new(), ..failed.clone() };
    assert_condition(scene.correct(none, &["cases"]).await, "CASES_STAY");
    let more = v1::Mediation { cases: vec![second.name.clone(), case.name.clone()], ..failed };
    scene.correct(more, &["cases"]).await.expect("linked after the end");
    assert_eq!(scene.events("mediation.updated").await, 4);
}

#[tokio::test]
async fn facts_of_a_mediation_are_corrected() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let right = v1::Mediation {
        matter: "欠款三万元。".into(),
        application_date: date(2026, 3, 1),
        dispute_type: DisputeType::Labour.into(),
        ..mediation.clone()
    };
    let changed = scene.correct(right, &["matter", "application_date", "dispute_type"]).await.expect("corrected");
    assert_eq!((changed.matter.as_str(), changed.application_date), ("", date(2026, 3, 1)), "BASIC");
    assert_eq!((changed.dispute_type(), changed.term_date), (DisputeType::Labour, date(2026, 3, 17)), "fifteen days");
    let request = v1::GetMediationRequest {
        name: changed.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    let mut admin = clients(&scene.stage.admin().await).0;
    assert_eq!(admin.get_mediation(request).await.expect("mediation").into_inner().matter, "欠款三万元。");
    let faulty = [
        (v1::Mediation { matter: String::new(), ..changed.clone() }, "matter", "mediation.matter"),
        (
            v1::Mediation { application_date: date(2026, 3, 9), ..changed.clone() },
            "application_date",
            "mediation.application_date",
        ),
        (v1::Mediation { etag: String::new(), ..changed.clone() }, "dispute_type", "mediation.etag"),
        (
            v1::Mediation { referral_number: "一号".into(), ..changed.clone() },
            "referral_number",
            "mediation.referral_number",
        ),
        (changed.clone(), "region", "update_mask"),
        (changed.clone(), "state", "update_mask"),
    ];
    for (wrong, path, field) in faulty {
        let status = assert_reason(scene.correct(wrong, &[path]).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), field);
    }
    let nobody =
        v1::UpdateMediationRequest { on_behalf_of: None, ..updating_mediation(changed.clone(), &["dispute_type"]) };
    assert_reason(scene.mediations.update_mediation(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    // What the parties agreed upon is not computed anew.
    let party = scene.invite(&mediation, party("张三丰", v1::participant::Kind::NecessaryParty)).await;
    let present = scene.get(&mediation.name).await;
    let longer = extending(&present, 20, &[&party]);
    let extended = scene.mediations.extend_mediation(longer).await.expect("extended").into_inner();
    let other = v1::Mediation { dispute_type: DisputeType::Family.into(), ..extended.clone() };
    let other = scene.correct(other, &["dispute_type"]).await.expect("corrected");
    assert_eq!(other.term_date, extended.term_date);
}

#[tokio::test]
async fn an_imported_mediation_gets_no_term_with_its_kind_of_dispute() {
    use v1::import_mediations_request::Message;
    let mut scene = Scene::new().await;
    let import = v1::ImportHeader { source: "old".into(), on_behalf_of: official(), ..Default::default() };
    let header =
        v1::MediationImportHeader { import_header: Some(import), committee: COMMITTEE.into(), region: VILLAGE.into() };
    let row = v1::MediationRow {
        source_id: "one".into(),
        matter: "欠薪。".into(),
        open_time: at(-3_600),
        ..Default::default()
    };
    let messages = [Message::Header(header), Message::Row(row)]
        .map(|message| v1::ImportMediationsRequest { message: Some(message) });
    let mut results =
        scene.mediations.import_mediations(futures::stream::iter(messages)).await.expect("import").into_inner();
    let result = results.message().await.expect("a row").and_then(|one| one.result).expect("a result");
    assert_eq!(result.outcome(), v1::import_result::Outcome::Created, "{result:?}");
    let imported = scene.get(&result.name).await;
    assert_eq!((&imported.open_time, &imported.term_date), (&at(-3_600), &None));
    let labour = v1::Mediation { dispute_type: DisputeType::Labour.into(), ..imported };
    let labour = scene.correct(labour, &["dispute_type"]).await.expect("corrected");
    assert_eq!((labour.dispute_type(), labour.term_date, labour.term_rule), (DisputeType::Labour, None, String::new()));
}

#[tokio::test]
async fn what_is_signed_keeps_its_facts_and_its_cases() {
    let mut scene = Scene::new().await;
    let case = crate::cases::registered(&scene.line, VILLAGE, "邻居漏水").await;
    let cast = scene.cast().await;
    let present = scene.get(&cast.mediation.name).await;
    let linked = v1::Mediation { cases: vec![case.name.clone()], ..present };
    scene.correct(linked, &["cases"]).await.expect("linked");
    let agreement = v1::Agreement {
        extent: v1::agreement::Extent::Partial.into(),
        ..drafting(&cast.mediation).agreement.expect("agreement")
    };
    let request = v1::DraftAgreementRequest { agreement: Some(agreement), ..drafting(&cast.mediation) };
    let part = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    let drafted = scene.get(&cast.mediation.name).await;
    let other = v1::Mediation { matter: "漏水三年。".into(), ..drafted };
    scene.correct(other, &["matter"]).await.expect("nobody has signed");
    scene.sign(&part, &cast.owner).await.expect("signed");
    let signing = scene.get(&cast.mediation.name).await;
    let other = v1::Mediation { matter: "漏水五年。".into(), ..signing.clone() };
    assert_condition(scene.correct(other, &["matter"]).await, "MATTER_SIGNED");
    for signatory in [&cast.builder, &cast.mediator] {
        scene.sign(&part, signatory).await.expect("signed");
    }
    scene.seal(&part).await.expect("in effect, in part");
    let open = scene.get(&cast.mediation.name).await;
    assert_eq!(open.state(), v1::mediation::State::Open);
    let none = v1::Mediation { cases: Vec::new(), ..open };
    assert_condition(scene.correct(none, &["cases"]).await, "CASES_STAY");
}

#[tokio::test]
async fn nobody_is_let_in_by_taking_a_case_away() {
    let mut scene = Scene::new().await;
    let case = crate::cases::registered(&scene.line, VILLAGE, "干部吃拿卡要").await;
    let mut request = opening();
    request.mediation.as_mut().expect("mediation").cases = vec![case.name.clone()];
    let mediation = scene.mediations.open_mediation(request).await.expect("opened").into_inner();
    let id = case.name.strip_prefix("cases/").expect("an id");
    let case_id = crate::walls::world::literal(id);
    scene.stage.sql(&format!("INSERT INTO case_walls (case_id, holder) VALUES ({case_id}, 'cadres/somebody')")).await;
    let none = v1::Mediation { cases: Vec::new(), ..mediation };
    assert_condition(scene.correct(none, &["cases"]).await, "CASES_STAY");
}

#[tokio::test]
async fn who_referred_it_is_told_with_the_number() {
    let mut scene = Scene::new().await;
    let mut request = opening();
    let mediation = request.mediation.as_mut().expect("mediation");
    mediation.source = Source::Court.into();
    mediation.referrer = COMMITTEE.into();
    mediation.referral_number = "（2026）豫1002诉前调1号".into();
    let referred = scene.mediations.open_mediation(request.clone()).await.expect("opened").into_inner();
    assert_eq!((referred.referrer.as_str(), referred.referral_number.as_str()), (COMMITTEE, "（2026）豫1002诉前调1号"));
    assert_eq!(scene.get(&referred.name).await.referrer, COMMITTEE);
    let own = v1::Mediation { source: Source::Committee.into(), ..request.mediation.clone().expect("one") };
    let own = v1::OpenMediationRequest { mediation: Some(own), request_id: request_id(), ..request.clone() };
    let status = assert_reason(scene.mediations.open_mediation(own).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "mediation.referrer,mediation.referral_number");
    let unknown = v1::Mediation { referrer: "organizations/none".into(), ..request.mediation.clone().expect("one") };
    let unknown = v1::OpenMediationRequest { mediation: Some(unknown), request_id: request_id(), ..request };
    assert_reason(scene.mediations.open_mediation(unknown).await, "NOT_FOUND");
}

#[tokio::test]
async fn mediations_are_found_by_kind_term_and_mediator() {
    let mut scene = Scene::new().await;
    let mut opened = Vec::new();
    for (kind, term) in
        [(DisputeType::Labour, None), (DisputeType::Family, Some(date(2026, 3, 10))), (DisputeType::Family, None)]
    {
        let mut request = opening();
        let mediation = request.mediation.as_mut().expect("mediation");
        mediation.dispute_type = kind.into();
        mediation.term_date = term.flatten();
        opened.push(scene.mediations.open_mediation(request).await.expect("opened").into_inner());
    }
    let names: Vec<String> = opened.iter().map(|mediation| mediation.name.clone()).collect();
    assert_eq!(scene.found("dispute_type = DISPUTE_TYPE_FAMILY").await, names[1..]);
    assert_eq!(scene.found("NOT dispute_type = DISPUTE_TYPE_FAMILY").await, names[..1]);
    // The labour dispute's term is the seventeenth; the last has none.
    assert_eq!(scene.found("term_date <= 2026-03-10").await, names[1..2]);
    assert_eq!(scene.found("term_date > 2026-03-10").await, names[..1]);
    let mediators = [
        scene.invite(&opened[0], mediator("cadres/wang")).await,
        scene.invite(&opened[2], mediator("cadres/wang")).await,
    ];
    assert_eq!(scene.found("mediator = \"cadres/wang\"").await, [names[0].clone(), names[2].clone()]);
    let gone = v1::ReleaseParticipantRequest { reason: LeaveReason::Unavailable.into(), ..releasing(&mediators[1]) };
    scene.mediations.release_participant(gone).await.expect("gone");
    assert_eq!(scene.found("mediator = \"cadres/wang\" AND state = STATE_OPEN").await, names[..1]);
}

#[tokio::test]
async fn a_participant_is_read_by_name() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = v1::GetParticipantRequest { name: cast.owner.name.clone(), ..Default::default() };
    let basic = scene.mediations.get_participant(request.clone()).await.expect("read").into_inner();
    assert_eq!(basic, cast.owner);
    let full = v1::GetParticipantRequest {
        view: v1::View::Full.into(),
        purpose: "联系".into(),
        on_behalf_of: official(),
        ..request.clone()
    };
    let mut admin = clients(&scene.stage.admin().await).0;
    let read = admin.get_participant(full.clone()).await.expect("read").into_inner();
    assert_eq!((read.display_name.as_str(), read.needs.as_str()), ("张三丰", "听力不好"));
    assert_eq!(scene.events("mediation.viewed").await, 1);
    let nobody = v1::GetParticipantRequest { on_behalf_of: None, ..full };
    assert_reason(admin.get_participant(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let elsewhere = scene.open().await;
    let name = format!("{}/participants/{}", elsewhere.name, cast.owner.name.rsplit('/').next().expect("an id"));
    assert_reason(scene.mediations.get_participant(v1::GetParticipantRequest { name, ..request }).await, "NOT_FOUND");
}
