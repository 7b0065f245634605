//! After the agreement: judicial confirmation, visits; and mediations that are taken back.

use lianbang::pb::{
    google::r#type::Date,
    v1::{
        self,
        agreement::Subject,
        confirmation::{Decision, State},
        confirmation_obstacle::Code,
        follow_up,
    },
};
use tonic::Status;

use super::scene::*;
use crate::{
    harness::{assert_reason, official, request_id},
    worker::worker,
};

const DAY: i64 = 24 * HOUR;

impl Scene {
    async fn agreed(&mut self, cast: &Cast, subjects: &[Subject]) -> v1::Agreement {
        let mut request = oral(&cast.mediation, &[&cast.owner, &cast.builder], &cast.mediator);
        let agreement = request.agreement.as_mut().expect("agreement");
        agreement.excluded_subjects = subjects.iter().map(|subject| (*subject).into()).collect();
        self.agreements.record_oral_agreement(request).await.expect("agreed").into_inner()
    }

    async fn check(&mut self, agreement: &v1::Agreement) -> v1::CheckConfirmationResponse {
        let request = v1::CheckConfirmationRequest { name: agreement.name.clone(), ..Default::default() };
        self.agreements.check_confirmation(request).await.expect("checked").into_inner()
    }

    async fn ask_court(
        &mut self,
        agreement: &v1::Agreement,
        applicants: &[&v1::Participant],
    ) -> Result<v1::Confirmation, Status> {
        self.agreements.request_confirmation(asking_court(agreement, applicants)).await.map(tonic::Response::into_inner)
    }

    /// Whether a court may be asked to confirm what each of them owes, by the answer of GetObligation and of ListObligations.
    async fn owed_by(&mut self, agreement: &v1::Agreement, debtors: &[v1::Participant]) -> Vec<bool> {
        let request = v1::ListObligationsRequest { parent: agreement.name.clone(), ..Default::default() };
        let list = self.agreements.list_obligations(request).await.expect("list").into_inner().obligations;
        let mut ways = Vec::new();
        for debtor in debtors {
            let listed = list.iter().find(|owed| owed.debtor == debtor.name).expect("owed").clone();
            assert_eq!(self.owed(&listed.name).await, listed);
            ways.push(listed.remedies().any(|remedy| remedy == v1::obligation::Remedy::RequestConfirmation));
        }
        ways
    }

    async fn court(&mut self, of: &v1::Confirmation, decision: Decision) -> Result<v1::Confirmation, Status> {
        self.agreements.record_court_decision(court_says(of, decision)).await.map(tonic::Response::into_inner)
    }
}

fn obstacles(answer: &v1::CheckConfirmationResponse) -> Vec<(Code, &str)> {
    answer.obstacles.iter().map(|obstacle| (obstacle.code(), obstacle.article.as_str())).collect()
}

#[tokio::test]
async fn parties_ask_a_court_together_and_in_time() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    assert_eq!(obstacles(&scene.check(&draft).await), [(Code::NotInEffect, "RMTJ 33")]);
    assert_condition(scene.ask_court(&draft, &[&cast.owner, &cast.builder]).await, "NOT_IN_EFFECT");
    let agreement = scene.agreed(&cast, &[]).await;
    let answer = scene.check(&agreement).await;
    // Thirty days after Monday, 2 March; 1 April is a working day.
    assert_eq!(answer.deadline_date, Some(Date { year: 2026, month: 4, day: 1 }));
    assert!(answer.eligible && answer.obstacles.is_empty() && !answer.provisional);
    assert_eq!(answer.clock_rule, "clockRules/cn-2022.judicial_confirmation");
    assert_condition(scene.ask_court(&agreement, &[&cast.owner]).await, "NOT_JOINT");
    let stranger = scene.ask_court(&agreement, &[&cast.owner, &cast.builder, &cast.police]).await;
    assert_condition(stranger, "NOT_BOUND");
    let early = asking_court(&agreement, &[&cast.owner, &cast.builder]);
    let mut early = early.clone();
    early.confirmation.as_mut().expect("one").request_time = at(-DAY);
    assert_condition(scene.agreements.request_confirmation(early).await, "NOT_IN_EFFECT");
    // The last minute of the last day.
    scene.pass_to(30 * DAY + 15 * HOUR - 60);
    let asked = scene.ask_court(&agreement, &[&cast.builder, &cast.owner]).await.expect("asked");
    assert_eq!((asked.state(), asked.deadline_date), (State::Requested, answer.deadline_date));
    assert_eq!(obstacles(&scene.check(&agreement).await), [(Code::ConfirmationPending, "")]);
    assert_condition(scene.ask_court(&agreement, &[&cast.owner, &cast.builder]).await, "CONFIRMATION_PENDING");
}

