//! Fixtures of CommitteeService.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, CommitteeMember, CommitteeTerm, committee_service_client::CommitteeServiceClient,
        committee_term::ChosenBy,
    },
};

use super::{Fixture, cadres, organizations};
use crate::harness::{Stage, date, request_id};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.CommitteeService/CreateCommitteeTerm", Role::Coordinator, async |stage| {
            new(stage).await
        }),
        Fixture::new("/lianbang.v1.CommitteeService/UpdateCommitteeTerm", Role::Coordinator, async |stage| {
            let changed = CommitteeTerm { women_count: 0, ..entered(stage).await };
            v1::UpdateCommitteeTermRequest {
                committee_term: Some(changed),
                update_mask: Some(prost_types::FieldMask { paths: vec!["women_count".into()] }),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.CommitteeService/EndCommitteeTerm", Role::Coordinator, async |stage| {
            let CommitteeTerm { name, etag, .. } = entered(stage).await;
            let end_reason = v1::committee_term::EndReason::Renewal.into();
            v1::EndCommitteeTermRequest { name, etag, valid_until: date(2026, 3, 1), end_reason, ..Default::default() }
        }),
    ]
}

async fn new(stage: &Stage) -> v1::CreateCommitteeTermRequest {
    let kind = v1::organization::Kind::MediationCommittee.into();
    let committee = organizations::entered_with(stage, |organization| organization.kind = kind).await;
    let member = CommitteeMember {
        cadre: cadres::entered(stage).await.name,
        post: v1::committee_member::Post::Director.into(),
        ..Default::default()
    };
    v1::CreateCommitteeTermRequest {
        parent: committee.name,
        committee_term: Some(CommitteeTerm {
            valid_from: date(2025, 1, 1),
            chosen_by: ChosenBy::Residents.into(),
            members: vec![member],
            women_count: 1,
            ..Default::default()
        }),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn entered(stage: &Stage) -> CommitteeTerm {
    let new = new(stage).await;
    let mut client = CommitteeServiceClient::new(stage.admin().await);
    client.create_committee_term(new).await.expect("term").into_inner()
}
