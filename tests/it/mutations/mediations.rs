//! Fixtures of MediationService and AgreementService.

use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        attendance::Status as Presence,
        organization::Kind as Organ,
        participant::{Consent, Kind},
    },
};

use super::{Fixture, fresh};
use crate::{
    harness::{Stage, official, request_id},
    mediations::scene::{
        VILLAGE, acceding, adding, adding_record, adjourning, agent, appointing, asking_court, attending, batch,
        cancelling, challenging, clients, committee, consenting, contributing, court_says, deciding, disclosing,
        dismissing, drafting, ending, evidence, extending, failing, for_ears_of, household, inviting, mediator, moving,
        moving_to, official_of, opening, oral, performing, planning, releasing, replacing, reversing, revising,
        scheduling, sealing, signing, signing_all, starting, striking, updating, updating_mediation, visited, visiting,
        widening, withdrawing,
    },
};

pub fn fixtures() -> Vec<Fixture> {
    let mut fixtures = mediations();
    fixtures.extend(agreements());
    fixtures.extend(aftermath());
    fixtures
}

fn mediations() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.MediationService/OpenMediation", Role::Mediator, open),
        Fixture::new("/lianbang.v1.MediationService/InviteParticipant", Role::Mediator, async |stage| {
            inviting(&opened(stage).await, party("赵六"))
        }),
        Fixture::new("/lianbang.v1.MediationService/BatchInviteParticipants", Role::Mediator, async |stage| {
            batch(&opened(stage).await, vec![party("赵六"), household(1)])
        }),
        Fixture::new("/lianbang.v1.MediationService/AppointAgent", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            appointing(&invited(stage, &mediation).await, agent("周代理"))
        }),
        Fixture::new("/lianbang.v1.MediationService/DismissAgent", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let request = appointing(&invited(stage, &mediation).await, agent("周代理"));
            let (mut client, _) = clients(&stage.admin().await);
            dismissing(&client.appoint_agent(request).await.expect("appointed").into_inner())
        }),
        Fixture::new("/lianbang.v1.MediationService/RecordConsent", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            consenting(&invited(stage, &mediation).await, Consent::Given)
        }),
        Fixture::new("/lianbang.v1.MediationService/UpdateMediation", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            updating_mediation(v1::Mediation { matter: "欠款三万元。".into(), ..mediation }, &["matter"])
        }),
        Fixture::new("/lianbang.v1.MediationService/UpdateParticipant", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let party = invited(stage, &mediation).await;
            updating(v1::Participant { needs: "轮椅".into(), ..party }, &["needs"])
        }),
        Fixture::new("/lianbang.v1.MediationService/ReleaseParticipant", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            releasing(&conducted(stage, &mediation).await)
        }),
        Fixture::new("/lianbang.v1.MediationService/ScheduleSession", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            scheduling(&mediation, 0..1, &[&conducted(stage, &mediation).await])
        }),
        Fixture::new("/lianbang.v1.MediationService/RescheduleSession", Role::Mediator, async |stage| {
            moving_to(&scheduled(stage).await.0, 5..6)
        }),
        Fixture::new("/lianbang.v1.MediationService/CancelSession", Role::Mediator, async |stage| {
            cancelling(&scheduled(stage).await.0)
        }),
        Fixture::new("/lianbang.v1.MediationService/RecordAttendance", Role::Mediator, async |stage| {
            let (session, mediator) = scheduled(stage).await;
            attending(&session, &[(&mediator, Presence::Present)])
        }),
        Fixture::new("/lianbang.v1.MediationService/StartSession", Role::Mediator, async |stage| {
            starting(&scheduled(stage).await.0)
        }),
        Fixture::new("/lianbang.v1.MediationService/AdjournSession", Role::Mediator, async |stage| {
            let (mut client, _) = clients(&stage.admin().await);
            let session = client.start_session(starting(&scheduled(stage).await.0)).await.expect("started");
            adjourning(&session.into_inner())
        }),
        Fixture::new("/lianbang.v1.MediationService/AddMediationRecord", Role::Mediator, async |stage| {
            adding_record(&opened(stage).await, evidence(), official())
        }),
        Fixture::new("/lianbang.v1.MediationService/WidenAudience", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let (mediator, party) = (conducted(stage, &mediation).await, invited(stage, &mediation).await);
            let request = adding_record(&mediation, for_ears_of(evidence(), &[&mediator]), official_of(&mediator));
            let (mut client, _) = clients(&stage.admin().await);
            let record = client.add_mediation_record(request).await.expect("added").into_inner();
            widening(&record, &[&party], official_of(&mediator))
        }),
        Fixture::new("/lianbang.v1.MediationService/EndSession", Role::Mediator, async |stage| {
            let (session, mediator) = scheduled(stage).await;
            let (mut client, _) = clients(&stage.admin().await);
            let request = attending(&session, &[(&mediator, Presence::Present)]);
            ending(&client.record_attendance(request).await.expect("attendance").into_inner())
        }),
        Fixture::new("/lianbang.v1.MediationService/DiscloseInterest", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            disclosing(&conducted(stage, &mediation).await)
        }),
        Fixture::new("/lianbang.v1.MediationService/ChallengeMediator", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            challenging(&conducted(stage, &mediation).await, &invited(stage, &mediation).await)
        }),
        Fixture::new("/lianbang.v1.MediationService/DecideChallenge", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let request = challenging(&conducted(stage, &mediation).await, &invited(stage, &mediation).await);
            let (mut client, _) = clients(&stage.admin().await);
            let challenge = client.challenge_mediator(request).await.expect("challenged").into_inner();
            deciding(&challenge, v1::challenge::Decision::Upheld)
        }),
        Fixture::new("/lianbang.v1.MediationService/ReplaceMediator", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            replacing(&conducted(stage, &mediation).await, &format!("cadres/{}", fresh("w")))
        }),
        Fixture::new("/lianbang.v1.MediationService/FailMediation", Role::Mediator, async |stage| {
            failing(&opened(stage).await)
        }),
        Fixture::new("/lianbang.v1.MediationService/ExtendMediation", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            extending(&mediation, 30, &[&invited(stage, &mediation).await])
        }),
        Fixture::new("/lianbang.v1.MediationService/WithdrawMediation", Role::Mediator, async |stage| {
            withdrawing(&opened(stage).await, None)
        }),
    ]
}

