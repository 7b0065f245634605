//! Entering and ending postings.

use chrono::NaiveDate;

use super::super::{
    model::{Cadre, End, EndReason, Posting, PostingFacts, Source, Substitute, cadre_name, posting_name},
    store,
};
use crate::{
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    place::Code,
    record::Change,
    regions::{self, Region},
    wire::{ensure_etag, etag},
};

/// Links a cadre to a region.
pub struct CreatePosting {
    pub cadre: String,
    /// The id that the caller chose.
    pub id: Option<String>,
    pub facts: PostingFacts,
    pub source: Option<Source>,
}

impl Command for CreatePosting {
    type Answer = Posting;
    const NAME: &'static str = "cadres.create_posting";

    async fn run(&self, tx: &Tx<'_>) -> Result<Posting> {
        let cadre = store::lock_cadre(tx, &self.cadre).await?;
        let id = self.id.clone().unwrap_or_else(|| tx.call().new_id().to_string());
        create(tx, &cadre, id, self.facts.clone(), self.source.clone(), None).await
    }
}

/// Enters a posting of a cadre who is locked; `end` where it was over before it was entered.
pub(super) async fn create(
    tx: &Tx<'_>,
    cadre: &Cadre,
    id: String,
    facts: PostingFacts,
    source: Option<Source>,
    end: Option<End>,
) -> Result<Posting> {
    let region = region_on(tx, facts.region, facts.valid_from).await?;
    tx.call().permit.ensure_place(&region.path, &posting_name(&cadre.id, &id))?;
    let facts = PostingFacts { substitute: known_substitute(tx, cadre, &facts).await?, ..facts };
    let now = tx.call().now;
    let posting = Posting {
        cadre: cadre.id.clone(),
        id,
        cadre_display_name: cadre.facts.display_name.clone(),
        facts,
        region_version: region.version,
        region_level: region.level,
        place: region.path,
        end,
        source,
        create_time: now,
        update_time: now,
        version: 1,
    };
    if let Some(end) = &posting.end {
        ensure_end(&posting, end)?;
    }
    if posting.was_held() && !cadre.facts.serves(posting.facts.valid_from, posting.valid_until()) {
        return Err(Error::Precondition { resource: cadre.name(), condition: "CADRE_NOT_IN_SERVICE" });
    }
    if store::find_posting(tx, &posting.cadre, &posting.id).await?.is_some() {
        return Err(Error::AlreadyExists { resource: posting.name() });
    }
    if let Some(other) = store::overlapping(tx, &posting).await? {
        return Err(Error::PostingOverlap { resource: other.name() });
    }
    store::insert_posting(tx, &posting).await?;
    record(tx, "posting.created", &posting);
    if posting.end.is_some() {
        record(tx, "posting.ended", &posting);
    }
    Ok(posting)
}

/// Ends a posting.
pub struct EndPosting {
    pub cadre: String,
    pub id: String,
    pub etag: String,
    pub end: End,
}

impl Command for EndPosting {
    type Answer = Posting;
    const NAME: &'static str = "cadres.end_posting";

    async fn run(&self, tx: &Tx<'_>) -> Result<Posting> {
        let name = posting_name(&self.cadre, &self.id);
        // Whether the cadre or the posting is missing makes no difference.
        store::lock_cadre(tx, &self.cadre).await.map_err(|error| match error {
            Error::NotFound { .. } => Error::not_found(name.clone()),
            other => other,
        })?;
        let posting = super::get_posting(tx, &self.cadre, &self.id).await?;
        tx.call().permit.ensure_place(&posting.place, &name)?;
        ensure_etag(&self.etag, posting.version, &name)?;
        end(tx, posting, self.end.clone()).await
    }
}

/// Ends a posting in scope whose cadre is locked.
pub(super) async fn end(tx: &Tx<'_>, mut posting: Posting, end: End) -> Result<Posting> {
    let refuse = |condition| Err(Error::Precondition { resource: posting.name(), condition });
    if posting.end.is_some() {
        return refuse("ALREADY_ENDED");
    }
    if posting.facts.term_until.is_some_and(|until| until <= civil_date(tx.call().now)) {
        return refuse("TERM_OVER");
    }
    ensure_end(&posting, &end)?;
    posting.update_time = tx.call().now;
    posting.version += 1;
    store::end_posting(tx, &posting, &end).await?;
    posting.end = Some(end);
    record(tx, "posting.ended", &posting);
    Ok(posting)
}

/// The day of an end lies within the term; what was entered in error ends on its first day.
fn ensure_end(posting: &Posting, end: &End) -> Result<()> {
    let PostingFacts { valid_from, term_until, .. } = posting.facts;
    let condition = if end.date < valid_from {
        "END_BEFORE_FIRST_DAY"
    } else if term_until.is_some_and(|until| until < end.date) {
        "END_AFTER_TERM"
    } else if end.reason == EndReason::EnteredInError && end.date != valid_from {
        "END_NOT_ON_FIRST_DAY"
    } else {
        return Ok(());
    };
    Err(Error::Precondition { resource: posting.name(), condition })
}

/// The region on the first day of a posting. Postings are older than the oldest edition of the codes that is known here; before
/// it the first version holds.
async fn region_on(tx: &Tx<'_>, code: Code, day: NaiveDate) -> Result<Region> {
    let versions = regions::versions(tx, code).await?;
    let ended = || Error::Precondition { resource: code.name(), condition: "REGION_ENDED" };
    let first = versions.first().map(|region| region.version);
    let holds = |region: &Region| {
        let begun = region.valid_from <= day || Some(region.version) == first;
        begun && region.valid_until.is_none_or(|until| day < until)
    };
    versions.into_iter().find(holds).ok_or_else(ended)
}

/// The substitute as it is stored: a cadre, by a posting where one is named. Who stands in is another than who is away.
async fn known_substitute(tx: &Tx<'_>, cadre: &Cadre, facts: &PostingFacts) -> Result<Option<Substitute>> {
    let Some(substitute) = &facts.substitute else { return Ok(None) };
    if substitute.cadre == cadre.id {
        return Err(Error::Precondition { resource: cadre.name(), condition: "SUBSTITUTE_IS_SELF" });
    }
    match &substitute.posting {
        Some(id) => {
            let other = super::get_posting(tx, &substitute.cadre, id).await?;
            if !other.is_in_force(facts.valid_from) {
                return Err(Error::Precondition { resource: other.name(), condition: "SUBSTITUTE_NOT_IN_FORCE" });
            }
        }
        None => {
            let other = super::get_cadre(tx, &substitute.cadre).await?;
            if !other.facts.serves(facts.valid_from, Some(facts.valid_from)) {
                let resource = cadre_name(&substitute.cadre);
                return Err(Error::Precondition { resource, condition: "SUBSTITUTE_NOT_IN_FORCE" });
            }
        }
    }
    Ok(Some(substitute.clone()))
}

fn record(tx: &Tx<'_>, kind: &'static str, posting: &Posting) {
    let facts = &posting.facts;
    let mut detail = vec![
        ("region", facts.region.name()),
        ("role", format!("{:?}", facts.role)),
        ("valid_from", facts.valid_from.to_string()),
    ];
    if let Some(day) = posting.valid_until() {
        detail.push(("valid_until", day.to_string()));
    }
    if let Some(end) = &posting.end {
        detail.push(("end_reason", format!("{:?}", end.reason)));
    }
    tx.record(Change {
        kind,
        resource: posting.name(),
        place: posting.place,
        etag: etag(posting.version),
        detail,
        ..Change::default()
    });
}
