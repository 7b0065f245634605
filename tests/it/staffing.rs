//! StaffingService.

mod coverage;
mod responsible;

use lianbang::{
    auth::Role,
    pb::{
        google::r#type::Date,
        v1::{
            self, Posting,
            cadre_service_client::CadreServiceClient,
            organization_service_client::OrganizationServiceClient,
            posting::{EndReason, Role as As},
            region_coverage::Status,
            staffing_service_client::StaffingServiceClient,
        },
    },
};

use crate::harness::{Line, Stage, request_id};

const CITY: &str = "regions/411000000000";
const COUNTY: &str = "regions/411002000000";
const TOWNSHIP: &str = "regions/411002001000";
const VILLAGE: &str = "regions/411002001001";
const NEXT_VILLAGE: &str = "regions/411002001002";

/// A server with an office, and who enters cadres and postings there.
struct Scene {
    stage: Stage,
    cadres: CadreServiceClient<Line>,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::with_regions().await;
        let mut organizations = OrganizationServiceClient::new(stage.admin().await);
        let organization = v1::Organization {
            display_name: "信访局".into(),
            kind: v1::organization::Kind::PetitionOffice.into(),
            region: COUNTY.into(),
            ..Default::default()
        };
        let request = v1::CreateOrganizationRequest {
            organization: Some(organization),
            organization_id: "office".into(),
            request_id: request_id(),
            ..Default::default()
        };
        organizations.create_organization(request).await.expect("organization");
        let cadres = CadreServiceClient::new(stage.admin().await);
        Self { stage, cadres }
    }

    /// Enters a cadre, named as the id.
    async fn cadre(&mut self, id: &str) {
        let cadre = v1::Cadre {
            display_name: id.into(),
            rank: v1::cadre::Rank::Section.into(),
            organization: "organizations/office".into(),
            ..Default::default()
        };
        let request = v1::CreateCadreRequest {
            cadre: Some(cadre),
            cadre_id: format!("cadre-{id}"),
            request_id: request_id(),
            ..Default::default()
        };
        self.cadres.create_cadre(request).await.expect("cadre");
    }

    async fn post(&mut self, cadre: &str, region: &str, role: As, from: Option<Date>, until: Option<Date>) -> Posting {
        let posting = Posting {
            region: region.into(),
            role: role.into(),
            valid_from: from,
            valid_until: until,
            ..Default::default()
        };
        let request = v1::CreatePostingRequest {
            parent: format!("cadres/cadre-{cadre}"),
            posting: Some(posting),
            request_id: request_id(),
            ..Default::default()
        };
        self.cadres.create_posting(request).await.expect("posting").into_inner()
    }

    async fn end(&mut self, posting: &Posting, day: Option<Date>, reason: EndReason) {
        let request = v1::EndPostingRequest {
            name: posting.name.clone(),
            valid_until: day,
            end_reason: reason.into(),
            etag: posting.etag.clone(),
            request_id: request_id(),
            ..Default::default()
        };
        self.cadres.end_posting(request).await.expect("end");
    }

    async fn reader(&self) -> StaffingServiceClient<Line> {
        StaffingServiceClient::new(self.stage.within(Role::Reader, CITY).await)
    }

    async fn coverage(&self, request: v1::GetCoverageRequest) -> v1::GetCoverageResponse {
        self.reader().await.get_coverage(request).await.expect("coverage").into_inner()
    }

    /// How one place stands on a day.
    async fn status(&self, region: &str, day: Option<Date>) -> v1::RegionCoverage {
        let request = v1::GetCoverageRequest { region: region.into(), date: day, ..Default::default() };
        let mut found = self.coverage(request).await.region_coverages;
        found.retain(|place| place.region == region);
        found.pop().expect("the place")
    }
}

fn stands(place: &v1::RegionCoverage) -> (Status, Option<Date>, Option<i32>, Vec<&str>) {
    let people = place.responsibles.iter().map(|person| person.cadre_display_name.as_str()).collect();
    (place.status(), place.since_date, place.days_since, people)
}
