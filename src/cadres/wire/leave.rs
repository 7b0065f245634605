//! Leaves.

use super::{
    super::{
        leave::{LONGEST_LEAVE, Leave},
        ops::{CreateLeave, EndLeave},
    },
    date_at,
};
use crate::{
    check::Faults,
    error::{Error, Result},
    pb::v1,
    wire::{etag, id_in, ids_in, pb_date, pb_time},
};

impl From<Leave> for v1::Leave {
    fn from(leave: Leave) -> Self {
        let name = leave.name();
        let Leave { cadre: _, id: _, valid_from, valid_until, create_time, update_time, version } = leave;
        Self {
            name,
            valid_from: Some(pb_date(valid_from)),
            valid_until: Some(pb_date(valid_until)),
            create_time: Some(pb_time(create_time)),
            update_time: Some(pb_time(update_time)),
            etag: etag(version),
        }
    }
}

/// Reads a leave to enter.
///
/// # Errors
/// `Invalid` with every fault.
pub fn create_leave(request: v1::CreateLeaveRequest) -> Result<CreateLeave> {
    let v1::CreateLeaveRequest { parent, leave, leave_id, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let cadre = faults.take("parent", id_in(&parent, "cadres").map(str::to_owned));
    let v1::Leave { name: _, valid_from, valid_until, create_time: _, update_time: _, etag: _ } =
        leave.unwrap_or_default();
    let mut day = |path: &str, given: Option<_>| {
        if given.is_none() {
            faults.at(path, "is required");
        }
        date_at(&mut faults, path, given)
    };
    let (from, until) = (day("leave.valid_from", valid_from), day("leave.valid_until", valid_until));
    if let Some((from, until)) = from.zip(until) {
        if until <= from {
            faults.at("leave.valid_until", "is not after valid_from");
        }
        if from.checked_add_months(LONGEST_LEAVE).is_some_and(|longest| longest < until) {
            faults.at("leave.valid_until", "is more than three years after valid_from");
        }
    }
    faults.into_result()?;
    let (Some(cadre), Some(valid_from), Some(valid_until)) = (cadre, from, until) else {
        return Err(Error::internal("a checked request lacks a required field"));
    };
    Ok(CreateLeave { cadre, id: (!leave_id.is_empty()).then_some(leave_id), valid_from, valid_until })
}

/// Reads the end of a leave.
///
/// # Errors
/// `Invalid` with every fault.
pub fn end_leave(request: v1::EndLeaveRequest) -> Result<EndLeave> {
    let v1::EndLeaveRequest { name, valid_until, etag, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let ids = faults.take("name", ids_in(&name, "cadres", "leaves"));
    let valid_until = date_at(&mut faults, "valid_until", valid_until);
    faults.into_result()?;
    let (Some((cadre, id)), Some(valid_until)) = (ids, valid_until) else {
        return Err(Error::internal("a checked request lacks a required field"));
    };
    Ok(EndLeave { cadre: cadre.to_owned(), id: id.to_owned(), etag, valid_until })
}
