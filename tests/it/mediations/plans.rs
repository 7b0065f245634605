//! Who bears the cost, to the fen, and what was pledged, paid and paid back.

use lianbang::pb::v1::{self, contribution::Kind as Entry, participant::Kind};
use tonic::Status;

use super::scene::{
    Cast, Scene, acceding, assert_condition, at, batch, contributing, household, metadata, money, party, planning,
    revising,
};
use crate::harness::assert_reason;

struct Planned {
    scene: Scene,
    cast: Cast,
    homes: Vec<v1::Participant>,
    draft: v1::Agreement,
}

impl Planned {
    /// A draft, with three households on the list.
    async fn new() -> Self {
        let mut scene = Scene::new().await;
        let cast = scene.cast().await;
        let request = batch(&cast.mediation, (1..=3).map(household).collect());
        let homes = scene.mediations.batch_invite_participants(request).await.expect("batch").into_inner().participants;
        let draft = scene.draft(&cast.mediation).await;
        Self { scene, cast, homes, draft }
    }

    async fn set(&mut self, request: v1::SetContributionPlanRequest) -> Result<v1::ContributionPlan, Status> {
        self.scene.agreements.set_contribution_plan(request).await.map(tonic::Response::into_inner)
    }

    /// The owner 500.00, the builder 300.00, the households 200.00.
    async fn plan(&mut self) -> v1::ContributionPlan {
        let request = planning(&self.draft, &[(&self.cast.owner, 50_000), (&self.cast.builder, 30_000)], 20_000);
        self.set(request).await.expect("planned")
    }

    async fn enter(
        &mut self,
        line: &str,
        by: &v1::Participant,
        kind: Entry,
        fen: i64,
    ) -> Result<v1::Contribution, Status> {
        let request = contributing(&self.draft, line, by, kind, fen);
        self.scene.agreements.record_contribution(request).await.map(tonic::Response::into_inner)
    }

    async fn read(&mut self) -> v1::ContributionPlan {
        let name = format!("{}/contributionPlan", self.draft.name);
        let request = v1::GetContributionPlanRequest { name };
        self.scene.agreements.get_contribution_plan(request).await.expect("plan").into_inner()
    }

    async fn shares(&mut self) -> Vec<v1::ContributionShare> {
        let request = v1::ListContributionSharesRequest { parent: self.draft.name.clone(), ..Default::default() };
        self.scene.agreements.list_contribution_shares(request).await.expect("shares").into_inner().contribution_shares
    }
}

#[tokio::test]
async fn a_pool_is_shared_out_to_the_fen() {
    let mut planned = Planned::new().await;
    let plan = planned.plan().await;
    let sums = (plan.cost.clone(), plan.paid.clone(), plan.outstanding.clone());
    assert_eq!(sums, (money(100_000), money(0), money(100_000)));
    let pool = plan.lines[2].pool.clone().expect("pool");
    assert_eq!((pool.member_count, pool.signed_count, pool.shortfall), (3, 0, money(20_000)));
    assert_eq!((pool.bearer.as_str(), plan.lines[2].payer.as_str()), (planned.cast.owner.name.as_str(), ""));
    assert_eq!(planned.read().await, plan);
    let amounts: Vec<_> = planned.shares().await.into_iter().map(|share| share.amount).collect();
    assert_eq!(amounts, [money(6_667), money(6_667), money(6_666)], "200.00 by three");

    let present = planned.scene.agreement(&planned.draft.name).await;
    assert_ne!(present.etag, planned.draft.etag, "who has the old etag has not seen the plan");
    assert_reason(planned.set(planning(&planned.draft, &[(&planned.cast.owner, 1)], 0)).await, "ETAG_MISMATCH");
    let mut weighed = planning(&present, &[(&planned.cast.owner, 1)], 20_000);
    let weight = |home: &v1::Participant, weight| v1::ContributionWeight { participant: home.name.clone(), weight };
    let lines = &mut weighed.contribution_plan.as_mut().expect("plan").lines;
    lines[1].pool.as_mut().expect("pool").weights = vec![weight(&planned.homes[0], 0), weight(&planned.homes[1], 3)];
    planned.set(weighed).await.expect("planned anew");
    let shares = planned.shares().await;
    let told: Vec<_> =
        shares.iter().map(|share| (share.participant.as_str(), share.weight, share.amount.clone())).collect();
    let homes = planned.homes.clone();
    assert_eq!(told, [(homes[1].name.as_str(), 3, money(15_000)), (homes[2].name.as_str(), 1, money(5_000))]);
}

