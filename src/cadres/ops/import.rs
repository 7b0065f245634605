//! Rows of another register: new where their id there is not known, otherwise what they change.

use super::{
    super::{
        model::{Cadre, End, Facts, Posting, PostingFacts, Source, cadre_name},
        store,
    },
    cadre, posting,
};
use crate::{
    db::Tx,
    error::{Error, Result},
    import::{Imported, Row},
    organizations::{self, organization_name},
    pb::v1::import_result::Outcome,
};

/// The organization of a cadre, as a row names it.
#[derive(Debug, Clone)]
pub enum OrganizationRef {
    /// `{id}` of `organizations/{id}`.
    Id(String),
    /// The id in the register that the row comes from.
    SourceId(String),
}

/// A cadre as another register has it, whole.
#[derive(Debug, Clone)]
pub struct CadreRow {
    /// The register, and the cadre's id there.
    pub source: Source,
    /// The organization.
    pub organization: OrganizationRef,
    /// What else it says; the organization and source in it do not count.
    pub facts: Facts,
}

impl Row for CadreRow {
    const NAME: &'static str = "cadres.import_cadres";

    async fn import(&self, tx: &Tx<'_>) -> Result<Imported> {
        let known = store::source_cadre(tx, &self.source).await?;
        let organization = self.organization(tx).await?;
        let facts = Facts { organization, source: Some(self.source.clone()), ..self.facts.clone() };
        let Some(known) = known else {
            let id = tx.call().new_id().to_string();
            let cadre = cadre::create(tx, id, &facts).await.map_err(|error| taken(error, &self.source))?;
            return Ok(done(Outcome::Created, cadre.name()));
        };
        let place = cadre::ensure_in_scope(tx, &known).await?;
        // Few registers know a capacity: what a row does not say of it stays.
        let mediation_capacity = facts.mediation_capacity.or(known.facts.mediation_capacity);
        let facts = Facts { mediation_capacity, ..facts };
        if known.facts == facts {
            return Ok(done(Outcome::Unchanged, known.name()));
        }
        let cadre = cadre::change(tx, known, place, facts).await?;
        Ok(done(Outcome::Updated, cadre.name()))
    }
}

impl CadreRow {
    async fn organization(&self, tx: &Tx<'_>) -> Result<String> {
        match &self.organization {
            OrganizationRef::Id(id) => Ok(id.clone()),
            OrganizationRef::SourceId(id) => {
                let found = organizations::by_source(tx, &self.source.register, id).await?;
                found.ok_or_else(|| Error::not_found(organization_name(id)))
            }
        }
    }
}

/// The cadre of a posting, as a row names it.
#[derive(Debug, Clone)]
pub enum CadreRef {
    /// `{id}` of `cadres/{id}`.
    Id(String),
    /// The id in the register that the row comes from.
    SourceId(String),
}

/// A posting as another register has it.
#[derive(Debug, Clone)]
pub struct PostingRow {
    /// The register, and the posting's id there.
    pub source: Source,
    /// Whose it is.
    pub cadre: CadreRef,
    /// What it says. With `end` the set term is not known.
    pub facts: PostingFacts,
    /// How it ended, where it did.
    pub end: Option<End>,
}

impl Row for PostingRow {
    const NAME: &'static str = "cadres.import_postings";

    async fn import(&self, tx: &Tx<'_>) -> Result<Imported> {
        let cadre = self.cadre(tx).await?;
        match store::source_posting(tx, &self.source).await? {
            Some(known) => self.compare(tx, &cadre, known).await,
            None => {
                let id = tx.call().new_id().to_string();
                let (facts, source, end) = (self.facts.clone(), Some(self.source.clone()), self.end.clone());
                let posting = posting::create(tx, &cadre, id, facts, source, end).await;
                Ok(done(Outcome::Created, posting.map_err(|error| taken(error, &self.source))?.name()))
            }
        }
    }
}

impl PostingRow {
    /// Locks the cadre: the root of the posting.
    async fn cadre(&self, tx: &Tx<'_>) -> Result<Cadre> {
        match &self.cadre {
            CadreRef::Id(id) => store::lock_cadre(tx, id).await,
            CadreRef::SourceId(id) => {
                let source = Source { register: self.source.register.clone(), id: id.clone() };
                store::source_cadre(tx, &source).await?.ok_or_else(|| Error::not_found(cadre_name(id)))
            }
        }
    }

    /// A posting that stands is not overwritten: the row says the same, or that it ended.
    async fn compare(&self, tx: &Tx<'_>, cadre: &Cadre, known: Posting) -> Result<Imported> {
        tx.call().permit.ensure_place(&known.place, &known.name())?;
        let name = known.name();
        let differs = || Err(Error::Precondition { resource: name.clone(), condition: "POSTING_STANDS" });
        if known.cadre != cadre.id || !self.says_the_same(&known) {
            return differs();
        }
        match (&self.end, &known.end) {
            (None, _) => Ok(done(Outcome::Unchanged, name)),
            (Some(end), Some(before)) if end == before => Ok(done(Outcome::Unchanged, name)),
            (Some(_), Some(_)) => differs(),
            (Some(end), None) => {
                posting::end(tx, known, end.clone()).await?;
                Ok(done(Outcome::Updated, name))
            }
        }
    }

    fn says_the_same(&self, known: &Posting) -> bool {
        let PostingFacts { region, role, valid_from, term_until, document, substitute } = &self.facts;
        let facts = &known.facts;
        *region == facts.region
            && *role == facts.role
            && *valid_from == facts.valid_from
            && (self.end.is_some() || *term_until == facts.term_until)
            && *document == facts.document
            && *substitute == facts.substitute
    }
}

/// What is taken of a row is its id at the source: it was entered at the same time by another import.
fn taken(error: Error, source: &Source) -> Error {
    match error {
        Error::AlreadyExists { .. } => Error::AlreadyExists { resource: format!("{}: {}", source.register, source.id) },
        other => other,
    }
}

fn done(outcome: Outcome, name: String) -> Imported {
    Imported { outcome, name }
}
