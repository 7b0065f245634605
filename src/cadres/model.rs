//! What a cadre and a posting are.

use chrono::NaiveDate;

use crate::{
    call::Micros,
    place::{Code, Level, Path},
};

/// Rank of an office (职级).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// Prefecture level (厅级).
    Prefecture = 1,
    /// County level (县处级).
    County = 2,
    /// Section level (乡科级).
    Section = 3,
    /// Staff below the section level.
    Staff = 4,
    /// None.
    Other = 5,
}

impl Rank {
    /// From the database's column or the proto's number.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Prefecture, Self::County, Self::Section, Self::Staff, Self::Other]
            .into_iter()
            .find(|rank| *rank as i32 == number)
    }
}

/// As what a cadre is linked to a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Leader linked to a township (联乡领导).
    TownshipLeader = 1,
    /// Cadre linked to a village (帮村干部).
    VillageHelper = 2,
    /// First secretary resident in a village (驻村第一书记).
    FirstSecretary = 3,
    /// Cadre of the township who answers for a village (包村).
    TownshipLink = 4,
    /// Member of the grid (网格员).
    GridMember = 5,
    /// Receives visitors (接访).
    Reception = 6,
    /// Mediator (调解员).
    Mediator = 7,
    /// Petition agent (信访代理).
    PetitionAgent = 8,
    /// Village doctor (村医).
    VillageDoctor = 9,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 9] = [
        Self::TownshipLeader,
        Self::VillageHelper,
        Self::FirstSecretary,
        Self::TownshipLink,
        Self::GridMember,
        Self::Reception,
        Self::Mediator,
        Self::PetitionAgent,
        Self::VillageDoctor,
    ];

    /// From the database's column or the proto's number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|role| *role as i32 == number)
    }

    /// The role links its cadre to the place (联系帮扶), and does not only serve there.
    pub fn links(self) -> bool {
        match self {
            Self::TownshipLeader | Self::VillageHelper | Self::FirstSecretary | Self::TownshipLink => true,
            Self::GridMember | Self::Reception | Self::Mediator | Self::PetitionAgent | Self::VillageDoctor => false,
        }
    }
}

/// Why a posting was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Turn of duty (轮换).
    Rotation = 1,
    /// Other work (调离).
    Transfer = 2,
    /// Retired or left the service.
    Retirement = 3,
    /// Relieved of the duty (免职).
    Removal = 4,
    /// The region ended.
    RegionEnded = 5,
    /// It was entered in error and never held.
    EnteredInError = 6,
    /// Another reason.
    Other = 7,
}

impl EndReason {
    /// From the database's column or the proto's number.
    pub fn from_number(number: i32) -> Option<Self> {
        [
            Self::Rotation,
            Self::Transfer,
            Self::Retirement,
            Self::Removal,
            Self::RegionEnded,
            Self::EnteredInError,
            Self::Other,
        ]
        .into_iter()
        .find(|reason| *reason as i32 == number)
    }
}

/// Where an entry comes from: a register, and its id there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// The register.
    pub register: String,
    /// The entry's id in it.
    pub id: String,
}

/// A post that a cadre holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Title.
    pub display_name: String,
    /// `{id}` of the organization at which it is held; none: the cadre's own.
    pub organization: Option<String>,
}

/// A topic that a cadre knows well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expertise {
    /// `{id}` of `topics/{id}`.
    pub topic: String,
    /// First day on which it counts.
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer counts.
    pub valid_until: Option<NaiveDate>,
}

/// What is entered of a cadre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Name under which the cadre serves.
    pub display_name: String,
    /// Rank.
    pub rank: Rank,
    /// `{id}` of the organization.
    pub organization: String,
    /// Posts, the main one first.
    pub posts: Vec<Post>,
    /// What the cadre knows well.
    pub expertises: Vec<Expertise>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Most open mediations in which the cadre mediates; none: no limit.
    pub mediation_capacity: Option<i32>,
    /// First day of service.
    pub valid_from: Option<NaiveDate>,
    /// First day without.
    pub valid_until: Option<NaiveDate>,
    /// Where the entry comes from.
    pub source: Option<Source>,
}

/// A part of a cadre's entry that can be changed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    DisplayName,
    Rank,
    Organization,
    Posts,
    Expertises,
    Phone,
    MediationCapacity,
    ValidFrom,
    ValidUntil,
    /// Register and id there: they only make sense together.
    Source,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::DisplayName,
        Self::Rank,
        Self::Organization,
        Self::Posts,
        Self::Expertises,
        Self::Phone,
        Self::MediationCapacity,
        Self::ValidFrom,
        Self::ValidUntil,
        Self::Source,
    ];
}

impl Facts {
    /// These facts with some fields taken from `changed`.
    #[must_use]
    pub fn with(mut self, changed: &Self, fields: &[Field]) -> Self {
        for field in fields {
            match field {
                Field::DisplayName => self.display_name.clone_from(&changed.display_name),
                Field::Rank => self.rank = changed.rank,
                Field::Organization => self.organization.clone_from(&changed.organization),
                Field::Posts => self.posts.clone_from(&changed.posts),
                Field::Expertises => self.expertises.clone_from(&changed.expertises),
                Field::Phone => self.phone.clone_from(&changed.phone),
                Field::MediationCapacity => self.mediation_capacity = changed.mediation_capacity,
                Field::ValidFrom => self.valid_from = changed.valid_from,
                Field::ValidUntil => self.valid_until = changed.valid_until,
                Field::Source => self.source.clone_from(&changed.source),
            }
        }
        self
    }

