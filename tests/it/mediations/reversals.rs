//! What was entered as done and was not.

use lianbang::pb::v1::{
    self,
    contribution::Kind as Entry,
    obligation::{Kind, State},
};
use tonic::Status;

use super::{
    obligations::{DAY, lapsed},
    scene::{Cast, Scene, assert_condition, at, contributing, failing, money, moving, performing, planning, reversing},
};
use crate::{
    harness::{assert_reason, date, official},
    worker::worker,
};

/// The builder's, by the 5th.
fn owed(cast: &Cast, kind: Kind) -> v1::Obligation {
    let obligation = v1::Obligation {
        kind: kind.into(),
        debtor: cast.builder.name.clone(),
        due_date: date(2026, 3, 5),
        ..Default::default()
    };
    match kind {
        Kind::Payment => v1::Obligation { amount: money(300), ..obligation },
        Kind::Act | Kind::Unspecified => v1::Obligation { text: "修好屋面。".into(), ..obligation },
    }
}

impl Scene {
    /// The name of what was entered last.
    async fn last_performance(&mut self, of: &v1::Obligation) -> String {
        let request = v1::ListPerformancesRequest { parent: of.name.clone(), ..Default::default() };
        let mut list = self.agreements.list_performances(request).await.expect("list").into_inner().performances;
        list.pop().expect("one").name
    }

    async fn reverse(&mut self, performance: &str) -> Result<v1::Obligation, Status> {
        self.agreements.reverse_performance(reversing(performance)).await.map(tonic::Response::into_inner)
    }

    async fn pay(&mut self, of: &v1::Obligation, fen: i64) -> v1::Obligation {
        self.perform(performing(of, Some(fen))).await.expect("paid")
    }

    async fn act(&mut self, of: &v1::Obligation, complete: bool, seconds: i64) -> v1::Obligation {
        let performance = v1::Performance { complete, perform_time: at(seconds), ..Default::default() };
        let request = v1::RecordPerformanceRequest { performance: Some(performance), ..performing(of, None) };
        self.perform(request).await.expect("done")
    }

    /// The kinds of what is in the plan's book.
    async fn entries(&mut self, of: &v1::Agreement) -> Vec<Entry> {
        let request = v1::ListContributionsRequest { parent: of.name.clone(), ..Default::default() };
        let list = self.agreements.list_contributions(request).await.expect("list").into_inner().contributions;
        list.iter().map(v1::Contribution::kind).collect()
    }

    async fn in_effect(&mut self, cast: &Cast, draft: &v1::Agreement) {
        for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
            self.sign(draft, signatory).await.expect("signed");
        }
        self.seal(draft).await.expect("sealed");
    }
}

