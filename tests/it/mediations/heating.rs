//! A heating dispute in one estate, from the petition to the warm flat: 412 households, a cost shared three ways, a station that stands before the
//! contracts, more than a hundred signatures at once, and everything that follows.

use std::collections::HashMap;

use futures::{StreamExt as _, future::join_all, stream};
use lianbang::pb::v1::{
    self,
    agreement::{Element, State},
    case, clock,
    contribution::Kind as Entry,
    mediation::Source,
    obligation::{Kind as Duty, Remedy, State as Standing},
    participant::Kind,
    procedure_service_client::ProcedureServiceClient,
    signature::Capacity,
};
use tonic::Status;

use super::{
    obligations::{DAY, lapsed},
    scene::{
        Scene, acceding, agent, batch, contributing, household, mediator, metadata, money, moving, opening, party,
        performing, planning, reversing, revising, sealing, signing,
    },
};
use crate::{
    cases::docket::{Docket, step},
    harness::{assert_condition, assert_reason, date, reason, request_id},
    worker::worker,
};

const HOUSEHOLDS: u32 = 412;
const THRESHOLD: i32 = 100;
const AT_ONCE: usize = 100;
/// In fen: 1,800,000.00 by the utility, 976,000.50 by the community collective, 823,999.50 by the residents.
const UTILITY: i64 = 180_000_000;
const COLLECTIVE: i64 = 97_600_050;
const RESIDENTS: i64 = 82_399_950;

/// The parties to the plan.
struct Estate {
    scene: Scene,
    mediation: v1::Mediation,
    utility: v1::Participant,
    collective: v1::Participant,
    mediator: v1::Participant,
    homes: Vec<v1::Participant>,
}

impl Estate {
    async fn new(case: &str, mut scene: Scene) -> Self {
        let mut request = opening();
        let mediation = request.mediation.as_mut().expect("mediation");
        mediation.source = Source::Petition.into();
        mediation.cases = vec![case.to_owned()];
        let mediation = scene.mediations.open_mediation(request).await.expect("opened").into_inner();
        let utility = scene.invite(&mediation, party("热力公司", Kind::NecessaryParty)).await;
        let collective = scene.invite(&mediation, party("社区集体", Kind::NecessaryParty)).await;
        let mediator = scene.invite(&mediation, mediator("cadres/district-head")).await;
        let request = batch(&mediation, (1..=HOUSEHOLDS).map(household).collect());
        let invited = scene.mediations.batch_invite_participants(request).await.expect("batch").into_inner();
        Self { scene, mediation, utility, collective, mediator, homes: invited.participants }
    }

    /// What each is to do, and when.
    async fn oblige(&mut self, draft: &v1::Agreement) -> Vec<v1::Obligation> {
        let act = |text: &str, day| v1::Obligation {
            kind: Duty::Act.into(),
            debtor: self.utility.name.clone(),
            text: text.into(),
            due_date: day,
            ..Default::default()
        };
        let instalment = |number, fen, due_date| v1::Obligation {
            kind: Duty::Payment.into(),
            debtor: self.collective.name.clone(),
            creditor: self.utility.name.clone(),
            amount: money(fen),
            due_date,
            instalment: number,
            line: "payer-1".into(),
            ..Default::default()
        };
        let mut duties = vec![
            act("建成换热站。", date(2026, 3, 20)),
            act("接通入户管道。", date(2026, 5, 31)),
            instalment(1, 50_000_000, date(2026, 3, 31)),
            instalment(2, 47_600_050, date(2026, 4, 20)),
        ];
        for share in self.shares(draft).await {
            duties.push(v1::Obligation {
                kind: Duty::Payment.into(),
                debtor: share.participant,
                amount: share.amount,
                due_date: date(2026, 4, 20),
                line: "residents".into(),
                ..Default::default()
            });
        }
        self.scene.add(draft, duties).await
    }

