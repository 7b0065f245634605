//! Reading cases: in BASIC without trace, in FULL after the access is on record.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    auth::Permit,
    call::Call,
    cases::{
        flow::{self, ADVANCE},
        model::{Case, State, case_name},
        steps::Notice,
        store::{
            self,
            case::Depth,
            list::{FIELDS, ORDERS, Order, Query, key, list, regions_in},
        },
    },
    catalog::Catalog,
    db::{Command, Db, Rows, Tx, Written},
    error::{Error, Result},
    filter,
    page::Page,
    place::{Code, Level},
    record::{Change, Recorded},
    regions,
    wire::etag,
};

/// One case in the BASIC view.
pub async fn get(rows: &impl Rows, call: &Call, id: Uuid) -> Result<Case> {
    store::case::find(rows, &call.permit, id, Depth::Basic).await?.ok_or_else(|| Error::not_found(case_name(id)))
}

/// The permit by which a caller may see a case in full.
fn full_permit(call: &Call) -> Result<Permit> {
    if call.permit.full.is_empty() {
        return Err(Error::PermissionDenied { permission: crate::auth::READ_FULL });
    }
    Ok(Permit { areas: call.permit.full.clone(), ..call.permit.clone() })
}

/// Puts an access to personal data and narrative on record, before anything of it is answered.
///
/// # Errors
/// `NotFound`; `PermissionDenied` where the caller may see the case and not its content; a purpose is required.
pub async fn record_view(db: &Db, call: &Call, case_id: Uuid, resource: &str, purpose: &str) -> Result<Case> {
    get(db, call, case_id).await.map_err(|error| match error {
        Error::NotFound { .. } => Error::not_found(resource),
        other => other,
    })?;
    let permit = full_permit(call)?;
    if purpose.trim().is_empty() {
        return Err(Error::field("purpose", "is required for the FULL view"));
    }
    let view = ViewCase { case_id, permit, resource: resource.to_owned(), purpose: purpose.trim().to_owned() };
    match db.write(call, view, |_| Vec::new()).await? {
        Written::Now(case) => Ok(case),
        Written::Before(_) => Err(Error::internal("a view has no request_id")),
    }
}

struct ViewCase {
    case_id: Uuid,
    permit: Permit,
    resource: String,
    purpose: String,
}

impl Command for ViewCase {
    type Answer = Case;
    const NAME: &'static str = "cases.view";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let case = store::case::find(tx, &self.permit, self.case_id, Depth::Full)
            .await?
            .ok_or(Error::PermissionDenied { permission: crate::auth::READ_FULL })?;
        tx.record(Change {
            kind: "case.viewed",
            resource: self.resource.clone(),
            root: Some(case.id),
            place: case.place,
            restricted: case.is_accusation(),
            etag: etag(case.version),
            detail: vec![("purpose", self.purpose.clone())],
            ..Change::default()
        });
        Ok(case)
    }
}

/// Several cases, in the order asked for; all or none.
pub async fn batch(rows: &impl Rows, call: &Call, ids: &[Uuid]) -> Result<Vec<Case>> {
    let found = store::case::find_many(rows, &call.permit, ids).await?;
    let by_id: HashMap<Uuid, Case> = found.into_iter().map(|case| (case.id, case)).collect();
    ids.iter().map(|id| by_id.get(id).cloned().ok_or_else(|| Error::not_found(case_name(*id)))).collect()
}

/// A filter of cases.
#[derive(Debug)]
pub struct Filter {
    /// What it says; nothing where it is empty.
    pub expr: Option<filter::Expr>,
    /// Levels of the regions that it names.
    pub regions: HashMap<String, (Level, Code)>,
    /// Equal filters have equal texts.
    pub canonical: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `InvalidFilter`.
    pub async fn read(rows: &impl Rows, text: &str) -> Result<Self> {
        let source = crate::text::nfc(text.to_owned());
        let expr = filter::parse(&source, FIELDS)
            .map_err(|fault| Error::InvalidFilter { field: "filter", message: fault.to_string() })?;
        let mut regions = HashMap::new();
        for name in expr.iter().flat_map(regions_in) {
            let code = Code::from_name(name)
                .map_err(|fault| Error::InvalidFilter { field: "filter", message: format!("region {fault}") })?;
            if let Some(region) = regions::latest(rows, code).await? {
                regions.insert(name.to_owned(), (region.level, code));
            }
        }
        let canonical = expr.as_ref().map(|expr| filter::canonical(expr, FIELDS)).unwrap_or_default();
        Ok(Self { expr, regions, canonical })
    }
}

