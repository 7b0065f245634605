//! Parties of a case: who brings it, who speaks for whom, whom it concerns.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    citizen_number,
    model::{Outcome, case_name, numbered},
};
use crate::{call::Micros, check::Faults, clock::civil_date, organizations::unified_code};

numbered! {
    /// Somebody's part in a case.
    PartyRole {
        /// Petitioner.
        Petitioner = 1 "PETITIONER",
        /// Representative of a joint visit.
        Representative = 2 "REPRESENTATIVE",
        /// Member of a joint petition.
        Member = 3 "MEMBER",
        /// Agent by mandate.
        Agent = 4 "AGENT",
        /// The other side.
        Respondent = 5 "RESPONDENT",
        /// Accused.
        Accused = 6 "ACCUSED",
        /// Witness.
        Witness = 7 "WITNESS",
    }
}

numbered! {
    /// The sort of a party.
    PartyKind {
        /// Natural person.
        Person = 1 "PERSON",
        /// Organization.
        Organization = 2 "ORGANIZATION",
        /// Household.
        Household = 3 "HOUSEHOLD",
    }
}

numbered! {
    /// What document an identity number is of.
    IdDocument {
        /// Not told.
        Unknown = 0 "UNSPECIFIED",
        /// Resident identity card.
        ResidentCard = 1 "RESIDENT_CARD",
        /// Passport.
        Passport = 2 "PASSPORT",
        /// Permit of a resident of Hong Kong, Macao or Taiwan.
        CompatriotPermit = 3 "COMPATRIOT_PERMIT",
        /// Permanent residence card of a foreigner.
        PermanentResidence = 4 "PERMANENT_RESIDENCE",
        /// Another document.
        Other = 5 "OTHER",
    }
}

numbered! {
    /// What has to be thought of when one meets a party.
    Need {
        /// Hearing.
        Hearing = 1 "HEARING",
        /// Sight.
        Vision = 2 "VISION",
        /// Language.
        Language = 3 "LANGUAGE",
        /// Mobility.
        Mobility = 4 "MOBILITY",
        /// Another one.
        Other = 5 "OTHER",
    }
}

numbered! {
    /// Whether a party agrees with what was decided on its part.
    Consent {
        /// Not asked, or no answer.
        None = 0 "UNSPECIFIED",
        /// Agrees.
        Given = 1 "GIVEN",
        /// Does not.
        Refused = 2 "REFUSED",
    }
}

numbered! {
    /// Where a mandate comes from.
    Basis {
        /// A written mandate.
        WrittenMandate = 1 "WRITTEN_MANDATE",
        /// The law.
        Law = 2 "LAW",
    }
}

numbered! {
    /// How far a mandate goes.
    Extent {
        /// Speaks, hands in and receives.
        General = 1 "GENERAL",
        /// Also withdraws, settles and asks for review.
        Special = 2 "SPECIAL",
    }
}

impl PartyRole {
    /// It is one of those who bring the case.
    pub fn brings(self) -> bool {
        matches!(self, Self::Petitioner | Self::Representative | Self::Member)
    }

    /// Notices and opinions can be served on it.
    pub fn receives(self) -> bool {
        self.brings() || matches!(self, Self::Agent | Self::Respondent)
    }
}

/// Who a party is, as far as it is known. Everything but the document's kind and the household's size is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub display_name: Option<String>,
    pub id_document: IdDocument,
    pub id_number: Option<String>,
    pub unified_code: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub needs: Option<String>,
    pub special_needs: Vec<Need>,
    pub household_size: i32,
}

impl Identity {
    /// Nothing is known, or may be known.
    pub const UNKNOWN: Self = Self {
        display_name: None,
        id_document: IdDocument::Unknown,
        id_number: None,
        unified_code: None,
        phone: None,
        address: None,
        needs: None,
        special_needs: Vec::new(),
        household_size: 0,
    };

    /// Notes what cannot be, below `path`.
    pub fn check(&self, faults: &mut Faults, path: &str, kind: PartyKind) {
        if let Some(number) = &self.id_number {
            match self.id_document {
                IdDocument::ResidentCard if !citizen_number::is_one(number) => {
                    faults.at(
                        &format!("{path}.id_number"),
                        "is no citizen's number, or has a wrong check digit (GB 11643)",
                    );
                }
                IdDocument::Unknown if citizen_number::looks_like_one(number) && !citizen_number::is_one(number) => {
                    faults.at(&format!("{path}.id_number"), "has a wrong check digit or day of birth (GB 11643)");
                }
                // Documents of others are not ours to check.
                _ => {}
            }
        }
        if let Some(code) = &self.unified_code {
            if kind != PartyKind::Organization {
                faults.at(&format!("{path}.unified_code"), "belongs to an organization only");
            } else if !unified_code::is_one(code) {
                let form = "is not 18 of 0-9 and the capitals without I, O, S, V and Z (GB 32100)";
                faults.at(&format!("{path}.unified_code"), form);
            }
        }
        if self.household_size > 0 && kind != PartyKind::Household {
            faults.at(&format!("{path}.household_size"), "belongs to a household only");
        }
    }