    async fn shares(&mut self, of: &v1::Agreement) -> Vec<v1::ContributionShare> {
        let request =
            v1::ListContributionSharesRequest { parent: of.name.clone(), page_size: 500, ..Default::default() };
        self.scene.agreements.list_contribution_shares(request).await.expect("shares").into_inner().contribution_shares
    }

    async fn plan(&mut self, of: &v1::Agreement) -> v1::ContributionPlan {
        let request = v1::GetContributionPlanRequest { name: format!("{}/contributionPlan", of.name) };
        self.scene.agreements.get_contribution_plan(request).await.expect("plan").into_inner()
    }

    /// All at once, as far as the server takes calls at once.
    async fn sign_all(&self, requests: Vec<v1::SignAgreementRequest>) -> Vec<Result<v1::Agreement, Status>> {
        let signed = requests.into_iter().map(|request| {
            let mut client = self.scene.agreements.clone();
            async move { client.sign_agreement(request).await.map(tonic::Response::into_inner) }
        });
        stream::iter(signed).buffer_unordered(AT_ONCE).collect().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_without_heating_is_connected() {
    let scene = Scene::new().await;
    let worker = worker(&scene.stage, 30);
    let mut case = Docket::new(&scene.stage, "小区十年没有暖气").await;
    case.accepts().await;
    let handling = case.clock("handling").await;
    let mut estate = Estate::new(&case.case.name, scene).await;

    // The plan: three sides, to the fen.
    let draft =
        v1::Agreement {
            text: "三方分担，分户签约。".into(), acceding_threshold: THRESHOLD, ..Default::default()
        };
    let request = v1::DraftAgreementRequest { agreement: Some(draft), ..super::scene::drafting(&estate.mediation) };
    let draft = estate.scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    let (utility, collective) = (estate.utility.clone(), estate.collective.clone());
    let request = planning(&draft, &[(&utility, UTILITY), (&collective, COLLECTIVE)], RESIDENTS);
    let plan = estate.scene.agreements.set_contribution_plan(request).await.expect("planned").into_inner();
    assert_eq!(plan.cost, money(360_000_000));
    let shares = estate.shares(&draft).await;
    let of_2000 = shares.iter().filter(|share| share.amount == money(200_000)).count();
    assert_eq!((shares.len(), of_2000), (412, 362), "823,999.50 by 412: fifty pay a fen less");
    let owed = estate.oblige(&draft).await;
    assert_eq!(owed.len(), 4 + 412);

    // The station stands before anybody has signed.
    let built = estate.scene.perform(performing(&owed[0], None)).await.expect("built");
    assert_eq!((built.state(), built.binding_time), (Standing::Performed, None));

    // Sixty sign, then the text has to change: they sign again.
    let first = estate.homes[..60].iter().map(|home| signing(&draft, home)).collect();
    assert!(estate.sign_all(first).await.iter().all(Result::is_ok));
    let present = estate.scene.agreement(&draft.name).await;
    assert_eq!((present.state(), present.acceding_signature_count), (State::Signing, 60));
    let text = "三方分担，分户签约；高层加压。".into();
    let request = v1::ReviseAgreementRequest { text, ..revising(&present) };
    let agreement = estate.scene.agreements.revise_agreement(request).await.expect("revised").into_inner();
    assert_eq!((agreement.version, agreement.acceding_threshold, agreement.acceding_signature_count), (2, 100, 0));
    let old = estate.scene.sign(&draft, &estate.homes[70].clone()).await;
    assert_eq!(metadata(&assert_reason(old, "VERSION_SUPERSEDED"), "version"), "2");
    assert_eq!(estate.plan(&agreement).await.lines, plan.lines, "the plan is carried over");

    // All but the households.
    for signatory in [&estate.utility.clone(), &estate.collective.clone(), &estate.mediator.clone()] {
        estate.scene.sign(&agreement, signatory).await.expect("signed");
    }
    let sealed = estate.scene.agreements.seal_agreement(sealing(&agreement)).await.expect("sealed").into_inner();
    assert_eq!(sealed.missing_elements().collect::<Vec<_>>(), [Element::AccedingParties]);

    // 130 households, every fifth by an agent, out of order, each twice, all at once.
    let mut requests = Vec::new();
    for (number, home) in estate.homes[..130].to_vec().iter().enumerate().rev() {
        let mut request = signing(&agreement, home);
        if number % 5 == 0 {
            request.agent = estate.scene.appoint(home, agent("周代理")).await.name;
        }
        requests.push(v1::SignAgreementRequest { request_id: request_id(), ..request.clone() });
        requests.push(request);
    }
    let outcomes = estate.sign_all(requests).await;
    let signed = outcomes.iter().flatten().count();
    let mut refused: HashMap<String, usize> = HashMap::new();
    for status in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        *refused.entry(reason(status)).or_default() += 1;
    }
    assert_eq!(signed, 100, "with the hundredth it is in effect: {refused:?}");
    assert_eq!(refused.values().sum::<usize>(), 160);
    assert!(
        refused.keys().all(|reason| reason == "ALREADY_EXISTS" || reason == "TRANSITION_NOT_ALLOWED"),
        "{refused:?}"
    );
    let effective = outcomes.iter().flatten().filter(|agreement| agreement.state() == State::Effective).count();
    assert_eq!((effective, estate.scene.events("agreement.effected").await), (1, 1));
    let agreement = estate.scene.agreement(&draft.name).await;
    assert_eq!(
        (agreement.state(), agreement.acceding_signature_count, agreement.copy_count),
        (State::Effective, 100, 103)
    );
    let mediation = estate.scene.get(&estate.mediation.name).await;
    assert_eq!((mediation.state(), mediation.settlement.as_str()), (v1::mediation::State::Agreed, draft.name.as_str()));

    // Who came too late accedes the next day, and twelve others with them.
    estate.scene.stage.time.advance(DAY * 1_000_000);
    let signed: HashMap<String, bool> =
        estate.shares(&agreement).await.into_iter().map(|share| (share.participant, share.signed)).collect();
    let late: Vec<_> = estate.homes[..142].iter().filter(|home| !signed[&home.name]).cloned().collect();
    assert_eq!(late.len(), 42);
    let acceded = late.iter().map(|home| {
        let mut client = estate.scene.agreements.clone();
        let request = acceding(&agreement, home);
        async move { client.accede_agreement(request).await }
    });
    assert!(join_all(acceded).await.iter().all(Result::is_ok));
    let mut plan = estate.plan(&agreement).await;
    let pool = plan.lines.remove(2).pool.expect("pool");
    assert_eq!((pool.signed_count, pool.member_count), (142, 412));
    let request = v1::ListSignaturesRequest { parent: agreement.name.clone(), page_size: 500, ..Default::default() };
    let listed = estate.scene.agreements.list_signatures(request).await.expect("list").into_inner().signatures;
    assert_eq!(listed.len(), 60 + 3 + 100 + 42);
    let current = listed.iter().filter(|one| one.version == 2 && one.kind() == Kind::AccedingParty);
    let own_day = current.clone().filter(|one| one.effect_time != agreement.effect_time).count();
    assert_eq!((current.clone().count(), own_day), (142, 42), "each is bound from its own day");
    assert!(current.clone().any(|one| one.capacity() == Capacity::Agent && !one.agent.is_empty()));

    // March: the collective pays in time. April: all households that signed pay, but for one.
    estate.scene.perform(performing(&owed[2], Some(50_000_000))).await.expect("paid");
    let bound: Vec<_> = owed[4..146].to_vec();
    for duty in &bound[1..] {
        let fen = fen(&duty.amount);
        let paid = estate.scene.perform(performing(duty, Some(fen))).await.expect("paid");
        assert_eq!((paid.state(), paid.late), (Standing::Performed, false));
    }
    let shortfall = fen(&pool.shortfall);
    let bearing = contributing(&agreement, "residents", &utility, Entry::Paid, shortfall);
    estate.scene.agreements.record_contribution(bearing).await.expect("the utility bears what is missing");
    estate.scene.stage.time.advance(55 * DAY * 1_000_000);
    assert_eq!(lapsed(&worker).await, 2, "of those who did not sign nothing is owed");
    // A household and the second instalment of the collective are late; the thirty days for a court are over.
    for duty in [&bound[0], &owed[3]] {
        let late = estate.scene.owed(&duty.name).await;
        assert_eq!(late.state(), Standing::Overdue);
        assert_eq!(late.remedies().collect::<Vec<_>>(), [Remedy::ReopenCase, Remedy::Sue]);
        let paid = estate.scene.perform(performing(&late, Some(fen(&late.amount)))).await.expect("paid late");
        assert_eq!((paid.state(), paid.late), (Standing::Performed, true));
    }

    // The connection, before its day.
    let paid = contributing(&agreement, "payer-0", &utility, Entry::Paid, UTILITY);
    estate.scene.agreements.record_contribution(paid).await.expect("its own part");
    let plan = estate.plan(&agreement).await;
    assert_eq!((plan.paid, plan.outstanding), (money(360_000_000), money(0)), "paid to the fen");
    let connected = estate.scene.perform(performing(&owed[1], None)).await.expect("connected");
    assert_eq!((connected.state(), connected.late), (Standing::Performed, false));

    // The petition: its clock ran all the time; it is answered, served and closed as resolved in substance.
    case.line = estate.scene.stage.admin().await;
    assert_eq!(case.clock("handling").await, handling, "a mediation pauses nothing");
    assert_eq!(handling.0, clock::State::Running);
    case.refreshes().await;
    case.answers().await;
    case.serves().await;
    // Only what is in effect, in a mediation on this case, settles it.
    let elsewhere = estate.scene.open().await;
    let draft = estate.scene.draft(&elsewhere).await;
    let refused = step!(
        case,
        ProcedureServiceClient.close_case(CloseCaseRequest {
            evidence: "暖气已通。".into(),
            resolution: case::Resolution::Substantive.into(),
            settlement: draft.name,
        })
    );
    assert_condition(refused, "NOT_A_SETTLEMENT");
    let closed = step!(
        case,
        ProcedureServiceClient.close_case(CloseCaseRequest {
            evidence: "履行完毕，暖气已通。".into(),
            resolution: case::Resolution::Substantive.into(),
            settlement: agreement.name.clone(),
        })
    );
    assert_eq!(case.took(closed), case::State::Closed);
    assert_eq!(case.case.resolution(), case::Resolution::Substantive);
    assert_eq!(case.case.settlement, agreement.name);

    // The collective's transfer is called back: the instalment is owed again, and where it is not paid the case is to be taken up again.
    let request = v1::ListPerformancesRequest { parent: owed[3].name.clone(), ..Default::default() };
    let done = estate.scene.agreements.list_performances(request).await.expect("list").into_inner().performances;
    let back = v1::ReversePerformanceRequest { refunded: true, ..reversing(&done[0].name) };
    let open = estate.scene.agreements.reverse_performance(back).await.expect("reversed").into_inner();
    assert_eq!(open.state(), Standing::Overdue);
    assert_eq!(estate.plan(&agreement).await.outstanding, money(47_600_050));
    let (name, etag, reason, request_id, on_behalf_of) = moving(&open);
    let breach = v1::ReportBreachRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
    estate.scene.agreements.report_breach(breach).await.expect("breached");
    assert_eq!(estate.scene.events("case.reopening_proposed").await, 1);
}

fn fen(money: &Option<lianbang::pb::google::r#type::Money>) -> i64 {
    let money = money.as_ref().expect("money");
    money.units * 100 + i64::from(money.nanos / 10_000_000)
}
