//! What is owed under an agreement: performed, late, waived, disputed, breached.

use lianbang::{
    pb::v1::{
        self,
        obligation::{Kind, Remedy, State},
    },
    worker::Worker,
};
use tonic::Status;

use super::scene::{
    Cast, Scene, acceding, adding, assert_condition, at, contributing, household, metadata, money, moving, performing,
    planning, revising,
};
use crate::{
    harness::{assert_reason, date, official, request_id},
    worker::worker,
};

pub const DAY: i64 = 86_400;

/// An act that the builder owes the owner by the 10th.
fn act(cast: &Cast) -> v1::Obligation {
    v1::Obligation {
        kind: Kind::Act.into(),
        debtor: cast.builder.name.clone(),
        creditor: cast.owner.name.clone(),
        text: "修好屋面。".into(),
        due_date: date(2026, 3, 10),
        ..Default::default()
    }
}

/// An instalment of the builder's.
fn payment(cast: &Cast, number: i32, fen: i64, day: i32) -> v1::Obligation {
    v1::Obligation {
        kind: Kind::Payment.into(),
        debtor: cast.builder.name.clone(),
        amount: money(fen),
        due_date: date(2026, 3, day),
        instalment: number,
        ..Default::default()
    }
}

impl Scene {
    pub async fn add(&mut self, to: &v1::Agreement, obligations: Vec<v1::Obligation>) -> Vec<v1::Obligation> {
        let agreement_etag = self.agreement(&to.name).await.etag;
        let request = v1::BatchAddObligationsRequest { agreement_etag, ..adding(to, obligations) };
        self.agreements.batch_add_obligations(request).await.expect("added").into_inner().obligations
    }

    async fn effective(&mut self, cast: &Cast, draft: &v1::Agreement) -> v1::Agreement {
        for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
            self.sign(draft, signatory).await.expect("signed");
        }
        self.seal(draft).await.expect("sealed")
    }

    pub async fn owed(&mut self, name: &str) -> v1::Obligation {
        let request = v1::GetObligationRequest { name: name.into(), ..Default::default() };
        self.agreements.get_obligation(request).await.expect("obligation").into_inner()
    }

    pub async fn perform(&mut self, request: v1::RecordPerformanceRequest) -> Result<v1::Obligation, Status> {
        self.agreements.record_performance(request).await.map(tonic::Response::into_inner)
    }
}

/// What a turn of the worker finds overdue.
pub async fn lapsed(worker: &Worker) -> u64 {
    let turn = worker.turn().await.expect("a turn").expect("elected");
    assert_eq!(turn.lapsed.failed, 0);
    turn.lapsed.done
}

