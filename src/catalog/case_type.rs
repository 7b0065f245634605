//! Case types: for the petition its names, for any other type also its stages, the actions between them with their forms, and its
//! clocks. The petition's procedure is the law's and stands in code; the others' are data, checked here before they are published.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::COUNTRY;
use crate::{
    check::Faults,
    clock::{ClockRule, Duty, Length, StartEvent, StopEvent, Unit, Verification, Words},
};

/// The type whose procedure is the law's.
pub const PETITION: &str = "petition";

/// A sort of case, in one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseType {
    /// `petition`.
    pub id: String,
    /// From 1.
    pub revision: i32,
    /// Its name.
    pub title: Words,
    /// What belongs under it.
    pub description: Words,
    /// Its stages in the order of the usual course; a case begins in the first.
    pub stages: Vec<Stage>,
    /// `clockRules/…` of the rule set by which its clocks run.
    #[serde(default)]
    pub clock_rules: Vec<String>,
    /// What moves a case.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Terms of its own.
    #[serde(default)]
    pub clocks: Vec<Term>,
}

/// A stage of a case type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Id within the type.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// A case in it needs no further act.
    #[serde(default, rename = "final")]
    pub is_final: bool,
}

/// What moves a case from one stage to another, or is done within a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Id within the type.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// The stages in which it is possible.
    pub from: Vec<String>,
    /// Where it leads.
    pub to: String,
    /// Another organization takes the case over.
    #[serde(default)]
    pub hands_on: bool,
    /// What is filled in.
    #[serde(default)]
    pub form: Vec<FormField>,
}

/// A field of an action's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// Id within the form.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// What it holds.
    pub kind: FieldKind,
    /// It must be filled in.
    #[serde(default)]
    pub required: bool,
    /// The answers to choose from, for a choice.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// What a field of a form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FieldKind {
    Text,
    Number,
    Flag,
    Date,
    Choice,
}

/// A term of a case type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Id within the type.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// The stage whose beginning starts it.
    pub starts_at: String,
    /// The stages whose beginning stops it.
    pub stops_at: Vec<String>,
    /// In which it is counted.
    pub unit: Unit,
    /// How long it is.
    pub length: u32,
}

impl CaseType {
    /// `caseTypes/{id}@{revision}`.
    pub fn name(&self) -> String {
        type_name(&self.id, self.revision)
    }

    /// A stage.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The stage in which a case begins.
    pub fn first_stage(&self) -> Option<&str> {
        self.stages.first().map(|stage| stage.id.as_str())
    }

    /// An action.
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// What is possible in a stage.
    pub fn allowed<'t>(&'t self, stage: &'t str) -> impl Iterator<Item = &'t Action> {
        self.actions.iter().filter(move |action| action.from.iter().any(|from| from == stage))
    }

    /// The clocks that start where a case comes to a stage: `alarm@1.acknowledge`.
    pub fn rules_from(&self, stage: &str) -> Vec<String> {
        self.clocks.iter().filter(|term| term.starts_at == stage).map(|term| self.rule_id(term)).collect()
    }

    /// The clocks that stop there.
    pub fn rules_until(&self, stage: &str) -> Vec<String> {
        let ends = |term: &&Term| term.stops_at.iter().any(|until| until == stage);
        self.clocks.iter().filter(ends).map(|term| self.rule_id(term)).collect()
    }

    fn rule_id(&self, term: &Term) -> String {
        format!("{}@{}.{}", self.id, self.revision, term.id)
    }

    /// A term as the clock engine knows rules: `alarm@1.acknowledge`.
    pub fn rule(&self, term: &str) -> Option<ClockRule> {
        let Term { id, title, starts_at: _, stops_at: _, unit, length } =
            self.clocks.iter().find(|known| known.id == term)?.clone();
        Some(ClockRule {
            id,
            rule_set: format!("{}@{}", self.id, self.revision),
            version: u32::try_from(self.revision).unwrap_or(1),
            title,
            article: self.name(),
            citation: self.title.zh.clone(),
            jurisdiction: COUNTRY.to_owned(),
            // A revision holds for the cases that are pinned to it, whatever their day.
            effective_from: NaiveDate::default(),
            effective_until: None,
            starts_at: StartEvent::StageEntered,
            stops_at: vec![StopEvent::StageEntered],
            unit,
            length: Length::Fixed(length),
            duty: Duty::Organ,
            extension: None,
            pausable: Vec::new(),
            verification: Verification::Source,
            note: None,
        })
    }

