//! Fixtures of CadreService.

use lianbang::{
    auth::Role,
    pb::v1::{self, cadre_service_client::CadreServiceClient},
};

use super::{Fixture, organizations};
use crate::harness::{Stage, date, request_id};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.CadreService/CreateCadre", Role::Coordinator, async |stage| new(stage).await),
        Fixture::new("/lianbang.v1.CadreService/UpdateCadre", Role::Coordinator, async |stage| {
            let changed = v1::Cadre { display_name: "李新名".into(), ..entered(stage).await };
            v1::UpdateCadreRequest {
                cadre: Some(changed),
                update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.CadreService/CreatePosting", Role::Coordinator, async |stage| {
            post(entered(stage).await.name)
        }),
        Fixture::new("/lianbang.v1.CadreService/EndPosting", Role::Coordinator, async |stage| {
            let v1::Posting { name, etag, .. } = posted(stage).await;
            let end_reason = v1::posting::EndReason::Rotation.into();
            v1::EndPostingRequest { name, etag, valid_until: date(2026, 3, 1), end_reason, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CadreService/CreateLeave", Role::Coordinator, async |stage| {
            away(entered(stage).await.name)
        }),
        Fixture::new("/lianbang.v1.CadreService/EndLeave", Role::Coordinator, async |stage| {
            let leave = away(entered(stage).await.name);
            let v1::Leave { name, etag, .. } =
                client(stage).await.create_leave(leave).await.expect("leave").into_inner();
            v1::EndLeaveRequest { name, etag, valid_until: date(2026, 4, 2), ..Default::default() }
        }),
    ]
}

async fn client(stage: &Stage) -> CadreServiceClient<crate::harness::Line> {
    CadreServiceClient::new(stage.admin().await)
}

async fn new(stage: &Stage) -> v1::CreateCadreRequest {
    v1::CreateCadreRequest {
        cadre: Some(v1::Cadre {
            display_name: "李干部".into(),
            rank: v1::cadre::Rank::Section.into(),
            organization: organizations::entered(stage).await.name,
            ..Default::default()
        }),
        request_id: request_id(),
        ..Default::default()
    }
}

pub async fn entered(stage: &Stage) -> v1::Cadre {
    let new = new(stage).await;
    client(stage).await.create_cadre(new).await.expect("cadre").into_inner()
}

fn post(parent: String) -> v1::CreatePostingRequest {
    v1::CreatePostingRequest {
        parent,
        posting: Some(v1::Posting {
            region: "regions/411002001001".into(),
            role: v1::posting::Role::VillageHelper.into(),
            valid_from: date(2025, 1, 1),
            ..Default::default()
        }),
        request_id: request_id(),
        ..Default::default()
    }
}

fn away(parent: String) -> v1::CreateLeaveRequest {
    let leave = v1::Leave { valid_from: date(2026, 4, 1), valid_until: date(2026, 4, 8), ..Default::default() };
    v1::CreateLeaveRequest { parent, leave: Some(leave), request_id: request_id(), ..Default::default() }
}

/// A new cadre linked to the village of the fixtures since 2025.
pub async fn posted(stage: &Stage) -> v1::Posting {
    let post = post(entered(stage).await.name);
    client(stage).await.create_posting(post).await.expect("posting").into_inner()
}
