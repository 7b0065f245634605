//! Corrections of what officials wrote. The citizen's words are not among it.

use uuid::Uuid;

use super::step::Step;
use crate::{
    cases::{flow::LIVE, model::Case, store},
    catalog::Catalog,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    place::Code,
    record::Sight,
    regions,
};

/// New values of a case; what is none stays.
#[derive(Debug)]
pub struct AmendCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub title: Option<String>,
    /// The inner none clears it.
    pub summary: Option<Option<String>>,
    /// The inner none clears it.
    pub topic: Option<Option<String>>,
    pub region: Option<Code>,
    pub urgent: Option<bool>,
    pub reason: String,
}

impl Command for AmendCase {
    type Answer = Case;
    const NAME: &'static str = "cases.amend";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        if !LIVE.contains(&step.case.state) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CASE_ENDED" });
        }
        let mut fields = Vec::new();
        if let Some(title) = &self.title {
            step.case.title.clone_from(title);
            fields.push("title");
        }
        if let Some(summary) = &self.summary {
            store::case::set_summary(tx, self.id, summary.as_deref()).await?;
            fields.push("summary");
        }
        if let Some(topic) = &self.topic {
            if let Some(topic) = topic {
                self.catalog.ensure_topic(tx, topic, "case.topic").await?;
            }
            step.case.topic.clone_from(topic);
            fields.push("topic");
        }
        if let Some(region) = self.region {
            let found = regions::place_of(tx, region, civil_date(tx.call().now), "case.region").await?;
            let office = step.case.registering_organization.clone();
            tx.call().permit.ensure_register(&found.path, office.as_deref(), "case.region")?;
            step.left = Some(Sight { place: step.case.place, restricted: step.case.is_accusation() });
            step.case.region = region;
            step.case.region_version = found.version;
            step.case.place = found.path;
            fields.push("region");
        }
        if let Some(urgent) = self.urgent {
            step.case.urgent = urgent;
            fields.push("urgent");
        }
        if ["title", "summary", "region"].iter().any(|field| fields.contains(field)) {
            store::terms::refresh(tx, &step.case).await?;
        }
        step.note("fields", fields.join(","));
        step.note("reason", self.reason.clone());
        step.finish("case.amended").await
    }
}