#[tokio::test]
async fn a_payment_entered_wrongly_is_owed_again() {
    let mut scene = Scene::new().await;
    let worker = worker(&scene.stage, 30);
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let payment = scene.add(&draft, vec![owed(&cast, Kind::Payment)]).await.remove(0);
    scene.in_effect(&cast, &draft).await;
    scene.pay(&payment, 100).await;
    let first = scene.last_performance(&payment).await;
    let paid = scene.pay(&payment, 200).await;
    assert_eq!(paid.state(), State::Performed);
    let second = scene.last_performance(&payment).await;

    let nobody = v1::ReversePerformanceRequest { on_behalf_of: None, ..reversing(&second) };
    assert_reason(scene.agreements.reverse_performance(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let wordless = v1::ReversePerformanceRequest { reason: String::new(), ..reversing(&second) };
    assert_reason(scene.agreements.reverse_performance(wordless).await, "INVALID_REQUEST");
    assert_reason(scene.reverse(&format!("{}/performances/none", payment.name)).await, "NOT_FOUND");

    let open = scene.reverse(&second).await.expect("reversed");
    assert_eq!((open.state(), open.performed.clone(), open.end_time), (State::PartPerformed, money(100), None));
    assert_ne!(open.etag, paid.etag);
    assert_condition(scene.reverse(&second).await, "ALREADY_REVERSED");
    let open = scene.reverse(&first).await.expect("reversed");
    assert_eq!((open.state(), open.performed.clone()), (State::Pending, money(0)));
    scene.stage.time.advance(9 * DAY * 1_000_000);
    assert_eq!(lapsed(&worker).await, 1, "its day is watched again");
    let paid = scene.pay(&payment, 300).await;
    assert_eq!((paid.state(), paid.late), (State::Performed, true));
    let last = scene.last_performance(&payment).await;
    let open = scene.reverse(&last).await.expect("reversed");
    assert_eq!((open.state(), open.late), (State::Overdue, false), "at once: its day has passed");

    // Who reads in full sees why.
    let request = v1::ListPerformancesRequest {
        parent: payment.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let mut admin = super::scene::clients(&scene.stage.admin().await).1;
    let list = admin.list_performances(request).await.expect("list").into_inner().performances;
    let basic = v1::ListPerformancesRequest { parent: payment.name.clone(), ..Default::default() };
    let basic = admin.list_performances(basic).await.expect("list").into_inner().performances;
    assert!(basic.iter().all(|one| one.reverse_time.is_some() && one.reverse_reason.is_empty()), "{basic:?}");
    let seen: Vec<_> = list.iter().map(|one| (one.reverse_time.is_some(), one.reverse_reason.as_str())).collect();
    assert_eq!(seen, [(true, "重复登记。"); 3]);
    assert_eq!(scene.events("obligation.performance_reversed").await, 3);
}

#[tokio::test]
async fn what_was_disputed_or_breached_before_is_so_again() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let both = scene.add(&draft, vec![owed(&cast, Kind::Payment), owed(&cast, Kind::Payment)]).await;
    scene.in_effect(&cast, &draft).await;
    scene.pay(&both[0], 100).await;
    let part = scene.last_performance(&both[0]).await;
    let present = scene.owed(&both[0].name).await;
    let (name, etag, reason, request_id, on_behalf_of) = moving(&present);
    let request = v1::ReportBreachRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
    scene.agreements.report_breach(request).await.expect("breached");
    assert_eq!(scene.pay(&both[0], 200).await.state(), State::Performed);
    let rest = scene.last_performance(&both[0]).await;
    let open = scene.reverse(&rest).await.expect("reversed");
    assert_eq!((open.state(), open.performed), (State::Breached, money(100)));
    let open = scene.reverse(&part).await.expect("reversed");
    assert_eq!((open.state(), open.performed), (State::Breached, money(0)));

    let present = scene.owed(&both[1].name).await;
    let (name, etag, reason, request_id, on_behalf_of) = moving(&present);
    let request = v1::DisputeObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
    scene.agreements.dispute_obligation(request).await.expect("disputed");
    assert_eq!(scene.pay(&both[1], 300).await.state(), State::Performed);
    let whole = scene.last_performance(&both[1]).await;
    let open = scene.reverse(&whole).await.expect("reversed");
    assert_eq!(open.state(), State::Disputed);
    let (name, etag, reason, request_id, on_behalf_of) = moving(&open);
    let request = v1::ResumeObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
    let resumed = scene.agreements.resume_obligation(request).await.expect("resumed").into_inner();
    assert_eq!(resumed.state(), State::Pending, "what was reversed is no beginning");
}

#[tokio::test]
async fn a_waiver_of_the_rest_is_no_waiver_of_what_turns_out_unpaid() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let payment = scene.add(&draft, vec![owed(&cast, Kind::Payment)]).await.remove(0);
    scene.in_effect(&cast, &draft).await;
    scene.pay(&payment, 250).await;
    let present = scene.owed(&payment.name).await;
    let (name, etag, reason, request_id, on_behalf_of) = moving(&present);
    let request = v1::WaiveObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
    scene.agreements.waive_obligation(request).await.expect("waived");
    let part = scene.last_performance(&payment).await;
    let open = scene.reverse(&part).await.expect("the cheque was not honoured");
    assert_eq!((open.state(), open.end_time, open.performed), (State::Pending, None, money(0)));
}

#[tokio::test]
async fn what_is_performed_before_the_effect_and_reversed_after_it_is_overdue_at_once() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let payment = scene.add(&draft, vec![owed(&cast, Kind::Payment)]).await.remove(0);
    scene.pay(&payment, 300).await;
    let early = scene.last_performance(&payment).await;
    scene.in_effect(&cast, &draft).await;
    scene.stage.time.advance(9 * DAY * 1_000_000);
    let open = scene.reverse(&early).await.expect("reversed");
    assert_eq!((open.state(), open.remedies.len()), (State::Overdue, 2));
}

