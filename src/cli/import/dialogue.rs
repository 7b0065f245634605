//! Mediations that are told turn by turn, as rows.

use std::path::Path;

use lianbang::pb::v1::MediationRow;
use serde_json::{Map, Value, json};

use super::{Telling, kinds::Mediations, read};
use crate::cli::Outcome;

/// What a mediator's turn is marked with when terms are settled.
const SETTLING: &str = "达成调解协议";

/// Mediations under a mapping.
pub fn mediations(file: &Path, mapping: Telling) -> Outcome<read::Rows<MediationRow>> {
    read::rows::<Mediations>(file, move |object| {
        if mapping == Telling::Dialogue {
            *object = row(object)?;
        }
        Ok(())
    })
}

fn row(told: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let text = |field: &str| told.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let turns = told.get("dialog").and_then(Value::as_array).ok_or("there is no dialog")?;
    let said = |turn: &Value, field: &str| turn.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut row = Map::new();
    row.insert("sourceId".into(), text("id").into());
    row.insert("matter".into(), text("description").into());
    if let Some(kind) = dispute_type(&text("type")) {
        row.insert("disputeType".into(), kind.into());
    }
    row.insert("parties".into(), told.get("parties").cloned().unwrap_or_else(|| json!([])));
    let each = turns.iter().map(|turn| json!({"speaker": said(turn, "speaker"), "text": said(turn, "text")}));
    row.insert("turns".into(), each.collect());
    if let Some(terms) = terms(turns) {
        row.insert("terms".into(), terms.into());
    }
    Ok(row)
}

/// The kinds that say the same. Others are left untold.
fn dispute_type(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "家庭婚姻纠纷" => "FAMILY",
        "社区邻里纠纷" => "NEIGHBOUR",
        "经济债务纠纷" => "CONTRACT",
        "环境污染纠纷" => "ENVIRONMENT",
        "劳资劳动纠纷" => "LABOUR",
        "交通事故纠纷" => "TRAFFIC_ACCIDENT",
        _ => return None,
    })
}

/// The terms that were last on the table: the last turn marked as settling that says any, by a list or a figure, and that somebody else
/// answered; failing that, the last that says any, the last that was answered, the last.
fn terms(turns: &[Value]) -> Option<String> {
    let field = |turn: &Value, name: &str| turn.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let settling = |turn: &&(usize, &Value)| field(turn.1, "strategy") == SETTLING;
    let marked: Vec<(usize, &Value)> = turns.iter().enumerate().collect();
    let marked: Vec<&(usize, &Value)> = marked.iter().filter(settling).collect();
    let says_any = |turn: &Value| {
        let text = field(turn, "text");
        let listed = text.rsplit_once('：').is_some_and(|(_, terms)| !terms.trim().is_empty());
        listed || text.chars().any(|letter| letter.is_ascii_digit())
    };
    let answered = |at: usize| turns.get(at + 1).is_some_and(|next| field(next, "speaker") != "mediator");
    let last = |wanted: &dyn Fn(usize, &Value) -> bool| {
        marked.iter().rev().find(|(at, turn)| wanted(*at, turn)).map(|(_, turn)| field(turn, "text"))
    };
    last(&|at, turn| says_any(turn) && answered(at))
        .or_else(|| last(&|_, turn| says_any(turn)))
        .or_else(|| last(&|at, _| answered(at)))
        .or_else(|| last(&|_, _| true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(speaker: &str, strategy: &str, text: &str) -> Value {
        json!({"speaker": speaker, "strategy": strategy, "text": text})
    }

    #[test]
    fn the_last_terms_are_those_that_were_answered() {
        let turns = [
            turn("mediator", SETTLING, "达成以下协议：甲赔偿乙3000元。"),
            turn("甲", "", "不行。"),
            turn("mediator", SETTLING, "达成以下协议：甲赔偿乙2000元。"),
            turn("甲", "", "同意。"),
            turn("mediator", SETTLING, "好，请签字。"),
            turn("乙", "", "同意。"),
        ];
        assert_eq!(terms(&turns).as_deref(), Some("达成以下协议：甲赔偿乙2000元。"));
        assert_eq!(terms(&turns[4..]).as_deref(), Some("好，请签字。"), "nothing else was said");
        let closed = [&turns[4..], &[turn("mediator", SETTLING, "谢谢大家。")]].concat();
        assert_eq!(terms(&closed).as_deref(), Some("好，请签字。"), "nobody answered the thanks");
        assert_eq!(terms(&turns[1..2]), None);
    }

    #[test]
    fn a_dialogue_becomes_a_row() {
        let told = json!({
            "id": "d-1", "type": "治安刑事纠纷", "description": "打架", "parties": ["甲", "乙"],
            "dialog": [turn("mediator", "", "怎么回事？"), turn("甲", "", "他先动手。")],
        });
        let row = row(told.as_object().expect("object")).expect("row");
        assert!(!row.contains_key("disputeType") && !row.contains_key("terms"), "{row:?}");
        assert_eq!(row["turns"][1], json!({"speaker": "甲", "text": "他先动手。"}));
        assert!(super::row(json!({"id": "d-2"}).as_object().expect("object")).is_err());
    }
}
