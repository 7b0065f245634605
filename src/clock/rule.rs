//! Terms as data. A rule says what starts and stops a clock, how long it runs and in which unit, who owes it, and what
//! may pause or extend it, together with the article it rests on and how far that was verified. Rules come from a file
//! (`data/rules/*.toml`); there is no term in the code.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::DataError;

/// The unit of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unit {
    /// 日: every civil day.
    NaturalDay,
    /// 工作日.
    WorkingDay,
    /// 半个工作日: a morning or an afternoon by the organisation's office hours.
    HalfWorkingDay,
    Hour,
    Minute,
}

/// What starts a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StartEvent {
    /// The petition reached the office (收到).
    Receipt,
    Registered,
    /// The transferred or assigned petition reached the organ.
    TransferReceived,
    Assigned,
    Accepted,
    /// The petitioner received the written handling opinion.
    OpinionReceived,
    ReviewRequestReceived,
    /// The petitioner received the written review opinion.
    ReviewOpinionReceived,
    ReReviewRequestReceived,
    /// The mediation agreement took effect.
    AgreementInEffect,
    MediationOpened,
    AlarmRaised,
    /// Everything needed for a service was handed in.
    MaterialsComplete,
    /// The handling opinion was issued.
    OpinionIssued,
    /// An answer was demanded by supervision or a recommendation.
    AnswerDemanded,
    /// The case came to a stage of its type.
    StageEntered,
}

/// What stops a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StopEvent {
    Transferred,
    Assigned,
    ReportedForInstruction,
    AnsweredDirectly,
    Accepted,
    Declined,
    NoticeIssued,
    /// No notice is owed: the petitioner's name or address is unclear.
    NoticeExempt,
    JurisdictionDisputed,
    ResultReported,
    OpinionIssued,
    ReviewRequested,
    ReviewOpinionIssued,
    ReReviewRequested,
    ReReviewOpinionIssued,
    ConfirmationRequested,
    MediationEnded,
    AlarmAcknowledged,
    AlarmAttended,
    ResultIssued,
    /// What was promised was done.
    Executed,
    /// The organ answered in writing.
    AnsweredInWriting,
    /// The case came to a stage of its type.
    StageEntered,
}

/// Whose term it is, and with it which date is the last: an organ that must act is late after the nominal date, a
/// citizen who may act has until the adjusted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Duty {
    Organ,
    Citizen,
}

/// Why a clock stands still for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PauseCause {
    /// 听证. XF 36 excludes its time from the re-review.
    Hearing,
    /// 鉴定. Known to courts' mediation rules; no rule of `cn-2022` allows it.
    Appraisal,
}

/// How far a rule's text was checked. Shown with every explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verification {
    /// The text of the statute was read.
    Source,
    /// A report, a repost or a local page says so.
    Secondary,
    /// Nobody has checked it.
    Unverified,
}

/// How long a clock runs, in the rule's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Length {
    Fixed(u32),
    /// Whoever assigns sets it for the case.
    AsSet,
}

/// The longest extension allowed; the cap itself is allowed ("不得超过", MFD 1259).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionCap {
    pub cap: u32,
    pub unit: Unit,
}

/// The same words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

/// One term, in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// "handling": the same in every version and jurisdiction.
    pub id: String,
    /// "cn-2022".
    pub rule_set: String,
    pub version: u32,
    pub title: Words,
    /// "XF 34".
    pub article: String,
    /// The source in full, with what it says.
    pub citation: String,
    /// "CN", or the code of the place whose rule it is.
    pub jurisdiction: String,
    /// The first civil day in force.
    pub effective_from: NaiveDate,
    /// The first civil day no longer in force.
    pub effective_until: Option<NaiveDate>,
    pub starts_at: StartEvent,
    pub stops_at: Vec<StopEvent>,
    pub unit: Unit,
    pub length: Length,
    pub duty: Duty,
    pub extension: Option<ExtensionCap>,
    /// The causes that may pause it; mostly none.
    pub pausable: Vec<PauseCause>,
    pub verification: Verification,
    pub note: Option<Words>,
}

impl ClockRule {
    /// Whether the rule is in force on a civil day.
    pub fn in_force(&self, date: NaiveDate) -> bool {
        self.effective_from <= date && self.effective_until.is_none_or(|until| date < until)
    }
}

/// The rules of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    pub id: String,
    pub title: Words,
    pub rules: Vec<ClockRule>,
}

