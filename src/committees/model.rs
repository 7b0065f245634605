//! What a term of office is, and what the law asks of it.

use std::collections::HashSet;

use chrono::{Months, NaiveDate};

use crate::{call::Micros, check::Faults};

/// A term lasts three years (RMTJ 9).
const TERM: Months = Months::new(36);
/// The fewest and the most members (RMTJ 8).
const FEWEST: usize = 3;
const MOST: usize = 9;

/// Who chose the members (RMTJ 9, 34).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// The assembly of villagers or their representatives.
    Villagers = 1,
    /// The assembly of residents.
    Residents = 2,
    /// The staff, its congress or the trade union.
    Staff = 3,
    /// The body that set the committee up.
    Founder = 4,
}

/// Why a term ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The committee was chosen anew (换届).
    Renewal = 1,
    /// It was dissolved or merged.
    Dissolution = 2,
    /// The term was entered in error and never held.
    EnteredInError = 3,
}

/// Post in a committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// Director (主任).
    Director = 1,
    /// Deputy director (副主任).
    DeputyDirector = 2,
    /// Member (委员).
    Member = 3,
}

/// What the law asks for and is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Fewer than three members.
    TooFewMembers = 1,
    /// More than nine.
    TooManyMembers = 2,
    /// No director.
    NoDirector = 3,
    /// No woman.
    NoWoman = 4,
    /// Nobody of the smaller ethnic groups where several live together.
    NoMinorityMember = 5,
    /// The three years are over.
    TermOver = 6,
    /// No seal is known.
    NoSeal = 7,
    /// The court was not told since the members changed.
    CourtNotNotified = 8,
    /// A member is a cadre no more.
    MemberNotInService = 9,
    /// The committee has ended before its term.
    CommitteeEnded = 10,
}

/// A member of a committee in a post, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// `{id}` of the cadre.
    pub cadre: String,
    /// Post.
    pub post: Post,
    /// First day in the post; none: that of the term.
    pub valid_from: Option<NaiveDate>,
    /// First day without it; none: that of the term.
    pub valid_until: Option<NaiveDate>,
}

impl Member {
    /// The member holds the post on a day of the term.
    pub fn holds(&self, term: &Term, day: NaiveDate) -> bool {
        self.valid_from.unwrap_or(term.valid_from) <= day && self.valid_until.is_none_or(|until| day < until)
    }

    /// Two hold their posts on one day.
    fn meets(&self, other: &Self, from: NaiveDate) -> bool {
        let begins_before_end =
            |one: &Self, other: &Self| other.valid_until.is_none_or(|until| one.valid_from.unwrap_or(from) < until);
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

/// The seal of a committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The words on it.
    pub inscription: String,
    /// SHA-256 of the file with its impression.
    pub impression_sha256: Option<String>,
    /// First day of its use.
    pub use_date: Option<NaiveDate>,
}

/// What is entered of a term and can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who chose the members.
    pub chosen_by: ChosenBy,
    /// The members, those who left too.
    pub members: Vec<Member>,
    /// How many of those in office are women.
    pub women_count: i32,
    /// Several ethnic groups live together there.
    pub multi_ethnic_area: bool,
    /// How many of those in office belong to the smaller of them.
    pub minority_count: i32,
    /// The seal.
    pub seal: Option<Seal>,
    /// When the court was last told of the composition.
    pub court_notify_date: Option<NaiveDate>,
}

/// A part of a term that can be changed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    ChosenBy,
    Members,
    WomenCount,
    MultiEthnicArea,
    MinorityCount,
    Seal,
    CourtNotifyDate,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ChosenBy,
        Self::Members,
        Self::WomenCount,
        Self::MultiEthnicArea,
        Self::MinorityCount,
        Self::Seal,
        Self::CourtNotifyDate,
    ];
}

impl Facts {
    /// These facts with some fields taken from `changed`.
    #[must_use]
    pub fn with(mut self, changed: &Self, fields: &[Field]) -> Self {
        for field in fields {
            match field {
                Field::ChosenBy => self.chosen_by = changed.chosen_by,
                Field::Members => self.members.clone_from(&changed.members),
                Field::WomenCount => self.women_count = changed.women_count,
                Field::MultiEthnicArea => self.multi_ethnic_area = changed.multi_ethnic_area,
                Field::MinorityCount => self.minority_count = changed.minority_count,
                Field::Seal => self.seal.clone_from(&changed.seal),
                Field::CourtNotifyDate => self.court_notify_date = changed.court_notify_date,
            }
        }
        self
    }

