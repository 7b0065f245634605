//! Opening a mediation.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{organization, record_mediation};
use crate::{
    call::Micros,
    cases,
    catalog::Catalog,
    clock::{self, Input, OfficeHours, civil_date, end_of_day},
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        dispute,
        model::{Mediation, MediationTerm, Referral},
        numbers::{DisputeType, Source, State},
        store,
    },
    organizations::Kind,
    place::Code,
    regions,
};

/// Opens a mediation on cases, or on none.
pub struct Open {
    pub source: Source,
    pub committee: String,
    pub region: Code,
    pub cases: Vec<Uuid>,
    pub matter: Option<String>,
    pub application_date: Option<NaiveDate>,
    pub referral: Referral,
    pub open_time: Micros,
    /// What the topics of the cases say, where it is not told.
    pub dispute_type: Option<DisputeType>,
    /// The last day on which the parties agreed.
    pub term_date: Option<NaiveDate>,
    pub catalog: Catalog,
}

/// What is known of a mediation of another system.
pub struct Origin {
    /// Its source and its id there.
    pub external: (String, String),
    /// Nobody knows when it was opened.
    pub undated: bool,
    /// What its source does not tell.
    pub missing_fields: Vec<String>,
}

impl Command for Open {
    type Answer = Mediation;
    const NAME: &'static str = "mediations.open";

    async fn run(&self, tx: &Tx<'_>) -> Result<Mediation> {
        self.enter(tx, None).await
    }
}

impl Open {
    /// Enters the mediation. What comes from another system says so.
    pub async fn enter(&self, tx: &Tx<'_>, origin: Option<Origin>) -> Result<Mediation> {
        let call = tx.call();
        let day = civil_date(self.open_time);
        let region = regions::place_of(tx, self.region, day, "mediation.region").await?;
        call.permit.ensure_place(&region.path, &self.region.name())?;
        let committee = organization(tx, &self.committee, day).await?;
        if committee.facts.kind != Kind::MediationCommittee {
            return Err(Error::Precondition { resource: committee.name(), condition: "NOT_A_MEDIATION_COMMITTEE" });
        }
        ensure_referrer(tx, &self.referral, self.open_time).await?;
        let mut topics = Vec::new();
        for case in &self.cases {
            topics.extend(ensure_case(tx, *case).await?.topic);
        }
        let dispute_type = self.dispute_type.or_else(|| dispute::of_topics(&topics));
        // Nobody counts for what is taken over from elsewhere.
        let term = match &origin {
            None => {
                let city = region.path.city;
                term(tx, &self.catalog, self.open_time, self.term_date, dispute_type, city).await?
            }
            Some(_) => None,
        };
        let (external, undated, missing_fields) = match origin {
            Some(Origin { external, undated, missing_fields }) => (Some(external), undated, missing_fields),
            None => (None, false, Vec::new()),
        };
        let mediation = Mediation {
            id: call.new_id(),
            state: State::Open,
            source: self.source,
            committee: self.committee.clone(),
            region: self.region,
            region_version: region.version,
            place: region.path,
            cases: self.cases.clone(),
            matter: self.matter.clone(),
            application_date: self.application_date,
            referral: self.referral.clone(),
            open_time: self.open_time,
            participant_count: 0,
            necessary_party_count: 0,
            necessary_consent_count: 0,
            session_count: 0,
            settlement: None,
            end_time: None,
            failure: None,
            notice: None,
            withdrawn_by: None,
            withdrawal_reason: None,
            dispute_type,
            term,
            undated,
            external,
            missing_fields,
            create_time: call.now,
            version: 1,
        };
        store::mediations::insert(tx, &mediation).await?;
        let names: Vec<String> = self.cases.iter().map(|id| format!("cases/{id}")).collect();
        let detail = vec![("committee", committee.name()), ("cases", names.join(","))];
        record_mediation(tx, "mediation.opened", None, &mediation, detail);
        Ok(mediation)
    }
}

/// Until when it is to last: as the parties agreed; otherwise by the rule for the kind of dispute, or that of the city.
pub(super) async fn term(
    tx: &Tx<'_>,
    catalog: &Catalog,
    open_time: Micros,
    agreed: Option<NaiveDate>,
    kind: Option<DisputeType>,
    city: Option<Code>,
) -> Result<Option<MediationTerm>> {
    let day = civil_date(open_time);
    if let Some(date) = agreed {
        if date < day {
            return Err(Error::field("mediation.term_date", "lies before the opening"));
        }
        return Ok(Some(MediationTerm { date, time: end_of_day(date), rule: None }));
    }
    let rule = match kind {
        Some(DisputeType::Labour) => catalog.rule("labour_mediation", day),
        _ => city.and_then(|city| catalog.local_rule("mediation", &jurisdiction(city), day)),
    };
    let Some(rule) = rule else { return Ok(None) };
    let calendar = catalog.calendar(tx).await?;
    let office_hours = OfficeHours::default();
    let start = open_time;
    let input = Input { rule, start, set: None, pauses: &[], extensions: &[], calendar: &calendar, office_hours };
    let deadline = clock::compute(&input).map_err(Error::internal)?;
    let name = format!("clockRules/{}.{}", rule.rule_set, rule.id);
    Ok(Some(MediationTerm { date: deadline.adjusted_date, time: deadline.late_after, rule: Some(name) }))
}

/// Of a city, as the rules name it: `CN-4403`.
fn jurisdiction(city: Code) -> String {
    format!("CN-{}", city.to_string().chars().take(4).collect::<String>())
}

/// A mediation settles what two sides may dispose of: an accusation is not for it.
pub(super) async fn ensure_case(tx: &Tx<'_>, id: Uuid) -> Result<cases::Visible> {
    let resource = format!("cases/{id}");
    let Some(case) = cases::visible(tx, &tx.call().permit, id).await? else { return Err(Error::not_found(resource)) };
    match (case.restricted, case.ended) {
        (true, _) => Err(Error::Precondition { resource, condition: "CASE_IS_ACCUSATION" }),
        (false, true) => Err(Error::Precondition { resource, condition: "CASE_ENDED" }),
        (false, false) => Ok(case),
    }
}

/// Who refers is in the register and has not ended.
pub(super) async fn ensure_referrer(tx: &Tx<'_>, referral: &Referral, open_time: Micros) -> Result<()> {
    match &referral.referrer {
        Some(id) => organization(tx, id, civil_date(open_time)).await.map(drop),
        None => Ok(()),
    }
}