    /// The check digit of the unified code does not fit: early codes are legal without.
    pub fn code_is_doubtful(&self) -> bool {
        self.unified_code.as_deref().is_some_and(|code| !unified_code::check_digit_fits(code))
    }
}

/// By what an agent acts for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    pub basis: Basis,
    pub extent: Extent,
    /// Parties of the same case; empty: all who bring it.
    pub principals: Vec<Uuid>,
    pub document_number: Option<String>,
    pub start_date: NaiveDate,
    pub end_date: Option<NaiveDate>,
    pub revoke_time: Option<Micros>,
}

impl Mandate {
    /// It holds on that day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.revoke_time.is_none() && self.start_date <= day && self.end_date.is_none_or(|end| day <= end)
    }
}

/// Somebody's part in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub id: Uuid,
    pub case_id: Uuid,
    pub role: PartyRole,
    pub kind: PartyKind,
    pub identity: Identity,
    pub subject: Option<String>,
    pub mandate: Option<Mandate>,
    pub outcome: Outcome,
    pub consent: Consent,
    pub outcome_time: Option<Micros>,
    pub restrict_time: Option<Micros>,
    pub create_time: Micros,
    pub end_time: Option<Micros>,
    pub end_reason: Option<String>,
    pub version: i64,
}

impl Party {
    /// `cases/{uuid}/parties/{uuid}`.
    pub fn name(&self) -> String {
        party_name(self.case_id, self.id)
    }

    /// Somebody under 18 or under guardianship, or somebody whose health is on record: what is told of them is in no index. So is what is
    /// told by those whose data is not opened.
    pub fn is_sensitive(&self) -> bool {
        let Identity { id_number, needs, special_needs, .. } = &self.identity;
        let entered = civil_date(self.create_time);
        let minor = id_number
            .as_deref()
            .and_then(citizen_number::birth)
            .is_some_and(|birth| entered.years_since(birth).is_none_or(|years| years < FULL_AGE));
        minor
            || needs.is_some()
            || special_needs.iter().any(|need| *need != Need::Language)
            || self.mandate.as_ref().is_some_and(|mandate| mandate.basis == Basis::Law)
            || self.restrict_time.is_some()
    }
}

/// Age from which somebody is no minor (民法典 17).
const FULL_AGE: u32 = 18;

/// `cases/{uuid}/parties/{uuid}`.
pub fn party_name(case_id: Uuid, id: Uuid) -> String {
    format!("{}/parties/{id}", case_name(case_id))
}

/// Most representatives of a joint visit: 不得超过5人 (XF 20).
pub const MOST_REPRESENTATIVES: usize = 5;

/// Most parties of a case whose part has not ended.
pub const MOST_PARTIES: usize = 10_000;

/// A name as BASIC shows it: the first character, and that there is more.
pub fn masked_name(name: &str) -> String {
    match name.chars().next() {
        Some(first) => format!("{first}**"),
        None => String::new(),
    }
}

/// A number as BASIC shows it: the last two characters of a longer one.
pub fn masked_number(number: &str) -> String {
    let count = number.chars().count();
    if count < 6 {
        return "*".repeat(count);
    }
    let tail: String = number.chars().skip(count - 2).collect();
    format!("{}{tail}", "*".repeat(count - 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_no_name_and_no_number() {
        assert_eq!(masked_name("张三丰"), "张**");
        assert_eq!(masked_name(""), "");
        assert_eq!(masked_number("13812345678"), "*********78");
        assert_eq!(masked_number("1234"), "****");
    }

    #[test]
    fn a_mandate_holds_from_its_first_to_its_last_day() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).expect("a day");
        let mandate = Mandate {
            basis: Basis::WrittenMandate,
            extent: Extent::General,
            principals: Vec::new(),
            document_number: None,
            start_date: day(2),
            end_date: Some(day(4)),
            revoke_time: None,
        };
        let held: Vec<bool> = [1, 2, 4, 5].map(|number| mandate.is_in_force(day(number))).to_vec();
        assert_eq!(held, [false, true, true, false]);
        assert!(!Mandate { revoke_time: Some(0), ..mandate.clone() }.is_in_force(day(3)));
        assert!(Mandate { end_date: None, ..mandate }.is_in_force(day(31)));
    }
}
