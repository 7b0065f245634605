//! The kinds of columns that the schema is made of, so that one thing is declared in one way.

use sea_orm_migration::prelude::*;

/// A UUID.
pub fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).uuid().not_null().take()
}

/// A UUID, or nothing.
pub fn id_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).uuid().null().take()
}

/// Text of ASCII that is compared or sorted: byte by byte on both databases, whatever the locale of the cluster.
pub fn key(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    collated(manager, ColumnDef::new(Alias::new(name)).text().not_null())
}

/// As [`key`], or nothing.
pub fn key_or_null(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    collated(manager, ColumnDef::new(Alias::new(name)).text().null())
}

fn collated(manager: &SchemaManager<'_>, column: &mut ColumnDef) -> ColumnDef {
    if manager.get_database_backend() == sea_orm_migration::sea_orm::DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column.take()
}

/// Text for people.
pub fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).text().not_null().take()
}

/// Text for people, or nothing.
pub fn text_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).text().null().take()
}

/// Microseconds since the epoch, a region code, or another large number.
pub fn big(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).big_integer().not_null().take()
}

/// As [`big`], or nothing.
pub fn big_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).big_integer().null().take()
}

/// A small number, the number of an enum's value, or a civil date as days since 1970-01-01.
pub fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).integer().not_null().take()
}

/// As [`number`], or nothing.
pub fn number_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).integer().null().take()
}

/// Yes or no.
pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).boolean().not_null().take()
}

/// Sealed or canonical bytes.
pub fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).binary().not_null().take()
}

/// As [`bytes`], or nothing.
pub fn bytes_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).binary().null().take()
}

/// The five codes of a place.
pub fn place(table: &mut TableCreateStatement) {
    for level in ["province", "city", "county", "township", "village"] {
        table.col(big_or_null(level));
    }
}

/// Runs SQL that the builders cannot say, the same on both databases.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

/// Adds columns to a table, one statement each: SQLite takes no more at once.
pub async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: impl IntoIterator<Item = ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).take()).await?;
    }
    Ok(())
}
