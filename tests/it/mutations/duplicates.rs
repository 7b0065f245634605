//! Fixtures of DuplicateService.

use lianbang::{
    auth::Role,
    pb::v1::{self, case_service_client::CaseServiceClient, duplicate_service_client::DuplicateServiceClient},
};

use super::{Fixture, cases::case, parties::batch};
use crate::harness::request_id;

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.DuplicateService/LinkCases", Role::Handler, async |stage| v1::LinkCasesRequest {
            parent: case(stage).await.name,
            other_case: case(stage).await.name,
            kind: v1::relation::Kind::Related.into(),
            ..Default::default()
        }),
        Fixture::new("/lianbang.v1.DuplicateService/ConfirmDuplicate", Role::Handler, async |stage| {
            v1::ConfirmDuplicateRequest {
                name: case(stage).await.name,
                other_case: case(stage).await.name,
                kind: v1::similar_case::Rule::OtherPersonSameMatter.into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.DuplicateService/RejectDuplicate", Role::Handler, async |stage| {
            v1::RejectDuplicateRequest {
                name: case(stage).await.name,
                other_case: case(stage).await.name,
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.DuplicateService/MergeCases", Role::Handler, async |stage| {
            let (into, case) = (case(stage).await, case(stage).await);
            v1::MergeCasesRequest {
                name: case.name,
                etag: case.etag,
                into_case: into.name,
                into_etag: into.etag,
                reason: "同一事项".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.DuplicateService/UndoMerge", Role::Handler, async |stage| {
            let (into, case) = (case(stage).await, case(stage).await);
            let merge = v1::MergeCasesRequest {
                name: case.name,
                etag: case.etag,
                into_case: into.name,
                into_etag: into.etag,
                reason: "同一事项".into(),
                request_id: request_id(),
                ..Default::default()
            };
            let merged = DuplicateServiceClient::new(stage.admin().await).merge_cases(merge).await.expect("merged");
            let v1::Case { name, etag, .. } = merged.into_inner().case.expect("the case");
            v1::UndoMergeRequest { name, etag, reason: "并错了".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.DuplicateService/SplitCase", Role::Handler, async |stage| {
            let request = batch(stage, 3).await;
            let get = v1::GetCaseRequest { name: request.parent.clone(), ..Default::default() };
            let mut client = CaseServiceClient::new(stage.admin().await);
            let members = client.batch_add_parties(request).await.expect("members").into_inner().parties;
            let v1::Case { name, etag, .. } = client.get_case(get).await.expect("case").into_inner();
            v1::SplitCaseRequest {
                name,
                etag,
                parties: vec![members[0].name.clone(), members[1].name.clone()],
                title: "租户的供暖".into(),
                reason: "诉求不同".into(),
                ..Default::default()
            }
        }),
    ]
}
