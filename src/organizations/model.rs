//! What an organization is: the facts that are entered of it, the rules that hold among them, and how one follows another.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::unified_code;
use crate::{
    call::Micros,
    check::Faults,
    clock,
    place::{Code, Path},
};

/// Most pairs of topic and region that one organization is competent for.
pub const MOST_PAIRS: usize = 500;
/// Most characters of a name.
const MOST_NAME: usize = 128;

/// What sort of organization it is. The numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Petition office (信访工作机构).
    PetitionOffice = 1,
    /// Party committee or one of its departments (党委).
    PartyCommittee = 2,
    /// People's government from the county up (人民政府).
    Government = 3,
    /// Department of a government (政府部门).
    Department = 4,
    /// Government of a township, office of a street (乡镇政府、街道办事处).
    TownshipGovernment = 5,
    /// Committee of villagers or residents (村民委员会、居民委员会).
    VillageCommittee = 6,
    /// People's court (人民法院).
    Court = 7,
    /// People's procuratorate (人民检察院).
    Procuratorate = 8,
    /// Discipline inspection and supervision (纪检监察机关).
    DisciplineBody = 9,
    /// Police (公安机关).
    Police = 10,
    /// Judicial administration (司法局、司法所).
    JudicialOffice = 11,
    /// People's mediation committee (人民调解委员会).
    MediationCommittee = 12,
    /// Centre of several bodies under one roof (矛盾纠纷调处化解中心).
    MediationCenter = 13,
    /// Enterprise (企业).
    Enterprise = 14,
    /// Mass organization or association (群团组织、社会组织).
    SocialBody = 15,
    /// Anything else.
    Other = 16,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 16] = [
        Self::PetitionOffice,
        Self::PartyCommittee,
        Self::Government,
        Self::Department,
        Self::TownshipGovernment,
        Self::VillageCommittee,
        Self::Court,
        Self::Procuratorate,
        Self::DisciplineBody,
        Self::Police,
        Self::JudicialOffice,
        Self::MediationCommittee,
        Self::MediationCenter,
        Self::Enterprise,
        Self::SocialBody,
        Self::Other,
    ];

    /// From the database's column or the proto's number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i32 == number)
    }

    /// From the word that filters and files use: the name of the proto's value without its prefix.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Name of the proto's value without its prefix.
    pub fn word(self) -> &'static str {
        match self {
            Self::PetitionOffice => "PETITION_OFFICE",
            Self::PartyCommittee => "PARTY_COMMITTEE",
            Self::Government => "GOVERNMENT",
            Self::Department => "DEPARTMENT",
            Self::TownshipGovernment => "TOWNSHIP_GOVERNMENT",
            Self::VillageCommittee => "VILLAGE_COMMITTEE",
            Self::Court => "COURT",
            Self::Procuratorate => "PROCURATORATE",
            Self::DisciplineBody => "DISCIPLINE_BODY",
            Self::Police => "POLICE",
            Self::JudicialOffice => "JUDICIAL_OFFICE",
            Self::MediationCommittee => "MEDIATION_COMMITTEE",
            Self::MediationCenter => "MEDIATION_CENTER",
            Self::Enterprise => "ENTERPRISE",
            Self::SocialBody => "SOCIAL_BODY",
            Self::Other => "OTHER",
        }
    }
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// `{id}` of `organizations/{id}`.
    pub id: String,
    /// What was entered of it.
    pub facts: Facts,
    /// The chain of regions down to its own, as it stood when the region was entered.
    pub place: Path,
    /// When it was entered.
    pub create_time: Micros,
    /// When it last changed.
    pub update_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

/// `organizations/{id}`.
pub fn organization_name(id: &str) -> String {
    format!("organizations/{id}")
}

impl Organization {
    /// `organizations/{id}`.
    pub fn name(&self) -> String {
        organization_name(&self.id)
    }
}

/// What is entered of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Official name.
    pub display_name: String,
    /// What sort it is.
    pub kind: Kind,
    /// The region that it serves or has its seat in.
    pub region: Code,
    /// `{id}` of the organization above.
    pub parent: Option<String>,
    /// Unified social credit code.
    pub unified_code: Option<String>,
    /// What it is competent for.
    pub competences: Vec<Competence>,
    /// When it works, where it has hours of its own.
    pub office_hours: Option<Hours>,
    /// First day on which it exists.
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer exists.
    pub valid_until: Option<NaiveDate>,
    /// `{id}`s of those that took over.
    pub successors: Vec<String>,
    /// The register that it comes from.
    pub source: Option<String>,
    /// Its id there.
    pub source_id: Option<String>,
}

