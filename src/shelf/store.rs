//! Content in the database: one row for each piece.

use sea_orm::{EntityTrait, IntoActiveModel, entity::prelude::*};

use super::spool::{Spool, pieces};
use crate::{
    db::{Rows, Tx},
    error::{Error, Result},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_pieces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub piece_index: i64,
    pub content: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Writes the pieces, one statement each: a content is longer than a statement should be.
pub async fn put(tx: &Tx<'_>, spool: &Spool) -> Result<()> {
    for index in 0..pieces(spool.declared.size) {
        let (document_id, content) = (spool.declared.id, spool.piece(index)?);
        let row = Model { document_id, piece_index: number(index)?, content };
        Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// A sealed piece.
pub async fn piece(rows: &impl Rows, id: Uuid, index: u64) -> Result<Option<Vec<u8>>> {
    let found = Entity::find_by_id((id, number(index)?)).one(&rows.on()).await?;
    Ok(found.map(|row| row.content))
}

fn number(index: u64) -> Result<i64> {
    i64::try_from(index).map_err(Error::internal)
}