    /// The term of service is one: it ends after it begins.
    pub fn has_term(&self) -> bool {
        is_term(self.valid_from, self.valid_until)
    }

    /// The cadre serves on each day from `from` until before `until`.
    pub fn serves(&self, from: NaiveDate, until: Option<NaiveDate>) -> bool {
        let begun = self.valid_from.is_none_or(|first| first <= from);
        let stays = self.valid_until.is_none_or(|end| until.is_some_and(|until| until <= end));
        begun && stays
    }
}

/// The second day, where there is one, lies after the first.
pub fn is_term(from: Option<NaiveDate>, until: Option<NaiveDate>) -> bool {
    match (from, until) {
        (Some(from), Some(until)) => from < until,
        _ => true,
    }
}

/// Someone who holds an office or a function in the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cadre {
    /// `{id}` of `cadres/{id}`.
    pub id: String,
    /// What is entered.
    pub facts: Facts,
    /// When it was entered.
    pub create_time: Micros,
    /// When it last changed.
    pub update_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl Cadre {
    /// `cadres/{id}`.
    pub fn name(&self) -> String {
        cadre_name(&self.id)
    }
}

/// `cadres/{id}`.
pub fn cadre_name(id: &str) -> String {
    format!("cadres/{id}")
}

/// `cadres/{id}/postings/{id}`.
pub fn posting_name(cadre: &str, id: &str) -> String {
    format!("cadres/{cadre}/postings/{id}")
}

/// A document by which a posting began or ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Number (文号).
    pub number: String,
    /// Title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// Date.
    pub date: Option<NaiveDate>,
}

/// Who stands in for a cadre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    /// `{id}` of the cadre.
    pub cadre: String,
    /// `{id}` of the cadre's posting, where one is named.
    pub posting: Option<String>,
}

/// How a posting was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// First day on which it no longer holds.
    pub date: NaiveDate,
    /// Why.
    pub reason: EndReason,
    /// The same in words, or empty.
    pub explanation: String,
    /// The document.
    pub document: Document,
}

/// What is entered of a posting; it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingFacts {
    /// The region.
    pub region: Code,
    /// As what.
    pub role: Role,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day after the set term.
    pub term_until: Option<NaiveDate>,
    /// The document that appoints.
    pub document: Document,
    /// Who stands in.
    pub substitute: Option<Substitute>,
}

/// A cadre's link to a region, in a role, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// `{id}` of the cadre.
    pub cadre: String,
    /// `{id}` of the posting.
    pub id: String,
    /// Name of the cadre, as it is today.
    pub cadre_display_name: String,
    /// What was entered.
    pub facts: PostingFacts,
    /// Version of the region on the first day.
    pub region_version: i32,
    /// Level of the region.
    pub region_level: Level,
    /// The chain of regions, as it was on the first day.
    pub place: Path,
    /// How it was ended; none where it was not, also after its term.
    pub end: Option<End>,
    /// Where the entry comes from.
    pub source: Option<Source>,
    /// When it was entered.
    pub create_time: Micros,
    /// When it was entered or ended.
    pub update_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl Posting {
    /// `cadres/{cadre}/postings/{id}`.
    pub fn name(&self) -> String {
        posting_name(&self.cadre, &self.id)
    }

    /// First day on which it no longer holds.
    pub fn valid_until(&self) -> Option<NaiveDate> {
        self.end.as_ref().map(|end| end.date).or(self.facts.term_until)
    }

    /// It held on some day: what ended on its first day, as what was entered in error does, never did.
    pub fn was_held(&self) -> bool {
        self.valid_until().is_none_or(|until| self.facts.valid_from < until)
    }

    /// It holds on that day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.facts.valid_from <= day && self.valid_until().is_none_or(|until| day < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).expect("date")
    }

    fn facts(valid_from: Option<u32>, valid_until: Option<u32>) -> Facts {
        Facts {
            display_name: "李干部".into(),
            rank: Rank::Section,
            organization: "weidu-office".into(),
            posts: Vec::new(),
            expertises: Vec::new(),
            phone: None,
            mediation_capacity: None,
            valid_from: valid_from.map(day),
            valid_until: valid_until.map(day),
            source: None,
        }
    }

    #[test]
    fn a_term_of_service_bounds_the_terms_of_postings() {
        let served = facts(Some(5), Some(20));
        assert!(served.serves(day(5), Some(day(20))));
        assert!(!served.serves(day(4), Some(day(20))));
        assert!(!served.serves(day(5), Some(day(21))));
        assert!(!served.serves(day(5), None));
        assert!(facts(None, None).serves(day(1), None));
    }

    #[test]
    fn a_change_takes_only_the_named_fields() {
        let changed = Facts { display_name: "王干部".into(), ..facts(None, Some(9)) };
        let merged = facts(Some(5), None).with(&changed, &[Field::ValidUntil]);
        assert_eq!(merged, facts(Some(5), Some(9)));
        assert_eq!(facts(Some(5), None).with(&changed, &Field::ALL), changed);
    }
}
