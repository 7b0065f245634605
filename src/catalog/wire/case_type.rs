//! Case types on the wire.

use super::rule::{pb_unit, unit};
use crate::{
    call::Locale,
    catalog::{
        case_type::{Action, CaseType, FieldKind, FormField, PETITION, Stage, Term},
        model::words,
        publish::{PublishCaseType, Published},
    },
    check::Faults,
    clock::{Unit, Words},
    error::Result,
    pb::v1::{self, form_field::Kind},
    text,
    wire::pb_time,
};

/// A case type, in a language.
pub fn case_type(published: &Published, locale: Locale) -> v1::CaseType {
    let Published { definition, publish_time } = published;
    let CaseType { id, revision, title, description, stages, clock_rules, actions, clocks } = definition.as_ref();
    let told = |title: &Words| words(title, locale).to_owned();
    let field = |FormField { id, title, kind, required, choices }: &FormField| v1::FormField {
        field: id.clone(),
        display_name: told(title),
        kind: pb_kind(*kind).into(),
        required: *required,
        choices: choices.clone(),
    };
    let action = |Action { id, title, from, to, hands_on, form }: &Action| v1::Action {
        action: id.clone(),
        display_name: told(title),
        from_stages: from.clone(),
        to_stage: to.clone(),
        hands_on: *hands_on,
        form: form.iter().map(field).collect(),
    };
    let term = |Term { id, title, starts_at, stops_at, unit, length }: &Term| v1::Term {
        term: id.clone(),
        display_name: told(title),
        start_stage: starts_at.clone(),
        stop_stages: stops_at.clone(),
        unit: pb_unit(*unit).into(),
        length: i32::try_from(*length).unwrap_or(i32::MAX),
    };
    let stage = |Stage { id, title, is_final }: &Stage| v1::Stage {
        stage: id.clone(),
        display_name: told(title),
        terminal: *is_final,
    };
    let own = clocks.iter().map(|term| format!("clockRules/{id}@{revision}.{}", term.id));
    v1::CaseType {
        name: definition.name(),
        revision: *revision,
        display_name: told(title),
        description: told(description),
        stages: stages.iter().map(stage).collect(),
        clock_rules: clock_rules.iter().cloned().chain(own).collect(),
        actions: actions.iter().map(action).collect(),
        terms: clocks.iter().map(term).collect(),
        publish_time: Some(pb_time(*publish_time)),
    }
}

/// Reads a type that is to be published.
pub fn publish(request: v1::PublishCaseTypeRequest) -> Result<PublishCaseType> {
    let v1::PublishCaseTypeRequest { case_type, case_type_id: id, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let v1::CaseType {
        name: _,
        revision,
        display_name,
        description,
        stages,
        clock_rules: _,
        actions,
        terms,
        publish_time: _,
    } = case_type.unwrap_or_default();
    let definition = CaseType {
        id,
        revision,
        title: both(&display_name),
        description: both(&description),
        stages: stages.into_iter().map(stage).collect(),
        clock_rules: Vec::new(),
        actions: actions.into_iter().map(action).collect(),
        clocks: terms.into_iter().map(term).collect(),
    };
    let mut faults = Faults::default();
    if definition.id == PETITION {
        faults.at("case_type_id", "is the petition, whose procedure is the law's");
    }
    faults.field("case_type", |faults| definition.check(faults));
    faults.into_result()?;
    Ok(PublishCaseType { definition })
}

/// A name that is the same in all languages.
fn both(name: &str) -> Words {
    let name = text::label(name);
    Words { zh: name.clone(), en: name }
}

fn stage(given: v1::Stage) -> Stage {
    let v1::Stage { stage: id, display_name, terminal: is_final } = given;
    Stage { id, title: both(&display_name), is_final }
}

fn action(given: v1::Action) -> Action {
    let v1::Action { action: id, display_name, from_stages: from, to_stage: to, hands_on, form } = given;
    Action { id, title: both(&display_name), from, to, hands_on, form: form.into_iter().map(field).collect() }
}

fn field(given: v1::FormField) -> FormField {
    let kind = kind(given.kind());
    let v1::FormField { field: id, display_name, kind: _, required, choices } = given;
    FormField { id, title: both(&display_name), kind, required, choices }
}

fn term(given: v1::Term) -> Term {
    let unit = unit(given.unit()).unwrap_or(Unit::NaturalDay);
    let v1::Term { term: id, display_name, start_stage: starts_at, stop_stages: stops_at, unit: _, length } = given;
    Term { id, title: both(&display_name), starts_at, stops_at, unit, length: length.unsigned_abs() }
}

fn pb_kind(kind: FieldKind) -> Kind {
    match kind {
        FieldKind::Text => Kind::Text,
        FieldKind::Number => Kind::Number,
        FieldKind::Flag => Kind::Flag,
        FieldKind::Date => Kind::Date,
        FieldKind::Choice => Kind::Choice,
    }
}

/// The check of form has refused what is none.
fn kind(kind: Kind) -> FieldKind {
    match kind {
        Kind::Number => FieldKind::Number,
        Kind::Flag => FieldKind::Flag,
        Kind::Date => FieldKind::Date,
        Kind::Choice => FieldKind::Choice,
        Kind::Text | Kind::Unspecified => FieldKind::Text,
    }
}
