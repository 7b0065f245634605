//! Correcting what is known of a mediation, and its cases.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    open::{ensure_case, ensure_referrer, term},
    record_mediation,
};
use crate::{
    cases,
    catalog::Catalog,
    check::Faults,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        dispute,
        flow::{self, MediationStep},
        model::{Detail, Mediation, Referral},
        numbers::{AgreementState, DisputeType, State},
        store,
    },
    wire::ensure_etag,
};

/// Corrects the fields that are named.
pub struct UpdateMediation {
    pub catalog: Catalog,
    pub mediation: Uuid,
    pub etag: String,
    pub cases: Vec<Uuid>,
    pub matter: Option<String>,
    pub application_date: Option<NaiveDate>,
    pub dispute_type: Option<DisputeType>,
    pub referral: Referral,
    pub fields: Vec<MediationField>,
}

/// What can be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediationField {
    Cases,
    Matter,
    ApplicationDate,
    DisputeType,
    Referrer,
    ReferralNumber,
}

/// The fields by their names in a mask.
pub const MEDIATION_FIELDS: &[(&str, MediationField)] = &[
    ("cases", MediationField::Cases),
    ("matter", MediationField::Matter),
    ("application_date", MediationField::ApplicationDate),
    ("dispute_type", MediationField::DisputeType),
    ("referrer", MediationField::Referrer),
    ("referral_number", MediationField::ReferralNumber),
];

impl Command for UpdateMediation {
    type Answer = Mediation;
    const NAME: &'static str = "mediations.update";

    async fn run(&self, tx: &Tx<'_>) -> Result<Mediation> {
        let locked = store::mediations::lock(tx, self.mediation).await?;
        ensure_etag(&self.etag, locked.version, &locked.name())?;
        flow::next(flow::MEDIATION, &locked.name(), locked.state, MediationStep::Update)?;
        // What is written is what was read in full.
        let before = store::mediations::find(tx, &tx.call().permit, locked.id, Detail::Full).await?;
        let before = before.ok_or_else(|| Error::not_found(locked.name()))?;
        let mut after = before.clone();
        for field in &self.fields {
            self.put(*field, &mut after);
        }
        let mut faults = Faults::default();
        faults.field("mediation", |faults| {
            if after.matter.is_none() && after.cases.is_empty() {
                faults.at("matter", "is required where there is no case");
            }
            after.referral.check(faults, after.source);
        });
        faults.into_result()?;
        if after.referral.referrer != before.referral.referrer {
            ensure_referrer(tx, &after.referral, after.open_time).await?;
        }
        self.ensure_cases(tx, &before, &after).await?;
        self.ensure_unsigned(tx, &before, &after).await?;
        // Where the kind is not told, the topics of all its cases say it.
        let asked = |field| self.fields.contains(&field);
        if after.dispute_type.is_none() && (asked(MediationField::Cases) || asked(MediationField::DisputeType)) {
            let topics = cases::topics(tx, &after.cases).await?;
            after.dispute_type = dispute::of_topics(&topics);
        }
        // A term by rule is that of the kind of dispute; what the parties agreed stays, and an import has no term of ours.
        let by_rule = before.term.as_ref().is_none_or(|term| term.rule.is_some());
        if after.dispute_type != before.dispute_type
            && by_rule
            && after.state == State::Open
            && after.external.is_none()
        {
            after.term = term(tx, &self.catalog, after.open_time, None, after.dispute_type, after.place.city).await?;
        }
        after.version += 1;
        store::mediations::correct(tx, &after, after.cases != before.cases).await?;
        let named = |(name, field): &(&'static str, MediationField)| self.fields.contains(field).then_some(*name);
        let mut names: Vec<&str> = MEDIATION_FIELDS.iter().filter_map(named).collect();
        if after.dispute_type != before.dispute_type && !self.fields.contains(&MediationField::DisputeType) {
            names.push("dispute_type");
        }
        let mut detail = vec![("fields", names.join(","))];
        if after.cases != before.cases {
            let names: Vec<String> = after.cases.iter().map(|id| format!("cases/{id}")).collect();
            detail.push(("cases", names.join(",")));
        }
        record_mediation(tx, "mediation.updated", Some(&before), &after, detail);
        Ok(after)
    }
}

impl UpdateMediation {
    fn put(&self, field: MediationField, into: &mut Mediation) {
        match field {
            MediationField::Cases => into.cases.clone_from(&self.cases),
            MediationField::Matter => into.matter.clone_from(&self.matter),
            MediationField::ApplicationDate => into.application_date = self.application_date,
            MediationField::DisputeType => into.dispute_type = self.dispute_type,
            MediationField::Referrer => into.referral.referrer.clone_from(&self.referral.referrer),
            MediationField::ReferralNumber => into.referral.number.clone_from(&self.referral.number),
        }
    }

    /// New cases are such as a mediation may be opened on. One that was linked in error is taken away while nothing rests on it: no agreement is in
    /// effect, which may have settled it, and nobody is kept from the mediation for it.
    async fn ensure_cases(&self, tx: &Tx<'_>, before: &Mediation, after: &Mediation) -> Result<()> {
        for case in after.cases.iter().filter(|case| !before.cases.contains(case)) {
            ensure_case(tx, *case).await?;
        }
        let gone: Vec<Uuid> = before.cases.iter().filter(|case| !after.cases.contains(case)).copied().collect();
        if gone.is_empty() {
            return Ok(());
        }
        let mut stays = before.state != State::Open
            || store::agreements::any_effective(tx, before).await?
            || !cases::walls(tx, &gone).await?.is_empty();
        for case in gone {
            let seen = cases::visible(tx, &tx.call().permit, case).await?;
            stays |= seen.ok_or_else(|| Error::not_found(format!("cases/{case}")))?.restricted;
        }
        if stays {
            return Err(Error::Precondition { resource: before.name(), condition: "CASES_STAY" });
        }
        Ok(())
    }

    /// The facts are part of what is signed (RMTJ 29).
    async fn ensure_unsigned(&self, tx: &Tx<'_>, before: &Mediation, after: &Mediation) -> Result<()> {
        if after.matter == before.matter {
            return Ok(());
        }
        let alive = store::agreements::alive(tx, before).await?;
        match alive.iter().find(|one| one.state != AgreementState::Draft) {
            Some(signed) => Err(Error::Precondition { resource: signed.name(), condition: "MATTER_SIGNED" }),
            None => Ok(()),
        }
    }
}
