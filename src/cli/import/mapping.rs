//! How the fields of other systems' files become those of a case.

use std::path::Path;

use lianbang::pb::v1::CaseRow;
use serde_json::{Map, Value};

use super::{Mapping, kinds::Cases, read};
use crate::cli::Outcome;

/// Cases under a mapping. Rows without a place get `region`.
pub fn cases(file: &Path, mapping: Mapping, region: Option<String>) -> Outcome<read::Rows<CaseRow>> {
    if mapping == Mapping::A4 && region.is_none() {
        return Err("these messages name no place: say --region regions/…".into());
    }
    read::rows::<Cases>(file, move |object| {
        if mapping == Mapping::A4 {
            *object = a4(object)?;
        }
        if let Some(region) = &region {
            object.entry("region").or_insert_with(|| Value::String(region.clone()));
        }
        Ok(())
    })
}

/// A message to an official with the official's reply. Times are China's and say so nowhere.
fn a4(message: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let text = |field: &str| message.get(field).and_then(Value::as_str).unwrap_or_default();
    let mut case = Map::new();
    let mut set = |field: &str, value: String| {
        if !value.is_empty() {
            case.insert(field.to_owned(), Value::String(value));
        }
    };
    set("sourceId", text("id").to_owned());
    set("title", text("title").trim().to_owned());
    set("statement", text("body").to_owned());
    set("petitionerName", text("user").to_owned());
    set("channel", "CHANNEL_ONLINE".to_owned());
    set("receiveTime", china(text("time"))?);
    let reply = text("reply");
    set("reply", reply.to_owned());
    if !reply.is_empty() {
        set("replyTime", china(text("reply_time"))?);
    }
    Ok(case)
}

fn china(time: &str) -> Result<String, String> {
    if time.is_empty() {
        return Ok(String::new());
    }
    let local = chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H:%M:%S");
    local.map(|local| format!("{}+08:00", local.format("%Y-%m-%dT%H:%M:%S"))).map_err(|_| format!("{time} is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_a_case_with_its_reply() {
        let message = serde_json::json!({
            "id": "a4-1", "user": "A0001", "title": " 路灯 ", "body": "路灯坏了", "time": "2019-04-25T09:32:09",
            "reply": "已修复", "reply_time": "2019-05-08T14:56:53", "reply_days": 13.2,
        });
        let case = a4(message.as_object().expect("object")).expect("case");
        assert_eq!(case["receiveTime"], "2019-04-25T09:32:09+08:00");
        assert_eq!((&case["title"], &case["petitionerName"]), (&Value::from("路灯"), &Value::from("A0001")));
        let faulty = serde_json::json!({"id": "a4-2", "time": "yesterday"});
        assert!(a4(faulty.as_object().expect("object")).is_err());
    }
}
