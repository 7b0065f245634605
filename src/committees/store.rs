//! Reading and writing terms with their members.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::{
    entity::{
        member,
        term::{ActiveModel, Column, Entity, Model},
    },
    model::{ChosenBy, End, EndReason, Facts, Member, Post, Seal, Term},
    query::Query,
};
use crate::{
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

/// The sort key of a term: first day, organization, id.
pub type Key = (i32, String, String);

/// One term.
pub async fn find(rows: &impl Rows, organization: &str, id: &str) -> Result<Option<Term>> {
    let row = Entity::find_by_id((organization.to_owned(), id.to_owned())).one(&rows.on()).await?;
    Ok(complete(rows, row.into_iter().collect()).await?.pop())
}

/// Terms in the order of the query.
pub async fn list(rows: &impl Rows, query: &Query, after: Option<Key>, limit: u64) -> Result<Vec<Term>> {
    let mut select = Entity::find().filter(query.condition(rows).await?);
    let column = |column: Column| Expr::col(column);
    if query.by_name {
        if let Some((_, organization, id)) = after {
            let key = Expr::tuple([column(Column::Organization), column(Column::Id)]);
            select = select.filter(key.gt(Expr::tuple([Expr::value(organization), Expr::value(id)])));
        }
        select = select.order_by_asc(Column::Organization).order_by_asc(Column::Id);
    } else {
        if let Some((from, organization, id)) = after {
            let key = Expr::tuple([column(Column::ValidFrom), column(Column::Organization), column(Column::Id)]);
            select =
                select.filter(key.lt(Expr::tuple([Expr::value(from), Expr::value(organization), Expr::value(id)])));
        }
        select = select.order_by_desc(Column::ValidFrom).order_by_desc(Column::Organization).order_by_desc(Column::Id);
    }
    complete(rows, select.limit(limit).all(&rows.on()).await?).await
}

/// A term of the committee that is in office on a day of that one. The caller has locked the organization.
pub async fn overlapping(tx: &Tx<'_>, term: &Term) -> Result<Option<Term>> {
    let from = days(term.valid_from);
    let open_or = |condition: Expr| Condition::any().add(Column::ValidUntil.is_null()).add(condition);
    let mut query = Entity::find()
        .filter(Column::Organization.eq(&term.organization))
        .filter(open_or(Expr::col(Column::ValidUntil).gt(from)))
        // One that ended on its first day was never in office.
        .filter(open_or(Expr::col(Column::ValidUntil).gt(Expr::col(Column::ValidFrom))));
    if let Some(End { date, .. }) = term.end {
        if date <= term.valid_from {
            return Ok(None);
        }
        query = query.filter(Column::ValidFrom.lt(days(date)));
    }
    let row = query.order_by_asc(Column::ValidFrom).one(tx.conn()).await?;
    Ok(complete(tx, row.into_iter().collect()).await?.pop())
}

/// The memberships of a cadre, each with its term.
pub async fn memberships(rows: &impl Rows, cadre: &str) -> Result<Vec<(Term, Member)>> {
    let found = member::Entity::find().filter(member::Column::Cadre.eq(cadre)).all(&rows.on()).await?;
    let mut keys: Vec<(String, String)> = found.into_iter().map(|row| (row.organization, row.term)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let key = Expr::tuple([Expr::col(Column::Organization), Expr::col(Column::Id)]);
    let terms = Entity::find().filter(key.in_tuples(keys)).all(&rows.on()).await?;
    let of_cadre = |term: Term| {
        let own: Vec<Member> = term.facts.members.iter().filter(|member| member.cadre == cadre).cloned().collect();
        own.into_iter().map(move |member| (term.clone(), member))
    };
    Ok(complete(rows, terms).await?.into_iter().flat_map(of_cadre).collect())
}

/// Adds the members.
async fn complete(rows: &impl Rows, found: Vec<Model>) -> Result<Vec<Term>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    // Ids are unique within a committee only: the members of a namesake are read along and left out.
    let of = Condition::all()
        .add(member::Column::Organization.is_in(found.iter().map(|row| row.organization.as_str())))
        .add(member::Column::Term.is_in(found.iter().map(|row| row.id.as_str())));
    let mut members: HashMap<(String, String), Vec<Member>> = HashMap::new();
    let read = member::Entity::find().filter(of).order_by_asc(member::Column::Position);
    for row in read.all(&rows.on()).await? {
        let member::Model { organization, term, position: _, cadre, post, valid_from, valid_until } = row;
        let post = Post::from_number(post).ok_or_else(|| Error::internal("a committee has an unknown post"))?;
        let (valid_from, valid_until) = (valid_from.map(from_days), valid_until.map(from_days));
        members.entry((organization, term)).or_default().push(Member { cadre, post, valid_from, valid_until });
    }
    let whole = |row: Model| {
        let members = members.remove(&(row.organization.clone(), row.id.clone()));
        term(row, members.unwrap_or_default())
    };
    found.into_iter().map(whole).collect()
}

fn term(row: Model, members: Vec<Member>) -> Result<Term> {
    let broken = || Error::internal(format!("the term {} of {} is of no known form", row.id, row.organization));
    let end = match row.end_reason.zip(row.valid_until) {
        Some((reason, date)) => {
            Some(End { date: from_days(date), reason: EndReason::from_number(reason).ok_or_else(broken)? })
        }
        None => None,
    };
    let seal = row.seal_inscription.map(|inscription| Seal {
        inscription,
        impression_sha256: row.seal_impression,
        use_date: row.seal_use_date.map(from_days),
    });
    let facts = Facts {
        chosen_by: ChosenBy::from_number(row.chosen_by)
            .ok_or_else(|| Error::internal("nobody is known to have chosen a committee"))?,
        members,
        women_count: row.women_count,
        multi_ethnic_area: row.multi_ethnic_area,
        minority_count: row.minority_count,
        seal,
        court_notify_date: row.court_notify_date.map(from_days),
    };
    Ok(Term {
        organization: row.organization,
        id: row.id,
        valid_from: from_days(row.valid_from),
        end,
        facts,
        court_told: row.court_told,
        create_time: row.create_time,
        update_time: row.update_time,
        version: row.version,
    })
}

fn row(term: &Term) -> ActiveModel {
    let Facts { chosen_by, members: _, women_count, multi_ethnic_area, minority_count, seal, court_notify_date } =
        &term.facts;
    ActiveModel {
        organization: Set(term.organization.clone()),
        id: Set(term.id.clone()),
        valid_from: Set(days(term.valid_from)),
        term_until: Set(days(term.term_until())),
        valid_until: Set(term.end.map(|end| days(end.date))),
        end_reason: Set(term.end.map(|end| end.reason as i32)),
        chosen_by: Set(*chosen_by as i32),
        women_count: Set(*women_count),
        multi_ethnic_area: Set(*multi_ethnic_area),
        minority_count: Set(*minority_count),
        seal_inscription: Set(seal.as_ref().map(|seal| seal.inscription.clone())),
        seal_impression: Set(seal.as_ref().and_then(|seal| seal.impression_sha256.clone())),
        seal_use_date: Set(seal.as_ref().and_then(|seal| seal.use_date).map(days)),
        court_notify_date: Set(court_notify_date.map(days)),
        court_told: Set(term.court_told),
        create_time: Set(term.create_time),
        update_time: Set(term.update_time),
        version: Set(term.version),
    }
}

/// Enters a term. The caller has locked the organization and looked for overlaps.
pub async fn insert(tx: &Tx<'_>, term: &Term) -> Result<()> {
    let taken = || Error::AlreadyExists { resource: term.name() };
    Entity::insert(row(term)).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    insert_members(tx, term).await
}

/// Writes a term anew, whose organization the caller has locked.
pub async fn update(tx: &Tx<'_>, term: &Term) -> Result<()> {
    Entity::update(row(term)).exec(tx.conn()).await?;
    let own = Condition::all()
        .add(member::Column::Organization.eq(&term.organization))
        .add(member::Column::Term.eq(&term.id));
    member::Entity::delete_many().filter(own).exec(tx.conn()).await?;
    insert_members(tx, term).await
}

async fn insert_members(tx: &Tx<'_>, term: &Term) -> Result<()> {
    let members = term.facts.members.iter().zip(0..).map(|(part, position)| member::ActiveModel {
        organization: Set(term.organization.clone()),
        term: Set(term.id.clone()),
        position: Set(position),
        cadre: Set(part.cadre.clone()),
        post: Set(part.post as i32),
        valid_from: Set(part.valid_from.map(days)),
        valid_until: Set(part.valid_until.map(days)),
    });
    if !term.facts.members.is_empty() {
        member::Entity::insert_many(members).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}
