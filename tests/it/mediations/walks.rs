//! How the databases plan what is asked of agreements: by an index, however many households there are.

use lianbang::pb::v1::{self, contribution::Kind as Entry};

use super::{
    engaged::cadre_with_capacity,
    scene::{
        Scene, acceding, adding_record, agent, contributing, evidence, for_ears_of, household, mediator, money,
        official_of, oral, performing, planning, scheduling, sealing, signing,
    },
};
use crate::{
    harness::date,
    plans::{listen, sent, walks_an_index},
    worker::worker,
};

/// What a writing transaction asks. SQLite's writer has a thread of its own, on which nobody listens.
async fn in_writing(scene: &Scene, about: &str, table: &str) {
    if scene.stage.database.is_postgres() {
        walks_an_index(&scene.stage, about, table).await;
    }
}

#[tokio::test]
async fn what_is_asked_of_an_agreement_is_found_by_an_index() {
    let mut scene = Scene::new().await;
    let worker = worker(&scene.stage, 30);
    let cast = scene.cast().await;
    let (home, joins) =
        (scene.invite(&cast.mediation, household(1)).await, scene.invite(&cast.mediation, household(2)).await);
    scene.appoint(&home, agent("周代理")).await;
    let agreement = v1::Agreement { text: "分摊。".into(), acceding_threshold: 1, ..Default::default() };
    let request = v1::DraftAgreementRequest { agreement: Some(agreement), ..super::scene::drafting(&cast.mediation) };
    let draft = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    let request = planning(&draft, &[(&cast.owner, 100), (&cast.builder, 100)], 100);
    scene.agreements.set_contribution_plan(request).await.expect("planned");
    let duty = v1::Obligation {
        kind: v1::obligation::Kind::Payment.into(),
        debtor: home.name.clone(),
        amount: money(50),
        due_date: date(2026, 3, 3),
        ..Default::default()
    };
    let owed = scene.add(&draft, vec![duty]).await;

    listen();
    for signatory in [&cast.owner, &cast.builder, &cast.mediator, &home] {
        scene.agreements.sign_agreement(signing(&draft, signatory)).await.expect("signed");
    }
    scene.agreements.seal_agreement(sealing(&draft)).await.expect("in effect");
    in_writing(&scene, "the effect", "FROM \"agreement_signatures\"").await;
    scene.agreements.accede_agreement(acceding(&draft, &joins)).await.expect("acceded");
    in_writing(&scene, "an accession", "UPDATE obligations").await;
    let request = contributing(&draft, "residents", &home, Entry::Paid, 1);
    scene.agreements.record_contribution(request).await.expect("paid");
    in_writing(&scene, "RecordContribution", "FROM \"contribution_").await;
    scene.perform(performing(&owed[0], Some(1))).await.expect("a part");
    in_writing(&scene, "RecordPerformance", "FROM \"obligations\"").await;

    let parent = draft.name.clone();
    let request = v1::ListSignaturesRequest { parent: parent.clone(), ..Default::default() };
    scene.agreements.list_signatures(request).await.expect("signatures");
    walks_an_index(&scene.stage, "ListSignatures", "FROM \"agreement_signatures\"").await;
    for filter in [String::new(), "state = STATE_OVERDUE".into(), format!("debtor = \"{}\"", home.name)] {
        let request = v1::ListObligationsRequest { parent: parent.clone(), filter, ..Default::default() };
        scene.agreements.list_obligations(request).await.expect("obligations");
        walks_an_index(&scene.stage, "ListObligations", "FROM \"obligations\"").await;
    }
    let request = v1::ListPerformancesRequest { parent: owed[0].name.clone(), ..Default::default() };
    scene.agreements.list_performances(request).await.expect("performances");
    walks_an_index(&scene.stage, "ListPerformances", "FROM \"performances\"").await;
    let request = v1::ListContributionsRequest { parent: parent.clone(), ..Default::default() };
    scene.agreements.list_contributions(request).await.expect("contributions");
    walks_an_index(&scene.stage, "ListContributions", "FROM \"contributions\"").await;
    let request = v1::ListContributionSharesRequest { parent: parent.clone(), ..Default::default() };
    scene.agreements.list_contribution_shares(request).await.expect("shares");
    walks_an_index(&scene.stage, "ListContributionShares", "FROM \"contribution_shares\"").await;
    let request = v1::GetContributionPlanRequest { name: format!("{parent}/contributionPlan") };
    scene.agreements.get_contribution_plan(request).await.expect("plan");
    walks_an_index(&scene.stage, "GetContributionPlan", "FROM contribution_shares").await;
    let request = v1::ListAgentsRequest { parent: home.name.clone(), ..Default::default() };
    scene.mediations.list_agents(request).await.expect("agents");
    walks_an_index(&scene.stage, "ListAgents", "FROM \"mediation_agents\"").await;

    sent();
    scene.stage.time.advance(3 * crate::harness::DAY);
    worker.turn().await.expect("a turn");
    walks_an_index(&scene.stage, "obligations whose day has passed", "FROM obligations").await;
}

#[tokio::test]
async fn what_is_asked_of_a_file_is_found_by_an_index() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let of = || official_of(&cast.mediator);
    let request = adding_record(&cast.mediation, for_ears_of(evidence(), &[&cast.mediator]), of());
    scene.mediations.add_mediation_record(request).await.expect("recorded");
    let agreed = oral(&cast.mediation, &[&cast.owner, &cast.builder], &cast.mediator);
    let agreement = scene.agreements.record_oral_agreement(agreed).await.expect("agreed").into_inner().name;
    let parent = cast.mediation.name.clone();
    listen();
    for filter in ["", "kind = KIND_EVIDENCE", "visibility = VISIBILITY_PRIVATE"] {
        let filter = filter.to_owned();
        let request = v1::ListMediationRecordsRequest {
            parent: parent.clone(),
            filter,
            on_behalf_of: of(),
            ..Default::default()
        };
        scene.mediations.list_mediation_records(request).await.expect("records");
        walks_an_index(&scene.stage, "ListMediationRecords", "FROM \"mediation_records\"").await;
    }
    let request = v1::ListChallengesRequest { parent: parent.clone(), ..Default::default() };
    scene.mediations.list_challenges(request).await.expect("challenges");
    walks_an_index(&scene.stage, "ListChallenges", "FROM \"mediation_challenges\"").await;
    let request = v1::ListFollowUpsRequest { parent: agreement.clone(), ..Default::default() };
    scene.agreements.list_follow_ups(request).await.expect("visits");
    walks_an_index(&scene.stage, "ListFollowUps", "FROM \"agreement_follow_ups\"").await;
    let request = v1::ListConfirmationsRequest { parent: agreement, ..Default::default() };
    scene.agreements.list_confirmations(request).await.expect("confirmations");
    walks_an_index(&scene.stage, "ListConfirmations", "FROM \"agreement_confirmations\"").await;
}

#[tokio::test]
async fn what_is_asked_of_a_mediator_is_found_by_an_index() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let cadre = cadre_with_capacity(&scene.stage, 2).await;
    listen();
    let chosen = scene.invite(&cast.mediation, mediator(&cadre)).await;
    in_writing(&scene, "a capacity", "COUNT(").await;
    scene.schedule(scheduling(&cast.mediation, 24..25, &[&cast.owner, &chosen])).await;
    in_writing(&scene, "an engagement", "FROM \"committee_members\"").await;
    scene.schedule(scheduling(&cast.mediation, 25..26, &[&cast.owner, &chosen])).await;
    in_writing(&scene, "a leave", "FROM \"cadre_leaves\"").await;
}
