//! Cases, their parties, steps and clocks, and the two tables by which scope reaches them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_or_null, bytes, bytes_or_null, flag, id, id_or_null, key, key_or_null, number, number_or_null, place, run,
    text, text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        cases(manager).await?;
        scope(manager).await?;
        parties(manager).await?;
        clocks(manager).await?;
        steps(manager).await
    }
}

async fn cases(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut cases = Table::create();
    cases
        .table("cases")
        .col(id("id").primary_key())
        .col(key(manager, "number"))
        .col(key(manager, "case_type"))
        .col(number("state"))
        .col(number("nature"))
        .col(number("route"))
        .col(number("channel"))
        .col(text("title"))
        .col(bytes_or_null("statement"))
        .col(bytes_or_null("summary"))
        .col(key_or_null(manager, "topic"))
        .col(big("region"))
        .col(number("region_version"));
    place(&mut cases);
    cases
        .col(key_or_null(manager, "registering_organization"))
        .col(key_or_null(manager, "handling_organization"))
        .col(number("handling_level"))
        .col(number("petition_date"))
        .col(big("receive_time"))
        .col(big("register_time"))
        .col(big("update_time"))
        .col(text_or_null("backdating_reason"))
        .col(key_or_null(manager, "external_source"))
        .col(key_or_null(manager, "external_id"))
        .col(number("identity_mode"))
        .col(number("attendance"))
        .col(number("party_count"))
        .col(number("hop_count"))
        .col(flag("urgent"))
        .col(flag("historic"))
        .col(number("outcome"))
        .col(number("execution"))
        .col(number("resolution"))
        .col(key_or_null(manager, "register_posting"))
        .col(key_or_null(manager, "current_posting"))
        .col(big_or_null("next_due_time"))
        .col(big_or_null("answer_time"))
        .col(big_or_null("close_time"))
        .col(bytes_or_null("close_evidence"))
        .col(big("version"));
    manager.create_table(cases).await?;
    run(manager, "CREATE UNIQUE INDEX cases_number ON cases (number)").await?;
    run(
        manager,
        "CREATE UNIQUE INDEX cases_external ON cases (external_source, external_id) WHERE external_source IS NOT NULL",
    )
    .await?;
    // Every scope level and every documented order is one index walk. The keys grow with time within a region, so the pages that
    // are written to stay few.
    for level in ["province", "city", "county", "township", "village"] {
        run(manager, &format!("CREATE INDEX cases_{level} ON cases ({level}, register_time, id)")).await?;
        run(
            manager,
            &format!(
                "CREATE INDEX cases_{level}_due ON cases ({level}, next_due_time, id) WHERE next_due_time IS NOT NULL"
            ),
        )
        .await?;
    }
    run(manager, "CREATE INDEX cases_all ON cases (register_time, id)").await?;
    run(manager, "CREATE INDEX cases_all_due ON cases (next_due_time, id) WHERE next_due_time IS NOT NULL").await?;
    manager
        .create_table(
            Table::create()
                .table("case_numbers")
                .col(big("county"))
                .col(number("day"))
                .col(number("last"))
                .primary_key(Index::create().col("county").col("day"))
                .take(),
        )
        .await
}

/// Who holds or held a case, for the scope of organizations and postings; and from whom it is walled off.
async fn scope(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("case_line")
                .col(key(manager, "holder"))
                .col(big("register_time"))
                .col(id("case_id"))
                .primary_key(Index::create().col("holder").col("register_time").col("case_id"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX case_line_case ON case_line (case_id, holder)").await?;
    manager
        .create_table(
            Table::create()
                .table("case_walls")
                .col(id("case_id"))
                .col(key(manager, "holder"))
                .primary_key(Index::create().col("case_id").col("holder"))
                .take(),
        )
        .await
}

async fn parties(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("case_parties")
                .col(id("id").primary_key())
                .col(id("case_id"))
                .col(number("role"))
                .col(number("kind"))
                .col(bytes_or_null("display_name"))
                .col(bytes_or_null("id_number"))
                .col(bytes_or_null("id_number_index"))
                .col(bytes_or_null("phone"))
                .col(bytes_or_null("phone_index"))
                .col(bytes_or_null("address"))
                .col(bytes_or_null("needs"))
                .col(key_or_null(manager, "subject"))
                .col(big("create_time"))
                .col(big_or_null("end_time"))
                .col(text_or_null("end_reason"))
                .col(big("version"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX case_parties_case ON case_parties (case_id, id)").await
}

async fn clocks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("case_clocks")
                .col(id("id").primary_key())
                .col(id("case_id"))
                .col(key(manager, "rule"))
                .col(number("rule_version"))
                .col(text("article"))
                .col(number("state"))
                .col(number("duty"))
                .col(big("start_time"))
                .col(number("nominal_date"))
                .col(number("adjusted_date"))
                .col(big("due_time"))
                .col(flag("provisional"))
                .col(text("calendar_version"))
                .col(big_or_null("stop_time"))
                .col(text_or_null("stopped_by"))
                .col(key_or_null(manager, "holder"))
                // The whole computation with its steps: a stopped clock explains itself and is never computed again.
                .col(text("computation"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX case_clocks_case ON case_clocks (case_id, id)").await
}

async fn steps(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("case_assignments")
                .col(id("id").primary_key())
                .col(id("case_id"))
                .col(number("kind"))
                .col(number("means"))
                .col(number("state"))
                .col(key_or_null(manager, "organization"))
                .col(key_or_null(manager, "posting"))
                .col(key_or_null(manager, "from_organization"))
                .col(bytes_or_null("note"))
                .col(number_or_null("term_date"))
                .col(big("create_time"))
                .col(big_or_null("receive_time"))
                .col(big_or_null("submit_time"))
                .col(bytes_or_null("result"))
                .col(big_or_null("confirm_time"))
                .col(number("resolution"))
                .col(big("version"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX case_assignments_case ON case_assignments (case_id, id)").await?;
    manager
        .create_table(
            Table::create()
                .table("case_opinions")
                .col(id("id").primary_key())
                .col(id("case_id"))
                .col(number("kind"))
                .col(number("outcome"))
                .col(text_or_null("document_number"))
                .col(bytes("facts"))
                .col(bytes_or_null("reasons"))
                .col(bytes_or_null("legal_basis"))
                .col(big("issue_time"))
                .col(big_or_null("serve_time"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX case_opinions_case ON case_opinions (case_id, id)").await?;
    manager
        .create_table(
            Table::create()
                .table("case_service_records")
                .col(id("id").primary_key())
                .col(id("case_id"))
                .col(id("opinion"))
                .col(number("means"))
                .col(big("receive_time"))
                .col(id_or_null("party"))
                .col(big("create_time"))
                .take(),
        )
        .await?;
    // A document is served once; a second service of the same one is a fault, not a new start of the citizen's term.
    run(manager, "CREATE UNIQUE INDEX case_service_records_opinion ON case_service_records (opinion)").await?;
    run(manager, "CREATE INDEX case_service_records_case ON case_service_records (case_id, id)").await?;
    manager
        .create_table(
            Table::create()
                .table("case_progress")
                .col(id("id").primary_key())
                .col(id("case_id"))
                .col(bytes("report"))
                .col(big("occur_time"))
                .col(big("create_time"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX case_progress_case ON case_progress (case_id, id)").await
}
