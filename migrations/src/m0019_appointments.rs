//! The cadres who handle a case or take charge of it.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_or_null, bytes_or_null, flag, id, id_or_null, key, number, run, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let appointments = Table::create()
            .table("case_appointments")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(number("role"))
            .col(number("state"))
            .col(key(manager, "cadre"))
            .col(bytes_or_null("plan"))
            .col(big("appoint_time"))
            .col(big_or_null("end_time"))
            .col(bytes_or_null("end_reason"))
            .col(number("recusal_trigger"))
            .col(flag("recusal_granted"))
            .col(text_or_null("recusal_decider"))
            .col(big_or_null("recusal_time"))
            .col(id_or_null("replacement"))
            .col(big("version"))
            .take();
        manager.create_table(appointments).await?;
        run(manager, "CREATE INDEX case_appointments_case ON case_appointments (case_id, id)").await
    }
}