fn aftermath() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.AgreementService/RequestConfirmation", Role::Mediator, async |stage| {
            let (agreement, parties, _) = settled(stage).await;
            asking_court(&agreement, &[&parties[0], &parties[1]])
        }),
        Fixture::new("/lianbang.v1.AgreementService/RecordCourtDecision", Role::Mediator, async |stage| {
            let (agreement, parties, _) = settled(stage).await;
            let (_, mut client) = clients(&stage.admin().await);
            let request = asking_court(&agreement, &[&parties[0], &parties[1]]);
            let confirmation = client.request_confirmation(request).await.expect("requested").into_inner();
            court_says(&confirmation, v1::confirmation::Decision::Accepted)
        }),
        Fixture::new("/lianbang.v1.AgreementService/ScheduleFollowUp", Role::Mediator, async |stage| {
            let (agreement, _, mediator) = settled(stage).await;
            visiting(&agreement, &mediator)
        }),
        Fixture::new("/lianbang.v1.AgreementService/RecordFollowUp", Role::Mediator, async |stage| {
            visited(&planned(stage).await)
        }),
        Fixture::new("/lianbang.v1.AgreementService/CancelFollowUp", Role::Mediator, async |stage| {
            let visit = planned(stage).await;
            v1::CancelFollowUpRequest {
                name: visit.name,
                etag: visit.etag,
                reason: "已搬走。".into(),
                request_id: request_id(),
                on_behalf_of: official(),
                ..Default::default()
            }
        }),
    ]
}

/// An agreement by word of mouth, its parties and the mediator.
async fn settled(stage: &Stage) -> (v1::Agreement, [v1::Participant; 2], v1::Participant) {
    let mediation = opened(stage).await;
    let parties = [invited(stage, &mediation).await, invited(stage, &mediation).await];
    let mediator = conducted(stage, &mediation).await;
    let (_, mut client) = clients(&stage.admin().await);
    let request = oral(&mediation, &[&parties[0], &parties[1]], &mediator);
    (client.record_oral_agreement(request).await.expect("agreed").into_inner(), parties, mediator)
}

async fn planned(stage: &Stage) -> v1::FollowUp {
    let (agreement, _, mediator) = settled(stage).await;
    let (_, mut client) = clients(&stage.admin().await);
    client.schedule_follow_up(visiting(&agreement, &mediator)).await.expect("planned").into_inner()
}