#[tokio::test]
async fn an_act_is_open_again_without_what_completed_it() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let act = scene.add(&draft, vec![owed(&cast, Kind::Act)]).await.remove(0);
    scene.in_effect(&cast, &draft).await;
    scene.stage.time.advance(9 * DAY * 1_000_000);
    scene.act(&act, false, 8 * DAY).await;
    let part = scene.last_performance(&act).await;
    let refunded = v1::ReversePerformanceRequest { refunded: true, ..reversing(&part) };
    assert_reason(scene.agreements.reverse_performance(refunded).await, "INVALID_REQUEST");
    let done = scene.act(&act, true, DAY).await;
    assert_eq!((done.state(), done.late, done.end_time), (State::Performed, true, at(8 * DAY)));
    let whole = scene.last_performance(&act).await;
    let done = scene.reverse(&part).await.expect("reversed");
    assert_eq!((done.state(), done.late, done.end_time), (State::Performed, false, at(DAY)), "it did not complete it");
    let open = scene.reverse(&whole).await.expect("reversed");
    assert_eq!((open.state(), open.end_time), (State::Overdue, None));
}

#[tokio::test]
async fn both_books_are_corrected_once() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = planning(&draft, &[(&cast.owner, 100), (&cast.builder, 300)], 0);
    scene.agreements.set_contribution_plan(plan).await.expect("planned");
    let under = v1::Obligation { line: "payer-1".into(), ..owed(&cast, Kind::Payment) };
    let payment = scene.add(&draft, vec![under]).await.remove(0);
    let enter = |kind, fen| contributing(&draft, "payer-1", &cast.builder, kind, fen);
    scene.pay(&payment, 300).await;
    for kind in [Entry::Refunded, Entry::Reversed] {
        assert_condition(scene.agreements.record_contribution(enter(kind, 1)).await, "OWED_AS_OBLIGATION");
    }
    let performance = scene.last_performance(&payment).await;
    scene.reverse(&performance).await.expect("reversed");
    let name = format!("{}/contributionPlan", draft.name);
    let request = v1::GetContributionPlanRequest { name };
    let plan = scene.agreements.get_contribution_plan(request.clone()).await.expect("plan").into_inner();
    assert_eq!((plan.paid, plan.outstanding), (money(0), money(400)));
    let again = scene.pay(&payment, 300).await;
    assert_eq!(again.state(), State::Performed);
    let performance = scene.last_performance(&payment).await;

    let repaid = v1::ReversePerformanceRequest { refunded: true, ..reversing(&performance) };
    scene.agreements.reverse_performance(repaid).await.expect("paid back");
    assert_eq!(scene.entries(&draft).await, [Entry::Paid, Entry::Reversed, Entry::Paid, Entry::Refunded]);
    // What was paid beside the obligation is taken out of the plan alone.
    scene.pay(&payment, 300).await;

    // Of a void agreement the money goes back by the plan's book, and is not taken out of it twice.
    let performance = scene.last_performance(&payment).await;
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed");
    assert_condition(scene.agreements.record_contribution(enter(Entry::Reversed, 300)).await, "OWED_AS_OBLIGATION");
    scene.agreements.record_contribution(enter(Entry::Refunded, 200)).await.expect("refunded");
    let void = scene.reverse(&performance).await.expect("reversed");
    assert_eq!((void.state(), void.performed), (State::Void, money(0)));
    let plan = scene.agreements.get_contribution_plan(request).await.expect("plan").into_inner();
    assert_eq!(plan.paid, money(0), "the 100 that were still there");
}

