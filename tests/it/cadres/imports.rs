//! Cadres and postings of other registers.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, Cadre, Posting, cadre_service_client::CadreServiceClient, import_cadres_request, import_postings_request,
        import_result::Outcome, posting::EndReason,
    },
};

use super::{Client, VILLAGE, basic, cadre, client, helper, staged};
use crate::harness::{date, official};

async fn import_cadres(client: &mut Client, dry_run: bool, rows: Vec<v1::CadreRow>) -> Vec<v1::ImportResult> {
    use import_cadres_request::Message;
    let header = v1::ImportHeader { source: "hr".into(), dry_run, on_behalf_of: official() };
    let messages: Vec<_> = std::iter::once(Message::Header(header))
        .chain(rows.into_iter().map(Message::Row))
        .map(|message| v1::ImportCadresRequest { message: Some(message) })
        .collect();
    let mut stream = client.import_cadres(tokio_stream::iter(messages)).await.expect("import").into_inner();
    let mut results = Vec::new();
    while let Some(answer) = stream.message().await.expect("result") {
        results.extend(answer.result);
    }
    results
}

async fn import_postings(client: &mut Client, rows: Vec<v1::PostingRow>) -> Vec<v1::ImportResult> {
    use import_postings_request::Message;
    let header = v1::ImportHeader { source: "hr".into(), ..Default::default() };
    let messages: Vec<_> = std::iter::once(Message::Header(header))
        .chain(rows.into_iter().map(Message::Row))
        .map(|message| v1::ImportPostingsRequest { message: Some(message) })
        .collect();
    let mut stream = client.import_postings(tokio_stream::iter(messages)).await.expect("import").into_inner();
    let mut results = Vec::new();
    while let Some(answer) = stream.message().await.expect("result") {
        results.extend(answer.result);
    }
    results
}

fn outcomes(results: &[v1::ImportResult]) -> Vec<Outcome> {
    results.iter().map(v1::ImportResult::outcome).collect()
}

fn cadre_row(id: &str, name: &str) -> v1::CadreRow {
    v1::CadreRow { source_id: id.into(), cadre: Some(cadre(name)), organization_source_id: String::new() }
}

fn posting_row(id: &str, cadre: &str, posting: Posting) -> v1::PostingRow {
    v1::PostingRow { source_id: id.into(), cadre_source_id: cadre.into(), posting: Some(posting), ..Default::default() }
}

#[tokio::test]
async fn the_same_import_of_cadres_changes_nothing_twice() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let phone = Cadre { phone: "13800000000".into(), ..cadre("王干部") };
    let rows =
        vec![cadre_row("1", "李干部"), cadre_row("2", ""), v1::CadreRow { cadre: Some(phone), ..cadre_row("3", "") }];
    use Outcome::{Created, Failed, Unchanged, Updated};
    assert_eq!(outcomes(&import_cadres(&mut client, true, rows.clone()).await), [Created, Failed, Created]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM cadres").await, 0);
    assert_eq!(outcomes(&import_cadres(&mut client, false, rows.clone()).await), [Created, Failed, Created]);
    assert_eq!(outcomes(&import_cadres(&mut client, false, rows).await), [Unchanged, Failed, Unchanged]);
    let results = import_cadres(&mut client, false, vec![cadre_row("3", "王主任")]).await;
    assert_eq!(outcomes(&results), [Updated]);
    let changed = client.get_cadre(basic(&results[0].name)).await.expect("cadre").into_inner();
    assert_eq!((changed.display_name.as_str(), changed.phone.as_str(), changed.source.as_str()), ("王主任", "", "hr"));

    let by_source = v1::CadreRow {
        cadre: Some(Cadre { organization: String::new(), ..cadre("钱干部") }),
        organization_source_id: "yuzhou".into(),
        ..cadre_row("5", "")
    };
    let unknown = v1::CadreRow { organization_source_id: "none".into(), source_id: "6".into(), ..by_source.clone() };
    let results = import_cadres(&mut client, false, vec![by_source, unknown]).await;
    assert_eq!(outcomes(&results), [Created, Failed]);
    let entered = client.get_cadre(basic(&results[0].name)).await.expect("cadre").into_inner();
    assert_eq!(entered.organization, "organizations/yuzhou");

    let line = stage.within(Role::Coordinator, "regions/411081000000").await;
    let results = import_cadres(&mut CadreServiceClient::new(line), false, vec![cadre_row("4", "赵干部")]).await;
    assert!(results[0].error.as_ref().is_some_and(|error| error.message.contains("outside")), "{results:?}");
}

#[tokio::test]
async fn an_import_of_postings_ends_and_never_overwrites() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    import_cadres(&mut client, false, vec![cadre_row("1", "李干部")]).await;
    use Outcome::{Created, Failed, Unchanged, Updated};
    let over = v1::PostingRow {
        end_reason: EndReason::Rotation.into(),
        ..posting_row("b", "1", Posting { valid_until: date(2024, 1, 1), ..helper(VILLAGE, 2021) })
    };
    let rows = vec![
        posting_row("a", "1", Posting { valid_until: date(2027, 1, 1), ..helper(VILLAGE, 2024) }),
        over,
        posting_row("c", "1", helper(VILLAGE, 2025)),
        posting_row("d", "9", helper(VILLAGE, 2025)),
        posting_row("e", "", helper(VILLAGE, 2025)),
    ];
    let results = import_postings(&mut client, rows.clone()).await;
    assert_eq!(outcomes(&results), [Created, Created, Failed, Failed, Failed]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'posting.ended'").await, 1);
    let again = import_postings(&mut client, rows.clone()).await;
    assert_eq!(outcomes(&again), [Unchanged, Unchanged, Failed, Failed, Failed]);

    let other = posting_row("a", "1", helper(VILLAGE, 2023));
    let ends = v1::PostingRow {
        end_reason: EndReason::Transfer.into(),
        ..posting_row("a", "1", Posting { valid_until: date(2026, 1, 1), ..helper(VILLAGE, 2024) })
    };
    assert_eq!(outcomes(&import_postings(&mut client, vec![other, ends.clone()]).await), [Failed, Updated]);
    // The row of the set term still says what it said.
    assert_eq!(outcomes(&import_postings(&mut client, vec![rows[0].clone(), ends]).await), [Unchanged, Unchanged]);
    let ended = client.get_posting(v1::GetPostingRequest { name: results[0].name.clone() }).await;
    assert_eq!(ended.expect("posting").into_inner().end_reason(), EndReason::Transfer);
}