    /// What contradicts itself in the members of a term that begins on a day, at the present place.
    pub fn check(&self, from: NaiveDate, faults: &mut Faults) {
        for (index, member) in self.members.iter().enumerate() {
            let mut fault = |field: &str, message: &str| faults.at(&format!("members[{index}].{field}"), message);
            let begins = member.valid_from.unwrap_or(from);
            if begins < from {
                fault("valid_from", "is before the first day of the term");
            }
            if member.valid_until.is_some_and(|until| until <= begins) {
                fault("valid_until", "is not after the first day in the post");
            }
            let before = self.members.iter().take(index).filter(|other| other.meets(member, from));
            for other in before {
                if other.cadre == member.cadre {
                    fault("cadre", "stands twice on one day");
                }
                if (other.post, member.post) == (Post::Director, Post::Director) {
                    fault("post", "is a second DIRECTOR on one day");
                }
            }
        }
        let people = self.members.iter().map(|member| &member.cadre).collect::<HashSet<_>>().len();
        for (field, count) in [("women_count", self.women_count), ("minority_count", self.minority_count)] {
            if usize::try_from(count).is_ok_and(|count| count > people) {
                faults.at(field, "is more than there are members");
            }
        }
    }
}

/// How a term ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// First day on which it is no longer in office.
    pub date: NaiveDate,
    /// Why.
    pub reason: EndReason,
}

/// A term of office of a committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// `{id}` of the organization.
    pub organization: String,
    /// `{id}` of the term.
    pub id: String,
    /// First day in office.
    pub valid_from: NaiveDate,
    /// How it ended.
    pub end: Option<End>,
    /// What is entered.
    pub facts: Facts,
    /// The court was told of the members as they are.
    pub court_told: bool,
    /// When it was entered.
    pub create_time: Micros,
    /// When it last changed.
    pub update_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl Term {
    /// `organizations/{organization}/committeeTerms/{id}`.
    pub fn name(&self) -> String {
        term_name(&self.organization, &self.id)
    }

    /// First day after the three years.
    pub fn term_until(&self) -> NaiveDate {
        self.valid_from.checked_add_months(TERM).unwrap_or(NaiveDate::MAX)
    }

    /// It was in office on some day.
    pub fn was_held(&self) -> bool {
        self.end.is_none_or(|end| self.valid_from < end.date)
    }

    /// These facts instead, of which those of `fields` were told. A notice to the court tells of the members as they are then.
    pub fn change(&mut self, changed: &Facts, fields: &[Field]) {
        let facts = self.facts.clone().with(changed, fields);
        if fields.contains(&Field::CourtNotifyDate) {
            self.court_told = facts.court_notify_date.is_some();
        } else if facts.members != self.facts.members {
            self.court_told = false;
        }
        self.facts = facts;
    }

    /// It is in office on a day.
    pub fn in_office(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.end.is_none_or(|end| day < end.date)
    }

    /// The day by which a term is judged: today, or its first or last day.
    fn judged_on(&self, today: NaiveDate) -> NaiveDate {
        let last = self.end.and_then(|end| end.date.pred_opt()).unwrap_or(NaiveDate::MAX);
        today.min(last).max(self.valid_from)
    }

    /// What the law asks for and is not there, for a committee that exists until a day. `gone` tells whether a cadre has left the service on a day.
    pub fn warnings(
        &self,
        today: NaiveDate,
        committee_end: Option<NaiveDate>,
        gone: impl Fn(&str, NaiveDate) -> bool,
    ) -> Vec<Warning> {
        let day = self.judged_on(today);
        let Facts { members, women_count, multi_ethnic_area, minority_count, seal, .. } = &self.facts;
        let present: Vec<&Member> = members.iter().filter(|member| member.holds(self, day)).collect();
        [
            (Warning::TooFewMembers, present.len() < FEWEST),
            (Warning::TooManyMembers, present.len() > MOST),
            (Warning::NoDirector, !present.iter().any(|member| member.post == Post::Director)),
            (Warning::NoWoman, *women_count == 0),
            (Warning::NoMinorityMember, *multi_ethnic_area && *minority_count == 0),
            (Warning::TermOver, self.term_until() <= day),
            (Warning::NoSeal, seal.is_none()),
            (Warning::CourtNotNotified, !self.court_told && self.valid_from <= today),
            (Warning::MemberNotInService, present.iter().any(|member| gone(&member.cadre, day))),
            (Warning::CommitteeEnded, committee_end.is_some_and(|end| end <= day)),
        ]
        .into_iter()
        .filter_map(|(warning, holds)| holds.then_some(warning))
        .collect()
    }
}

/// `organizations/{organization}/committeeTerms/{id}`.
pub fn term_name(organization: &str, id: &str) -> String {
    format!("organizations/{organization}/committeeTerms/{id}")
}

/// Enums that the contract and the columns know by one number.
macro_rules! numbered {
    ($($kind:ident: $($value:ident),+;)+) => {$(
        impl $kind {
            /// From the database's column or the proto's number.
            pub fn from_number(number: i32) -> Option<Self> {
                [$(Self::$value),+].into_iter().find(|value| *value as i32 == number)
            }
        }
    )+};
}

numbered! {
    ChosenBy: Villagers, Residents, Staff, Founder;
    EndReason: Renewal, Dissolution, EnteredInError;
    Post: Director, DeputyDirector, Member;
}

#[cfg(test)]
mod tests;
