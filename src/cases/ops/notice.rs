//! Notices to the petitioner: what becomes of the matter, not accepted, no longer accepted.

use uuid::Uuid;

use super::step::Step;
use crate::{
    cases::{
        clocks::rules,
        flow::{Act, LIVE},
        model::{Case, Channel, State, case_name},
        steps::{Exemption, Ground, Notice, NoticeKind},
        store::{self, case::Depth},
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Clocks of the notice that is owed.
const NOTICES: [&str; 2] = [rules::NOTICE_DIRECT, rules::NOTICE_TRANSFERRED];

/// Written notice to the petitioner, or why none is owed (XF 23).
#[derive(Debug)]
pub struct IssueNotice {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    /// Number of the notice, or the exemption.
    pub notice: std::result::Result<String, Exemption>,
    pub guidance: Option<String>,
}

impl Command for IssueNotice {
    type Answer = Case;
    const NAME: &'static str = "cases.issue_notice";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::IssueNotice, "IssueNotice")?;
        step.clocks.stop(&NOTICES, "case.noticed", now);
        let notice = Notice {
            document_number: self.notice.clone().ok(),
            exemption: self.notice.clone().err().unwrap_or(Exemption::None),
            guidance: self.guidance.clone(),
            ..Notice::blank(tx, self.id, NoticeKind::Disposition)
        };
        store::notice::insert(tx, &notice).await?;
        note(&mut step, &notice);
        step.finish("case.noticed").await
    }
}

/// How a case is turned away.
#[derive(Debug, Clone, Copy)]
pub enum Turn {
    /// Not accepted.
    Decline,
    /// No longer accepted.
    Refuse,
}

/// Does not accept a case, or no longer.
#[derive(Debug)]
pub struct TurnAway {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub turn: Turn,
    pub ground: Ground,
    pub document_number: String,
    pub guidance: String,
    pub related_case: Option<Uuid>,
    pub prior_document_number: Option<String>,
}

impl Command for TurnAway {
    type Answer = Case;
    const NAME: &'static str = "cases.turn_away";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let (act, method, event, kind) = match self.turn {
            Turn::Decline => (Act::Decline, "DeclineCase", "case.declined", NoticeKind::Decline),
            Turn::Refuse => (Act::Refuse, "RefuseCase", "case.refused", NoticeKind::Refusal),
        };
        step.act(act, method)?;
        if self.ground == Ground::LevelSkipped && step.case.channel != Channel::Visit {
            return Err(Error::field("ground", "LEVEL_SKIPPED is for visits only"));
        }
        if let Some(related) = self.related_case {
            self.ensure_stands(tx, related).await?;
        }
        let notice = Notice {
            document_number: Some(self.document_number.clone()),
            ground: self.ground,
            related_case: self.related_case,
            prior_document_number: self.prior_document_number.clone(),
            guidance: Some(self.guidance.clone()),
            ..Notice::blank(tx, self.id, kind)
        };
        store::notice::insert(tx, &notice).await?;
        // The notice that says so is the notice that is owed.
        step.clocks.stop(&NOTICES, event, now);
        let decided = [rules::REGISTER_AND_DISPOSE, rules::SIMPLIFIED_TRANSFER, rules::SIMPLIFIED_ACCEPTANCE];
        step.clocks.stop(&decided, event, now);
        step.clocks.cancel(&[rules::JURISDICTION_DISPUTE, rules::ASSIGNED_RESULT], event, now);
        note(&mut step, &notice);
        step.finish(event).await
    }
}

impl TurnAway {
    /// The case that this one is turned away for is what the ground says it is.
    async fn ensure_stands(&self, tx: &Tx<'_>, related: Uuid) -> Result<()> {
        if related == self.id {
            return Err(Error::field("related_case", "is the case itself"));
        }
        let found = store::case::find(tx, &tx.call().permit, related, Depth::Basic).await?;
        let found = found.ok_or_else(|| Error::field("related_case", "is not a case"))?;
        let refused = |condition| Err(Error::Precondition { resource: found.name(), condition });
        match self.turn {
            Turn::Decline if !LIVE.contains(&found.state) => refused("RELATED_CASE_NOT_LIVE"),
            // Beyond its term there, the citizen may turn to the next level (XF 19(3)).
            Turn::Decline if found.next_due_time.is_some_and(|due| due <= tx.call().now) => {
                refused("RELATED_CASE_OVERDUE")
            }
            Turn::Refuse if found.state != State::Concluded => refused("RELATED_CASE_NOT_CONCLUDED"),
            Turn::Decline | Turn::Refuse => Ok(()),
        }
    }
}

/// Puts a notice on record, without what it tells.
pub fn note(step: &mut Step<'_, '_>, notice: &Notice) {
    step.note("notice", notice.name());
    if let Some(number) = &notice.document_number {
        step.note("document_number", number.clone());
    }
    if notice.exemption != Exemption::None {
        step.note("exemption", notice.exemption.word());
    }
    if notice.ground != Ground::None {
        step.note("ground", notice.ground.word());
    }
    if let Some(approver) = &notice.approver {
        step.note("approver", approver.clone());
    }
    if let Some(related) = notice.related_case {
        step.note("related_case", case_name(related));
    }
}

/// What the petitioner is told of a decision on the case.
#[derive(Debug)]
pub struct Told {
    pub ground: Ground,
    pub reason: String,
    pub approver: Option<String>,
    pub document_number: String,
}

/// Enters the notice that tells it.
pub async fn tell(tx: &Tx<'_>, step: &mut Step<'_, '_>, kind: NoticeKind, told: &Told) -> Result<()> {
    let notice = Notice {
        document_number: Some(told.document_number.clone()),
        ground: told.ground,
        guidance: Some(told.reason.clone()),
        approver: told.approver.clone(),
        ..Notice::blank(tx, step.case.id, kind)
    };
    store::notice::insert(tx, &notice).await?;
    note(step, &notice);
    Ok(())
}
