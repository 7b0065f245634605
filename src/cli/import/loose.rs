//! Objects as people write them, read as messages of the contract: the JSON form of protobuf, and beside it dates as 2026-03-02, enum
//! values without their prefix, `true` and lists in a cell (a;b).

use lianbang::pb::DESCRIPTOR_SET;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

/// What a row's message looks like.
pub struct Shape(MessageDescriptor);

impl Shape {
    /// The message of that name.
    pub fn of(message: &str) -> Self {
        let pool = DescriptorPool::decode(DESCRIPTOR_SET).expect("invariant: the build checked the contract");
        Self(pool.get_message_by_name(message).expect("invariant: a row is a message of the contract"))
    }

    /// The row that an object is, or what is wrong with it. An unknown field is wrong.
    pub fn read<R: Message + Default>(&self, mut object: Map<String, Value>) -> Result<R, String> {
        loosen(&self.0, &mut object);
        let message =
            DynamicMessage::deserialize(self.0.clone(), Value::Object(object)).map_err(|fault| fault.to_string())?;
        message.transcode_to::<R>().map_err(|fault| fault.to_string())
    }
}

fn loosen(message: &MessageDescriptor, object: &mut Map<String, Value>) {
    for (name, value) in object.iter_mut() {
        let field = message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name));
        let Some(field) = field else { continue };
        if field.is_list() {
            if let Value::String(text) = value {
                *value = text.split(';').map(|part| Value::String(part.trim().to_owned())).collect();
            }
            if let Value::Array(items) = value {
                items.iter_mut().for_each(|item| one(&field, item));
            }
        } else if !field.is_map() {
            one(&field, value);
        }
    }
}

fn one(field: &FieldDescriptor, value: &mut Value) {
    match (field.kind(), &mut *value) {
        (Kind::Bool, Value::String(text)) => {
            if let Ok(known) = text.parse() {
                *value = Value::Bool(known);
            }
        }
        (Kind::Enum(known), Value::String(text)) => *text = full_name(&known, text),
        (Kind::Message(inner), Value::String(text)) if inner.full_name() == "google.type.Date" => {
            let parts: Vec<Option<i32>> = text.split('-').map(|part| part.parse().ok()).collect();
            if let [Some(year), Some(month), Some(day)] = parts[..] {
                *value = serde_json::json!({"year": year, "month": month, "day": day});
            }
        }
        (Kind::Message(inner), Value::Object(object)) => loosen(&inner, object),
        _ => {}
    }
}

/// `STAFF` or `staff` for `RANK_STAFF`.
fn full_name(known: &EnumDescriptor, text: &str) -> String {
    let first = known.default_value();
    let prefix = first.name().trim_end_matches("UNSPECIFIED");
    let name = format!("{prefix}{}", text.to_uppercase());
    if known.get_value_by_name(&name).is_some() { name } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use lianbang::pb::{google::r#type::Date, v1};
    use serde_json::json;

    use super::*;

    fn read<R: Message + Default>(message: &str, value: Value) -> Result<R, String> {
        let Value::Object(object) = value else { return Err("no object".into()) };
        Shape::of(message).read(object)
    }

    #[test]
    fn a_row_is_read_as_people_write_it() {
        let row = json!({
            "sourceId": "a", "cadre_source_id": "c", "endReason": "transfer",
            "posting": {"region": "regions/411002000000", "role": "VILLAGE_HELPER", "validFrom": "2024-03-04"},
        });
        let row: v1::PostingRow = read("lianbang.v1.PostingRow", row).expect("row");
        let posting = row.posting.clone().expect("posting");
        assert_eq!((row.cadre_source_id.as_str(), row.end_reason()), ("c", v1::posting::EndReason::Transfer));
        assert_eq!(posting.role(), v1::posting::Role::VillageHelper);
        assert_eq!(posting.valid_from, Some(Date { year: 2024, month: 3, day: 4 }));
    }

    #[test]
    fn a_list_fits_into_a_cell() {
        let row = json!({"code": "4110", "level": "city", "ended": "false", "predecessorCodes": "4108; 4109"});
        let row: v1::RegionRow = read("lianbang.v1.RegionRow", row).expect("row");
        assert_eq!((row.level(), row.predecessor_codes.len()), (v1::region::Level::City, 2));
    }

    #[test]
    fn what_the_contract_does_not_know_is_refused() {
        let row: Result<v1::CaseRow, String> = read("lianbang.v1.CaseRow", json!({"sourceId": "a", "titel": "x"}));
        assert!(row.is_err_and(|fault| fault.contains("titel")));
        let row: Result<v1::CaseRow, String> = read("lianbang.v1.CaseRow", json!({"channel": "PIGEON"}));
        assert!(row.is_err());
    }
}
