//! Registration: always possible, from any channel, with or without a name (XF 17, 19, 22).

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    party::{self, NewParty},
    wall,
};
use crate::{
    auth::Area,
    cadres,
    call::Micros,
    cases::{
        clocks::{self, rules},
        model::{Case, Channel, Execution, IdentityMode, Nature, Outcome, Procedure, Rating, Resolution, Route, State},
        party::{MOST_REPRESENTATIVES, Party, PartyRole},
        store,
    },
    catalog::{self, CaseType, Catalog},
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    organizations,
    place::{Code, Level, Path},
    record::Change,
    regions,
    wire::etag,
};

/// The type of every case that names none.
const PETITION: &str = "caseTypes/petition";

/// One day. Later than this after its receipt, a registration needs a reason.
const DAY: Micros = 86_400_000_000;

/// A case to be registered, checked for form.
#[derive(Debug, Clone)]
pub struct RegisterCase {
    pub catalog: Catalog,
    pub id: Option<Uuid>,
    /// `caseTypes/…`, with or without a revision; the petition where there is none.
    pub case_type: Option<String>,
    pub nature: Nature,
    pub channel: Channel,
    pub title: String,
    pub statement: Option<String>,
    pub summary: Option<String>,
    pub topic: Option<String>,
    pub region: Code,
    pub registering_organization: Option<String>,
    pub petition_date: Option<NaiveDate>,
    pub receive_time: Option<Micros>,
    pub backdating_reason: Option<String>,
    pub external: Option<(String, String)>,
    pub identity_mode: IdentityMode,
    pub attendance: i32,
    pub urgent: bool,
    pub parties: Vec<NewParty>,
}

impl Command for RegisterCase {
    type Answer = Case;
    const NAME: &'static str = "cases.register";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let received = self.receive_time.unwrap_or(now);
        let case = self.draft(tx, received, now).await?;
        self.enter(tx, case, now).await
    }
}

impl RegisterCase {
    /// The case as it will be entered, but for its number.
    pub async fn draft(&self, tx: &Tx<'_>, received: Micros, registered: Micros) -> Result<Case> {
        let call = tx.call();
        let received_on = civil_date(received);
        self.check_times(received, registered, call.now)?;
        let known_on = civil_date(registered).max(received_on);
        let region = regions::place_as_known(tx, self.region, known_on, "case.region").await?;
        if visiting(tx, &region.path).await?.is_empty() {
            call.permit.ensure_register(&region.path, self.registering_organization.as_deref(), "case.region")?;
        }
        let office = match &self.registering_organization {
            Some(name) => Some(organization_place(tx, name, "case.registering_organization").await?),
            None => None,
        };
        if let Some(topic) = &self.topic {
            self.catalog.ensure_topic(tx, topic, "case.topic").await?;
        }
        if let Some((source, id)) = &self.external {
            let known = store::case::by_external(tx, &call.permit, source, id).await?;
            if let Some(known) = known {
                return Err(Error::AlreadyExists { resource: known.name() });
            }
        }
        let petitioner = self.parties.iter().any(|party| {
            matches!(party.role, PartyRole::Petitioner | PartyRole::Representative)
                && party.identity.display_name.is_some()
        });
        let identity_mode = match (self.identity_mode, petitioner) {
            (IdentityMode::Unknown, true) => IdentityMode::RealName,
            (IdentityMode::Unknown, false) => IdentityMode::Anonymous,
            (given, _) => given,
        };
        let case_type = self.pinned_type(tx).await?;
        let stage = case_type.first_stage().filter(|_| case_type.id != catalog::PETITION).map(str::to_owned);
        if stage.is_some() && self.nature == Nature::Accusation {
            return Err(Error::field("case.nature", "is an accusation, which is a petition"));
        }
        let count = i32::try_from(self.parties.len()).unwrap_or(i32::MAX);
        let responsible = cadres::responsible(tx, &region.path, received).await?;
        Ok(Case {
            id: self.id.unwrap_or_else(|| call.new_id()),
            number: String::new(),
            case_type: case_type.name(),
            state: if stage.is_some() { State::Open } else { State::Registered },
            stage,
            nature: self.nature,
            route: Route::None,
            channel: self.channel,
            title: self.title.clone(),
            statement: self.statement.clone(),
            summary: self.summary.clone(),
            topic: self.topic.clone(),
            region: self.region,
            region_version: region.version,
            place: region.path,
            registering_organization: self.registering_organization.clone(),
            handling_organization: self.registering_organization.clone(),
            handling_level: level_of(office.as_ref().unwrap_or(&region.path)),
            petition_date: self.petition_date.unwrap_or(received_on),
            receive_time: received,
            register_time: registered,
            update_time: call.now,
            backdating_reason: self.backdating_reason.clone(),
            external: self.external.clone(),
            identity_mode,
            attendance: if self.attendance > 0 { self.attendance } else { count },
            party_count: count,
            hop_count: 0,
            urgent: self.urgent,
            historic: case_type.id == catalog::PETITION
                && self.catalog.rule(rules::REGISTER_AND_DISPOSE, received_on).is_none(),
            outcome: Outcome::None,
            execution: Execution::None,
            resolution: Resolution::Unknown,
            settlement: None,
            register_posting: responsible.iter().find(|posting| posting.facts.role.links()).map(cadres::Posting::name),
            current_posting: None,
            next_due_time: None,
            answer_time: None,
            close_time: None,
            procedure: Procedure::Ordinary,
            accept_time: None,
            office_rating: Rating::None,
            organ_rating: Rating::None,
            version: 1,
        })
    }