#[tokio::test]
async fn instalments_are_paid_each_by_its_day() {
    let mut scene = Scene::new().await;
    let worker = worker(&scene.stage, 30);
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = vec![payment(&cast, 1, 60_000, 5), payment(&cast, 2, 40_000, 10), act(&cast)];
    let owed = scene.add(&draft, plan).await;
    assert_eq!(owed.iter().map(v1::Obligation::state).collect::<Vec<_>>(), [State::Pending; 3]);
    assert_eq!((owed[2].text.as_str(), owed[2].amount.clone()), ("", None), "BASIC");
    assert_eq!(owed[0].binding_time, None, "a draft binds nobody");
    // Before the effect: what was done counts.
    let early = scene.perform(performing(&owed[0], Some(20_000))).await.expect("paid early");
    assert_eq!((early.state(), early.performed.clone()), (State::PartPerformed, money(20_000)));
    let effective = scene.effective(&cast, &draft).await;
    assert_eq!(scene.owed(&owed[0].name).await.binding_time, effective.effect_time);

    assert_condition(scene.perform(performing(&owed[0], Some(40_001))).await, "MORE_THAN_OWED");
    let wrong = scene.perform(performing(&owed[0], None)).await;
    assert_eq!(metadata(&assert_reason(wrong, "INVALID_REQUEST"), "fields"), "performance.amount");
    let wrong = scene.perform(performing(&owed[2], Some(1))).await;
    assert_eq!(metadata(&assert_reason(wrong, "INVALID_REQUEST"), "fields"), "performance.amount");
    scene.stage.time.advance(3 * DAY * 1_000_000);
    let paid = scene.perform(performing(&owed[0], Some(40_000))).await.expect("paid");
    assert_eq!((paid.state(), paid.late, paid.end_time), (State::Performed, false, at(3 * DAY)));
    assert_reason(scene.perform(performing(&owed[0], Some(1))).await, "TRANSITION_NOT_ALLOWED");

    // The tenth ends at midnight: nine o'clock of the eleventh is nine days after the second.
    assert_eq!(lapsed(&worker).await, 0);
    scene.stage.time.advance(6 * DAY * 1_000_000);
    assert_eq!(lapsed(&worker).await, 2);
    assert_eq!(lapsed(&worker).await, 0, "once");
    let late = scene.owed(&owed[1].name).await;
    assert_eq!(
        (late.state(), late.remedies().collect::<Vec<_>>()),
        (State::Overdue, vec![Remedy::RequestConfirmation, Remedy::Sue])
    );
    let part = scene.perform(performing(&owed[1], Some(10_000))).await.expect("a part");
    assert_eq!(part.state(), State::Overdue, "still");
    let paid = scene.perform(performing(&owed[1], Some(30_000))).await.expect("the rest");
    assert_eq!((paid.state(), paid.late), (State::Performed, true));
    // What was done in time and entered later is not late.
    let done = performing(&owed[2], None);
    let done = v1::RecordPerformanceRequest {
        performance: Some(v1::Performance {
            perform_time: at(8 * DAY),
            complete: true,
            ..done.performance.expect("one")
        }),
        ..done
    };
    let done = scene.perform(done).await.expect("done");
    assert_eq!((done.state(), done.late), (State::Performed, false));

    let request = v1::ListPerformancesRequest { parent: owed[1].name.clone(), ..Default::default() };
    let list = scene.agreements.list_performances(request).await.expect("list").into_inner().performances;
    assert_eq!(list.iter().map(|one| one.amount.clone()).collect::<Vec<_>>(), [money(10_000), money(30_000)]);
    let request = v1::ListObligationsRequest {
        parent: draft.name.clone(),
        filter: "state = STATE_PERFORMED AND kind = KIND_PAYMENT".into(),
        page_size: 1,
        ..Default::default()
    };
    let page = scene.agreements.list_obligations(request.clone()).await.expect("list").into_inner();
    assert_eq!((page.obligations.len(), page.obligations[0].instalment), (1, 1));
    let request = v1::ListObligationsRequest { page_token: page.next_page_token, ..request };
    let page = scene.agreements.list_obligations(request).await.expect("list").into_inner();
    assert_eq!((page.obligations[0].instalment, page.next_page_token.as_str()), (2, ""));
    let filter = format!("debtor = \"{}\"", cast.owner.name);
    let request = v1::ListObligationsRequest { parent: draft.name.clone(), filter, ..Default::default() };
    assert!(scene.agreements.list_obligations(request).await.expect("list").into_inner().obligations.is_empty());
    assert_eq!((scene.events("obligation.overdue").await, scene.events("obligation.performed").await), (2, 5));
}

