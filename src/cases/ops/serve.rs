//! Serving documents: who received what, when and how.

use uuid::Uuid;

use super::step::Step;
use crate::{
    call::Micros,
    cases::{
        clocks::rules,
        flow::Act,
        model::{Case, State},
        party::PartyRole,
        steps::{Document, OpinionKind, ServiceMeans, ServiceRecord},
        store::{self, case::Depth},
    },
    catalog::Catalog,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
};

/// A document was served.
#[derive(Debug)]
pub struct ServeDocument {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub document: Document,
    pub means: ServiceMeans,
    pub receive_time: Micros,
    pub party: Option<Uuid>,
}

/// What is known of a document that is to be served.
struct Issued {
    time: Micros,
    /// The citizen's term that its receipt starts.
    starts: Option<&'static str>,
}

impl Command for ServeDocument {
    type Answer = Case;
    const NAME: &'static str = "cases.serve_document";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let name = self.document.name(self.id);
        // A notice is served in any state: it is about the case, not a step of it.
        if matches!(self.document, Document::Opinion(_)) {
            step.act(Act::ServeDocument, "ServeDocument")?;
        }
        let issued = self.issued(tx, step.case.state).await?.ok_or_else(|| Error::not_found(name.clone()))?;
        if self.receive_time > now {
            return Err(Error::field("receive_time", "is in the future"));
        }
        if self.receive_time < issued.time {
            return Err(Error::field("receive_time", "is before the document was issued"));
        }
        let starts = match self.party {
            Some(party) if self.recipient(tx, party).await? == PartyRole::Respondent => None,
            _ => issued.starts,
        };
        if store::service::is_served(tx, self.document, self.party).await? {
            return Err(Error::Precondition { resource: name, condition: "ALREADY_SERVED" });
        }
        let record = ServiceRecord {
            id: tx.call().new_id(),
            case_id: self.id,
            document: self.document,
            means: self.means,
            receive_time: self.receive_time,
            party: self.party,
            create_time: now,
        };
        store::service::insert(tx, &record).await?;
        if let Some(rule) = starts {
            self.start_right(&mut step, rule).await?;
        }
        step.note("document", name);
        step.note("means", self.means.word());
        step.finish("case.served").await
    }
}

impl ServeDocument {
    /// The part of the party that received it: one on whom documents are served.
    async fn recipient(&self, tx: &Tx<'_>, id: Uuid) -> Result<PartyRole> {
        let fault = |what: &str| Err(Error::field("party", what));
        let Some(party) = store::party::find(tx, self.id, id).await? else {
            return fault("is not a party of the case");
        };
        if !party.role.receives() {
            return fault("is accused or a witness, on whom nothing is served");
        }
        if party.end_time.is_some() {
            return fault("is one whose part has ended");
        }
        if party.mandate.is_some_and(|mandate| !mandate.is_in_force(civil_date(self.receive_time))) {
            return Err(Error::against("MFD 173", "party", "is an agent without a mandate on that day"));
        }
        Ok(party.role)
    }

    /// The citizen's term runs from the last receipt: nobody who is served later has less time.
    async fn start_right(&self, step: &mut Step<'_, '_>, rule: &str) -> Result<()> {
        if step.clocks.running(rule).is_some_and(|clock| clock.start_time >= self.receive_time) {
            return Ok(());
        }
        step.clocks.cancel(&[rule], "case.served", self.receive_time);
        step.start_clock(rule, self.receive_time, None).await
    }

    async fn issued(&self, tx: &Tx<'_>, state: State) -> Result<Option<Issued>> {
        match self.document {
            Document::Opinion(id) => {
                let found = store::step::find_opinion(tx, self.id, id, Depth::Basic).await?;
                // A right runs from the opinion that stands, not from one that was overtaken before it was served.
                let stands = matches!(state, State::Answered | State::Reviewed | State::Closed)
                    && store::step::latest_opinion(tx, self.id).await?.is_some_and(|latest| latest.id == id);
                Ok(found.map(|opinion| Issued {
                    time: opinion.issue_time,
                    starts: match opinion.kind {
                        OpinionKind::Handling if stands => Some(rules::REVIEW_REQUEST),
                        OpinionKind::Review if stands => Some(rules::RE_REVIEW_REQUEST),
                        OpinionKind::Handling | OpinionKind::Review => None,
                        // From a direct reply there is no review, and a re-review is final.
                        OpinionKind::DirectReply | OpinionKind::ReReview => None,
                    },
                }))
            }
            Document::Notice(id) => {
                let Some(notice) = store::notice::find(tx, self.id, id, Depth::Basic).await? else { return Ok(None) };
                if notice.document_number.is_none() {
                    return Err(Error::Precondition { resource: notice.name(), condition: "NO_NOTICE_OWED" });
                }
                Ok(Some(Issued { time: notice.issue_time, starts: None }))
            }
        }
    }
}
