//! What moved a case whose type has stages of its own: the action, the stages, the form that was filled in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::case_name;
use crate::{
    call::Micros,
    catalog::{Action, FieldKind},
    check::Faults,
    wire::from_days,
};

/// Longest text of a form, characters.
const MOST_TEXT: usize = 2_000;

/// What a field of a form was filled in with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    Number(f64),
    Flag(bool),
    /// Days since 1970-01-01.
    Date(i32),
}

impl Value {
    /// The civil day of a date.
    pub fn date(&self) -> Option<NaiveDate> {
        if let Self::Date(days) = self { Some(from_days(*days)) } else { None }
    }
}

/// A form as it was filled in: field and value, in the order given.
pub type Form = Vec<(String, Value)>;

/// One action that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Advance {
    pub id: Uuid,
    pub case_id: Uuid,
    pub action: String,
    pub stage_before: String,
    pub stage_after: String,
    /// The organization that took the case over.
    pub organization: Option<String>,
    pub form: Option<Form>,
    pub time: Micros,
}

impl Advance {
    /// `cases/{uuid}/advances/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/advances/{}", case_name(self.case_id), self.id)
    }
}

/// Notes what is wrong with a form, each at its place.
pub fn check_form(action: &Action, form: &Form, faults: &mut Faults) {
    for (index, (id, value)) in form.iter().enumerate() {
        let fault = match action.form.iter().find(|field| field.id == *id) {
            None => Some(("field", "is no field of the action's form".to_owned())),
            Some(_) if form[..index].iter().any(|(other, _)| other == id) => Some(("field", "stands twice".to_owned())),
            Some(field) => mismatch(field.kind, &field.choices, value).map(|fault| ("value", fault)),
        };
        if let Some((place, fault)) = fault {
            faults.field("form", |faults| faults.index(index, |faults| faults.at(place, fault)));
        }
    }
    let given = |id: &str| form.iter().any(|(known, _)| known == id);
    for field in action.form.iter().filter(|field| field.required && !given(&field.id)) {
        faults.at("form", format!("lacks {}, which is required", field.id));
    }
}

fn mismatch(kind: FieldKind, choices: &[String], value: &Value) -> Option<String> {
    match (kind, value) {
        (FieldKind::Text, Value::Text(text)) if text.trim().is_empty() => Some("is empty".to_owned()),
        (FieldKind::Text, Value::Text(text)) if text.chars().count() > MOST_TEXT => {
            Some(format!("has more than {MOST_TEXT} characters"))
        }
        (FieldKind::Choice, Value::Text(text)) if !choices.contains(text) => {
            Some(format!("is none of {}", choices.join(", ")))
        }
        (FieldKind::Number, Value::Number(number)) if !number.is_finite() => Some("is not a number".to_owned()),
        (FieldKind::Text | FieldKind::Choice, Value::Text(_))
        | (FieldKind::Number, Value::Number(_))
        | (FieldKind::Flag, Value::Flag(_))
        | (FieldKind::Date, Value::Date(_)) => None,
        (FieldKind::Text, _) => Some("is not a text".to_owned()),
        (FieldKind::Choice, _) => Some("is not a text with the choice".to_owned()),
        (FieldKind::Number, _) => Some("is not a number".to_owned()),
        (FieldKind::Flag, _) => Some("is not a flag".to_owned()),
        (FieldKind::Date, _) => Some("is not a date".to_owned()),
    }
}