#[tokio::test]
async fn a_household_owes_once_it_has_signed() {
    let mut scene = Scene::new().await;
    let worker = worker(&scene.stage, 30);
    let cast = scene.cast().await;
    let signs = scene.invite(&cast.mediation, household(1)).await;
    let joins = scene.invite(&cast.mediation, household(2)).await;
    let never = scene.invite(&cast.mediation, household(3)).await;
    let draft = scene.draft(&cast.mediation).await;
    let of = |home: &v1::Participant| v1::Obligation { debtor: home.name.clone(), ..payment(&cast, 1, 100, 3) };
    let owed = scene.add(&draft, vec![of(&signs), of(&joins), of(&never)]).await;
    scene.sign(&draft, &signs).await.expect("signed");
    let effective = scene.effective(&cast, &draft).await;
    scene.stage.time.advance(5 * DAY * 1_000_000);
    assert_eq!(lapsed(&worker).await, 1, "who has not signed owes nothing");
    scene.agreements.accede_agreement(acceding(&draft, &joins)).await.expect("acceded");
    let bound = scene.owed(&owed[1].name).await;
    assert_eq!((bound.binding_time, bound.state()), (at(5 * DAY), State::Pending));
    assert_eq!(lapsed(&worker).await, 1, "its day had passed before");
    let states = [scene.owed(&owed[0].name).await, scene.owed(&owed[1].name).await, scene.owed(&owed[2].name).await];
    assert_eq!(states.each_ref().map(v1::Obligation::state), [State::Overdue, State::Overdue, State::Pending]);
    assert_eq!((states[0].binding_time, states[2].binding_time), (effective.effect_time, None));
}

#[tokio::test]
async fn what_is_disputed_waived_or_breached_is_told_with_the_ways_out() {
    let mut scene = Scene::new().await;
    let worker = worker(&scene.stage, 30);
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let owed = scene.add(&draft, vec![payment(&cast, 1, 100, 5), payment(&cast, 2, 100, 6), act(&cast)]).await;
    let waiving = |of: &v1::Obligation| {
        let (name, etag, reason, request_id, on_behalf_of) = moving(of);
        v1::WaiveObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
    };
    let disputing = |of: &v1::Obligation| {
        let (name, etag, reason, request_id, on_behalf_of) = moving(of);
        v1::DisputeObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
    };
    let resuming = |of: &v1::Obligation| {
        let (name, etag, reason, request_id, on_behalf_of) = moving(of);
        v1::ResumeObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
    };
    let reporting = |of: &v1::Obligation| {
        let (name, etag, reason, request_id, on_behalf_of) = moving(of);
        v1::ReportBreachRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
    };
    assert_condition(scene.agreements.waive_obligation(waiving(&owed[0])).await, "NOT_IN_EFFECT");
    assert_condition(scene.agreements.dispute_obligation(disputing(&owed[0])).await, "NOT_IN_EFFECT");
    scene.effective(&cast, &draft).await;

    let waived = scene.agreements.waive_obligation(waiving(&owed[0])).await.expect("waived").into_inner();
    assert_eq!((waived.state(), waived.end_time, waived.reason.as_str()), (State::Waived, at(0), ""));
    assert_reason(scene.agreements.dispute_obligation(disputing(&waived)).await, "TRANSITION_NOT_ALLOWED");
    assert_reason(scene.agreements.waive_obligation(waiving(&owed[0])).await, "ETAG_MISMATCH");
    let nobody = v1::ReportBreachRequest { on_behalf_of: None, ..reporting(&owed[1]) };
    assert_reason(scene.agreements.report_breach(nobody).await, "OFFICIAL_NOT_ACCEPTED");

    let disputed = scene.agreements.dispute_obligation(disputing(&owed[1])).await.expect("disputed").into_inner();
    scene.stage.time.advance(5 * DAY * 1_000_000);
    assert_eq!(lapsed(&worker).await, 0, "nothing is overdue while it is disputed");
    let resumed = scene.agreements.resume_obligation(resuming(&disputed)).await.expect("resumed").into_inner();
    assert_eq!(resumed.state(), State::Overdue, "its day has passed");
    let breached = scene.agreements.report_breach(reporting(&resumed)).await.expect("breached").into_inner();
    assert_eq!(breached.remedies().collect::<Vec<_>>(), [Remedy::RequestConfirmation, Remedy::Sue]);
    let mut admin = super::scene::clients(&scene.stage.admin().await).1;
    let request = v1::GetObligationRequest {
        name: owed[1].name.clone(),
        view: v1::View::Full.into(),
        purpose: "回访".into(),
        on_behalf_of: official(),
    };
    let full = admin.get_obligation(request).await.expect("full").into_inner();
    assert_eq!(full.reason, "催了三次。");
    let late = scene.perform(performing(&breached, Some(100))).await.expect("paid after all");
    assert_eq!((late.state(), late.late, late.remedies.len()), (State::Performed, true, 0));

    // A part was done on it: resumed, it is in part performed.
    let part = performing(&owed[2], None);
    let part = v1::RecordPerformanceRequest { performance: Some(v1::Performance::default()), ..part };
    let part = scene.perform(part).await.expect("a part");
    let disputed = scene.agreements.dispute_obligation(disputing(&part)).await.expect("disputed").into_inner();
    let resumed = scene.agreements.resume_obligation(resuming(&disputed)).await.expect("resumed").into_inner();
    assert_eq!((part.state(), resumed.state()), (State::PartPerformed, State::PartPerformed));
    scene.stage.time.advance(40 * DAY * 1_000_000);
    assert_eq!(lapsed(&worker).await, 1);
    let late = scene.owed(&owed[2].name).await;
    assert_eq!(late.remedies().collect::<Vec<_>>(), [Remedy::Sue], "the time for confirmation has passed");
}