#[tokio::test]
async fn what_is_wrong_with_a_plan_is_told() {
    let mut planned = Planned::new().await;
    let cast = [planned.cast.owner.clone(), planned.cast.builder.clone(), planned.cast.police.clone()];
    let good = planning(&planned.draft, &[(&cast[0], 50_000), (&cast[1], 30_000)], 20_000);
    let with = |change: fn(&mut v1::ContributionPlan)| {
        let mut request = good.clone();
        request.request_id = crate::harness::request_id();
        change(request.contribution_plan.as_mut().expect("plan"));
        request
    };
    let faulty: [(v1::SetContributionPlanRequest, &str); 9] = [
        (with(|plan| plan.cost = money(100_001)), "cost"),
        (with(|plan| plan.cost = None), "cost"),
        (with(|plan| plan.lines[1].key = "payer-0".into()), "lines[1].key"),
        (with(|plan| plan.lines[1].payer = plan.lines[0].payer.clone()), "lines[1].payer"),
        (with(|plan| plan.lines[1].payer = String::new()), "lines[1].payer"),
        (with(|plan| plan.lines[2].payer = plan.lines[0].payer.clone()), "lines[2].payer"),
        (with(|plan| plan.lines[0].amount.as_mut().expect("amount").nanos = 1), "lines[0].amount"),
        (with(|plan| plan.lines[0].amount.as_mut().expect("amount").currency_code = "EUR".into()), "lines[0].amount"),
        (with(|plan| plan.lines[0].payer = "mediations/a/participants/b".into()), "lines[0].payer"),
    ];
    for (request, field) in faulty {
        let status = assert_reason(planned.set(request).await, "INVALID_REQUEST");
        let told = metadata(&status, "fields");
        assert!(told.split(',').any(|told| told == format!("contribution_plan.{field}")), "{told} has no {field}");
    }
    let one_fen = planned.set(with(|plan| plan.cost = money(100_001))).await.expect_err("one fen");
    assert!(format!("{one_fen:?}").contains("is 1000.01 and the lines are 1000.00"), "{one_fen:?}");

    let police = planning(&planned.draft, &[(&cast[2], 100)], 0);
    assert_condition(planned.set(police).await, "NOT_A_NECESSARY_PARTY");
    let mut weighed = with(|_| ());
    let weight = v1::ContributionWeight { participant: cast[1].name.clone(), weight: 2 };
    weighed.contribution_plan.as_mut().expect("plan").lines[2].pool.as_mut().expect("pool").weights = vec![weight];
    assert_condition(planned.set(weighed).await, "NOT_AN_ACCEDING_PARTY");
    let nobody = v1::SetContributionPlanRequest { on_behalf_of: None, ..good.clone() };
    assert_reason(planned.set(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let name = format!("{}/contributionPlan", planned.draft.name);
    let missing = planned.scene.agreements.get_contribution_plan(v1::GetContributionPlanRequest { name }).await;
    assert_reason(missing, "NOT_FOUND");
    let paid = planned.enter("payer-0", &cast[0], Entry::Paid, 1).await;
    assert_condition(paid, "PLAN_MISSING");

    let mut alone = Scene::new().await;
    let cast = alone.cast().await;
    let draft = alone.draft(&cast.mediation).await;
    let empty = alone.agreements.set_contribution_plan(planning(&draft, &[(&cast.owner, 1)], 1)).await;
    assert_condition(empty, "POOL_EMPTY");
    alone.sign(&draft, &cast.owner).await.expect("signed");
    let signed = alone.agreement(&draft.name).await;
    let late = alone.agreements.set_contribution_plan(planning(&signed, &[(&cast.owner, 1)], 0)).await;
    assert_reason(late, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn nobody_pays_more_than_falls_to_them() {
    let mut planned = Planned::new().await;
    planned.plan().await;
    let (owner, builder) = (planned.cast.owner.clone(), planned.cast.builder.clone());
    let home = planned.homes[0].clone();
    assert_condition(planned.enter("payer-0", &builder, Entry::Paid, 1).await, "NOT_A_CONTRIBUTOR");
    assert_condition(planned.enter("residents", &builder, Entry::Paid, 1).await, "NOT_A_CONTRIBUTOR");
    assert_condition(planned.enter("none", &owner, Entry::Paid, 1).await, "LINE_UNKNOWN");
    assert_condition(planned.enter("residents", &home, Entry::Paid, 6_668).await, "MORE_THAN_OWED");
    assert_condition(planned.enter("residents", &home, Entry::Pledged, 6_668).await, "MORE_THAN_OWED");
    assert_condition(planned.enter("residents", &home, Entry::Refunded, 1).await, "MORE_THAN_PAID");
    planned.enter("residents", &home, Entry::Pledged, 6_667).await.expect("pledged");
    planned.enter("residents", &home, Entry::Paid, 6_000).await.expect("paid, before the effect");
    assert_condition(planned.enter("residents", &home, Entry::Paid, 668).await, "MORE_THAN_OWED");
    planned.enter("residents", &home, Entry::Refunded, 1_000).await.expect("refunded");
    planned.enter("residents", &home, Entry::Paid, 1_667).await.expect("the rest");
    // The bearer pays what the pool lacks, and no more.
    assert_condition(planned.enter("residents", &owner, Entry::Paid, 13_334).await, "MORE_THAN_OWED");
    planned.enter("residents", &owner, Entry::Paid, 13_333).await.expect("the shortfall");
    planned.enter("payer-1", &builder, Entry::Paid, 30_000).await.expect("paid");
    let plan = planned.read().await;
    assert_eq!((plan.paid, plan.outstanding), (money(50_000), money(50_000)));
    let residents = &plan.lines[2];
    let sums = (residents.pledged.clone(), residents.paid.clone(), residents.outstanding.clone());
    assert_eq!(sums, (money(6_667), money(20_000), money(0)));
    let share = planned.shares().await.remove(0);
    assert_eq!((share.paid, share.pledged, share.signed), (money(6_667), money(6_667), false));

    let request =
        v1::ListContributionsRequest { parent: planned.draft.name.clone(), page_size: 2, ..Default::default() };
    let page = planned.scene.agreements.list_contributions(request.clone()).await.expect("list").into_inner();
    assert_eq!(
        page.contributions.iter().map(v1::Contribution::kind).collect::<Vec<_>>(),
        [Entry::Pledged, Entry::Paid]
    );
    let request = v1::ListContributionsRequest { page_token: page.next_page_token, page_size: 9, ..request };
    let rest = planned.scene.agreements.list_contributions(request).await.expect("list").into_inner();
    assert_eq!(rest.contributions.len(), 4);
    let request = contributing(&planned.draft, "payer-0", &owner, Entry::Paid, 1);
    let late = v1::Contribution { contribute_time: at(60), ..request.contribution.clone().expect("entry") };
    let late = v1::RecordContributionRequest { contribution: Some(late), ..request };
    assert_reason(planned.scene.agreements.record_contribution(late).await, "INVALID_REQUEST");
    assert_eq!(planned.scene.events("contribution.recorded").await, 6);
}

#[tokio::test]
async fn a_plan_is_carried_over_and_keeps_what_was_paid() {
    let mut planned = Planned::new().await;
    planned.plan().await;
    let (owner, builder) = (planned.cast.owner.clone(), planned.cast.builder.clone());
    planned.enter("payer-1", &builder, Entry::Paid, 20_000).await.expect("paid");
    let signatory = planned.cast.mediator.clone();
    let draft = planned.draft.clone();
    planned.scene.sign(&draft, &signatory).await.expect("signed");
    let present = planned.scene.agreement(&planned.draft.name).await;
    let revised = planned.scene.agreements.revise_agreement(revising(&present)).await.expect("revised").into_inner();
    assert_eq!(planned.read().await.paid, money(20_000), "carried over");
    let without = planning(&revised, &[(&owner, 50_000)], 0);
    assert_condition(planned.set(without).await, "LINE_IN_USE");
    let less = planning(&revised, &[(&owner, 50_000), (&builder, 19_999)], 0);
    assert_condition(planned.set(less).await, "LINE_IN_USE");
    let other = planning(&revised, &[(&builder, 50_000), (&owner, 30_000)], 0);
    assert_condition(planned.set(other).await, "LINE_IN_USE");
    let enough = planning(&revised, &[(&owner, 50_000), (&builder, 20_000)], 0);
    let plan = planned.set(enough).await.expect("planned anew");
    assert_eq!((plan.cost, plan.paid, plan.outstanding), (money(70_000), money(20_000), money(50_000)));
}

#[tokio::test]
async fn what_the_pool_falls_short_of_is_shown_until_the_households_accede() {
    let mut planned = Planned::new().await;
    planned.plan().await;
    let (cast, draft) = (planned.cast.mediation.clone(), planned.draft.clone());
    let all = [&planned.homes[0], &planned.cast.owner, &planned.cast.builder, &planned.cast.mediator].map(Clone::clone);
    for signatory in &all {
        planned.scene.sign(&draft, signatory).await.expect("signed");
    }
    planned.scene.seal(&draft).await.expect("sealed");
    let pool = planned.read().await.lines[2].pool.clone().expect("pool");
    assert_eq!((pool.signed_count, pool.signed_amount, pool.shortfall), (1, money(6_667), money(13_333)));
    let last = planned.homes[2].clone();
    planned.scene.agreements.accede_agreement(acceding(&draft, &last)).await.expect("acceded");
    let pool = planned.read().await.lines[2].pool.clone().expect("pool");
    assert_eq!((pool.signed_count, pool.signed_amount, pool.shortfall), (2, money(13_333), money(6_667)));
    let signed: Vec<_> = planned.shares().await.into_iter().map(|share| share.signed).collect();
    assert_eq!(signed, [true, false, true]);
    let newcomer = planned.scene.invite(&cast, household(9)).await;
    assert_condition(planned.enter("residents", &newcomer, Entry::Paid, 1).await, "NOT_A_CONTRIBUTOR");
    assert_eq!(planned.scene.invite(&cast, party("过客", Kind::AccedingParty)).await.kind(), Kind::AccedingParty);
}

#[tokio::test]
async fn what_was_paid_in_vain_is_paid_back() {
    let mut planned = Planned::new().await;
    planned.plan().await;
    let builder = planned.cast.builder.clone();
    planned.enter("payer-1", &builder, Entry::Paid, 20_000).await.expect("paid");
    let mediation = planned.scene.get(&planned.cast.mediation.name).await;
    planned.scene.mediations.fail_mediation(super::scene::failing(&mediation)).await.expect("failed");
    assert_condition(planned.enter("payer-1", &builder, Entry::Paid, 1).await, "AGREEMENT_VOID");
    planned.enter("payer-1", &builder, Entry::Refunded, 20_000).await.expect("refunded");
    assert_eq!(planned.read().await.paid, money(0));
}
