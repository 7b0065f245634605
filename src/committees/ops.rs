//! Entering, changing and ending terms of office.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{
    model::{End, EndReason, Facts, Field, Member, Term, term_name},
    store,
};
use crate::{
    cadres::{self, Brief},
    check::Faults,
    clock::civil_date,
    db::{Command, Rows, Tx},
    error::{Error, Result},
    organizations::{self, Kind, Organization, organization_name},
    record::Change,
    wire::{ensure_etag, etag},
};

/// A term with what is known of its members, as it is judged on a day.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The term.
    pub term: Term,
    /// The cadres by id.
    pub people: HashMap<String, Brief>,
    /// First day on which the committee no longer exists.
    pub committee_end: Option<NaiveDate>,
    /// The day.
    pub today: NaiveDate,
}

/// Enters a term.
pub struct Create {
    pub organization: String,
    /// The id that the caller chose.
    pub id: Option<String>,
    pub valid_from: NaiveDate,
    /// Of one that is over.
    pub end: Option<End>,
    pub facts: Facts,
}

impl Command for Create {
    type Answer = Shown;
    const NAME: &'static str = "committees.create_term";

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown> {
        let organization =
            lock(tx, &self.organization, || Error::not_found(organization_name(&self.organization))).await?;
        let now = tx.call().now;
        let term = Term {
            organization: organization.id.clone(),
            id: self.id.clone().unwrap_or_else(|| tx.call().new_id().to_string()),
            valid_from: self.valid_from,
            end: self.end,
            facts: self.facts.clone(),
            court_told: self.facts.court_notify_date.is_some(),
            create_time: now,
            update_time: now,
            version: 1,
        };
        tx.call().permit.ensure_place(&organization.place, &term.name())?;
        let refuse = |condition| Err(Error::Precondition { resource: organization.name(), condition });
        if organization.facts.kind != Kind::MediationCommittee {
            return refuse("NOT_A_MEDIATION_COMMITTEE");
        }
        let outlived =
            |end| end <= term.valid_from || (end <= civil_date(now) && term.end.is_none_or(|own| end < own.date));
        if organization.facts.valid_until.is_some_and(outlived) {
            return refuse("ORGANIZATION_ENDED");
        }
        ensure_consistent(tx, &term, &Field::ALL)?;
        if let Some(end) = term.end {
            ensure_end(&term, end)?;
        }
        if store::find(tx, &term.organization, &term.id).await?.is_some() {
            return Err(Error::AlreadyExists { resource: term.name() });
        }
        if let Some(other) = store::overlapping(tx, &term).await? {
            return Err(Error::Precondition { resource: other.name(), condition: "TERM_OVERLAP" });
        }
        let people = known(tx, &term, &[]).await?;
        store::insert(tx, &term).await?;
        record(tx, "committee_term.created", &organization, &term);
        Ok(Shown { term, people, committee_end: organization.facts.valid_until, today: civil_date(now) })
    }
}

/// Changes some facts of a term.
pub struct Update {
    pub organization: String,
    pub id: String,
    pub etag: String,
    pub facts: Facts,
    pub fields: Vec<Field>,
}

impl Command for Update {
    type Answer = Shown;
    const NAME: &'static str = "committees.update_term";

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown> {
        let (organization, mut term) = lock_term(tx, &self.organization, &self.id, &self.etag).await?;
        let before = term.facts.members.clone();
        term.change(&self.facts, &self.fields);
        ensure_consistent(tx, &term, &self.fields)?;
        let people = known(tx, &term, &before).await?;
        term.update_time = tx.call().now;
        term.version += 1;
        store::update(tx, &term).await?;
        record(tx, "committee_term.updated", &organization, &term);
        let today = civil_date(tx.call().now);
        Ok(Shown { term, people, committee_end: organization.facts.valid_until, today })
    }
}

/// Ends a term.
pub struct Finish {
    pub organization: String,
    pub id: String,
    pub etag: String,
    pub end: End,
}

impl Command for Finish {
    type Answer = Shown;
    const NAME: &'static str = "committees.end_term";

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown> {
        let (organization, mut term) = lock_term(tx, &self.organization, &self.id, &self.etag).await?;
        if term.end.is_some() {
            return Err(Error::Precondition { resource: term.name(), condition: "ALREADY_ENDED" });
        }
        ensure_end(&term, self.end)?;
        term.end = Some(self.end);
        term.update_time = tx.call().now;
        term.version += 1;
        store::update(tx, &term).await?;
        record(tx, "committee_term.ended", &organization, &term);
        show(tx, term, civil_date(tx.call().now)).await
    }
}