fn agreements() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.AgreementService/DraftAgreement", Role::Mediator, async |stage| {
            drafting(&opened(stage).await)
        }),
        Fixture::new("/lianbang.v1.AgreementService/ReviseAgreement", Role::Mediator, async |stage| {
            revising(&drafted(stage).await.0)
        }),
        Fixture::new("/lianbang.v1.AgreementService/SignAgreement", Role::Mediator, async |stage| {
            let (agreement, party) = drafted(stage).await;
            signing(&agreement, &party)
        }),
        Fixture::new("/lianbang.v1.AgreementService/AccedeAgreement", Role::Mediator, async |stage| {
            let (agreement, household) = effective(stage).await;
            acceding(&agreement, &household)
        }),
        Fixture::new("/lianbang.v1.AgreementService/RecordOralAgreement", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let (one, two) = (invited(stage, &mediation).await, invited(stage, &mediation).await);
            oral(&mediation, &[&one, &two], &conducted(stage, &mediation).await)
        }),
        Fixture::new("/lianbang.v1.AgreementService/SetContributionPlan", Role::Mediator, async |stage| {
            let (agreement, party) = drafted(stage).await;
            planning(&agreement, &[(&party, 100)], 0)
        }),
        Fixture::new("/lianbang.v1.AgreementService/RecordContribution", Role::Mediator, async |stage| {
            let (agreement, party) = drafted(stage).await;
            let (_, mut client) = clients(&stage.admin().await);
            let request = planning(&agreement, &[(&party, 100)], 0);
            client.set_contribution_plan(request).await.expect("planned");
            contributing(&agreement, "payer-0", &party, v1::contribution::Kind::Paid, 1)
        }),
        Fixture::new("/lianbang.v1.AgreementService/WaiveObligation", Role::Mediator, async |stage| {
            let (name, etag, reason, request_id, on_behalf_of) = moving(&binding(stage).await);
            v1::WaiveObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.AgreementService/DisputeObligation", Role::Mediator, async |stage| {
            let (name, etag, reason, request_id, on_behalf_of) = moving(&binding(stage).await);
            v1::DisputeObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.AgreementService/ReportBreach", Role::Mediator, async |stage| {
            let (name, etag, reason, request_id, on_behalf_of) = moving(&binding(stage).await);
            v1::ReportBreachRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.AgreementService/ResumeObligation", Role::Mediator, async |stage| {
            let (name, etag, reason, request_id, on_behalf_of) = moving(&binding(stage).await);
            let breach = v1::ReportBreachRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() };
            let (_, mut client) = clients(&stage.admin().await);
            let breached = client.report_breach(breach).await.expect("breached").into_inner();
            let (name, etag, reason, request_id, on_behalf_of) = moving(&breached);
            v1::ResumeObligationRequest { name, etag, reason, request_id, on_behalf_of, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.AgreementService/BatchAddObligations", Role::Mediator, async |stage| {
            let (agreement, party) = drafted(stage).await;
            adding(&agreement, vec![duty(&party)])
        }),
        Fixture::new("/lianbang.v1.AgreementService/RemoveObligation", Role::Mediator, async |stage| {
            let owed = obliged(stage).await.1;
            v1::RemoveObligationRequest {
                name: owed.name,
                etag: owed.etag,
                request_id: request_id(),
                on_behalf_of: official(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.AgreementService/RecordPerformance", Role::Mediator, async |stage| {
            performing(&obliged(stage).await.1, None)
        }),
        Fixture::new("/lianbang.v1.AgreementService/BatchSignAgreement", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let (one, two) = (invited(stage, &mediation).await, invited(stage, &mediation).await);
            let (_, mut client) = clients(&stage.admin().await);
            let draft = client.draft_agreement(drafting(&mediation)).await.expect("drafted").into_inner();
            signing_all(&draft, &[&one, &two])
        }),
        Fixture::new("/lianbang.v1.AgreementService/StrikeSignature", Role::Mediator, async |stage| {
            let mediation = opened(stage).await;
            let (one, two) = (invited(stage, &mediation).await, invited(stage, &mediation).await);
            let (_, mut client) = clients(&stage.admin().await);
            let draft = client.draft_agreement(drafting(&mediation)).await.expect("drafted").into_inner();
            client.batch_sign_agreement(signing_all(&draft, &[&one, &two])).await.expect("signed");
            let list = v1::ListSignaturesRequest { parent: draft.name, ..Default::default() };
            striking(&client.list_signatures(list).await.expect("list").into_inner().signatures[0].name)
        }),
        Fixture::new("/lianbang.v1.AgreementService/ReversePerformance", Role::Mediator, async |stage| {
            let owed = obliged(stage).await.1;
            let (_, mut client) = clients(&stage.admin().await);
            client.record_performance(performing(&owed, None)).await.expect("performed");
            let request = v1::ListPerformancesRequest { parent: owed.name, ..Default::default() };
            let list = client.list_performances(request).await.expect("list").into_inner().performances;
            reversing(&list[0].name)
        }),
        Fixture::new("/lianbang.v1.AgreementService/SealAgreement", Role::Mediator, async |stage| {
            sealing(&drafted(stage).await.0)
        }),
    ]
}

