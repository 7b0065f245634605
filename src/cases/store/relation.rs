//! How cases stand to each other.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    cases::{
        entity::relation::{Column, Entity, Model},
        relation::{Relation, RelationKind},
    },
    db::{Rows, Tx},
    error::{Error, Result},
};

fn from_row(row: Model) -> Result<Relation> {
    let broken = || Error::internal(format!("relation {} has an unknown kind", row.id));
    Ok(Relation {
        kind: RelationKind::from_number(row.kind).ok_or_else(broken)?,
        id: row.id,
        case_id: row.case_id,
        other: row.other_id,
        create_time: row.create_time,
    })
}

/// Enters both sides of a relation and gives the first.
pub async fn insert(tx: &Tx<'_>, case_id: Uuid, other: Uuid, kind: RelationKind) -> Result<Relation> {
    let side = |case_id, other, kind| {
        let (id, create_time) = (tx.call().new_id(), tx.call().now);
        Relation { id, case_id, other, kind, create_time }
    };
    let sides = [side(case_id, other, kind), side(other, case_id, kind.mirrored())];
    let row = |side: &Relation| Model {
        id: side.id,
        case_id: side.case_id,
        other_id: side.other,
        kind: side.kind.number(),
        create_time: side.create_time,
    };
    let rows = sides.iter().map(|side| row(side).into_active_model());
    Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    let [first, _] = sides;
    Ok(first)
}

/// Takes both sides of a relation away.
pub async fn remove(tx: &Tx<'_>, case_id: Uuid, other: Uuid, kind: RelationKind) -> Result<()> {
    for (case_id, other, kind) in [(case_id, other, kind), (other, case_id, kind.mirrored())] {
        Entity::delete_many()
            .filter(Column::CaseId.eq(case_id))
            .filter(Column::OtherId.eq(other))
            .filter(Column::Kind.eq(kind.number()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// The relation of a case to another of one kind.
pub async fn find(rows: &impl Rows, case_id: Uuid, other: Uuid, kind: RelationKind) -> Result<Option<Relation>> {
    let query = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::OtherId.eq(other))
        .filter(Column::Kind.eq(kind.number()));
    query.one(&rows.on()).await?.map(from_row).transpose()
}

/// Relations of a case, oldest first.
pub async fn list(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<Relation>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(from_row).collect()
}
