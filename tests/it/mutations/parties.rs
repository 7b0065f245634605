//! Fixtures of the parties of CaseService.

use lianbang::{
    auth::Role,
    pb::v1::{self, case_service_client::CaseServiceClient},
};

use super::{Fixture, cases::case};
use crate::{
    cases::parties::{agent, person},
    harness::{Line, Stage, request_id},
};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.CaseService/AddParty", Role::Intake, async |stage| {
            let parent = case(stage).await.name;
            let party = Some(person(v1::party::Role::Petitioner, "李四"));
            v1::AddPartyRequest { parent, party, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/BatchAddParties", Role::Intake, async |stage| batch(stage, 3).await),
        Fixture::new("/lianbang.v1.CaseService/UpdateParty", Role::Intake, async |stage| {
            let v1::Party { name, etag, .. } = added(stage).await;
            let party = v1::Party { name, etag, phone: "13900000000".into(), ..Default::default() };
            v1::UpdatePartyRequest { party: Some(party), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/EndParty", Role::Intake, async |stage| {
            let v1::Party { name, etag, .. } = added(stage).await;
            v1::EndPartyRequest { name, etag, reason: "撤回".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/RevokeMandate", Role::Intake, async |stage| {
            let parent = case(stage).await.name;
            let add = v1::AddPartyRequest {
                parent,
                party: Some(agent("王律师", Vec::new())),
                request_id: request_id(),
                ..Default::default()
            };
            let added = client(stage).await.add_party(add).await.expect("an agent").into_inner();
            v1::RevokeMandateRequest {
                name: added.name,
                etag: added.etag,
                reason: "解除委托".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.CaseService/ElectRepresentatives", Role::Intake, async |stage| {
            let request = batch(stage, 3).await;
            let get = v1::GetCaseRequest { name: request.parent.clone(), ..Default::default() };
            let mut client = client(stage).await;
            let members = client.batch_add_parties(request).await.expect("members").into_inner().parties;
            let v1::Case { name, etag, .. } = client.get_case(get).await.expect("case").into_inner();
            let representatives = vec![members[0].name.clone()];
            v1::ElectRepresentativesRequest { name, etag, representatives, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/RecordOutcomes", Role::Handler, async |stage| {
            let party = added(stage).await.name;
            let parent = party.split("/parties/").next().expect("a case").to_owned();
            let outcome = v1::party::Outcome::Supported.into();
            let outcomes = vec![v1::PartyOutcome { party, outcome, ..Default::default() }];
            v1::RecordOutcomesRequest { parent, outcomes, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/RestrictParty", Role::Intake, async |stage| {
            let v1::Party { name, etag, .. } = added(stage).await;
            v1::RestrictPartyRequest { name, etag, reason: "本人申请".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/UnrestrictParty", Role::Intake, async |stage| {
            let v1::Party { name, etag, .. } = added(stage).await;
            let restrict = v1::RestrictPartyRequest {
                name,
                etag,
                reason: "本人申请".into(),
                request_id: request_id(),
                ..Default::default()
            };
            let restricted = client(stage).await.restrict_party(restrict).await.expect("restricted").into_inner();
            let v1::Party { name, etag, .. } = restricted;
            v1::UnrestrictPartyRequest { name, etag, reason: "本人同意".into(), ..Default::default() }
        }),
    ]
}

async fn client(stage: &Stage) -> CaseServiceClient<Line> {
    CaseServiceClient::new(stage.admin().await)
}

/// A request that adds members to a new case.
pub async fn batch(stage: &Stage, count: usize) -> v1::BatchAddPartiesRequest {
    v1::BatchAddPartiesRequest {
        parent: case(stage).await.name,
        parties: (0..count).map(|_| person(v1::party::Role::Member, "住户")).collect(),
        request_id: request_id(),
        ..Default::default()
    }
}

/// One member of a new case.
async fn added(stage: &Stage) -> v1::Party {
    let request = batch(stage, 1).await;
    client(stage).await.batch_add_parties(request).await.expect("a member").into_inner().parties.remove(0)
}
