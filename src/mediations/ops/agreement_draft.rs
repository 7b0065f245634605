//! Writing agreements: the first text, and the next.

use uuid::Uuid;

use super::record_agreement;
use crate::{
    db::{Command, Tx},
    error::Result,
    mediations::{
        flow::{self, AgreementStep, MediationStep},
        model::{Agreement, Detail, Mediation},
        numbers::{AgreementState, Extent, Form, Numbered, Subject},
        store,
    },
    wire::ensure_etag,
};

/// Writes the first version of an agreement.
pub struct Draft {
    pub mediation: Uuid,
    pub text: String,
    pub extent: Extent,
    pub acceding_threshold: i32,
    pub excluded_subjects: Vec<Subject>,
}

impl Command for Draft {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.draft";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Draft)?;
        let (extent, acceding_threshold) = (self.extent, self.acceding_threshold);
        let excluded_subjects = self.excluded_subjects.clone();
        let agreement = Agreement { extent, acceding_threshold, excluded_subjects, ..first(tx, &mediation) };
        store::agreements::insert(tx, &agreement).await?;
        store::agreements::insert_text(tx, &agreement, &self.text, tx.call().now).await?;
        let detail = vec![
            ("extent", self.extent.word().to_owned()),
            ("acceding_threshold", self.acceding_threshold.to_string()),
        ];
        record_agreement(tx, &mediation, "agreement.drafted", None, &agreement, detail);
        Ok(agreement)
    }
}

/// A draft without anything in it.
pub(super) fn first(tx: &Tx<'_>, mediation: &Mediation) -> Agreement {
    Agreement {
        id: tx.call().new_id(),
        mediation: mediation.id,
        committee: mediation.committee.clone(),
        state: AgreementState::Draft,
        edition: 1,
        text: None,
        necessary_party_count: mediation.necessary_party_count,
        necessary_signature_count: 0,
        acceding_signature_count: 0,
        mediator_signature_count: 0,
        last_party_time: None,
        first_mediator_time: None,
        seal: None,
        effect_time: None,
        create_time: tx.call().now,
        version: 1,
        extent: Extent::Whole,
        form: Form::Written,
        acceding_threshold: 0,
        plan: None,
        excluded_subjects: Vec::new(),
    }
}

/// Writes a new version. What was under the one before no longer counts.
pub struct Revise {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub etag: String,
    pub text: String,
    /// These as before where they are not given.
    pub acceding_threshold: Option<i32>,
    pub extent: Option<Extent>,
    pub excluded_subjects: Option<Vec<Subject>>,
}

impl Command for Revise {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.revise";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut agreement = before.clone();
        agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::Revise)?;
        agreement.renew();
        agreement.acceding_threshold = self.acceding_threshold.unwrap_or(before.acceding_threshold);
        agreement.extent = self.extent.unwrap_or(before.extent);
        agreement.excluded_subjects = self.excluded_subjects.clone().unwrap_or(before.excluded_subjects.clone());
        agreement.version += 1;
        store::agreements::save(tx, &agreement).await?;
        store::agreements::insert_text(tx, &agreement, &self.text, tx.call().now).await?;
        let detail = vec![
            ("version", agreement.edition.to_string()),
            ("acceding_threshold", agreement.acceding_threshold.to_string()),
            ("extent", agreement.extent.word().to_owned()),
        ];
        record_agreement(tx, &mediation, "agreement.revised", Some(&before), &agreement, detail);
        Ok(agreement)
    }
}