/// A page of the cases in scope.
pub async fn page(
    rows: &impl Rows,
    call: &Call,
    size: i32,
    token: &str,
    filter_text: &str,
    order_text: &str,
) -> Result<(Vec<Case>, String)> {
    let order = filter::parse_order(order_text, ORDERS)
        .map_err(|fault| Error::InvalidFilter { field: "order_by", message: fault.to_string() })?;
    let order = if order == 0 { Order::Newest } else { Order::Due };
    let filter = Filter::read(rows, filter_text).await?;
    let page: Page<(i64, Uuid)> =
        Page::read(call, rows.keys(), size, token, &[&filter.canonical, &format!("{order:?}")])?;
    let query = Query {
        filter: filter.expr.as_ref(),
        regions: &filter.regions,
        order,
        after: page.after,
        limit: page.fetch(),
        now: call.now,
    };
    let found = list(rows, &call.permit, &query).await?;
    Ok(page.finish(rows.keys(), found, |case| key(case, order)))
}

/// What is possible with a case now.
#[derive(Debug)]
pub struct Allowed {
    /// The RPC.
    pub method: &'static str,
    /// Where it leads; nothing where the state stays.
    pub state: Option<State>,
    /// The action of the case's own type.
    pub action: Option<String>,
    /// The stage that the action leads to.
    pub stage: Option<String>,
}

/// What is possible with a case now, by the procedure or by the case's own type.
pub async fn allowed(rows: &impl Rows, catalog: &Catalog, case: &Case) -> Result<Vec<Allowed>> {
    let by_procedure = flow::allowed(case.state).into_iter().map(|(method, state)| Allowed {
        method,
        state,
        action: None,
        stage: None,
    });
    let Some(stage) = case.stage.as_deref().filter(|_| case.state == State::Open) else {
        return Ok(by_procedure.collect());
    };
    let case_type = catalog.case_type(rows, &case.case_type).await?;
    let own = case_type.allowed(stage).map(|action| Allowed {
        method: ADVANCE,
        state: case_type.stage(&action.to).filter(|to| to.is_final).map(|_| State::Finished),
        action: Some(action.id.clone()),
        stage: Some(action.to.clone()),
    });
    Ok(own.chain(by_procedure.filter(|allowed| allowed.method != ADVANCE)).collect())
}

/// Takes facts out of a history that name other cases, where those are kept from the caller.
pub async fn hide_others(rows: &impl Rows, call: &Call, case: Uuid, history: &mut [Recorded]) -> Result<()> {
    let other = |value: &str| {
        let id = value.strip_prefix("cases/").and_then(|rest| Uuid::try_parse(rest.get(..36)?).ok());
        id.filter(|id| *id != case)
    };
    let named = history.iter().flat_map(|row| &row.detail).filter_map(|(_, value)| other(value)).collect();
    let seen = visible_among(rows, call, named).await?;
    for row in history {
        row.detail.retain(|(_, value)| other(value).is_none_or(|id| seen.contains(&id)));
    }
    Ok(())
}

/// Takes the related cases out of notices that are kept from the caller.
pub async fn hide_related(rows: &impl Rows, call: &Call, notices: &mut [Notice]) -> Result<()> {
    let named = notices.iter().filter_map(|notice| notice.related_case).collect();
    let seen = visible_among(rows, call, named).await?;
    for notice in notices {
        notice.related_case = notice.related_case.filter(|id| seen.contains(id));
    }
    Ok(())
}

/// Those of some cases that the caller sees.
pub async fn visible_among(rows: &impl Rows, call: &Call, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let seen = store::case::find_many(rows, &call.permit, &ids).await?;
    Ok(seen.into_iter().map(|case| case.id).collect())
}
