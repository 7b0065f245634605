//! Mediations, participants, sessions, agreements and signatures.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_or_null, bytes, bytes_or_null, flag, id, id_or_null, key, key_or_null, number, number_or_null, place, run,
    text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        mediations(manager).await?;
        participants(manager).await?;
        sessions(manager).await?;
        agreements(manager).await
    }
}

async fn mediations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("mediations")
        .col(id("id").primary_key())
        .col(number("state"))
        .col(number("source"))
        .col(key(manager, "committee"))
        .col(big("region"))
        .col(number("region_version"));
    place(&mut table);
    table
        .col(bytes_or_null("matter"))
        .col(number_or_null("application_date"))
        .col(big("open_time"))
        .col(number("participant_count"))
        .col(number("necessary_party_count"))
        .col(number("necessary_consent_count"))
        .col(number("session_count"))
        .col(id_or_null("settlement"))
        .col(big_or_null("end_time"))
        .col(number_or_null("failure_reason"))
        .col(bytes_or_null("failure_explanation"))
        // The routes of the notice as bits, one for each number of the enum.
        .col(number_or_null("notice_routes"))
        .col(number_or_null("notice_means"))
        .col(big("create_time"))
        .col(big("version"));
    manager.create_table(table).await?;
    manager
        .create_table(
            Table::create()
                .table("mediation_cases")
                .col(id("mediation"))
                .col(number("position"))
                .col(id("case_id"))
                .primary_key(Index::create().col("mediation").col("position"))
                .take(),
        )
        .await?;
    // One walk for each level of a scope, and one for everywhere.
    for sql in [
        "CREATE INDEX mediations_country ON mediations (open_time, id)",
        "CREATE INDEX mediations_province ON mediations (province, open_time, id)",
        "CREATE INDEX mediations_city ON mediations (city, open_time, id)",
        "CREATE INDEX mediations_county ON mediations (county, open_time, id)",
        "CREATE INDEX mediations_township ON mediations (township, open_time, id)",
        "CREATE INDEX mediations_village ON mediations (village, open_time, id)",
        "CREATE INDEX mediations_committee ON mediations (committee, open_time, id)",
        "CREATE INDEX mediation_cases_case ON mediation_cases (case_id, mediation)",
    ] {
        run(manager, sql).await?;
    }
    Ok(())
}

async fn participants(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("mediation_participants")
                .col(id("id").primary_key())
                .col(id("mediation"))
                .col(number("kind"))
                // The cadre or organization that the participant is, where the register knows it.
                .col(key_or_null(manager, "identity"))
                .col(key_or_null(manager, "posting"))
                .col(bytes("display_name"))
                .col(bytes_or_null("phone"))
                .col(bytes_or_null("needs"))
                .col(number_or_null("chosen_by"))
                .col(big_or_null("invitation_consent_time"))
                .col(number_or_null("consent"))
                .col(big_or_null("consent_time"))
                .col(bytes_or_null("consent_statement"))
                .col(big("create_time"))
                .col(big("version"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX mediation_participants_mediation ON mediation_participants (mediation, id)").await?;
    run(
        manager,
        "CREATE UNIQUE INDEX mediation_participants_identity ON mediation_participants (mediation, identity) \
         WHERE identity IS NOT NULL",
    )
    .await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("mediation_sessions")
                .col(id("id").primary_key())
                .col(id("mediation"))
                .col(number("state"))
                .col(big("start_time"))
                .col(big("end_time"))
                .col(key_or_null(manager, "venue"))
                .col(text_or_null("room"))
                .col(bytes_or_null("place"))
                .col(number_or_null("outcome"))
                .col(bytes_or_null("minutes"))
                .col(bytes_or_null("cancel_reason"))
                .col(big("create_time"))
                .col(big("version"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX mediation_sessions_mediation ON mediation_sessions (mediation, start_time, id)").await?;
    manager
        .create_table(
            Table::create()
                .table("mediation_attendances")
                .col(id("session"))
                .col(id("participant"))
                .col(flag("asked"))
                .col(number_or_null("status"))
                .col(bytes_or_null("reason"))
                .col(big_or_null("record_time"))
                .primary_key(Index::create().col("session").col("participant"))
                .take(),
        )
        .await?;
    // Who or what is taken, by which session and when. Cancelled sessions have no rows here.
    manager
        .create_table(
            Table::create()
                .table("session_bookings")
                .col(key(manager, "holder"))
                .col(id("session"))
                .col(big("start_time"))
                .col(big("end_time"))
                .primary_key(Index::create().col("holder").col("session"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX session_bookings_time ON session_bookings (holder, start_time)").await?;
    run(manager, "CREATE INDEX session_bookings_session ON session_bookings (session)").await?;
    // The rows that two bookings of one person or room on one day both lock; without meaning otherwise.
    manager
        .create_table(
            Table::create()
                .table("booking_days")
                .col(key(manager, "holder"))
                .col(number("day"))
                .primary_key(Index::create().col("holder").col("day"))
                .take(),
        )
        .await
}

async fn agreements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("agreements")
                .col(id("id").primary_key())
                .col(id("mediation"))
                .col(number("state"))
                // Number of the current text.
                .col(number("edition"))
                .col(number("necessary_signature_count"))
                .col(number("acceding_signature_count"))
                .col(number("mediator_signature_count"))
                .col(big_or_null("last_party_time"))
                .col(big_or_null("first_mediator_time"))
                .col(big_or_null("seal_time"))
                .col(key_or_null(manager, "seal_evidence"))
                .col(big_or_null("effect_time"))
                .col(big("create_time"))
                .col(big("version"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX agreements_mediation ON agreements (mediation, id)").await?;
    manager
        .create_table(
            Table::create()
                .table("agreement_texts")
                .col(id("agreement"))
                .col(number("edition"))
                .col(bytes("text"))
                .col(big("create_time"))
                .primary_key(Index::create().col("agreement").col("edition"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("agreement_signatures")
                .col(id("id").primary_key())
                .col(id("agreement"))
                .col(number("edition"))
                .col(id("participant"))
                .col(number("kind"))
                .col(number("means"))
                .col(key_or_null(manager, "evidence"))
                .col(big("sign_time"))
                .col(big("create_time"))
                .take(),
        )
        .await?;
    run(manager, "CREATE INDEX agreement_signatures_agreement ON agreement_signatures (agreement, id)").await?;
    run(
        manager,
        "CREATE UNIQUE INDEX agreement_signatures_once ON agreement_signatures (participant, agreement, edition)",
    )
    .await
}