    fn check_times(&self, received: Micros, registered: Micros, now: Micros) -> Result<()> {
        if received > now {
            return Err(Error::field("case.receive_time", "is in the future"));
        }
        if self.petition_date.is_some_and(|date| date > civil_date(received)) {
            return Err(Error::field("case.petition_date", "is after the receipt"));
        }
        if registered - received > DAY && self.backdating_reason.is_none() {
            return Err(Error::field("case.backdating_reason", "is required more than a day after the receipt"));
        }
        Ok(())
    }

    /// Writes a draft with its parties, its first clock, its holders and its record. The number is taken last.
    pub async fn enter(&self, tx: &Tx<'_>, mut case: Case, party_time: Micros) -> Result<Case> {
        let representatives = self.parties.iter().filter(|party| party.role == PartyRole::Representative).count();
        if representatives > MOST_REPRESENTATIVES && case.channel == Channel::Visit {
            return Err(Error::against("XF 20", "parties", "has more than 5 representatives"));
        }
        let parties = party::enter(tx, &case, &self.parties, party_time, |index| format!("parties[{index}]")).await?;
        wall::raise(tx, case.id, &parties).await?;
        if !case.historic {
            let holder = case.registering_organization.as_deref();
            let mut started = Vec::new();
            for rule in self.first_rules(tx, &case).await? {
                let clock = clocks::compute(tx, &self.catalog, case.id, &rule, case.receive_time, None, holder).await?;
                started.extend(clock);
            }
            case.next_due_time = started.iter().map(|clock| clock.due_time).min();
            store::clock::insert(tx, &started).await?;
        }
        let visiting = visiting(tx, &case.place).await?;
        for holder in case.registering_organization.iter().chain(&case.register_posting).chain(&visiting) {
            store::case::add_holder(tx, &case, holder).await?;
        }
        case.number =
            store::case::next_number(tx, county_of(&case.place), civil_date(case.register_time), case.is_accusation())
                .await?;
        let withheld = parties.iter().any(Party::is_sensitive);
        store::case::insert(tx, &case, withheld).await?;
        tx.record(Change {
            kind: "case.registered",
            resource: case.name(),
            root: Some(case.id),
            place: case.place,
            restricted: case.is_accusation(),
            state_after: Some(case.state.word()),
            etag: etag(case.version),
            detail: vec![("number", case.number.clone()), ("channel", case.channel.word().to_owned())],
            ..Change::default()
        });
        Ok(case)
    }

    async fn pinned_type(&self, tx: &Tx<'_>) -> Result<Arc<CaseType>> {
        let name = self.case_type.as_deref().unwrap_or(PETITION);
        self.catalog.case_type(tx, name).await.map_err(|error| match error {
            Error::NotFound { .. } => Error::field("case.case_type", "is not a case type"),
            other => other,
        })
    }

    /// The clocks that a registration starts: of a petition one, of any other type those of its first stage.
    async fn first_rules(&self, tx: &Tx<'_>, case: &Case) -> Result<Vec<String>> {
        match &case.stage {
            None => {
                let rule = first_rule(tx, case.registering_organization.as_deref(), case.nature).await?;
                Ok(rule.into_iter().map(str::to_owned).collect())
            }
            Some(stage) => Ok(self.catalog.case_type(tx, &case.case_type).await?.rules_from(stage)),
        }
    }
}

/// A petition office has 15 days to dispose (XF 22); another organ that was approached directly, 15 days to answer in writing (XF 23(2)),
/// but in matters of discipline (XF 23(4)).
pub async fn first_rule(tx: &Tx<'_>, office: Option<&str>, nature: Nature) -> Result<Option<&'static str>> {
    let Some(name) = office else { return Ok(Some(rules::REGISTER_AND_DISPOSE)) };
    let id = name.trim_start_matches("organizations/");
    Ok(match (organizations::is_petition_office(tx, id).await?, nature) {
        (true, _) => Some(rules::REGISTER_AND_DISPOSE),
        (false, Nature::Accusation) => None,
        (false, _) => Some(rules::NOTICE_DIRECT),
    })
}

/// The caller's own postings that are linked to a place today: a cadre enters what is said on a visit, and sees it from then on.
async fn visiting(tx: &Tx<'_>, place: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for area in &tx.call().permit.areas {
        let Area::Posting { cadre, id } = area else { continue };
        let Some(posting) = cadres::posting(tx, cadre, id).await? else { continue };
        let covers = place.is_within(posting.region_level, posting.facts.region);
        if covers && posting.is_in_force(civil_date(tx.call().now)) {
            found.push(posting.name());
        }
    }
    Ok(found)
}

/// Where an organization is, or a fault of the field that names it.
pub async fn organization_place(tx: &Tx<'_>, name: &str, field: &str) -> Result<Path> {
    let id = name.strip_prefix("organizations/").unwrap_or(name);
    organizations::place_of(tx, id).await?.ok_or_else(|| Error::field(field, "is not an organization"))
}

/// Where an organization is that a case is sent to: it must not have ended.
pub async fn receiver_place(tx: &Tx<'_>, name: &str, field: &str) -> Result<Path> {
    let place = organization_place(tx, name, field).await?;
    let id = name.strip_prefix("organizations/").unwrap_or(name);
    if organizations::exists(tx, id, civil_date(tx.call().now)).await? {
        Ok(place)
    } else {
        Err(Error::field(field, "is an organization that has ended, or is not there yet"))
    }
}

/// The place by which a case is numbered: its county, or what of it is known.
pub fn county_of(place: &Path) -> Code {
    place.county.or(place.city).or(place.province).unwrap_or(Code::COUNTRY)
}

/// The level at which a place is handled. Nothing is handled above the province here.
pub fn level_of(place: &Path) -> i32 {
    place.lowest().0.max(Level::Province).stored()
}