    /// Notes what is wrong with a type that is to be published, each at its place. A case of it must always have a way to an end.
    pub fn check(&self, faults: &mut Faults) {
        named(faults, &self.title);
        each(faults, "stages", &self.stages, |faults, stage| named(faults, &stage.title));
        let stages: HashSet<&str> = self.stages.iter().map(|stage| stage.id.as_str()).collect();
        let ends: HashSet<&str> =
            self.stages.iter().filter(|stage| stage.is_final).map(|stage| stage.id.as_str()).collect();
        distinct(faults, "stages", self.stages.iter().map(|stage| stage.id.as_str()));
        distinct(faults, "actions", self.actions.iter().map(|action| action.id.as_str()));
        distinct(faults, "terms", self.clocks.iter().map(|term| term.id.as_str()));
        let known = |faults: &mut Faults, field: &str, id: &str| {
            if !stages.contains(id) {
                faults.at(field, format!("{id} is no stage of the type"));
            }
        };
        let open = |faults: &mut Faults, field: &str, id: &str| {
            known(faults, field, id);
            if ends.contains(id) {
                faults.at(field, format!("{id} is a final stage"));
            }
        };
        each(faults, "actions", &self.actions, |faults, action| {
            named(faults, &action.title);
            action.from.iter().for_each(|id| open(faults, "from_stages", id));
            known(faults, "to_stage", &action.to);
            distinct(faults, "form", action.form.iter().map(|field| field.id.as_str()));
            each(faults, "form", &action.form, |faults, field| {
                named(faults, &field.title);
                if (field.kind == FieldKind::Choice) == field.choices.is_empty() {
                    faults.at("choices", "belong to a choice, and only to one");
                }
                distinct(faults, "choices", field.choices.iter().map(String::as_str));
            });
        });
        each(faults, "terms", &self.clocks, |faults, term| {
            named(faults, &term.title);
            open(faults, "start_stage", &term.starts_at);
            term.stops_at.iter().for_each(|id| known(faults, "stop_stages", id));
        });
        for (index, stage) in self.stages.iter().enumerate() {
            let reached = self.reached_from(&stage.id);
            let lost = !stage.is_final && !reached.iter().any(|id| ends.contains(id));
            let idle =
                index > 0 && self.first_stage().is_some_and(|first| !self.reached_from(first).contains(&*stage.id));
            faults.field("stages", |faults| {
                faults.index(index, |faults| {
                    if lost {
                        faults.at("stage", "no action leads from it to a final stage");
                    }
                    if idle {
                        faults.at("stage", "no action leads to it from the first stage");
                    }
                });
            });
        }
    }

    /// The stages that a case in a stage may come to.
    fn reached_from<'t>(&'t self, stage: &'t str) -> BTreeSet<&'t str> {
        let mut reached = BTreeSet::from([stage]);
        loop {
            let next: BTreeSet<&str> = reached
                .iter()
                .flat_map(|from| self.allowed(from))
                .map(|action| action.to.as_str())
                .chain(reached.iter().copied())
                .collect();
            if next.len() == reached.len() {
                return reached;
            }
            reached = next;
        }
    }
}

/// `caseTypes/{id}@{revision}`.
pub fn type_name(id: &str, revision: i32) -> String {
    format!("caseTypes/{id}@{revision}")
}

/// The id in a name, and the revision where it has one. Nothing where it is no name of a case type.
pub fn parse_name(name: &str) -> Option<(&str, Option<i32>)> {
    let rest = name.strip_prefix("caseTypes/")?;
    match rest.split_once('@') {
        Some((id, revision)) => Some((id, Some(revision.parse().ok().filter(|number| *number > 0)?))),
        None => Some((rest, None)),
    }
}

/// A name of nothing but blanks is none.
fn named(faults: &mut Faults, title: &Words) {
    if title.zh.is_empty() {
        faults.at("display_name", "is required");
    }
}

fn distinct<'t>(faults: &mut Faults, field: &str, ids: impl Iterator<Item = &'t str>) {
    let mut seen = HashSet::new();
    for id in ids {
        if !seen.insert(id) {
            faults.at(field, format!("{id} stands twice"));
        }
    }
}

fn each<T>(faults: &mut Faults, field: &str, items: &[T], check: impl Fn(&mut Faults, &T)) {
    faults.field(field, |faults| {
        for (index, item) in items.iter().enumerate() {
            faults.index(index, |faults| check(faults, item));
        }
    });
}