#[tokio::test]
async fn after_thirty_days_it_is_too_late_also_on_paper() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let agreement = scene.agreed(&cast, &[]).await;
    scene.pass_to(30 * DAY + 15 * HOUR);
    let answer = scene.check(&agreement).await;
    assert_eq!(obstacles(&answer), [(Code::ConfirmationTooLate, "RMTJ 33")]);
    assert_eq!(answer.late_time, at(30 * DAY + 15 * HOUR));
    assert_condition(scene.ask_court(&agreement, &[&cast.owner, &cast.builder]).await, "CONFIRMATION_TOO_LATE");
    // What reached the court in time may be entered later.
    let mut late_entry = asking_court(&agreement, &[&cast.owner, &cast.builder]);
    late_entry.confirmation.as_mut().expect("one").request_time = at(29 * DAY);
    scene.agreements.request_confirmation(late_entry).await.expect("entered");
}

#[tokio::test]
async fn a_new_version_says_anew_what_no_court_confirms() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let named = |subjects: &[Subject]| {
        let subjects = subjects.iter().map(|subject| (*subject).into()).collect();
        Some(v1::ExcludedSubjects { subjects })
    };
    let request = v1::ReviseAgreementRequest {
        extent: v1::agreement::Extent::Partial.into(),
        excluded_subjects: named(&[Subject::OwnershipConfirmation]),
        ..revising(&draft)
    };
    let revised = scene.agreements.revise_agreement(request).await.expect("revised").into_inner();
    assert_eq!(revised.extent(), v1::agreement::Extent::Partial);
    assert_eq!(revised.excluded_subjects, [i32::from(Subject::OwnershipConfirmation)]);
    let again = scene.agreements.revise_agreement(revising(&revised)).await.expect("revised").into_inner();
    assert_eq!((again.extent, &again.excluded_subjects), (revised.extent, &revised.excluded_subjects), "as before");
    for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
        scene.sign(&again, signatory).await.expect("signed");
    }
    let bound = scene.seal(&again).await.expect("in effect");
    let refused = scene.ask_court(&bound, &[&cast.owner, &cast.builder]).await;
    assert_condition(refused, "OWNERSHIP_CONFIRMATION");
    let other = scene.draft(&cast.mediation).await;
    let unset = v1::ReviseAgreementRequest { excluded_subjects: named(&[]), ..revising(&other) };
    let unset = scene.agreements.revise_agreement(unset).await.expect("revised").into_inner();
    assert!(unset.excluded_subjects.is_empty());
}

