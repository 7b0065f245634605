//! Which cases a permit reaches: the root of every query on cases.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use crate::{
    auth::{Area, Permit},
    cases::{
        entity::{case, line, wall},
        model::Nature,
    },
    place::Level,
};

/// The case's column of a scope level; none for the country.
pub fn column_of(level: Level) -> Option<case::Column> {
    match level {
        Level::Country => None,
        Level::Province => Some(case::Column::Province),
        Level::City => Some(case::Column::City),
        Level::County => Some(case::Column::County),
        Level::Township => Some(case::Column::Township),
        Level::Village => Some(case::Column::Village),
    }
}

/// Cases in one area.
pub fn within(area: &Area) -> Condition {
    match area {
        Area::Region { level, code } => match column_of(*level) {
            Some(column) => Condition::all().add(column.eq(code.stored())),
            None => Condition::all(),
        },
        Area::Organization { .. } | Area::Posting { .. } => {
            let holder = area.holder().unwrap_or_default();
            let held = line::Entity::find()
                .select_only()
                .column(line::Column::CaseId)
                .filter(line::Column::Holder.eq(holder))
                .into_query();
            Condition::all().add(case::Column::Id.in_subquery(held))
        }
    }
}

/// Cases in any of the areas; none where there are no areas.
fn within_any(areas: &[Area]) -> Condition {
    areas.iter().fold(Condition::any(), |any, area| any.add(within(area)))
}

/// What holds for every case that is shown, whatever the area: accusations only where they may be seen, and nothing from behind a
/// wall.
pub fn open_to(permit: &Permit) -> Condition {
    let ordinary = case::Column::Nature.ne(Nature::Accusation.number());
    let mut seen = Condition::any().add(ordinary);
    if !permit.accusations.is_empty() {
        seen = seen.add(within_any(&permit.accusations));
    }
    let mut all = Condition::all().add(seen);
    if !permit.conflicts.is_empty() {
        // One look by key for each case that is met, however many walls there are.
        let walls = wall::Entity::find()
            .select_only()
            .expr(Expr::value(1))
            .filter(Expr::col((wall::Entity, wall::Column::CaseId)).equals((case::Entity, case::Column::Id)))
            .filter(wall::Column::Holder.is_in(&permit.conflicts))
            .into_query();
        all = all.add(Expr::exists(walls).not());
    }
    all
}

/// Narrows a query down to rows whose case, by the id in a column, is kept from the permit: an accusation that it does not see, or one
/// behind a wall. For what rests on cases.
pub fn kept_from(permit: &Permit, mut query: SelectStatement, id: (&'static str, &'static str)) -> SelectStatement {
    query
        .inner_join(case::Entity, Expr::col((case::Entity, case::Column::Id)).equals(id))
        .cond_where(open_to(permit).not());
    query
}

/// Every case that the permit reaches.
pub fn seen(permit: &Permit) -> Condition {
    let areas = if permit.areas.is_empty() {
        // An empty OR would be true.
        Condition::all().add(case::Column::Version.lt(0))
    } else {
        within_any(&permit.areas)
    };
    Condition::all().add(areas).add(open_to(permit))
}
