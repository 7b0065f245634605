//! Fields that name another case beside the one that is acted on.

use lianbang::pb::v1::{self, notice::Ground};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};

use super::world::{NOBODY, TITLE, World, ask, bindings, hides, put, root_id, told};
use crate::{
    cases::registered,
    mutations::{self, Body, POOL, methods, path},
};

/// Fields that name another case than the one that is acted on.
fn other_cases(method: &MethodDescriptor) -> Vec<String> {
    let reference = POOL.get_extension_by_name("google.api.resource_reference").expect("the option");
    let named = |field: &prost_reflect::FieldDescriptor| {
        let options = field.options();
        let reference = options.get_extension(&reference);
        let of = reference.as_message().and_then(|of| of.get_field_by_name("type").map(|kind| kind.into_owned()));
        of.is_some_and(|kind| kind.as_str() == Some("lianbang/Case"))
    };
    let bound: Vec<String> = bindings(method).into_iter().map(|(field, _)| field).collect();
    let input = method.input();
    let fields = input.fields().filter(named).map(|field| field.name().to_owned());
    fields.filter(|field| !bound.contains(field) && field != "names").collect()
}

/// Asks so that the field matters: the grounds that rest on another case.
fn rest_on_it(method: &str, message: &mut DynamicMessage) {
    if method.ends_with("/DeclineCase") {
        message.set_field_by_name("ground", Value::EnumNumber(Ground::SameMatterLive.into()));
    }
    if method.ends_with("/RefuseCase") {
        message.set_field_by_name("prior_document_number", Value::String(String::new()));
    }
}

#[tokio::test]
async fn what_is_walled_off_cannot_be_found_by_naming_it_beside() {
    let world = World::new(6).await;
    let mut found = Vec::new();
    for fixture in mutations::all_fixtures() {
        let method = methods().into_iter().find(|method| path(method) == fixture.method).expect("method");
        for field in other_cases(&method) {
            found.push(fixture.method);
            let body = Body::new(fixture.method, &fixture.prepare(&world.stage).await);
            let hidden = registered(&world.entitled, "regions/411002001001", TITLE).await;
            for pair in &world.pairs {
                world.wall(&hidden.name, &pair.holder).await;
                let naming = |name: &str| {
                    let mut body = body.to_check().anew();
                    put(&mut body.0, &field, name);
                    rest_on_it(fixture.method, &mut body.0);
                    vec![body.bytes()]
                };
                let about = format!("{} {field} and {}", fixture.method, pair.about);
                let kept = pair.asks(fixture.method, naming(&hidden.name)).await;
                let missing = pair.asks(fixture.method, naming(&format!("cases/{NOBODY}"))).await;
                hides(&kept, &hidden, hidden.name.as_bytes(), &about);
                assert_eq!(told(&kept, root_id(&hidden.name)), told(&missing, NOBODY), "{about}");
                let shown = ask(&pair.twin, fixture.method, naming(&hidden.name), None).await;
                assert_ne!(told(&shown, root_id(&hidden.name)), told(&missing, NOBODY), "{about}: not asked");
            }
        }
    }
    assert!(found.len() > 1, "no field names another case: {found:?}");
}

#[tokio::test]
async fn what_is_walled_off_is_like_nothing() {
    let method = "/lianbang.v1.DuplicateService/FindSimilarCases";
    for accusation in [false, true] {
        let world = World::new(7).await;
        let hidden = registered(&world.entitled, "regions/411002001001", TITLE).await;
        let near = registered(&world.entitled, "regions/411002001001", "供暖").await;
        let request =
            v1::FindSimilarCasesRequest { name: near.name.clone(), show_rejected: true, ..Default::default() };
        let messages = || vec![request.encode_to_vec()];
        if accusation {
            world.change(&hidden.name, "nature = 2").await;
        }
        let open = ask(&world.entitled, method, messages(), None).await.expect("similar cases");
        assert!(String::from_utf8_lossy(&open).contains(root_id(&hidden.name)), "who may see it is not told");
        for pair in &world.pairs {
            if !accusation {
                world.wall(&hidden.name, &pair.holder).await;
            }
            let kept = ask(&pair.serving, method, messages(), pair.official.as_ref()).await;
            hides(&kept, &hidden, near.name.as_bytes(), pair.about);
        }
    }
}