#[tokio::test]
async fn no_court_confirms_ownership_or_status() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let agreement = scene.agreed(&cast, &[Subject::OwnershipConfirmation, Subject::StatusRelation]).await;
    let expected = [(Code::StatusRelation, "MSJS 355"), (Code::OwnershipConfirmation, "MSJS 355")];
    assert_eq!(obstacles(&scene.check(&agreement).await), expected);
    assert_condition(scene.ask_court(&agreement, &[&cast.owner, &cast.builder]).await, "STATUS_RELATION");
    // Nor is it proposed where an obligation is breached.
    let text = v1::obligation::Kind::Act.into();
    let owed = |debtor: &v1::Participant| v1::Obligation {
        kind: text,
        debtor: debtor.name.clone(),
        text: "过户。".into(),
        ..Default::default()
    };
    let mut proposed = Vec::new();
    for subjects in [Vec::new(), vec![Subject::OwnershipConfirmation.into()]] {
        let cast = scene.cast().await;
        let agreement = v1::Agreement { text: "归甲。".into(), excluded_subjects: subjects, ..Default::default() };
        let request = v1::DraftAgreementRequest { agreement: Some(agreement), ..drafting(&cast.mediation) };
        let draft = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
        let added = scene.add(&draft, vec![owed(&cast.owner)]).await;
        for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
            scene.sign(&draft, signatory).await.expect("signed");
        }
        scene.seal(&draft).await.expect("sealed");
        let (name, etag, reason, request_id, on_behalf_of) = moving(&scene.owed(&added[0].name).await);
        let breach = v1::ReportBreachRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
        let breached = scene.agreements.report_breach(breach).await.expect("breached").into_inner();
        proposed.push(breached.remedies().any(|remedy| remedy == v1::obligation::Remedy::RequestConfirmation));
    }
    assert_eq!(proposed, [true, false]);
    let subjects: Vec<Subject> = agreement.excluded_subjects().collect();
    assert_eq!(subjects, [Subject::StatusRelation, Subject::OwnershipConfirmation]);
}

#[tokio::test]
async fn the_court_answers_step_by_step() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let agreement = scene.agreed(&cast, &[]).await;
    let both = [&cast.owner, &cast.builder];
    let first = scene.ask_court(&agreement, &both).await.expect("asked");
    let mut silent = court_says(&first, Decision::Rejected);
    (silent.document_number, silent.reason) = (String::new(), String::new());
    let status = assert_reason(scene.agreements.record_court_decision(silent).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "document_number,reason");
    let refused = scene.court(&first, Decision::NotAccepted).await.expect("not accepted");
    assert_reason(scene.court(&refused, Decision::Confirmed).await, "TRANSITION_NOT_ALLOWED");
    let second = scene.ask_court(&agreement, &both).await.expect("asked again");
    scene.pass_to(3 * DAY);
    let accepted = scene.court(&second, Decision::Accepted).await.expect("accepted");
    assert_eq!((accepted.accept_time, accepted.decide_time), (at(3 * DAY), None));
    let early =
        v1::RecordCourtDecisionRequest { decide_time: at(2 * DAY), ..court_says(&accepted, Decision::Confirmed) };
    let status = assert_reason(scene.agreements.record_court_decision(early).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "decide_time");
    scene.pass_to(9 * DAY);
    let confirmed = scene.court(&accepted, Decision::Confirmed).await.expect("confirmed");
    assert_eq!((confirmed.state(), confirmed.decide_time), (State::Confirmed, at(9 * DAY)));
    assert_eq!(obstacles(&scene.check(&agreement).await), [(Code::ConfirmedAlready, "")]);
    let list = v1::ListConfirmationsRequest { parent: agreement.name.clone(), ..Default::default() };
    let listed = scene.agreements.list_confirmations(list).await.expect("listed").into_inner().confirmations;
    assert_eq!(listed, [refused, confirmed.clone()]);
    let full = v1::GetConfirmationRequest {
        name: confirmed.name,
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    let read = scene.agreements.get_confirmation(full).await.expect("read").into_inner();
    assert_eq!(read.decision_reason, "符合法律规定。");
}