impl RuleSet {
    /// Reads a rule set.
    ///
    /// # Errors
    /// A fault in the file, a rule that contradicts itself, or two versions of a rule in force on the same day.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let file: File = toml::from_str(text).map_err(|fault| DataError::new("rule set", fault))?;
        let mut rules: Vec<ClockRule> = Vec::with_capacity(file.rule.len());
        for row in file.rule {
            let rule = row.into_rule(&file.rule_set, &file.jurisdiction)?;
            if rules.iter().any(|other| overlap(other, &rule)) {
                return Err(DataError::new(&rule.id, "two versions are in force on the same day"));
            }
            rules.push(rule);
        }
        Ok(Self { id: file.rule_set, title: file.title, rules })
    }

    /// The version of a rule in force at a place on a civil day. `None`: there is no clock. Jurisdictions are matched
    /// exactly: whether a province's rule or the national one governs is a legal decision, not a search order.
    pub fn rule_at(&self, id: &str, jurisdiction: &str, date: NaiveDate) -> Option<&ClockRule> {
        self.rules.iter().find(|rule| rule.id == id && rule.jurisdiction == jurisdiction && rule.in_force(date))
    }
}

fn overlap(a: &ClockRule, b: &ClockRule) -> bool {
    a.id == b.id && a.jurisdiction == b.jurisdiction && (a.in_force(b.effective_from) || b.in_force(a.effective_from))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule_set: String,
    jurisdiction: String,
    title: Words,
    rule: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    version: u32,
    title: Words,
    article: String,
    citation: String,
    jurisdiction: Option<String>,
    effective_from: toml::value::Datetime,
    effective_until: Option<toml::value::Datetime>,
    starts_at: StartEvent,
    stops_at: Vec<StopEvent>,
    unit: Unit,
    length: RawLength,
    duty: Duty,
    extension: Option<ExtensionCap>,
    #[serde(default)]
    pausable: Vec<PauseCause>,
    verification: Verification,
    note: Option<Words>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawLength {
    Fixed(u32),
    Word(AsSet),
}

#[derive(Deserialize)]
enum AsSet {
    #[serde(rename = "AS_SET")]
    AsSet,
}

impl Row {
    fn into_rule(self, rule_set: &str, jurisdiction: &str) -> Result<ClockRule, DataError> {
        let rule = ClockRule {
            effective_from: local_date(&self.id, &self.effective_from)?,
            effective_until: self.effective_until.map(|until| local_date(&self.id, &until)).transpose()?,
            id: self.id,
            rule_set: rule_set.to_owned(),
            version: self.version,
            title: self.title,
            article: self.article,
            citation: self.citation,
            jurisdiction: self.jurisdiction.unwrap_or_else(|| jurisdiction.to_owned()),
            starts_at: self.starts_at,
            stops_at: self.stops_at,
            unit: self.unit,
            length: match self.length {
                RawLength::Fixed(length) => Length::Fixed(length),
                RawLength::Word(AsSet::AsSet) => Length::AsSet,
            },
            duty: self.duty,
            extension: self.extension,
            pausable: self.pausable,
            verification: self.verification,
            note: self.note,
        };
        match fault(&rule) {
            Some(fault) => Err(DataError::new(&rule.id, fault)),
            None => Ok(rule),
        }
    }
}

fn fault(rule: &ClockRule) -> Option<&'static str> {
    let empty = [&rule.id, &rule.article, &rule.citation, &rule.title.zh, &rule.title.en];
    if empty.iter().any(|text| text.is_empty()) {
        return Some("id, article, citation and title must not be empty");
    }
    if rule.effective_until.is_some_and(|until| until <= rule.effective_from) {
        return Some("effective_until must be after effective_from");
    }
    if rule.stops_at.is_empty() {
        return Some("nothing stops the clock");
    }
    if rule.length == Length::Fixed(0) || rule.extension.is_some_and(|extension| extension.cap == 0) {
        return Some("lengths must be at least 1");
    }
    None
}

fn local_date(id: &str, value: &toml::value::Datetime) -> Result<NaiveDate, DataError> {
    let day = value.date.filter(|_| value.time.is_none());
    let date = day.and_then(|day| NaiveDate::from_ymd_opt(day.year.into(), day.month.into(), day.day.into()));
    date.ok_or_else(|| DataError::new(id, format!("{value} is not a plain date")))
}
