//! What may be alike: cases with the same rare terms, cases of the same people, and what was decided of pairs.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    scope,
    terms::{array, read, words},
};
use crate::{
    auth::Permit,
    call::Micros,
    cases::{
        entity::{
            case, duplicate,
            party::{Column as PartyColumn, Entity as Parties},
        },
        model::IdentityMode,
        party::PartyRole,
        similar::{Decision, Feature, Likeness, Rule, SAMPLE, Sample},
    },
    db::{Rows, Tx, sql},
    error::{Error, Result},
};

/// Cases that one term is followed to: one that more have says little.
const MOST_OF_A_TERM: i64 = 300;
/// People of a case who are followed.
const MOST_PEOPLE: u64 = 500;
/// Parts in other cases that they are followed to, by each kind of number: the newest.
const MOST_PARTS: u64 = 200;

/// The terms of a case in the index.
#[derive(Debug)]
pub struct Indexed {
    pub case_id: Uuid,
    pub terms: Vec<u32>,
}

/// The newest cases of the index, as a sample of how common terms are.
pub async fn sample(rows: &impl Rows) -> Result<Sample> {
    let limit = i64::try_from(SAMPLE).unwrap_or(i64::MAX);
    let found = indexed(rows, "WHERE doc >= ? ORDER BY doc DESC LIMIT ?", [0_i64.into(), limit.into()]).await?;
    Ok(Sample::of(found.into_iter().map(|indexed| indexed.terms)))
}

/// Cases in the index by their ids.
pub async fn by_ids(rows: &impl Rows, ids: &[Uuid]) -> Result<Vec<Indexed>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let marks = vec!["?"; ids.len()].join(", ");
    indexed(rows, &format!("WHERE case_id IN ({marks})"), ids.iter().map(|id| (*id).into())).await
}

/// Cases in the index by their numbers there.
pub async fn by_docs(rows: &impl Rows, docs: &[i64]) -> Result<Vec<Indexed>> {
    if docs.is_empty() {
        return Ok(Vec::new());
    }
    let marks = vec!["?"; docs.len()].join(", ");
    indexed(rows, &format!("WHERE doc IN ({marks})"), docs.iter().map(|doc| (*doc).into())).await
}

async fn indexed(
    rows: &impl Rows,
    rest: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<Vec<Indexed>> {
    let terms = if rows.backend() == DbBackend::Postgres { "CAST(terms AS text) AS terms" } else { "terms" };
    let text = format!("SELECT case_id, {terms} FROM case_terms {rest}");
    let found = rows.on().query_all_raw(sql(rows.backend(), &text, values)).await?;
    let one = |row: &sea_orm::QueryResult| -> Result<Indexed> {
        Ok(Indexed { case_id: row.try_get("", "case_id")?, terms: read(rows, row, "terms")? })
    };
    found.iter().map(one).collect()
}

/// The newest cases that have each of some terms: pairs of the term's place and the case's number in the index.
pub async fn having(rows: &impl Rows, terms: &[u32]) -> Result<Vec<(usize, i64)>> {
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let statement = if rows.backend() == DbBackend::Postgres {
        let text = "SELECT CAST(t.at AS bigint) AS at, d.doc AS doc FROM unnest(CAST(? AS int[])) WITH ORDINALITY AS t (term, at) \
                    CROSS JOIN LATERAL (SELECT doc FROM case_terms WHERE terms @> ARRAY[t.term] ORDER BY doc + 0 DESC LIMIT ?) d";
        sql(rows.backend(), text, [array(terms).into(), MOST_OF_A_TERM.into()])
    } else {
        let one = |(at, term): (usize, &u32)| {
            let word = words(std::iter::once(term));
            format!(
                "SELECT * FROM (SELECT {} AS at, rowid AS doc FROM case_index WHERE case_index MATCH '{word}' \
                 ORDER BY rowid DESC LIMIT {MOST_OF_A_TERM})",
                at + 1
            )
        };
        let text: Vec<String> = terms.iter().enumerate().map(one).collect();
        sql(rows.backend(), &text.join(" UNION ALL "), [])
    };
    let found = rows.on().query_all_raw(statement).await?;
    let pair = |row: &sea_orm::QueryResult| -> Result<(usize, i64)> {
        let at: i64 = row.try_get("", "at")?;
        Ok((usize::try_from(at - 1).unwrap_or(0), row.try_get("", "doc")?))
    };
    found.iter().map(pair).collect()
}

/// Cases that the same people bring, with that by which they are met again. Nobody is met again by what was told in confidence, on either side.
pub async fn of_the_same_people(rows: &impl Rows, case_id: Uuid) -> Result<HashMap<Uuid, Vec<Feature>>> {
    let own = matched(rows, Condition::all().add(PartyColumn::CaseId.eq(case_id)), MOST_PEOPLE).await?;
    let mut met: HashMap<Uuid, Vec<Feature>> = HashMap::new();
    type Index = fn(Matched) -> Option<Vec<u8>>;
    let columns: [(Feature, PartyColumn, Index); 3] = [
        (Feature::SameIdNumber, PartyColumn::IdNumberIndex, |party| party.id_number_index),
        (Feature::SameUnifiedCode, PartyColumn::UnifiedCodeIndex, |party| party.unified_code_index),
        (Feature::SamePhone, PartyColumn::PhoneIndex, |party| party.phone_index),
    ];
    for (feature, column, index) in columns {
        let sought: BTreeSet<Vec<u8>> = own.iter().cloned().filter_map(index).collect();
        if sought.is_empty() {
            continue;
        }
        let same = Condition::all().add(column.is_in(sought)).add(PartyColumn::CaseId.ne(case_id));
        for other in matched(rows, same, MOST_PARTS).await? {
            let features = met.entry(other.case_id).or_default();
            if !features.contains(&feature) {
                features.push(feature);
            }
        }
    }
    Ok(met)
}

/// What a party is met again by.
#[derive(Clone, FromQueryResult)]
struct Matched {
    case_id: Uuid,
    id_number_index: Option<Vec<u8>>,
    unified_code_index: Option<Vec<u8>>,
    phone_index: Option<Vec<u8>>,
}

async fn matched(rows: &impl Rows, of: Condition, limit: u64) -> Result<Vec<Matched>> {
    let brings = PartyRole::ALL.iter().filter(|role| role.brings()).map(|role| role.number());
    let open = case::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(Expr::col((case::Entity, case::Column::Id)).equals((Parties, PartyColumn::CaseId)))
        .filter(case::Column::IdentityMode.ne(IdentityMode::Confidential.number()));
    let query = Parties::find()
        .select_only()
        .columns([
            PartyColumn::CaseId,
            PartyColumn::IdNumberIndex,
            PartyColumn::UnifiedCodeIndex,
            PartyColumn::PhoneIndex,
        ])
        .filter(of)
        .filter(PartyColumn::Role.is_in(brings))
        .filter(Expr::exists(sea_orm::QueryTrait::into_query(open)))
        .order_by_desc(PartyColumn::CreateTime)
        .limit(limit);
    Ok(query.into_model::<Matched>().all(&rows.on()).await?)
}

/// What was decided of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    pub case_id: Uuid,
    pub other: Uuid,
    pub decision: Decision,
    pub kind: Rule,
}

