//! Appointments.

use crate::{
    cases::appointment::{Appointment, Recusal, appointment_name},
    pb::v1,
    wire::{etag, pb_time},
};

/// An appointment; narrative as far as it was opened.
pub fn appointment(found: &Appointment) -> v1::Appointment {
    v1::Appointment {
        name: found.name(),
        role: found.role.number(),
        state: found.state.number(),
        cadre: found.cadre.clone(),
        plan: found.plan.clone().unwrap_or_default(),
        appoint_time: Some(pb_time(found.appoint_time)),
        end_time: found.end_time.map(pb_time),
        end_reason: found.end_reason.clone().unwrap_or_default(),
        recusal: found.recusal.as_ref().map(recusal),
        replacement: found.replacement.map(|id| appointment_name(found.case_id, id)).unwrap_or_default(),
        etag: etag(found.version),
    }
}

fn recusal(found: &Recusal) -> v1::appointment::Recusal {
    v1::appointment::Recusal {
        trigger: found.trigger.number(),
        granted: found.granted,
        decider: found.decider.clone(),
        decide_time: Some(pb_time(found.time)),
    }
}