/// No term ends before it begins; one entered in error was never in office.
fn ensure_end(term: &Term, end: End) -> Result<()> {
    let condition = if end.date < term.valid_from {
        "END_BEFORE_FIRST_DAY"
    } else if end.reason == EndReason::EnteredInError && end.date != term.valid_from {
        "END_NOT_ON_FIRST_DAY"
    } else {
        return Ok(());
    };
    Err(Error::Precondition { resource: term.name(), condition })
}

/// One term, also one that is over.
pub async fn get(rows: &impl Rows, organization: &str, id: &str, today: NaiveDate) -> Result<Shown> {
    let term = store::find(rows, organization, id).await?;
    show(rows, term.ok_or_else(|| Error::not_found(term_name(organization, id)))?, today).await
}

/// A term with what is known of its members.
async fn show(rows: &impl Rows, term: Term, today: NaiveDate) -> Result<Shown> {
    let shown = show_all(rows, vec![term], today).await?.pop();
    shown.ok_or_else(|| Error::internal("a term was not shown"))
}

/// Terms with what is known of their members.
pub async fn show_all(rows: &impl Rows, terms: Vec<Term>, today: NaiveDate) -> Result<Vec<Shown>> {
    let mut ids: Vec<&str> =
        terms.iter().flat_map(|term| &term.facts.members).map(|member| member.cadre.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = cadres::briefs(rows, ids.into_iter()).await?;
    let ends = organizations::ends(rows, terms.iter().map(|term| term.organization.as_str())).await?;
    let of = |term: &Term| {
        let own = term.facts.members.iter().filter_map(|member| people.get_key_value(&member.cadre));
        own.map(|(id, brief)| (id.clone(), brief.clone())).collect()
    };
    let shown = |term: Term| {
        let committee_end = ends.get(&term.organization).copied();
        Shown { people: of(&term), committee_end, term, today }
    };
    Ok(terms.into_iter().map(shown).collect())
}

/// Locks a committee, the root of its terms.
async fn lock(tx: &Tx<'_>, id: &str, missing: impl Fn() -> Error) -> Result<Organization> {
    organizations::lock(tx, id).await?.ok_or_else(missing)
}

/// A term that the caller has read and may change, under the lock of its committee.
async fn lock_term(tx: &Tx<'_>, organization: &str, id: &str, given: &str) -> Result<(Organization, Term)> {
    let name = term_name(organization, id);
    // Whether the committee or the term is missing makes no difference.
    let missing = || Error::not_found(name.clone());
    let organization = lock(tx, organization, missing).await?;
    let term = store::find(tx, &organization.id, id).await?.ok_or_else(missing)?;
    tx.call().permit.ensure_place(&organization.place, &name)?;
    ensure_etag(given, term.version, &name)?;
    Ok((organization, term))
}

/// What is entered contradicts neither itself nor the day.
fn ensure_consistent(tx: &Tx<'_>, term: &Term, fields: &[Field]) -> Result<()> {
    let mut faults = Faults::default();
    faults.field("committee_term", |faults| {
        term.facts.check(term.valid_from, faults);
        let told = term.facts.court_notify_date.filter(|_| fields.contains(&Field::CourtNotifyDate));
        if told.is_some_and(|told| told > civil_date(tx.call().now)) {
            faults.at("court_notify_date", "is later than today");
        }
    });
    faults.into_result()
}

/// The members are cadres who serve on the first day of their post; those who stood there before, with that day, are not asked again.
async fn known(tx: &Tx<'_>, term: &Term, before: &[Member]) -> Result<HashMap<String, Brief>> {
    let members = &term.facts.members;
    let people = cadres::briefs(tx, members.iter().map(|member| member.cadre.as_str())).await?;
    let first_day = |member: &Member| member.valid_from.unwrap_or(term.valid_from);
    let stood = |member: &Member| {
        let same = |other: &Member| (&other.cadre, first_day(other)) == (&member.cadre, first_day(member));
        before.iter().any(same)
    };
    for member in members.iter().filter(|member| !stood(member)) {
        let name = format!("cadres/{}", member.cadre);
        let cadre = people.get(&member.cadre).ok_or_else(|| Error::not_found(name.clone()))?;
        if !cadre.serves(first_day(member)) {
            return Err(Error::Precondition { resource: name, condition: "CADRE_NOT_IN_SERVICE" });
        }
    }
    Ok(people)
}

fn record(tx: &Tx<'_>, kind: &'static str, organization: &Organization, term: &Term) {
    let mut detail = vec![
        ("valid_from", term.valid_from.to_string()),
        ("chosen_by", format!("{:?}", term.facts.chosen_by)),
        ("member_count", term.facts.members.len().to_string()),
    ];
    if let Some(end) = term.end {
        detail.push(("valid_until", end.date.to_string()));
        detail.push(("end_reason", format!("{:?}", end.reason)));
    }
    tx.record(Change {
        kind,
        resource: term.name(),
        place: organization.place,
        etag: etag(term.version),
        detail,
        ..Change::default()
    });
}
