//! Every RPC whose request names a case, a mediation or a part of one.

use std::collections::BTreeSet;

use lianbang::pb::v1;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use rand::Rng as _;

use super::{
    lists::{collections, figures},
    world::{Messages, NOBODY, Outcome, TITLE, World, ask, bindings, fits, hides, names_in, put, read, root_id, told},
};
use crate::{
    cases::{documents, registered},
    harness::{official, reason},
    mutations::{self, Body, methods, path},
};

/// RPCs that neither name nor show a case, whatever they are asked.
const KNOWS_NO_CASE: &[&str] = &[
    "AdminService",
    "CadreService",
    "CatalogService",
    "CommitteeService",
    "OrganizationService",
    "RegionService",
    "StaffingService",
    "CaseService/RegisterCase",
];

/// Asks one RPC about one name behind each wall.
async fn check(world: &World, method: &str, name: &str, request: impl Fn() -> Messages) {
    // Walls of earlier checks, which may have been about the same name.
    world.stage.sql("DELETE FROM case_walls").await;
    let absent = |messages: Messages| -> Messages {
        let other = |message: &Vec<u8>| replaced(message, root_id(name).as_bytes(), NOBODY.as_bytes());
        let others: Messages = messages.iter().map(other).collect();
        assert_ne!(others, messages, "{method} does not name {name}");
        others
    };
    let case = world.case_of(name).await;
    world.change(&case, &format!("title = '{TITLE}'")).await;
    let shown = read(&world.entitled, &case).await;
    let same = |hidden: Outcome, missing: Outcome, about: &str| {
        let about = format!("{method} and {about}");
        assert!(hidden.is_err(), "{about}: answered for {name}");
        assert_eq!(told(&hidden, root_id(name)), told(&missing, NOBODY), "{about}");
        assert_eq!(hidden.as_ref().err().map(reason).as_deref(), Some("NOT_FOUND"), "{about}");
        hides(&hidden, &shown, name.as_bytes(), &about);
    };
    let blind = &world.pairs[0].twin;
    world.change(&case, "nature = 2").await;
    let hidden = ask(blind, method, request(), None).await;
    let missing = ask(blind, method, absent(request()), None).await;
    same(hidden, missing, "who sees no accusations");
    world.change(&case, &format!("nature = {}", shown.nature)).await;
    for pair in &world.pairs {
        world.wall(&case, &pair.holder).await;
        let hidden = pair.asks(method, request()).await;
        let missing = pair.asks(method, absent(request())).await;
        same(hidden, missing, pair.about);
    }
    // Only then: what can be done once is done by the twin.
    let open = ask(blind, method, request(), None).await;
    // What was withdrawn is refused as such, to who may know of it.
    let let_in = open.as_ref().err().is_none_or(|status| reason(status) == "PRECONDITION_FAILED");
    assert!(let_in, "{method}: who serves nobody gets {open:?} for {name}");
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + from.len()].copy_from_slice(to);
        at += found + from.len();
    }
    bytes
}

/// The request of a read about a name.
pub fn reading(
    method: &MethodDescriptor,
    field: &str,
    name: &str,
    full: bool,
    official: Option<v1::Official>,
) -> Messages {
    let mut request = DynamicMessage::new(method.input());
    put(&mut request, field, name);
    if method.input().get_field_by_name("purpose").is_some() {
        request.set_field_by_name("purpose", Value::String("核查".into()));
    }
    if let (Some(field), Some(official)) = (method.input().get_field_by_name("on_behalf_of"), official) {
        let kind = field.kind().as_message().expect("an official").clone();
        let bytes = official.encode_to_vec();
        let named = DynamicMessage::decode(kind, bytes.as_slice()).expect("an official");
        request.set_field(&field, Value::Message(named));
    }
    if full && method.input().get_field_by_name("view").is_some() {
        request.set_field_by_name("view", Value::EnumNumber(v1::View::Full.into()));
    }
    vec![request.encode_to_vec()]
}

#[tokio::test]
async fn what_is_walled_off_is_not_there_for_any_rpc() {
    let mut world = World::new(4).await;
    world.populate().await;
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let case = registered(&world.entitled, "regions/411002001001", "供暖").await.name;
    let mut open = mutations::mediations::open(&world.stage).await;
    open.mediation.as_mut().expect("mediation").cases = vec![case.clone()];
    let path_of = "/lianbang.v1.MediationService/OpenMediation";
    check(&world, path_of, &case, || vec![Body::new(path_of, &open.encode_to_vec()).bytes()]).await;
    asked.insert(path_of.to_owned());
    for fixture in mutations::all_fixtures() {
        let body = Body::new(fixture.method, &fixture.prepare(&world.stage).await);
        let Some(name) = names_in(&body.bytes()).into_iter().next() else { continue };
        check(&world, fixture.method, &name, || vec![body.anew().bytes()]).await;
        asked.insert(fixture.method.to_owned());
    }
    for method in methods() {
        let path = path(&method);
        if asked.contains(&path) {
            continue;
        }
        for (field, pattern) in bindings(&method) {
            if !pattern.starts_with("cases/") && !pattern.starts_with("mediations/") {
                continue;
            }
            let found: Vec<&String> = world.names.iter().filter(|name| fits(name, &pattern)).collect();
            assert!(!found.is_empty(), "nothing is known for {pattern} of {path}");
            let name = found[world.random.random_range(0..found.len())].clone();
            if method.is_client_streaming() {
                check(&world, &path, &name, || documents::messages(&name, "附件".as_bytes())).await;
            } else {
                for full in [false, true] {
                    check(&world, &path, &name, || reading(&method, &field, &name, full, official())).await;
                }
            }
            asked.insert(path.clone());
        }
    }
    let rest =
        methods().into_iter().map(|method| path(&method)).filter(|path| !asked.contains(path) && !knows_no_case(path));
    let lists = collections("", &v1::QueryCode::default(), "", "").into_keys().chain(figures().into_keys());
    let lists: BTreeSet<String> = lists.map(str::to_owned).collect();
    assert_eq!(rest.collect::<BTreeSet<_>>(), lists, "say how these are asked, or that they know no case");
}

pub fn knows_no_case(path: &str) -> bool {
    KNOWS_NO_CASE.iter().any(|word| path.contains(word))
}
