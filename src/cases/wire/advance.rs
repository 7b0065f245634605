//! Actions of case types with their own stages.

use crate::{
    cases::{
        advance::{Advance, Form, Value},
        ops::advance::AdvanceCase,
        wire::{case_id, optional},
    },
    catalog::Catalog,
    check::Faults,
    error::Result,
    pb::v1::{self, form_value},
    text,
    wire::{date, days, pb_date, pb_time},
};

/// An action that was taken; its form as far as it was opened.
pub fn advance(found: &Advance) -> v1::Advance {
    let value = |(field, value): &(String, Value)| v1::FormValue {
        field: field.clone(),
        value: Some(match value {
            Value::Text(text) => form_value::Value::Text(text.clone()),
            Value::Number(number) => form_value::Value::Number(*number),
            Value::Flag(flag) => form_value::Value::Flag(*flag),
            Value::Date(_) => form_value::Value::Date(value.date().map(pb_date).unwrap_or_default()),
        }),
    };
    v1::Advance {
        name: found.name(),
        action: found.action.clone(),
        stage_before: found.stage_before.clone(),
        stage_after: found.stage_after.clone(),
        organization: found.organization.clone().unwrap_or_default(),
        form: found.form.iter().flatten().map(value).collect(),
        advance_time: Some(pb_time(found.time)),
    }
}

/// Reads an action that is to be taken.
pub fn request(request: v1::AdvanceCaseRequest, catalog: Catalog) -> Result<AdvanceCase> {
    let v1::AdvanceCaseRequest {
        name,
        etag,
        action,
        form,
        organization,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let form = read(form, &mut faults);
    faults.into_result()?;
    Ok(AdvanceCase { catalog, id: case_id(&name)?, etag, action, form, organization: optional(organization) })
}

fn read(given: Vec<v1::FormValue>, faults: &mut Faults) -> Form {
    let mut form = Vec::with_capacity(given.len());
    faults.field("form", |faults| {
        for (index, v1::FormValue { field, value }) in given.into_iter().enumerate() {
            let read = match value {
                Some(form_value::Value::Text(given)) => Some(Value::Text(text::nfc(given))),
                Some(form_value::Value::Number(number)) => Some(Value::Number(number)),
                Some(form_value::Value::Flag(flag)) => Some(Value::Flag(flag)),
                Some(form_value::Value::Date(given)) => {
                    let mut found = None;
                    faults.index(index, |faults| found = faults.take("value", date(&given)));
                    found.map(|date| Value::Date(days(date)))
                }
                None => {
                    faults.index(index, |faults| faults.at("value", "is required"));
                    None
                }
            };
            form.extend(read.map(|value| (field, value)));
        }
    });
    form
}