impl Facts {
    /// The facts that every organization has, and nothing more.
    pub fn new(display_name: String, kind: Kind, region: Code) -> Self {
        Self {
            display_name,
            kind,
            region,
            parent: None,
            unified_code: None,
            competences: Vec::new(),
            office_hours: None,
            valid_from: None,
            valid_until: None,
            successors: Vec::new(),
            source: None,
            source_id: None,
        }
    }

    /// It has ended by that day.
    pub fn has_ended(&self, on: NaiveDate) -> bool {
        self.valid_until.is_some_and(|until| until <= on)
    }

    /// It exists on that day.
    pub fn exists(&self, on: NaiveDate) -> bool {
        !self.has_ended(on) && self.valid_from.is_none_or(|from| from <= on)
    }

    /// Adds what contradicts itself, each fault at its field.
    pub fn check(&self, faults: &mut Faults) {
        if self.display_name.is_empty() {
            faults.at("display_name", "is required");
        }
        if self.display_name.chars().count() > MOST_NAME {
            faults.at("display_name", format!("has more than {MOST_NAME} characters"));
        }
        if self.unified_code.as_deref().is_some_and(|code| !unified_code::is_one(code)) {
            faults.at("unified_code", "is not 18 of 0-9 and the capitals without I, O, S, V and Z");
        }
        if self.valid_from.zip(self.valid_until).is_some_and(|(from, until)| until <= from) {
            faults.at("valid_until", "is not after valid_from");
        }
        if self.valid_until.is_none() && !self.successors.is_empty() {
            faults.at("successors", "stand only with valid_until");
        }
        if stands_twice(&self.successors) {
            faults.at("successors", "has an item twice");
        }
        match (&self.source, &self.source_id) {
            (Some(_), None) => faults.at("source_id", "is required with source"),
            (None, Some(_)) => faults.at("source", "is required with source_id"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        self.check_competences(faults);
    }

    fn check_competences(&self, faults: &mut Faults) {
        let pairs: usize = self.competences.iter().map(|competence| competence.regions.len().max(1)).sum();
        if pairs > MOST_PAIRS {
            faults.at("competences", format!("have more than {MOST_PAIRS} pairs of topic and region"));
        }
        let mut topics = HashSet::new();
        faults.field("competences", |faults| {
            for (index, competence) in self.competences.iter().enumerate() {
                if !topics.insert(competence.topic.as_str()) {
                    faults.index(index, |faults| faults.at("topic", "stands twice"));
                }
                if stands_twice(&competence.regions) {
                    faults.index(index, |faults| faults.at("regions", "has an item twice"));
                }
            }
        });
    }

    /// What looks wrong and is taken all the same.
    pub fn warnings(&self) -> Vec<Warning> {
        let doubtful = self.unified_code.as_deref().is_some_and(|code| !unified_code::check_digit_fits(code));
        if doubtful { vec![Warning::UnifiedCodeCheckDigit] } else { Vec::new() }
    }

    /// Changes one fact.
    pub fn apply(&mut self, edit: Edit) {
        match edit {
            Edit::DisplayName(value) => self.display_name = value,
            Edit::Kind(value) => self.kind = value,
            Edit::Region(value) => self.region = value,
            Edit::Parent(value) => self.parent = value,
            Edit::UnifiedCode(value) => self.unified_code = value,
            Edit::Competences(value) => self.competences = value,
            Edit::OfficeHours(value) => self.office_hours = value,
            Edit::ValidFrom(value) => self.valid_from = value,
            Edit::ValidUntil(value) => self.valid_until = value,
            Edit::Successors(value) => self.successors = value,
            Edit::Source(value) => self.source = value,
            Edit::SourceId(value) => self.source_id = value,
        }
    }

    /// The names of the facts in which two differ, as the contract calls them.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let Self {
            display_name,
            kind,
            region,
            parent,
            unified_code,
            competences,
            office_hours,
            valid_from,
            valid_until,
            successors,
            source,
            source_id,
        } = self;
        let pairs = [
            ("display_name", *display_name == other.display_name),
            ("kind", *kind == other.kind),
            ("region", *region == other.region),
            ("parent", *parent == other.parent),
            ("unified_code", *unified_code == other.unified_code),
            ("competences", *competences == other.competences),
            ("office_hours", *office_hours == other.office_hours),
            ("valid_from", *valid_from == other.valid_from),
            ("valid_until", *valid_until == other.valid_until),
            ("successors", *successors == other.successors),
            ("source", *source == other.source),
            ("source_id", *source_id == other.source_id),
        ];
        pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

fn stands_twice<T: Eq + std::hash::Hash>(items: &[T]) -> bool {
    items.iter().collect::<HashSet<_>>().len() < items.len()
}

/// A change of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    DisplayName(String),
    Kind(Kind),
    Region(Code),
    Parent(Option<String>),
    UnifiedCode(Option<String>),
    Competences(Vec<Competence>),
    OfficeHours(Option<Hours>),
    ValidFrom(Option<NaiveDate>),
    ValidUntil(Option<NaiveDate>),
    Successors(Vec<String>),
    Source(Option<String>),
    SourceId(Option<String>),
}

/// What looks wrong and is taken all the same. The numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// The check digit of the unified code does not fit.
    UnifiedCodeCheckDigit = 1,
}