#[tokio::test]
async fn what_was_paid_beside_an_obligation_is_corrected_beside_it() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = planning(&draft, &[(&cast.builder, 400)], 0);
    scene.agreements.set_contribution_plan(plan).await.expect("planned");
    let enter = |kind, fen| contributing(&draft, "payer-0", &cast.builder, kind, fen);
    scene.agreements.record_contribution(enter(Entry::Paid, 100)).await.expect("paid in advance");
    let under = v1::Obligation { line: "payer-0".into(), ..owed(&cast, Kind::Payment) };
    let payment = scene.add(&draft, vec![under]).await.remove(0);
    scene.pay(&payment, 300).await;
    assert_condition(scene.agreements.record_contribution(enter(Entry::Refunded, 101)).await, "OWED_AS_OBLIGATION");
    scene.agreements.record_contribution(enter(Entry::Refunded, 100)).await.expect("the advance");
    assert_eq!(scene.owed(&payment.name).await.performed, money(300));
}

#[tokio::test]
async fn a_pledge_is_withdrawn_also_by_who_pays_no_more() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    scene.agreements.set_contribution_plan(planning(&draft, &[(&cast.builder, 300)], 0)).await.expect("planned");
    let pledge = |by, kind| contributing(&draft, "payer-0", by, kind, 300);
    scene.agreements.record_contribution(pledge(&cast.builder, Entry::Pledged)).await.expect("pledged");
    let present = scene.agreement(&draft.name).await;
    scene
        .agreements
        .set_contribution_plan(planning(&present, &[(&cast.owner, 300)], 0))
        .await
        .expect("another one pays");
    scene.agreements.record_contribution(pledge(&cast.builder, Entry::PledgeWithdrawn)).await.expect("withdrawn");
    scene.agreements.record_contribution(pledge(&cast.owner, Entry::Pledged)).await.expect("pledged");
}

#[tokio::test]
async fn what_is_reversed_after_the_agreement_became_void_is_void() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let payment = scene.add(&draft, vec![owed(&cast, Kind::Payment)]).await.remove(0);
    scene.pay(&payment, 300).await;
    let performance = scene.last_performance(&payment).await;
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed");
    let void = scene.reverse(&performance).await.expect("reversed");
    assert_eq!((void.state(), void.end_time, void.performed), (State::Void, at(0), money(0)));
}

#[tokio::test]
async fn direct_entries_are_corrected_in_the_plan() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = planning(&draft, &[(&cast.builder, 300)], 0);
    scene.agreements.set_contribution_plan(plan).await.expect("planned");
    let enter = |kind, fen| contributing(&draft, "payer-0", &cast.builder, kind, fen);
    scene.agreements.record_contribution(enter(Entry::Pledged, 200)).await.expect("pledged");
    scene.agreements.record_contribution(enter(Entry::Paid, 300)).await.expect("paid");
    for (kind, condition) in [(Entry::Reversed, "MORE_THAN_PAID"), (Entry::PledgeWithdrawn, "MORE_THAN_PLEDGED")] {
        assert_condition(scene.agreements.record_contribution(enter(kind, 301)).await, condition);
    }
    scene.agreements.record_contribution(enter(Entry::Reversed, 300)).await.expect("reversed");
    scene.agreements.record_contribution(enter(Entry::PledgeWithdrawn, 150)).await.expect("withdrawn");
    let request = v1::GetContributionPlanRequest { name: format!("{}/contributionPlan", draft.name) };
    let plan = scene.agreements.get_contribution_plan(request).await.expect("plan").into_inner();
    assert_eq!((&plan.lines[0].paid, &plan.lines[0].pledged), (&money(0), &money(50)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reversals_at_once_one_counts() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let payment = scene.add(&draft, vec![owed(&cast, Kind::Payment)]).await.remove(0);
    scene.in_effect(&cast, &draft).await;
    scene.pay(&payment, 100).await;
    for round in 1..=4 {
        scene.pay(&payment, 50).await;
        let performance = scene.last_performance(&payment).await;
        let (mut here, mut there) = (scene.agreements.clone(), scene.agreements.clone());
        let both = tokio::join!(
            here.reverse_performance(reversing(&performance)),
            there.reverse_performance(reversing(&performance))
        );
        match both {
            (Ok(_), refused) | (refused, Ok(_)) => assert_condition(refused, "ALREADY_REVERSED"),
            both => panic!("one of two, not {both:?}"),
        };
        assert_eq!(scene.owed(&payment.name).await.performed, money(100), "taken out once");
        assert_eq!(scene.events("obligation.performance_reversed").await, round);
    }
}