fn party(name: &str) -> v1::Participant {
    v1::Participant { kind: Kind::NecessaryParty.into(), display_name: name.into(), ..Default::default() }
}

pub async fn open(stage: &Stage) -> v1::OpenMediationRequest {
    let id = fresh("m");
    committee(&stage.admin().await, &id, VILLAGE, Organ::MediationCommittee).await;
    let mut request = opening();
    if let Some(mediation) = &mut request.mediation {
        mediation.committee = format!("organizations/{id}");
    }
    request
}

/// A new mediation in the county.
pub async fn opened(stage: &Stage) -> v1::Mediation {
    let request = open(stage).await;
    let (mut client, _) = clients(&stage.admin().await);
    client.open_mediation(request).await.expect("opened").into_inner()
}

/// A party of it. The mediation's etag has moved on.
async fn invited(stage: &Stage, mediation: &v1::Mediation) -> v1::Participant {
    let (mut client, _) = clients(&stage.admin().await);
    client.invite_participant(inviting(mediation, party("王五"))).await.expect("invited").into_inner()
}

/// Its mediator, somebody new each time: nobody sits in two sessions at once.
async fn conducted(stage: &Stage, mediation: &v1::Mediation) -> v1::Participant {
    let (mut client, _) = clients(&stage.admin().await);
    let request = inviting(mediation, mediator(&format!("cadres/{}", fresh("w"))));
    client.invite_participant(request).await.expect("invited").into_inner()
}

/// A session that has begun, with its mediator.
async fn scheduled(stage: &Stage) -> (v1::Session, v1::Participant) {
    let mediation = opened(stage).await;
    let mediator = conducted(stage, &mediation).await;
    let (mut client, _) = clients(&stage.admin().await);
    let session = client.schedule_session(scheduling(&mediation, 0..1, &[&mediator])).await.expect("scheduled");
    (session.into_inner(), mediator)
}

/// An agreement that nobody has signed, and who must.
async fn drafted(stage: &Stage) -> (v1::Agreement, v1::Participant) {
    let mediation = opened(stage).await;
    invited(stage, &mediation).await;
    let party = invited(stage, &mediation).await;
    let (_, mut client) = clients(&stage.admin().await);
    (client.draft_agreement(drafting(&mediation)).await.expect("drafted").into_inner(), party)
}

/// An agreement in effect, and a household that has not signed it.
async fn effective(stage: &Stage) -> (v1::Agreement, v1::Participant) {
    let mediation = opened(stage).await;
    let (one, two) = (invited(stage, &mediation).await, invited(stage, &mediation).await);
    let mediator = conducted(stage, &mediation).await;
    let (mut client, mut agreements) = clients(&stage.admin().await);
    let home = client.invite_participant(inviting(&mediation, household(1))).await.expect("invited").into_inner();
    let agreed = agreements.record_oral_agreement(oral(&mediation, &[&one, &two], &mediator)).await.expect("agreed");
    (agreed.into_inner(), home)
}

fn duty(debtor: &v1::Participant) -> v1::Obligation {
    v1::Obligation {
        kind: v1::obligation::Kind::Act.into(),
        debtor: debtor.name.clone(),
        text: "修好。".into(),
        ..Default::default()
    }
}

/// A draft with an obligation.
async fn obliged(stage: &Stage) -> (v1::Agreement, v1::Obligation) {
    let (agreement, party) = drafted(stage).await;
    let (_, mut client) = clients(&stage.admin().await);
    let added = client.batch_add_obligations(adding(&agreement, vec![duty(&party)])).await.expect("added").into_inner();
    (agreement, added.obligations[0].clone())
}

/// An obligation of an agreement that is in effect.
async fn binding(stage: &Stage) -> v1::Obligation {
    let mediation = opened(stage).await;
    let (one, two) = (invited(stage, &mediation).await, invited(stage, &mediation).await);
    let mediator = conducted(stage, &mediation).await;
    let (_, mut client) = clients(&stage.admin().await);
    let draft = client.draft_agreement(drafting(&mediation)).await.expect("drafted").into_inner();
    let added = client.batch_add_obligations(adding(&draft, vec![duty(&one)])).await.expect("added").into_inner();
    for signatory in [&one, &two, &mediator] {
        client.sign_agreement(signing(&draft, signatory)).await.expect("signed");
    }
    client.seal_agreement(sealing(&draft)).await.expect("sealed");
    added.obligations[0].clone()
}
