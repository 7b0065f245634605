//! Imports.

use lianbang::pb::v1::{self, import_organizations_request::Message, import_result::Outcome, organization::Kind};

use super::{CITY, Client, STREET, WEIDU, YUZHOU, competence, get, import, organ, row};
use crate::harness::{Stage, assert_reason, meet};

fn edition() -> Vec<v1::OrganizationRow> {
    let bureau = v1::Organization {
        competences: vec![competence("topics/heating", &[WEIDU, YUZHOU])],
        ..organ("许昌市城管局", Kind::Department, CITY)
    };
    vec![
        row("1", "", organ("许昌市人民政府", Kind::Government, CITY)),
        row("2", "1", bureau),
        row("3", "2", organ("魏都区城管局", Kind::Department, WEIDU)),
    ]
}

fn outcomes(results: &[v1::ImportResult]) -> Vec<Outcome> {
    results.iter().map(v1::ImportResult::outcome).collect()
}

#[tokio::test]
async fn an_import_sent_again_changes_nothing() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let first = import(admin.clone(), false, edition()).await;
    assert_eq!(outcomes(&first), [Outcome::Created; 3], "{first:?}");
    let again = import(admin.clone(), false, edition()).await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged; 3]);
    assert_eq!(first[1].name, again[1].name);
    let mut client = Client::new(admin.clone());
    let second = get(&mut client, &first[1].name).await;
    assert_eq!(
        (second.parent, second.source.as_str(), second.source_id.as_str()),
        (first[0].name.clone(), "edition", "2")
    );
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind LIKE 'organization.%'").await, 3);

    let mut changed = edition();
    changed[1] = row("2", "1", organ("许昌市城市管理局", Kind::Department, CITY));
    changed[2].parent_source_id = "9".into();
    changed.push(row("", "", v1::Organization::default()));
    changed.push(row("4", "3", organ("西大街道办事处", Kind::TownshipGovernment, STREET)));
    let results = import(admin, false, changed).await;
    let expected = [Outcome::Unchanged, Outcome::Updated, Outcome::Failed, Outcome::Failed, Outcome::Created];
    assert_eq!(outcomes(&results), expected, "{results:?}");
    assert_eq!(results[2].error.as_ref().map(|error| error.code), Some(tonic::Code::NotFound.into()));
    let message = results[3].error.as_ref().expect("error").message.clone();
    for field in ["row.source_id", "row.organization.display_name", "row.organization.kind", "row.organization.region"]
    {
        assert!(message.contains(field), "{message}");
    }
    let second = get(&mut client, &first[1].name).await;
    assert_eq!((second.display_name.as_str(), second.competences.len()), ("许昌市城市管理局", 0));
}

#[tokio::test]
async fn two_imports_at_once_enter_a_row_once() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let call = || import(admin.clone(), false, edition());
    let (one, two) = meet(&stage, "LOCK TABLE organizations IN SHARE MODE", call(), call()).await;
    let mut all = [outcomes(&one), outcomes(&two)].concat();
    all.sort();
    assert_eq!(all, [[Outcome::Created; 3], [Outcome::Unchanged; 3]].concat(), "{one:?} {two:?}");
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind LIKE 'organization.%'").await, 3);
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_knows_its_own_parents() {
    let stage = Stage::with_regions().await;
    let results = import(stage.admin().await, true, edition()).await;
    assert_eq!(outcomes(&results), [Outcome::Created; 3], "{results:?}");
    assert_eq!(stage.count("SELECT COUNT(*) FROM organizations").await, 0);
    let mut client = Client::new(stage.admin().await);
    let headless = v1::ImportOrganizationsRequest { message: Some(Message::Row(edition().remove(0))) };
    assert_reason(client.import_organizations(tokio_stream::iter([headless])).await, "INVALID_REQUEST");
}
