//! Searching cases by words.
//!
//! A case whose title has all words comes before one that has them in what it tells, and the newer before the older. How often a word is met
//! elsewhere weighs nothing: such figures are taken over all cases, and would tell of those that are kept from the caller.

use std::collections::HashSet;

use uuid::Uuid;

use super::read::Filter;
use crate::{
    auth::{Area, Permit},
    call::Call,
    cases::{
        model::Case,
        store::{
            case::Depth,
            list::{Order as ListOrder, Query},
            search::{among, docs},
            terms::{area_mark, narrative, past},
        },
        terms::{self, Part, Words},
    },
    db::Rows,
    error::{Error, Result},
    filter,
    page::Page,
};

/// The documented orders.
const ORDERS: &[&str] = &["relevance desc", "register_time desc"];
/// Cases that are looked at for one area and one page: a filter that hardly anything passes ends the page early, not the caller's patience.
const MOST_LOOKED_AT: usize = 4096;
/// Cases that are looked at together.
const CHUNK: usize = 64;
const LARGEST_CHUNK: usize = 1024;

/// What is searched for.
#[derive(Debug)]
pub struct Search<'a> {
    pub query: &'a str,
    pub filter: &'a str,
    pub order_by: &'a str,
    pub page_size: i32,
    pub page_token: &'a str,
}

/// A case that was found.
#[derive(Debug)]
pub struct Match {
    /// The case, without its narrative.
    pub case: Case,
    /// Where all words are.
    pub part: Part,
    /// Its place in the order.
    key: Key,
}

/// The place of a case in the order: its rank, the first is 0, and its number in the index.
type Key = (usize, i64);

/// What a walk of the index came to.
struct Walk {
    found: Vec<Match>,
    /// Where it was given up; nothing where it is complete.
    left_at: Option<i64>,
}

/// All that decides what is found.
struct Asked<'a> {
    words: Words,
    query: Query<'a>,
    permit: &'a Permit,
    /// The permit by which the narrative may be read.
    full: Permit,
}

/// A page of the cases in scope that have all words.
pub async fn search(rows: &impl Rows, call: &Call, search: Search<'_>) -> Result<(Vec<Match>, String)> {
    let words = Words::parse(search.query).map_err(|fault| Error::field("query", fault))?;
    let order = filter::parse_order(search.order_by, ORDERS)
        .map_err(|fault| Error::InvalidFilter { field: "order_by", message: fault.to_string() })?;
    let filter = Filter::read(rows, search.filter).await?;
    let binding = [&*words.canonical(), &filter.canonical, ORDERS[order]];
    let page: Page<Key> = Page::read(call, rows.keys(), search.page_size, search.page_token, &binding)?;
    let limit = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
    let query = Query {
        filter: filter.expr.as_ref(),
        regions: &filter.regions,
        order: ListOrder::Newest,
        after: None,
        limit: 0,
        now: call.now,
    };
    let full = Permit { areas: call.permit.full.clone(), ..call.permit.clone() };
    let asked = Asked { words, query, permit: &call.permit, full };
    let ranks: &[&[Part]] =
        if order == 0 { &[&[Part::Title], &[Part::Narrative]] } else { &[&[Part::Title, Part::Narrative]] };
    let (first, mut before) = page.after.unwrap_or((0, past(call.now)));
    let mut found: Vec<Match> = Vec::new();
    for (rank, parts) in ranks.iter().enumerate().skip(first) {
        let walk = asked.rank(rows, (rank, parts), before, limit - found.len()).await?;
        found.extend(walk.found);
        if let Some(doc) = walk.left_at
            && found.len() < limit
        {
            return Ok((found, page.token(rows.keys(), &(rank, doc))));
        }
        if found.len() >= limit {
            break;
        }
        before = past(call.now);
    }
    Ok(page.finish(rows.keys(), found, |found| found.key))
}

impl Asked<'_> {
    /// The cases of one rank below a number, over all areas, the newest first.
    async fn rank(&self, rows: &impl Rows, (rank, parts): (usize, &[Part]), before: i64, limit: usize) -> Result<Walk> {
        let mut all = Walk { found: Vec::new(), left_at: None };
        for part in parts {
            let areas = if *part == Part::Title { &self.permit.areas } else { &self.full.areas };
            for area in areas {
                let walk = self.walk(rows, area, *part, (rank, before), limit).await?;
                all.found.extend(walk.found);
                all.left_at = all.left_at.max(walk.left_at);
            }
        }
        // Found in the title goes before found elsewhere: of the same case, the first stays.
        all.found.sort_by_key(|found| std::cmp::Reverse(found.key.1));
        let mut met: HashSet<Uuid> = HashSet::new();
        all.found.retain(|found| all.left_at.is_none_or(|doc| found.key.1 >= doc) && met.insert(found.case.id));
        all.found.truncate(limit);
        Ok(all)
    }

    /// The cases of one area that have the words in one part, below a number, the newest first.
    async fn walk(
        &self,
        rows: &impl Rows,
        area: &Area,
        part: Part,
        (rank, mut before): Key,
        limit: usize,
    ) -> Result<Walk> {
        let sought = self.words.terms(rows.keys(), part);
        let mark = area_mark(rows.keys(), area);
        let (permits, depth): (&[&Permit], _) = match part {
            Part::Title => (&[self.permit], Depth::Basic),
            Part::Narrative => (&[self.permit, &self.full], Depth::Full),
        };
        let (mut found, mut looked_at, mut chunk) = (Vec::new(), 0, CHUNK.max(limit.min(LARGEST_CHUNK)));
        loop {
            let docs = docs(rows, &sought, mark, before, chunk).await?;
            let mut cases = among(rows, permits, &docs, &self.query, depth).await?;
            for doc in &docs {
                before = doc.doc;
                let Some(at) = cases.iter().position(|case| case.id == doc.case_id) else { continue };
                let case = cases.swap_remove(at);
                if self.has(&case, part, rank) {
                    found.push(Match {
                        case: Case { statement: None, summary: None, ..case },
                        part,
                        key: (rank, doc.doc),
                    });
                }
                if found.len() == limit {
                    return Ok(Walk { found, left_at: None });
                }
            }
            looked_at += docs.len();
            if docs.len() < chunk {
                return Ok(Walk { found, left_at: None });
            }
            if looked_at >= MOST_LOOKED_AT {
                return Ok(Walk { found, left_at: Some(before) });
            }
            chunk = (chunk * 4).min(LARGEST_CHUNK);
        }
    }

    /// The case has all words in that part as they are written: equal pairs of characters, or digests, are not enough.
    fn has(&self, case: &Case, part: Part, rank: usize) -> bool {
        let in_title = self.words.are_in(&terms::normal(&case.title));
        match part {
            Part::Title => in_title,
            // In the second rank, what has them in its title has come before.
            Part::Narrative => (rank == 0 || !in_title) && self.words.are_in(&narrative(case)),
        }
    }
}
