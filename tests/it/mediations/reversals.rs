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

    // What is waived stays waived; what was paid of it is corrected.
    scene.pay(&both[1], 100).await;
    let present = scene.owed(&both[1].name).await;
    let (name, etag, reason, request_id, on_behalf_of) = moving(&present);
    let request = v1::WaiveObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
    let waived = scene.agreements.waive_obligation(request).await.expect("waived").into_inner();
    let part = scene.last_performance(&both[1]).await;
    let corrected = scene.reverse(&part).await.expect("reversed");
    assert_eq!((corrected.state(), corrected.end_time), (State::Waived, waived.end_time));
    assert_eq!(corrected.performed, money(0));
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

    // Of a void agreement the money goes back by the plan's book; it does not go back twice.
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed");
    scene.agreements.record_contribution(enter(Entry::Refunded, 300)).await.expect("refunded");
    assert_condition(scene.reverse(&performance).await, "MORE_THAN_PAID");
    assert_eq!(scene.owed(&payment.name).await.state(), State::Performed);
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
