//! Mediations of another system: entered as they are told, once per id at their source.

use super::{
    model::{Facts, Mediation},
    numbers::{Extent, Kind, RecordKind, Visibility},
    ops::{AddRecord, Draft, Invite, Newcomer, Open, Origin},
    store,
};
use crate::{
    db::{Command, Tx},
    error::Result,
    import::{Imported, Outcome, Row},
};

/// A mediation of another system, checked for form.
pub struct MediationRow {
    /// The mediation.
    pub open: Open,
    /// Its source and its id there.
    pub external: (String, String),
    /// Nobody knows when it was opened.
    pub undated: bool,
    /// Names of the parties.
    pub parties: Vec<String>,
    /// What was said, as one text.
    pub said: Option<String>,
    /// The terms that were last on the table.
    pub terms: Option<String>,
}

impl Row for MediationRow {
    const NAME: &'static str = "mediations.import";

    async fn import(&self, tx: &Tx<'_>) -> Result<Imported> {
        let (source, id) = &self.external;
        if let Some(known) = store::mediations::by_external(tx, &tx.call().permit, source, id).await? {
            return Ok(Imported { outcome: Outcome::Unchanged, name: known.name() });
        }
        let origin = Origin {
            external: self.external.clone(),
            undated: self.undated,
            missing_fields: self.missing().into_iter().map(str::to_owned).collect(),
        };
        let mediation = self.open.enter(tx, Some(origin)).await?;
        self.enter_parties(tx, &mediation).await?;
        if let Some(said) = &self.said {
            self.note(&mediation, said).run(tx).await?;
        }
        if let Some(terms) = &self.terms {
            let draft = Draft {
                mediation: mediation.id,
                text: terms.clone(),
                extent: Extent::Whole,
                acceding_threshold: 0,
                excluded_subjects: Vec::new(),
            };
            draft.run(tx).await?;
        }
        Ok(Imported { outcome: Outcome::Created, name: mediation.name() })
    }
}

/// Terms are announced and then not told: the text ends with a colon.
fn is_only_announced(terms: &str) -> bool {
    terms.trim_end().ends_with(['：', ':'])
}

impl MediationRow {
    /// What the row does not tell, as paths. A row cannot tell of mediators, consents, places and signatures at all.
    pub fn missing(&self) -> Vec<&'static str> {
        let told = [
            (self.undated, "open_time"),
            (true, "source"),
            (true, "application_date"),
            (self.open.dispute_type.is_none(), "dispute_type"),
            (self.parties.is_empty(), "participants"),
            (true, "participants.consent"),
            (true, "participants.mediator"),
            (self.said.is_none(), "records"),
            (self.said.is_some(), "records.event_time"),
            (true, "sessions"),
            (self.terms.is_none(), "agreements"),
            (self.terms.as_ref().is_some_and(|terms| is_only_announced(terms)), "agreements.text"),
            (self.terms.is_some(), "agreements.signatures"),
            (self.terms.is_some(), "agreements.seal"),
            (self.terms.is_some(), "agreements.obligations"),
        ];
        told.into_iter().filter_map(|(missing, path)| missing.then_some(path)).collect()
    }

    async fn enter_parties(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        if self.parties.is_empty() {
            return Ok(());
        }
        let newcomers = self.parties.iter().map(|name| Newcomer {
            kind: Kind::NecessaryParty,
            identity: None,
            posting: None,
            // Whether it is a person or a body is not told either.
            facts: Facts { display_name: name.clone(), ..Facts::default() },
        });
        Invite { mediation: mediation.id, newcomers: newcomers.collect() }.run(tx).await.map(|_| ())
    }

    fn note(&self, mediation: &Mediation, said: &str) -> AddRecord {
        AddRecord {
            mediation: mediation.id,
            kind: RecordKind::Note,
            visibility: Visibility::Open,
            session: None,
            participant: None,
            audience: Vec::new(),
            title: None,
            text: Some(said.to_owned()),
            items: Vec::new(),
            event_time: None,
            place: None,
            acknowledged_by: Vec::new(),
        }
    }
}