#[tokio::test]
async fn the_committee_visits_after_the_agreement() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let early = scene.agreements.schedule_follow_up(visiting(&draft, &cast.mediator)).await;
    assert_condition(early, "NOT_IN_EFFECT");
    let agreement = scene.agreed(&cast, &[]).await;
    assert_condition(scene.agreements.schedule_follow_up(visiting(&agreement, &cast.owner)).await, "NOT_A_VISITOR");
    let mut past = visiting(&agreement, &cast.mediator);
    past.follow_up.as_mut().expect("visit").due_date = Some(Date { year: 2026, month: 3, day: 1 });
    let status = assert_reason(scene.agreements.schedule_follow_up(past).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "follow_up.due_date");
    let visit = scene.agreements.schedule_follow_up(visiting(&agreement, &cast.police)).await.expect("planned");
    let visit = visit.into_inner();
    scene.pass_to(29 * DAY);
    let get = v1::GetFollowUpRequest { name: visit.name.clone(), ..Default::default() };
    let late = scene.agreements.get_follow_up(get).await.expect("visit").into_inner();
    assert!(late.overdue && !visit.overdue);
    let early = v1::RecordFollowUpRequest { visit_time: at(-DAY), ..visited(&visit) };
    let status = assert_reason(scene.agreements.record_follow_up(early).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "visit_time");
    let made = scene.agreements.record_follow_up(visited(&visit)).await.expect("made").into_inner();
    assert_eq!((made.state(), made.finding()), (follow_up::State::Made, follow_up::Finding::Performed));
    let get = v1::GetMediationRecordRequest {
        name: made.record.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    let record = scene.mediations.get_mediation_record(get).await.expect("the record").into_inner();
    assert_eq!(
        (record.text.as_str(), record.participant.as_str()),
        ("老人气色好，儿女轮流来。", cast.police.name.as_str())
    );
    assert_eq!(record.kind(), v1::mediation_record::Kind::FollowUp);
    assert_reason(scene.agreements.record_follow_up(visited(&made)).await, "TRANSITION_NOT_ALLOWED");
    let again = v1::ScheduleFollowUpRequest {
        follow_up: Some(v1::FollowUp {
            due_date: Some(Date { year: 2026, month: 6, day: 30 }),
            visitor: cast.mediator.name.clone(),
            ..Default::default()
        }),
        request_id: request_id(),
        ..visiting(&agreement, &cast.mediator)
    };
    let next = scene.agreements.schedule_follow_up(again).await.expect("planned").into_inner();
    let cancel = v1::CancelFollowUpRequest {
        name: next.name.clone(),
        etag: next.etag.clone(),
        reason: "已搬走。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let gone = scene.agreements.cancel_follow_up(cancel).await.expect("cancelled").into_inner();
    assert_eq!((gone.state(), gone.cancel_reason.as_str()), (follow_up::State::Cancelled, ""));
    let list = v1::ListFollowUpsRequest { parent: agreement.name, ..Default::default() };
    let listed = scene.agreements.list_follow_ups(list).await.expect("listed").into_inner().follow_ups;
    assert_eq!(listed, [made, gone]);
}

#[tokio::test]
async fn an_application_is_taken_back() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let coming = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.owner, &cast.mediator])).await;
    let draft = scene.draft(&cast.mediation).await;
    let mediation = scene.get(&cast.mediation.name).await;
    let by_nobody = withdrawing(&mediation, Some(&cast.mediator));
    assert_condition(scene.mediations.withdraw_mediation(by_nobody).await, "NOT_A_PARTY");
    let ended = scene.mediations.withdraw_mediation(withdrawing(&mediation, Some(&cast.owner))).await;
    let ended = ended.expect("withdrawn").into_inner();
    assert_eq!(
        (ended.state(), ended.withdrawn_by.as_str()),
        (v1::mediation::State::Withdrawn, cast.owner.name.as_str())
    );
    assert_eq!((ended.withdrawal_reason.as_str(), ended.end_time), ("", at(0)));
    assert_eq!(scene.session(&coming.name).await.state(), v1::session::State::Cancelled);
    assert_eq!(scene.agreement(&draft.name).await.state(), v1::agreement::State::Void);
    let full = v1::GetMediationRequest {
        name: ended.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    let read = scene.mediations.get_mediation(full).await.expect("read").into_inner();
    assert_eq!(read.withdrawal_reason, "自己谈好了。");
    assert_reason(scene.mediations.withdraw_mediation(withdrawing(&ended, None)).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn who_accedes_later_asks_a_court_in_a_term_of_its_own() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = batch(&cast.mediation, (1..=3).map(household).collect());
    let homes = scene.mediations.batch_invite_participants(request).await.expect("batch").into_inner().participants;
    let draft = scene.draft(&cast.mediation).await;
    let owed = |home: &v1::Participant| v1::Obligation {
        kind: v1::obligation::Kind::Payment.into(),
        debtor: home.name.clone(),
        amount: money(100),
        due_date: crate::harness::date(2026, 3, 30),
        ..Default::default()
    };
    scene.add(&draft, homes.iter().map(owed).collect()).await;
    for signatory in [&cast.owner, &cast.builder, &cast.mediator, &homes[0]] {
        scene.sign(&draft, signatory).await.expect("signed");
    }
    let agreement = scene.seal(&draft).await.expect("in effect");
    let check = async |scene: &mut Scene, participant: &v1::Participant| {
        let request =
            v1::CheckConfirmationRequest { name: agreement.name.clone(), participant: participant.name.clone() };
        scene.agreements.check_confirmation(request).await
    };
    let core = scene.ask_court(&agreement, &[&cast.owner, &cast.builder]).await.expect("asked");
    scene.court(&core, Decision::Confirmed).await.expect("confirmed");
    scene.stage.time.advance(20 * DAY * 1_000_000);
    scene.agreements.accede_agreement(acceding(&agreement, &homes[1])).await.expect("acceded");
    scene.stage.time.advance(20 * DAY * 1_000_000);
    assert_eq!(super::obligations::lapsed(&worker(&scene.stage, 30)).await, 2);

    let of_all = scene.check(&agreement).await;
    assert_eq!(
        obstacles(&of_all).iter().map(|one| one.0).collect::<Vec<_>>(),
        [Code::ConfirmationTooLate, Code::ConfirmedAlready]
    );
    let own = check(&mut scene, &homes[1]).await.expect("checked").into_inner();
    // Thirty days after Sunday, 22 March.
    assert_eq!((own.eligible, own.deadline_date), (true, Some(Date { year: 2026, month: 4, day: 21 })), "{own:?}");
    let early = check(&mut scene, &homes[0]).await.expect("checked").into_inner();
    assert_eq!(obstacles(&early), [(Code::ConfirmationTooLate, "RMTJ 33")], "bound from the effect on");
    let never = check(&mut scene, &homes[2]).await.expect("checked").into_inner();
    assert_eq!(obstacles(&never), [(Code::NotInEffect, "RMTJ 33")]);
    assert_reason(check(&mut scene, &cast.owner).await, "INVALID_REQUEST");

    let with = |home| [&cast.owner, &cast.builder, home];
    assert_condition(scene.ask_court(&agreement, &with(&homes[0])).await, "CONFIRMATION_TOO_LATE");
    assert_condition(scene.ask_court(&agreement, &[&cast.owner, &homes[1]]).await, "NOT_JOINT");
    let mut before = asking_court(&agreement, &with(&homes[1]));
    before.confirmation.as_mut().expect("one").request_time = at(19 * DAY);
    assert_condition(scene.agreements.request_confirmation(before).await, "NOT_IN_EFFECT");
    assert_condition(scene.ask_court(&agreement, &with(&homes[2])).await, "NOT_BOUND");
    // Its debt is one that can still be confirmed; that of the first household is not.
    let ways: Vec<bool> = scene.owed_by(&agreement, &homes).await;
    assert_eq!(ways, [false, true, false]);
    let asked = scene.ask_court(&agreement, &with(&homes[1])).await.expect("asked");
    assert_eq!(asked.deadline_date, own.deadline_date);
    assert_condition(scene.ask_court(&agreement, &with(&homes[1])).await, "CONFIRMATION_PENDING");
    scene.court(&asked, Decision::Confirmed).await.expect("confirmed");
    assert_condition(scene.ask_court(&agreement, &with(&homes[1])).await, "CONFIRMED_ALREADY");
}