/// A topic that an organization is competent for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competence {
    /// `topics/{id}`, with everything below it.
    pub topic: String,
    /// Where, each with everything below it. Empty: the organization's own region.
    pub regions: Vec<Code>,
}

/// The hours of a working day in two halves, each time in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    morning: (u16, u16),
    afternoon: (u16, u16),
}

impl Hours {
    /// Morning and afternoon, each from its opening to its closing. Nothing where the four times are not in order.
    pub fn new(morning: (u16, u16), afternoon: (u16, u16)) -> Option<Self> {
        let hours = Self { morning, afternoon };
        hours.for_clock().map(|_| hours)
    }

    /// The four times in order.
    pub fn times(self) -> [u16; 4] {
        [self.morning.0, self.morning.1, self.afternoon.0, self.afternoon.1]
    }

    /// For counting terms in half working days.
    pub fn for_clock(self) -> Option<clock::OfficeHours> {
        let time = |minutes: u16| chrono::NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minutes) * 60, 0);
        let half = |(opens, closes)| time(opens).zip(time(closes));
        clock::OfficeHours::new(half(self.morning)?, half(self.afternoon)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb::v1::organization;

    #[test]
    fn kinds_are_those_of_the_contract() {
        for kind in Kind::ALL {
            let stated = organization::Kind::try_from(kind as i32).expect("a number of the contract");
            assert_eq!(stated.as_str_name(), format!("KIND_{}", kind.word()));
            assert_eq!((Kind::from_word(kind.word()), Kind::from_number(kind as i32)), (Some(kind), Some(kind)));
        }
        assert!(organization::Kind::try_from(i32::try_from(Kind::ALL.len()).expect("small") + 1).is_err());
    }

    #[test]
    fn hours_stand_in_order() {
        assert!(Hours::new((510, 720), (720, 1_080)).is_some());
        for (morning, afternoon) in [((720, 510), (870, 1_080)), ((510, 900), (870, 1_080)), ((510, 720), (870, 1_440))]
        {
            assert_eq!(Hours::new(morning, afternoon), None);
        }
    }

    #[test]
    fn contradictions_are_told_all_at_once() {
        let day = |day| NaiveDate::from_ymd_opt(2024, 1, day);
        let topic = Competence { topic: "topics/heating".into(), regions: Vec::new() };
        let facts = Facts {
            unified_code: Some("short".into()),
            valid_from: day(2),
            valid_until: day(2),
            source: Some("edition".into()),
            competences: vec![topic.clone(), topic],
            ..Facts::new(String::new(), Kind::Court, Code::COUNTRY)
        };
        let mut faults = Faults::default();
        facts.check(&mut faults);
        let Err(crate::error::Error::Invalid(found)) = faults.into_result() else { panic!("no faults") };
        let fields: Vec<&str> = found.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["display_name", "unified_code", "valid_until", "source_id", "competences[1].topic"]);
    }
}
