//! What is owed under an agreement.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    call::Micros,
    clock::end_of_day,
    mediations::{
        flow::ObligationStep,
        numbers::{ObligationKind, ObligationState, Remedy},
    },
    money::Fen,
};

/// Most obligations of one agreement.
pub const MOST_OBLIGATIONS: u64 = 20_000;

/// What somebody owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The agreement.
    pub agreement: Uuid,
    /// What is owed.
    pub kind: ObligationKind,
    /// Where it stands.
    pub state: ObligationState,
    /// Who owes it.
    pub debtor: Uuid,
    /// To whom; to all others where nobody is named.
    pub creditor: Option<Uuid>,
    /// What is to be done.
    pub text: Option<String>,
    /// How much is to be paid; nothing for an act.
    pub amount: Fen,
    /// How much was paid of it.
    pub performed: Fen,
    /// The last day.
    pub due_date: Option<NaiveDate>,
    /// Which instalment.
    pub instalment: i32,
    /// The line of the plan under which a payment falls.
    pub line: Option<String>,
    /// Since when it binds the debtor.
    pub binding_time: Option<Micros>,
    /// Where it stood before all of it was done. Unknown of what was brought to an end by earlier programs.
    pub state_before: Option<ObligationState>,
    /// When it ended.
    pub end_time: Option<Micros>,
    /// It was performed after its day.
    pub late: bool,
    /// Why it was waived, disputed or reported.
    pub reason: Option<String>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts the changes.
    pub version: i64,
}

impl Obligation {
    /// `mediations/{id}/agreements/{id}/obligations/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/agreements/{}/obligations/{}", self.mediation, self.agreement, self.id)
    }

    /// Name of what was done on it.
    pub fn performance_name(&self, id: Uuid) -> String {
        format!("{}/performances/{id}", self.name())
    }

    /// When it is overdue if nothing happens: with the end of its day, and not before it binds.
    pub fn lapse_time(&self) -> Option<Micros> {
        let open = matches!(self.state, ObligationState::Pending | ObligationState::PartPerformed);
        let (day, binding) = self.due_date.zip(self.binding_time).filter(|_| open)?;
        Some(end_of_day(day).max(binding))
    }

    /// Whether something was done on it, as a state of one whose day has not passed.
    pub fn begun(&self, acted: bool) -> ObligationState {
        if acted || self.performed > 0 { ObligationState::PartPerformed } else { ObligationState::Pending }
    }

    /// Where it stands when it is owed as before: begun or not, and overdue where its day has passed.
    pub fn owed_again(&self, begun: ObligationState, now: Micros) -> ObligationState {
        let owed = Self { state: begun, ..self.clone() };
        if owed.lapse_time().is_some_and(|time| time <= now) { ObligationState::Overdue } else { begun }
    }

    /// By what step a performance moves it.
    pub fn step_of(&self, performance: &Performance) -> ObligationStep {
        let whole = match self.kind {
            ObligationKind::Act => performance.complete,
            ObligationKind::Payment => self.performed + performance.amount >= self.amount,
        };
        if whole { ObligationStep::Perform } else { ObligationStep::PerformPart }
    }

    /// A time lies after its day.
    pub fn is_late_at(&self, time: Micros) -> bool {
        self.due_date.is_some_and(|day| time >= end_of_day(day))
    }

    /// It binds a debtor who acceded after the agreement took effect.
    pub fn binds_later_than(&self, effect: Option<Micros>) -> bool {
        self.binding_time.zip(effect).is_some_and(|(binding, effect)| binding > effect)
    }

    /// It is not performed as it was agreed.
    pub fn is_failing(&self) -> bool {
        matches!(self.state, ObligationState::Overdue | ObligationState::Disputed | ObligationState::Breached)
    }

    /// What may be done about it.
    pub fn remedies(&self, of: Ways) -> Vec<Remedy> {
        if !self.is_failing() {
            return Vec::new();
        }
        let ways =
            [(of.on_case, Remedy::ReopenCase), (of.may_confirm, Remedy::RequestConfirmation), (true, Remedy::Sue)];
        ways.into_iter().filter_map(|(open, remedy)| open.then_some(remedy)).collect()
    }
}

/// Which ways are open besides a suit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// The mediation is on a case.
    pub on_case: bool,
    /// A court may be asked for confirmation.
    pub may_confirm: bool,
}

/// What was done on an obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performance {
    /// Its id.
    pub id: Uuid,
    /// The obligation.
    pub obligation: Uuid,
    /// How much was paid.
    pub amount: Fen,
    /// An act is done with it.
    pub complete: bool,
    /// When.
    pub perform_time: Micros,
    /// SHA-256 of the evidence in hexadecimal digits.
    pub evidence: Option<String>,
    /// What was done, in words.
    pub text: Option<String>,
    /// When it was entered.
    pub create_time: Micros,
    /// When it turned out that it was entered wrongly.
    pub reverse_time: Option<Micros>,
    /// Why.
    pub reverse_reason: Option<String>,
}
