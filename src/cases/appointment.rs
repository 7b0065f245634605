//! The cadres who handle a case (承办人) or take charge of it (包案), and their recusal (回避, XF 28).

use uuid::Uuid;

use super::model::{case_name, numbered};
use crate::call::Micros;

numbered! {
    /// What a cadre is appointed for.
    Role {
        /// Handles the case.
        Handler = 1 "HANDLER",
        /// Takes charge of it: a leader with a plan.
        Leader = 2 "LEADER",
    }
}

numbered! {
    /// Where an appointment stands.
    AppointmentState {
        /// Serves.
        Serving = 1 "SERVING",
        /// Released.
        Released = 2 "RELEASED",
        /// Recused.
        Recused = 3 "RECUSED",
    }
}

numbered! {
    /// Who asked that a cadre be recused.
    Trigger {
        /// Nobody.
        None = 0 "UNSPECIFIED",
        /// The cadre.
        OwnRequest = 1 "OWN_REQUEST",
        /// The petitioner, or another party.
        PartyRequest = 2 "PARTY_REQUEST",
        /// The organ.
        Ordered = 3 "ORDERED",
    }
}

/// The last decision on a recusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recusal {
    pub trigger: Trigger,
    pub granted: bool,
    /// Who decided: name and post.
    pub decider: String,
    pub time: Micros,
}

/// A cadre's part in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    pub id: Uuid,
    pub case_id: Uuid,
    pub role: Role,
    pub state: AppointmentState,
    /// `cadres/{id}`.
    pub cadre: String,
    /// A leader's plan.
    pub plan: Option<String>,
    pub appoint_time: Micros,
    pub end_time: Option<Micros>,
    pub end_reason: Option<String>,
    pub recusal: Option<Recusal>,
    /// The appointment that follows.
    pub replacement: Option<Uuid>,
    pub version: i64,
}

impl Appointment {
    /// `cases/{uuid}/appointments/{uuid}`.
    pub fn name(&self) -> String {
        appointment_name(self.case_id, self.id)
    }
}

/// Name of an appointment.
pub fn appointment_name(case_id: Uuid, id: Uuid) -> String {
    format!("{}/appointments/{id}", case_name(case_id))
}