#[tokio::test]
async fn obligations_belong_to_the_text_that_is_signed() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let request = adding(&draft, vec![act(&cast), payment(&cast, 1, 100, 5)]);
    let added = scene.agreements.batch_add_obligations(request).await.expect("added").into_inner();
    let present = scene.agreement(&draft.name).await;
    assert_eq!((&added.agreement_etag, present.etag != draft.etag), (&present.etag, true));
    let stale = scene.agreements.batch_add_obligations(adding(&draft, vec![act(&cast)])).await;
    assert_reason(stale, "ETAG_MISMATCH");
    let owed = added.obligations;
    let removing = |of: &v1::Obligation| v1::RemoveObligationRequest {
        name: of.name.clone(),
        etag: of.etag.clone(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let gone = scene.agreements.remove_obligation(removing(&owed[1])).await.expect("removed").into_inner();
    assert_eq!((gone.state(), gone.end_time), (State::Void, at(0)));
    assert_reason(scene.agreements.remove_obligation(removing(&gone)).await, "TRANSITION_NOT_ALLOWED");
    let begun = performing(&owed[0], None);
    let begun = v1::RecordPerformanceRequest { performance: Some(v1::Performance::default()), ..begun };
    let begun = scene.perform(begun).await.expect("a part");
    assert_reason(scene.agreements.remove_obligation(removing(&begun)).await, "TRANSITION_NOT_ALLOWED");

    scene.sign(&draft, &cast.owner).await.expect("signed");
    let signing = scene.agreement(&draft.name).await;
    let late = scene.agreements.batch_add_obligations(adding(&signing, vec![act(&cast)])).await;
    assert_reason(late, "TRANSITION_NOT_ALLOWED");
    assert_reason(scene.agreements.remove_obligation(removing(&begun)).await, "TRANSITION_NOT_ALLOWED");
    let revised = scene.agreements.revise_agreement(revising(&signing)).await.expect("revised").into_inner();
    assert_eq!(scene.owed(&owed[0].name).await.state(), State::PartPerformed, "carried over, with what was done");
    scene.add(&revised, vec![payment(&cast, 1, 100, 5)]).await;
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(super::scene::failing(&mediation)).await.expect("failed");
    let void = scene.owed(&owed[0].name).await;
    assert_eq!((void.state(), void.end_time), (State::Void, at(0)));
    assert_reason(scene.perform(performing(&owed[0], None)).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn what_is_wrong_with_an_obligation_is_told() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let good = act(&cast);
    let pays = payment(&cast, 1, 100, 5);
    let faulty = vec![
        (v1::Obligation { kind: 0, ..good.clone() }, "kind"),
        (v1::Obligation { text: String::new(), ..good.clone() }, "text"),
        (v1::Obligation { amount: money(1), ..good.clone() }, "amount"),
        (v1::Obligation { line: "residents".into(), ..good.clone() }, "line"),
        (v1::Obligation { creditor: good.debtor.clone(), ..good.clone() }, "creditor"),
        (v1::Obligation { debtor: "mediations/a/participants/b".into(), ..good.clone() }, "debtor"),
        (v1::Obligation { due_date: date(2026, 2, 30), ..good.clone() }, "due_date"),
        (v1::Obligation { amount: None, ..pays.clone() }, "amount"),
    ];
    for (wrong, field) in faulty {
        let refused = scene.agreements.batch_add_obligations(adding(&draft, vec![good.clone(), wrong])).await;
        let status = assert_reason(refused, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), format!("obligations[1].{field}"));
    }
    let body = v1::Obligation { debtor: cast.police.name.clone(), ..good.clone() };
    assert_condition(scene.agreements.batch_add_obligations(adding(&draft, vec![body])).await, "NOT_A_PARTY");
    let unknown = v1::Obligation { line: "none".into(), ..pays.clone() };
    assert_condition(scene.agreements.batch_add_obligations(adding(&draft, vec![unknown])).await, "LINE_UNKNOWN");
    let nobody = v1::BatchAddObligationsRequest { on_behalf_of: None, ..adding(&draft, vec![good]) };
    assert_reason(scene.agreements.batch_add_obligations(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    assert_eq!(scene.events("obligation.added").await, 0);
}

#[tokio::test]
async fn a_payment_under_the_plan_is_entered_in_both_books() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = planning(&draft, &[(&cast.owner, 100), (&cast.builder, 300)], 0);
    scene.agreements.set_contribution_plan(plan).await.expect("planned");
    let under = |number, fen| v1::Obligation { line: "payer-1".into(), ..payment(&cast, number, fen, 5) };
    let other = v1::Obligation { debtor: cast.owner.name.clone(), ..under(1, 200) };
    let present = scene.agreement(&draft.name).await;
    let refused = scene.agreements.batch_add_obligations(adding(&present, vec![other])).await;
    assert_condition(refused, "NOT_A_CONTRIBUTOR");
    let present = scene.agreement(&draft.name).await;
    let over = scene.agreements.batch_add_obligations(adding(&present, vec![under(1, 200), under(2, 101)])).await;
    assert_condition(over, "MORE_THAN_OWED");
    let owed = scene.add(&draft, vec![under(1, 200), under(2, 100)]).await;
    let present = scene.agreement(&draft.name).await;
    let less = planning(&present, &[(&cast.owner, 100), (&cast.builder, 299)], 0);
    assert_condition(scene.agreements.set_contribution_plan(less).await, "LINE_IN_USE");
    let present = scene.agreement(&draft.name).await;
    let without = planning(&present, &[(&cast.owner, 100)], 0);
    assert_condition(scene.agreements.set_contribution_plan(without).await, "LINE_IN_USE");
    let twice = contributing(&draft, "payer-1", &cast.builder, v1::contribution::Kind::Paid, 1);
    assert_condition(scene.agreements.record_contribution(twice).await, "OWED_AS_OBLIGATION");
    let pledged = contributing(&draft, "payer-1", &cast.builder, v1::contribution::Kind::Pledged, 300);
    scene.agreements.record_contribution(pledged).await.expect("a pledge is no payment");
    scene.perform(performing(&owed[0], Some(200))).await.expect("paid");
    // The second instalment is a fen too much for the line: nothing of it is written.
    assert_condition(scene.perform(performing(&owed[1], Some(101))).await, "MORE_THAN_OWED");
    assert_eq!(scene.owed(&owed[1].name).await, owed[1]);
    scene.perform(performing(&owed[1], Some(100))).await.expect("paid");
    let name = format!("{}/contributionPlan", draft.name);
    let plan = scene.agreements.get_contribution_plan(v1::GetContributionPlanRequest { name }).await.expect("plan");
    assert_eq!(plan.into_inner().lines[1].paid, money(300));
}
