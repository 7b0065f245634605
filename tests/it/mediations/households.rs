//! Households in a common plan: entered in batches, acting by their head or an agent.

use lianbang::pb::v1::{
    self,
    mandate::{Basis, Extent},
    participant::{Consent, Kind},
    party::{Kind as Sort, Need},
    signature::Capacity,
};

use super::scene::{
    Scene, agent, appointing, assert_condition, at, batch, body, dismissing, household, metadata, party,
};
use crate::harness::{assert_reason, date, official};

async fn agents(scene: &mut Scene, of: &v1::Participant, view: v1::View) -> Vec<v1::Agent> {
    let request = v1::ListAgentsRequest {
        parent: of.name.clone(),
        view: view.into(),
        purpose: "核对授权".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    scene.mediations.list_agents(request).await.expect("agents").into_inner().agents
}

#[tokio::test]
async fn households_are_entered_in_one_call() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let request = batch(&mediation, (1..=412).map(household).collect());
    let invited = scene.mediations.batch_invite_participants(request.clone()).await.expect("batch").into_inner();
    let again = scene.mediations.batch_invite_participants(request).await.expect("the same answer").into_inner();
    assert_eq!(invited, again);
    assert_eq!(invited.participants.len(), 412);
    let first = &invited.participants[0];
    assert_eq!((first.kind(), first.party_kind(), first.household_size), (Kind::AccedingParty, Sort::Household, 3));
    assert_eq!((first.display_name.as_str(), first.dwelling.as_str()), ("户**", ""), "BASIC has no address");
    assert_eq!(scene.get(&mediation.name).await.participant_count, 412);
    assert_eq!(scene.events("participant.invited").await, 412, "each has its place in the feed");

    let request = v1::ListParticipantsRequest {
        parent: mediation.name.clone(),
        page_size: 1,
        view: v1::View::Full.into(),
        purpose: "核对名册".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let full = scene.mediations.list_participants(request).await.expect("full").into_inner().participants;
    assert_eq!((full[0].display_name.as_str(), full[0].dwelling.as_str()), ("户主1", "3号楼1单元001"));
}

#[tokio::test]
async fn what_is_wrong_with_a_batch_is_told_by_its_place() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let wrong = vec![
        household(1),
        v1::Participant { dwelling: String::new(), ..household(2) },
        // The same dwelling, in wide characters and with a space.
        v1::Participant { dwelling: "３号楼 1单元 001".into(), ..household(3) },
        v1::Participant { household_size: 2, ..party("李四", Kind::AccedingParty) },
        v1::Participant { party_kind: Sort::Person.into(), ..body("派出所") },
        v1::Participant {
            party_kind: Sort::Household.into(),
            dwelling: "5号".into(),
            organization: "organizations/jindi-committee".into(),
            ..party("业委会", Kind::NecessaryParty)
        },
    ];
    let refused = scene.mediations.batch_invite_participants(batch(&mediation, wrong)).await;
    let status = assert_reason(refused, "INVALID_REQUEST");
    let faults = [
        "participants[1].dwelling",
        "participants[3].household_size",
        "participants[4].party_kind",
        "participants[5].party_kind",
        "participants[2].dwelling",
    ];
    let mut told: Vec<String> = metadata(&status, "fields").split(',').map(str::to_owned).collect();
    let mut faults = faults.map(str::to_owned);
    told.sort();
    faults.sort();
    assert_eq!(told, faults);
    assert_eq!(scene.get(&mediation.name).await.participant_count, 0, "nothing is half-written");

    let first = scene.invite(&mediation, household(7)).await;
    let twice = batch(&mediation, vec![household(8), household(7)]);
    let status = assert_reason(scene.mediations.batch_invite_participants(twice).await, "ALREADY_EXISTS");
    assert_eq!(metadata(&status, "resource"), first.name, "who lives there is known");
    let nobody = v1::BatchInviteParticipantsRequest { on_behalf_of: None, ..batch(&mediation, vec![household(9)]) };
    assert_reason(scene.mediations.batch_invite_participants(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let many = batch(&mediation, (100..=600).map(household).collect());
    assert_reason(scene.mediations.batch_invite_participants(many).await, "INVALID_REQUEST");
    scene.stage.sql("UPDATE mediations SET participant_count = 4999").await;
    let full = scene.mediations.batch_invite_participants(batch(&mediation, vec![household(8), household(9)])).await;
    assert_condition(full, "TOO_MANY_PARTICIPANTS");
    assert_eq!(scene.events("participant.invited").await, 1);
}

#[tokio::test]
async fn needs_are_shown_to_those_who_have_to_think_of_them() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let old = v1::Participant {
        special_needs: vec![Need::Hearing.into(), Need::Mobility.into()],
        ..party("陈老太", Kind::NecessaryParty)
    };
    let invited = scene.invite(&mediation, old).await;
    assert!(invited.special_needs.is_empty() && invited.needs.is_empty(), "health is not in BASIC");
    let mut admin = super::scene::clients(&scene.stage.admin().await).0;
    let request = v1::ListParticipantsRequest {
        parent: mediation.name.clone(),
        view: v1::View::Full.into(),
        purpose: "安排会场".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let full = admin.list_participants(request).await.expect("full").into_inner().participants;
    assert_eq!(full[0].special_needs().collect::<Vec<_>>(), [Need::Hearing, Need::Mobility]);
    assert_eq!((full[0].needs.as_str(), full[0].party_kind()), ("听力不好", Sort::Person));
}

#[tokio::test]
async fn an_agent_signs_while_the_mandate_holds_and_reaches_that_far() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let home = scene.invite(&cast.mediation, household(1)).await;
    let other = scene.invite(&cast.mediation, household(2)).await;
    let draft = scene.draft(&cast.mediation).await;
    let narrow = scene.appoint(&home, v1::Agent { extent: Extent::General.into(), ..agent("周代理") }).await;
    assert_eq!((narrow.display_name.as_str(), narrow.start_date), ("周**", date(2026, 3, 2)));
    let by = |signatory: &v1::Participant, agent: &v1::Agent| v1::SignAgreementRequest {
        agent: agent.name.clone(),
        ..super::scene::signing(&draft, signatory)
    };
    assert_condition(scene.agreements.sign_agreement(by(&home, &narrow)).await, "MANDATE_TOO_NARROW");
    let past = v1::Agent { start_date: date(2026, 2, 1), end_date: date(2026, 3, 1), ..agent("吴代理") };
    let past = scene.appoint(&home, past).await;
    assert_condition(scene.agreements.sign_agreement(by(&home, &past)).await, "AGENT_WITHOUT_MANDATE");
    let wide = scene.appoint(&home, agent("郑代理")).await;
    assert_reason(scene.agreements.sign_agreement(by(&other, &wide)).await, "NOT_FOUND");

    scene.stage.time.advance(60_000_000);
    let gone = scene.mediations.dismiss_agent(dismissing(&wide)).await.expect("dismissed").into_inner();
    assert_eq!(gone.revoke_time, at(60));
    assert_condition(scene.agreements.sign_agreement(by(&home, &wide)).await, "AGENT_WITHOUT_MANDATE");
    assert_reason(scene.mediations.dismiss_agent(dismissing(&wide)).await, "ETAG_MISMATCH");
    assert_condition(scene.mediations.dismiss_agent(dismissing(&gone)).await, "ALREADY_DISMISSED");
    let before = v1::SignAgreementRequest { sign_time: at(30), ..by(&home, &wide) };
    scene.agreements.sign_agreement(before).await.expect("signed while it held");
    let guardian = v1::Agent { basis: Basis::Law.into(), document_number: String::new(), extent: 0, ..agent("父亲") };
    let guardian = scene.appoint(&other, guardian).await;
    scene.agreements.sign_agreement(by(&other, &guardian)).await.expect("the law reaches that far");
    scene.sign(&draft, &cast.owner).await.expect("signed");

    let request = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let signatures = scene.agreements.list_signatures(request).await.expect("list").into_inner().signatures;
    let told: Vec<_> = signatures.iter().map(|one| (one.capacity(), one.agent.as_str())).collect();
    let expected =
        [(Capacity::Agent, wide.name.as_str()), (Capacity::Agent, guardian.name.as_str()), (Capacity::Self_, "")];
    assert_eq!(told, expected);
    let known = agents(&mut scene, &home, v1::View::Basic).await;
    assert_eq!(
        known.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>(),
        [&narrow.name, &past.name, &wide.name]
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_agent_is_told() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let faulty = [
        (v1::Agent { display_name: " ".into(), ..agent("周") }, "display_name"),
        (v1::Agent { basis: 0, ..agent("周") }, "basis"),
        (v1::Agent { document_number: String::new(), ..agent("周") }, "document_number"),
        (v1::Agent { start_date: date(2026, 3, 2), end_date: date(2026, 3, 1), ..agent("周") }, "end_date"),
        // The first day is today where none is given.
        (v1::Agent { end_date: date(2026, 3, 1), ..agent("周") }, "end_date"),
    ];
    for (wrong, field) in faulty {
        let refused = scene.mediations.appoint_agent(appointing(&cast.owner, wrong)).await;
        assert_eq!(metadata(&assert_reason(refused, "INVALID_REQUEST"), "fields"), format!("agent.{field}"));
    }
    let nobody = v1::AppointAgentRequest { on_behalf_of: None, ..appointing(&cast.owner, agent("周")) };
    assert_reason(scene.mediations.appoint_agent(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let of_body = scene.mediations.appoint_agent(appointing(&cast.police, agent("周"))).await;
    assert_condition(of_body, "NOT_A_PARTY");
    let of_nobody =
        v1::Participant { name: format!("{}/participants/none", cast.mediation.name), ..Default::default() };
    assert_reason(scene.mediations.appoint_agent(appointing(&of_nobody, agent("周"))).await, "NOT_FOUND");
    for number in 0..10 {
        scene.appoint(&cast.owner, agent(&format!("代理{number}"))).await;
    }
    let eleventh = scene.mediations.appoint_agent(appointing(&cast.owner, agent("周"))).await;
    assert_condition(eleventh, "TOO_MANY_AGENTS");
    let known = agents(&mut scene, &cast.owner, v1::View::Basic).await;
    let late = v1::DismissAgentRequest { revoke_time: at(60), ..dismissing(&known[0]) };
    assert_reason(scene.mediations.dismiss_agent(late).await, "INVALID_REQUEST");
    assert_eq!(known[0].phone, "*********00");
}

#[tokio::test]
async fn a_household_that_refused_may_come_back() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let home = scene.invite(&cast.mediation, household(1)).await;
    let refused = scene.consent(&home, Consent::Refused).await.expect("refused");
    let draft = scene.draft(&cast.mediation).await;
    assert_condition(scene.sign(&draft, &home).await, "PARTICIPANT_REFUSED");
    scene.consent(&refused, Consent::Given).await.expect("came back");
    scene.sign(&draft, &home).await.expect("signed");
}
