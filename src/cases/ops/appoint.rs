//! Who handles a case, who takes charge of it, and who must keep away from it (XF 28; civil servants' law 74 to 77).

use uuid::Uuid;

use super::{step::Step, wall};
use crate::{
    cadres,
    cases::{
        appointment::{Appointment, AppointmentState, Recusal, Role, Trigger, appointment_name},
        flow::LIVE,
        model::case_name,
        store::{self, case::Depth},
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Most handlers of a case at once.
const MOST_HANDLERS: usize = 10;

/// Appoints a cadre to handle a case, or lets a leader take charge of it.
#[derive(Debug)]
pub struct AppointCadre {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub role: Role,
    pub cadre: String,
    /// A leader's plan.
    pub plan: Option<String>,
}

impl Command for AppointCadre {
    type Answer = Appointment;
    const NAME: &'static str = "cases.appoint";

    async fn run(&self, tx: &Tx<'_>) -> Result<Appointment> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        if !LIVE.contains(&step.case.state) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CASE_ENDED" });
        }
        let serving = store::appointment::serving(tx, self.case_id, self.role).await?;
        let condition = match self.role {
            Role::Leader if !serving.is_empty() => Some("CHARGE_TAKEN"),
            Role::Handler if serving.len() >= MOST_HANDLERS => Some("TOO_MANY_HANDLERS"),
            Role::Leader | Role::Handler => None,
        };
        if let Some(condition) = condition {
            return Err(Error::Precondition { resource: step.case.name(), condition });
        }
        let appointment = enter(tx, self.case_id, self.role, &self.cadre, self.plan.clone(), "cadre").await?;
        step.note("appointment", appointment.name());
        step.note("cadre", self.cadre.clone());
        step.finish(match self.role {
            Role::Handler => "case.cadre_appointed",
            Role::Leader => "case.charge_taken",
        })
        .await?;
        Ok(Appointment { plan: None, ..appointment })
    }
}

/// Enters an appointment of a cadre whom nothing keeps from the case.
async fn enter(
    tx: &Tx<'_>,
    case_id: Uuid,
    role: Role,
    cadre: &str,
    plan: Option<String>,
    field: &'static str,
) -> Result<Appointment> {
    let id = cadre.strip_prefix("cadres/").unwrap_or(cadre);
    if !cadres::exists(tx, id).await? {
        return Err(Error::field(field, "is not a cadre"));
    }
    let conflict = |relation| Error::ConflictOfInterest { resource: cadre.to_owned(), relation };
    if let Some(relation) = wall::conflict(tx, case_id, cadre).await? {
        return Err(conflict(relation));
    }
    if store::appointment::is_recused(tx, case_id, cadre).await? {
        return Err(conflict("RECUSED"));
    }
    let serving = store::appointment::serving(tx, case_id, role).await?;
    if serving.iter().any(|other| other.cadre == cadre) {
        return Err(Error::Precondition { resource: case_name(case_id), condition: "ALREADY_APPOINTED" });
    }
    let appointment = Appointment {
        id: tx.call().new_id(),
        case_id,
        role,
        state: AppointmentState::Serving,
        cadre: cadre.to_owned(),
        plan,
        appoint_time: tx.call().now,
        end_time: None,
        end_reason: None,
        recusal: None,
        replacement: None,
        version: 1,
    };
    store::appointment::insert(tx, &appointment).await?;
    Ok(appointment)
}

/// Releases a cadre from a case, or a leader from the charge.
#[derive(Debug)]
pub struct ReleaseCadre {
    pub catalog: Catalog,
    pub role: Role,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for ReleaseCadre {
    type Answer = Appointment;
    const NAME: &'static str = "cases.release";

    async fn run(&self, tx: &Tx<'_>) -> Result<Appointment> {
        let (method, event) = match self.role {
            Role::Handler => ("ReleaseCadre", "case.cadre_released"),
            Role::Leader => ("ReleaseCharge", "case.charge_released"),
        };
        let (mut step, mut appointment) =
            begin(tx, &self.catalog, self.case_id, self.id, &self.etag, method, Some(self.role)).await?;
        appointment.state = AppointmentState::Released;
        appointment.end_time = Some(tx.call().now);
        appointment.end_reason = Some(self.reason.clone());
        appointment.version += 1;
        store::appointment::update(tx, &appointment).await?;
        step.note("appointment", appointment.name());
        step.finish(event).await?;
        Ok(Appointment { end_reason: None, ..appointment })
    }
}

/// Decides whether a cadre must keep away from a case. What was done before stays.
#[derive(Debug)]
pub struct RecuseCadre {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub trigger: Trigger,
    pub granted: bool,
    pub decider: String,
    pub ground: String,
    pub replacement: Option<String>,
}

impl Command for RecuseCadre {
    type Answer = Appointment;
    const NAME: &'static str = "cases.recuse";

    async fn run(&self, tx: &Tx<'_>) -> Result<Appointment> {
        let now = tx.call().now;
        let (mut step, mut appointment) =
            begin(tx, &self.catalog, self.case_id, self.id, &self.etag, "RecuseCadre", None).await?;
        let plan = store::appointment::find(tx, self.case_id, self.id, Depth::Full).await?.and_then(|full| full.plan);
        let decider = self.decider.clone();
        appointment.recusal = Some(Recusal { trigger: self.trigger, granted: self.granted, decider, time: now });
        appointment.end_reason = Some(self.ground.clone());
        appointment.version += 1;
        let event = if self.granted {
            appointment.state = AppointmentState::Recused;
            appointment.end_time = Some(now);
            "case.cadre_recused"
        } else {
            "case.recusal_refused"
        };
        store::appointment::update(tx, &appointment).await?;
        if let Some(cadre) = &self.replacement {
            let next = enter(tx, self.case_id, appointment.role, cadre, plan, "replacement").await?;
            appointment.replacement = Some(next.id);
            store::appointment::update(tx, &appointment).await?;
            step.note("replacement", next.name());
        }
        step.note("appointment", appointment.name());
        step.note("trigger", self.trigger.word());
        step.finish(event).await?;
        Ok(Appointment { end_reason: None, plan: None, ..appointment })
    }
}

async fn begin<'t, 'a>(
    tx: &'t Tx<'a>,
    catalog: &'t Catalog,
    case_id: Uuid,
    id: Uuid,
    etag: &str,
    method: &'static str,
    role: Option<Role>,
) -> Result<(Step<'t, 'a>, Appointment)> {
    let name = appointment_name(case_id, id);
    let find = || store::appointment::find(tx, case_id, id, Depth::Basic);
    let version = |found: &Appointment| found.version;
    let (step, found) = Step::begin_part(tx, catalog, case_id, (&name, etag), version, find).await?;
    let allowed = match (found.state, found.role) {
        (AppointmentState::Serving, Role::Handler) => vec!["ReleaseCadre", "RecuseCadre"],
        (AppointmentState::Serving, Role::Leader) => vec!["ReleaseCharge", "RecuseCadre"],
        (AppointmentState::Released | AppointmentState::Recused, _) => Vec::new(),
    };
    if !allowed.contains(&method) || role.is_some_and(|role| role != found.role) {
        return Err(Error::not_allowed(name, found.state.word(), method, allowed));
    }
    Ok((step, found))
}