fn pair(one: Uuid, other: Uuid) -> (Uuid, Uuid) {
    if one < other { (one, other) } else { (other, one) }
}

fn decided(row: &duplicate::Model) -> Result<Decided> {
    let broken = || Error::internal(format!("duplicate {} has an unknown number", row.id));
    Ok(Decided {
        case_id: row.case_id,
        other: row.other_id,
        decision: Decision::from_number(row.decision).ok_or_else(broken)?,
        kind: Rule::from_number(row.kind).ok_or_else(broken)?,
    })
}

/// What was decided of a case and others, by the other one.
pub async fn decisions(rows: &impl Rows, case_id: Uuid) -> Result<HashMap<Uuid, Decided>> {
    let either =
        Condition::any().add(duplicate::Column::CaseId.eq(case_id)).add(duplicate::Column::OtherId.eq(case_id));
    let found = duplicate::Entity::find().filter(either).all(&rows.on()).await?;
    let other = |row: &duplicate::Model| if row.case_id == case_id { row.other_id } else { row.case_id };
    found.iter().map(|row| Ok((other(row), decided(row)?))).collect()
}

/// Keeps what is decided of a pair, in place of what was.
pub async fn decide(
    tx: &Tx<'_>,
    pair_of: (Uuid, Uuid),
    likeness: &Likeness,
    decision: Decision,
    kind: Rule,
) -> Result<()> {
    let (case_id, other_id) = pair(pair_of.0, pair_of.1);
    let known = duplicate::Entity::find()
        .filter(duplicate::Column::CaseId.eq(case_id))
        .filter(duplicate::Column::OtherId.eq(other_id))
        .one(tx.conn())
        .await?;
    #[expect(clippy::cast_possible_truncation, reason = "a share of one in hundredths")]
    let score = (likeness.score * 100.0).round() as i32;
    let row = duplicate::Model {
        id: known.as_ref().map_or_else(|| tx.call().new_id(), |known| known.id),
        case_id,
        other_id,
        rule: likeness.rule.number(),
        features: likeness.bits(),
        score,
        decision: decision.number(),
        kind: kind.number(),
        decide_time: tx.call().now,
    };
    match known {
        None => {
            duplicate::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
        }
        Some(known) => {
            let changed = row.into_active_model().reset_all();
            let same = duplicate::Column::Id.eq(known.id);
            duplicate::Entity::update_many().set(changed).filter(same).exec(tx.conn()).await?;
        }
    }
    Ok(())
}

/// How often the proposals of one rule were decided in one way.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Decisions {
    pub rule: i32,
    pub decision: i32,
    pub kind: i32,
    pub count: i64,
}

/// How often pairs were decided in which way, of cases that the permit reaches, since a time.
pub async fn outcomes(rows: &impl Rows, permit: &Permit, since: Micros) -> Result<Vec<Decisions>> {
    let seen = |column| {
        let query = case::Entity::find()
            .select_only()
            .expr(Expr::value(1))
            .filter(Expr::col((case::Entity, case::Column::Id)).equals((duplicate::Entity, column)))
            .filter(scope::seen(permit));
        Expr::exists(sea_orm::QueryTrait::into_query(query))
    };
    let query = duplicate::Entity::find()
        .select_only()
        .columns([duplicate::Column::Rule, duplicate::Column::Decision, duplicate::Column::Kind])
        .column_as(duplicate::Column::Id.count(), "count")
        .filter(duplicate::Column::DecideTime.gte(since))
        .filter(seen(duplicate::Column::CaseId))
        .filter(seen(duplicate::Column::OtherId))
        .group_by(duplicate::Column::Rule)
        .group_by(duplicate::Column::Decision)
        .group_by(duplicate::Column::Kind);
    Ok(query.into_model::<Decisions>().all(&rows.on()).await?)
}
