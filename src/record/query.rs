//! What is asked of the records: who has seen a case, and what was last done to it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    Recorded, SCOPE_LEFT,
    entity::{Column, Entity},
};
use crate::{
    call::Official,
    db::{Rows, sql},
    error::Result,
};

/// Somebody who has seen or done something with a case.
#[derive(Debug)]
pub struct Disclosed {
    /// The client.
    pub client: String,
    /// The official, with an empty id where none was named.
    pub official: Official,
    /// The first row that says so: the order of the list.
    pub first_seq: i64,
    /// The first time, µs.
    pub first_time: i64,
    /// The last time, µs.
    pub last_time: i64,
    /// Reads of content.
    pub views: i64,
    /// Anything else.
    pub acts: i64,
}

/// Who has seen or done something with a case, first ones first.
///
/// # Errors
/// What the database answers.
pub async fn disclosures(rows: &impl Rows, root: Uuid, after: Option<i64>, limit: u64) -> Result<Vec<Disclosed>> {
    // By the methods of the contract: what the server did by itself was shown to nobody.
    let text = "SELECT client, COALESCE(official_id, ''), COALESCE(MAX(official_name), ''), \
                COALESCE(official_organization, ''), COALESCE(MAX(official_post), ''), MIN(seq), MIN(time), MAX(time), \
                SUM(CASE WHEN kind = 'case.viewed' THEN 1 ELSE 0 END), \
                SUM(CASE WHEN kind = 'case.viewed' THEN 0 ELSE 1 END) \
                FROM records WHERE root = ? AND kind <> ? AND method LIKE '/%' \
                GROUP BY client, COALESCE(official_id, ''), COALESCE(official_organization, '') \
                HAVING MIN(seq) > ? ORDER BY MIN(seq) LIMIT ?";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [root.into(), SCOPE_LEFT.into(), after.unwrap_or(0).into(), limit.into()];
    let found = rows.on().query_all_raw(sql(rows.backend(), text, values)).await?;
    let disclosed = |row: sea_orm::QueryResult| {
        Ok(Disclosed {
            client: row.try_get_by_index(0)?,
            official: Official {
                id: row.try_get_by_index(1)?,
                display_name: row.try_get_by_index(2)?,
                organization: row.try_get_by_index(3)?,
                post: row.try_get_by_index(4)?,
                cadre: String::new(),
            },
            first_seq: row.try_get_by_index(5)?,
            first_time: row.try_get_by_index(6)?,
            last_time: row.try_get_by_index(7)?,
            views: row.try_get_by_index(8)?,
            acts: row.try_get_by_index(9)?,
        })
    };
    found.into_iter().map(disclosed).collect()
}

/// What somebody last did to a root. Reads do not count, nor what the server did by itself.
///
/// # Errors
/// What the database answers.
pub async fn last_act(rows: &impl Rows, root: Uuid) -> Result<Option<Recorded>> {
    let query = Entity::find().filter(Column::Root.eq(root)).filter(Column::Method.like("/%"));
    let query = query.filter(Column::Kind.is_not_in([SCOPE_LEFT, "case.viewed"]));
    Ok(query.order_by_desc(Column::Seq).one(&rows.on()).await?.map(Recorded::from))
}
