//! Serving documents: who received what, when and how.

use uuid::Uuid;

use super::step::Step;
use crate::{
    call::Micros,
    cases::{
        clocks::rules,
        flow::Act,
        model::{Case, State},
        steps::{Document, OpinionKind, ServiceMeans, ServiceRecord},
        store::{self, case::Depth},
    },
    catalog::Catalog,
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
    served: bool,
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
        if let Some(party) = self.party
            && store::party::find(tx, self.id, party).await?.is_none()
        {
            return Err(Error::field("party", "is not a party of the case"));
        }
        if issued.served {
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
        store::step::insert_service(tx, &record).await?;
        if let Some(rule) = issued.starts {
            step.start_clock(rule, self.receive_time, None).await?;
        }
        step.note("document", name);
        step.note("means", self.means.word());
        step.finish("case.served").await
    }
}

impl ServeDocument {
    async fn issued(&self, tx: &Tx<'_>, state: State) -> Result<Option<Issued>> {
        match self.document {
            Document::Opinion(id) => {
                let found = store::step::find_opinion(tx, self.id, id, Depth::Basic).await?;
                // A right runs from the opinion that stands, not from one that was overtaken before it was served.
                let stands = matches!(state, State::Answered | State::Reviewed | State::Closed)
                    && store::step::latest_opinion(tx, self.id).await?.is_some_and(|latest| latest.id == id);
                Ok(found.map(|opinion| Issued {
                    time: opinion.issue_time,
                    served: opinion.serve_time.is_some(),
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
                Ok(Some(Issued { time: notice.issue_time, served: notice.serve_time.is_some(), starts: None }))
            }
        }
    }
}
