//! A database with data in it is brought up: what older versions wrote gets what newer ones rest on.

use lianbang::{config::Config, migrate};
use lianbang_migrations::Migrator;
use sea_orm_migration::{MigratorTrait, sea_orm};

use crate::harness::{DAY, MONDAY, database::Database, keys};

/// Steps of the version before clocks warned.
const BEFORE_ALERTS: u32 = 14;

#[tokio::test]
async fn clocks_and_cases_of_before_get_their_warnings_and_their_acceptance() {
    let database = Database::empty().await;
    let conn = sea_orm::Database::connect(format!(
        "{}{}",
        database.url(),
        if database.is_postgres() { "" } else { "?mode=rwc" }
    ));
    let conn = conn.await.expect("connection");
    Migrator::up(&conn, Some(BEFORE_ALERTS)).await.expect("the older schema");
    conn.close().await.expect("closed");
    let id = |number: u8| match database.is_postgres() {
        true => format!("'00000000-0000-4000-8000-0000000000{number:02x}'"),
        false => format!("X'000000000000400080000000000000{number:02x}'"),
    };
    let case = format!(
        "INSERT INTO cases (id, number, case_type, state, nature, route, channel, title, region, region_version, handling_level, \
         petition_date, receive_time, register_time, update_time, identity_mode, attendance, party_count, hop_count, urgent, historic, \
         outcome, execution, resolution, version) VALUES ({}, 'N1', 'caseTypes/petition@1', 6, 3, 6, 3, '供暖', 411002001001, 1, 6, \
         20000, {MONDAY}, {MONDAY}, {MONDAY}, 1, 1, 0, 0, FALSE, FALSE, 0, 0, 0, 1)",
        id(1)
    );
    database.execute(&case).await;
    let clock = |number: u8, rule: &str, state: i32, days: i64| {
        format!(
            "INSERT INTO case_clocks (id, case_id, rule, rule_version, article, state, duty, start_time, nominal_date, adjusted_date, \
             due_time, provisional, calendar_version, computation) VALUES ({}, {}, 'cn-2022.{rule}', 1, 'XF', {state}, 1, {MONDAY}, \
             20000, 20000, {}, FALSE, 'cn@1', '{{}}')",
            id(number),
            id(1),
            MONDAY + days * DAY
        )
    };
    for (number, rule, state, days) in
        [(2, "handling", 1, 60), (3, "jurisdiction_dispute", 1, 8), (4, "register_and_dispose", 3, 15)]
    {
        database.execute(&clock(number, rule, state, days)).await;
    }
    let mut config = Config::default();
    config.database.url = database.url();
    assert!(migrate::up(&config.database).await.expect("brought up") > 0);
    let alert = async |number: u8| {
        let text = format!("SELECT COALESCE(alert_time, 0) FROM case_clocks WHERE id = {}", id(number));
        database.number(&text).await
    };
    assert_eq!(alert(2).await, MONDAY + 57 * DAY);
    assert_eq!(alert(3).await, MONDAY + 6 * DAY);
    assert_eq!(alert(4).await, 0);
    assert_eq!(database.number("SELECT accept_time FROM cases").await, MONDAY);
    assert_eq!(database.number("SELECT CAST(procedure AS BIGINT) FROM cases").await, 1);
    // The program of today opens it.
    let sources = lianbang::server::Sources::default();
    let base = lianbang::server::open(&config, keys(), &sources).await.expect("opened");
    base.door.db.close().await;
}
