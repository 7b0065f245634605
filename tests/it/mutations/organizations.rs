//! Fixtures of OrganizationService.

use lianbang::{
    auth::Role,
    pb::v1::{self, organization_service_client::OrganizationServiceClient},
};

use super::{Fixture, HOME, fresh};
use crate::harness::{Stage, request_id};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.OrganizationService/CreateOrganization", Role::Coordinator, async |_| new()),
        Fixture::new("/lianbang.v1.OrganizationService/UpdateOrganization", Role::Coordinator, async |stage| {
            let entered = entered(stage).await;
            let changed = v1::Organization { display_name: "新名".into(), ..entered };
            v1::UpdateOrganizationRequest {
                organization: Some(changed),
                update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
                ..Default::default()
            }
        }),
    ]
}

fn new() -> v1::CreateOrganizationRequest {
    v1::CreateOrganizationRequest {
        organization: Some(v1::Organization {
            display_name: "住房和城乡建设局".into(),
            kind: v1::organization::Kind::Department.into(),
            region: HOME.into(),
            ..Default::default()
        }),
        organization_id: fresh("o"),
        request_id: request_id(),
        ..Default::default()
    }
}

/// A new department of the county.
pub async fn entered(stage: &Stage) -> v1::Organization {
    entered_at(stage, HOME).await
}

/// A new department of a region.
pub async fn entered_at(stage: &Stage, region: &str) -> v1::Organization {
    entered_with(stage, |organization| organization.region = region.into()).await
}

/// A new department with other facts.
pub async fn entered_with(stage: &Stage, change: impl FnOnce(&mut v1::Organization)) -> v1::Organization {
    let mut request = new();
    change(request.organization.as_mut().expect("organization"));
    let mut client = OrganizationServiceClient::new(stage.admin().await);
    client.create_organization(request).await.expect("organization").into_inner()
}
